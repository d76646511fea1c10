"""Frames that crash, hang or exhaust memory are recorded and do not keep the others from being rendered. No Blender."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from blender_synth import pipeline
from blender_synth.config import compose
from blender_synth.errors import RunError
from blender_synth.frames.run_folder import RunFolder
from blender_synth.workers import Worker
from tests.commands import TINY

FAULTS = {"1": "crash", "2": "killed", "3": "hang", "4": "memory", "5": "bug"}


def _render(monkeypatch, output, faults, *overrides: str, frames: int = 7) -> int:
    def fake_worker(settings, packs, slot=None):
        return Worker({"faults": faults}, settings.worker.timeout_s, "tests.fake_renderer")

    monkeypatch.setattr(pipeline, "worker_for", fake_worker)
    words = [*TINY, "pedestrians=none", "mirrors=none", f"frames={frames}", f"output={output}", *overrides]
    return pipeline.render(compose(words))


def _files(output) -> dict[str, bytes]:
    return {str(file.relative_to(output)): file.read_bytes() for file in output.glob("frames/*/*")}


def test_faulty_frames_are_recorded_and_the_others_rendered(tmp_path, monkeypatch):
    output, whole = tmp_path / "run", tmp_path / "whole"
    short = ["worker.timeout_s=3", "worker.count=3"]
    assert _render(monkeypatch, output, FAULTS, *short) == len(FAULTS)
    assert sorted(path.name for path in (output / "frames").iterdir()) == ["000000", "000006"]
    lines = {
        line["frame_index"]: line for line in map(json.loads, (output / "failures.jsonl").read_text().splitlines())
    }
    assert sorted(lines) == [1, 2, 3, 4, 5]
    for index, words in ((1, "SIGSEGV"), (2, "SIGKILL"), (3, "worker.timeout_s"), (4, "MemoryError"), (5, "a bug")):
        assert words in lines[index]["error"]
        assert f"frames=[{index},{index + 1}]" in lines[index]["command"]
    assert _render(monkeypatch, output, {}, *short) == 0  # the cause is gone
    assert all(json.loads(line)["resolved"] for line in (output / "failures.jsonl").read_text().splitlines())
    assert _render(monkeypatch, whole, {}, *short) == 0
    assert _files(output) == _files(whole)


def test_a_disk_that_takes_no_more_stops_the_run(tmp_path, monkeypatch):
    output = tmp_path / "run"
    with pytest.raises(RunError, match=r"run"):
        _render(monkeypatch, output, {"1": "file_size"}, frames=3)
    assert [path.name for path in (output / "frames").iterdir()] == ["000000"]
    assert _render(monkeypatch, output, {}, frames=3) == 0


def test_a_second_start_on_the_folder_is_refused(tmp_path, monkeypatch):
    output = tmp_path / "run"
    assert _render(monkeypatch, output, {}, frames=1) == 0
    before = _files(output)
    program = f"""
import fcntl, time
lock = open({str(output / ".lock")!r}, "w")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RunError, match="another process is rendering"):
            _render(monkeypatch, output, {}, frames=2)
        other.kill()
    assert _files(output) == before
    assert _render(monkeypatch, output, {}, frames=2) == 0
    assert RunFolder(output).missing(range(2)) == []


def test_a_jump_of_the_clock_ends_no_job(tmp_path, monkeypatch):
    """Waiting is measured by the monotonic clock: the wall clock may stand anywhere."""
    times = iter(range(0, -(10**9), -(10**6)))
    monkeypatch.setattr(time, "time", lambda: 1e9 + next(times) * 1e3)
    assert _render(monkeypatch, tmp_path / "run", {}, "worker.timeout_s=20", frames=2) == 0
