"""The commands of the documents: each is run at a tiny size, or composed, or says why not (`<!-- not run: why -->`)."""

from __future__ import annotations

import ast
import importlib
import re
import shutil
import textwrap
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
import yaml

from blender_synth.config import compose
from blender_synth.errors import BlenderSynthError
from tests.commands import TINY, run_here
from tests.doc_blocks import GUIDE, ROOT, Block, blocks, documents, indented_commands

RENDERING = ("render", "run", "estimate")
"""Their overrides are composed and validated; those of RUN_PAGES are rendered, too."""
RUN_PAGE = ROOT / ".docs/train-tonight.md"
WITHOUT_BLENDER = ("keys", "completion", "--version", "--help")
SHELLS = ("bash", "zsh", "fish")
"""Run where they stand; everything else needs the run of RUN_PAGE."""
SMALL = [word for word in TINY if not word.startswith(("experiment=", "exporter.splits"))]
SMALLER = {"assets preview": ["--samples", "1", "--height-px", "32", "--turns", "2", "--count", "2"]}
"""Words that make a command small."""
NUMBERS = {"12": "1", "13": "0"}
"""Frames of the examples, and those of the small run."""
PREFIXES = (["exec"], ["sudo"])
PYTHON_MAY_IMPORT = ("blender_synth", "pathlib")
OF_EXTRAS = ("torch",)
"""What an extra installs, so that it cannot be imported everywhere."""
TARGETS = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
IDS = {document: document.relative_to(ROOT).as_posix() for document in documents()}


def run_blocks(document: Path) -> Iterator[Block]:
    """Blocks that do not say why they are not run."""
    return (block for block in blocks(document) if block.reason is None)


def program(words: list[str]) -> list[str]:
    """The command without `exec`, and without the folder of `blender-synth`."""
    for prefix in PREFIXES:
        if words[: len(prefix)] == prefix:
            words = words[len(prefix) :]
    return ["blender-synth", *words[1:]] if words[0].endswith("/blender-synth") else words


def commands_of(document: Path, names: tuple[str, ...] | None = None) -> Iterator[tuple[Block, list[str]]]:
    """Words after `blender-synth` of all commands of a document."""
    for block in run_blocks(document):
        if block.language == "sh":
            for words in block.commands():
                if program(words)[0] == "blender-synth" and (names is None or words[1] in names):
                    yield block, program(words)[1:]


def first_of_sweep(override: str) -> str:
    """The first value of `key=a,b` or `key=range(a,b)`."""
    key, _, value = override.partition("=")
    if found := re.fullmatch(r"range\((\d+),.*\)", value):
        return f"{key}={found[1]}"
    return override if re.search(r"[\[({'\"]", value) else f"{key}={value.split(',')[0]}"


def composed(words: list[str]) -> None:
    """Compose and validate the config of a command, as it is before anything is rendered."""
    overrides = [word for word in words if "=" in word and not word.startswith("-")]
    if {"-m", "--multirun"} & set(words):
        overrides = [first_of_sweep(word) for word in overrides]
    overrides = [word.replace("$SLURM_ARRAY_TASK_ID", "0") for word in overrides]
    compose([word for word in overrides if not word.startswith("hydra")])


# --- without Blender


@pytest.mark.parametrize("document", documents(), ids=IDS.get)
def test_every_command_is_one_that_a_test_can_run(document: Path):
    assert not indented_commands(document), "put commands into a block of ```sh"
    for block in run_blocks(document):
        assert block.language or not re.search(r"^(blender-synth|make|pip) ", block.text, re.MULTILINE), block.where
        if block.language not in ("sh", "bash", "shell", "console"):
            continue
        assert block.language == "sh", f"{block.where}: call it sh"
        for words in block.commands():
            name, *rest = program(words)
            known = name == "blender-synth" or (name == "make" and {w for w in rest if "=" not in w} <= TARGETS)
            assert known, f"{block.where}: no test runs `{' '.join(words)}`; put <!-- not run: why --> before the block"


@pytest.mark.parametrize("document", documents(), ids=IDS.get)
def test_configs_of_the_commands_are_valid(document: Path, workplace: Path):
    with chdir(workplace):
        for block, words in commands_of(document):
            if words[0] in RENDERING and "--help" not in words:
                try:
                    composed(words[1:])
                except BlenderSynthError as error:
                    pytest.fail(f"{block.where}: {' '.join(words)}\n{error}")
            elif words[0] == "completion":  # tests/test_completion.py runs the scripts
                assert words[1] in SHELLS, block.where
            elif words[0] in WITHOUT_BLENDER or "--help" in words or "--cfg" in words:
                done = run_here(*words)
                assert done.returncode == 0, f"{block.where}: {done.stderr}"


@pytest.mark.parametrize("document", documents(), ids=IDS.get)
def test_python_and_yaml_blocks_are_valid(document: Path):
    for block in run_blocks(document):
        if block.language == "yaml":
            yaml.safe_load(block.text)
        elif block.language == "python":
            tree = ast.parse(textwrap.dedent(block.text))
            for node in ast.walk(tree):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
                    if all(name.split(".")[0] in OF_EXTRAS for name in names):
                        continue
                    assert all(name.startswith(PYTHON_MAY_IMPORT) for name in names), f"{block.where}: {names}"
                    modules = [importlib.import_module(name) for name in names]
                    if isinstance(node, ast.ImportFrom):
                        assert all(hasattr(modules[0], alias.name) for alias in node.names), block.where
                elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "bs":
                    assert hasattr(importlib.import_module("blender_synth"), node.attr), f"{block.where}: {node.attr}"


def test_the_check_finds_what_nobody_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tests.doc_blocks.ROOT", tmp_path)
    page = tmp_path / "page.md"
    for text in (
        "```sh\nwget x\n```\n",
        "```sh\nmake nothing\n```\n",
        "```\nmake test\n```\n",
        "    blender-synth run\n",
    ):
        page.write_text(text)
        with pytest.raises(AssertionError):
            test_every_command_is_one_that_a_test_can_run(page)
    page.write_text("<!-- not run: needs the network -->\n```sh\nwget x\n```\n")
    test_every_command_is_one_that_a_test_can_run(page)
    page.write_text("```sh\nblender-synth render scene=nowhere\n```\n")
    with pytest.raises(pytest.fail.Exception):
        test_configs_of_the_commands_are_valid(page, tmp_path)


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder with the files that the examples name."""
    prepare(tmp_path)
    return tmp_path


def prepare(folder: Path) -> None:
    for name in ("jog.bvh", "dance.bvh"):
        shutil.copy(ROOT / "tests/data/cmu_01_01.bvh", folder / name)
    for name in ("cast", "my_pack"):
        shutil.copytree(GUIDE.parent, folder / name)
    (folder / "scenes").symlink_to(ROOT / "scenes")


# --- with Blender


@pytest.mark.blender
def test_commands_of_the_first_pages_run(tmp_path: Path):
    run_commands(tmp_path, [RUN_PAGE, ROOT / "README.md"], without=("estimate",))


@pytest.mark.blender
@pytest.mark.slow
def test_commands_of_all_pages_run(tmp_path: Path):
    run_commands(tmp_path, [RUN_PAGE, *(page for page in documents() if page != RUN_PAGE)])


def run_commands(tmp_path: Path, pages: list[Path], without: tuple[str, ...] = ()) -> None:
    """Run those of "Train tonight" in order, then those of other pages on its run; each page's packs are its own."""
    prepare(tmp_path)
    for document in pages:
        for block, words in commands_of(document):
            if words[0] in WITHOUT_BLENDER or "--help" in words or "--cfg" in words:
                continue
            if words[0] in without or (words[0] in RENDERING and document != RUN_PAGE):
                continue
            small = [NUMBERS.get(word, word) for word in words]
            small += SMALLER.get(" ".join(words[:2]), [])
            if words[0] in RENDERING:
                small = shrunk(words)
            done = run_here(*small, cwd=tmp_path)
            assert done.returncode == 0, f"{block.where}: {' '.join(small)}\n{done.stdout}\n{done.stderr}"
        if document == RUN_PAGE:
            (tmp_path / "out/run7").symlink_to(next((tmp_path / "out/tonight").glob("*foggy*/frames")).parent)
            (tmp_path / "out/run").symlink_to("run7")
            (tmp_path / "out/sweep").symlink_to("tonight")
            assert run_here("export", "runs=out/run7", "dataset=out/data", cwd=tmp_path).returncode == 0
        shutil.rmtree(tmp_path / "harbour", ignore_errors=True)


def shrunk(words: list[str]) -> list[str]:
    """A command that renders two frames of 64 x 36 pixels for each job of its sweep."""
    small = {word.partition("=")[0]: word for word in [*SMALL, "frames=2", "mirrors=wall", "mirrors.wall.count=1"]}
    small |= {
        "weather": "weather=foggy,cloudy" if "-m" in words else "weather=foggy",
        "weather.mor_m": "weather.mor_m=[50,100]",
    }
    return [word for word in words if word.partition("=")[0] not in small] + list(small.values())
