"""Shared by all tests."""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path

import pytest

for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(
        f"{_library}_NUM_THREADS", "1"
    )  # workers side by side share the cores; read by numpy's import


@pytest.fixture
def rng():
    """Draws that are the same in every run."""
    import numpy as np

    return np.random.Generator(np.random.PCG64(0))


@pytest.fixture(autouse=True)
def _measured_without_blender(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """Packs of small `.glb` files are measured without Blender in tests that do not start it."""
    if request.node.get_closest_marker("blender") is None and "describer" not in request.fixturenames:
        from blender_synth.packs import ingest
        from tests import plain_describer

        monkeypatch.setattr(ingest, "_ask_blender", plain_describer.ask)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of one `run` command: run folder `run` of three frames with two people each, dataset `data`, `output.txt`.

    All workers of pytest-xdist share it; copy what a test changes.
    """
    from tests.commands import TINY, start

    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "rendered"
    folder.mkdir(exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "output.txt").exists():
            process = start("run", *TINY, "frames=3", "output=run", "dataset=data", cwd=folder)
            out, err = process.communicate(timeout=300)
            assert process.returncode == 0, err
            (folder / "output.txt").write_text(out)
    return folder


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]):
    """Mark every test of a module that imports Blender, so that `-m "not blender"` leaves it out."""
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item.module, "bpy"):
            item.add_marker(pytest.mark.blender)


_status = pytest.StashKey[int]()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int):
    session.config.stash[_status] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config):
    """Leave without finalizing the interpreter, once Blender is in it.

    If anything still refers to Blender's module then, its clean-up never runs and the process waits for one of its
    threads for ever (Blender 4.5.15). Our workers are ended by a signal and do not come to that. A worker of
    pytest-xdist has sent all results by then: its last message goes out in `pytest_sessionfinish`.
    """
    if "bpy" in sys.modules and _status in config.stash:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[_status])
