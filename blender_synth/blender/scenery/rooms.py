"""Rooms: walls with openings, floors, ceilings, columns, lamps, and the street outside their windows.

What is made in a wall's own frame has x to the right along its foot as seen from the room, y into the wall, z up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import bpy
import numpy as np

from blender_synth.blender.scenery import facade, vegetation
from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, box, extrude, join, lathe, part, quad, to_mesh, to_object, tube
from blender_synth.blender.scenery.pieces import place
from blender_synth.blender.stage import Stage
from blender_synth.blender.weather.night import black_body
from blender_synth.world.scenery.shared.outside import Outside
from blender_synth.world.scenery.shared.rooms import CEILING_ID, FLOOR_ID, LAMPS_ID, WALL_M, Floor, Light, Opening, Wall
from blender_synth.world.weather.daylight import LUX_PER_UNIT

STEEL = (0.50, 0.50, 0.49)
WHITE = (0.68, 0.68, 0.66)
DARK = (0.025, 0.025, 0.028)
UTILISATION = 0.6
"""Share of the lamps' light that reaches the floor, straight or from walls and ceiling."""
LAMP_CD_M2_PER_LUX = 1.2
"""Luminance that a lamp shows to the camera by the light it gives the room: four times that of white paper there. Real
lamps have ten times more, which no picture can show; a camera's meter would darken the room for it."""


def prepare(stage: Stage) -> None:
    """Cycles' settings for rooms: no light is too weak to be sampled, and what is bright in mirrors stays so."""
    stage.scene.cycles.light_sampling_threshold = 0.0
    stage.scene.cycles.sample_clamp_indirect = 60.0


def in_place(wall: Wall, shape: Part) -> Part:
    """A part from the wall's own frame into the room."""
    x, y = wall.rightward
    return shape.turned(math.degrees(math.atan2(y, x))).moved((*wall.start_xy_m, wall.base_z_m))


# ---- walls


def wall_face(wall: Wall) -> Part:
    """The wall's face with its openings, cladding and the depth of its holes, in the room."""
    holes = [(o.start_m, o.end_m, o.foot_m, o.top_m) for o in wall.openings]
    tint = (*wall.rgb, 0.35 if wall.material in ("veneer", "marble") else 0.03)
    shift = 3.7 * (wall.instance_id % 7)
    parts = [facade.pierced_wall(0.0, wall.length_m, 0.0, wall.height_m, holes, wall.material, tint, shift)]
    for opening, hole in zip(wall.openings, holes, strict=True):
        if opening.kind != "glazing":
            parts.append(facade.reveal(hole, WALL_M, "matt", _shade(wall.rgb, 0.95), on_ground=opening.foot_m == 0))
    if wall.panel_m:
        parts.append(_panel_joints(wall, holes))
    return in_place(wall, join(parts))


def _shade(rgb, factor: float) -> tuple:
    return tuple(factor * c for c in rgb)


def _panel_joints(wall: Wall, holes) -> Part:
    """Dark joints between the panels that a wall is clad with."""
    count = max(1, round(wall.length_m / wall.panel_m))
    xs = np.linspace(0, wall.length_m, count + 1)[1:-1]
    dark = _shade(wall.rgb, 0.25)
    parts = []
    for x in xs:
        spans = [(0.0, wall.height_m)]
        for x0, x1, z0, z1 in holes:
            if x0 - 0.02 < x < x1 + 0.02:
                spans = [s for a, b in spans for s in ((a, min(b, z0)), (max(a, z1), b)) if s[1] - s[0] > 0.02]
        parts += [quad((x - 0.004, -0.002, a), (x + 0.004, -0.002, a), (x + 0.004, -0.002, b), (x - 0.004, -0.002, b),
                       "matt", dark) for a, b in spans]  # fmt: skip
    for z in np.arange(1.25, wall.height_m - 0.3, 1.25) if wall.material == "marble" else ():
        parts += [quad((a, -0.002, z - 0.003), (b, -0.002, z - 0.003), (b, -0.002, z + 0.003), (a, -0.002, z + 0.003),
                       "matt", dark) for a, b in solid_spans(wall, z, z)]  # fmt: skip
    return join(parts) if parts else _nothing()


def _nothing() -> Part:
    return part(np.zeros((3, 3)), np.zeros((0, 4), int), "matt", uvs=np.zeros((0, 4, 2)))


def solid_spans(wall: Wall, low_m: float, high_m: float, margin_m: float = 0.0) -> list[tuple[float, float]]:
    """Stretches of a wall that no opening cuts between two heights."""
    cuts = sorted((o.start_m - margin_m, o.end_m + margin_m) for o in wall.openings
                  if o.foot_m <= high_m and o.top_m >= low_m)  # fmt: skip
    spans, x = [], 0.0
    for a, b in [*cuts, (wall.length_m, wall.length_m)]:
        if a - x > 0.01:
            spans.append((x, a))
        x = max(x, b)
    return spans


def skirting(wall: Wall, rgb, height_m: float = 0.1, material: str = "paint") -> Part:
    """A board along the foot of the wall, stopping at doors."""
    profile = np.array([(-0.016, 0.0), (-0.016, height_m - 0.012), (-0.004, height_m), (0.0, height_m)])
    spans = solid_spans(wall, 0.0, height_m, 0.07)
    parts = [extrude(profile, b - a, material, rgb).moved((a, 0, 0)) for a, b in spans if b - a > 0.03]
    return in_place(wall, join(parts)) if parts else _nothing()


def cornice(wall: Wall, rgb, size_m: float = 0.16) -> Part:
    """A plaster moulding where wall and ceiling meet."""
    s, h = size_m, wall.height_m
    profile = [(0, h - s), (-0.12 * s, h - s), (-0.18 * s, h - 0.8 * s), (-0.55 * s, h - 0.35 * s),
               (-0.9 * s, h - 0.18 * s), (-s, h - 0.1 * s), (-s, h)]  # fmt: skip
    return in_place(wall, extrude(np.array(profile), wall.length_m, "matt", rgb))


def door_leaf(wall: Wall, opening: Opening, rgb, frame_rgb, *, glazed: bool = False, double: bool = False) -> Part:
    """A door of one or two leaves with frame and handle, set 6 cm into its opening; glazed ones have a frosted pane."""
    w, h, y = opening.end_m - opening.start_m, opening.top_m, 0.06
    parts = [box((0, -0.012, 0), (0.06, 0.1, h), "paint", frame_rgb), box((w - 0.06, -0.012, 0), (w, 0.1, h), "paint",
             frame_rgb), box((0.06, -0.012, h - 0.06), (w - 0.06, 0.1, h), "paint", frame_rgb)]  # fmt: skip
    edges = [0.065, w / 2 - 0.002, w / 2 + 0.002, w - 0.065] if double else [0.065, w - 0.065]
    for a, b, hand in zip(edges[::2], edges[1::2], (1, -1), strict=False):
        parts.append(box((a, y, 0.008), (b, y + 0.045, h - 0.065), "paint", rgb))
        if glazed:
            parts.append(box((a + 0.16, y - 0.004, 0.5), (b - 0.16, y + 0.01, h - 0.3), "paint", (0.35, 0.38, 0.38)))
        x = b - 0.08 if hand > 0 else a + 0.08
        parts.append(tube(np.array([(x, y, 1.05), (x, y - 0.05, 1.05), (x - 0.11 * hand, y - 0.05, 1.05)]), 0.009, 8,
                          "steel", STEEL))  # fmt: skip
        parts.append(box((x - 0.025, y - 0.006, 0.97), (x + 0.025, y, 1.13), "steel", STEEL))
    parts.append(quad((0, y + 0.2, 0), (w, y + 0.2, 0), (w, y + 0.2, h), (0, y + 0.2, h), "matt", DARK))
    return in_place(wall, join(parts).moved((opening.start_m, 0, 0)))


def lift_door(wall: Wall, opening: Opening, rgb, frame_rgb, kelvin: float, words: str = "") -> Part:
    """Two closed leaves of brushed metal in a metal frame, a call panel beside them and an indicator above."""
    w, h, y, f = opening.end_m - opening.start_m, opening.top_m, 0.16, 0.09
    parts = []
    for a, b, c, d in ((-f, 0, 0, h + f), (w, w + f, 0, h + f), (0, w, h, h + f)):
        parts.append(box((a, -0.02, c), (b, y, d), "steel", frame_rgb))
    for a, b in ((0.0, w / 2 - 0.003), (w / 2 + 0.003, w)):
        parts.append(box((a, y, 0.01), (b, y + 0.03, h), "steel", rgb))
    parts.append(box((w / 2 - 0.004, y + 0.004, 0), (w / 2 + 0.004, y + 0.035, h), "matt", DARK))
    parts.append(box((0, 0.0, 0), (w, y + 0.03, 0.006), "steel", _shade(STEEL, 0.6)))
    parts.append(box((w / 2 - 0.22, -0.03, h + f + 0.06), (w / 2 + 0.22, 0, h + f + 0.2), "paint", DARK))
    parts.append(text(words or "1", 0.09, (w / 2, -0.032, h + f + 0.095), "glow", (0.5, 0.12, 0.03)))
    parts.append(box((w + f + 0.16, -0.012, 0.92), (w + f + 0.28, 0, 1.24), "steel", frame_rgb))
    for z in (1.03, 1.13):
        ring = lathe([(0.024, 0.0), (0.024, 0.012), (0.018, 0.014)], 14, "steel", _shade(STEEL, 0.8))
        parts.append(ring.turned(90, axis=0).moved((w + f + 0.22, -0.012, z)))
    return in_place(wall, join(parts).moved((opening.start_m, 0, 0)))


def window(wall: Wall, opening: Opening, frame_rgb, panes: int, sill_rgb, material: str = "front_glass") -> Part:
    """A window with upright bars, glass 8 cm into the wall, and a sill."""
    w, h, y = opening.end_m - opening.start_m, opening.top_m - opening.foot_m, 0.10
    parts = [box((a, y - 0.03, c), (b, y + 0.04, d), "paint", frame_rgb)
             for a, b, c, d in ((0, 0.06, 0, h), (w - 0.06, w, 0, h), (0.06, w - 0.06, 0, 0.06),
                                (0.06, w - 0.06, h - 0.06, h))]  # fmt: skip
    for k in range(1, panes):
        x = w * k / panes
        parts.append(box((x - 0.025, y - 0.025, 0.06), (x + 0.025, y + 0.035, h - 0.06), "paint", frame_rgb))
    parts.append(quad((0.03, y, 0.03), (w - 0.03, y, 0.03), (w - 0.03, y, h - 0.03), (0.03, y, h - 0.03), material))
    if opening.foot_m > 0.2:
        parts.append(box((-0.06, -0.09, -0.035), (w + 0.06, y, 0.0), "paint", sill_rgb))
    return in_place(wall, join(parts).moved((opening.start_m, 0, opening.foot_m)))


def text(words: str, size_m: float, middle, material: str, tint, depth: float = 0.15) -> Part:
    """Words in a wall's frame, facing the room, their baseline's middle at (3,)."""
    shape = letters(words)
    span = float(np.ptp(shape.points[:, 0])) * size_m
    shape = shape.scaled((size_m, size_m * depth, size_m)).painted(tint)
    made = part(shape.points, shape.faces[:, :3], material, shape.tints)
    return made.moved((middle[0] - span / 2, middle[1], middle[2]))


# ---- floors and ceilings


def floor(plan: Floor, x0: float, x1: float, y0: float, y1: float, z: float = 0.0) -> Part:
    """A rectangular floor laid as its plan says; joints are dark gaps of 3 mm."""
    material, gloss = plan.material, plan.gloss
    field, other = (*plan.rgb, gloss), (*plan.rgb2, gloss)
    if plan.tile_m <= 0:
        return quad((x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z), material, field)
    columns, rows = max(1, round((x1 - x0) / plan.tile_m)), max(1, round((y1 - y0) / plan.tile_m))
    rng = np.random.default_rng(plan.seed)
    i, j = (a.ravel() for a in np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij"))
    wide, deep, gap = (x1 - x0) / columns, (y1 - y0) / rows, 0.0015
    low = np.stack([x0 + i * wide + gap, y0 + j * deep + gap], 1)
    high = np.stack([x0 + (i + 1) * wide - gap, y0 + (j + 1) * deep - gap], 1)
    corners = np.stack([low, np.stack([high[:, 0], low[:, 1]], 1), high, np.stack([low[:, 0], high[:, 1]], 1)], 1)
    rim = np.minimum(np.minimum(i, columns - 1 - i), np.minimum(j, rows - 1 - j))
    dark = {
        "checker": (i + j) % 2 == 1,
        "diamonds": (np.abs((i % 6) - 3) + np.abs((j % 6) - 3)) % 3 == 0,
        "border": (rim == 1) | ((rim > 3) & (i % 4 == 0) & (j % 4 == 0)),
        "bands": (i % 8 == 0) | (rim == 0),
        "stars": ((i + j) % 4 == 0) & ((i - j) % 4 == 0) | (rim == 0),
    }.get(plan.pattern, np.zeros(len(i), bool))
    tints = np.where(dark[:, None], np.array(other), np.array(field))
    tints[:, :3] *= np.exp(rng.normal(0, 0.045, len(i)))[:, None]
    points = np.concatenate([corners, np.full((len(i), 4, 1), z)], axis=2).reshape(-1, 3)
    uvs = corners + rng.uniform(0, 9, (len(i), 1, 2))
    tiles = part(points, np.arange(len(i) * 4).reshape(-1, 4), material, tints, uvs)
    # a little larger than the field, or one could look down beside it
    e, below = 0.03, z - 0.002
    corners = [(x0 - e, y0 - e, below), (x1 + e, y0 - e, below), (x1 + e, y1 + e, below), (x0 - e, y1 + e, below)]
    joints = quad(*corners, "matt", _shade(plan.rgb, 0.35))
    return join([tiles, joints])


def ceiling(x0: float, x1: float, y0: float, y1: float, z: float, material: str, rgb) -> Part:
    """A flat ceiling that looks down."""
    return quad((x0, y1, z), (x1, y1, z), (x1, y0, z), (x0, y0, z), material, (*rgb, 0.02))


def beams(x0, x1, y0, y1, z, rows: int, columns: int, size_m: tuple[float, float], material: str, rgb) -> Part:
    """Beams under a ceiling, both ways: a coffered ceiling, or joists where there is but one column."""
    wide, deep = size_m
    parts = []
    for y in np.linspace(y0, y1, rows + 1)[1:-1] if rows > 1 else ():
        parts.append(box((x0, y - wide / 2, z - deep), (x1, y + wide / 2, z), material, rgb, without=("+z",)))
    for x in np.linspace(x0, x1, columns + 1)[1:-1] if columns > 1 else ():
        parts.append(box((x - wide / 2, y0, z - deep + 0.002), (x + wide / 2, y1, z), material, rgb, without=("+z",)))
    return join(parts) if parts else _nothing()


def shell(x0, x1, y0, y1, z0, z1, without: Sequence[str] = ()) -> Part:
    """What closes a room from outside, so that no light comes through its corners: a box 0.3 m larger all round."""
    e = WALL_M + 0.02
    return box((x0 - e, y0 - e, z0 - 0.2), (x1 + e, y1 + e, z1 + e), "plaster", (0.4, 0.38, 0.35, 0.3),
               without=without)  # fmt: skip


def column(x: float, y: float, z1: float, size_m: float, round_: bool, material: str, rgb) -> Part:
    """A column with a base and a capital."""
    r = size_m / 2
    tint = (*rgb, 0.5)
    if round_:
        shaft = lathe([(1.15 * r, 0), (1.15 * r, 0.1), (r, 0.16), (r, z1 - 0.2), (1.12 * r, z1 - 0.12),
                       (1.12 * r, z1)], 28, material, tint)  # fmt: skip
        return shaft.moved((x, y, 0))
    return join(
        [
            box((x - r, y - r, 0), (x + r, y + r, z1), material, tint, without=("-z", "+z")),
            box((x - r - 0.015, y - r - 0.015, 0), (x + r + 0.015, y + r + 0.015, 0.12), "steel", _shade(STEEL, 0.7)),
        ]
    )


# ---- lamps


def lamp_rgb(kelvin: float) -> np.ndarray:
    """Colour (3,) of a lamp, luminance 1."""
    return black_body(kelvin)


def area_light(stage: Stage, at, size_m: tuple[float, float], lumen: float, kelvin: float, turn=(0.0, 0.0, 0.0),
               spread_deg: float = 180.0) -> None:  # fmt: skip
    """A light of a given flux that looks down (turned by Euler angles in degrees) and is itself never seen."""
    light = bpy.data.lights.new("room_light", "AREA")
    light.shape, light.size, light.size_y = "RECTANGLE", max(size_m[0], 0.02), max(size_m[1], 0.02)
    _shine(stage, light, at, lumen, kelvin).rotation_euler = tuple(math.radians(a) for a in turn)
    light.spread = math.radians(spread_deg)


def point_light(stage: Stage, at, radius_m: float, lumen: float, kelvin: float) -> None:
    """A light of a given flux that shines all round and is itself never seen."""
    light = bpy.data.lights.new("room_light", "POINT")
    light.shadow_soft_size = radius_m
    _shine(stage, light, at, lumen, kelvin)


def _shine(stage: Stage, light: bpy.types.Light, at, lumen: float, kelvin: float) -> bpy.types.Object:
    light.color, light.energy = tuple(lamp_rgb(kelvin)), lumen / LUX_PER_UNIT
    obj = bpy.data.objects.new("room_light", light)
    obj.location = tuple(at)
    obj.visible_camera = obj.visible_glossy = obj.visible_transmission = False
    return stage.add_light(obj)


def glow(kelvin: float, cd_m2: float) -> tuple[float, float, float]:
    """Tint of the materials `lamp` and `glow` for something that shines with a luminance."""
    return tuple(float(c) for c in lamp_rgb(kelvin) * cd_m2 / LUX_PER_UNIT)


def ceiling_lamps(stage: Stage, plan: Light, x0: float, x1: float, y0: float, y1: float, z: float) -> Part:
    """Lamps in rows and columns under a ceiling, and the few light objects that do their work."""
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
        lamp = _downlight(0.09, tuple(2.0 * c for c in tint))
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


def _ceiling_panel(w: float, d: float, tint) -> Part:
    """A lit square in a white frame, its face 2 cm under z = 0."""
    f, z = 0.02, -0.02
    face = quad((-w / 2, d / 2, z), (w / 2, d / 2, z), (w / 2, -d / 2, z), (-w / 2, -d / 2, z), "lamp", tint)
    frame = [box(low, high, "paint", WHITE) for low, high in (
        ((-w / 2 - f, -d / 2 - f, z - 0.006), (w / 2 + f, -d / 2, 0)), ((-w / 2 - f, d / 2, z - 0.006),
        (w / 2 + f, d / 2 + f, 0)), ((-w / 2 - f, -d / 2, z - 0.006), (-w / 2, d / 2, 0)),
        ((w / 2, -d / 2, z - 0.006), (w / 2 + f, d / 2, 0)))]  # fmt: skip
    return join([face, *frame])


def _line(w: float, d: float, tint) -> Part:
    """A tube-like luminaire along x, hung a hand below the ceiling."""
    t = np.linspace(0, np.pi, 7)
    ring = np.column_stack([-d / 2 * np.cos(t), -0.06 - d / 2 * np.sin(t)])
    body = box((-w / 2, -d / 2 - 0.015, -0.06), (w / 2, d / 2 + 0.015, 0.0), "paint", WHITE)
    tube_ = extrude(ring[::-1], w, "lamp", tint, smooth=True).moved((-w / 2, 0, 0))
    ends = [box((x - 0.012, -d / 2, -0.06 - d / 2), (x + 0.012, d / 2, -0.05), "paint", WHITE)
            for x in (-w / 2, w / 2)]  # fmt: skip
    return join([body, tube_, *ends])


def _downlight(r: float, tint) -> Part:
    a = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    points = np.column_stack([r * np.cos(a), -r * np.sin(a), np.full(20, -0.004)])
    face = part(np.concatenate([points, [[0, 0, -0.004]]]),
                np.stack([np.arange(20), (np.arange(20) + 1) % 20, np.full(20, 20)], 1), "lamp", tint)  # fmt: skip
    rim = lathe([(1.3 * r, -0.008), (1.3 * r, -0.001)], 20, "paint", WHITE)
    ring = lathe([(1.02 * r, -0.009), (1.3 * r, -0.008)], 20, "paint", WHITE)
    return join([face, rim, ring])


def _pendant(drop: float, tint) -> Part:
    """A drum shade on a thin rod."""
    r, h = 0.3, 0.34
    shade = lathe([(r, -drop - h / 2), (r, -drop + h / 2)], 28, "lamp", tint)
    below = lathe([(0.02, -drop - h / 2 - 0.001), (r, -drop - h / 2)], 28, "lamp", tint)
    rims = [lathe([(r + 0.006, z), (r + 0.006, z + 0.012)], 28, "steel", (0.4, 0.3, 0.18))
            for z in (-drop - h / 2, -drop + h / 2 - 0.012)]  # fmt: skip
    rod = tube(np.array([(0, 0, -drop + h / 2), (0, 0, 0)]), 0.006, 6, "iron", DARK)
    return join([shade, below, *rims, rod, lathe([(0.06, -0.025), (0.06, 0)], 16, "steel", (0.4, 0.3, 0.18))])


# ---- putting things on the stage


def add(stage: Stage, materials: Materials, instance_id: int, name: str, parts: Iterable[Part]) -> None:
    """One object of some parts under one id; nothing where there are none."""
    shape = join([p for p in parts if len(p.faces)])
    stage.add(to_object(name, shape, materials), instance_id)


def add_room(stage: Stage, materials: Materials, floor_part: Part, ceiling_parts: Sequence[Part],
             lamps: Part | None) -> None:  # fmt: skip
    """Floor, ceiling and lamps, each under its id."""
    add(stage, materials, FLOOR_ID, "floor", [floor_part])
    if ceiling_parts:
        add(stage, materials, CEILING_ID, "ceiling", ceiling_parts)
    if lamps is not None:
        add(stage, materials, LAMPS_ID, "lamps", [lamps])


def outside(plan: Outside, stage: Stage, materials: Materials) -> None:
    """The street before the windows, and street lamps that burn at night."""
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
        obj = to_object(house.name, facade.house(house), materials)
        stage.add(place(obj, (*turned(*house.start_xy_m), z), 180.0 + turn), house.instance_id)
    mesh = to_mesh("tree", vegetation.tree(0, plan.leaf_rgb), materials) if plan.trees_m else None
    for number, at in enumerate(plan.trees_m):
        obj = place(bpy.data.objects.new(f"{plan.name}_tree_{number}", mesh), (*turned(*at), z), 77.0 * number)
        stage.add(obj, plan.first_id + 30 + number)
    for x in np.linspace(-0.6, 0.6, 3) * half:
        stage.lamps.append(((*turned(float(x), far + 1.4), z + 6.3), 90.0 + turn, 0))
