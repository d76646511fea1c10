"""Windows: frame, panes, surround, shutters."""

from __future__ import annotations

import numpy as np

from blender_synth.blender.scenery.facade.walls import with_soot
from blender_synth.blender.scenery.meshes import Part, Tint, box, extrude, join, part, quad
from blender_synth.world.scenery.shared.street_parts import Building


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


def window_unit(w: float, h: float, style: str, frame: Tint, depth_m: float) -> tuple[Part, Part]:
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


def pane_tints(rng: np.random.Generator, count: int) -> np.ndarray:
    """(count, 4) for the window material: curtain, blind, cloth, chance."""
    curtain = np.where(rng.random(count) < 0.55, rng.uniform(0.05, 0.3, count), 0.0)
    sheer = rng.random(count) < 0.14
    curtain = np.where(sheer, 0.52, curtain)
    blind = np.where(rng.random(count) < 0.22, rng.uniform(0.1, 0.9, count), 0.0)
    return np.column_stack([curtain, blind, rng.random(count), rng.random(count)])


def surround(b: Building, w: float, h: float, french: bool) -> list[Part]:
    tint = with_soot(b, b.trim_rgb)
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


def shutters(w: float, h: float, rgb: Tint) -> list[Part]:
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
