"""Builds a square from its spec. All details follow from seeds in the spec."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from blender_synth.blender.scenery import ground, pieces
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import (
    Part,
    Tint,
    Vec,
    box,
    join,
    lathe,
    loft,
    part,
    quad,
    quad_of,
    to_object,
    tube,
)
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.plaza import Spec
from blender_synth.world.scenery.plaza.elements import CENTRE_ID, PAVING_ID, Centre

WATER_RGB = (0.012, 0.035, 0.038)


def build(spec: Spec, stage: Stage) -> None:
    """Add the whole square to the scene."""
    materials = Materials()
    stage.add(to_object("plaza", join([_paving(spec), *_alleys(spec), _drains(spec)]), materials), PAVING_ID)
    stage.add(to_object("litter", _litter(spec), materials), PAVING_ID)
    if spec.centre.kind != "none":
        makers = {"fountain": _fountain, "obelisk": _obelisk, "statue": _statue, "column": _column}
        shape = makers[spec.centre.kind](spec.centre).moved((*spec.centre.xy_m, 0.0))
        stage.add(to_object(spec.centre.kind, shape, materials), CENTRE_ID)
    pieces.add_buildings(spec.buildings, 0.0, stage, materials)
    pieces.add_furniture(spec.furniture, spec.leaf_rgb, lambda at: PAVING_ID, stage, materials)


def _paving(spec: Spec) -> Part:
    """The square's paving: quads of two materials side by side, none overlapping."""
    paved = spec.paved
    half_x, half_y = (s / 2 + 0.3 for s in spec.size_m)
    field = (f"paving_{paved.pattern}", (*paved.rgb, paved.dirt))
    band = (f"paving_{paved.band_pattern}", (*paved.band_rgb, paved.dirt))
    cx, cy = spec.centre.xy_m
    if paved.floor == "plain":
        return quad((-half_x, -half_y, 0), (half_x, -half_y, 0), (half_x, half_y, 0), (-half_x, half_y, 0), *field)
    if paved.floor == "checker":
        xs, ys = (_steps(-h, h, c, paved.field_m, 0.0) for h, c in ((half_x, cx), (half_y, cy)))
        return _cells(xs, ys, lambda i, j: band if (i + j) % 2 else field)
    if paved.floor == "rings":
        cuts = np.cumsum(np.tile([paved.field_m, paved.band_m], 20))
        xs, ys = (np.unique(np.clip([c, *(c + cuts), *(c - cuts)], -h, h)) for h, c in ((half_x, cx), (half_y, cy)))

        def ring(i: int, j: int) -> tuple[str, Tint]:
            away = max(abs((xs[i] + xs[i + 1]) / 2 - cx), abs((ys[j] + ys[j + 1]) / 2 - cy))
            return band if away % (paved.field_m + paved.band_m) > paved.field_m else field

        return _cells(xs, ys, ring)
    xs, ys = (_steps(-h, h, c, paved.field_m, paved.band_m) for h, c in ((half_x, cx), (half_y, cy)))

    def crossed(i: int, j: int) -> tuple[str, Tint]:
        pitch = paved.field_m + paved.band_m
        mids = ((xs[i] + xs[i + 1]) / 2 - cx, (ys[j] + ys[j + 1]) / 2 - cy)
        return band if any((m + pitch / 2) % pitch > paved.field_m for m in mids) else field

    return _cells(xs, ys, crossed)


def _steps(low: float, high: float, middle: float, field_m: float, band_m: float) -> np.ndarray:
    """Coordinates where fields and the bands between them begin and end, one field centred at `middle`."""
    pitch = field_m + band_m
    starts = middle - pitch / 2 + pitch * np.arange(-20, 21)
    return np.unique(np.clip([low, high, *starts, *(starts + field_m)], low, high))


def _cells(xs: Vec, ys: Vec, kind: Callable[[int, int], tuple[str, Tint]]) -> Part:
    parts = []
    for i in range(len(xs) - 1):
        for j in range(len(ys) - 1):
            a, b, c, d = xs[i], xs[i + 1], ys[j], ys[j + 1]
            if b - a > 1e-6 and d - c > 1e-6:
                parts.append(quad((a, c, 0), (b, c, 0), (b, d, 0), (a, d, 0), *kind(i, j)))
    return join(parts)


def _alleys(spec: Spec) -> list[Part]:
    tint = (*spec.paved.band_rgb, min(1.0, spec.paved.dirt + 0.2))
    parts = []
    for alley in spec.alleys:
        a = math.radians(alley.facing_deg)
        n, r = np.array([math.cos(a), math.sin(a)]), np.array([-math.sin(a), math.cos(a)])
        start, wide, deep = np.array(alley.start_xy_m), alley.width_m, alley.depth_m
        corners = [
            start - 0.3 * n,
            start - (deep + 0.3) * n,
            start - (deep + 0.3) * n + wide * r,
            start - 0.3 * n + wide * r,
        ]
        parts.append(quad_of([(*c, 0.0) for c in corners], f"paving_{spec.paved.band_pattern}", tint))
    return parts


def _drains(spec: Spec) -> Part:
    """Slot drains along two sides of the square."""
    half_x, half_y = (s / 2 for s in spec.size_m)
    dark, iron = (0.04, 0.04, 0.04), (0.2, 0.195, 0.19)
    parts = []
    for y in (-0.55 * half_y, 0.55 * half_y):
        low, high = (-half_x + 1.5, y - 0.045, 0.0), (half_x - 1.5, y + 0.045, 0.003)
        parts.append(box(low, high, "iron", dark, without=("-z",)))
        bar = box((-0.02, -0.045, 0.003), (0.02, 0.045, 0.006), "metal", iron, without=("-z",))
        xs = np.arange(-half_x + 1.5, half_x - 1.5, 0.06)
        parts.append(bar.repeated(np.column_stack([xs, np.full(len(xs), y), 0 * xs])))
    return join(parts)


def _litter(spec: Spec) -> Part:
    """Leaves and scraps along the walls and under trees."""
    rng = np.random.default_rng(spec.litter_seed)
    count = 20 + round(300 * spec.litter)
    half = np.array(spec.size_m) / 2
    at = rng.uniform(-1, 1, (count, 2)) * (half - 0.2)
    walls = rng.random(count) < 0.6
    side, away = rng.integers(0, 2, count), rng.exponential(0.25, count) + 0.05
    edge = half[side] - np.minimum(away, 3.0)
    at[walls, side[walls]] = (np.where(rng.random(count) < 0.5, -1, 1) * edge)[walls]
    trees = np.array([f.position_m[:2] for f in spec.furniture if f.kind == "tree"])
    if len(trees):
        under = ~walls
        near = trees[rng.integers(0, len(trees), count)] + rng.normal(0, 1.4, (count, 2))
        at = np.where(under[:, None] & (np.abs(near) < half - 0.1).all(1)[:, None], near, at)
    return ground.scraps(rng, np.column_stack([at, np.full(count, 0.004)]), bool(len(trees)))


# ---- the centrepiece


def _ring(radius: float, corners: int, z: float) -> np.ndarray:
    """Corners (n, 3) of a regular outline that stays within `radius`."""
    a = (np.arange(corners) + 0.5) * 2 * np.pi / corners
    return np.column_stack([radius * np.cos(a), radius * np.sin(a), np.full(corners, z)])


def _plates(centre: Centre, count: int, step_m: float, high_m: float) -> tuple[Part, float, float]:
    """Steps around the centre: (shape, radius and height of the base for what is on them)."""
    parts, radius, z = [], centre.radius_m, 0.0
    tint = (*centre.rgb, 0.3)
    for _ in range(count):
        rings = np.array([_ring(radius, centre.corners, z), _ring(radius, centre.corners, z + high_m - 0.015),
                          _ring(radius - 0.015, centre.corners, z + high_m)])  # fmt: skip
        parts.append(loft(rings, "trim", tint, caps=True, smooth=False))
        radius, z = radius - step_m, z + high_m
    return join(parts), radius, z


def _fountain(centre: Centre) -> Part:
    """A basin with one or two bowls above each other, and water that falls from rim to rim."""
    rng = np.random.default_rng(centre.detail_seed)
    tint, n = (*centre.rgb, 0.45), max(centre.corners, 8)
    smooth = n > 8
    r, rim, wall = centre.radius_m, 0.52, 0.26
    outer = [(r, 0.0), (r, 0.08), (r - 0.06, 0.10), (r - 0.06, rim - 0.12), (r + 0.0, rim - 0.08), (r, rim),
             (r - wall, rim), (r - wall, 0.05)]  # fmt: skip
    parts = [loft(np.array([_ring(a, n, z) for a, z in outer]), "trim", tint, smooth=False)]
    water = rim - 0.14
    pool = _ring(r - wall + 0.02, n, water)
    parts.append(_fan(pool, "pool", WATER_RGB))
    high, levels = centre.height_m, 2 if centre.height_m > 2.4 else 1
    bowl_r, z = 0.46 * r, 0.0
    stem = [(0.42, 0.05), (0.36, 0.3), (0.2, 0.5)]
    rims = []
    for level in range(levels):
        top = high * (0.55 if levels == 2 and level == 0 else 0.86)
        stem += [(0.15, top - 0.35), (0.17, top - 0.22), (0.13, top - 0.2)]
        under = [(0.14, top - 0.22), (0.55 * bowl_r, top - 0.16), (0.92 * bowl_r, top - 0.03), (bowl_r, top)]
        bowl = [*under, (0.96 * bowl_r, top), (0.5 * bowl_r, top - 0.1), (0.1, top - 0.12)]
        parts.append(lathe(bowl, 32, "trim", tint))
        parts.append(_fan(_ring(0.95 * bowl_r, 32, top - 0.02), "pool", WATER_RGB))
        rims.append((bowl_r, top))
        bowl_r *= 0.52
    stem += [(0.1, high - 0.12), (0.15, high - 0.06), (0.07, high), (0.01, high + 0.04)]
    parts.append(lathe(stem, 16, "trim", tint, smooth=smooth))
    for number, (radius, z) in enumerate(rims):
        below = water if number == 0 else rims[number - 1][1]
        count = int(radius * 26)
        for k in range(count):
            a = 2 * np.pi * (k + 0.3 * rng.random()) / count
            parts.append(_jet(radius, z, a, 0.3 + 0.25 * rng.random(), below, 0.012 + 0.006 * rng.random()))
    for k in range(10):
        a = 2 * np.pi * k / 10
        parts.append(_jet(0.03, high, a, 0.9, rims[-1][1], 0.009, up=0.32))
    return join(parts)


def _fan(ring: np.ndarray, material: str, tint: Tint) -> Part:
    n = len(ring)
    points = np.concatenate([ring, ring.mean(axis=0)[None]])
    i = np.arange(n)
    return part(points, np.stack([i, (i + 1) % n, np.full(n, n)], axis=1), material, tint)


def _jet(radius: float, z: float, turn: float, speed: float, below: float, thick: float, up: float = 0.0) -> Part:
    """Water thrown outwards from a rim: a parabola down to a level, at 9.81 m/s2."""
    rise = math.sqrt(2 * 9.81 * up)
    fall = (rise + math.sqrt(rise**2 + 2 * 9.81 * max(z - below, 0.05))) / 9.81
    t = np.linspace(0, fall, 9)
    r = radius + speed * t
    path = np.column_stack([r * math.cos(turn), r * math.sin(turn), z + rise * t - 0.5 * 9.81 * t**2])
    return tube(path, np.linspace(thick, 0.6 * thick, 9), 5, "spray", (0.8, 0.82, 0.83), caps=False)


def _pedestal(half: float, z: float, high: float, tint: Tint) -> Part:
    """A square block with a base and a cornice."""
    parts = [
        box((-half - 0.12, -half - 0.12, z), (half + 0.12, half + 0.12, z + 0.18), "trim", tint, without=("-z",)),
        box((-half, -half, z + 0.18), (half, half, z + high - 0.16), "stone", (*tint[:3], 0.4), without=("-z",)),
        box((-half - 0.06, -half - 0.06, z + high - 0.16), (half + 0.06, half + 0.06, z + high - 0.1), "trim", tint),
        box((-half - 0.12, -half - 0.12, z + high - 0.1), (half + 0.12, half + 0.12, z + high), "trim", tint),
    ]
    plate = box(
        (-0.34, -half - 0.012, z + 0.5 * high - 0.2), (0.34, -half, z + 0.5 * high + 0.22), "metal", (0.2, 0.14, 0.06)
    )
    return join([*parts, plate, plate.turned(180)])


def _obelisk(centre: Centre) -> Part:
    steps, _, z = _plates(centre, centre.steps, 0.38, 0.16)
    tint, half = (*centre.rgb, 0.35), 0.22 * centre.radius_m + 0.2
    block = _pedestal(half + 0.12, z, 1.5, tint)
    z += 1.5
    top = centre.height_m
    rings = [_ring(1.414 * a, 4, b) for a, b in ((half, z), (0.62 * half, top - 0.9), (0.01, top))]
    shaft = loft(np.array(rings), "stone", tint, smooth=False)
    return join([steps, block, shaft])


def _column(centre: Centre) -> Part:
    """A fluted column with a gilded ball or a small figure on top."""
    steps, _, z = _plates(centre, centre.steps, 0.38, 0.16)
    tint, r = (*centre.rgb, 0.35), 0.16 * centre.radius_m + 0.16
    block = _pedestal(r + 0.28, z, 1.3, tint)
    z += 1.3
    top = centre.height_m - 1.2
    flutes = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    wave = 1 - 0.035 * (0.5 + 0.5 * np.cos(24 * flutes))
    rings = []
    for share, high in (
        (1.25, z),
        (1.25, z + 0.1),
        (1.0, z + 0.16),
        (1.0, z + 0.3),
        (0.86, top - 0.25),
        (0.86, top - 0.2),
    ):
        fluted = wave if share <= 1.0 else 1.0
        rings.append(
            np.column_stack(
                [share * r * fluted * np.cos(flutes), share * r * fluted * np.sin(flutes), 0 * flutes + high]
            )
        )
    shaft = loft(np.array(rings), "trim", tint)
    head = box((-1.25 * r, -1.25 * r, top - 0.2), (1.25 * r, 1.25 * r, top), "trim", tint)
    figure = _figure(centre, 1.15).moved((0, 0, top))
    return join([steps, block, shaft, head, figure])


def _statue(centre: Centre) -> Part:
    steps, _, z = _plates(centre, centre.steps, 0.4, 0.16)
    tint = (*centre.rgb, 0.35)
    body = max(centre.height_m - z - 1.5, 1.7)
    return join([steps, _pedestal(0.62, z, 1.5, tint), _figure(centre, body).moved((0, 0, z + 1.5))])


def _figure(centre: Centre, high: float) -> Part:
    """A robed bronze figure, `high` metres tall, with one arm outstretched."""
    rgb, rng = centre.metal_rgb, np.random.default_rng(centre.detail_seed + 1)
    s = high / 1.9
    plinth = box((-0.42 * s, -0.42 * s, 0), (0.42 * s, 0.42 * s, 0.08), "metal", rgb)
    a = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    folds = 1 + 0.05 * np.cos(11 * a + rng.uniform(0, 6)) + 0.03 * np.cos(17 * a)
    rings = []
    skirt = ((0.33, 0.08, 1), (0.29, 0.4, 1), (0.24, 0.8, 0.8), (0.2, 1.02, 0.5), (0.22, 1.25, 0.4))
    for r, z, fold in (*skirt, (0.235, 1.42, 0.2), (0.12, 1.53, 0.0), (0.062, 1.57, 0), (0.06, 1.62, 0)):
        shape = r * (1 + (folds - 1) * fold)
        rings.append(np.column_stack([s * shape * np.cos(a), 0.78 * s * shape * np.sin(a), 0 * a + s * z]))
    robe = loft(np.array(rings), "metal", rgb, caps=True)
    head = lathe([(0.05, 1.6), (0.085, 1.64), (0.105, 1.72), (0.1, 1.8), (0.06, 1.87), (0.01, 1.9)], 16, "metal", rgb)
    lift = float(rng.uniform(-0.2, 0.6))
    arms = []
    for side, raised in ((1, True), (-1, False)):
        shoulder = np.array([side * 0.2, 0.0, 1.44])
        elbow = shoulder + ((side * 0.2, -0.12, 0.12 * lift - 0.12) if raised else (side * 0.1, 0.02, -0.28))
        hand = elbow + ((side * 0.14, -0.16, 0.3 * lift + 0.1) if raised else (side * -0.06, -0.2, -0.1))
        arms.append(tube(np.array([shoulder, elbow, hand]) * s, np.array([0.07, 0.055, 0.035]) * s, 10, "metal", rgb))
    return join([plinth, robe, head.scaled(s), *arms]).turned(float(rng.uniform(0, 360)))
