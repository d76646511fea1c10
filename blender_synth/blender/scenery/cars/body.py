"""A car: panels and glass of its skin, wheels, lights, seams, plates."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from blender_synth.blender.scenery.cars.shapes import SHAPES
from blender_synth.blender.scenery.cars.skin import Skin
from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.materials import HEAD_LAMP, TAIL_LAMP
from blender_synth.blender.scenery.meshes import Part, box, join, lathe, loft, part, quad
from blender_synth.world.scenery.shared.street_parts import CAR_SIZE_M, CarBody

BLACK = (0.012, 0.012, 0.013)
GLASS = (0.010, 0.012, 0.012)
CHROME = (0.6, 0.6, 0.6)
WHITE = (1.0, 1.0, 1.0)


def _shell(skin: Skin) -> Part:
    """Body panels and glass of both halves."""
    shape, grid = skin.shape, skin.grid
    middle = (skin.x[:-1] + skin.x[1:]) / 2
    rows = grid.shape[1] - 1
    names = np.full((len(middle), rows), "car_paint", object)
    names[:, :2] = "rubber"
    in_screen = (middle > shape.cowl + 0.02) & (middle < shape.header)
    in_rear = (middle > shape.rear_header) & (middle < shape.tail)
    pillar = np.zeros(len(middle), bool)
    for p in shape.pillars:
        pillar |= np.abs(middle - p) < 0.035
    tall = (grid[:-1, 8, 2] - grid[:-1, 7, 2] > 0.03) & (grid[1:, 8, 2] - grid[1:, 7, 2] > 0.03)
    side = (middle > shape.cowl) & (middle < shape.glass_end) & tall
    names[side & ~pillar, 7] = "car_glass"
    names[side & pillar, 7] = "rubber"
    names[in_screen | in_rear, 9:] = "car_glass"
    parts = []
    for name in ("car_paint", "car_glass", "rubber"):
        i, j = np.nonzero(names == name)
        b = grid.shape[1]
        faces = np.stack([i * b + j, (i + 1) * b + j, (i + 1) * b + j + 1, i * b + j + 1], axis=-1)
        tint = {"car_paint": WHITE, "car_glass": GLASS, "rubber": BLACK}[name]
        flat = grid.reshape(-1, 3)
        parts.append(part(flat, faces[:, ::-1], name, tint, smooth=True))
        parts.append(part(flat * (1, -1, 1), faces, name, tint, smooth=True))
    for station, flip in ((0, False), (-1, True)):
        half = grid[station]
        ring = np.concatenate([half, (half * (1, -1, 1))[::-1]])
        fan = np.stack(
            [np.arange(len(ring)), (np.arange(len(ring)) + 1) % len(ring), np.full(len(ring), len(ring))], axis=1
        )
        points = np.concatenate([ring, ring.mean(axis=0)[None]])
        parts.append(part(points, fan[:, ::-1] if flip else fan, "car_paint", WHITE))
    return join(parts)


def _wheel(radius: float, width: float = 0.2) -> Part:
    """A wheel with five spokes; its axle is y, the outer face at +y."""
    r = radius
    tyre = lathe(
        [
            (r * 0.66, -width / 2),
            (r * 0.93, -width / 2),
            (r, -width * 0.32),
            (r, width * 0.32),
            (r * 0.93, width / 2),
            (r * 0.68, width / 2),
            (r * 0.64, width * 0.38),
        ],
        26,
        "rubber",
        (0.018, 0.018, 0.018),
    )
    rim = lathe(
        [(r * 0.62, width * 0.30), (r * 0.67, width * 0.505), (r * 0.60, width * 0.50), (r * 0.58, width * 0.32)],
        26,
        "metal",
        CHROME,
    )
    well = lathe([(r * 0.6, width * 0.395), (r * 0.58, width * 0.40)], 26, "rubber", (0.01, 0.01, 0.01))
    spokes = []
    for k in range(5):
        points = np.array([(-0.055, 0.03), (0.055, 0.03), (0.035, r * 0.61), (-0.035, r * 0.61)])
        front = np.column_stack([points, np.full(4, width * 0.47)])
        back = np.column_stack([points, np.full(4, width * 0.38)])
        faces = [[0, 1, 2, 3], [4, 5, 1, 0], [5, 6, 2, 1], [7, 4, 0, 3]]
        spokes.append(part(np.concatenate([front, back]), faces, "metal", CHROME).turned(72 * k))
    hub = lathe([(r * 0.2, width * 0.38), (r * 0.17, width * 0.49), (0.02, width * 0.5)], 14, "metal", CHROME)
    return join([tyre, rim, well, *spokes, hub]).turned(-90, axis=0)


def _mirror(skin: Skin) -> Part:
    x, z = skin.shape.cowl + 0.42, float(skin.at(skin.shape.cowl + 0.42, 6)[2]) + 0.10
    y = float(skin.at(x, 6)[1])
    angles = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    rings = []
    for t, scale in ((-0.06, 0.55), (-0.03, 0.92), (0.05, 1.0)):
        rings.append(
            np.column_stack(
                [
                    np.full(10, skin.length / 2 - x - t),
                    y + 0.10 + 0.095 * scale * np.cos(angles),
                    z + 0.065 * scale * np.sin(angles),
                ]
            )
        )
    cap = loft(np.array(rings)[::-1], "car_paint", WHITE, caps=True)
    arm = box(
        (skin.length / 2 - x - 0.02, y - 0.03, z - 0.07),
        (skin.length / 2 - x + 0.02, y + 0.06, z - 0.04),
        "rubber",
        BLACK,
    )
    both = [cap, arm]
    return join(both + [_mirrored(p) for p in both])


def _mirrored(p: Part) -> Part:
    """The mirror image about y = 0, with face orientation flipped so that faces still point outwards."""
    triangles = p.faces[:, 3] < 0
    faces = p.faces[:, ::-1].copy()
    faces[triangles] = np.column_stack([p.faces[triangles][:, [2, 1, 0]], p.faces[triangles][:, 3]])
    return replace(p, points=p.points * (1, -1, 1), faces=faces)


@lru_cache(maxsize=16)
def car(body: CarBody) -> Part:
    """A car without its plates; paint takes colour and dirt from the object."""
    skin = Skin(body)
    shape, length = skin.shape, skin.length
    nose, tail = length / 2, -length / 2
    parts = [_shell(skin), _mirror(skin)]
    for axle in shape.axles:
        y = float(skin.half[np.argmin(np.abs(skin.x - axle))]) - 0.115
        wheel = _wheel(shape.wheel).moved((nose - axle, y, shape.wheel))
        parts += [wheel, _mirrored(wheel)]
    bonnet = float(skin.at(0.05, 6)[2])
    belt = float(skin.at(length * 0.5, 6)[2])
    # lights are offset from the skin
    parts.append(skin.patch(0.03, 0.46, bonnet - 0.13, bonnet + 0.02, HEAD_LAMP, (0.13, 0.135, 0.14), 0.010, (14, 6)))
    rear = float(skin.at(length - 0.1, 6)[2])
    parts.append(
        skin.patch(
            length - 0.24, length - 0.012, rear - 0.20, rear - 0.01, TAIL_LAMP, (0.30, 0.012, 0.012), 0.012, (14, 6)
        )
    )
    # seams of doors, and handles
    seams = [shape.cowl + 0.18, shape.pillars[1]] + ([shape.pillars[2] + 0.04] if len(shape.pillars) > 2 else [])
    for x in seams:
        parts.append(
            skin.patch(x - 0.004, x + 0.004, shape.clearance + 0.10, belt - 0.01, "rubber", BLACK, 0.0015, (2, 7))
        )
    for x in [s - 0.24 for s in seams[1:]]:
        parts.append(skin.patch(x, x + 0.18, belt - 0.13, belt - 0.105, "car_paint", WHITE, 0.022, (4, 2)))
    low = shape.clearance
    parts.append(
        skin.patch(
            shape.axles[0] + shape.wheel + 0.08,
            shape.axles[1] - shape.wheel - 0.08,
            low + 0.01,
            low + 0.10,
            "rubber",
            BLACK,
            0.008,
            (8, 3),
        )
    )
    half = float(skin.half[0])
    front_z = float(skin.grid[0, 6, 2])
    parts += [
        box((nose - 0.02, -half * 0.62, front_z - 0.14), (nose + 0.006, half * 0.62, front_z - 0.04), "rubber", BLACK),
        box((nose - 0.02, -half * 0.8, low + 0.07), (nose + 0.006, half * 0.8, low + 0.19), "rubber", BLACK),
        box((nose, -0.035, front_z - 0.115), (nose + 0.012, 0.035, front_z - 0.06), "metal", CHROME),
    ]
    parts.append(
        box(
            (tail - 0.012, -float(skin.half[-1]) * 0.7, low + 0.02),
            (tail + 0.05, float(skin.half[-1]) * 0.7, low + 0.13),
            "rubber",
            BLACK,
        )
    )
    for slot in (-0.045, 0.0, 0.045):
        parts.append(
            quad(
                (nose + 0.0075, -half * 0.6, front_z - 0.09 + slot - 0.004),
                (nose + 0.0075, half * 0.6, front_z - 0.09 + slot - 0.004),
                (nose + 0.0075, half * 0.6, front_z - 0.09 + slot + 0.004),
                (nose + 0.0075, -half * 0.6, front_z - 0.09 + slot + 0.004),
                "metal",
                (0.3, 0.3, 0.3),
            )
        )
    return join(parts)


def plates(body: CarBody, words: str) -> Part:
    """Number plates at nose and tail."""
    length, low = CAR_SIZE_M[body][0], SHAPES[body].clearance
    text = letters(words).scaled((0.105, 0.02, 0.105)).painted((0.02, 0.02, 0.03))
    width = float(np.ptp(text.points[:, 0]))
    parts = []
    for x, sign, z in ((length / 2, 1, low + 0.24), (-length / 2, -1, low + 0.30)):
        a, b = sorted((x - sign * 0.02, x + sign * 0.012))
        parts.append(box((a, -0.26, z - 0.055), (b, 0.26, z + 0.055), "paint", (0.66, 0.66, 0.62)))
        parts.append(text.moved((-width / 2, 0, -0.036)).turned(90 * sign).moved((x + sign * 0.0135, 0, z)))
    return join(parts)


def plate_words(seed: int) -> str:
    """Letters and digits of a number plate."""
    rng = np.random.default_rng(seed)
    alphabet = np.array(list("ABCDEFGHKLMNPRSTUVWXZ"))
    return f"{''.join(rng.choice(alphabet, 2))} {rng.integers(100, 999)} {''.join(rng.choice(alphabet, 2))}"
