"""What trainings share: checkpoints, averages, seeds, curves, resuming."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `learn`")

from blender_synth import learn  # noqa: E402
from blender_synth.errors import ConfigError, RunError  # noqa: E402
from blender_synth.learn.average import MovingAverage  # noqa: E402
from blender_synth.learn.checkpoint import load_checkpoint, load_weights, save_checkpoint  # noqa: E402
from blender_synth.learn.curves import Curve, read_curve  # noqa: E402
from blender_synth.learn.seeding import best_device, seed_torch, torch_seed  # noqa: E402
from blender_synth.learn.training import Training  # noqa: E402

pytestmark = pytest.mark.learn


def test_an_older_torch_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch, "__version__", "2.2.1")
    with pytest.raises(ConfigError, match=r"proof needs PyTorch 2\.13 or newer[\s\S]*blender-synth-people\[learn\]"):
        learn.require_torch("proof")
    with pytest.raises(ConfigError, match=r"blender-synth-people\[refine\]"):
        learn.require_torch("refine fit", "refine")


def test_checkpoints_round_trip_and_leave_no_parts(tmp_path: Path):
    file = tmp_path / "a" / "weights.pt"
    save_checkpoint(file, {"step": 3, "weights": {"w": torch.arange(4.0)}})
    state = load_checkpoint(file)
    assert state["step"] == 3
    assert torch.equal(state["weights"]["w"], torch.arange(4.0))
    assert [path.name for path in file.parent.iterdir()] == ["weights.pt"]


@pytest.mark.parametrize("damage", ["cut", "text", "empty", "missing", "code"])
def test_damaged_checkpoints_are_named(tmp_path: Path, damage: str):
    file = tmp_path / "weights.pt"
    save_checkpoint(file, {"step": 3})
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:200])
    elif damage == "text":
        file.write_text("no checkpoint")
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "missing":
        file.unlink()
    else:
        torch.save({"checkpoint_version": 1, "f": print}, file)  # a function: code, refused unread
    with pytest.raises(RunError, match=r"weights\.pt"):
        load_checkpoint(file)


def test_weights_that_do_not_fit_are_named(tmp_path: Path):
    with pytest.raises(RunError, match="do not fit"):
        load_weights(torch.nn.Linear(2, 3), torch.nn.Linear(2, 4).state_dict(), tmp_path / "w.pt")


def test_seeds_differ_by_purpose():
    assert torch_seed(1, "a") != torch_seed(1, "b") != torch_seed(2, "b")
    seed_torch(4)
    first = torch.rand(3)
    seed_torch(4)
    assert torch.equal(first, torch.rand(3))


def test_devices_that_are_not_there_are_named():
    assert best_device("cpu").type == "cpu"
    with pytest.raises(ConfigError, match="not there"):
        best_device("abacus")


def test_the_average_follows_the_weights():
    module = torch.nn.BatchNorm1d(2)
    average = MovingAverage(module, decay=0.9)
    with torch.no_grad():
        module.weight.fill_(5)
    module.running_mean.fill_(3)
    average.update(module)
    step = 1 - 2 / 11  # the decay grows: (1 + n) / (10 + n)
    assert average.module.weight.tolist() == pytest.approx([1 + 4 * step] * 2)
    assert average.module.running_mean.tolist() == pytest.approx([3 * step] * 2)
    for _ in range(200):
        average.update(module)
    assert average.module.weight.tolist() == pytest.approx([5, 5], abs=1e-3)
    other = MovingAverage(torch.nn.BatchNorm1d(2))
    other.load_state_dict(average.state_dict())
    assert other.updates == 201


def test_curves_continue_at_the_checkpoint(tmp_path: Path):
    curve = Curve(tmp_path / "c.csv", ("loss",))
    for step in range(5):
        curve.add(step, {"loss": step / 2})
    with open(tmp_path / "c.csv", "a") as stream:
        stream.write("5")  # killed while writing
    Curve(tmp_path / "c.csv", ("loss",), from_step=3).add(3, {"loss": 9})
    assert [(row["step"], row["loss"]) for row in read_curve(tmp_path / "c.csv")] == [(0, 0), (1, 0.5), (2, 1), (3, 9)]


class Stopped(Exception):
    pass


def _train(folder: Path, steps: int = 12, stop_at: int | None = None, rate: float = 0.1) -> np.ndarray:
    seed_torch(3)
    module = torch.nn.Linear(3, 1)
    optimizer = torch.optim.AdamW(module.parameters(), lr=rate)
    average = MovingAverage(module)
    parts = {"module": module, "optimizer": optimizer, "average": average}
    training = Training(folder, parts, {"rate": rate}, report_every=3, save_every_s=0)
    training.resume()

    def step(number: int) -> dict[str, float]:
        if number == stop_at:
            raise Stopped
        loss = (module(torch.rand(4, 3)) - 1).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        average.update(module)
        return {"loss": loss.item()}

    training.run(steps, step)
    return average.module.weight.detach().numpy().copy()


def test_a_stopped_training_ends_as_one_that_was_not(tmp_path: Path):
    whole = _train(tmp_path / "whole")
    with pytest.raises(Stopped):
        _train(tmp_path / "cut", stop_at=7)
    np.testing.assert_array_equal(_train(tmp_path / "cut"), whole)
    rows = [[row["step"] for row in read_curve(tmp_path / name / "curve.csv")] for name in ("whole", "cut")]
    assert rows[0] == [2, 5, 8, 11]
    assert rows[0] == rows[1]


def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path):
    _train(tmp_path, steps=2)
    with pytest.raises(RunError, match=r"other settings \(rate\)"):
        _train(tmp_path, rate=0.2)


def test_a_training_that_diverges_keeps_its_checkpoint(tmp_path: Path):
    _train(tmp_path, steps=2)
    before = (tmp_path / "checkpoint.pt").read_bytes()
    training = Training(tmp_path, {}, {})
    training.step = 2
    with pytest.raises(RunError, match="diverged at step 2"):
        training.run(4, lambda _: {"loss": float("nan")})
    assert (tmp_path / "checkpoint.pt").read_bytes() == before


def test_two_processes_do_not_train_in_one_folder(tmp_path: Path):
    _train(tmp_path, steps=2)
    before = (tmp_path / "checkpoint.pt").read_bytes()
    others = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(others, fcntl.LOCK_EX)  # an open file's, not a process's: this one may stand for another
    with pytest.raises(RunError, match="another process is training in this folder"):
        _train(tmp_path, steps=4)
    os.close(others)
    assert (tmp_path / "checkpoint.pt").read_bytes() == before
    _train(tmp_path, steps=4)
    assert load_checkpoint(tmp_path / "checkpoint.pt")["step"] == 4
