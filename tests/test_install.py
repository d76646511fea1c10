"""The wheel and the sdist, built and installed in an environment of their own."""

from __future__ import annotations

import site
import subprocess
import sys
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest
import yaml

from blender_synth import __version__

ROOT = Path(__file__).parents[1]
LARGEST_WHEEL_MB = 20
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_name_differs_from_those_that_are_taken():
    """A registry refuses names that are equal without hyphens, as `blendersynth` and `blender-synth` are."""
    assert PROJECT["name"] == "blender-synth-people"
    assert PROJECT["name"].replace("-", "") != "blendersynth"


def test_the_citation_has_what_its_format_asks_for_and_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == __version__
    assert citation["license"] == PROJECT["license"]
    assert all("name" in author or "family-names" in author for author in citation["authors"])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("built")
    builder = folder / "builder"
    subprocess.run([sys._base_executable, "-m", "venv", str(builder)], check=True)
    pip = [str(builder / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    requires = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    subprocess.run([*pip, "-c", str(ROOT / "docker/constraints.txt"), *requires], check=True, timeout=300)
    hatchling = [str(builder / "bin/python"), "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel"]
    subprocess.run([*hatchling, "-d", str(folder / "dist")], check=True, cwd=ROOT, timeout=300)
    return folder / "dist"


@pytest.mark.slow
def test_the_wheel_is_small_and_carries_licence_and_name(built: Path):
    [wheel] = built.glob("blender_synth_people-*.whl")
    assert wheel.stat().st_size < LARGEST_WHEEL_MB * 1e6
    with zipfile.ZipFile(wheel) as archive:
        [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        fields = HeaderParser().parsestr(archive.read(metadata).decode())
        [licence] = [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()
    assert (fields["Name"], fields["Version"]) == ("blender-synth-people", __version__)
    assert fields["License-Expression"] == "GPL-3.0-or-later"


@pytest.mark.slow
@pytest.mark.blender
@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_what_was_built_can_be_installed_and_renders(built: Path, tmp_path: Path, kind: str):
    """Its dependencies are those of this environment, which needs no registry."""
    from tests.commands import TINY

    [file] = built.glob(kind)
    environment = tmp_path / "environment"
    subprocess.run([sys._base_executable, "-m", "venv", str(environment)], check=True)
    python = environment / "bin/python"
    subprocess.run(
        [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps", str(file)],
        check=True, timeout=300,
    )  # fmt: skip
    [packages] = (environment / "lib").glob("python*/site-packages")
    others = [path for path in (*site.getsitepackages(), *sys.path) if path.endswith("site-packages")]
    (packages / "dependencies.pth").write_text("\n".join(dict.fromkeys(others)) + "\n")
    command = str(environment / "bin/blender-synth")
    version = subprocess.run([command, "--version"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert version.stdout.strip() == __version__
    run = [command, "run", *TINY, "frames=1", "output=run", "dataset=data"]
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, timeout=300)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "data/images").rglob("*.jpg"))
    where = [str(python), "-c", "import blender_synth; print(blender_synth.__file__)"]
    assert str(environment) in subprocess.run(where, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
