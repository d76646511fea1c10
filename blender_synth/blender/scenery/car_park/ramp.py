"""The ramp behind the opening in the east wall."""

from __future__ import annotations

import numpy as np

from blender_synth.blender.scenery.car_park.colours import MOUTH_M
from blender_synth.blender.scenery.meshes import Part, box, extrude, part, quad
from blender_synth.world.scenery.car_park import Spec
from blender_synth.world.scenery.car_park.elements import RAMP_LENGTH_M, RAMP_RISE_M, RAMP_WIDTH_M


def ramp(spec: Spec) -> list[Part]:
    """A ramp up to a shutter behind the opening in the east wall, with its own walls and ceiling."""
    x0, x1 = spec.half_length_m, spec.half_length_m + RAMP_LENGTH_M
    y0, y1 = spec.ramp_y_m - RAMP_WIDTH_M / 2, spec.ramp_y_m + RAMP_WIDTH_M / 2
    flat, rise, high = x1 - 3.0, RAMP_RISE_M, MOUTH_M + RAMP_RISE_M
    plain, floor = (*spec.wall_rgb, min(1.0, spec.grime + 0.2)), (0.2, 0.2, 0.195, 0.5)
    parts = [
        quad((x0, y0, 0), (flat, y0, rise), (flat, y1, rise), (x0, y1, 0), "plaster", floor),
        quad((flat, y0, rise), (x1, y0, rise), (x1, y1, rise), (flat, y1, rise), "plaster", floor),
        quad((x0, y0, MOUTH_M), (x0, y1, MOUTH_M), (x1, y1, high), (x1, y0, high), "plaster", plain),
        quad((x1, y0, 0), (x0, y0, 0), (x0, y0, 3.2), (x1, y0, high + 0.5), "plaster", plain),
        quad((x0, y1, 0), (x1, y1, 0), (x1, y1, high + 0.5), (x0, y1, 3.2), "plaster", plain),
    ]
    # grooves across, kerbs along
    groove = box((0, y0 + 0.4, 0.0), (0.025, y1 - 0.4, 0.004), "rubber", (0.1, 0.1, 0.1), without=("-z",))
    xs = np.arange(x0 + 0.4, flat, 0.3)
    parts.append(groove.repeated(np.column_stack([xs, 0 * xs, rise * (xs - x0) / (flat - x0)])))
    for y in (y0, y1 - 0.25):
        a, b = (x0, y, 0.0), (flat, y, rise)
        points = [a, b, (flat, y + 0.25, rise), (x0, y + 0.25, 0.0)]
        raised = [(px, py, pz + 0.15) for px, py, pz in points]
        parts.append(part([*points, *raised], [[0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7], [4, 5, 6, 7]],
                          "matt", (0.4, 0.3, 0.04)))  # fmt: skip
    profile = []
    for i in range(int((MOUTH_M + 0.4) / 0.09)):
        profile += [(0.0, 0.09 * i), (-0.016, 0.09 * i + 0.02), (-0.016, 0.09 * i + 0.07)]
    shutter = extrude(np.array(profile), RAMP_WIDTH_M, "paint", (0.36, 0.37, 0.37))
    parts.append(shutter.turned(-90).moved((x1 - 0.02, y1, rise)))
    return parts
