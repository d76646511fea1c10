"""Houses: a front pierced by windows, doors and shops, its mouldings, its roof.

Local frame of a house: x to the right along the foot as seen from the front, y into the house, z up; the wall's face is
y = 0 and the ground in front is z = 0. Everything sticking out has y < 0. Metres.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.meshes import Part, box, extrude, join, part, quad, tube
from blender_synth.world.scenery.shared.street_parts import SHOP_PIER_M, SHOP_RECESS_M, SHOP_RISER_M, Building, Shop

REVEAL_M = 0.17
"""How far windows lie behind the wall's face."""
IRON = (0.035, 0.037, 0.04)
Opening = tuple[float, float, float, float]
"""x from, x to, z from, z to."""


def house(b: Building, open_side: str = "") -> Part:
    """The whole house in its local frame; its ``"left"`` or ``"right"`` flank left out where another front stands."""
    rng = np.random.default_rng(b.detail_seed)
    sides = [side for name, side in zip(("left", "right", "back"), _sides(b), strict=True) if name != open_side]
    return join([*_front(b, rng), *_ground_floor(b, rng), *_mouldings(b), *sides, *_roof(b, rng), *_clutter(b, rng)])


def front(b: Building) -> Part:
    """Its front alone, without roof, sides and downpipes: as in a covered passage."""
    rng = np.random.default_rng(b.detail_seed)
    return join([*_front(b, rng), *_ground_floor(b, rng), *_mouldings(b)])


def _soot(b: Building, rgb) -> tuple:
    return (*rgb, b.soot)


def pierced_wall(
    x0: float, x1: float, z0: float, z1: float, openings: list[Opening], material: str, tint, shift_m: float = 0.0
) -> Part:
    """A wall in the plane y = 0, facing -y, with rectangular holes; `shift_m` moves its map sideways."""
    xs = sorted({x0, x1, *(x for o in openings for x in o[:2])})
    zs = sorted({z0, z1, *(z for o in openings for z in o[2:])})
    cells = []
    for a, b in pairwise(zs):
        run = None
        for left, right in pairwise(xs):
            x, z = (left + right) / 2, (a + b) / 2
            solid = not any(o[0] < x < o[1] and o[2] < z < o[3] for o in openings)
            if solid and run is not None:
                run[1] = right
            elif solid:
                run = [left, right, a, b]
                cells.append(run)
            else:
                run = None
    corners = np.array([[(c[0], 0, c[2]), (c[1], 0, c[2]), (c[1], 0, c[3]), (c[0], 0, c[3])] for c in cells], float)
    faces = np.arange(len(cells) * 4).reshape(-1, 4)
    return part(corners.reshape(-1, 3), faces, material, tint, corners[..., [0, 2]] + (shift_m, 0.0))


def reveal(o: Opening, depth_m: float, material: str, tint, *, on_ground: bool = False) -> Part:
    """The faces into the depth of a hole; one that reaches the ground has no sill (it would lie in the paving)."""
    x0, x1, z0, z1 = o
    d = depth_m
    faces = [
        quad((x0, 0, z0), (x0, d, z0), (x0, d, z1), (x0, 0, z1), material, tint),
        quad((x1, d, z0), (x1, 0, z0), (x1, 0, z1), (x1, d, z1), material, tint),
        quad((x0, 0, z1), (x0, d, z1), (x1, d, z1), (x1, 0, z1), material, tint),
    ]
    if not on_ground:
        faces.append(quad((x0, d, z0), (x0, 0, z0), (x1, 0, z0), (x1, d, z0), material, tint))
    return join(faces)


def _bars(w: float, h: float, style: str) -> list[tuple[float, float, float, float]]:
    """Frame bars of a window of size w × h as (x0, x1, z0, z1), outer frame first."""
    f, m = 0.06, 0.05
    bars = [(0, f, 0, h), (w - f, w, 0, h), (f, w - f, 0, f), (f, w - f, h - f, h)]
    middle = [(w / 2 - m, w / 2 + m, f, h - f)]
    if style == "casement":
        return bars + middle
    if style == "cross":
        z = h * 0.72
        return bars + middle + [(f, w / 2 - m, z - m / 2, z + m / 2), (w / 2 + m, w - f, z - m / 2, z + m / 2)]
    if style == "sash":
        return bars + [(f, w - f, h / 2 - m / 2, h / 2 + m / 2), (w / 2 - 0.012, w / 2 + 0.012, h / 2, h - f)]
    return bars


def window_unit(w: float, h: float, style: str, frame, depth_m: float) -> tuple[Part, Part]:
    """(frame, panes) of one window; its hole's lower left corner is the origin of x and z."""
    y0, y1 = depth_m - 0.055, depth_m
    frame_parts = [
        box((x0, y0 + (0.012 if i > 3 else 0), z0), (x1, y1, z1), "paint", frame, without=("+y",))
        for i, (x0, x1, z0, z1) in enumerate(_bars(w, h, style))
    ]
    y = depth_m - 0.02
    halves = [(0, w)] if style in ("modern", "sash") else [(0, w / 2), (w / 2, w)]
    panes = []
    for i, (a, b) in enumerate(halves):
        lean = 0.0022 * (1 if i else -1)
        panes.append(
            part(
                [(a, y, 0), (b, y + lean, 0), (b, y + lean * 0.4, h), (a, y - lean * 0.5, h)],
                [[0, 1, 2, 3]],
                "window",
                uvs=[[(a / w, 0), (b / w, 0), (b / w, 1), (a / w, 1)]],
            )
        )
    return join(frame_parts), join(panes)


def _pane_tints(rng: np.random.Generator, count: int) -> np.ndarray:
    """(count, 4) for the window material: curtain, blind, cloth, chance."""
    curtain = np.where(rng.random(count) < 0.55, rng.uniform(0.05, 0.3, count), 0.0)
    sheer = rng.random(count) < 0.14
    curtain = np.where(sheer, 0.52, curtain)
    blind = np.where(rng.random(count) < 0.22, rng.uniform(0.1, 0.9, count), 0.0)
    return np.column_stack([curtain, blind, rng.random(count), rng.random(count)])


def _front(b: Building, rng: np.random.Generator) -> list[Part]:
    """The upper storeys: wall, windows with sills and surrounds, shutters, balconies."""
    edges = np.concatenate([[0], np.cumsum(b.bay_widths_m)])
    middles = (edges[:-1] + edges[1:]) / 2
    # a closed stretch of the ground floor may have any width; windows above keep to bays of ordinary width
    middles = [m for m, w in zip(middles, b.bay_widths_m, strict=True) if w > b.window_w_m + 0.5]
    w, h = b.window_w_m, b.window_h_m
    french = b.balcony != "none"
    sill = 0.06 if french else max(0.75, (b.storey_m - h) * 0.62)
    h = min(h, b.storey_m - sill - 0.42)
    holes, offsets = [], []
    for storey in range(b.storeys - 1):
        z = b.ground_m + storey * b.storey_m + sill
        for m in middles:
            holes.append((m - w / 2, m + w / 2, z, z + h))
            offsets.append((m - w / 2, 0.0, z))
    offsets = np.array(offsets)
    shift = float(rng.uniform(0, 20))
    wall = pierced_wall(0, b.width_m, b.ground_m, b.eaves_m, holes, b.wall, _soot(b, b.wall_rgb), shift)
    depth = 0.10 if b.window_style == "modern" else REVEAL_M
    frame, panes = window_unit(w, h, b.window_style, b.frame_rgb, depth)
    reveal_tint = b.trim_rgb if b.surround == "frame" else b.wall_rgb
    fixed = [frame, reveal((0, w, 0, h), depth, "trim", _soot(b, reveal_tint)), *_surround(b, w, h, french)]
    if b.shutters_rgb is not None and b.balcony != "slab":
        fixed += _shutters(w, h, b.shutters_rgb)
    parts = [wall, join(fixed).repeated(offsets), panes.repeated(offsets, _pane_tints(rng, len(offsets)))]
    if french:
        unit = _balcony(b, w).moved((w / 2, 0, -sill))
        parts.append(unit.repeated(offsets))
    return parts


def _surround(b: Building, w: float, h: float, french: bool) -> list[Part]:
    tint = _soot(b, b.trim_rgb)
    parts = []
    if not french:
        parts.append(box((-0.08, -0.07, -0.075), (w + 0.08, 0.14, 0.0), "trim", tint, without=("+y",)))
    if b.surround == "lintel":
        parts.append(box((-0.14, -0.018, h), (w + 0.14, 0, h + 0.24), "trim", tint, without=("+y",)))
    elif b.surround == "frame":
        for x0, x1, z0, z1 in ((-0.13, 0, 0, h + 0.13), (w, w + 0.13, 0, h + 0.13), (0, w, h, h + 0.13)):
            parts.append(box((x0, -0.028, z0), (x1, 0, z1), "trim", tint, without=("+y",)))
        profile = [(0, 0), (-0.05, 0.0), (-0.06, 0.035), (-0.10, 0.05), (-0.10, 0.085), (0, 0.11)]
        parts.append(extrude(np.array(profile), w + 0.4, "trim", tint).moved((-0.2, 0, h + 0.13)))
    return parts


def _shutters(w: float, h: float, rgb) -> list[Part]:
    """A pair of louvred shutters, opened back against the wall."""
    leaf_w, parts = w / 2, []
    for x in (-leaf_w - 0.01, w + 0.01):
        rails = [
            (0, 0.06, 0, h),
            (leaf_w - 0.06, leaf_w, 0, h),
            (0.06, leaf_w - 0.06, 0, 0.09),
            (0.06, leaf_w - 0.06, h - 0.08, h),
            (0.06, leaf_w - 0.06, h * 0.47, h * 0.47 + 0.07),
        ]
        parts += [box((x + a, -0.055, c), (x + d, -0.015, e), "paint", rgb) for a, d, c, e in rails]
        slats = np.arange(0.10, h - 0.10, 0.085)
        slat = quad(
            (x + 0.06, -0.048, 0),
            (x + leaf_w - 0.06, -0.048, 0),
            (x + leaf_w - 0.06, -0.02, 0.08),
            (x + 0.06, -0.02, 0.08),
            "paint",
            rgb,
        )
        parts.append(slat.repeated(np.column_stack([0 * slats, 0 * slats, slats])))
    return parts


def railing(path_xy: list[tuple[float, float]], height_m: float, gap_m: float = 0.115, rgb=IRON) -> Part:
    """Iron railing along a plan path: two rails and square balusters."""
    parts = []
    for (xa, ya), (xb, yb) in pairwise(path_xy):
        length = math.hypot(xb - xa, yb - ya)
        run = [
            box((0, -0.02, height_m - 0.03), (length, 0.02, height_m), "iron", rgb),
            box((0, -0.012, 0.08), (length, 0.012, 0.10), "iron", rgb),
        ]
        n = max(1, round(length / gap_m))
        xs = np.linspace(0, length, n + 1)
        baluster = box((-0.008, -0.008, 0.0), (0.008, 0.008, height_m - 0.02), "iron", rgb, without=("-z", "+z"))
        run.append(baluster.repeated(np.column_stack([xs, 0 * xs, 0 * xs])))
        angle = math.degrees(math.atan2(yb - ya, xb - xa))
        parts.append(join(run).turned(angle).moved((xa, ya, 0)))
    return join(parts)


def _balcony(b: Building, w: float) -> Part:
    """One balcony around x = 0 with its floor at z = 0."""
    half, out = w / 2 + 0.32, 0.55 if b.balcony == "railing" else 0.8
    tint = _soot(b, b.trim_rgb)
    parts = [box((-half, -out, -0.14), (half, 0, 0), "trim", tint, without=("+y",))]
    for x in (-half + 0.12, half - 0.26):
        bracket = [(0, -0.42), (-0.10, -0.40), (-out * 0.75, -0.2), (-out * 0.8, -0.14)]
        points = [(x + dx, y, z) for dx in (0, 0.14) for y, z in [*bracket, (0, -0.14)]]
        faces4 = [[i, i + 5, (i + 1) % 5 + 5, (i + 1) % 5] for i in range(5)]
        sides = part(points, [f[::-1] for f in faces4], "trim", tint)
        fans = part(
            points, [[0, i, i + 1] for i in (1, 2, 3)] + [[5, 5 + i + 1, 5 + i] for i in (1, 2, 3)], "trim", tint
        )
        parts += [sides, fans]
    if b.balcony == "railing":
        e = 0.03
        parts.append(railing([(-half + e, 0), (-half + e, -out + e), (half - e, -out + e), (half - e, 0)], 1.02))
    else:
        rgb = _soot(b, b.wall_rgb)
        for low, high in (
            ((-half, -out, 0), (half, -out + 0.1, 0.92)),
            ((-half, -out + 0.1, 0), (-half + 0.1, 0, 0.92)),
            ((half - 0.1, -out + 0.1, 0), (half, 0, 0.92)),
        ):
            parts.append(box(low, high, b.wall if b.wall == "plaster" else "trim", rgb, without=("-z",)))
        parts.append(box((-half - 0.02, -out - 0.02, 0.92), (half + 0.02, -out + 0.13, 0.98), "trim", tint))
    return join(parts)


def _ground_floor(b: Building, rng: np.random.Generator) -> list[Part]:
    holes: list[Opening] = []
    parts: list[Part] = []
    shops = iter(b.shops)
    stone_base = b.wall != "stone" and rng.random() < 0.4
    for bay in b.ground:
        x0, x1 = b.bay_span(bay)
        if bay.kind == "blank":
            continue
        maker = {"window": _ground_window, "door": _door, "shop": _shop, "gate": _gate}[bay.kind]
        extra = (next(shops),) if bay.kind == "shop" else ()
        opening, built = maker(b, rng, x0, x1, *extra)
        holes.append(opening)
        parts += built
    material, rgb = ("stone", b.trim_rgb) if stone_base else (b.wall, b.wall_rgb)
    wall = pierced_wall(0, b.width_m, 0, b.ground_m, holes, material, _soot(b, rgb), float(rng.uniform(0, 20)))
    return [wall, *_plinth(b, holes), *parts]


def _plinth(b: Building, holes: list[Opening]) -> list[Part]:
    """A base course that stops at whatever reaches the ground."""
    cuts = sorted((o[0] - 0.02, o[1] + 0.02) for o in holes if o[2] < b.plinth_m)
    parts, x = [], 0.0
    rgb = tuple(c * 0.72 for c in b.trim_rgb)
    profile = [(-0.03, 0), (-0.03, b.plinth_m - 0.03), (0.0, b.plinth_m)]
    for low, high in [*cuts, (b.width_m, b.width_m)]:
        if low - x > 0.05:
            parts.append(extrude(np.array(profile), low - x, "trim", _soot(b, rgb)).moved((x, 0, 0)))
            for end, flip in ((x, False), (low, True)):
                face = [(end, 0, 0), (end, -0.03, 0), (end, -0.03, b.plinth_m - 0.03), (end, 0, b.plinth_m)]
                parts.append(quad(*(face[::-1] if flip else face), "trim", _soot(b, rgb)))
        x = max(x, high)
    return parts


def _ground_window(b: Building, rng: np.random.Generator, x0: float, x1: float) -> tuple[Opening, list[Part]]:
    w = min(b.window_w_m * 1.05, x1 - x0 - 0.5)
    h = min(1.75, b.ground_m - 1.75)
    m, z = (x0 + x1) / 2, 1.05
    o = (m - w / 2, m + w / 2, z, z + h)
    frame, panes = window_unit(w, h, b.window_style, b.frame_rgb, REVEAL_M)
    parts = [frame, reveal((0, w, 0, h), REVEAL_M, "trim", _soot(b, b.wall_rgb)), *_surround(b, w, h, False)]
    parts.append(panes.painted(_pane_tints(rng, 1)[0]))
    if rng.random() < 0.35:
        xs = np.linspace(0.06, w - 0.06, max(3, round(w / 0.13)))
        bar = box((-0.008, 0.03, 0), (0.008, 0.046, h), "iron", IRON, without=("-z", "+z"))
        parts.append(bar.repeated(np.column_stack([xs, 0 * xs, 0 * xs])))
        parts += [box((0, 0.026, h * k), (w, 0.05, h * k + 0.015), "iron", IRON) for k in (0.25, 0.75)]
    return o, [join(parts).moved((m - w / 2, 0, z))]


def _door(b: Building, rng: np.random.Generator, x0: float, x1: float) -> tuple[Opening, list[Part]]:
    w, h, light = min(1.3, x1 - x0 - 0.4), 2.25, 0.45
    m, depth = (x0 + x1) / 2, 0.26
    total = min(h + light, b.ground_m - 0.55)
    o = (m - w / 2, m + w / 2, 0.0, total)
    rgb, tint = b.door_rgb, _soot(b, b.trim_rgb)
    parts = [reveal((0, w, 0, total), depth, "trim", tint, on_ground=True)]
    parts.append(box((0, depth - 0.05, h), (w, depth, h + 0.06), "paint", rgb))
    parts.append(
        part(
            [(0, depth - 0.02, h), (w, depth - 0.02, h), (w, depth - 0.02, total), (0, depth - 0.02, total)],
            [[0, 1, 2, 3]],
            "window",
            (0, 0, 0, float(rng.random())),
            [[(0, 0), (1, 0), (1, 1), (0, 1)]],
        )
    )
    leaves = [(0.0, w / 2 - 0.004), (w / 2 + 0.004, w)] if w > 1.15 else [(0.0, w)]
    for a, c in leaves:
        parts.append(box((a, depth - 0.03, 0.02), (c, depth, h), "paint", rgb))
        for z0, z1 in ((0.16, 0.62), (0.74, 1.36), (1.48, h - 0.14)):
            parts.append(
                box((a + 0.09, depth - 0.048, z0), (c - 0.09, depth - 0.03, z1), "paint", rgb, without=("+y",))
            )
            parts.append(
                box(
                    (a + 0.13, depth - 0.056, z0 + 0.04),
                    (c - 0.13, depth - 0.048, z1 - 0.04),
                    "paint",
                    rgb,
                    without=("+y",),
                )
            )
    parts.append(box((w / 2 - 0.09, depth - 0.09, 1.0), (w / 2 - 0.06, depth - 0.03, 1.22), "metal", (0.62, 0.5, 0.28)))
    for a, c, z0, z1 in ((-0.16, 0, 0, total + 0.16), (w, w + 0.16, 0, total + 0.16), (0, w, total, total + 0.16)):
        parts.append(box((a, -0.045, z0), (c, 0, z1), "trim", tint, without=("+y",)))
    hood = [(0, 0), (-0.08, 0.0), (-0.10, 0.05), (-0.17, 0.08), (-0.17, 0.13), (0, 0.17)]
    parts.append(extrude(np.array(hood), w + 0.6, "trim", tint).moved((-0.3, 0, total + 0.16)))
    parts.append(box((-0.1, -0.16, 0), (w + 0.1, depth, 0.045), "trim", (0.28, 0.27, 0.26, 0.5)))
    parts.append(box((w + 0.28, -0.02, 1.35), (w + 0.40, 0, 1.6), "metal", (0.5, 0.5, 0.5), without=("+y",)))
    return o, [join(parts).moved((m - w / 2, 0, 0))]


def _gate(b: Building, rng: np.random.Generator, x0: float, x1: float) -> tuple[Opening, list[Part]]:
    """A roller shutter."""
    w, h, depth = min(2.7, x1 - x0 - 0.36), 2.65, 0.2
    m = (x0 + x1) / 2
    rgb = (0.33, 0.34, 0.34) if rng.random() < 0.5 else b.door_rgb
    pitch = 0.09
    rows = int(h / pitch)
    profile = []
    for i in range(rows):
        profile += [(depth, i * pitch), (depth - 0.016, i * pitch + 0.02), (depth - 0.016, i * pitch + 0.07)]
    profile.append((depth, h))
    parts = [
        reveal((0, w, 0, h), depth, "trim", _soot(b, b.wall_rgb), on_ground=True),
        extrude(np.array(profile), w, "paint", rgb),
        box((0, depth - 0.07, 0), (0.06, depth, h), "iron", (0.12, 0.12, 0.12)),
        box((w - 0.06, depth - 0.07, 0), (w, depth, h), "iron", (0.12, 0.12, 0.12)),
        box((0, 0.02, h - 0.24), (w, depth, h), "paint", rgb),
        box((-0.1, -0.02, h), (w + 0.1, 0, h + 0.22), "trim", _soot(b, b.trim_rgb), without=("+y",)),
    ]
    return (m - w / 2, m + w / 2, 0.0, h), [join(parts).moved((m - w / 2, 0, 0))]


def _shop(b: Building, rng: np.random.Generator, x0: float, x1: float, shop: Shop) -> tuple[Opening, list[Part]]:
    """A shopfront: low sill, panes, a door, lit room behind, fascia with letters, perhaps an awning."""
    w = x1 - x0 - 2 * SHOP_PIER_M
    top = b.shop_top_m
    depth, riser = SHOP_RECESS_M, SHOP_RISER_M
    frame = shop.fascia_rgb if sum(shop.fascia_rgb) < 1.2 else b.frame_rgb
    door_w = 0.95
    door_x = float(rng.choice([0.06, w - 0.06 - door_w])) if w > 2.4 else w - 0.06 - door_w
    parts = [reveal((0, w, 0, top), depth, "paint", frame, on_ground=True)]
    parts.append(box((0, depth - 0.04, top - 0.08), (w, depth + 0.04, top), "paint", frame))
    for x in (0.0, w - 0.06, door_x - 0.06, door_x + door_w):
        parts.append(box((x, depth - 0.05, 0), (x + 0.06, depth + 0.04, top), "paint", frame))
    spans = [s for s in ((0.06, door_x - 0.06), (door_x + door_w + 0.06, w - 0.06)) if s[1] - s[0] > 0.2]
    for a, c in spans:
        parts.append(box((a, depth - 0.03, 0), (c, depth + 0.06, riser), "paint", frame))
        parts.append(box((a, depth - 0.07, riser), (c, depth + 0.06, riser + 0.05), "paint", frame))
        n = max(1, round((c - a) / 1.5))
        for k in range(n):
            p, q = a + (c - a) * k / n, a + (c - a) * (k + 1) / n
            parts.append(quad((p, depth, riser), (q, depth, riser), (q, depth, top), (p, depth, top), "shop_glass"))
            if k:
                parts.append(box((p - 0.025, depth - 0.04, riser), (p + 0.025, depth + 0.03, top), "paint", frame))
    a, c = door_x, door_x + door_w
    for e, f, z0, z1 in ((a, c, 0.03, 0.3), (a, a + 0.09, 0.3, 2.15), (c - 0.09, c, 0.3, 2.15), (a, c, 2.15, 2.25)):
        parts.append(box((e, depth - 0.02, z0), (f, depth + 0.03, z1), "paint", frame))
    parts.append(quad((a, depth, 0.3), (c, depth, 0.3), (c, depth, top), (a, depth, top), "shop_glass"))
    parts.append(box((a + 0.11, depth - 0.07, 0.95), (a + 0.135, depth - 0.045, 1.35), "metal", (0.6, 0.6, 0.6)))
    parts += _shop_room(rng, w, top, depth)
    parts += _fascia(b, shop, w, top)
    if shop.awning_rgb is not None:
        parts += _awning(rng, shop.awning_rgb, w, top + 0.02)
    return (x0 + SHOP_PIER_M, x1 - SHOP_PIER_M, 0.0, top), [join(parts).moved((x0 + SHOP_PIER_M, 0, 0))]


def _shop_room(rng: np.random.Generator, w: float, top: float, front: float) -> list[Part]:
    """A shallow room with a light in its ceiling, shelves and goods in muted and a few bright colours."""
    back = front + float(rng.uniform(1.3, 2.2))
    wall = tuple(float(c) for c in rng.uniform(0.25, 0.55, 3) ** np.array([0.9, 1.0, 1.2]))
    f = front + 0.06
    floor = (0.16, 0.13, 0.10)
    parts = [
        quad((0, back, 0), (w, back, 0), (w, back, top), (0, back, top), "matt", wall),
        quad((0, f, 0), (0, back, 0), (0, back, top), (0, f, top), "matt", wall),
        quad((w, back, 0), (w, f, 0), (w, f, top), (w, back, top), "matt", wall),
        quad((0, f, 0.02), (w, f, 0.02), (w, back, 0.02), (0, back, 0.02), "matt", floor),
        quad((0, f, top), (0, back, top), (w, back, top), (w, f, top), "matt", (0.5, 0.5, 0.48)),
    ]
    warm = float(rng.uniform(0.35, 0.8))
    lamp = (1.1 * warm, 0.95 * warm, 0.72 * warm)
    y = (f + back) / 2
    parts.append(
        quad(
            (0.2, y - 0.12, top - 0.01),
            (0.2, y + 0.12, top - 0.01),
            (w - 0.2, y + 0.12, top - 0.01),
            (w - 0.2, y - 0.12, top - 0.01),
            "glow",
            lamp,
        )
    )
    for z in (0.55, 1.05, 1.55, 2.05):
        parts.append(box((0.05, back - 0.32, z), (w - 0.05, back, z + 0.03), "wood", (0.22, 0.15, 0.09)))
        parts += _goods(rng, 0.1, w - 0.1, back - 0.28, back - 0.05, z + 0.03, 0.38, 0.8)
    parts.append(box((0.08, f + 0.05, 0.02), (w - 0.08, f + 0.5, 0.5), "wood", (0.3, 0.24, 0.17)))
    parts += _goods(rng, 0.15, w - 0.15, f + 0.08, f + 0.45, 0.5, 0.55, 0.45)
    return parts


def _goods(rng: np.random.Generator, x0, x1, y0, y1, z, tall, share) -> list[Part]:
    """Boxes, bottles and books in a row; only fronts, tops and sides."""
    parts, x = [], x0
    while x < x1:
        width = float(rng.uniform(0.05, 0.26))
        if rng.random() < share and x + width < x1:
            height, y = float(rng.uniform(0.25, 1.0)) * tall, y0 + float(rng.uniform(0, 0.5)) * (y1 - y0)
            grey = float(rng.uniform(0.06, 0.5))
            rgb = np.clip(grey * np.exp(rng.normal(0, 0.3, 3)), 0.02, 0.7)
            parts.append(box((x, y, z), (x + width, y + 0.16, z + height), "paint", tuple(rgb), without=("-z", "+y")))
        x += width + float(rng.uniform(0.01, 0.12))
    return parts


def _fascia(b: Building, shop: Shop, w: float, top: float) -> list[Part]:
    high = min(0.62, b.ground_m - top - 0.12)
    x0, x1 = -0.14, w + 0.14
    rgb = shop.fascia_rgb
    parts = [
        box((x0, -0.10, top), (x1, 0, top + high), "paint", rgb, without=("+y",)),
        extrude(np.array([(0, 0), (-0.12, 0.0), (-0.17, 0.06), (-0.17, 0.09), (0, 0.11)]), x1 - x0, "paint", rgb).moved(
            (x0, 0, top + high)
        ),
    ]
    for x in (x0, w):
        parts.append(box((x, -0.06, 0), (x + 0.14, 0, top), "paint", rgb, without=("+y",)))
        parts.append(box((x - 0.015, -0.085, 0), (x + 0.155, 0, 0.3), "paint", rgb, without=("+y",)))
    size = min(high * 0.62, (x1 - x0 - 0.5) / max(2.5, 0.72 * len(shop.words)))
    text = letters(shop.words)
    span = np.ptp(text.points[:, 0]) * size
    sign = text.scaled(size).painted(shop.letters_rgb)
    parts.append(sign.moved(((x0 + x1 - span) / 2, -0.115, top + (high - 0.70 * size) / 2)))
    return parts


def _awning(rng: np.random.Generator, rgb, w: float, z: float) -> list[Part]:
    """Sloping striped or plain canvas with a valance, on two arms."""
    out, drop, thick = 1.15, 0.55, 0.004
    stripes = rng.random() < 0.5
    n = max(4, round(w / 0.32)) if stripes else 1
    xs = np.linspace(-0.05, w + 0.05, n + 1)
    pale = (0.62, 0.59, 0.52)
    parts = []
    for k, (a, c) in enumerate(pairwise(xs)):
        tint = pale if stripes and k % 2 else rgb
        parts.append(quad((a, -out, z - drop), (c, -out, z - drop), (c, -0.11, z), (a, -0.11, z), "cloth", tint))
        parts.append(
            quad(
                (a, -out, z - drop - 0.22),
                (c, -out, z - drop - 0.22),
                (c, -out, z - drop),
                (a, -out, z - drop),
                "cloth",
                tint,
            )
        )
    parts.append(
        box((-0.05, -out - 0.02, z - drop - 0.015), (w + 0.05, -out + 0.02, z - drop + 0.02), "metal", (0.4, 0.4, 0.4))
    )
    for x in (0.15, w - 0.15):
        parts.append(
            tube(
                np.array([(x, -0.1, z - 0.62), (x, -out + 0.02, z - drop - thick)]), 0.016, 6, "metal", (0.5, 0.5, 0.5)
            )
        )
    return parts


def _mouldings(b: Building) -> list[Part]:
    """Cornice under the eaves, string course over the ground floor, quoins at the corners."""
    tint = _soot(b, b.trim_rgb)
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
            face = np.arange(len(profile))
            points = np.column_stack([np.full(len(profile), x), profile + (0, z)])
            middle = np.array([[x, 0.02, z - 0.2]])
            fan = np.stack([face[:-1], face[1:], np.full(len(face) - 1, len(face))], axis=1)
            parts.append(part(np.concatenate([points, middle]), fan if flip else fan[:, ::-1], "trim", tint))
    if b.quoins:
        rows = np.arange(b.ground_m + 0.1, b.eaves_m - 0.6, 0.42)
        for i, z in enumerate(rows):
            long = 0.52 if i % 2 else 0.34
            for x0, x1 in ((0.0, long), (b.width_m - long, b.width_m)):
                parts.append(box((x0, -0.022, z), (x1, 0, z + 0.39), "trim", tint, without=("+y",)))
    return parts


def _sides(b: Building) -> list[Part]:
    """Party walls and back; seen only over lower neighbours and at the ends of a row."""
    w, d, h = b.width_m, b.depth_m, b.eaves_m
    rgb = tuple(0.75 * c for c in b.wall_rgb)
    tint = (*rgb, min(1.0, b.soot + 0.3))
    material = "brick" if b.wall == "brick" else "plaster"
    return [
        quad((0, d, 0), (0, 0, 0), (0, 0, h), (0, d, h), material, tint),
        quad((w, 0, 0), (w, d, 0), (w, d, h), (w, 0, h), material, tint),
        quad((w, d, 0), (0, d, 0), (0, d, h), (w, d, h), material, tint),
    ]


def _roof(b: Building, rng: np.random.Generator) -> list[Part]:
    w, d, h = b.width_m, b.depth_m, b.eaves_m
    tint, wall = (*b.roof_rgb, 0.4), (*(0.75 * c for c in b.wall_rgb), 0.6)
    gable = "brick" if b.wall == "brick" else "plaster"
    parts: list[Part] = []
    if b.roof == "flat":
        for low, high in (
            ((0, 0, h), (w, 0.25, h + 0.55)),
            ((0, 0.25, h), (0.25, d, h + 0.55)),
            ((w - 0.25, 0.25, h), (w, d, h + 0.55)),
        ):
            parts.append(box(low, high, b.wall, _soot(b, b.wall_rgb), without=("-z",)))
        parts.append(box((-0.01, -0.06, h + 0.55), (w + 0.01, 0.31, h + 0.63), "trim", _soot(b, b.trim_rgb)))
        parts.append(
            quad((0, 0, h + 0.05), (w, 0, h + 0.05), (w, d, h + 0.05), (0, d, h + 0.05), "matt", (0.1, 0.1, 0.1))
        )
    elif b.roof == "mansard":
        rise, back = 2.5, 1.0
        parts.append(_slope((0, -0.05, h), (w, -0.05, h), (w, back, h + rise), (0, back, h + rise), tint))
        parts.append(_slope((w, d, h), (0, d, h), (0, d - back, h + rise), (w, d - back, h + rise), tint))
        parts.append(
            quad(
                (0, back, h + rise),
                (w, back, h + rise),
                (w, d - back, h + rise),
                (0, d - back, h + rise),
                "matt",
                (0.16, 0.17, 0.18),
            )
        )
        for x, flip in ((0.0, False), (w, True)):
            face = [(x, d, h), (x, 0, h), (x, back, h + rise), (x, d - back, h + rise)]
            parts.append(quad(*(face[::-1] if flip else face), gable, wall))
        edges = np.concatenate([[0], np.cumsum(b.bay_widths_m)])
        for m in (edges[:-1] + edges[1:]) / 2:
            parts.append(_dormer(b, rng, float(m), h))
        parts.append(_gutter(w, -0.12, h + 0.02))
    else:
        rise, over = d / 2 * math.tan(math.radians(float(rng.uniform(28, 42)))), 0.38
        fall = over * rise / (d / 2)
        parts.append(
            _slope(
                (0, -over, h - fall + 0.08),
                (w, -over, h - fall + 0.08),
                (w, d / 2, h + rise + 0.08),
                (0, d / 2, h + rise + 0.08),
                tint,
            )
        )
        parts.append(
            _slope(
                (w, d + over, h - fall),
                (0, d + over, h - fall),
                (0, d / 2, h + rise + 0.08),
                (w, d / 2, h + rise + 0.08),
                tint,
            )
        )
        parts.append(
            quad(
                (0, 0, h - 0.01),
                (w, 0, h - 0.01),
                (w, -over, h - fall + 0.02),
                (0, -over, h - fall + 0.02),
                "paint",
                (0.3, 0.27, 0.23),
            )
        )
        for x, flip in ((0.0, False), (w, True)):
            parts.append(
                part([(x, d, h), (x, 0, h), (x, d / 2, h + rise)], [[2, 1, 0] if flip else [0, 1, 2]], gable, wall)
            )
        parts.append(_gutter(w, -over - 0.06, h - fall + 0.03))
    for _ in range(int(rng.integers(1, 4))):
        x, y = float(rng.uniform(0.6, w - 1.4)), float(rng.uniform(d * 0.3, d * 0.5))
        top = h + (d / 2 * 0.75 if b.roof == "pitched" else 3.2) + float(rng.uniform(0.4, 1.2))
        parts.append(box((x, y, h), (x + 0.9, y + 0.5, top), "brick", (0.25, 0.14, 0.10, 0.9), without=("-z",)))
        for k in (0.2, 0.6):
            parts.append(box((x + k, y + 0.15, top), (x + k + 0.18, y + 0.33, top + 0.35), "matt", (0.3, 0.15, 0.09)))
    return parts


def _slope(a, b, c, d, tint) -> Part:
    """A roof plane whose tiles run level: u along the eaves, v up the slope."""
    length = math.dist(a, b)
    up = math.dist(b, c)
    return quad(a, b, c, d, "roof", tint, [(0, 0), (length, 0), (length, up), (0, up)])


def _gutter(w: float, y: float, z: float) -> Part:
    angles = np.linspace(np.pi, 2 * np.pi, 6)
    profile = np.column_stack([y + 0.065 * np.cos(angles), z + 0.065 * np.sin(angles)])
    return extrude(profile[::-1], w, "metal", (0.28, 0.29, 0.3), smooth=True)


def _dormer(b: Building, rng: np.random.Generator, m: float, h: float) -> Part:
    w, tall, z, y = 1.0, 1.35, h + 0.45, 0.02
    frame, panes = window_unit(w, tall, "casement", b.frame_rgb, 0.1)
    rgb = b.roof_rgb
    parts = [
        frame,
        panes.painted(_pane_tints(rng, 1)[0]),
        box((-0.14, 0.0, -0.1), (0, 1.2, tall + 0.1), "paint", b.trim_rgb),
        box((w, 0.0, -0.1), (w + 0.14, 1.2, tall + 0.1), "paint", b.trim_rgb),
        box((-0.2, -0.06, -0.1), (w + 0.2, 0.4, 0.0), "paint", b.trim_rgb),
        box((-0.24, -0.12, tall + 0.05), (w + 0.24, 1.4, tall + 0.17), "matt", rgb),
    ]
    return join(parts).moved((m - w / 2, y, z))


def _clutter(b: Building, rng: np.random.Generator) -> list[Part]:
    """Downpipe, cables, house number, vents: what every front collects."""
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
