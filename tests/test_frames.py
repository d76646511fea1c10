"""The raw-frame contract and the run folder."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from blender_synth.errors import FrameError, RunError
from blender_synth.frames.raw_frame import LABEL_LAYERS, RawFrame, decode_via, read_exr, write_exr, write_frame
from blender_synth.frames.run_folder import RunFolder, frames_of, read_run_state
from tests.made_frames import layers, make_frame, make_run


def test_layers_come_back_as_they_were_written(tmp_path):
    frame = RawFrame(make_frame(tmp_path / "000000"))
    for name, values in layers().items():
        assert frame.labels[name].dtype == LABEL_LAYERS[name]
        np.testing.assert_array_equal(frame.labels[name], values)
    assert frame.radiance.shape == (*frame.size_px[::-1], 3)


def test_large_ids_are_exact(tmp_path):
    ids = np.array([[0, 2**24 + 1, 2**32 - 1]], np.uint32)
    write_exr(tmp_path / "a.exr", {"surface_id": ids})
    np.testing.assert_array_equal(read_exr(tmp_path / "a.exr")["surface_id"], ids)


def test_chain_of_mirrors_is_read_in_order():
    assert decode_via(2 + 64 * 1 + 64**2 * 3, [1001, 1002, 1007]) == [1002, 1001, 1007]
    assert decode_via(0, [1001]) == []


def test_a_frame_that_fails_half_way_leaves_nothing(tmp_path):
    def fill(folder):
        (folder / "radiance.exr").write_bytes(b"half")
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write_frame(tmp_path / "000000", fill)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: (f / "labels.exr").unlink(), r"missing[\s\S]*labels\.exr"),
        (lambda f: (f / "radiance.exr").write_bytes(b"no image"), r"damaged[\s\S]*radiance\.exr"),
        (lambda f: (f / "frame.json").write_text("{"), r"JSON[\s\S]*frame\.json"),
        (lambda f: (f / "frame.json").write_text('{"frame_version": 99}'), r"another version"),
        (lambda f: write_exr(f / "labels.exr", {"surface_id": np.zeros((2, 2), np.uint32)}), r"another size"),
        (
            lambda f: write_exr(f / "labels.exr", {k: v for k, v in layers().items() if k != "depth_m"}),
            r"layer is missing[\s\S]*depth_m",
        ),
    ],
)
def test_what_is_wrong_with_a_frame_is_named(tmp_path, spoil, message):
    folder = make_frame(tmp_path / "000000")
    spoil(folder)
    frame = RawFrame(folder)
    with pytest.raises(FrameError, match=message):
        _ = frame.radiance, frame.labels


def test_a_run_folder_keeps_to_one_config(tmp_path):
    with RunFolder(tmp_path / "run").opened({"seed": 1}, {"seed": 1, "scene": {"name": "street"}}) as run:
        make_frame(run.frame_path(1))
        (run.frames_path / ".000002.9.tmp").mkdir()
    with RunFolder(tmp_path / "run").opened({"seed": 1}, {"seed": 1, "scene": {"name": "street"}}) as run:
        assert run.missing(3) == [0, 2]
        assert not (run.frames_path / ".000002.9.tmp").exists()
    other = RunFolder(tmp_path / "run").opened({"seed": 1}, {"seed": 1, "scene": {"name": "plaza"}})
    with pytest.raises(RunError, match=r"scene\.name[\s\S]*plaza"), other:
        pass
    assert len(frames_of(tmp_path / "run")) == 1


def test_a_run_folder_has_one_owner_at_a_time(tmp_path):
    first = RunFolder(tmp_path / "run").opened({}, {})
    with first, pytest.raises(RunError, match="another process"), RunFolder(tmp_path / "run").opened({}, {}):
        pass


def test_foreign_folders_are_refused_untouched(tmp_path):
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(RunError, match="other files"), RunFolder(tmp_path).opened({}, {}):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(RunError, match="is a file"), RunFolder(tmp_path / "thesis.txt").opened({}, {}):
        pass


def test_a_full_disk_is_said_before_anything_starts(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(RunError, match="disk is full"), RunFolder(tmp_path / "run").opened({}, {}):
        pass


def test_run_state_of_another_version_is_refused(tmp_path):
    run = make_run(tmp_path / "run", 0)
    (run / "run.json").write_text(json.dumps({"run_version": 99}))
    with pytest.raises(RunError, match="another version"):
        read_run_state(run)
