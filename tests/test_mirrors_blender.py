"""Mirrors, glass, water in Blender: labels against traced rays, pictures against labels, shares against Fresnel."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from blender_synth.config import compose
from blender_synth.errors import AssetError
from blender_synth.geometry import project
from blender_synth.world.mirrors import convex, puddles
from blender_synth.world.sample import sample_scene
from tests.ray_boxes import Box
from tests.ray_mesh import only_on_edges, share_agreeing, trace

bpy = pytest.importorskip("bpy")

from blender_synth.blender import build, cycles, glass_light, instance_table, label_pass  # noqa: E402
from blender_synth.blender.mirrors import convex as convex_builder  # noqa: E402
from blender_synth.blender.mirrors import puddles as puddle_builder  # noqa: E402
from blender_synth.blender.mirrors.materials import GLASS_IOR, pane  # noqa: E402
from blender_synth.blender.scenery.materials import Materials  # noqa: E402
from blender_synth.blender.shading.nodes import Graph  # noqa: E402
from blender_synth.frames.raw_frame import decode_via, read_exr  # noqa: E402
from blender_synth.optics.curved_mirrors import views_by_chain  # noqa: E402
from blender_synth.optics.mirror_shapes import MirrorShape  # noqa: E402
from blender_synth.settings import RenderSettings  # noqa: E402
from tests.test_labels_blender import MIRROR, _box, _rectangle, _stage  # noqa: E402

pytestmark = pytest.mark.blender

CONVEX = convex.Spec(
    instance_id=1003, frame_instance_id=2003, centre_m=(0.2, 2.6, 1.4), radius_m=1.6, axis=(-0.05, -0.99, 0.1),
    half_angle_deg=40.0, roughness=0.0, tint=(0.9, 0.9, 0.9), foot_m=(0.2, 2.9, 0.0), pole_m=2.0,
    rim_rgb=(0.7, 0.1, 0.0), rim_m=0.05,
)  # fmt: skip
PUDDLE = puddles.Spec(
    instance_id=1004, frame_instance_id=2004, position_m=(0.3, -2.6, 0.0), roughness=0.0, darkening=0.5, ripple=0.0,
    detail_seed=1, outline_xy_m=tuple((0.3 + np.cos(a) * 1.3, -2.6 + np.sin(a) * 0.9) for a in np.linspace(0, 6, 40)),
)  # fmt: skip
PANE = dataclasses.replace(MIRROR, instance_id=1005, corner=(-2.2, 0.3, 0.0), u=(1.9, 0.2, 0.0), v=(0.0, 0.0, 1.9))


def _agrees(stage, camera):
    bpy.context.view_layer.update()
    labels = label_pass.render_labels(stage)
    shape = labels["surface_id"].shape
    pose, k = camera.world_from_camera(), camera.k()
    seen = trace(stage, pose, k, shape)
    shown = np.where(seen["code"] > 0, seen["end"], 0)
    pairs = [("surface_id", seen["first"]), ("reflected_id", shown), ("reflected_via", seen["code"])]
    glass = np.zeros(shape, bool)
    slots = [stage.mirror_slots.index(n) + 1 for n in stage.ids_with("glass", "water")]
    for depth in range(4):
        glass |= np.isin(seen["code"] >> 6 * depth & 63, slots)
    if glass.any():
        behind = trace(stage, pose, k, shape, through=True)
        pairs += [
            ("transmitted_id", np.where(glass, behind["end"], 0)),
            ("transmitted_via", np.where(glass, behind["code"], 0)),
        ]
    for layer, answer in pairs:
        assert share_agreeing(labels[layer], answer) >= 0.999, layer
        assert only_on_edges(labels[layer], answer), layer
    same = (labels["reflected_id"] > 0) & (labels["reflected_via"] == seen["code"]) & (labels["reflected_id"] == shown)
    wrong = ~np.isclose(labels["reflected_path_m"][same], seen["path"][same], rtol=2e-3)
    assert wrong.mean() < 0.002  # at the edge of a thing the two may meet its front and its side
    return labels


def _sized(width, height):
    stage, camera = _stage()
    camera = dataclasses.replace(camera, width_px=width, height_px=height)
    stage.scene.render.resolution_x, stage.scene.render.resolution_y = width, height
    return stage, camera


@pytest.mark.parametrize("spec", [CONVEX, dataclasses.replace(CONVEX, foot_m=(0.2, 2.9, 1.5), pole_m=None)])
def test_a_convex_mirror_on_a_pole_or_a_wall_agrees_with_traced_triangles(spec):
    stage, camera = _sized(320, 240)
    convex_builder.build(spec, stage)
    labels = _agrees(stage, camera)
    assert {1, 2} <= set(np.unique(labels["reflected_id"]))


def test_facing_mirrors_a_convex_one_a_pane_and_a_puddle_agree_with_traced_triangles():
    stage, camera = _sized(320, 240)
    convex_builder.build(CONVEX, stage)
    puddle_builder.build(PUDDLE, stage)
    stage.add(_rectangle(PANE), 1005, "glass")
    facing = dataclasses.replace(MIRROR, instance_id=1006, corner=(3.2, -6.0, 0.0), u=(-0.3, 7.0, 0.0), v=(0, 0, 2.5))
    stage.add(_rectangle(facing), 1006, "mirror")
    labels = _agrees(stage, camera)
    chains = [decode_via(int(c), stage.mirror_slots) for c in np.unique(labels["reflected_via"])]
    assert max(len(chain) for chain in chains) >= 2
    assert {1003, 1004, 1005, 1006} <= {number for chain in chains for number in chain}
    assert any(1003 in chain and len(chain) > 1 for chain in chains)


def test_joints_are_solved_where_the_label_pass_shows_them():
    stage, camera = _sized(480, 360)
    convex_builder.build(CONVEX, stage)
    joints = np.array([[-0.4, -1.5, 1.4], [0.9, -2.2, 0.8], [0.3, -0.8, 1.7]])
    for number, (x, y, z) in enumerate(joints, start=11):
        stage.add(_box(Box(number, (x - 0.04, y - 0.04, z - 0.04), (x + 0.04, y + 0.04, z + 0.04))), number)
    labels = label_pass.render_labels(stage)
    shape = MirrorShape(curved=tuple(CONVEX.curved()))
    points, valid, _ = views_by_chain([shape], np.array(camera.position_m), joints)
    pixels, _ = project(points, camera.world_from_camera(), camera.k())
    found = 0
    for number, (x, y), ok in zip((11, 12, 13), pixels, valid, strict=True):
        mask = (labels["reflected_id"] == number) & (labels["reflected_via"] > 0)
        if not mask.any():
            continue
        rows_, columns = np.nonzero(mask)
        assert ok
        assert abs(columns.mean() + 0.5 - x) < 1.5
        assert abs(rows_.mean() + 0.5 - y) < 1.5
        found += 1
    assert found >= 2


def _glow(obj, rgb):
    g = Graph("glow")
    obj.data.materials.clear()
    obj.data.materials.append(
        g.surface(g.node("ShaderNodeEmission", {"Color": tuple(rgb), "Strength": 1.0}).outputs[0])
    )


def test_the_share_of_light_is_fresnels_over_known_radiances(tmp_path):
    stage, camera = _stage()
    before, behind = 0.8, 0.05
    stage.add(_box(Box(3002, (-20, 3, -0.5), (20, 3.2, 5))), 3002)
    for number, objects in stage.objects.items():
        _glow(objects[0], (behind if number == 3002 else before,) * 3)
    glass = _rectangle(MIRROR)
    mesh = glass.data
    mesh.uv_layers.new(name="uv")
    mesh.materials.append(pane("pane", Materials(), (1.0, 1.0, 1.0), 0.0, 0.0, 0.0))
    stage.add(glass, 1001, "glass")
    cycles_settings = stage.scene.cycles
    cycles_settings.samples, cycles_settings.use_denoising, cycles_settings.use_adaptive_sampling = 64, False, False
    labels = label_pass.render_labels(stage)
    glass_light.render_with_shares(stage, labels, tmp_path)
    shares, radiance = read_exr(tmp_path / "glass.exr"), read_exr(tmp_path / "radiance.exr")["G"].astype(float)
    normal_part = np.abs(_directions(camera, labels["surface_id"].shape)[..., 1])
    g = np.sqrt(GLASS_IOR**2 - 1 + normal_part**2)
    minus, plus = g - normal_part, g + normal_part
    face = 0.5 * (minus / plus) ** 2 * (1 + ((normal_part * plus - 1) / (normal_part * minus + 1)) ** 2)
    both = 2 * face / (1 + face)
    light = {0: 0.0, 3002: behind}
    mirrored = both * np.vectorize(lambda n: light.get(n, before))(labels["reflected_id"])
    through = (1 - both) * np.vectorize(lambda n: light.get(n, before))(labels["transmitted_id"])
    inside = _uniform(labels)
    assert inside.sum() > 100
    wanted = mirrored / np.maximum(mirrored + through, 1e-9)
    assert wanted[inside].max() > 0.4
    np.testing.assert_allclose(shares["reflected_share"].astype(float)[inside], wanted[inside], atol=0.02)
    np.testing.assert_allclose(shares["transmitted_share"].astype(float)[inside], 1 - wanted[inside], atol=0.02)
    np.testing.assert_allclose(radiance[inside], (mirrored + through)[inside], atol=0.02)
    assert (shares["reflected_share"][labels["surface_id"] != 1001] == 0).all()


def _directions(camera, shape):
    k, pose = camera.k(), camera.world_from_camera()
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]] + 0.5
    rays = np.stack([(x - k[0, 2]) / k[0, 0], (y - k[1, 2]) / k[1, 1], np.ones(shape)], axis=-1)
    return rays / np.linalg.norm(rays, axis=-1, keepdims=True) @ pose[:3, :3].T


def _uniform(labels):
    """Pixels of the pane whose surroundings of 7 x 7 show one thing by each layer."""
    same = labels["surface_id"] == 1001
    for layer in ("surface_id", "reflected_id", "transmitted_id"):
        padded = np.pad(labels[layer], 3, mode="edge")
        for i in range(7):
            for j in range(7):
                part = padded[i : i + same.shape[0], j : j + same.shape[1]]
                same &= part == labels[layer]
    return same


def test_colours_in_the_picture_name_the_person_that_the_labels_name(tmp_path):
    stage, _ = _sized(200, 150)
    convex_builder.build(CONVEX, stage)
    stage.add(_rectangle(dataclasses.replace(MIRROR, corner=(-2.4, -0.2, 0.2), u=(1.6, 1.2, 0.0))), 1001, "mirror")
    colours = {1: (1, 0, 0), 2: (0, 1, 0), 3: (0, 0, 1)}
    g = Graph("silver")
    silver = g.surface(g.node("ShaderNodeBsdfGlossy", {"Color": (1, 1, 1), "Roughness": 0.0}).outputs[0])
    for number, objects in stage.objects.items():
        for obj in objects:
            if number in stage.mirror_slots:
                obj.data.materials.clear()
                obj.data.materials.append(silver)
            else:
                _glow(obj, colours.get(number, (0, 0, 0)))
    labels = label_pass.render_labels(stage)
    scene = stage.scene
    # one sample at each pixel's centre, as the labels have it: else edges are mixtures
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.use_adaptive_sampling = 1, False, False
    scene.cycles.pixel_filter_type, scene.cycles.filter_width, scene.cycles.blur_glossy = "BOX", 0.01, 0.0
    cycles.render_picture(scene, tmp_path / "picture.exr")
    picture = np.stack([read_exr(tmp_path / "picture.exr")[c] for c in "RGB"], axis=-1).astype(float)
    said = np.where(labels["reflected_bounces"] > 0, labels["reflected_id"], labels["surface_id"])
    seen = np.where(picture.max(axis=-1) > 0.5, picture.argmax(axis=-1) + 1, 0)
    named = np.where(np.isin(said, list(colours)), said, 0)
    for where in (labels["reflected_bounces"] > 0, labels["reflected_bounces"] == 0):
        assert (seen == named)[where].mean() >= 0.995
    assert {1, 2} <= set(np.unique(named[labels["reflected_bounces"] > 0]))


KINDS = ("wall", "full_length", "panels", "convex", "dome", "shopfront", "glass_door", "facade", "polished_floor",
         "puddles", "wet_street", "chrome")  # fmt: skip
SMALL = ["scene=studio", "pedestrians=few", "camera=handheld", "render.width_px=160", "render.height_px=90",
         "props.count=0", "render.device=cpu"]  # fmt: skip


@pytest.fixture(scope="module")
def packs():
    from blender_synth.packs.search import find_packs

    return find_packs(())


def _build(spec, packs):
    stage = build.build_scene(spec, {pack.name: pack.folder for pack in packs})
    settings = RenderSettings(width_px=160, height_px=90, samples=1, device="cpu")
    cycles.apply_picture_settings(stage.scene, settings, 0)
    return stage


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_built_where_its_spec_says_and_pairs_up_to_the_pixel(kind, packs):
    settings = compose([*SMALL, f"mirrors={kind}", "mirrors.paired=true"])
    spec = dataclasses.replace(sample_scene(settings, packs, 3), pair_role="mirror")
    assert spec.mirrors
    stage = _build(spec, packs)
    bpy.context.view_layer.update()
    for mirror in spec.mirrors:
        vertices, triangles = stage.triangles(mirror.instance_id)
        used = vertices[np.unique(triangles)]
        if mirror.plane() is not None:
            point, normal = mirror.plane()
            assert np.abs((used - point) @ normal).max() < 1e-4
        for part in mirror.curved():
            if part.shape == "sphere":
                away = np.linalg.norm(used - np.array(part.centre_m), axis=1) / part.radius_m
                assert away.min() > 0.999 or mirror.kind == "chrome"
    with_mirror = label_pass.render_labels(stage)
    seen = instance_table.seen_people(spec, stage, with_mirror)
    stage = _build(dataclasses.replace(spec, pair_role="matt"), packs)
    matt = label_pass.render_labels(stage)
    assert not instance_table.seen_people(spec, stage, matt) or not any(
        e["via"] for e in instance_table.seen_people(spec, stage, matt)
    )
    ids = [m.instance_id for m in spec.mirrors if m.surface != "opaque"]
    outside = ~np.isin(with_mirror["surface_id"], ids)
    assert (~outside).any()
    for layer, values in with_mirror.items():
        np.testing.assert_array_equal(values[outside], matt[layer][outside], err_msg=layer)
    np.testing.assert_array_equal(with_mirror["surface_id"], matt["surface_id"])
    assert (matt["reflected_via"] == 0).all()
    assert seen


def test_a_rough_floor_is_no_mirror(packs):
    rough = ["mirrors=polished_floor", "mirrors.polished_floor.roughness=0.3"]
    spec = sample_scene(compose([*SMALL, *rough]), packs, 3)
    (floor,) = spec.mirrors
    assert floor.surface == "opaque"
    assert {t.category for t in spec.labelled_instances() if t.instance_id == floor.instance_id} == {"pavement"}
    labels = label_pass.render_labels(_build(spec, packs))
    assert floor.instance_id in labels["surface_id"]
    assert (labels["reflected_via"] == 0).all()


def test_meshes_that_cannot_mirror_are_refused():
    stage, _ = _stage()
    flat = dataclasses.replace(MIRROR, v=(0.0, 0.0, 0.0))
    with pytest.raises(AssetError, match="no area"):
        stage.add(_rectangle(flat), 1001, "mirror")
    sheet = _rectangle(MIRROR)
    mesh = bpy.data.meshes.new("fins")
    corners = [(0, 0, 0), (0, 0, 1), (1, 0, 0), (0, 1, 0), (-1, 0, 0)]
    mesh.from_pydata(corners, [], [(0, 1, 2), (0, 1, 3), (0, 1, 4)])
    with pytest.raises(AssetError, match=r"'fins' is not manifold(.|\n)*fix:"):
        stage.add(bpy.data.objects.new("fins", mesh), 1001, "glass")
    with pytest.raises(AssetError, match=r"turns its back(.|\n)*flip"):
        stage.add(sheet, 1001, "mirror", facing=(0.0, 1.0, 0.0))
    for number in range(63):
        stage.add(_rectangle(MIRROR), 1001 + number, "mirror")
    with pytest.raises(AssetError, match=r"too many mirrors(.|\n)*63"):
        stage.add(_rectangle(MIRROR), 1064, "mirror")


def test_the_street_lends_its_own_panes_and_what_is_behind_them_is_the_shop(packs):
    settings = compose([*SMALL, "scene=street", "pedestrians=none", "mirrors=shopfront"])
    spec = next(s for s in (sample_scene(settings, packs, n) for n in range(9)) if s.mirrors[0].host_id is not None)
    (front,) = spec.mirrors
    # look straight at it from across the pavement
    middle = np.array(front.position_m) + front.height_m / 2 * front.axes()[1]
    eye = middle + 3.0 * front.axes()[2]
    camera = dataclasses.replace(
        spec.camera, position_m=tuple(float(v) for v in eye), yaw_deg=(front.facing_deg + 180.0) % 360.0,
        pitch_deg=0.0, roll_deg=0.0,
    )  # fmt: skip
    stage = _build(dataclasses.replace(spec, camera=camera, props=()), packs)
    bpy.context.view_layer.update()
    labels = label_pass.render_labels(stage)
    panes = labels["surface_id"] == front.instance_id
    assert panes.mean() > 0.1
    assert (labels["reflected_via"][panes] == 1).mean() > 0.95
    assert set(np.unique(labels["transmitted_id"][panes])) <= {0, front.host_id}
    assert (labels["transmitted_id"][panes] == front.host_id).mean() > 0.95
    assert (labels["reflected_id"][panes] != front.host_id).mean() > 0.9
    vertices, _ = stage.triangles(front.instance_id)
    point, normal = front.plane()
    assert np.abs((vertices - point) @ normal).max() < 1e-3


def test_the_ground_is_seen_through_a_puddle_and_feet_meet_at_its_edge(packs):
    spec = sample_scene(compose([*SMALL, "mirrors=puddles", "mirrors.puddles.count=1"]), packs, 3)
    (puddle,) = spec.mirrors
    person = spec.people[0]
    # stand somebody with the toes in the water, on the camera's far side of it
    eye, middle = np.array(spec.camera.position_m)[:2], np.array(puddle.position_m)[:2]
    away = (middle - eye) / np.linalg.norm(middle - eye)
    edge = max((np.array(puddle.outline_xy_m) - middle) @ away)
    at = middle + (edge * 0.7) * away
    person = dataclasses.replace(person, position_m=(float(at[0]), float(at[1]), 0.0))
    yaw = float(np.degrees(np.arctan2(away[1], away[0])))
    camera = dataclasses.replace(spec.camera, yaw_deg=yaw, pitch_deg=-14.0, roll_deg=0.0)
    stage = _build(dataclasses.replace(spec, people=(person,), camera=camera), packs)
    labels = label_pass.render_labels(stage)
    water = labels["surface_id"] == puddle.instance_id
    assert (labels["transmitted_id"][water] == puddle.ground_id).mean() > 0.9
    direct, mirrored = labels["surface_id"] == person.instance_id, labels["reflected_id"] == person.instance_id
    columns = np.flatnonzero(direct.any(axis=0) & mirrored.any(axis=0))
    assert len(columns)
    gaps = [np.flatnonzero(mirrored[:, c]).min() - np.flatnonzero(direct[:, c]).max() for c in columns]
    assert min(gaps) == 1
