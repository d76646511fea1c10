"""The street before the windows of a room."""

from __future__ import annotations

import math

import bpy
import numpy as np

from blender_synth.blender.scenery import facade, vegetation
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import box, join, quad, to_mesh, to_object
from blender_synth.blender.scenery.pieces import place
from blender_synth.blender.scenery.rooms.assemble import add
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.shared.outside import Outside


def outside(plan: Outside, stage: Stage, materials: Materials) -> None:
    """Add the street before the windows, and its street lamps, which are on at night."""
    y, z, half, turn = plan.near_m, -plan.drop_m, plan.half_length_m, plan.turn_deg
    kerb = y - plan.pavement_m
    far = kerb - plan.road_m
    end = far - plan.pavement_m - 14.0
    paved, tint = f"paving_{plan.pattern}", (*plan.pavement_rgb, 0.4)
    rows = [quad((-half, a, z), (half, a, z), (half, b, z), (-half, b, z), paved, tint)
            for a, b in ((kerb, y), (end, far))]  # fmt: skip
    for b in (kerb, far):
        rows.append(box((-half, b - 0.08, z - 0.13), (half, b + 0.08, z + 0.002), "kerb", (0.33, 0.32, 0.3)))
    add(stage, materials, plan.first_id + 1, f"{plan.name}_pavement", [join(rows).turned(turn)])
    road = quad((-half, far, z - 0.12), (half, far, z - 0.12), (half, kerb, z - 0.12), (-half, kerb, z - 0.12),
                "asphalt", (0.083, 0.081, 0.078))  # fmt: skip
    add(stage, materials, plan.first_id, f"{plan.name}_road", [road.turned(turn)])
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))

    def turned(x: float, y: float) -> tuple[float, float]:
        return c * x - s * y, s * x + c * y

    for house in plan.houses:
        obj = to_object(house.name, facade.building(house), materials)
        stage.add(place(obj, (*turned(*house.start_xy_m), z), 180.0 + turn), house.instance_id)
    mesh = to_mesh("tree", vegetation.tree(0, plan.leaf_rgb), materials) if plan.trees_m else None
    for number, at in enumerate(plan.trees_m):
        obj = place(bpy.data.objects.new(f"{plan.name}_tree_{number}", mesh), (*turned(*at), z), 77.0 * number)
        stage.add(obj, plan.first_id + 30 + number)
    for x in np.linspace(-0.6, 0.6, 3) * half:
        stage.lamps.append(((*turned(float(x), far + 1.4), z + 6.3), 90.0 + turn, 0))
