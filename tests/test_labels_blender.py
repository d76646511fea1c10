"""The label pass against closed-form answers: boxes in front of flat mirrors, facing mirrors, glass, cut-outs."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tests.ray_boxes import Box, MirrorRectangle, trace

bpy = pytest.importorskip("bpy")

from blender_synth.blender import cycles, label_pass  # noqa: E402
from blender_synth.blender.cameras import pinhole  # noqa: E402
from blender_synth.blender.instance_table import instance_rows, seen_objects  # noqa: E402
from blender_synth.blender.stage import Stage  # noqa: E402
from blender_synth.optics.silhouette import silhouette  # noqa: E402
from blender_synth.settings import RenderSettings  # noqa: E402
from blender_synth.world.cameras.pinhole import Spec as Camera  # noqa: E402
from blender_synth.world.labelled_instances import LabelledInstance  # noqa: E402

pytestmark = pytest.mark.blender

SHAPE = (96, 128)
BOXES = [
    Box(1, (-1.31, -2.2, 0.0), (-0.83, -1.77, 1.73)),
    Box(2, (0.62, -1.13, 0.0), (1.07, -0.71, 1.61)),
    Box(3, (0.11, -6.9, 0.0), (0.52, -6.4, 1.8)),
    Box(3001, (-20.0, -20.0, -0.5), (20.0, 20.0, 0.0)),
]
MIRROR = MirrorRectangle(1001, 1, (-2.03, 2.0, 0.41), (4.1, 0.0, 0.0), (0.0, 0.0, 2.07))
FACING = MirrorRectangle(1002, 2, (3.03, -7.5, 0.2), (-6.1, 0.0, 0.0), (0.0, 0.0, 2.6))


def _mesh(name, corners, faces):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([tuple(map(float, c)) for c in corners], [], faces)
    return bpy.data.objects.new(name, mesh)


def _rectangle(rectangle):
    corner, u, v = (np.array(a) for a in (rectangle.corner, rectangle.u, rectangle.v))
    return _mesh("rectangle", [corner, corner + u, corner + u + v, corner + v], [(0, 1, 2, 3)])


def _box(box):
    (x0, y0, z0), (x1, y1, z1) = box.low, box.high
    corners = [(x, y, z) for z in (z0, z1) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
    faces = [(0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7), (3, 2, 1, 0)]
    return _mesh("box", corners, faces)


def _stage(camera=None):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene)
    camera = camera or Camera(
        rig="handheld", anchor="test", width_px=SHAPE[1], height_px=SHAPE[0], focal_length_mm=4.4, sensor_width_mm=6.4,
        position_m=(0.37, -5.61, 1.58), yaw_deg=93.0, pitch_deg=-3.0, roll_deg=1.3,
    )  # fmt: skip
    pinhole.build(camera, stage)
    settings = RenderSettings(width_px=SHAPE[1], height_px=SHAPE[0], samples=1, device="cpu")
    cycles.apply_picture_settings(stage.scene, settings, 0)
    for box in BOXES:
        stage.add(_box(box), box.instance_id)
    return stage, camera


def _answers(mirrors, camera, boxes=BOXES):
    return trace(boxes, mirrors, camera.world_from_camera(), camera.k(), SHAPE)


def test_direct_and_reflected_ids_equal_the_closed_form_to_the_pixel():
    stage, camera = _stage()
    stage.add(_rectangle(MIRROR), 1001, "mirror")
    lamp = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    stage.scene.collection.objects.link(lamp)
    labels, expected = label_pass.render_labels(stage), _answers([MIRROR], camera)
    assert {1, 2, 3} <= set(np.unique(labels["reflected_id"]))
    np.testing.assert_array_equal(labels["surface_id"], expected["first"])
    np.testing.assert_array_equal(labels["reflected_id"], expected["shown"])
    np.testing.assert_array_equal(labels["reflected_via"], expected["code"])
    finite = np.isfinite(expected["depth"])
    assert (np.isfinite(labels["depth_m"]) == finite).all()
    np.testing.assert_allclose(labels["depth_m"][finite], expected["depth"][finite], rtol=2e-4)
    seen = labels["reflected_id"] > 0
    np.testing.assert_allclose(labels["reflected_path_m"][seen], expected["path"][seen], rtol=2e-4)
    assert np.isinf(labels["reflected_path_m"][(labels["reflected_bounces"] > 0) & ~seen]).all()
    assert (labels["transmitted_id"] == 0).all()
    assert not lamp.hide_render


def test_facing_mirrors_spell_the_chain_for_four_bounces():
    stage, camera = _stage()
    stage.add(_rectangle(MIRROR), 1001, "mirror")
    stage.add(_rectangle(FACING), 1002, "mirror")
    labels, expected = label_pass.render_labels(stage), _answers([MIRROR, FACING], camera)
    assert labels["reflected_bounces"].max() >= 3
    for layer, answer in (("surface_id", "first"), ("reflected_id", "shown"), ("reflected_via", "code")):
        wrong = labels[layer] != expected[answer]
        assert wrong.mean() <= 0.001, layer
    seen = (labels["reflected_id"] > 0) & (labels["reflected_id"] == expected["shown"])
    np.testing.assert_allclose(labels["reflected_path_m"][seen], expected["path"][seen], rtol=1e-3)


def test_glass_shows_both_layers():
    stage, camera = _stage()
    behind = Box(4, (-0.4, 3.0, 0.0), (0.2, 3.5, 1.7))
    stage.add(_box(behind), 4)
    stage.add(_rectangle(MIRROR), 1001, "glass")
    labels = label_pass.render_labels(stage)
    boxes = [*BOXES, behind]
    reflected, through = _answers([MIRROR], camera, boxes), _answers([], camera, boxes)
    np.testing.assert_array_equal(labels["reflected_id"], reflected["shown"])
    glass = labels["surface_id"] == 1001
    np.testing.assert_array_equal(labels["transmitted_id"], np.where(glass, through["first"], 0))
    seen = glass & (labels["transmitted_id"] > 0)
    assert 4 in labels["transmitted_id"]
    np.testing.assert_allclose(labels["transmitted_path_m"][seen], through["path"][seen], rtol=2e-4)


@pytest.mark.parametrize("how", ["alpha", "mix"])
def test_what_alpha_cuts_out_is_not_there(how: str):
    stage, camera = _stage()
    size = 4.0
    leaf = _rectangle(MirrorRectangle(9, 0, (-2.0, -1.0, 0.5), (size, 0.0, 0.0), (0.0, 0.0, 2.0)))
    material = bpy.data.materials.new("leaf")
    material.use_nodes = True
    tree = material.node_tree
    place, split = tree.nodes.new("ShaderNodeNewGeometry"), tree.nodes.new("ShaderNodeSeparateXYZ")
    right = tree.nodes.new("ShaderNodeMath")
    right.operation = "GREATER_THAN"
    right.inputs[1].default_value = 0.0
    tree.links.new(place.outputs["Position"], split.inputs[0])
    tree.links.new(split.outputs["X"], right.inputs[0])
    if how == "alpha":
        tree.links.new(right.outputs[0], tree.nodes["Principled BSDF"].inputs["Alpha"])
    else:
        picture = bpy.data.images.new("left and right", 2, 1)
        picture.colorspace_settings.name = "Non-Color"
        picture.pixels = [0.0] * 4 + [1.0] * 4
        texture, place = tree.nodes.new("ShaderNodeTexImage"), tree.nodes.new("ShaderNodeCombineXYZ")
        texture.image, texture.interpolation = picture, "Closest"
        middle = tree.nodes.new("ShaderNodeMath")  # of the left or the right pixel
        middle.operation = "MULTIPLY_ADD"
        middle.inputs[1].default_value, middle.inputs[2].default_value = 0.5, 0.25
        tree.links.new(right.outputs[0], middle.inputs[0])
        tree.links.new(middle.outputs[0], place.inputs[0])
        tree.links.new(place.outputs[0], texture.inputs[0])
        mix, clear = tree.nodes.new("ShaderNodeMixShader"), tree.nodes.new("ShaderNodeBsdfTransparent")
        tree.links.new(texture.outputs["Color"], mix.inputs[0])
        tree.links.new(clear.outputs[0], mix.inputs[1])
        tree.links.new(tree.nodes["Principled BSDF"].outputs[0], mix.inputs[2])
        tree.links.new(mix.outputs[0], tree.nodes["Material Output"].inputs[0])
    leaf.data.materials.append(material)
    stage.add(leaf, 9)
    labels = label_pass.render_labels(stage)
    whole = _answers([MirrorRectangle(9, 1, (0.0, -1.0, 0.5), (size / 2, 0.0, 0.0), (0.0, 0.0, 2.0))], camera)
    np.testing.assert_array_equal(labels["surface_id"], whole["first"])
    assert leaf.data.materials[0] == material


def test_silhouette_covers_exactly_what_an_unhidden_box_shows():
    stage, camera = _stage()
    labels = label_pass.render_labels(stage)
    vertices, triangles = stage.triangles(2)
    found = silhouette(vertices, triangles, camera.world_from_camera(), camera.k(), SHAPE)
    np.testing.assert_array_equal(found.mask, labels["surface_id"] == 2)
    assert found.truncation == 0.0


def test_the_label_pass_leaves_the_pictures_settings_as_they_were():
    stage, _ = _stage()
    scene = stage.scene
    names = ("samples", "use_denoising", "filter_width", "sample_clamp_indirect", "max_bounces", "pixel_filter_type")
    before = [getattr(scene.cycles, n) for n in names] + [scene.render.image_settings.file_format]
    label_pass.render_labels(stage)
    assert before == [getattr(scene.cycles, n) for n in names] + [scene.render.image_settings.file_format]
    assert scene.view_layers[0].material_override is None


def _turned(obj, angle_deg, location_m):
    obj.rotation_euler, obj.location = (0.0, 0.0, np.radians(angle_deg)), location_m
    return obj


def _object_rows(stage, camera, labels, category="bench"):
    """Rows of the instance table of a stage without people, whose only mirror is `MIRROR` if it has that slot."""
    bpy.context.view_layer.update()
    numbers = [number for number in stage.objects if number not in (MIRROR.instance_id, 3001)]
    mirror = SimpleNamespace(
        instance_id=MIRROR.instance_id, kind="wall", surface="mirror", curved=lambda: (),
        plane=lambda: (np.array(MIRROR.corner), np.array([0.0, -1.0, 0.0])),
    )  # fmt: skip
    spec = SimpleNamespace(
        people=[], mirrors=[mirror] if stage.mirror_slots else [], camera=camera,
        labelled_instances=lambda: [
            LabelledInstance(instance_id=number, category=category, name=f"object_{number}") for number in numbers
        ],
    )  # fmt: skip
    shown = seen_objects(spec, labels)
    solids = {number: stage.solid(number, {}, label_pass.is_cut_out) for number in shown}
    return {row.instance_id: row.object for row in instance_rows(spec, stage, labels, {}, solids)}


def test_a_hidden_objects_outline_is_what_is_seen_of_it_alone():
    """Directly and in a mirror, against the closed form without the objects before it and with a boundless mirror."""
    stage, camera = _stage()
    stage.add(_rectangle(MIRROR), 1001, "mirror")
    in_front = Box(4, (0.45, -2.2, 0.0), (0.8, -2.0, 1.2))
    stage.add(_box(in_front), 4)
    labels = label_pass.render_labels(stage)
    rows = _object_rows(stage, camera, labels)
    boundless = MirrorRectangle(1001, 1, (-200.0, 2.0, -200.0), (400.0, 0.0, 0.0), (0.0, 0.0, 400.0))
    hidden = 0
    for box in BOXES[:3]:
        alone = _answers([boundless], camera, [box])
        found = rows[box.instance_id]
        visible = labels["surface_id"] == box.instance_id
        if (alone["first"] == box.instance_id).any():
            np.testing.assert_array_equal(found.amodal.rle.mask(), alone["first"] == box.instance_id)
            hidden += int(found.amodal.amodal_px > visible.sum())
        for chain in found.reflections:
            # the mirror image is drawn as if nothing stood between: not the object itself either
            apparent = mirrored_box(box)
            expected = _answers([], camera, [apparent])["first"] == box.instance_id
            assert chain.via == (1001,)
            np.testing.assert_array_equal(chain.amodal.rle.mask(), expected)
            assert chain.amodal.amodal_px > 0
    assert hidden
    assert sum(len(rows[box.instance_id].reflections) for box in BOXES[:3]) >= 2


def mirrored_box(box):
    """A box behind the plane y = 2 that looks as the mirror there shows it."""
    (x0, y0, z0), (x1, y1, z1) = box.low, box.high
    return Box(box.instance_id, (x0, 4.0 - y1, z0), (x1, 4.0 - y0, z1))


def test_any_meshs_outline_and_box_agree_with_a_ray_caster():
    pytest.importorskip("trimesh.ray.ray_pyembree")
    from tests.ray_mesh import Triangles, camera_rays

    stage, camera = _stage()
    bpy.ops.mesh.primitive_torus_add(major_radius=0.6, minor_radius=0.2)
    ring = bpy.context.object
    bpy.context.scene.collection.objects.unlink(ring)
    ring.rotation_euler, ring.location, ring.scale = (0.9, 0.4, 0.0), (0.2, -0.4, 1.1), (1.0, 1.3, 0.8)
    stage.add(ring, 7)
    beam = _turned(_box(Box(8, (-0.9, -0.1, 0.0), (0.9, 0.1, 0.5))), 33.0, (0.1, 0.9, 0.0))
    stage.add(beam, 8)
    labels = label_pass.render_labels(stage)
    rows = _object_rows(stage, camera, labels)
    for number in (7, 8):
        lone = Stage(bpy.context.scene)
        lone.objects[number] = stage.objects[number]
        centres = np.stack(np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]][::-1], axis=-1).reshape(-1, 2) + 0.5
        rays = camera_rays(centres, camera.world_from_camera(), camera.k())
        seen = Triangles(lone).hit(*rays)[0].reshape(SHAPE) >= 0
        assert (rows[number].amodal.rle.mask() != seen).sum() <= 0.005 * seen.sum() + 1  # centres on an edge
        assert rows[number].amodal.amodal_px > (labels["surface_id"] == number).sum()
    (low, high), heading = rows[8].box_m, rows[8].heading_deg
    assert heading == pytest.approx(33.0, abs=0.01)
    np.testing.assert_allclose(np.subtract(high, low), (1.8, 0.2, 0.5), atol=1e-3)
    np.testing.assert_allclose(rows[8].position_m, (0.1, 0.9, 0.0), atol=1e-3)


def test_an_object_that_reaches_behind_the_camera_has_no_known_outline():
    stage, camera = _stage()
    stage.add(_box(Box(5, (-3.0, -9.0, 0.0), (-0.6, 1.0, 0.9))), 5)
    row = _object_rows(stage, camera, label_pass.render_labels(stage))[5]
    assert row.amodal is None
    np.testing.assert_allclose(np.subtract(row.box_m[1], row.box_m[0]), (2.4, 10.0, 0.9), atol=1e-3)
