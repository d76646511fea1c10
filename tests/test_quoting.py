"""Printed commands work: through a shell and through Hydra's grammar they give the very paths that were meant."""

from __future__ import annotations

import random
import shlex
import subprocess
import sys

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from blender_synth.quoting import hydra_text, shell_command, text_override
from tests.commands import run_here
from tests.made_frames import make_run

PATHS = [
    "out/run", "a=1, ü", "q[1]/run", "it's", 'say "so"', "$HOME/x", "${oc.env:HOME}", r"back\slash", "back\\", r"a\'b",
    "#1", "a b", " a ", "null", "true", "12", "1e5", "~/x", "a;b&c|d", "{a: 1}", "(x)", "*?", "日本", "tab\there",
    "line\nbreak", "-m", "!x", "a\\${b}", "%", "..", ".", "/", "'", "\\'", "inf", "x:y", "@pkg",
]  # fmt: skip


def _read_by_hydra(word: str) -> str:
    """The value that a job gets for one override of the command line."""
    override = OverridesParser.create().parse_override(word)
    config = OmegaConf.create({"key": None})
    OmegaConf.update(config, "key", override.value())
    return config["key"]


def _words_by_bash(line: str) -> list[str]:
    script = f'for word in {line}; do printf "%s\\0" "$word"; done'
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True, env={"LC_ALL": "C"})
    return [word.decode() for word in done.stdout.split(b"\0")[:-1]]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_survives_hydras_grammar(path):
    assert _read_by_hydra(text_override("output", path)) == path


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_paths_survive_bash(encoding):
    words = [text_override("runs", path) for path in PATHS]
    line = shell_command(words, encoding)
    line.encode(encoding)
    assert _words_by_bash(line) == words


def _random_path(draw: random.Random) -> str:
    return "".join(draw.choice("ab1./=,' \"\\$[]{}()~#&;:ü*?!%@^`|<>+-\n") for _ in range(draw.randint(1, 12)))


def _check_random_paths(count: int, seed: int) -> None:
    draw = random.Random(seed)
    paths = [_random_path(draw) for _ in range(count)]
    words = [text_override("dataset", path) for path in paths]
    assert _words_by_bash(shell_command(words, "ascii")) == words
    for path, word in zip(paths, words, strict=True):
        assert _read_by_hydra(word) == path, (path, word)


def test_random_paths_survive_both():
    _check_random_paths(60, 0)


@pytest.mark.chaos
def test_many_random_paths_survive_both():
    _check_random_paths(3000, 1)


def test_plain_paths_stay_readable():
    assert text_override("runs", "out/run_1.2") == "runs=out/run_1.2"
    assert hydra_text("../a/b-c") == "../a/b-c"


def test_the_printed_line_exports_a_run_with_an_odd_path(tmp_path):
    """The line that `render` prints, run by bash as it stands; nothing is left to render."""
    run = make_run(tmp_path / "a=1, ü [x] it's $HOME", 1)
    line = shell_command(["export", text_override("runs", str(run)), text_override("dataset", str(tmp_path / "d, =1"))])
    python = shlex.join([sys.executable, "-m", "blender_synth"])
    done = subprocess.run(["bash", "-c", f"{python} {line}"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "d, =1/dataset.json").is_file()


def test_runs_are_found_by_odd_paths_as_typed(tmp_path):
    """Paths that Hydra's grammar refuses are taken as they are; what exists wins over a glob."""
    for name in ("q[1]", "r~s", "ü", "a;b"):
        make_run(tmp_path / name / "run", 1)
    make_run(tmp_path / "q1" / "run", 1)
    for given, pictures in (("q[1]/run", 1), ("r~s", 1), ("ü/run", 1), ("a;b/run", 1), ("q*", 2), ("q[1]/r*", 1)):
        done = run_here("export", f"runs={given}", f"dataset={tmp_path / 'data'}", cwd=tmp_path)
        assert done.returncode == 0, (given, done.stderr)
        assert done.stdout.startswith(f"{pictures} picture"), (given, done.stdout)
