"""What is applied to a finished front: cornice, courses, quoins, pipes, cables."""

from __future__ import annotations

import numpy as np

from blender_synth.blender.scenery.facade.walls import with_soot
from blender_synth.blender.scenery.meshes import Part, Tint, box, extrude, part, tube
from blender_synth.world.scenery.shared.street_parts import Building


def mouldings(b: Building) -> list[Part]:
    """Cornice under the eaves, string course over the ground floor, quoins at the corners."""
    tint = with_soot(b, b.trim_rgb)
    c = b.cornice_m
    cornice = np.array(
        [
            (0, -0.55),
            (-0.03, -0.55),
            (-0.03, -0.42),
            (0, -0.40),
            (0, -0.26),
            (-0.3 * c, -0.22),
            (-0.35 * c, -0.16),
            (-0.8 * c, -0.08),
            (-c, -0.05),
            (-c, 0.0),
            (0, 0.02),
        ]
    )
    course = np.array([(0, -0.14), (-0.03, -0.14), (-0.05, -0.10), (-0.09, -0.05), (-0.09, 0.0), (0, 0.03)])
    parts = [
        extrude(cornice, b.width_m, "trim", tint).moved((0, 0, b.eaves_m)),
        extrude(course, b.width_m, "trim", tint).moved((0, 0, b.ground_m)),
    ]
    for profile, z in ((cornice, b.eaves_m), (course, b.ground_m)):
        for x, flip in ((0.0, False), (b.width_m, True)):
            parts.append(_end(profile + (0, z), x, tint, flip))
    if b.quoins:
        rows = np.arange(b.ground_m + 0.1, b.eaves_m - 0.6, 0.42)
        for i, z in enumerate(rows):
            long = 0.52 if i % 2 else 0.34
            for x0, x1 in ((0.0, long), (b.width_m - long, b.width_m)):
                parts.append(box((x0, -0.022, z), (x1, 0, z + 0.39), "trim", tint, without=("+y",)))
    return parts


def _end(profile: np.ndarray, x: float, tint: Tint, flip: bool) -> Part:
    """The end of a moulding at x: the strip between its profile (N, 2) of y and z and the wall."""
    count = len(profile)
    on_wall = profile * (0.0, 1.0)
    points = np.column_stack([np.full(2 * count, x), np.concatenate([profile, on_wall])])
    n = np.arange(count - 1)
    quads = np.stack([n, n + 1, n + 1 + count, n + count], axis=1)
    return part(points, quads if flip else quads[:, ::-1], "trim", tint)


def pipes_and_cables(b: Building, rng: np.random.Generator) -> list[Part]:
    """Downpipe, cables, house number, vents."""
    x = 0.16
    zinc = (0.26, 0.27, 0.28)
    top = b.eaves_m - 0.1
    path = np.array([(x, -0.3, top), (x, -0.24, top - 0.25), (x, -0.09, top - 0.6), (x, -0.09, 0.35), (x, -0.13, 0.18)])
    parts = [tube(path, 0.048, 8, "metal", zinc)]
    for z in np.arange(1.2, top - 1, 2.1):
        parts.append(box((x - 0.07, -0.145, z), (x + 0.07, 0, z + 0.035), "metal", zinc))
    z = b.ground_m + 0.12
    xs = np.linspace(0.0, b.width_m, 9)
    sag = 0.02 * np.sin(np.linspace(0, 4 * np.pi, 9)) + float(rng.uniform(0, 0.08))
    parts.append(tube(np.column_stack([xs, np.full(9, -0.11), z + sag]), 0.008, 5, "rubber", (0.02, 0.02, 0.02)))
    for bay in b.ground:
        if bay.kind in ("window", "blank"):
            a, c = b.bay_span(bay)
            x, z = float(rng.uniform(a + 0.3, c - 0.3)), float(rng.uniform(0.28, 0.34))
            parts.append(box((x, -0.04, z), (x + 0.22, -0.03, z + 0.13), "iron", (0.08, 0.08, 0.08)))
    return parts
