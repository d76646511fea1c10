"""Labels of look-alikes in Blender: against traced rays, and against the pictures that posters show."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from blender_synth.geometry import direction
from blender_synth.seeds import Streams
from blender_synth.world.cameras.pinhole import Spec as Camera
from blender_synth.world.lookalikes import empty_frame, glass_screen, mannequin, poster_person, screen_person, statue
from blender_synth.world.lookalikes.figures import DISPLAY_GESTURES, draw_figure
from blender_synth.world.lookalikes.pictures import draw_picture
from blender_synth.world.people.pedestrian import Randomizer as People
from tests.ray_mesh import share_agreeing, trace

bpy = pytest.importorskip("bpy")

from blender_synth.blender import cycles, label_pass  # noqa: E402
from blender_synth.blender.cameras import pinhole  # noqa: E402
from blender_synth.blender.lookalikes import empty_frame as frame_builder  # noqa: E402
from blender_synth.blender.lookalikes import flat, pictures  # noqa: E402
from blender_synth.blender.lookalikes import glass_screen as glass_builder  # noqa: E402
from blender_synth.blender.lookalikes import mannequin as mannequin_builder  # noqa: E402
from blender_synth.blender.lookalikes import poster_person as poster_builder  # noqa: E402
from blender_synth.blender.lookalikes import screen_person as screen_builder  # noqa: E402
from blender_synth.blender.lookalikes import statue as statue_builder  # noqa: E402
from blender_synth.blender.stage import Stage  # noqa: E402
from blender_synth.settings import RenderSettings  # noqa: E402
from tests.digests import built_in_packs  # noqa: E402
from tests.ray_boxes import Box, MirrorRectangle  # noqa: E402
from tests.test_labels_blender import _box, _rectangle  # noqa: E402

pytestmark = pytest.mark.blender

SIZE = (128, 96)
FIGURE, HOLDER, FLOOR, MIRROR = 18101, 19101, 3001, 1001
CAMERA = Camera(
    rig="handheld", anchor="test", width_px=SIZE[0], height_px=SIZE[1], focal_length_mm=4.4, sensor_width_mm=6.4,
    position_m=(0.0, -3.6, 1.4), yaw_deg=90.0, pitch_deg=-2.0, roll_deg=0.0,
)  # fmt: skip


def _picture(crop: str = "full"):
    people = People()
    picture = draw_picture(people, {crop: 1.0}, ((48, 72),), 0, Streams(11, 0).child("test"))
    return dataclasses.replace(picture, aside=0.0, turn_deg=0.0)


def _poster(place: str = "wall", facing_deg: float = 270.0, crop: str = "full"):
    return poster_person.Spec(
        instance_id=FIGURE, holder_instance_id=HOLDER, position_m=(0.0, 0.0, 0.5), facing_deg=facing_deg,
        ground_z_m=0.0, place=place, picture=_picture(crop), width_m=1.2, height_m=1.8, frame_m=0.05,
        frame_rgb=(0.1, 0.1, 0.1), lit_nits=300.0 if place == "board" else 0.0,
    )  # fmt: skip


@pytest.fixture
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def _stage():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene)
    stage.pack_roots = {pack.name: pack.folder for pack in built_in_packs()}
    pinhole.build(CAMERA, stage)
    cycles.apply_picture_settings(
        stage.scene, RenderSettings(width_px=SIZE[0], height_px=SIZE[1], samples=1, device="cpu"), 0
    )
    stage.add(_box(Box(FLOOR, (-8, -8, -0.5), (8, 8, 0.0))), FLOOR)
    return stage


def _labels(stage):
    bpy.context.view_layer.update()
    labels = label_pass.render_labels(stage)
    seen = trace(stage, CAMERA.world_from_camera(), CAMERA.k(), labels["surface_id"].shape)
    shown = np.where(seen["code"] > 0, seen["end"], 0)
    assert share_agreeing(labels["surface_id"], seen["first"]) > 0.998
    assert share_agreeing(labels["reflected_id"], shown) > 0.998
    return labels


@pytest.mark.parametrize("head", mannequin.HEADS)
def test_mannequin(head: str):
    person = draw_figure(People(), Streams(3, 0).child("test"), DISPLAY_GESTURES, generation="adult")
    spec = mannequin.Spec(
        instance_id=FIGURE, holder_instance_id=HOLDER, position_m=(0.0, 0.0, 0.0), heading_deg=270.0, person=person,
        head=head, finish="white", rgb=(0.7, 0.7, 0.7), gloss=0.5, podium_m=0.2,
    )  # fmt: skip
    stage = _stage()
    mannequin_builder.build(spec, stage, "low")
    labels = _labels(stage)
    rows = np.flatnonzero((labels["surface_id"] == FIGURE).any(axis=1))
    assert (labels["surface_id"] == HOLDER).any()
    assert len(rows) > 30
    assert FIGURE not in stage.keypoints
    top = stage.triangles(FIGURE)[0][:, 2].max()
    assert (top < 0.2 + 0.95 * person.body.stature_m) == (head == "none")


@pytest.mark.parametrize("place", poster_person.PLACES)
def test_poster(place: str, cache):
    spec = _poster(place)
    pictures.render_missing([spec.picture], {pack.name: pack.folder for pack in built_in_packs()})
    stage = _stage()
    poster_builder.build(spec, stage)
    labels = _labels(stage)
    assert (labels["surface_id"] == FIGURE).sum() > 200
    assert (labels["surface_id"] == HOLDER).sum() > 200


@pytest.mark.parametrize("place", screen_person.PLACES)
def test_screen(place: str, cache):
    spec = screen_person.Spec(
        instance_id=FIGURE, holder_instance_id=HOLDER, position_m=(0.0, 0.0, 0.9), facing_deg=270.0, ground_z_m=0.0,
        place=place, picture=_picture(), width_m=0.8, height_m=1.2, lit_nits=300.0, body_rgb=(0.1, 0.1, 0.1),
        words="NEW",
    )  # fmt: skip
    pictures.render_missing([spec.picture], {pack.name: pack.folder for pack in built_in_packs()})
    stage = _stage()
    screen_builder.build(spec, stage)
    labels = _labels(stage)
    assert (labels["surface_id"] == FIGURE).sum() > 80
    assert (labels["surface_id"] == HOLDER).sum() > 200


@pytest.mark.parametrize("material", statue.MATERIALS)
def test_statue(material: str):
    person = draw_figure(People(), Streams(4, 0).child("test"), {"hang": 1.0}, generation="adult")
    spec = statue.Spec(
        instance_id=FIGURE, holder_instance_id=HOLDER, position_m=(0.0, 0.5, 0.0), heading_deg=270.0, person=person,
        material=material, rgb=(0.3, 0.3, 0.3), plinth_rgb=(0.4, 0.4, 0.4), scale=1.1, plinth_m=0.4, weathering=0.5,
        outdoors=True,
    )  # fmt: skip
    stage = _stage()
    statue_builder.build(spec, stage, "tiny")
    labels = _labels(stage)
    assert (labels["surface_id"] == FIGURE).sum() > 200
    assert (labels["surface_id"] == HOLDER).sum() > 80
    assert FIGURE not in stage.keypoints


@pytest.mark.parametrize("blank", [None, (0.5, 0.5, 0.5)])
def test_an_empty_frame_shows_the_wall_or_a_board(blank):
    wall_mirror = empty_frame.wall.Spec(
        instance_id=FIGURE, frame_instance_id=HOLDER, position_m=(0.0, 0.9, 0.4), facing_deg=270.0, width_m=1.4,
        height_m=1.6, roughness=0.0, tint=(0.9, 0.9, 0.9), mount="wall", frame_width_m=0.08, frame_style="wood",
        frame_rgb=(0.2, 0.1, 0.05), standing=False, wall_gap_m=0.08, ground_z_m=0.0,
    )  # fmt: skip
    stage = _stage()
    stage.add(_box(Box(3002, (-3.0, 1.0, 0.0), (3.0, 1.2, 3.0))), 3002)
    spec = empty_frame.Spec(instance_id=FIGURE, holder_instance_id=HOLDER, frame=wall_mirror, blank_rgb=blank)
    frame_builder.build(spec, stage)
    labels = _labels(stage)
    rows, columns = np.nonzero(labels["surface_id"] == FIGURE)
    middle = labels["surface_id"][int(rows.mean()), int(columns.mean())]
    assert middle == (3002 if blank is None else FIGURE)
    assert not stage.mirror_slots


def test_who_is_behind_a_glazed_screen_is_seen_directly():
    spec = glass_screen.Spec(
        instance_id=FIGURE, holder_instance_id=HOLDER, position_m=(0.0, -1.0, 0.0), facing_deg=270.0, width_m=1.6,
        height_m=2.1, panes=2, clearness=0.92, rgb=(0.1, 0.1, 0.1),
    )  # fmt: skip
    stage = _stage()
    stage.add(_box(Box(1, (0.2, 0.5, 0.0), (0.6, 0.9, 1.7))), 1)
    glass_builder.build(spec, stage)
    labels = _labels(stage)
    assert (labels["surface_id"] == 1).sum() > 200
    assert (labels["surface_id"] == FIGURE).sum() > 100
    assert not stage.mirror_slots


def test_the_mask_of_a_poster_is_the_person_in_its_picture(cache):
    spec = _poster()
    pictures.render_missing([spec.picture], {pack.name: pack.folder for pack in built_in_packs()})
    mask = pictures.outline_mask(spec.picture)
    assert 0.08 < mask.mean() < 0.6
    figure = flat.picture_figure(spec.picture, 1.0, 1.5)
    corners = figure.points[figure.faces]
    area = np.ptp(corners[..., 0], axis=1) * np.ptp(corners[..., 2], axis=1)
    assert area.sum() == pytest.approx(1.5 * mask.mean(), rel=1e-6)


def test_runs_cover_exactly_what_is_true():
    mask = np.random.default_rng(1).random((23, 31)) > 0.4
    covered = np.zeros(mask.shape, int)
    for top, bottom, left, right in flat.runs(mask):
        covered[top:bottom, left:right] += 1
    assert (covered == mask).all()


def test_a_mirror_shows_a_poster_under_its_id(cache):
    spec = _poster(facing_deg=90.0)  # its back to the camera
    pictures.render_missing([spec.picture], {pack.name: pack.folder for pack in built_in_packs()})
    stage = _stage()
    poster_builder.build(spec, stage)
    stage.add(
        _rectangle(MirrorRectangle(MIRROR, 1, (-3.0, 2.5, 0.0), (6.0, 0.0, 0.0), (0.0, 0.0, 3.0))), MIRROR, "mirror"
    )
    camera = dataclasses.replace(CAMERA, position_m=(1.9, -2.0, 1.4), yaw_deg=95.0)
    bpy.data.objects.remove(stage.scene.camera)
    pinhole.build(camera, stage)
    bpy.context.view_layer.update()
    labels = label_pass.render_labels(stage)
    assert not (labels["surface_id"] == FIGURE).any()
    assert (labels["reflected_id"] == FIGURE).sum() > 60
    assert direction(spec.facing_deg)[1] > 0.9
