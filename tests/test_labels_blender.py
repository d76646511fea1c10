"""The label pass against closed-form answers: boxes in front of flat mirrors, facing mirrors, glass, cut-outs."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ray_boxes import Box, MirrorRectangle, trace

bpy = pytest.importorskip("bpy")

from blender_synth.blender import cycles, label_pass  # noqa: E402
from blender_synth.blender.cameras import pinhole  # noqa: E402
from blender_synth.blender.stage import Stage  # noqa: E402
from blender_synth.optics.silhouette import silhouette  # noqa: E402
from blender_synth.settings import RenderSettings  # noqa: E402
from blender_synth.world.cameras.pinhole import Spec as Camera  # noqa: E402

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
