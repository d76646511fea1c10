"""What posing needs to know about the body around the bones: thickness, mass, and whether a hand is inside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blender_synth.bodies import anatomy
from blender_synth.bodies.cloth.worn import Worn
from blender_synth.bodies.data import BodyData
from blender_synth.bodies.mesh import Surface
from blender_synth.bodies.skeleton import SIDES, Posed, Rig, Z, rotation
from blender_synth.world.people.clothes import OutfitSpec


@dataclass(frozen=True)
class Measures:
    """Sizes in the rest pose, clothes included, metres.

    Attributes:
        chest_x, belly_x: how far chest and belly reach ahead of the spine; back_x: how far the back reaches behind it.
        hip_y: half width of hips and thighs; waist_y, chest_y: of waist and ribs.
        thigh_radius, knee_radius: of the leg at its top and at the knee.
        ankle_z: height of the ankle above the sole's underside.
        sole: (N, 4) the left sole's vertices from the ankle, turned to point ahead, and how far they follow the toes.
        ball: (3,) root of the toes from the ankle, turned likewise.
    """

    chest_x: float
    belly_x: float
    back_x: float
    hip_y: float
    waist_y: float
    chest_y: float
    thigh_radius: float
    knee_radius: float
    ankle_z: float
    sole: np.ndarray
    ball: np.ndarray


def measure(
    data: BodyData, points: np.ndarray, rig: Rig, worn: list[Worn], outfit: OutfitSpec, sole: Surface
) -> Measures:
    """Measure a shaped body (P, 3), what it wears, and its left sole."""
    a = anatomy.body_anatomy()
    v = points[: data.vertex_count]
    skin = np.zeros(len(v), bool)
    skin[data.skin_vertices] = True
    trunk = skin & (a.arm < 0)
    at = {n: rig.points[n][2] for n in ("spine01", "spine03", "spine04", "upperleg01.L")}
    spine_x = rig.points["spine02"][0]

    def slab(z: float, half: float) -> np.ndarray:
        layers = [v[trunk & (np.abs(v[:, 2] - z) < half)]]
        for w in worn:
            p = w.surface.vertices
            arm = w.surface.fields.get("arm_weight", np.zeros(len(p)))
            layers.append(p[(np.abs(p[:, 2] - z) < half) & (arm < 0.3)])
        return np.concatenate(layers)

    chest = v[trunk & (np.abs(v[:, 2] - at["spine01"]) < 0.06), 0].max() - spine_x
    belly = v[trunk & (np.abs(v[:, 2] - at["spine04"]) < 0.08), 0].max() - spine_x
    thigh = v[trunk & (a.leg > 0.25) & (a.leg < 0.4) & (a.side > 0)]
    knee = v[trunk & (a.leg > 0.9) & (a.leg < 1.05) & (a.side > 0)]
    ankle, toes = rig.points["foot.L"], rig.points["toe1-1.L"]
    ahead = rotation(Z, -float(np.degrees(np.arctan2(*(toes - ankle)[1::-1]))))
    toe_share = sole.fields["weights"][:, rig.index["toe1-1.L"]]
    return Measures(
        chest_x=float(chest) + (0.02 if outfit.outer else 0.0),
        belly_x=float(belly),
        back_x=float(spine_x - slab(at["spine03"], 0.1)[:, 0].min()),
        hip_y=float(slab(at["upperleg01.L"], 0.11)[:, 1].max()),
        waist_y=float(slab(at["spine04"], 0.05)[:, 1].max()),
        chest_y=float(v[trunk & (np.abs(v[:, 2] - at["spine01"] + 0.08) < 0.05), 1].max()),
        thigh_radius=float(np.ptp(thigh[:, 1]) / 2),
        knee_radius=float(np.ptp(knee[:, 1]) / 2),
        ankle_z=float(ankle[2] - sole.vertices[:, 2].min()),
        sole=np.column_stack([(sole.vertices - ankle) @ ahead.T, toe_share]),
        ball=ahead @ (toes - ankle),
    )


def depth_in_body(
    points: np.ndarray, at: dict[str, np.ndarray], turn: dict[str, np.ndarray], m: Measures
) -> tuple[np.ndarray, np.ndarray]:
    """How deep points lie in trunk or thighs, modelled as elliptic and round tapered capsules.

    Args:
        points: (N, 3).
        at: heads of the bones spine03 and spine01, and upperleg01 and lowerleg01 of both sides.
        turn: world rotations of root and spine01.

    Returns:
        (N,) depth in metres, negative outside, and (N, 3) unit directions that lead out.
    """
    depth, out = np.full(len(points), -np.inf), np.zeros((len(points), 3))

    def keep(d: np.ndarray, direction: np.ndarray) -> None:
        better = d > depth
        depth[better], out[better] = d[better], direction[better]

    for side in SIDES:
        a, b = at[f"upperleg01.{side}"], at[f"lowerleg01.{side}"]
        t = np.clip((points - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
        away = points - a - t[:, None] * (b - a)
        r = np.linalg.norm(away, axis=1)
        keep(m.thigh_radius + (m.knee_radius - m.thigh_radius) * t - r, away / np.maximum(r, 1e-9)[:, None])
    hips = (at["upperleg01.L"] + at["upperleg01.R"]) / 2
    levels = np.stack([hips, at["spine03"], at["spine01"]])
    half_y = np.array([m.hip_y, m.waist_y, m.chest_y])
    front = np.array([0.9 * m.belly_x, m.belly_x, m.chest_x])
    for k, frame in ((0, turn["root"]), (1, turn["spine01"])):
        a, b = levels[k], levels[k + 1]
        raw = (points - a) @ (b - a) / ((b - a) @ (b - a))
        inside = (raw > (-0.3 if k == 0 else 0.0)) & (raw < (1.0 if k == 0 else 1.25))
        t = np.clip(raw, 0, 1)
        away = (points - a - t[:, None] * (b - a)) @ frame
        wide = half_y[k] + (half_y[k + 1] - half_y[k]) * t
        deep = np.where(away[:, 0] > 0, front[k] + (front[k + 1] - front[k]) * t, 0.85 * m.back_x)
        unit_away = np.stack([away[:, 0] / deep, away[:, 1] / wide], 1)
        r = np.maximum(np.linalg.norm(unit_away, axis=1), 1e-9)
        slope = np.stack([unit_away[:, 0] / deep, unit_away[:, 1] / wide, np.zeros(len(points))], 1)
        steep = np.linalg.norm(slope, axis=1)
        d = (1 - r) * r / np.maximum(steep, 1e-9)  # first order: value over gradient
        keep(np.where(inside, d, -np.inf), (slope / np.maximum(steep, 1e-9)[:, None]) @ frame.T)
    return depth, out


# Share of the body's mass and place of the centre along the segment, means of both sexes: P. de Leva, J. Biomech. 29
# (1996), table 4. The trunk counts from the middle of the hips to the neck.
_SEGMENTS = (
    ("neck03", "head:tail", 0.068, 0.45),
    *((f"upperarm01.{s}", f"lowerarm01.{s}", 0.0263, 0.577) for s in SIDES),
    *((f"lowerarm01.{s}", f"wrist.{s}", 0.0150, 0.457) for s in SIDES),
    *((f"wrist.{s}", f"finger3-1.{s}", 0.0059, 0.8) for s in SIDES),
    *((f"upperleg01.{s}", f"lowerleg01.{s}", 0.1447, 0.385) for s in SIDES),
    *((f"lowerleg01.{s}", f"foot.{s}", 0.0457, 0.441) for s in SIDES),
    *((f"foot.{s}", f"toe1-1.{s}", 0.0133, 0.5) for s in SIDES),
)
_TRUNK_SHARE, _TRUNK_CENTRE = 0.4302, 0.54


def centre_of_mass(posed: Posed) -> np.ndarray:
    """(3,) centre of mass of the body alone."""
    at = {b: posed.heads[i] for b, i in posed.rig.index.items()}
    at["head:tail"] = posed.place("head", posed.rig.points["head:tail"])
    hips = (at["upperleg01.L"] + at["upperleg01.R"]) / 2
    total = _TRUNK_SHARE * (hips + _TRUNK_CENTRE * (at["neck01"] - hips))
    for start, end, share, centre in _SEGMENTS:
        total = total + share * (at[start] + centre * (at[end] - at[start]))
    return total / (_TRUNK_SHARE + sum(share for *_, share, _ in _SEGMENTS))
