"""Runs survive kills at any moment, and equal frames are equal files."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blender_synth.frames.raw_frame import RawFrame
from tests.commands import TINY, descendants, run_here, start

pytestmark = pytest.mark.blender

FRAMES = 3
SMALL = [*TINY, "render.width_px=64", "render.height_px=64", f"frames={FRAMES}", "worker.tries=10", "output=run"]


def _command(*arguments, cwd):
    process = start(*arguments, cwd=cwd)
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err


def _files(run: Path) -> dict[str, bytes]:
    """All files of the run's frames."""
    frames = run / "frames"
    return {str(file.relative_to(frames)): file.read_bytes() for file in frames.rglob("*") if file.is_file()}


EXPORTED = ["run", *SMALL, "views_per_scene=2", "worker.count=2", "exporter.splits={train: 1, val: 1}", "dataset=data"]
"""Two scenes of two views, or four, by two workers, and their export."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The files of a run that nothing disturbed, and the seconds that it took."""
    folder = tmp_path_factory.mktemp("undisturbed")
    start = time.monotonic()
    code, _, err = _command("render", *SMALL, cwd=folder)
    assert code == 0, err
    return _files(folder / "run"), time.monotonic() - start


def test_equal_frames_are_equal_files(undisturbed, tmp_path):
    code, _, err = _command("render", *SMALL, f"frames=[1,{FRAMES}]", "worker.count=2", cwd=tmp_path)
    assert code == 0, err
    files, expected = _files(tmp_path / "run"), undisturbed[0]
    assert {name for name in files if name.endswith("radiance.exr")} == {"000001/radiance.exr", "000002/radiance.exr"}
    for name, content in files.items():
        assert content == expected[name], name


def _kill_often(folder: Path, command: list[str], kills: int, seed: int, seconds: float) -> None:
    """Run a command while its process, one below it, or all of them are killed at random moments.

    When it finishes, a frame is removed, and it goes on.
    """
    draw = random.Random(seed)
    process = None
    while kills:
        if process is None or process.poll() is not None:
            if process is not None and process.returncode == 0:
                shutil.rmtree(draw.choice(sorted((folder / "run/frames").glob("[0-9]*"))))
            process = start(*command, cwd=folder)
        time.sleep(draw.uniform(0, seconds))
        if process.poll() is not None:
            continue
        everybody = [process.pid, *descendants(process.pid)]
        victims = draw.choice([[process.pid], [draw.choice(everybody)], everybody])
        killed = 0
        for victim in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                killed += 1
        kills -= killed > 0
        if process.pid in victims:
            process.communicate(timeout=60)
    if process is not None and process.poll() is None:
        process.communicate(timeout=600)


def _check_leftovers(folder: Path) -> None:
    """Nothing is left of the processes that were killed, and every failure was made good."""
    assert [path.name for path in (folder / "cache/scratch").iterdir()] == [".lock"]
    assert not list((folder / "run").rglob("*.tmp"))
    failures = folder / "run/failures.jsonl"
    if failures.exists():
        assert all(json.loads(line)["resolved"] for line in failures.read_text().splitlines())


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(1, 6))
def test_a_run_survives_many_kills(undisturbed, tmp_path, monkeypatch, seed):
    expected, seconds = undisturbed
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path / "cache"))
    _kill_often(tmp_path, ["render", *SMALL], 12, seed, seconds)
    code, out, err = _command("render", *SMALL, cwd=tmp_path)
    assert code == 0, err
    assert f"{FRAMES} of {FRAMES} frames" in out
    assert _files(tmp_path / "run") == expected
    _check_leftovers(tmp_path)


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """By number of frames: the files of frames and dataset of a run with views that nothing disturbed, and its time."""
    known = {}

    def made(frames: int) -> tuple[dict[str, bytes], dict[str, bytes], float]:
        if frames not in known:
            folder = tmp_path_factory.mktemp("exported")
            start = time.monotonic()
            code, _, err = _command(*EXPORTED, f"frames={frames}", cwd=folder)
            assert code == 0, err
            known[frames] = _files(folder / "run"), _tree(folder / "data"), time.monotonic() - start
        return known[frames]

    return made


def _check_exported(folder: Path, exported, monkeypatch, frames: int, kills: int, seed: int) -> None:
    expected, dataset, seconds = exported(frames)
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(folder / "cache"))
    command = [*EXPORTED, f"frames={frames}"]
    _kill_often(folder, command, kills, seed, seconds)
    code, _, err = _command(*command, cwd=folder)
    assert code == 0, err
    assert _files(folder / "run") == expected
    assert _tree(folder / "data") == dataset
    assert sorted(path.name for path in folder.iterdir()) == ["cache", "data", "run"]
    _check_leftovers(folder)


def test_views_and_their_export_survive_kills(exported, tmp_path, monkeypatch):
    _check_exported(tmp_path, exported, monkeypatch, frames=4, kills=3, seed=0)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(1, 11))
def test_views_and_their_export_survive_many_kills(exported, tmp_path, monkeypatch, seed):
    """Eight frames, so that pictures are developed while the run renders."""
    _check_exported(tmp_path, exported, monkeypatch, frames=8, kills=20, seed=seed)


def test_frames_that_miss_the_criteria_are_counted_marked_and_reproduced(tmp_path):
    criteria = ["accept.min_people=2", "accept.min_height_px=64", "accept.min_reflected_people=0", "frames=[1,2]"]
    code, out, err = _command("run", *SMALL, *criteria, "dataset=data", cwd=tmp_path)
    assert code == 0, err
    assert "1 of them do not meet the acceptance criteria (first: frame 1, 0 of 2 people)" in out
    accept = RawFrame(tmp_path / "run/frames/000001").meta.accept
    assert (accept.satisfied, accept.missing) == (False, "0 of 2 people")
    (file,) = (tmp_path / "data/annotations").glob("instances_*.json")
    assert json.loads(file.read_text())["images"][0]["accept_missing"] == "0 of 2 people"
    failing = [*SMALL, *criteria, "accept.on_shortfall=fail", "output='b, ü=1'"]
    code, _, err = _command("render", *failing, cwd=tmp_path)
    assert code == 1
    line = json.loads((tmp_path / "b, ü=1/failures.jsonl").read_text())
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    again = subprocess.run(["bash", "-c", line["command"]], capture_output=True, text=True, env=environment, cwd="/")
    assert again.returncode == 1, again.stderr
    alone = json.loads((tmp_path / "b, ü=1-frame-1/failures.jsonl").read_text())
    assert (alone["frame_index"], alone["error"]) == (line["frame_index"], line["error"])


def test_the_printed_next_line_works_for_an_odd_path(tmp_path):
    code, out, err = _command("render", *SMALL, "frames=0", "output='r/a=1, ü [x] \"$HOME\"'", cwd=tmp_path)
    assert code == 0, err
    (line,) = (text.removeprefix("next: ") for text in out.splitlines() if text.startswith("next: "))
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert "hold no complete frames" in done.stderr  # the run was found
    assert run_here("export", "runs=r/nothing", cwd=tmp_path).returncode == 1
