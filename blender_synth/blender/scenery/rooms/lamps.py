"""Lamps under ceilings, and the few light objects that give their light."""

from __future__ import annotations

import math

import bpy
import numpy as np

from blender_synth.blender.scenery.meshes import Part, Tint, Vec, box, extrude, join, lathe, part, quad, tube
from blender_synth.blender.scenery.rooms.walls import DARK, WHITE
from blender_synth.blender.stage import Stage
from blender_synth.blender.weather.night import black_body
from blender_synth.world.scenery.shared.rooms import Light
from blender_synth.world.weather.daylight import LUX_PER_UNIT

UTILISATION = 0.6
"""Share of the lamps' light that reaches the floor, directly or from walls and ceiling (utilisation factor)."""
LAMP_CD_M2_PER_LUX = 1.2
"""Visible luminance of a lamp per lux in the room: four times that of white paper there. Real lamps have ten times
more, which is outside a picture's range and would make automatic exposure darken the room."""


def lamp_rgb(kelvin: float) -> np.ndarray:
    """Colour (3,) of a lamp, luminance 1."""
    return black_body(kelvin)


def area_light(
    stage: Stage,
    at: Vec,
    size_m: tuple[float, float],
    lumen: float,
    kelvin: float,
    turn: Vec = (0.0, 0.0, 0.0),
    spread_deg: float = 180.0,
) -> None:
    """A rectangular light that is itself never visible.

    Args:
        stage: the scene. at: its centre (3,) in metres. size_m: its edges. lumen: luminous flux. kelvin: colour
            temperature. turn: Euler angles in degrees, from facing down. spread_deg: angle that its light fills.
    """
    light = bpy.data.lights.new("room_light", "AREA")
    light.shape, light.size, light.size_y = "RECTANGLE", max(size_m[0], 0.02), max(size_m[1], 0.02)
    _shine(stage, light, at, lumen, kelvin).rotation_euler = tuple(math.radians(a) for a in turn)
    light.spread = math.radians(spread_deg)


def point_light(stage: Stage, at: Vec, radius_m: float, lumen: float, kelvin: float) -> None:
    """An omnidirectional light of a given flux that is itself never visible."""
    light = bpy.data.lights.new("room_light", "POINT")
    light.shadow_soft_size = radius_m
    _shine(stage, light, at, lumen, kelvin)


def _shine(stage: Stage, light: bpy.types.Light, at: Vec, lumen: float, kelvin: float) -> bpy.types.Object:
    light.color, light.energy = tuple(lamp_rgb(kelvin)), lumen / LUX_PER_UNIT
    obj = bpy.data.objects.new("room_light", light)
    obj.location = tuple(at)
    obj.visible_camera = obj.visible_glossy = obj.visible_transmission = False
    return stage.add_light(obj)


def glow(kelvin: float, cd_m2: float) -> tuple[float, float, float]:
    """Tint of the materials `lamp` and `glow` for a luminance in cd/m2."""
    red, green, blue = (float(c) for c in lamp_rgb(kelvin) * cd_m2 / LUX_PER_UNIT)
    return red, green, blue


def ceiling_lamps(stage: Stage, plan: Light, x0: float, x1: float, y0: float, y1: float, z: float) -> Part:
    """Lamps in rows and columns under a ceiling; adds the few light objects that emit their light to the scene."""
    lumen = plan.lux * (x1 - x0) * (y1 - y0) / UTILISATION
    xs = x0 + (np.arange(plan.columns) + 0.5) * (x1 - x0) / plan.columns
    ys = y0 + (np.arange(plan.rows) + 0.5) * (y1 - y0) / plan.rows
    count = len(xs) * len(ys)
    parts = []
    pitch = (x1 - x0) / plan.columns
    high, wide, deep = z - 0.03, 0.0, 0.6
    tint = glow(plan.kelvin, LAMP_CD_M2_PER_LUX * plan.lux)
    if plan.style == "panels":
        wide = 0.6
        lamp = _ceiling_panel(0.59, 0.59, tint)
    elif plan.style == "lines":
        wide, deep = 0.86 * pitch, 0.07
        lamp = _line(wide, deep, tint)
    elif plan.style == "downlights":
        wide = deep = 0.2
        lamp = downlight(0.09, tuple(2.0 * c for c in tint))
    else:
        drop = min(1.3, 0.32 * z) if plan.style == "pendants" else 0.45
        high, wide, deep = z - drop, 0.5, 0.5
        lamp = _pendant(drop, tint)
    for y in ys:
        offsets = np.column_stack([xs, np.full(len(xs), y), np.full(len(xs), z)])
        parts.append(lamp.repeated(offsets))
        if plan.style in ("pendants",):
            for x in xs:
                point_light(stage, (x, y, high - 0.02), 0.24, lumen / count, plan.kelvin)
        else:
            span = (x1 - x0) * (1 - 0.6 / plan.columns)
            area_light(stage, ((x0 + x1) / 2, y, high - 0.02), (span, deep), lumen / len(ys), plan.kelvin)
    return join(parts)


def _ceiling_panel(w: float, d: float, tint: Tint) -> Part:
    """A lit square in a white frame, its face 2 cm under z = 0."""
    f, z = 0.02, -0.02
    face = quad((-w / 2, d / 2, z), (w / 2, d / 2, z), (w / 2, -d / 2, z), (-w / 2, -d / 2, z), "lamp", tint)
    frame = [box(low, high, "paint", WHITE) for low, high in (
        ((-w / 2 - f, -d / 2 - f, z - 0.006), (w / 2 + f, -d / 2, 0)), ((-w / 2 - f, d / 2, z - 0.006),
        (w / 2 + f, d / 2 + f, 0)), ((-w / 2 - f, -d / 2, z - 0.006), (-w / 2, d / 2, 0)),
        ((w / 2, -d / 2, z - 0.006), (w / 2 + f, d / 2, 0)))]  # fmt: skip
    return join([face, *frame])


def _line(w: float, d: float, tint: Tint) -> Part:
    """A tube-like luminaire along x, hung a hand below the ceiling."""
    t = np.linspace(0, np.pi, 7)
    ring = np.column_stack([-d / 2 * np.cos(t), -0.06 - d / 2 * np.sin(t)])
    body = box((-w / 2, -d / 2 - 0.015, -0.06), (w / 2, d / 2 + 0.015, 0.0), "paint", WHITE)
    tube_ = extrude(ring[::-1], w, "lamp", tint, smooth=True).moved((-w / 2, 0, 0))
    ends = [box((x - 0.012, -d / 2, -0.06 - d / 2), (x + 0.012, d / 2, -0.05), "paint", WHITE)
            for x in (-w / 2, w / 2)]  # fmt: skip
    return join([body, tube_, *ends])


def downlight(r: float, tint: Tint) -> Part:
    a = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    points = np.column_stack([r * np.cos(a), -r * np.sin(a), np.full(20, -0.004)])
    face = part(np.concatenate([points, [[0, 0, -0.004]]]),
                np.stack([np.arange(20), (np.arange(20) + 1) % 20, np.full(20, 20)], 1), "lamp", tint)  # fmt: skip
    rim = lathe([(1.3 * r, -0.008), (1.3 * r, -0.001)], 20, "paint", WHITE)
    ring = lathe([(1.02 * r, -0.009), (1.3 * r, -0.008)], 20, "paint", WHITE)
    return join([face, rim, ring])


def _pendant(drop: float, tint: Tint) -> Part:
    """A drum shade on a thin rod."""
    r, h = 0.3, 0.34
    shade = lathe([(r, -drop - h / 2), (r, -drop + h / 2)], 28, "lamp", tint)
    below = lathe([(0.02, -drop - h / 2 - 0.001), (r, -drop - h / 2)], 28, "lamp", tint)
    rims = [lathe([(r + 0.006, z), (r + 0.006, z + 0.012)], 28, "steel", (0.4, 0.3, 0.18))
            for z in (-drop - h / 2, -drop + h / 2 - 0.012)]  # fmt: skip
    rod = tube(np.array([(0, 0, -drop + h / 2), (0, 0, 0)]), 0.006, 6, "iron", DARK)
    return join([shade, below, *rims, rod, lathe([(0.06, -0.025), (0.06, 0)], 16, "steel", (0.4, 0.3, 0.18))])
