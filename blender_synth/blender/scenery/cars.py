"""Parked cars: a skin over cross-sections, with lights, seams and plates laid on it, and turned wheels.

Local frame: +x is the nose, the middle of the footprint is the origin, z = 0 the road. Curves below are measured from
the nose backwards, in metres, as on a side view.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.materials import HEAD_LAMP, TAIL_LAMP
from blender_synth.blender.scenery.meshes import Part, box, join, lathe, loft, part, quad
from blender_synth.world.scenery.shared.street_parts import CAR_SIZE_M

BLACK = (0.012, 0.012, 0.013)
GLASS = (0.010, 0.012, 0.012)
CHROME = (0.6, 0.6, 0.6)
WHITE = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Shape:
    """Side view of one body.

    Attributes:
        top: (distance from the nose, height) of the middle line over bonnet, windscreen, roof and tail.
        shoulder: (distance, height) of the line under the side windows.
        cowl, header, rear_header, tail: where windscreen and rear window begin and end.
        pillars: distances of the door pillars in the side windows.
        axles: distances of the wheels. wheel: radius of the tyres.
        rear_glass: share of the side glass row that is glass behind the last pillar (0 for panel vans).
    """

    top: tuple
    shoulder: tuple
    cowl: float
    header: float
    rear_header: float
    tail: float
    pillars: tuple
    axles: tuple
    wheel: float
    glass_end: float
    clearance: float = 0.2


# fmt: off
SHAPES = {
    "hatchback": Shape(
        top=((0, 0.60), (0.10, 0.71), (0.40, 0.83), (1.00, 0.95), (1.90, 1.40), (2.45, 1.47), (3.10, 1.445),
            (3.55, 1.37), (3.88, 1.00), (3.98, 0.93), (4.05, 0.62)),
        shoulder=((0, 0.56), (0.4, 0.74), (1.0, 0.87), (2.2, 0.92), (3.4, 0.97), (3.9, 0.92), (4.05, 0.6)),
        cowl=1.0, header=1.9, rear_header=3.55, tail=3.88, pillars=(1.62, 2.45, 3.25), axles=(0.80, 3.33),
            wheel=0.31, glass_end=3.55,
    ),
    "saloon": Shape(
        top=((0, 0.56), (0.12, 0.68), (0.5, 0.82), (1.25, 0.93), (2.08, 1.36), (2.6, 1.45), (3.1, 1.43),
            (3.45, 1.35), (4.02, 1.02), (4.45, 1.0), (4.56, 0.92), (4.62, 0.6)),
        shoulder=((0, 0.52), (0.5, 0.74), (1.25, 0.86), (2.5, 0.91), (3.6, 0.96), (4.45, 0.95), (4.62, 0.58)),
        cowl=1.25, header=2.08, rear_header=3.45, tail=4.02, pillars=(1.85, 2.7, 3.45), axles=(0.86, 3.62),
            wheel=0.325, glass_end=3.72,
    ),
    "estate": Shape(
        top=((0, 0.56), (0.12, 0.68), (0.5, 0.82), (1.2, 0.93), (2.05, 1.38), (2.6, 1.48), (3.6, 1.47),
            (4.12, 1.41), (4.44, 1.02), (4.53, 0.95), (4.60, 0.6)),
        shoulder=((0, 0.52), (0.5, 0.74), (1.2, 0.86), (2.5, 0.91), (3.9, 0.97), (4.45, 0.94), (4.60, 0.58)),
        cowl=1.2, header=2.05, rear_header=4.12, tail=4.44, pillars=(1.8, 2.66, 3.5), axles=(0.86, 3.6),
            wheel=0.325, glass_end=4.15,
    ),
    "suv": Shape(
        top=((0, 0.72), (0.10, 0.86), (0.4, 0.98), (1.15, 1.08), (1.92, 1.56), (2.45, 1.66), (3.3, 1.65),
            (3.92, 1.58), (4.22, 1.14), (4.33, 1.06), (4.40, 0.72)),
        shoulder=((0, 0.68), (0.4, 0.90), (1.15, 1.0), (2.3, 1.05), (3.6, 1.10), (4.25, 1.06), (4.40, 0.7)),
        cowl=1.15, header=1.92, rear_header=3.92, tail=4.22, pillars=(1.75, 2.58, 3.4), axles=(0.84, 3.46),
            wheel=0.36, glass_end=3.9, clearance=0.26,
    ),
    "van": Shape(
        top=((0, 0.78), (0.08, 0.92), (0.35, 1.05), (0.80, 1.17), (1.72, 1.83), (2.2, 1.95), (3.2, 1.97),
            (4.70, 1.94), (4.86, 1.86), (4.92, 1.2), (4.95, 0.8)),
        shoulder=((0, 0.72), (0.35, 0.94), (0.8, 1.08), (1.8, 1.14), (4.7, 1.16), (4.88, 1.12), (4.95, 0.76)),
        cowl=0.80, header=1.72, rear_header=4.78, tail=4.93, pillars=(1.5, 2.3), axles=(0.92, 3.92),
            wheel=0.335, glass_end=2.3,
    ),
}
# fmt: on


def _curve(points: tuple, x: np.ndarray, soft_m: float = 0.05) -> np.ndarray:
    """Straight pieces through the points, rounded over `soft_m`."""
    px, pz = np.array(points).T
    total, offsets = np.zeros_like(x), np.linspace(-1.5, 1.5, 9)
    weights = np.exp(-(offsets**2))
    for offset, weight in zip(offsets, weights, strict=True):
        total = total + weight * np.interp(np.clip(x + offset * soft_m, px[0], px[-1]), px, pz)
    return total / weights.sum()


def _stations(shape: Shape, length: float) -> np.ndarray:
    """Places of the cross-sections: dense at the ends and the wheels, and on every edge that must be crisp."""
    fixed = [shape.cowl, shape.header, shape.rear_header, shape.tail, shape.glass_end]
    for pillar in shape.pillars:
        fixed += [pillar - 0.035, pillar + 0.035]
    xs = [*np.linspace(0, 0.3, 9), *np.linspace(length - 0.25, length, 8), *np.arange(0.3, length - 0.25, 0.14), *fixed]
    reach = shape.wheel + 0.06
    for axle in shape.axles:
        xs += list(axle + reach * np.sin(np.linspace(-np.pi / 2, np.pi / 2, 15)))
        xs += [axle - reach - 0.012, axle + reach + 0.012]
    xs = np.sort(np.array(xs))
    xs = xs[(xs >= 0) & (xs <= length)]
    keep = np.concatenate([[True], np.diff(xs) > 0.006])
    for edge in fixed:
        keep[np.argmin(np.abs(xs - edge))] = True
    return xs[keep]


class Skin:
    """The grid of points of one body: (stations, rows, 3) for the left half (+y), row 0 in the floor's middle."""

    def __init__(self, body: str):
        self.shape = shape = SHAPES[body]
        self.length, width, _ = CAR_SIZE_M[body]
        self.x = x = _stations(shape, self.length)
        top, shoulder = _curve(shape.top, x), _curve(shape.shoulder, x)
        shoulder = np.minimum(shoulder, top - 0.035)
        front = np.clip(1 - x / 0.75, 0, 1) ** 2.4
        back = np.clip(1 - (self.length - x) / 0.5, 0, 1) ** 2.4
        self.half = half = width / 2 * (1 - 0.30 * front - 0.16 * back)
        ends = np.clip(np.minimum(x, self.length - x) / 0.10, 0, 1)
        low = shape.clearance + 0.05 * (1 - ends)
        cabin = np.clip((top - shoulder - 0.05) / 0.25, 0, 1)
        tumble = 0.27 if body != "van" else 0.14

        def row(y, z):
            return np.stack([self.length / 2 - x, y, z], axis=-1)

        rows = [row(0 * x, low), row(half - 0.24, low)]
        levels = ((0.0, 0.075), (0.13, 0.03), (0.45, 0.0), (0.82, 0.006), (1.0, 0.035))
        for t, inward in levels:
            rows.append(row(half - inward - 0.02 * (1 - ends), low + (shoulder - low) * t))
        # above the shoulder: side glass and roof rail where there is a cabin, the bonnet's crown where there is none
        rail = np.maximum(top - 0.10, shoulder + 0.012)
        glass_y = half - 0.05
        up_y = glass_y - (rail - shoulder) * tumble
        flat_y = half - 0.09
        rows.append(row(glass_y - 0.008, shoulder + 0.012))
        rows.append(
            row(up_y * cabin + flat_y * (1 - cabin), rail * cabin + (shoulder + 0.6 * (top - shoulder)) * (1 - cabin))
        )
        edge_y = rows[-1][:, 1] - 0.055
        rows.append(row(edge_y, top - 0.035 * cabin - 0.25 * (top - shoulder) * (1 - cabin)))
        for t in (0.66, 0.33, 0.0):
            rows.append(row(edge_y * t, top - 0.012 * t * t * cabin - 0.2 * (top - shoulder) * t * t * (1 - cabin)))
        self.grid = np.stack(rows, axis=1)
        self._arches(shape)

    def _arches(self, shape: Shape) -> None:
        """Lift the floor's edge and the sill over the wheels."""
        reach = shape.wheel + 0.055
        for axle in shape.axles:
            d = np.abs(self.x - axle)
            arch = np.sqrt(np.maximum(reach**2 - d**2, 0)) + shape.wheel
            arch = np.where(d < reach, arch, 0)
            for r in range(1, 6):
                lifted = np.maximum(self.grid[:, r, 2], arch + 0.004 * r)
                self.grid[:, r, 2] = np.where(d < reach, lifted, self.grid[:, r, 2])
            flare = np.where(d < reach + 0.05, 0.012, 0)
            self.grid[:, 2:5, 1] += flare[:, None]
            self.grid[:, 1, 1] = np.where(d < reach, self.half - 0.30, self.grid[:, 1, 1])

    def column(self, x: float) -> np.ndarray:
        """The half cross-section (rows, 3) at distance `x` from the nose."""
        i = min(max(int(np.searchsorted(self.x, x)) - 1, 0), len(self.x) - 2)
        t = min(max((x - self.x[i]) / (self.x[i + 1] - self.x[i]), 0.0), 1.0)
        return self.grid[i] * (1 - t) + self.grid[i + 1] * t

    def at(self, x: float, row: int) -> np.ndarray:
        """The point of one row at distance `x` from the nose."""
        return self.column(x)[row]

    def flank(self, x: float, z: np.ndarray) -> np.ndarray:
        """Points (n, 3) on the left flank at distance `x` and heights `z` (n,); rows from the floor's edge upwards."""
        side = self.column(x)[2:10]
        heights = np.maximum.accumulate(side[:, 2] + 1e-6 * np.arange(len(side)))
        return np.stack([np.interp(z, heights, side[:, k]) for k in range(3)], axis=-1)

    def patch(self, x0, x1, z0, z1, material, tint, proud_m=0.004, steps=(6, 3)) -> Part:
        """A piece laid on both flanks between distances and heights, `proud_m` above the skin."""
        heights = np.linspace(z0, z1, steps[1])
        points = np.stack([self.flank(x, heights) for x in np.linspace(x0, x1, steps[0])])
        du, dv = np.gradient(points, axis=0), np.gradient(points, axis=1)
        normal = np.cross(du, dv)
        normal /= np.linalg.norm(normal, axis=2, keepdims=True) + 1e-9
        normal *= np.sign(
            (normal * (0, 1, 0)).sum(2, keepdims=True) + (normal * (1, 0, 0)).sum(2, keepdims=True) * 0.01 + 1e-6
        )
        points = points + normal * proud_m
        return both_sides(points, material, tint)


def both_sides(points: np.ndarray, material: str, tint) -> Part:
    """A grid (a, b, 3) on the left and its mirror image on the right, both facing outwards."""
    a, b, _ = points.shape
    i, j = np.meshgrid(np.arange(a - 1), np.arange(b - 1), indexing="ij")
    faces = np.stack([i * b + j, (i + 1) * b + j, (i + 1) * b + j + 1, i * b + j + 1], axis=-1).reshape(-1, 4)
    flat = points.reshape(-1, 3)
    left = part(flat, faces[:, ::-1], material, tint, smooth=True)
    right = part(flat * (1, -1, 1), faces, material, tint, smooth=True)
    return join([left, right])


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
    """The image on the other side, faces turned round so that they still look outwards."""
    triangles = p.faces[:, 3] < 0
    faces = p.faces[:, ::-1].copy()
    faces[triangles] = np.column_stack([p.faces[triangles][:, [2, 1, 0]], p.faces[triangles][:, 3]])
    return replace(p, points=p.points * (1, -1, 1), faces=faces)


@lru_cache(maxsize=16)
def car(body: str) -> Part:
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
    # lights lie on the skin
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


def plates(body: str, words: str) -> Part:
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
