"""Street furniture. Each maker returns a `Part` with its base at z = 0 at the origin, in metres.

Local frame: x along the first side of the footprint in `FURNITURE_SIZE_M`. Lamps and signs face +x; benches, cabinets
and meters have their front at -y.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.meshes import Part, Tint, bevelled_box, box, disc, join, lathe, part, quad, tube
from blender_synth.world.scenery.shared.street_parts import Furniture

STEEL = (0.45, 0.46, 0.47)
WOOD = (0.20, 0.115, 0.062)
CONCRETE = (0.30, 0.29, 0.27)
SIGN_BACK = (0.33, 0.34, 0.35)
RED, BLUE, WHITE = (0.45, 0.02, 0.02), (0.02, 0.07, 0.35), (0.72, 0.72, 0.70)

LAMP_LIGHT_M = {0: (1.4, 6.36), 1: (0.0, 4.3)}
"""Position of a lamp's light by variant: metres along its arm, and up."""


def _lamp(f: Furniture) -> Part:
    """A pole whose arm reaches over the carriageway (variant 0) or a lantern on a cast post (variant 1)."""
    h, rgb = 6.5, f.rgb
    if f.variant == 0:
        pole = lathe(
            [(0.105, 0), (0.105, 0.04), (0.085, 0.05), (0.08, 1.2), (0.055, 1.28), (0.042, h - 0.6)], 12, "iron", rgb
        )
        t = np.linspace(0, np.pi / 2, 7)
        arm = np.column_stack([1.1 * (1 - np.cos(t)), 0 * t, h - 0.65 + 0.6 * np.sin(t)])
        head = bevelled_box((1.0, -0.13, 0), (1.75, 0.13, 0.11), 0.05, "iron", rgb).moved((0, 0, h - 0.09))
        lens = quad(
            (1.1, 0.1, h - 0.092),
            (1.7, 0.1, h - 0.092),
            (1.7, -0.1, h - 0.092),
            (1.1, -0.1, h - 0.092),
            "lamp_lens",
            (0.6, 0.6, 0.55),
        )
        door = box((0.078, -0.05, 0.55), (0.088, 0.05, 0.95), "iron", tuple(0.8 * c for c in rgb))
        return join([pole, tube(arm, 0.036, 8, "iron", rgb), head, lens, door])
    h = 4.6
    post = lathe(
        [
            (0.2, 0),
            (0.2, 0.12),
            (0.15, 0.18),
            (0.13, 0.5),
            (0.10, 0.62),
            (0.075, 0.9),
            (0.06, 1.1),
            (0.075, 1.14),
            (0.055, 1.2),
            (0.045, h - 0.75),
            (0.08, h - 0.7),
            (0.05, h - 0.62),
            (0.05, h - 0.55),
        ],
        12,
        "iron",
        rgb,
    )
    glass = lathe([(0.10, h - 0.52), (0.17, h - 0.1)], 8, "lamp_lens", (0.35, 0.34, 0.30), smooth=False)
    cap = lathe(
        [(0.21, h - 0.1), (0.2, h - 0.07), (0.12, h + 0.08), (0.03, h + 0.12), (0.025, h + 0.2)],
        8,
        "iron",
        rgb,
        smooth=False,
    )
    base = lathe([(0.05, h - 0.58), (0.11, h - 0.52)], 8, "iron", rgb)
    bars = [
        tube(
            np.array(
                [
                    (0.105 * math.cos(a), 0.105 * math.sin(a), h - 0.52),
                    (0.175 * math.cos(a), 0.175 * math.sin(a), h - 0.1),
                ]
            ),
            0.009,
            4,
            "iron",
            rgb,
        )
        for a in np.arange(8) * math.pi / 4
    ]
    return join([post, base, glass, cap, *bars])


def _bollard(f: Furniture) -> Part:
    return lathe(
        [
            (0.085, 0),
            (0.085, 0.05),
            (0.062, 0.07),
            (0.058, 0.70),
            (0.072, 0.72),
            (0.072, 0.76),
            (0.06, 0.78),
            (0.062, 0.86),
            (0.045, 0.93),
            (0.015, 0.95),
        ],
        14,
        "iron",
        f.rgb,
    )


def _bench(f: Furniture) -> Part:
    """Slats on two cast supports; the back is at +y; a sitter faces -y."""
    w, parts = 1.75, []
    wood = WOOD if f.variant % 2 else tuple(0.5 * c + 0.02 for c in f.rgb)
    for i in range(5):
        y = -0.25 + i * 0.098
        parts.append(bevelled_box((-w / 2, y, 0.40), (w / 2, y + 0.082, 0.44), 0.008, "wood", wood))
    for i in range(4):
        z, y = 0.53 + i * 0.085, 0.24 + i * 0.018
        parts.append(box((-w / 2, y, z), (w / 2, y + 0.03, z + 0.07), "wood", wood))
    for x in (-0.76, 0.76):
        leg = np.array([(x, -0.24, 0), (x, -0.22, 0.36), (x, 0.2, 0.38), (x, 0.26, 0.0)])
        parts.append(tube(leg, 0.022, 6, "iron", f.rgb))
        parts.append(tube(np.array([(x, 0.2, 0.38), (x, 0.26, 0.6), (x, 0.32, 0.84)]), 0.02, 6, "iron", f.rgb))
        parts.append(tube(np.array([(x, -0.22, 0.38), (x, -0.2, 0.6), (x, 0.24, 0.62)]), 0.016, 6, "iron", f.rgb))
    return join(parts)


def _bin(f: Furniture) -> Part:
    rgb = f.rgb
    if f.variant % 2:
        staves = []
        for a in np.arange(16) * 22.5:
            staves.append(box((0.205, -0.034, 0.08), (0.222, 0.034, 0.88), "wood", WOOD).turned(a))
        core = lathe([(0.2, 0.05), (0.2, 0.88)], 16, "iron", (0.02, 0.02, 0.02))
        rim = lathe([(0.23, 0.86), (0.235, 0.9), (0.2, 0.91), (0.18, 0.9)], 16, "iron", rgb)
        return join([core, rim, *staves, lathe([(0.16, 0), (0.16, 0.06)], 12, "iron", rgb)])
    body = lathe([(0.19, 0), (0.21, 0.03), (0.22, 0.70)], 18, "iron", rgb)
    posts = [
        box((-0.02, -0.02, 0.68), (0.02, 0.02, 0.86), "iron", rgb).moved((0.19 * math.cos(a), 0.19 * math.sin(a), 0))
        for a in np.arange(4) * math.pi / 2 + 0.4
    ]
    hood = lathe([(0.225, 0.86), (0.22, 0.9), (0.12, 0.97), (0.02, 0.98)], 18, "iron", rgb)
    bag = lathe([(0.2, 0.70), (0.19, 0.74)], 18, "rubber", (0.03, 0.03, 0.035))
    return join([body, bag, *posts, hood])


def _planter(f: Furniture) -> Part:
    """A trough with a clipped shrub of modelled leaves."""
    rng = np.random.default_rng(f.instance_id)
    w, d, h = 1.2, 0.5, 0.46
    rgb = CONCRETE if f.variant % 2 else f.rgb
    parts = [
        box((-w / 2, -d / 2, 0), (w / 2, d / 2, h), "matt", rgb, without=("-z", "+z")),
        quad(
            (-w / 2, -d / 2, h - 0.04),
            (w / 2, -d / 2, h - 0.04),
            (w / 2, d / 2, h - 0.04),
            (-w / 2, d / 2, h - 0.04),
            "matt",
            (0.03, 0.022, 0.016),
        ),
    ]
    for a, b in (
        ((-w / 2, -d / 2), (w / 2, -d / 2 + 0.05)),
        ((-w / 2, d / 2 - 0.05), (w / 2, d / 2)),
        ((-w / 2, -d / 2 + 0.05), (-w / 2 + 0.05, d / 2 - 0.05)),
        ((w / 2 - 0.05, -d / 2 + 0.05), (w / 2, d / 2 - 0.05)),
    ):
        parts.append(box((*a, h - 0.05), (*b, h), "matt", rgb))
    count = 900
    spot = rng.uniform(-1, 1, (count, 3)) * (w / 2 - 0.06, d / 2 - 0.04, 0.2) + (0, 0, h + 0.16)
    spot[:, 2] += 0.08 * np.sin(spot[:, 0] * 7 + f.variant) + rng.normal(0, 0.02, count)
    parts.append(leaves(rng, spot, 0.06, (0.045, 0.085, 0.028)))
    return join(parts)


def leaves(rng: np.random.Generator, at: np.ndarray, size_m: float, rgb: Tint, droop: float = 0.2) -> Part:
    """One folded leaf of four triangles at each of (n, 3) points, turned at random, tinted one by one."""
    n = len(at)
    shape = np.array([(0, 0, 0), (0.36, 0.42, 0.10), (0, 1.0, -0.06), (-0.36, 0.42, 0.10)], float)
    z = rng.normal(size=(n, 3)) * (1, 1, 0.7) + (0, 0, 0.9)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    y = np.cross(z, rng.normal(size=(n, 3))) - (0, 0, droop)
    y -= z * (y * z).sum(1, keepdims=True)
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    x = np.cross(y, z)
    size = size_m * rng.uniform(0.7, 1.25, n)[:, None, None]
    frame = np.stack([x, y, z], axis=1)
    points = (at[:, None] + size * np.einsum("ki,nij->nkj", shape, frame)).reshape(-1, 3)
    base = np.arange(n)[:, None] * 4
    faces = np.concatenate([base + [0, 1, 2], base + [0, 2, 3]])
    light = np.exp(rng.normal(0, 0.22, (n, 1)))
    hue = rng.normal(0, 0.10, (n, 1)) * np.array([1.0, 0.2, -0.3])
    tints = np.column_stack([np.array(rgb) * light * np.maximum(1 + hue, 0.3), np.zeros(n)])
    return part(points, faces, "leaf", np.tile(tints, (2, 1)), np.zeros((2 * n, 3, 2)))


def _words(words: str, size: float, x: float, z: float, rgb: Tint) -> Part:
    """Letters facing +x, centred at z."""
    text = letters(words).scaled((size, 0.02, size)).painted(rgb)
    middle = np.ptp(text.points[:, 0]) / 2
    return text.moved((-middle, 0, 0)).turned(90).moved((x, 0, z - 0.35 * size))


def _sign(f: Furniture) -> Part:
    """Traffic signs after the Vienna Convention on Road Signs and Signals (1968); they face +x."""
    top = 2.9
    pole = tube(np.array([(0, 0, 0), (0, 0, top)]), 0.03, 8, "metal", STEEL)
    z = top - 0.36
    if f.variant == 0:  # no stopping
        plate = [disc(0.3, 0.036, z, "paint", RED), disc(0.235, 0.038, z, "paint", BLUE)]
        for a in (45, -45):
            plate.append(
                box((0.039, -0.27, -0.03), (0.040, 0.27, 0.03), "paint", RED).turned(a, axis=0).moved((0, 0, z))
            )
    elif f.variant == 1:  # speed limit
        plate = [
            disc(0.3, 0.036, z, "paint", RED),
            disc(0.225, 0.038, z, "paint", WHITE),
            _words("30", 0.33, 0.041, z, (0.02, 0.02, 0.02)),
        ]
    elif f.variant == 2:  # parking
        plate = [
            box((0.032, -0.28, z - 0.28), (0.036, 0.28, z + 0.28), "paint", WHITE),
            box((0.036, -0.26, z - 0.26), (0.038, 0.26, z + 0.26), "paint", BLUE),
            _words("P", 0.5, 0.041, z, WHITE),
        ]
    else:  # pedestrian crossing: blue square, white triangle
        tri = np.array([(0.039, -0.2, z - 0.16), (0.039, 0.2, z - 0.16), (0.039, 0, z + 0.2)])
        plate = [
            box((0.032, -0.28, z - 0.28), (0.038, 0.28, z + 0.28), "paint", BLUE),
            part(tri, [[0, 1, 2]], "paint", WHITE),
            box((0.040, -0.02, z - 0.1), (0.041, 0.02, z + 0.02), "paint", (0.02, 0.02, 0.02)),
        ]
    if f.variant < 2:
        back = [
            lathe([(0.3, 0.0), (0.3, 0.004)], 28, "metal", SIGN_BACK, smooth=False)
            .turned(90, axis=1)
            .moved((0.031, 0, z))
        ]
    else:
        back = [box((0.028, -0.28, z - 0.28), (0.032, 0.28, z + 0.28), "metal", SIGN_BACK)]
    return join([pole, *back, *plate])


def _cabinet(f: Furniture) -> Part:
    rgb = (0.30, 0.31, 0.29) if f.variant % 2 else (0.10, 0.14, 0.11)
    parts = [
        box((-0.42, -0.19, 0), (0.42, 0.19, 0.12), "matt", CONCRETE),
        bevelled_box((-0.4, -0.17, 0.12), (0.4, 0.17, 1.2), 0.02, "paint", rgb),
        box((-0.43, -0.2, 1.2), (0.43, 0.2, 1.25), "paint", rgb),
        box((-0.004, -0.175, 0.16), (0.004, -0.169, 1.17), "iron", (0.02, 0.02, 0.02)),
        box((0.05, -0.19, 0.6), (0.08, -0.17, 0.78), "metal", STEEL),
    ]
    for z in np.arange(0.92, 1.1, 0.04):
        parts.append(box((-0.32, -0.176, z), (-0.12, -0.17, z + 0.016), "iron", (0.03, 0.03, 0.03)))
    return join(parts)


def _bicycle_stand(f: Furniture) -> Part:
    t = np.linspace(0, np.pi / 2, 5)
    r = 0.16
    left = np.column_stack([-0.4 + r * (1 - np.cos(t)), 0 * t, 0.8 - r + r * np.sin(t)])
    right = np.column_stack([0.4 - r * (1 - np.cos(t[::-1])), 0 * t, 0.8 - r + r * np.sin(t[::-1])])
    path = np.concatenate([[(-0.4, 0, 0)], left, right, [(0.4, 0, 0)]])
    base_plates = [lathe([(0.06, 0), (0.06, 0.01)], 10, "metal", STEEL).moved((x, 0, 0)) for x in (-0.4, 0.4)]
    return join([tube(path, 0.024, 8, "metal", STEEL), *base_plates])


def _parking_meter(f: Furniture) -> Part:
    rgb = (0.16, 0.18, 0.2)
    return join(
        [
            box((-0.09, -0.07, 0), (0.09, 0.07, 0.75), "paint", rgb),
            bevelled_box((-0.15, -0.12, 0.75), (0.15, 0.12, 1.65), 0.04, "paint", rgb),
            box((-0.1, -0.128, 1.28), (0.1, -0.12, 1.42), "car_glass", (0.02, 0.025, 0.02)),
            box((-0.1, -0.126, 1.0), (0.1, -0.12, 1.2), "paint", (0.5, 0.5, 0.48)),
            box((-0.12, -0.126, 1.47), (0.12, -0.12, 1.58), "paint", BLUE),
        ]
    )


def _table(f: Furniture) -> Part:
    """A round café table on one leg."""
    top = lathe([(0.34, 0.715), (0.35, 0.72), (0.35, 0.735), (0.34, 0.74)], 24, "paint", f.rgb)
    leg = lathe([(0.2, 0.0), (0.2, 0.01), (0.1, 0.016), (0.03, 0.05), (0.025, 0.715)], 14, "iron", (0.05, 0.05, 0.055))
    cup = lathe([(0.022, 0.74), (0.035, 0.80), (0.032, 0.80), (0.02, 0.75)], 10, "paint", (0.68, 0.67, 0.64))
    on_top = [cup.moved((0.12, 0.09, 0)), box((-0.14, -0.1, 0.74), (-0.02, 0.06, 0.75), "paint", (0.5, 0.46, 0.38))]
    return join([top, leg, *on_top])


def _chair(f: Furniture) -> Part:
    """The back is at +y; a sitter faces -y."""
    iron = (0.05, 0.05, 0.055)
    parts = [bevelled_box((-0.2, -0.2, 0.43), (0.2, 0.21, 0.45), 0.006, "wood", f.rgb)]
    for x in (-0.18, 0.18):
        parts.append(tube(np.array([(x, -0.18, 0.43), (x, -0.21, 0.0)]), 0.012, 6, "iron", iron))
        back = np.array([(x, 0.24, 0.0), (x, 0.18, 0.43), (x, 0.22, 0.82)])
        parts.append(tube(back, 0.012, 6, "iron", iron))
    for z in (0.56, 0.66, 0.76):
        y = 0.18 + 0.1 * (z - 0.43)
        parts.append(box((-0.18, y - 0.01, z), (0.18, y + 0.008, z + 0.06), "wood", f.rgb))
    return join(parts)


def _parasol(f: Furniture) -> Part:
    """A square or eight-sided canopy over a pole in a weight."""
    sides, reach = (8, 1.5) if f.variant % 2 else (4, 1.75)
    a = np.arange(sides) * 2 * np.pi / sides + np.pi / sides
    rim = np.column_stack([reach * np.cos(a), reach * np.sin(a), np.full(sides, 2.2)])
    drop = rim - (0, 0, 0.2)
    parts = []
    for i in range(sides):
        j = (i + 1) % sides
        tint = (0.66, 0.63, 0.56) if f.variant >= 2 and i % 2 else f.rgb
        parts.append(part([rim[i], rim[j], (0, 0, 2.68)], [[0, 1, 2]], "cloth", tint))
        parts.append(quad(drop[i], drop[j], rim[j], rim[i], "cloth", tint))
        parts.append(tube(np.array([rim[i], (0, 0, 2.66)]), 0.009, 4, "wood", WOOD))
    pole = lathe([(0.025, 0.0), (0.025, 2.7), (0.035, 2.72), (0.01, 2.76)], 10, "wood", WOOD)
    weight = bevelled_box((-0.25, -0.25, 0), (0.25, 0.25, 0.09), 0.015, "matt", CONCRETE)
    return join([*parts, pole, weight])


def _stall(f: Furniture) -> Part:
    """A market stall: a counter with crates of fruit or goods under a striped roof; its front is at -y."""
    rng = np.random.default_rng(f.instance_id)
    w, d = 2.9, 1.9
    wood = (0.26, 0.17, 0.10)
    parts = [
        box((-w / 2, -d / 2, 0.05), (w / 2, -d / 2 + 0.03, 0.8), "cloth", tuple(0.8 * c for c in f.rgb)),
        box((-w / 2, -d / 2, 0.8), (w / 2, 0.25, 0.84), "wood", wood),
    ]
    for x in (-w / 2, w / 2):
        for y, high in ((-d / 2, 2.15), (d / 2, 2.6)):
            parts.append(box((x - 0.025, y - 0.025, 0), (x + 0.025, y + 0.025, high), "wood", wood))
        parts.append(box((x - 0.015, -d / 2, 0.05), (x + 0.015, 0.25, 0.8), "cloth", tuple(0.7 * c for c in f.rgb)))
    edges = np.linspace(-w / 2 - 0.12, w / 2 + 0.12, 9)
    for k, (a, b) in enumerate(pairwise(edges)):
        tint = (0.64, 0.62, 0.56) if k % 2 else f.rgb
        y0, y1 = -d / 2 - 0.35, d / 2 + 0.1
        parts.append(quad((a, y0, 2.12), (b, y0, 2.12), (b, y1, 2.66), (a, y1, 2.66), "cloth", tint))
        parts.append(quad((a, y0, 1.92), (b, y0, 1.92), (b, y0, 2.12), (a, y0, 2.12), "cloth", tint))
    for row, y in enumerate((-0.78, -0.36)):
        z = 0.84 + 0.12 * row
        for x in np.arange(-w / 2 + 0.08, w / 2 - 0.4, 0.48):
            parts.append(box((x, y - 0.17, z), (x + 0.42, y + 0.17, z + 0.14), "wood", (0.33, 0.24, 0.15)))
            rgb = np.array(_FRUIT[int(rng.integers(len(_FRUIT)))]) * rng.uniform(0.7, 1.1)
            ball = lathe([(0.001, -0.04), (0.035, -0.02), (0.04, 0.005), (0.03, 0.03), (0.001, 0.042)], 7, "matt", rgb)
            at = np.column_stack([rng.uniform(x + 0.05, x + 0.37, 26), rng.uniform(y - 0.12, y + 0.12, 26),
                                  z + 0.15 + rng.uniform(-0.01, 0.035, 26)])  # fmt: skip
            parts.append(ball.repeated(at))
    return join(parts)


_FRUIT = ((0.42, 0.05, 0.03), (0.50, 0.22, 0.03), (0.10, 0.22, 0.04), (0.48, 0.38, 0.06), (0.16, 0.03, 0.10),
          (0.32, 0.24, 0.12), (0.06, 0.13, 0.03))  # fmt: skip

_MAKERS = {
    "lamp": _lamp,
    "bollard": _bollard,
    "bench": _bench,
    "bin": _bin,
    "planter": _planter,
    "sign": _sign,
    "cabinet": _cabinet,
    "bicycle_stand": _bicycle_stand,
    "parking_meter": _parking_meter,
    "table": _table,
    "chair": _chair,
    "parasol": _parasol,
    "stall": _stall,
}


def make(piece: Furniture) -> Part:
    """The piece's shape in its local frame, scale 1."""
    return _MAKERS[piece.kind](piece)


def shape_key(piece: Furniture) -> tuple:
    """Pieces with equal keys may share one mesh."""
    seed = piece.instance_id % 3 if piece.kind in ("planter", "stall") else 0
    return piece.kind, piece.variant, piece.rgb, seed
