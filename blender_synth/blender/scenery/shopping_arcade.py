"""Builds a covered passage: two rows of shops, a roof of iron and glass, glazed screens at the ends."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from blender_synth.blender.scenery import facade, room_pieces, rooms
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, Vec, box, join, lathe, part, quad, to_object, tube
from blender_synth.blender.scenery.pieces import place
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.shared.rooms import CEILING_ID, FLOOR_ID, LAMPS_ID
from blender_synth.world.scenery.shared.street_parts import Building
from blender_synth.world.scenery.shopping_arcade import Spec
from blender_synth.world.scenery.shopping_arcade.elements import DEPTH_M, END_IDS, GALLERY_M

_ROOF_STEPS = 12


def build(spec: Spec, stage: Stage) -> None:
    """Add the passage, and a street at each of its ends, to the scene."""
    rooms.prepare(stage)
    materials = Materials()
    half = spec.length_m / 2
    rooms.add(stage, materials, FLOOR_ID, "floor", [_floor(spec)])
    rooms.add(stage, materials, CEILING_ID, "glass_roof", [_roof(spec), _houses_around(spec)])
    for side in spec.sides:
        shape = join([facade.front(side), _pilasters(side), *_gallery(spec, side), _threshold(side)])
        nx, ny = side.outward
        obj = place(to_object(side.name, shape, materials), (*side.start_xy_m, 0.0), math.degrees(math.atan2(nx, -ny)))
        stage.add(obj, side.instance_id)
    for name, sign in (("east", 1), ("west", -1)):
        screen = _end(spec).turned(-90.0 if sign > 0 else 90.0).moved((sign * half, 0, 0))
        rooms.add(stage, materials, END_IDS[name], f"end_{name}", [screen])
    rooms.add(stage, materials, LAMPS_ID, "lamps", [_lamp(spec, stage, at) for at in spec.lamps_m])
    room_pieces.add_pieces(spec.pieces, stage, materials)
    for end in spec.ends:
        rooms.outside(end, stage, materials)


def _floor(spec: Spec) -> Part:
    """The patterned field between two plain borders."""
    half, wide, border = spec.length_m / 2, spec.width_m / 2, 0.45
    field = rooms.floor(spec.floor, -half, half, -wide + border, wide - border)
    tint = (*spec.border_rgb, spec.floor.gloss)
    parts = [field]
    for a, b in ((-wide - 0.3, -wide + border), (wide - border, wide + 0.3)):
        parts.append(quad((-half, a, 0), (half, a, 0), (half, b, 0), (-half, b, 0), spec.floor.material, tint))
    return join(parts)


def _threshold(side: Building) -> Part:
    """Closes the joint between floor and shop floors."""
    w = side.width_m
    return quad((0, 0.0, 0.004), (w, 0.0, 0.004), (w, DEPTH_M, 0.004), (0, DEPTH_M, 0.004), "matt", (0.14, 0.13, 0.12))


def _pilasters(side: Building) -> Part:
    """A pilaster between bays, from the ground to the cornice, with base, capital and a sunk panel."""
    tint = (*side.trim_rgb, 0.5 * side.soot)
    dark = (*(0.82 * c for c in side.trim_rgb), 0.5 * side.soot)
    top = side.eaves_m - 0.5
    w = 0.13
    one = join(
        [
            box((-w, -0.11, 0.0), (w, 0.0, top), "trim", tint, without=("+y", "-z")),
            box((-w - 0.03, -0.15, 0.0), (w + 0.03, 0.0, 0.4), "trim", dark, without=("+y", "-z")),
            box((-w + 0.04, -0.115, 0.6), (w - 0.04, -0.10, side.shop_top_m - 0.1), "trim", dark, without=("+y",)),
            box((-w - 0.04, -0.17, side.ground_m - 0.28), (w + 0.04, 0.0, side.ground_m - 0.14), "trim", tint),
            box((-w - 0.04, -0.17, top - 0.22), (w + 0.04, 0.0, top), "trim", tint, without=("+y",)),
        ]
    )
    xs = np.concatenate([[0.14], np.cumsum(side.bay_widths_m)])
    xs[-1] -= 0.14
    return one.repeated(np.column_stack([xs, 0 * xs, 0 * xs]))


def _gallery(spec: Spec, side: Building) -> list[Part]:
    """A walkway along the upper storey on iron brackets, with a railing."""
    if spec.storey != "gallery":
        return []
    w, z, out = side.width_m, side.ground_m + 0.06, GALLERY_M
    parts = [
        box((0, -out, z), (w, 0, z + 0.1), "trim", (*side.trim_rgb, 0.2)),
        box((0, -out - 0.03, z - 0.05), (w, -out, z + 0.16), "iron", spec.iron_rgb),
        facade.railing([(0.02, -out + 0.03), (w - 0.02, -out + 0.03)], 1.05, 0.12, spec.iron_rgb).moved(
            (0, 0, z + 0.1)
        ),
    ]
    t = np.linspace(0, np.pi / 2, 7)
    for x in np.cumsum(side.bay_widths_m)[:-1]:
        curve = np.column_stack([np.full(7, x), -0.12 - (out - 0.2) * (1 - np.cos(t)), z - 0.75 + 0.72 * np.sin(t)])
        parts.append(tube(curve, 0.028, 7, "iron", spec.iron_rgb))
        parts.append(box((x - 0.025, -out + 0.02, z - 0.06), (x + 0.025, -0.1, z), "iron", spec.iron_rgb))
    return parts


def _profile(spec: Spec) -> np.ndarray:
    """(k, 2) of (y, z) over the passage, from right to left."""
    wide = spec.width_m / 2
    if spec.roof == "barrel":
        a = np.linspace(np.pi, 0, _ROOF_STEPS + 1)
        return np.column_stack([wide * np.cos(a), spec.springing_m + spec.rise_m * np.sin(a)])
    y = np.linspace(-wide, wide, _ROOF_STEPS + 1)
    return np.column_stack([y, [spec.roof_m(v) for v in y]])


def _roof(spec: Spec) -> Part:
    """Iron arches with ties, purlins along the passage, fine bars, and panes."""
    half, rgb = spec.length_m / 2, spec.iron_rgb
    profile = _profile(spec)
    parts = []
    xs = np.linspace(-half, half, spec.arches)
    arch = tube(np.column_stack([0 * profile[:, 0], profile]), 0.055, 6, "iron", rgb)
    inner = np.column_stack([0 * profile[:, 0], 0.93 * profile[:, 0],
                             spec.springing_m + 0.88 * (profile[:, 1] - spec.springing_m) - 0.02])  # fmt: skip
    arch = join([arch, tube(inner, 0.03, 6, "iron", rgb)])
    for k in range(1, _ROOF_STEPS, 2):
        arch = join([arch, tube(np.array([inner[k], (0.0, *profile[k])]), 0.014, 5, "iron", rgb)])
    if spec.roof == "gable":
        tie = np.array(
            [(0.0, -spec.width_m / 2, spec.springing_m + 0.02), (0.0, spec.width_m / 2, spec.springing_m + 0.02)]
        )
        arch = join([arch, tube(tie, 0.018, 6, "iron", rgb)])
    parts.append(arch.repeated(np.column_stack([xs, 0 * xs, 0 * xs])))
    for k, (y, z) in enumerate(profile):
        r = 0.05 if k in (0, len(profile) - 1, _ROOF_STEPS // 2) else 0.022
        parts.append(tube(np.array([(-half, y, z + 0.03), (half, y, z + 0.03)]), r, 5, "iron", rgb))
    bars = np.linspace(-half, half, 3 * (spec.arches - 1) + 1)
    fine = tube(np.column_stack([0 * profile[:, 0], profile[:, 0], profile[:, 1] + 0.05]), 0.014, 4, "iron", rgb)
    parts.append(fine.repeated(np.column_stack([bars, 0 * bars, 0 * bars])))
    for (y0, z0), (y1, z1) in pairwise(profile):
        parts.append(quad((-half, y1, z1 + 0.06), (half, y1, z1 + 0.06), (half, y0, z0 + 0.06), (-half, y0, z0 + 0.06),
                          "roof_glass"))  # fmt: skip
    return join(parts)


def _houses_around(spec: Spec) -> Part:
    """The buildings around the passage: they block low sun and close the gaps above the shops."""
    half, wide, top = spec.length_m / 2, spec.width_m / 2, spec.springing_m
    tint = (0.42, 0.40, 0.37, 0.4)
    parts = []
    for s in (-1, 1):
        a, b = sorted((s * (wide + DEPTH_M), s * (wide + 15.0)))
        parts.append(box((-half, a, -0.1), (half, b, top + 1.2), "plaster", tint))
        a, b = sorted((s * wide, s * (wide + DEPTH_M + 0.1)))
        parts.append(box((-half, a, top + 0.02), (half, b, top + 0.3), "trim", tint))
        for x0, x1 in ((-half - 0.5, -half), (half, half + 0.5)):
            a, b = sorted((s * (wide - 0.02), s * (wide + 15.0)))
            parts.append(box((x0, a, -0.1), (x1, b, top + 1.2), "plaster", tint))
    return join(parts)


def _end(spec: Spec) -> Part:
    """A screen of iron and glass across the end, facing -y: doors below, a lunette above."""
    wide, rgb = spec.width_m / 2, spec.iron_rgb
    profile = _profile(spec)
    stone = (*spec.sides[0].trim_rgb, 0.2)
    parts = []
    pier = 0.35
    for s in (-1, 1):
        a, b = sorted((s * wide, s * (wide - pier)))
        parts.append(box((a, -0.2, 0), (b, 0.15, spec.springing_m), "trim", stone))
    span = 2 * (wide - pier)
    count = max(3, round(span / 1.15))
    xs = np.linspace(-wide + pier, wide - pier, count + 1)
    ys, zs = profile[:, 0], profile[:, 1]
    for x in xs:
        parts.append(box((x - 0.035, -0.05, 0), (x + 0.035, 0.05, float(np.interp(x, ys, zs))), "iron", rgb))
    door, band = 2.3, 3.3
    for z, t in ((0.0, 0.12), (door, 0.1), (band, 0.1), (spec.springing_m - 0.05, 0.14)):
        parts.append(box((-wide + pier, -0.055, z), (wide - pier, 0.055, z + t), "iron", rgb))
    rim = np.column_stack([profile[:, 0], 0 * profile[:, 0], profile[:, 1]])
    parts.append(tube(rim, 0.07, 6, "iron", rgb))
    if spec.roof == "barrel":
        middle = np.array([0.0, 0.0, spec.springing_m])
        for k in range(2, _ROOF_STEPS - 1, 2):
            parts.append(tube(np.array([middle + 0.3 * (rim[k] - middle), rim[k]]), 0.025, 5, "iron", rgb))
    # leaves of the middle door, with handles
    mid = count // 2
    for a, b in ((xs[mid], (xs[mid] + xs[mid + 1]) / 2), ((xs[mid] + xs[mid + 1]) / 2, xs[mid + 1])):
        for x0, x1 in ((a + 0.03, a + 0.09), (b - 0.09, b - 0.03)):
            parts.append(box((x0, -0.06, 0.1), (x1, 0.02, door), "iron", rgb))
    glass = [quad((-wide + pier, 0, 0.1), (wide - pier, 0, 0.1), (wide - pier, 0, spec.springing_m),
                  (-wide + pier, 0, spec.springing_m), "roof_glass")]  # fmt: skip
    fan = np.concatenate([rim, [[0.0, 0.0, spec.springing_m]]])
    i = np.arange(len(rim) - 1)
    glass.append(part(fan, np.stack([np.full(len(i), len(rim)), i + 1, i], 1), "roof_glass"))
    words = rooms.text("ARCADE", 0.42, (0.0, -0.07, door + 0.32), "paint", (0.55, 0.45, 0.2), 0.1)
    return join([*parts, *glass, words])


def _lamp(spec: Spec, stage: Stage, at: Vec) -> Part:
    """A hanging lamp on a rod from the roof's ridge: five globes on arms, an eight-sided lantern, or a drum."""
    x, y, z = at
    lux = spec.lamp_lumen * len(spec.lamps_m) * 0.45 / (spec.length_m * spec.width_m)
    tint = rooms.glow(spec.kelvin, 4.0 * lux)
    rgb = spec.iron_rgb
    rod = tube(np.array([(0, 0, spec.roof_m(0.0) - z), (0, 0, 0.1)]), 0.012, 6, "iron", rgb)
    parts = [rod]
    if spec.lamp == "globes":
        a = np.linspace(-np.pi / 2, np.pi / 2, 13)
        globe = lathe([(max(0.15 * math.cos(t), 0.001), 0.15 * math.sin(t)) for t in a], 20, "lamp", tint)
        parts.append(globe.moved((0, 0, -0.25)))
        parts.append(tube(np.array([(0, 0, 0.12), (0, 0, -0.1)]), 0.02, 6, "iron", rgb))
        for k in range(4):
            t = np.linspace(0, np.pi / 2, 6)
            arm = np.column_stack([0.45 * np.sin(t), 0 * t, 0.05 - 0.16 * (1 - np.cos(t))])
            side = join([tube(arm, 0.014, 6, "iron", rgb), globe.moved((0.45, 0, -0.26))])
            parts.append(side.turned(90.0 * k + 45.0))
    elif spec.lamp == "lanterns":
        glass = lathe([(0.16, -0.35), (0.28, 0.2)], 8, "lamp", tint, smooth=False)
        cap = lathe([(0.31, 0.2), (0.3, 0.23), (0.12, 0.36), (0.03, 0.42)], 8, "iron", rgb, smooth=False)
        foot = lathe([(0.03, -0.44), (0.17, -0.35)], 8, "iron", rgb, smooth=False)
        parts += [glass, cap, foot]
        for a in np.arange(8) * math.pi / 4:
            parts.append(tube(np.array([(0.165 * math.cos(a), 0.165 * math.sin(a), -0.35),
                                        (0.285 * math.cos(a), 0.285 * math.sin(a), 0.2)]), 0.011, 4,
                              "iron", rgb))  # fmt: skip
    else:
        parts.append(lathe([(0.02, -0.22), (0.38, -0.215), (0.38, 0.1), (0.02, 0.105)], 30, "lamp", tint))
        parts += [lathe([(0.39, h), (0.39, h + 0.02)], 30, "iron", rgb) for h in (-0.22, 0.09)]
    rooms.point_light(stage, (x, y, z - 0.2), 0.25, spec.lamp_lumen, spec.kelvin)
    return join(parts).moved((x, y, z))
