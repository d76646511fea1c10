"""`blender-synth estimate`: arithmetic from probes, and the real command."""

from __future__ import annotations

import json

import pytest

from blender_synth import estimate
from blender_synth.config import compose
from blender_synth.errors import RunError
from tests.commands import TINY, run_here

_LOG = [{"build": 2.0, "labels": 0.5, "picture": p, "files": 0.0} for p in (7.0, 7.5, 8.0)]
_SECTION = {
    "worker_seconds": {"build": 6.0, "labels": 1.5, "picture": 22.5, "files": 0.0, "wait": 5.0},
    "start_s": 2.0, "device": "CPU", "memory_mb": {"worker": 1000, "parent": 200},
}  # fmt: skip
_SIZES = [(1_000_000, 5), (2_000_000, 4), (3_000_000, 6)]


def _made(*overrides: str, log=None, dataset_bytes: int | None = 300_000):
    settings = compose(["render.device=cpu", "worker.count=2", "frames=1000", *overrides])
    return estimate._extrapolated(settings, log or _LOG, _SECTION, _SIZES, dataset_bytes, (), 0.25)


def test_time_disk_and_memory_follow_from_the_probes():
    found = _made()
    assert found.worker_seconds == {"build": 2.0, "labels": 0.5, "picture": 7.5, "files": 0.0, "wait": 1.0}
    assert found.seconds_per_frame == 7.5  # two workers share one device: not below the time of the picture
    assert found.seconds == 7500
    # mean 10 s, standard deviation 0.5 s, t(2 degrees of freedom) = 1.886
    assert found.seconds_high == pytest.approx(7500 * (1 + 1.886 * 0.5 / 3**0.5 / 10), abs=0.1)
    assert (found.run_bytes, found.run_files, found.dataset_bytes) == (2_000_000_000, 5000, 100_000_000)
    assert found.memory_mb == 2200
    assert found.export_seconds == 250
    text = "\n".join(estimate.lines(found))
    assert "1000 frames on CPU, 2 workers, from 3 probes" in text
    assert "render     2 h 5 min   (80 % interval: 1 h 5" in text
    assert "run        2 GB in 5000 files" in text


def test_one_worker_takes_all_stages_one_after_the_other():
    assert _made("worker.count=1").seconds_per_frame == 11.0


def test_views_share_the_build():
    assert _made("views_per_scene=10").worker_seconds["build"] == 0.6  # one scene was built for three views


def test_one_probe_has_no_spread_and_says_so():
    found = _made(log=_LOG[:1])
    assert found.seconds_low == found.seconds == found.seconds_high
    assert any("one probe" in line for line in estimate.lines(found))


def test_a_disk_that_is_too_small_is_said():
    found = _made("frames=10000000")  # 20 TB
    assert found.run_bytes > found.free_bytes
    assert any("too little" in line for line in estimate.lines(found))


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1_234_567, "1.23 MB"), (5e12, "5 TB")]
)
def test_sizes_are_written_with_units(count, text):
    assert estimate._bytes(count) == text


@pytest.mark.parametrize("words", [["--probes", "0"], ["frames=0"], ["wether=sunny"]])
def test_wrong_arguments_are_refused(words):
    done = run_here("estimate", *words)
    assert done.returncode == 1
    assert "fix:" in done.stderr


@pytest.mark.blender
def test_the_command_renders_probes_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path / "cache"))
    done = run_here("estimate", *TINY, "frames=500", "output=run", "--probes", "2", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["frames"], found["probes"]) == (500, 2)
    assert 50 < found["seconds"] < 50_000
    assert 300 < found["memory_mb"] < 8000
    assert found["run_bytes"] > 500 * 8000
    assert found["dataset_bytes"] > 500 * 500
    assert not (tmp_path / "run").exists()
    assert not list((tmp_path / "cache/scratch").glob("*/estimate-*"))


def test_no_frames_is_an_error():
    with pytest.raises(RunError, match="no frames"):
        estimate.estimate(compose(["frames=0"]))
