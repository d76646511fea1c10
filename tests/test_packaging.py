"""What is shipped, what it needs, and who may import what."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest
import yaml

from blender_synth import resources
from blender_synth.blender import system_libraries
from blender_synth.errors import SystemLibraryError
from blender_synth.pack_tools.new import TEMPLATE

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "blender_synth"
MODULES = sorted(PACKAGE.rglob("*.py"))
BLENDERS = {"bpy", "bpy_extras", "bmesh", "mathutils"}
# The layers: what each may import of the project, in addition to what everybody may.
MAY_IMPORT = {
    "world": {"world", "packs"},
    "packs": {"packs", "resources", "blender_process"},
    "frames": {"frames"},
    "develop": {"develop", "frames"},
    "annotate": {"annotate", "develop", "frames"},
    "exporters": {"exporters", "quoting", "annotate", "attribution", "develop", "frames", "settings", "progress",
                  "parent_death", "strict_json"},
}  # fmt: skip
EVERYBODY = {
    "cache", "categories", "checksums", "durable", "errors", "seeds", "geometry", "optics", "keypoints",
    "plugins", "validation", "suggestions", "__version__",
}  # fmt: skip
NEED_TORCH = ("learn", "proof", "refine")
"""Packages that only work with an extra that brings PyTorch."""
ANYWHERE = ("blender_synth.values", "blender_synth.packs.bvh")
"""Single modules that every layer may import: value types, and the reader of motion files."""


@cache
def _imports(module: Path) -> set[str]:
    """Full names of everything a module imports, wherever in it, but for type checkers only."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    typing_only = [n for n in tree.body if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    tree.body = [node for node in tree.body if node not in typing_only]
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


# --- who may import what


def test_only_the_blender_folder_imports_blender():
    for module in MODULES:
        if PACKAGE / "blender" not in module.parents:
            assert not {name.split(".")[0] for name in _imports(module)} & BLENDERS, module


def test_only_config_and_commands_import_hydra():
    """And their helpers; the list is the linter's."""
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    [names] = [re.fullmatch(r"blender_synth/\{(.*)\}\.py", glob) for glob in lint["per-file-ignores"] if "{" in glob]
    may = {PACKAGE / f"{name}.py" for name in names[1].split(",")}
    assert PACKAGE / "config.py" in may
    for module in MODULES:
        if module not in may:
            assert not {name.split(".")[0] for name in _imports(module)} & {"hydra", "omegaconf"}, module


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_imports_go_one_way(layer: str):
    for module in (PACKAGE / layer).rglob("*.py"):
        names = {name for name in _imports(module) if not name.startswith(ANYWHERE)}
        ours = {name.split(".")[1] for name in names if name.startswith("blender_synth.")}
        assert ours <= MAY_IMPORT[layer] | EVERYBODY, module


def test_everything_but_the_blender_folder_imports_without_blender():
    names = [
        ".".join(m.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for m in MODULES
        if PACKAGE / "blender" not in m.parents and m.name != "__main__.py"
    ]
    if importlib.util.find_spec("torch") is None:
        names = [
            name for name in names if not name.startswith(tuple(f"blender_synth.{package}." for package in NEED_TORCH))
        ]
    program = f"""
import importlib, sys
for name in {sorted(BLENDERS)!r}:
    sys.modules[name] = None  # importing it raises ImportError
for name in {names!r}:
    importlib.import_module(name)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


# --- what is shipped


@pytest.mark.blender
def test_wheel_carries_and_finds_conf_assets_and_scenes(tmp_path: Path):
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, timeout=300)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        shipped = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    template = {f.relative_to(ROOT).as_posix() for f in TEMPLATE.rglob("*") if f.is_file()}
    assert {f"{TEMPLATE.relative_to(ROOT)}/{name}" for name in ("pack.yaml", "GUIDE.md", "bench.glb")} <= template
    assert template <= shipped
    for folder in ("conf", "assets", "scenes"):
        files = [
            f for f in (ROOT / folder).rglob("*") if f.suffix in {".yaml", ".npz", ".glb", ".blend", ".png", ".exr"}
        ]
        assert {f"blender_synth/_data/{f.relative_to(ROOT).as_posix()}" for f in files} <= shipped
    assert "blender_synth/py.typed" in shipped
    assert any(name.endswith("licenses/LICENSE") for name in shipped)
    assert not [name for name in shipped if name.startswith(("conf/", "assets/", "tests/"))]
    program = (
        "from blender_synth import resources as r; print(r.root()); assert (r.conf_dir() / 'config.yaml').is_file()"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()) == tmp_path / "installed/blender_synth/_data"
    check_children_use(tmp_path / "installed", tmp_path)


def check_children_use(installed: Path, scratch: Path):
    """A copy of the package outside this environment starts children that use the same copy, however it is found."""
    handlers = (
        "import blender_synth\ndef handlers(report):\n    return {'where': lambda: {'file': blender_synth.__file__}}\n"
    )
    (scratch / "modules").mkdir()
    (scratch / "modules/where.py").write_text(handlers)
    program = (
        "import sys; from blender_synth.blender_process import BlenderProcess\n"
        "with BlenderProcess('where', 60.0) as process: print(process.ask('where')['file'])"
    )
    for paths, folder in (([str(installed)], scratch), ([], installed)):  # by PYTHONPATH; by the working directory
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*paths, str(scratch / "modules")])}
        environment.pop("PYTHONSAFEPATH", None)  # which the command sets
        done = subprocess.run(
            [sys._base_executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True
        )
        assert done.stdout.strip() == str(installed / "blender_synth/__init__.py"), done.stderr


def test_a_checkout_finds_its_folders():
    assert resources.root() == ROOT
    assert (resources.conf_dir() / "config.yaml").is_file()
    assert resources.built_in_packs_dir().is_dir()
    assert resources.scenes_dir().is_dir()


def test_every_dependency_is_pinned_for_reproducible_installs():
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, build = configuration["project"], configuration["build-system"]["requires"]
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "docker/constraints.txt").read_text(), flags=re.MULTILINE)
    tidy = {re.sub(r"[-_.]+", "-", name).lower() for name in pinned}
    for need in project["dependencies"] + project["optional-dependencies"]["dev"] + build:
        name = re.match(r"[\w-]+", need)[0]
        assert re.sub(r"[-_.]+", "-", name).lower() in tidy, f"run `make lock`: {need}"


def test_compose_has_a_service_for_the_cpu_and_one_for_nvidias_gpus():
    services = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())["services"]
    assert set(services) == {"cpu", "nvidia"}
    assert services["cpu"]["network_mode"] == services["nvidia"]["network_mode"] == "none"
    (device,) = services["nvidia"]["deploy"]["resources"]["reservations"]["devices"]
    assert (device["driver"], device["capabilities"]) == ("nvidia", ["gpu"])
    assert "deploy" not in services["cpu"]
    assert (ROOT / "docker" / services["cpu"]["build"]["context"] / services["cpu"]["build"]["dockerfile"]).is_file()


# --- system libraries


@pytest.mark.parametrize("file", ["README.md", "docker/Dockerfile"])
def test_the_apt_line_is_the_same_everywhere(file: str):
    assert system_libraries.APT_LINE in (ROOT / file).read_text(encoding="utf-8")


def test_ci_uses_the_apt_line_of_the_package():
    assert "system_libraries" in (ROOT / ".ci/run").read_text()
    command = [sys.executable, "-m", "blender_synth.blender.system_libraries", "--apt-line"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == system_libraries.APT_LINE


def test_a_missing_library_is_named_with_the_line_that_installs_it(monkeypatch):
    monkeypatch.setattr(system_libraries, "_is_missing", lambda library: library == "libSM.so.6")
    failed = ImportError("libX11.so.6: cannot open shared object file: No such file or directory")
    error = system_libraries.explain(failed)
    assert isinstance(error, SystemLibraryError)
    assert "libX11.so.6, libSM.so.6" in str(error)
    assert system_libraries.APT_LINE in error.hint


def test_other_reasons_are_reported_unchanged(monkeypatch):
    monkeypatch.setattr(system_libraries, "_is_missing", lambda _: False)
    assert "undefined symbol" in str(system_libraries.explain(ImportError("undefined symbol: x")))
    assert "make setup" in system_libraries.explain(ModuleNotFoundError("No module named 'bpy'", name="bpy")).hint


# --- documents

DOCUMENTS = sorted(
    {ROOT / "README.md", ROOT / "scenes/README.md", PACKAGE / "pack_tools/template/GUIDE.md"}
    | set((ROOT / ".docs").glob("*.md"))
    | set((ROOT / ".github").glob("*.md"))
)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def _anchors(document: Path) -> set[str]:
    """Anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.relative_to(ROOT).as_posix())
def test_links_between_documents_resolve(document: Path):
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


def test_every_reference_page_is_linked_from_the_readme():
    linked = LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    for page in (*(ROOT / ".docs").glob("*.md"), ROOT / ".github/CONTRIBUTING.md", ROOT / "LICENSE"):
        assert page.relative_to(ROOT).as_posix() in {link.partition("#")[0] for link in linked}, page
    assert len((ROOT / "README.md").read_text(encoding="utf-8")) < 12_000
