"""Shopfronts: panes, door, the lit room behind, fascia, awning."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from blender_synth.blender.scenery.facade.walls import Opening, reveal
from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.meshes import Part, Tint, box, extrude, join, quad, tube
from blender_synth.world.scenery.shared.street_parts import (
    SHOP_PIER_M,
    SHOP_PLATFORM_M,
    SHOP_RECESS_M,
    SHOP_RISER_M,
    Building,
    Shop,
)


def shop_front(b: Building, rng: np.random.Generator, x0: float, x1: float, shop: Shop) -> tuple[Opening, list[Part]]:
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
        parts += _awning(rng, shop.awning_rgb, w, top + 0.02 + _corner_shift_m(b))
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
    parts.append(box((0.08, f + 0.05, 0.02), (w - 0.08, f + 0.5, SHOP_PLATFORM_M), "wood", (0.3, 0.24, 0.17)))
    parts += _goods(rng, 0.15, w - 0.15, f + 0.08, f + 0.45, SHOP_PLATFORM_M, 0.55, 0.45)
    return parts


def _goods(
    rng: np.random.Generator, x0: float, x1: float, y0: float, y1: float, z: float, tall: float, share: float
) -> list[Part]:
    """Boxes, bottles and books in a row; only fronts, tops and sides."""
    parts, x = [], x0
    while x < x1:
        width = float(rng.uniform(0.05, 0.26))
        if rng.random() < share and x + width < x1:
            height, y = float(rng.uniform(0.25, 1.0)) * tall, y0 + float(rng.uniform(0, 0.5)) * (y1 - y0)
            grey = float(rng.uniform(0.06, 0.5))
            rgb = np.minimum(np.maximum(grey * np.exp(rng.normal(0, 0.3, 3)), 0.02), 0.7)
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


def _corner_shift_m(b: Building) -> float:
    """Raises the awnings of houses that face along x, so that two that cross in a corner do not share a plane."""
    return 0.003 if abs(math.cos(math.radians(b.facing_deg))) > 0.7 else 0.0


def _awning(rng: np.random.Generator, rgb: Tint, w: float, z: float) -> list[Part]:
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
