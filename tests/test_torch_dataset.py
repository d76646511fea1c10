"""Pictures made while training. What torch itself does with them is checked by `make readers`."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from blender_synth import torch_dataset
from blender_synth.api.opened import Run, open_run
from blender_synth.errors import ConfigError, RunError
from blender_synth.torch_dataset import RunDataset
from tests.made_frames import HEIGHT, PERSON_BOX, WIDTH, make_run

PYTHON = os.environ.get("READERS_PYTHON", "")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(torch_dataset, "_torch", lambda: None)
    return open_run(make_run(tmp_path / "run", 2))


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="torch is installed")
def test_missing_torch_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"needs torch[\s\S]*blender-synth-people\[torch\]"):
        RunDataset(make_run(tmp_path / "run", 1))


def test_targets_follow_the_labels(run: Run):
    dataset = RunDataset(run)
    assert len(dataset) == 2
    picture, target = dataset.arrays(0)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture.dtype == np.uint8
    assert target["labels"].tolist() == [1, 2, 2]
    assert target["boxes"][0].tolist() == [10, 20, 18, 40]
    assert target["masks"][0][PERSON_BOX].all()
    assert target["masks"].sum(axis=(1, 2)).tolist() == target["area"].tolist()
    assert target["keypoints"].shape == (3, 17, 3)
    only = RunDataset(run, classes=["mirror", "pedestrian"], min_area_px=100)
    assert only.arrays(0)[1]["labels"].tolist() == [2, 1]
    nothing = RunDataset(run, classes=["bench"]).arrays(0)[1]
    assert nothing["boxes"].shape == (0, 4)
    assert nothing["masks"].shape == (0, HEIGHT, WIDTH)


def test_pictures_change_with_epoch_and_seed_and_with_nothing_else(run: Run):
    dataset, other = RunDataset([run.path], seed=3), RunDataset(run, seed=4)
    first = dataset.arrays(0)[0]
    np.testing.assert_array_equal(first, dataset.arrays(0)[0])
    assert (first != other.arrays(0)[0]).any()
    dataset.set_epoch(1)
    assert (first != dataset.arrays(0)[0]).any()
    dataset.set_epoch(0)
    np.testing.assert_array_equal(first, RunDataset(run, seed=3).arrays(0)[0])


def test_air_hides_what_is_too_far_in_it(run: Run):
    fog = RunDataset(run, augment={"mor_m": [4.0, 4.0]})  # 10 m of it let 0.06 % through
    assert len(fog.arrays(0)[1]["labels"]) == 0
    assert len(RunDataset(run, augment={"mor_m": [4.0, 4.0]}, min_transmittance=0).arrays(0)[1]["labels"]) == 3
    assert len(RunDataset(run, augment={"mor_m": None}).arrays(0)[1]["labels"]) == 3


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"augment": {"mor_m": [0, 10]}}, r"augment\.mor_m"),
        ({"augment": {"iso": [1, 2]}}, r"augment\.iso"),
        ({"augment": {"fog": 1}}, r"augment\.fog"),
        ({"min_area_px": 0}, r"dataset\.min_area_px"),
    ],
)
def test_wrong_settings_are_named(run: Run, options, key):
    with pytest.raises(ConfigError, match=key):
        RunDataset(run, **options)


def test_a_run_without_frames_is_refused(tmp_path: Path, run: Run):
    with pytest.raises(RunError, match="no complete frames"):
        RunDataset(make_run(tmp_path / "empty", 0))


@pytest.mark.readers
@pytest.mark.skipif(not PYTHON, reason="READERS_PYTHON is not set; use `make readers`")
def test_torchvision_trains_with_it(tmp_path: Path):
    root = Path(__file__).parents[1]
    folder = make_run(tmp_path / "run", 4)
    script = root / "tests/readers/train_on_run.py"
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [PYTHON, str(script), str(folder)], env=environment, capture_output=True, text=True, timeout=600, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
