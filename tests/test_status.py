"""Progress of long commands, what run.json says of a run, and `blender-synth status`."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path
from types import SimpleNamespace

import pytest

from blender_synth import progress, run_state
from blender_synth.config import compose
from blender_synth.errors import RunError
from blender_synth.frames.run_folder import RunFolder, read_run_state
from blender_synth.progress import Progress, duration
from blender_synth.run_state import RunProgress
from blender_synth.status import run_status, total
from tests.commands import run_here
from tests.made_frames import make_frame, make_run


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"), (4.24, "4.2 s"), (9.97, "10 s"), (59.6, "1 min"), (61, "1 min 1 s"), (600, "10 min"),
        (3661, "1 h 1 min"), (7200, "2 h"), (100_000, "1 d 3 h"), (-1, "0.0 s"),
    ],
)  # fmt: skip
def test_durations_have_two_units_at_most(seconds, text):
    assert duration(seconds) == text


def test_short_tasks_leave_nothing_in_a_log_and_long_ones_plain_lines(capsys, monkeypatch):
    with Progress(3, "check", "item") as bar:
        for _ in range(3):
            bar.update()
    assert capsys.readouterr().err == ""
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    with Progress(40, "check", "item") as bar:
        for _ in range(40):
            clock[0] += 4.0
            bar.update()
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "check: 3 of 40 items, 4 s/item, 2 min 28 s left"
    assert lines[-1] == "check: 40 of 40 items, 4 s/item"
    assert 8 < len(lines) < 16
    assert not any("\r" in line or "\x1b" in line for line in lines)


def test_a_terminal_gets_a_bar():
    code = "from blender_synth.progress import each; list(each(range(5), 'check', 'item'))"
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    environment = {**os.environ, "TERM": "xterm"}
    subprocess.run([sys.executable, "-c", code], stderr=theirs, env=environment, check=True, timeout=60)
    os.close(theirs)
    text = os.read(ours, 65536).decode()
    os.close(ours)
    assert "\rcheck: " in text
    assert "5/5" in text


def _opened(folder: Path):
    return RunFolder(folder).opened({"frames": 4}, {}, "blender-synth render")


def _workers(count: int = 2):
    return [
        SimpleNamespace(device="Fast GPU", memory_mb=900 + 50 * k, spent={"build": 1.0, "picture": 3.0})
        for k in range(count)
    ]


@pytest.fixture
def settings():
    return compose(["frames=4", "develop.iso=null"])


def test_run_json_says_how_a_run_went(tmp_path, settings, monkeypatch, capsys):
    clock = [100.0]
    monkeypatch.setattr(run_state.time, "monotonic", lambda: clock[0])
    with _opened(tmp_path / "run") as folder:
        with RunProgress(folder, settings, 4, _workers()) as bar:
            assert run_status(folder.path).state == "running"
            for index in range(4):
                clock[0] += 2.0
                if index < 3:
                    make_frame(folder.frame_path(index), index)
                bar.finished(index, index < 3)
        section = read_run_state(folder.path)["render"]
    assert section["state"] == "finished"
    assert (section["frames"], section["rendered"], section["failed"]) == ([0, 4], 3, 1)
    assert (section["seconds_per_frame"], section["frames_per_hour"]) == (2.667, 1350.0)
    assert (section["device"], section["workers"], section["memory_mb"]["worker"]) == ("Fast GPU", 2, 950)
    assert section["worker_seconds"] == {"build": 2.0, "labels": 0.0, "picture": 6.0, "files": 0.0, "wait": 8.0}
    err = capsys.readouterr().err
    assert "run: rendering on Fast GPU, 2 worker(s)\n" in err
    assert "run: 1 of 4 frames, 2 s/frame, 6.0 s left, build 25%, picture 75%" in err
    assert f"first picture (frame 0): {tmp_path / 'run/first.jpg'}" in err
    assert (tmp_path / "run/first.jpg").read_bytes()[:2] == b"\xff\xd8"
    verified = run_here("verify", tmp_path / "run")
    assert "first.jpg" not in verified.stdout + verified.stderr


@pytest.mark.parametrize(
    ("error", "state"), [(KeyboardInterrupt(), "stopped"), (RunError("the disk is full", hint="free some"), "failed")]
)
def test_a_run_that_ended_early_says_why(tmp_path, settings, error, state):
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(type(error)), folder.opened({}, {}), RunProgress(folder, settings, 4, _workers()):
        raise error
    status = run_status(tmp_path / "run")
    assert (status.state, status.done, status.frames) == (state, 0, 4)
    assert status.reason == ("the disk is full" if state == "failed" else "")


def test_status_of_runs_that_render_were_killed_or_are_old(tmp_path):
    make_run(tmp_path / "sweep/old", 2)
    (tmp_path / "sweep/old/config.yaml").write_text("frames: 3\n")
    assert run_status(tmp_path / "sweep/old").state == "incomplete"
    for name in ("killed", "busy", "away"):
        state = {"state": "running", "frames": [0, 4], "seconds_per_frame": 3.0, "host": "elsewhere"}
        state["updated"] = "2020-01-01T00:00:00+00:00" if name == "killed" else run_state._now()
        state["host"] = "elsewhere" if name == "away" else state["host"]
        run = make_run(tmp_path / f"sweep/{name}", 2)
        (run / "run.json").write_text(json.dumps({"run_version": 1, "render": state}))
        (run / "failures.jsonl").write_text(json.dumps({"frame_index": 3, "error": "x", "command": "y"}) + "\n")
        (run / "frames.jsonl").write_text(json.dumps({"frame_index": 1, "missing": "0 of 2 people"}) + "\n")
    (tmp_path / "sweep/broken").mkdir()
    (tmp_path / "sweep/broken/run.json").write_text("{")
    with open(tmp_path / "sweep/busy/.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run_here("status", tmp_path / "sweep", "--json")
        text = run_here("status", tmp_path / "sweep").stdout
    found = json.loads(done.stdout)
    states = {Path(run["path"]).name: run["state"] for run in found["runs"]}
    assert states == {
        "away": "running", "broken": "damaged", "busy": "running", "killed": "killed", "old": "incomplete"
    }  # fmt: skip
    busy = next(run for run in found["runs"] if run["path"].endswith("busy"))
    assert (busy["done"], busy["failed"], busy["unmet"], busy["left_s"]) == (2, 1, 1, 3.0)
    assert (found["total"]["done"], found["total"]["frames"], found["total"]["frames_per_hour"]) == (8, 15, 2400.0)
    assert "busy: running, 2 of 4 frames, 1 failed, 1 miss acceptance criteria, 3 s/frame, 3.0 s left" in text
    assert text.splitlines()[-1].startswith("5 runs (")


def test_status_of_nothing_is_an_error(tmp_path):
    done = run_here("status", tmp_path)
    assert done.returncode == 1
    assert "there is no run folder" in done.stderr


def test_sums_over_no_runs():
    assert total([])["frames_per_hour"] is None
