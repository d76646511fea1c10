"""The raw-frame contract and the run folder."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from blender_synth.errors import FrameError, RunError
from blender_synth.frames.meta import Medium, Pair
from blender_synth.frames.meta_json import read_meta, write_meta
from blender_synth.frames.raw_frame import LABEL_LAYERS, RawFrame, decode_via, read_exr, write_exr, write_frame
from blender_synth.frames.run_folder import RunFolder, frames_of, read_run_state
from blender_synth.optics.mirror_shapes import MirrorShape, SpherePart
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
def test_a_damaged_frame_is_reported_by_file(tmp_path, spoil, message):
    folder = make_frame(tmp_path / "000000")
    spoil(folder)
    frame = RawFrame(folder)
    with pytest.raises(FrameError, match=message):
        _ = frame.radiance, frame.labels


def _changed(**changes):
    """Change values of frame.json, named by path, such as `camera__k`."""

    def spoil(folder):
        file = folder / "frame.json"
        data = json.loads(file.read_text())
        for path, value in changes.items():
            *outer, last = (int(part) if part.isdigit() else part for part in path.split("__"))
            place = data
            for part in outer:
                place = place[part]
            if value is None:
                del place[last]
            else:
                place[last] = value
        file.write_text(json.dumps(data))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_changed(medium=None), r"key is missing[\s\S]*frame\.json[\s\S]*key: +medium\n[\s\S]*render again"),
        (_changed(camera__k=[[1, 0], [0, 1]]), r"3 x 3[\s\S]*key: +camera\.k\n[\s\S]*value: +\[\[1, 0\]"),
        (_changed(instances__0__name=None), r"key is missing[\s\S]*key: +instances\[0\]\.name\n"),
        (_changed(instances__0__amodal__truncation=7), r"key: +instances\[0\]\.amodal\.truncation\n[\s\S]*value: +7\n"),
        (_changed(instances__2__curved=[{"shape": "cone"}]), r"key: +instances\[2\]\.curved\[0\]\n"),
        (_changed(medium__kind="soup"), r"key: +medium\.kind\n[\s\S]*'soup'"),
    ],
)
def test_wrong_metadata_are_named_by_key_and_value(tmp_path, spoil, message):
    folder = make_frame(tmp_path / "000000")
    spoil(folder)
    with pytest.raises(FrameError, match=message):
        _ = RawFrame(folder).meta


def test_metadata_survive_writing_and_reading(tmp_path):
    folder = make_frame(tmp_path / "000000")
    before = read_meta(folder / "frame.json")
    mirror = MirrorShape(curved=(SpherePart(centre_m=(0, 1, 2), radius_m=0.4, axis=(0, 0, 1), cap_cos=0.1),))
    rows = [replace(row, mirror=replace(row.mirror, shape=mirror)) if row.mirror else row for row in before.instances]
    changed = replace(before, instances=tuple(rows), pair=Pair(role="matt", frame_index=3), medium=Medium(indoors=True))
    write_meta(tmp_path / "frame.json", changed)
    assert read_meta(tmp_path / "frame.json") == changed


def test_what_a_spec_holds_is_read_by_type(tmp_path):
    folder = make_frame(tmp_path / "000000")
    person = {
        "kind": "pedestrian", "instance_id": 1, "position_m": [1, 2, 0], "heading_deg": 90.0,
        "body": {"sex": "female", "age_years": 31.0, "stature_m": 1.7}, "pose": {"activity": "walk", "speed_mps": 1.3},
        "outfit": {"top": {"kind": "shirt"}, "hat": "none", "vest": None}, "carried": [{"kind": "bag"}],
    }  # fmt: skip
    spec = {
        "root_seed": 5, "scene_index": 6, "people": [person], "scenery": {"kind": "authored", "scene": "hall"},
        "props": [{"instance_id": 2101, "pack": "city", "item": "bench", "category": "bench"}],
        "weather": {"kind": "sky", "rain_mm_h": 4.0, "cloud_oktas": 7.5, "sun_elevation_deg": -3.0},
        "camera": {"kind": "pinhole", "rig": "dashcam", "focal_length_mm": 5.0, "position_m": [0, 0, 1.4]},
    }  # fmt: skip
    _changed(spec=spec)(folder)
    meta = RawFrame(folder).meta
    assert (meta.root_seed, meta.scene_index, meta.scene) == (5, 6, "hall")
    assert (meta.weather.rain_mm_h, meta.weather.cloud_oktas, meta.weather.wetness) == (4.0, 7.5, None)
    assert (meta.rig.rig, meta.rig.position_m) == ("dashcam", (0, 0, 1.4))
    assert meta.props[0].asset == "city/bench"
    (someone,) = meta.people
    assert (someone.sex, someone.activity, someone.garments) == ("female", "walk", {"top": "shirt"})
    assert (someone.carried, someone.asset) == (("bag",), None)


def test_a_run_folder_keeps_to_one_config(tmp_path):
    with RunFolder(tmp_path / "run").opened({"seed": 1}, {"seed": 1, "scene": {"name": "street"}}) as run:
        make_frame(run.frame_path(1))
        (run.frames_path / ".000002.9.tmp").mkdir()
    with RunFolder(tmp_path / "run").opened({"seed": 1}, {"seed": 1, "scene": {"name": "street"}}) as run:
        assert run.missing(range(3)) == [0, 2]
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


def test_a_full_disk_is_reported_before_rendering(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(RunError, match="disk is full"), RunFolder(tmp_path / "run").opened({}, {}):
        pass


def test_run_state_of_another_version_is_refused(tmp_path):
    run = make_run(tmp_path / "run", 0)
    (run / "run.json").write_text(json.dumps({"run_version": 99}))
    with pytest.raises(RunError, match="another version"):
        read_run_state(run)


def test_a_full_disk_is_one_whatever_a_library_calls_it(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)

    def fill(folder):
        monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=0))
        raise RuntimeError("cannot write image file")

    with pytest.raises(OSError, match="No space left"):
        write_frame(tmp_path / "000000", fill)
    assert not list(tmp_path.iterdir())
