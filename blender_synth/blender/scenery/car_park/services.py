"""Lamps, pipes, ducts and signs under the ceiling of a deck."""

from __future__ import annotations

import numpy as np

from blender_synth.blender.scenery import rooms
from blender_synth.blender.scenery.car_park.colours import (
    BLACK,
    BLUE,
    GREEN,
    LIT_GREEN,
    LIT_WHITE,
    MOUTH_M,
    RED,
    WHITE,
    YELLOW,
    ZINC,
)
from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.meshes import Part, Tint, box, extrude, join, lathe, part, quad, tube
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.car_park import Spec
from blender_synth.world.scenery.car_park.elements import BEAM_M, DOOR_M


def lamps(spec: Spec, stage: Stage) -> list[Part]:
    """Tubes in two lines over each aisle, hung under the beams; the light itself comes from a few long strips."""
    rng = np.random.default_rng(spec.detail_seed + 7)
    z, x = spec.height_m - BEAM_M - 0.02, spec.half_length_m
    lines = [y + s * 0.4 * spec.aisle_m for y in spec.aisles_y_m for s in (-1, 1)]
    lumen = spec.lux * 4 * x * spec.half_depth_m / rooms.UTILISATION
    tint = rooms.glow(spec.kelvin, 2.0 * rooms.LAMP_CD_M2_PER_LUX * spec.lux)
    lit, dark = _tube("lamp", tint), _tube("paint", (0.5, 0.5, 0.48))
    parts = []
    for y in lines:
        xs = np.arange(-x + 1.2, x - 1.0, spec.tubes_gap_m)
        for at in xs:
            parts.append((dark if rng.random() < spec.dark_share else lit).moved((float(at), y, z)))
        parts.append(box((-x + 0.4, y - 0.02, z + 0.0), (x - 0.4, y + 0.02, z + 0.03), "metal", ZINC))
        for half in (-1, 1):
            rooms.area_light(stage, (half * x / 2, y, z - 0.12), (0.94 * x, 0.1), lumen / len(lines) / 2, spec.kelvin)
    return parts


def _tube(material: str, tint: Tint) -> Part:
    """A luminaire 1.3 m long under z = 0: housing, a clear half cylinder below."""
    body = box((-0.65, -0.05, -0.05), (0.65, 0.05, 0.0), "paint", (0.6, 0.6, 0.58))
    t = np.linspace(0, np.pi, 7)
    ring = np.column_stack([-0.045 * np.cos(t), -0.05 - 0.045 * np.sin(t)])
    return join([body, extrude(ring[::-1], 1.26, material, tint, smooth=True).moved((-0.63, 0, 0))])


def pipes(spec: Spec) -> list[Part]:
    """A red sprinkler main with heads, a ventilation duct along one wall, a cable tray, downpipes at columns."""
    x, top, under = spec.half_length_m - 0.2, spec.height_m, spec.height_m - BEAM_M
    parts = []
    for y in spec.aisles_y_m:
        at, z = y + 0.08 * spec.aisle_m, under - 0.09
        parts.append(tube(np.array([(-x, at, z), (x, at, z)]), 0.045, 10, "paint", RED))
        for along in np.arange(-x + 1.5, x, 3.2):
            branch = np.array([(along, at - 2.2, z + 0.0), (along, at + 2.2, z + 0.0)])
            parts.append(tube(branch, 0.02, 6, "paint", RED))
            for end in (-2.2, 0.0, 2.2):
                profile = [(0.03, -0.05), (0.035, -0.045), (0.02, -0.04), (0.012, 0.0)]
                head = lathe(profile, 8, "metal", (0.5, 0.35, 0.15))
                parts.append(head.moved((along, at + end, z - 0.02)))
    side = spec.half_depth_m - 1.3
    parts.append(_duct(-x + 1.0, x - 1.0, side, under - 0.36, 0.75, 0.34))
    tray = -spec.half_depth_m + 0.9
    parts.append(box((-x, tray - 0.15, under - 0.06), (x, tray + 0.15, under - 0.05), "metal", ZINC))
    for edge in (-0.15, 0.15):
        low = (-x, tray + edge - 0.004, under - 0.06)
        high = (x, tray + edge + 0.004, under - 0.004)  # not in the plane of the beams' undersides
        parts.append(box(low, high, "metal", ZINC))
    for k, dy in enumerate((-0.08, -0.03, 0.02, 0.07)):
        cable = np.array([(-x, tray + dy, under - 0.04), (x, tray + dy, under - 0.04)])
        parts.append(tube(cable, 0.012, 5, "rubber", (0.03 + 0.08 * (k % 2),) * 3))
    for number, column in enumerate(spec.columns):
        if number % 5 == 2:
            cx, cy = column.xy_m
            out = spec.column_wide_m / 2 + 0.07
            pipe = np.array([(cx + out, cy, 0.0), (cx + out, cy, top + 0.01)])
            parts.append(tube(pipe, 0.055, 10, "paint", (0.28, 0.29, 0.3)))
    return parts


def _duct(x0: float, x1: float, y: float, z: float, wide: float, high: float) -> Part:
    parts = [box((x0, y - wide / 2, z), (x1, y + wide / 2, z + high), "metal", ZINC)]
    for x in np.arange(x0 + 1.2, x1, 1.25):
        low, top = (x, y - wide / 2 - 0.02, z - 0.02), (x + 0.03, y + wide / 2 + 0.02, z + high)
        parts.append(box(low, top, "metal", tuple(0.9 * c for c in ZINC)))
    for x in np.arange(x0 + 2.0, x1 - 1.0, 6.0):
        parts.append(box((x, y - 0.25, z - 0.012), (x + 0.5, y + 0.25, z - 0.002), "iron", (0.03, 0.03, 0.03)))
    return join(parts)


def signs(spec: Spec) -> list[Part]:
    """Hanging signs over the aisles, lit exit signs by the doors, the headroom bar of the ramp."""
    parts, under = [], spec.height_m - BEAM_M
    for y in spec.aisles_y_m:
        for x, facing in ((-0.45 * spec.rows_half_m, 180.0), (0.4 * spec.rows_half_m, 0.0)):
            parts.append(_hanging("EXIT  >" if facing == 180.0 else spec.level, BLUE, 1.4).turned(facing - 90.0)
                         .moved((x, y, under)))  # fmt: skip
    for core in spec.cores:
        row = spec.rows[core.row]
        x = core.x0_m + 0.25 + DOOR_M / 2 if core.door_left else core.x1_m - 0.25 - DOOR_M / 2
        parts.append(_exit_sign().turned(90.0).moved((x, row.y_m - row.sign * 0.5, under - 0.02)))
    x, y = spec.half_length_m - 0.3, spec.ramp_y_m
    for k in range(12):
        a = y - 1.8 + 0.3 * k
        parts.append(box((x - 0.05, a, 2.1), (x + 0.05, a + 0.3, 2.25), "paint", YELLOW if k % 2 else BLACK))
    for a in (y - 1.5, y + 1.5):
        parts.append(tube(np.array([(x, a, 2.25), (x, a, spec.height_m)]), 0.006, 5, "metal", ZINC))
    words = letters("2.10 m").scaled((0.16, 0.01, 0.16)).painted(BLACK)
    plate = join([box((-0.5, -0.01, 0), (0.5, 0.01, 0.24), "paint", WHITE),
                  words.moved((-np.ptp(words.points[:, 0]) / 2, -0.022, 0.06))])  # fmt: skip
    parts.append(plate.turned(-90).moved((x - 0.06, y, 2.27)))
    words = letters("EXIT").scaled((0.3, 0.01, 0.3)).painted(WHITE)
    board = join([box((-0.75, -0.02, 0), (0.75, 0.0, 0.42), "paint", GREEN),
                  words.moved((-np.ptp(words.points[:, 0]) / 2, -0.032, 0.1))])  # fmt: skip
    parts.append(board.turned(-90).moved((spec.half_length_m - 0.03, y, MOUTH_M + 0.06)))
    return parts


def _hanging(words: str, rgb: Tint, wide: float) -> Part:
    """A board that hangs from z = 0, lettered on both faces, -y and +y."""
    text = letters(words).scaled((0.22, 0.01, 0.22)).painted(WHITE)
    front = text.moved((-np.ptp(text.points[:, 0]) / 2, -0.035, -0.38))
    rod = tube(np.array([(0, 0, -0.08), (0, 0, BEAM_M)]), 0.008, 5, "metal", ZINC)
    rods = [rod.moved((s * 0.4 * wide, 0, 0)) for s in (-1, 1)]
    board = box((-wide / 2, -0.025, -0.46), (wide / 2, 0.025, -0.1), "paint", rgb)
    return join([board, front, front.turned(180), *rods])


def _exit_sign() -> Part:
    """A lit green box under the ceiling with a white door and an arrow on both faces."""
    case = box((-0.02, -0.2, -0.28), (0.02, 0.2, -0.06), "paint", WHITE)
    parts = [case]
    for turn in (0, 180):
        x = 0.022
        face = _upright(0.021, -0.18, 0.18, -0.26, -0.08, LIT_GREEN)
        door = _upright(x, 0.06, 0.14, -0.24, -0.1, LIT_WHITE)
        arrow = part([(x, -0.15, -0.17), (x, -0.02, -0.22), (x, -0.02, -0.12)], [[0, 1, 2]], "signal", LIT_WHITE)
        parts.append(join([face, door, arrow]).turned(turn))
    rod = box((-0.006, -0.006, -0.06), (0.006, 0.006, BEAM_M), "metal", ZINC)
    return join([*parts, rod])


def _upright(x: float, y0: float, y1: float, z0: float, z1: float, tint: Tint) -> Part:
    """A lit rectangle that faces +x."""
    return quad((x, y0, z0), (x, y1, z0), (x, y1, z1), (x, y0, z1), "signal", tint)
