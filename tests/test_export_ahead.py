"""Exports that begin while the run renders give the same datasets as those afterwards, whatever happens on the way."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters import ahead as module
from blender_synth.exporters import export_dataset, exporter_settings
from blender_synth.exporters.ahead import LEAST_FRAMES, Ahead, taken_from
from blender_synth.exporters.common import Plan
from tests.made_frames import make_frame, make_run

FRAMES = LEAST_FRAMES + 2
NAMES = [f"{index:06d}" for index in range(FRAMES)]
TWO_KINDS_OF_AIR = DevelopSettings(mor_m=(50.0, 500.0))
FORMATS = {
    "coco": {"kind": "coco", "overlays": True},
    "linear": {"kind": "coco", "image_format": "png16", "reflections": "ignore"},
    "yolo": {"kind": "yolo", "reflections": "ignore", "ignored": "blank"},
}


@pytest.fixture
def made_by_the_export(monkeypatch):
    """Names of the frames whose pictures the export itself has made."""
    frames, plain = [], Plan.records

    def records(plan, source):
        frames.append(source.frame.folder.name)
        return plain(plan, source)

    monkeypatch.setattr(Plan, "records", records)
    return frames


def _files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def _afterwards(run: Path, settings, develop) -> dict[str, bytes]:
    """The files of an export of the finished run."""
    export_dataset([run], run.parent / "data", settings, develop)
    files = _files(run.parent / "data")
    shutil.rmtree(run.parent / "data")
    return files


def _wait(ahead: Ahead) -> None:
    """Let the process make all frames that it was given."""
    if ahead._pool is not None:
        ahead._pool.submit(os.getpid).result(60)


@pytest.mark.parametrize("develop", [DevelopSettings(), TWO_KINDS_OF_AIR])
def test_a_dataset_is_the_same_and_nothing_is_made_twice(tmp_path, made_by_the_export, develop):
    run = make_run(tmp_path / "run", 2)
    settings = exporter_settings(FORMATS)
    with Ahead(run, settings, develop) as ahead:
        ahead.expect(NAMES, FRAMES - 2)  # two frames are there from a start before
        for name in NAMES[2:]:
            make_frame(run / "frames" / name, int(name))
            ahead.add(name)
        _wait(ahead)
        with taken_from(ahead):
            export_dataset([run], tmp_path / "data", settings, develop)
    assert not made_by_the_export
    assert not ahead._folder.exists()
    files = _files(tmp_path / "data")
    shutil.rmtree(tmp_path / "data")
    assert files == _afterwards(run, settings, develop)
    assert made_by_the_export


def test_what_does_not_hold_any_more_is_made_by_the_export(tmp_path, made_by_the_export):
    run = make_run(tmp_path / "run", 0)
    settings, develop = exporter_settings({"kind": "coco", "workers": 2}), DevelopSettings()
    with Ahead(run, settings, develop) as ahead:
        ahead.expect(NAMES, FRAMES)
        for name in [*NAMES[:6], *NAMES[7:8]]:  # the sixth failed, the last one did not get its turn
            make_frame(run / "frames" / name, int(name))
            ahead.add(name)
        _wait(ahead)
        make_frame(run / "frames" / NAMES[8], 8)
        shutil.rmtree(run / "frames" / NAMES[2])
        make_frame(run / "frames" / NAMES[2], 2, mor_m=99.0)
        taken = []
        plain = ahead.made

        def made(plan, source):
            if (records := plain(plan, source)) is not None:
                taken.append(source.frame.folder.name)
            return records

        ahead.made = made
        with taken_from(ahead):
            export_dataset([run], tmp_path / "data", settings, develop)
    assert taken == [NAMES[0], NAMES[1], NAMES[3], NAMES[4], NAMES[5]]
    files = _files(tmp_path / "data")
    shutil.rmtree(tmp_path / "data")
    assert files == _afterwards(run, settings, develop)


@pytest.mark.parametrize("cause", ["killed", "damaged"])
def test_an_export_does_without_its_helper(tmp_path, made_by_the_export, cause):
    run = make_run(tmp_path / "run", FRAMES)
    settings, develop = exporter_settings({"kind": "coco"}), DevelopSettings()
    with Ahead(run, settings, develop) as ahead:
        ahead.expect(NAMES, FRAMES)
        _wait(ahead)
        if cause == "killed":
            (process,) = ahead._pool._processes.values()
            os.kill(process.pid, signal.SIGKILL)
            process.join(10)
            ahead.add(NAMES[0])  # is no error
            (ahead._folder / f"{NAMES[4]}-0.zst").unlink()
        else:
            (ahead._folder / f"{NAMES[4]}-0.zst").write_bytes(b"damaged")
        with taken_from(ahead):
            export_dataset([run], tmp_path / "data", settings, develop)
    assert made_by_the_export == [NAMES[4]]


def test_short_runs_start_no_process(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ProcessPoolExecutor", lambda *a, **k: pytest.fail("a process was started"))
    with Ahead(tmp_path / "run", exporter_settings({"kind": "coco"}), DevelopSettings()) as ahead:
        ahead.expect(NAMES, LEAST_FRAMES - 1)
        ahead.add(NAMES[0])
