"""Builds a crossing of two streets from its spec. All details follow from seeds in the spec."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from blender_synth.blender.scenery import ground, pieces, signals
from blender_synth.blender.scenery.materials import Materials, road_material
from blender_synth.blender.scenery.meshes import Part, Tint, Vec, box, extrude, join, lathe, part, quad, to_object
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.crosswalk import Spec
from blender_synth.world.scenery.crosswalk.elements import (
    ARMS,
    END_REACH_M,
    RAMP_M,
    RAMP_SIDE_M,
    ROAD_ID,
    Arm,
    Street,
)
from blender_synth.world.scenery.shared.street_parts import Crossing, Pavement, Roadway

KERB_M = ground.KERB_M
LOW_STEP_M = 0.015
"""Height of a lowered kerb."""
BLISTER_RGB = (0.46, 0.43, 0.36)


def build(spec: Spec, stage: Stage) -> None:
    """Add the whole crossing to the scene."""
    materials = Materials()
    lane = spec.streets[0].lane_m
    stage.lanes_y_m = (lane, -lane)
    _roads(spec, stage, materials)
    for number, arm in enumerate(spec.arms):
        paved = spec.pavements[number]
        obj = to_object(paved.name, _corner(spec, arm, paved).turned(arm.azimuth_deg), materials)
        stage.add(obj, paved.instance_id)
        end = spec.pavements[4 + number]
        shape = _end(spec, spec.street(arm), end).turned(arm.azimuth_deg)
        stage.add(to_object(end.name, shape, materials), end.instance_id)
    for instance_id, arm, outline in spec.islands():
        stage.add(to_object(f"island_{instance_id}", _island(arm, outline), materials), instance_id)
    pieces.add_buildings(spec.buildings, spec.kerb_step_m, stage, materials, spec.open_sides())
    pieces.add_furniture(spec.furniture, spec.leaf_rgb, lambda at: _pavement_at(spec, at), stage, materials)
    pieces.add_cars(spec.cars, stage, materials)
    for plan in spec.signals:
        obj = to_object(plan.name, signals.signal(plan), materials)
        stage.add(pieces.place(obj, plan.position_m, 0.0), plan.instance_id)


def _pavement_at(spec: Spec, at: Vec) -> int:
    """Instance id of the pavement at a position."""
    return spec.pavements[{(True, True): 0, (False, True): 1, (False, False): 2, (True, False): 3}[at[0] > 0, at[1] > 0]
                          ].instance_id  # fmt: skip


@dataclass(frozen=True)
class _Strip:
    """One street as a carriageway along x, its centre at the origin, for `ground.StreetWear`."""

    length_m: float
    carriageway_m: float
    lane_m: float
    road: Roadway
    arms: tuple[Arm, Arm]
    island_m: float
    clear_m: float
    parking_left: bool = False
    parking_right: bool = False

    @property
    def kerb_y_m(self) -> float:
        return self.carriageway_m / 2

    def lane_y_m(self, side: Literal["left", "right"]) -> float:
        return self.lane_m if side == "left" else -self.lane_m


class _Marks(ground.StreetWear):
    """The wear of one street, with zebra crossings, stop lines and centre lines on both arms."""

    def __init__(self, strip: _Strip):
        super().__init__(strip)
        self.strip = strip

    def _markings(self) -> None:
        strip = self.strip
        k = strip.kerb_y_m
        for sign, arm in zip((1.0, -1.0), strip.arms, strict=True):
            zebra, stop = arm.zebra, arm.stop_m
            bars = int((strip.carriageway_m - 0.3 + zebra.gap_m) / (zebra.bar_m + zebra.gap_m))
            span = bars * (zebra.bar_m + zebra.gap_m) - zebra.gap_m
            x0, x1 = sorted((sign * (zebra.x_m - zebra.width_m / 2), sign * (zebra.x_m + zebra.width_m / 2)))
            for i in range(bars):
                y = -span / 2 + i * (zebra.bar_m + zebra.gap_m)
                self._bar(x0, x1, y, y + zebra.bar_m)
            # cars approach on the left half of an arm as seen from the junction
            y0, y1 = sorted((sign * (strip.island_m / 2 + 0.15), sign * (k - 0.15)))
            self._bar(sign * stop - 0.2, sign * stop + 0.2, y0, y1)
            solid = stop + 9.0
            self._bar(sign * (stop + 0.2), sign * solid, -0.06, 0.06)
            dash, gap = strip.road.dash_m, strip.road.gap_m
            for along in np.arange(solid + gap, strip.length_m / 2 - dash, dash + gap):
                self._bar(sign * along, sign * (along + dash), -0.06, 0.06)
        self._wear_paint(strip.road.paint_wear)


def _roads(spec: Spec, stage: Stage, materials: Materials) -> None:
    """Both carriageways, the rounded corners between them, the streets across the ends, lids and litter."""
    rest: list[Part] = []
    asphalt = tuple(ground.ASPHALT * spec.streets[0].road.tone)
    for number, street in enumerate(spec.streets):
        other = spec.streets[1 - number]
        strip = _Strip(2 * street.half_length_m, street.carriageway_m, street.lane_m, street.road,
                   (spec.arms[number], spec.arms[number + 2]), street.island_m, other.kerb_m)  # fmt: skip
        name = f"road_{street.name}"
        rgb = np.array(ground.ASPHALT) * street.road.tone
        materials[name] = road_material(materials, _Marks(strip).pixels(), (strip.length_m, strip.carriageway_m), rgb)
        half, k, q = street.half_length_m, street.kerb_m, other.kerb_m
        spans = [(-half, half)] if number == 0 else [(-half, -q), (q, half)]
        sheets = [quad((a, -k, 0), (b, -k, 0), (b, k, 0), (a, k, 0), name) for a, b in spans]
        stage.add(to_object(name, join(sheets).turned(90.0 * number), materials), ROAD_ID)
        side, reach = spec.side_street_m, END_REACH_M
        tint = tuple(ground.ASPHALT * street.road.tone)
        for a, b in ((half, half + side), (-half - side, -half)):
            sheet = quad((a, -reach, 0), (b, -reach, 0), (b, reach, 0), (a, reach, 0), "asphalt", tint)
            rest.append(sheet.turned(90.0 * number))
        if (lids := ground.lids(strip.road)) is not None:
            rest.append(lids.turned(90.0 * number))
    for arm in spec.arms:
        q, k, r = spec.cross_street(arm).kerb_m, spec.street(arm).kerb_m, spec.corner_radius_m
        a = np.radians(np.linspace(180.0, 270.0, 13))
        arc = np.column_stack([q + r + r * np.cos(a), k + r + r * np.sin(a), 0 * a])
        i = np.arange(12)
        fan = np.stack([np.full(12, 13), i + 1, i], axis=1)[:, ::-1]
        shape = part(np.concatenate([arc, [[q, k, 0]]]), fan[:, ::-1], "asphalt", asphalt)
        rest.append(shape.turned(arm.azimuth_deg))
    rest.append(_litter(spec))
    stage.add(to_object("road_rest", join(rest), materials), ROAD_ID)


def _litter(spec: Spec) -> Part:
    """Leaves, cigarette ends and scraps of paper along the kerbs."""
    rng = np.random.default_rng(spec.litter_seed)
    places = []
    for arm in spec.arms:
        street, count = spec.street(arm), 15 + round(160 * spec.litter)
        start = spec.cross_street(arm).kerb_m + spec.corner_radius_m
        along = rng.uniform(start, street.half_length_m, count)
        left = rng.choice([-1, 1], count) * (street.kerb_m - np.minimum(rng.exponential(0.12, count) + 0.03, 1.6))
        places += [(*arm.point(float(u), float(v)), 0.004) for u, v in zip(along, left, strict=True)]
    return ground.scraps(rng, np.array(places), any(f.kind == "tree" for f in spec.furniture))


def _corner(spec: Spec, arm: Arm, paved: Pavement) -> Part:
    """Kerb and paving of the corner to the left of an arm, in that arm's frame: x along it, y to its left."""
    street, other, nxt = spec.street(arm), spec.cross_street(arm), spec.arms[(ARMS.index(arm.name) + 1) % 4]
    k, q, r, step = street.kerb_m, other.kerb_m, spec.corner_radius_m, spec.kerb_step_m
    far_u, far_v = street.half_length_m, other.half_length_m
    material, tint = f"paving_{paved.pattern}", (*paved.rgb, paved.dirt)

    def breaks(zebra: Crossing, start: float, end: float) -> list[float]:
        half = zebra.width_m / 2
        cuts = [zebra.x_m + s for s in (-half - RAMP_SIDE_M, -half, half, half + RAMP_SIDE_M)]
        return [start, *(c for c in cuts if start < c < end), end]

    points, directions = [], []
    for v in reversed(breaks(nxt.zebra, k + r, far_v)):
        points.append((q, v))
        directions.append((1.0, 0.0))
    for turn in np.radians(np.linspace(180.0, 270.0, 13)[1:-1]):
        points.append((q + r + r * math.cos(turn), k + r + r * math.sin(turn)))
        directions.append((-math.cos(turn), -math.sin(turn)))
    for u in breaks(arm.zebra, q + r, far_u):
        points.append((u, k))
        directions.append((0.0, 1.0))
    path, normals = np.array(points), np.array(directions)

    edge = 0.022
    kerb = [(0.0, -0.02), (0.0, step - edge), (0.3 * edge, step - 0.3 * edge), (edge, step), (KERB_M, step)]
    strip = [(KERB_M, step), (0.45, step), (0.75, step), (RAMP_M, step)]
    wall_v, wall_u = k + street.pavement_m + 0.3, q + other.pavement_m + 0.3

    def flat(u0: float, u1: float, v0: float, v1: float) -> Part:
        return quad((u0, v0, step), (u1, v0, step), (u1, v1, step), (u0, v1, step), material, tint)

    inner = path + RAMP_M * normals
    arc = [p for p, n in zip(inner, normals, strict=True) if 0 < n[0] < 1]
    arc = [(q + RAMP_M, k + r), *arc, (q + r, k + RAMP_M)]
    fan_points = np.array([(*p, step) for p in arc] + [(q + r, k + r, step)])
    i = np.arange(len(arc) - 1)
    fan = part(fan_points, np.stack([i, i + 1, np.full(len(i), len(arc))], axis=1), material, tint)
    parts = [
        _sweep(path, normals, kerb, "kerb", paved.kerb_rgb),
        _sweep(path, normals, strip, material, tint, planar=True),
        fan,
        flat(q + RAMP_M, wall_u, k + r, far_v),
        flat(q + r, wall_u, k + RAMP_M, k + r),
        flat(wall_u, far_u, k + RAMP_M, wall_v),
        quad((far_u, k, 0), (far_u, wall_v, 0), (far_u, wall_v, step), (far_u, k, step), "kerb", paved.kerb_rgb),
        quad((wall_u, far_v, 0), (q, far_v, 0), (q, far_v, step), (wall_u, far_v, step), "kerb", paved.kerb_rgb),
        _blisters(arm.zebra.width_m, step).moved((arm.zebra.x_m, k, 0)),
        _blisters(nxt.zebra.width_m, step).turned(-90).moved((q, nxt.zebra.x_m, 0)),
    ]
    return _lowered(join(parts), ((arm.zebra, k, 0), (nxt.zebra, q, 1)), step)


def _sweep(
    path: np.ndarray,
    normals: np.ndarray,
    profile: Sequence[tuple[float, float]],
    material: str,
    tint: Tint,
    planar: bool = False,
) -> Part:
    """A surface swept along a path (n, 2) from a profile of (distance along the normal, height)."""
    d, z = np.array(profile).T
    rows = path[:, None] + d[None, :, None] * normals[:, None]
    points = np.concatenate([rows, np.broadcast_to(z, rows.shape[:2])[..., None]], axis=2)
    n, m = len(path), len(profile)
    i, j = np.meshgrid(np.arange(n - 1), np.arange(m - 1), indexing="ij")
    corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
    faces = np.stack([a * m + b for a, b in corners], axis=-1).reshape(-1, 4)
    if planar:
        uvs = points.reshape(-1, 3)[faces][..., :2]
    else:
        u = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        v = np.concatenate([[0], np.cumsum(np.hypot(np.diff(d), np.diff(z)))])
        uvs = np.stack([np.stack([u[a], v[b]], axis=-1) for a, b in corners], axis=2).reshape(-1, 4, 2)
    return part(points.reshape(-1, 3), faces, material, tint, uvs)


def _lowered(shape: Part, ramps: Sequence[tuple[Crossing, float, int]], step: float) -> Part:
    """Kerb and paving lowered to the carriageway at each zebra crossing.

    Args:
        shape: kerb and paving. step: height of the pavement.
        ramps: (zebra, kerb, axis): the zebra's `x_m` is along `axis`, the kerb face is at `kerb` along the other one.
    """
    points = shape.points.copy()
    for zebra, kerb, axis in ramps:
        outside = np.abs(points[:, axis] - zebra.x_m) - zebra.width_m / 2
        deep = points[:, 1 - axis] - kerb
        side = np.clip(1 - outside / RAMP_SIDE_M, 0, 1)
        slope = np.clip(1 - (deep - KERB_M) / (RAMP_M - KERB_M), 0, 1) * (deep > -0.01)
        share = np.clip(points[:, 2] / step, 0, 1.2)
        points[:, 2] -= (step - LOW_STEP_M) * side * slope * np.minimum(share, 1.0)
    return Part(points, shape.faces, shape.uvs, shape.tints, shape.materials, shape.names, shape.smooth)


def _blisters(width: float, step: float) -> Part:
    """Blister paving over the width of a zebra, kerb face at y = 0; it follows the ramp when that is lowered."""
    half, y0, deep, pitch = width / 2, KERB_M + 0.02, 0.8, 0.0667
    slabs = []
    for a in np.arange(-half, half - 0.1, 0.4):
        for c in (0.0, 0.4):
            b = min(a + 0.396, half)
            low, high = (a, y0 + c, step - 0.005), (b, y0 + c + 0.396, step + 0.004)
            slabs.append(box(low, high, "matt", BLISTER_RGB, without=("-z",)))
    xs, ys = np.meshgrid(np.arange(-half + pitch / 2, half, pitch), np.arange(y0 + pitch / 2, y0 + deep, pitch))
    blister = lathe([(0.0175, 0.0), (0.011, 0.005)], 6, "matt", BLISTER_RGB)
    return join([*slabs, blister.repeated(np.column_stack([xs.ravel(), ys.ravel(), np.full(xs.size, step + 0.004)]))])


def _end(spec: Spec, street: Street, paved: Pavement) -> Part:
    """The pavement before the buildings at the end of an arm, in that arm's frame."""
    x, step, wide, reach = street.half_length_m + spec.side_street_m, spec.kerb_step_m, 2.4, END_REACH_M
    profile = np.array([(0.0, -0.02), (0.0, step - 0.02), (0.02, step), (KERB_M, step)])
    kerb = extrude(profile, 2 * reach, "kerb", paved.kerb_rgb).turned(-90).moved((x - wide, reach, 0))
    low, high = x - wide + KERB_M, x + 0.3
    tint = (*paved.rgb, paved.dirt)
    sheet = quad((low, -reach, step), (high, -reach, step), (high, reach, step), (low, reach, step),
                 f"paving_{paved.pattern}", tint)  # fmt: skip
    return join([kerb, sheet])


def _island(arm: Arm, outline: Sequence[Vec]) -> Part:
    """Half of a refuge island: a kerbed bed with a keep-left bollard."""
    (x0, y0), (x1, y1) = np.min(np.array(outline), axis=0), np.max(np.array(outline), axis=0)
    parts = [
        box((x0, y0, -0.02), (x1, y1, 0.13), "kerb", (0.36, 0.35, 0.33), without=("-z",)),
        box((x0 + 0.16, y0 + 0.16, 0.13), (x1 - 0.16, y1 - 0.16, 0.14), "matt", (0.2, 0.19, 0.18), without=("-z",)),
    ]
    post = lathe([(0.11, 0.14), (0.11, 0.75), (0.09, 0.98), (0.03, 1.02)], 16, "paint", (0.62, 0.62, 0.6))
    bands = [lathe([(0.113, z), (0.113, z + 0.1)], 16, "paint", (0.5, 0.33, 0.02)) for z in (0.3, 0.55)]
    return join([*parts, join([post, *bands]).moved(((x0 + x1) / 2, (y0 + y1) / 2, 0))])
