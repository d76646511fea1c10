"""Simpler materials for diffuse rays: which get them, once, and that what the camera and mirrors see stays the same."""

import bpy
import numpy as np
import pytest

from blender_synth.blender.shading.indirect import NODE, mix_nodes, simplify_indirect
from blender_synth.blender.shading.nodes import Graph


@pytest.fixture
def surfaces():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return {
        name: _material(name, **values)
        for name, values in {
            "brick": {"base": (0.5, 0.2, 0.1), "roughness": 0.8},
            "chrome": {"metallic": 1.0},
            "pane": {"transmission_weight": 1.0},
            "leaf": {"alpha": 0.5},
            "lens": {"emission_strength": 2.0},
        }.items()
    }


def _material(name, **values):
    graph = Graph(name)
    return graph.surface(graph.principled(**values))


def test_only_plain_surfaces_become_matt_and_once(surfaces):
    simplify_indirect()
    simplify_indirect()
    assert [node.id_data for node in mix_nodes()] == [surfaces["brick"].node_tree]
    mix = next(mix_nodes())
    factor, whole, matt = (socket.links[0].from_socket for socket in mix.inputs)
    assert factor.name == "Is Diffuse Ray"
    assert whole.node.type == "BSDF_PRINCIPLED"
    assert matt.node.type == "BSDF_DIFFUSE"
    assert tuple(matt.node.inputs["Color"].default_value)[:3] == pytest.approx((0.5, 0.2, 0.1))
    for name in ("chrome", "pane", "leaf", "lens"):
        assert not any(node.name.startswith(NODE) for node in surfaces[name].node_tree.nodes)


def _render(path):
    scene = bpy.context.scene
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    from blender_synth.frames.raw_frame import read_exr

    channels = read_exr(path)
    return np.stack([channels[c] for c in "RGB"], axis=-1).astype(float)


def test_directly_lit_surfaces_look_the_same(surfaces, tmp_path):
    """Without diffuse bounces nothing changes; with them hardly anything does."""
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 8, False
    scene.render.resolution_x, scene.render.resolution_y = 24, 16
    scene.render.image_settings.file_format, scene.render.image_settings.color_mode = "OPEN_EXR", "RGB"
    for size, height in ((20, 0), (2, 1)):
        bpy.ops.mesh.primitive_cube_add(size=size, location=(0, 0, height - size / 2))
        bpy.context.object.data.materials.append(surfaces["brick"])
    bpy.ops.object.light_add(type="SUN", rotation=(0.6, 0.3, 0))
    bpy.context.object.data.energy = 3
    bpy.ops.object.camera_add(location=(0, -8, 4), rotation=(1.15, 0, 0))
    scene.camera = bpy.context.object
    pictures = {}
    for bounces in (0, 3):
        scene.cycles.diffuse_bounces = bounces
        pictures[bounces, "whole"] = _render(tmp_path / f"whole{bounces}.exr")
    simplify_indirect()
    for bounces in (0, 3):
        scene.cycles.diffuse_bounces = bounces
        pictures[bounces, "matt"] = _render(tmp_path / f"matt{bounces}.exr")
    assert pictures[0, "whole"].max() > 0.1
    np.testing.assert_allclose(pictures[0, "matt"], pictures[0, "whole"], atol=2e-3)
    assert pictures[3, "matt"].mean() == pytest.approx(pictures[3, "whole"].mean(), rel=0.03)
