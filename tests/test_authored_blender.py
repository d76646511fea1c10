"""Scenes saved by Blender as an artist would: their marks, their labels, and what a stranger might put in one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from blender_synth import pipeline, scene_files
from blender_synth.config import compose
from blender_synth.errors import AssetError
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.seeds import Streams

pytest.importorskip("bpy")
pytestmark = pytest.mark.blender

MAKER = Path(__file__).with_name("made_scenes.py")
HALL = {
    "kind": "authored",
    "file": "scene.blend",
    "indoor_c": 21,
    "licence": "CC-BY-4.0",
    "author": "A. Artist",
    "variants": {"corner": {"plants": 1, "statues": 1}},
    "colours": {"wall paint": ["#e8dcbf", "#7a8f9c"]},
    "jitter": {"bench": {"shift_m": [0, 0.3], "turn_deg": [-10, 10]}},
}


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A maker of scene folders; each kind is saved by Blender once."""
    place, done = tmp_path_factory.mktemp("scenes"), {}

    def make(what: str) -> Path:
        if what not in done:
            folder = place / what
            folder.mkdir()
            file = folder / "scene.blend"
            subprocess.run([sys.executable, str(MAKER), what, str(file)], check=True, capture_output=True, timeout=120)
            told = (
                HALL if what in ("hall", "nasty", "outside") else {**HALL, "variants": {}, "colours": {}, "jitter": {}}
            )
            (folder / "scene.yaml").write_text(yaml.safe_dump(told))
            done[what] = folder
        return done[what]

    return make


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


def test_marks_of_a_file_become_a_layout(made):
    problems, layout = scene_files.describe_scene(made("hall"))
    assert problems == []
    assert sum(area.use == "indoors" for area in layout.areas) == 2  # the L, in convex parts
    assert layout.areas[0].ground_id is not None
    assert {area.flow_deg for area in layout.areas} == {None, 0.0}  # the arrow lies on one of the two
    (mount,) = layout.mirror_mounts
    assert (mount.facing_deg, mount.length_m, mount.clear_height_m) == pytest.approx((0, 4, 2.8))
    (own,) = layout.built_in_mirrors
    assert own.surface == "mirror"
    assert own.roughness == pytest.approx(0.02)
    assert {p[1] for p in own.faces_m[0]} == {3.9}
    assert [seat.height_m for seat in layout.seats] == pytest.approx([0.45, 0.45])
    assert all(abs(seat.heading_deg - 90) <= 10 for seat in layout.seats)
    (camera,) = layout.cameras
    assert (camera.height_m, camera.pitch_deg, camera.facing_deg) == ((1.6, 1.6), pytest.approx(-5), pytest.approx(90))
    (spot,) = layout.prop_spots
    assert (spot.use, spot.wants, spot.room_m) == ("indoors", ("bin", "plant"), pytest.approx(0.6))
    blocked = {obstacle.name.split("#")[0] for obstacle in layout.obstacles}
    assert {"cat.building.walls", "bench", "stool.000/stool top", "stool.001/stool top"} <= blocked
    assert not any(name.startswith("Cat.Floor") for name in blocked)


def test_what_blender_read_is_kept_until_the_file_changes(made, monkeypatch):
    scene_files.load_scene("hall", made("hall"), {})
    monkeypatch.setattr(scene_files.reading, "_read_in_blender", lambda *_: pytest.fail("Blender was started again"))
    scene_files.load_scene("hall", made("hall"), {})


def test_a_frame_of_it_is_labelled(made, tmp_path, monkeypatch):
    monkeypatch.setenv(scene_files.ENVIRONMENT, str(made("hall").parent))
    settings = compose(
        ["scene.name=hall", "mirrors=none", "pedestrians.count=6", "frames=1", "seed=4", "props.count=0",
         "render.width_px=64", "render.height_px=48", "render.samples=1", f"output={tmp_path / 'run'}"]
    )  # fmt: skip
    assert pipeline.render(settings) == 0
    frame = RawFrame(tmp_path / "run" / "frames" / "000000")
    kinds = frame.meta.by_id
    shown = {int(number) for number in np.unique(frame.labels["surface_id"])} - {0}
    assert shown <= set(kinds)
    assert {"floor", "building", "mirror"} <= {kinds[number].category for number in shown}
    names = {row.name for row in kinds.values()}
    assert ("plants" in str(names) or "plant" in names) != ("statue" in names)
    assert {"stool.000", "stool.001"} <= names  # each instance of a collection is a thing of its own
    assert not any(name.lower().startswith(("walk", "seat", "spot", "camera", "mirror.")) for name in names)
    (mirror,) = [row for row in kinds.values() if row.category == "mirror"]
    assert mirror.mirror.shape.plane.normal == pytest.approx([0, -1, 0])
    seen = frame.labels["surface_id"] == mirror.instance_id
    assert (frame.labels["reflected_id"][seen] > 0).any()
    depth = frame.labels["depth_m"][seen]
    assert 6.0 < np.median(depth) < 8.0  # at y = 3.9, from y = -3.0
    credit = [row for row in frame.meta.licences if row.name == "scene hall"]
    assert [(row.licence, row.author) for row in credit] == [("CC-BY-4.0", "A. Artist")]
    assert frame.meta.medium.indoors


def test_the_builder_puts_on_the_stage_what_was_drawn(made):
    import bpy

    from blender_synth.blender.scenery import authored as builder
    from blender_synth.blender.stage import Stage

    randomizer, _ = scene_files.load_scene("hall", made("hall"), {})
    spec = randomizer.sample(Streams(2, 0).child("scenery"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene)
    stage.scene_folder = made("hall")
    builder.build(spec, stage)
    assert set(stage.objects) == {thing.instance_id for thing in spec.labelled_instances()}
    assert [light.data.type for light in stage.lights] == ["AREA"]  # the file's sun is the weather's to give
    assert stage.lights[0].data.energy == pytest.approx(2.0 * spec.light_scale)
    assert [lamp[2] for lamp in stage.lamps] == [1]
    bench = next(t.instance_id for t in spec.labelled_instances() if t.name == "bench")
    points, _ = stage.triangles(bench)
    assert points.mean(axis=0)[:2] == pytest.approx(np.add((-3, -3), spec.moves["bench"][:2]), abs=1e-4)
    obstacle = next(o for o in spec.layout().obstacles if o.name == "bench")
    assert np.sort(np.array(obstacle.polygon_xy_m), axis=0) == pytest.approx(
        np.sort(np.unique(np.round(points[:, :2], 3), axis=0), axis=0)[:4], abs=0.5
    )
    glass = next(t.instance_id for t in spec.labelled_instances() if "looking glass" in t.name)
    assert sum(len(o.data.polygons) for o in stage.objects[glass]) == 1  # its mirror is built as a mirror
    paint = bpy.data.materials["wall paint"].node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value
    assert tuple(paint[:3]) == pytest.approx(spec.colours["wall paint"], abs=1e-5)


def test_marks_that_cannot_be_meant_are_told_by_name(made):
    problems, _ = scene_files.describe_scene(made("wrong"))
    found = {(p.object, p.code) for p in problems if p.severity == "error"}
    for expected in (
        ("walk.pavment.a", "no_such_use"), ("walk.pavement.upright", "no_face"), ("walk.pavement.empty", "no_face"),
        ("mirror.wall.empty", "no_face"), ("mirror.wall.lying", "not_upright"), ("seat.up", "seat_height"),
        ("spot.moon.x", "no_such_use"), ("camera.cctv.pole", "upright_arrow"), ("mirror!.column", "curved_mirror"),
        ("cat.pedestrian.dummy", "bad_category"), ("", "no_walkable_area"),
    ):  # fmt: skip
        assert expected in found, expected
    assert all(p.hint for p in problems)
    with pytest.raises(AssetError, match=r"and \d+ more"):
        scene_files.load_scene("wrong", made("wrong"), {})


def test_a_camera_in_a_wall_and_a_mount_that_looks_into_it_are_found(made):
    problems, _ = scene_files.describe_scene(made("camera_in_wall"))
    assert {("camera.handheld.inside", "camera_inside"), ("mirror.wall.turned", "mount_into_wall")} <= {
        (p.object, p.code) for p in problems
    }


def test_nothing_in_a_strangers_scene_runs(made):
    import bpy

    from blender_synth.blender.scenery import authored as builder
    from blender_synth.blender.stage import SURFACE_PROPERTY, Stage

    folder = made("nasty")
    (folder / "proof").unlink(missing_ok=True)  # whoever made the file may have run it
    problems, _ = scene_files.describe_scene(folder)
    assert "driver_removed" in {p.code for p in problems}
    randomizer, _ = scene_files.load_scene("nasty", folder, {})
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene)
    stage.scene_folder = folder
    builder.build(randomizer.sample(Streams(0, 0)), stage)
    assert not (folder / "proof").exists()
    assert "label_reflect" not in bpy.data.materials  # the program's own name
    for objects in stage.objects.values():
        for obj in objects:
            assert obj[SURFACE_PROPERTY] == 0.0
            assert SURFACE_PROPERTY not in obj.data


def test_a_picture_from_outside_the_folder_is_refused(made):
    problems, _ = scene_files.describe_scene(made("outside"))
    assert ("outside_path", "secret") in {(p.code, p.object.split(".")[0]) for p in problems}
    with pytest.raises(AssetError, match="outside"):
        scene_files.load_scene("outside", made("outside"), {})


@pytest.mark.parametrize("damage", ["cut", "noise", "empty"])
def test_a_damaged_file_is_told_by_name(made, tmp_path, damage):
    whole = (made("hall") / "scene.blend").read_bytes()
    data = {"cut": whole[: len(whole) // 2], "noise": whole[:64] + bytes(4000), "empty": b""}[damage]
    (tmp_path / "scene.blend").write_bytes(data)
    (tmp_path / "scene.yaml").write_text(yaml.safe_dump(HALL))
    with pytest.raises(AssetError) as caught:
        scene_files.load_scene("broken", tmp_path, {})
    assert "scene.blend" in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("name", ["courtyard", "waiting_room", "hallway", "clothes_shop", "restaurant"])
def test_the_scenes_that_are_shipped_are_in_order(name):
    problems, layout = scene_files.describe_scene(scene_files.find_scene(name))
    assert problems == []
    assert {camera.rig for camera in layout.cameras} >= {"handheld", "cctv"}
    assert layout.built_in_mirrors
    assert layout.mirror_mounts
