"""Indoor scenes as Blender gets them."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from blender_synth.seeds import Streams

bpy = pytest.importorskip("bpy")

from blender_synth.blender.mirrors import shopfront as shopfront_builder  # noqa: E402
from blender_synth.blender.stage import Stage  # noqa: E402
from blender_synth.world.mirrors import shopfront  # noqa: E402

pytestmark = pytest.mark.blender


@pytest.mark.parametrize("kind", ["lobby", "gym", "lift", "shopping_arcade"])
def test_a_room_is_built_as_planned(kind):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    spec = importlib.import_module(f"blender_synth.world.scenery.{kind}").Randomizer().sample(Streams(3, 0))
    stage = Stage(bpy.context.scene)
    importlib.import_module(f"blender_synth.blender.scenery.{kind}").build(spec, stage)
    meshes = [o for o in stage.scene.objects if o.type == "MESH"]
    assert {o.pass_index for o in meshes} == {t.instance_id for t in spec.labelled_instances()}
    bpy.context.view_layer.update()
    for obj in meshes:
        flat = np.empty(len(obj.data.vertices) * 3, np.float32)
        obj.data.vertices.foreach_get("co", flat)
        assert np.isfinite(flat).all(), obj.name
        for material in obj.data.materials:
            assert material.node_tree.nodes["Material Output"].inputs["Surface"].is_linked
    # lamps give the light that the spec asks for, by light objects that no picture shows
    assert 0 < len(stage.lights) <= 60
    assert all(light.data.energy > 0 and not light.visible_camera for light in stage.lights)
    # closed all round: from a place in the room no ray gets out but through panes
    glass = ("roof_glass", "front_glass", "shop_glass")
    graph = bpy.context.evaluated_depsgraph_get()
    start = np.array([0.0, 0.6 * getattr(spec, "depth_m", 0.0), 1.6])
    way = np.random.default_rng(1).normal(size=(400, 3))
    for step in way / np.linalg.norm(way, axis=1, keepdims=True):
        hit, _, _, face, obj, _ = stage.scene.ray_cast(graph, start, step)
        assert hit, step
        slot = obj.data.polygons[face].material_index
        assert obj.data.materials[slot].name in glass or obj.pass_index < 3900, obj.name
    # panes that can become mirrors are where the plan says
    for host in spec.layout().hosts[:2]:
        mirror = shopfront.Randomizer().sample(Streams(1, 0), (1001, 2001), host, None)
        shopfront_builder.build(mirror, stage)
        assert stage.triangles(1001)[1].size
