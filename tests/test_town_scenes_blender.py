"""Crossing, square and car park as Blender gets them."""

from __future__ import annotations

import numpy as np
import pytest

from blender_synth.seeds import Streams

bpy = pytest.importorskip("bpy")

from blender_synth.blender.scenery import car_park as car_park_builder  # noqa: E402
from blender_synth.blender.scenery import crosswalk as crosswalk_builder  # noqa: E402
from blender_synth.blender.scenery import plaza as plaza_builder  # noqa: E402
from blender_synth.blender.stage import Stage  # noqa: E402
from blender_synth.world.scenery import car_park, crosswalk, plaza  # noqa: E402

pytestmark = pytest.mark.blender

SCENES = {
    "crosswalk": (crosswalk, crosswalk_builder),
    "plaza": (plaza, plaza_builder),
    "car_park": (car_park, car_park_builder),
}


@pytest.mark.parametrize("name", SCENES)
def test_everything_is_built_labelled_and_where_the_plan_says(name):
    world, builder = SCENES[name]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    spec, stage = world.Randomizer().sample(Streams(4, 0)), Stage(bpy.context.scene)
    builder.build(spec, stage)
    bpy.context.view_layer.update()
    meshes = [o for o in stage.scene.objects if o.type == "MESH"]
    assert {o.pass_index for o in meshes} == {t.instance_id for t in spec.labelled_instances()}
    shared = {o.data.name: o.data for o in meshes}
    for mesh in shared.values():
        mesh.calc_loop_triangles()
        assert all(m.node_tree.nodes["Material Output"].inputs["Surface"].is_linked for m in mesh.materials)
    assert sum(len(m.loop_triangles) for m in shared.values()) < 800_000
    rng, graph = np.random.default_rng(0), bpy.context.evaluated_depsgraph_get()
    for area in spec.layout().areas:  # the ground that people are put on is there, at its height
        found = []
        for weights in rng.dirichlet(np.ones(len(area.polygon_xy_m)), 40):
            at = weights @ np.array(area.polygon_xy_m)
            hit, place, _, _, obj, _ = bpy.context.scene.ray_cast(
                graph, (*at, area.z_m + 0.3), (0, 0, -1), distance=0.5
            )
            if hit and obj.pass_index == area.ground_id:
                found.append(place[2] - area.z_m)
        assert len(found) > 10, area.name
        assert np.abs(found).max() < 0.02, area.name


def test_the_car_park_lets_no_sky_in():
    """Rays from its aisles meet something in every direction."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    spec, stage = car_park.Randomizer().sample(Streams(2, 0)), Stage(bpy.context.scene)
    car_park_builder.build(spec, stage)
    bpy.context.view_layer.update()
    rng = np.random.default_rng(0)
    graph = bpy.context.evaluated_depsgraph_get()
    for _ in range(400):
        ray = rng.normal(size=3)
        x = float(rng.uniform(-1, 1)) * (spec.half_length_m - 0.5)
        origin = (x, spec.aisles_y_m[0] + float(rng.uniform(-1, 1)), float(rng.uniform(0.3, 2.0)))
        assert bpy.context.scene.ray_cast(graph, origin, ray / np.linalg.norm(ray), distance=200.0)[0], (origin, ray)
    assert stage.lights
