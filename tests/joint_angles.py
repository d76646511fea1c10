"""The joint angles of a posed body, measured from its bones: what `LIMITS_DEG` limits."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.pose.limits import swing, wrist_angles
from blender_synth.bodies.skeleton import SIDES, Posed, Y, Z, rotation, unit


def _degrees(sine: float, cosine: float) -> float:
    return float(np.degrees(np.arctan2(sine, cosine)))


def signed_angle(start: np.ndarray, end: np.ndarray, axis: np.ndarray) -> float:
    """Angle from `start` to `end` about a unit axis, right-handed, degrees."""
    a, b = start - axis * (start @ axis), end - axis * (end @ axis)
    return _degrees(np.cross(a, b) @ axis, a @ b)


def _lean(turn: np.ndarray) -> tuple[float, float, float]:
    """Forward flexion, roll to the right and yaw to the left of a rotation, degrees."""
    yaw = _degrees(turn[1, 0], turn[0, 0])
    upright = rotation(Z, -yaw) @ turn
    return _degrees(upright[0, 2], upright[2, 2]), _degrees(-upright[1, 2], upright[2, 2]), yaw


def joint_angles(posed: Posed) -> dict[str, float]:
    """The angles of all joints that `LIMITS_DEG` names, those of limbs with their side, e.g. ``"knee.L"``; degrees."""
    rig = posed.rig
    turn = {b: posed.rotations[i] for b, i in rig.index.items()}
    at = {b: posed.heads[i] for b, i in rig.index.items()}
    out = dict(zip(("trunk_flexion", "trunk_roll", "trunk_yaw"), _lean(turn["root"].T @ turn["spine01"]), strict=True))
    out |= dict(zip(("neck_flexion", "neck_roll", "neck_yaw"), _lean(turn["spine01"].T @ turn["head"]), strict=True))
    for side, s in SIDES.items():
        thigh = unit(at[f"lowerleg01.{side}"] - at[f"upperleg01.{side}"])
        shin = unit(at[f"foot.{side}"] - at[f"lowerleg01.{side}"])
        d = turn["root"].T @ thigh
        out[f"hip.{side}"] = _degrees(d[0], -d[2])
        out[f"hip_abduction.{side}"] = float(np.degrees(np.arcsin(np.clip(s * d[1], -1, 1))))
        hinge = turn[f"upperleg02.{side}"] @ Y
        out[f"knee.{side}"] = signed_angle(thigh, shin, unit(hinge))
        straight = turn["root"] @ swing(-Z, d)
        out[f"hip_rotation.{side}"] = s * signed_angle(hinge, straight @ Y, thigh) * -1.0
        rest_foot = rig.points[f"toe1-1.{side}"] - rig.points[f"foot.{side}"]
        foot = turn[f"foot.{side}"] @ unit(rest_foot * [1, 1, 0])
        out[f"ankle.{side}"] = 90.0 - float(np.degrees(np.arccos(np.clip(-foot @ shin, -1, 1))))
        out[f"toes.{side}"] = -_lean(turn[f"foot.{side}"].T @ turn[f"toe1-1.{side}"])[0]
        out |= {f"{k}.{side}": v for k, v in _arm(posed, side, s, turn, at).items()}
    return out


def _arm(posed: Posed, side: str, s: float, turn: dict, at: dict) -> dict[str, float]:
    p = posed.rig.points
    upper = unit(at[f"lowerarm01.{side}"] - at[f"upperarm01.{side}"])
    lower = unit(at[f"wrist.{side}"] - at[f"lowerarm01.{side}"])
    d = turn["spine01"].T @ upper
    raised, level = float(np.degrees(np.arccos(np.clip(-d[2], -1, 1)))), max(float(np.hypot(d[0], d[1])), 1e-9)
    out = {  # how far the arm is raised, split by where it is raised to
        "shoulder_flexion": raised * d[0] / level,
        "shoulder_abduction": raised * s * d[1] / level,
        "elbow": float(np.degrees(np.arccos(np.clip(upper @ lower, -1, 1)))),
    }
    rest_upper = p[f"lowerarm01.{side}"] - p[f"upperarm01.{side}"]
    rest_lower = p[f"wrist.{side}"] - p[f"lowerarm01.{side}"]
    rest_hinge = unit(np.cross(rest_upper, rest_lower))
    # The upper arm's twist is spread over two bones and the elbow; the forearm's frame holds all of it.
    hinge = np.cross(upper, lower) if out["elbow"] > 8 else turn[f"upperarm02.{side}"] @ rest_hinge
    hanging = turn["spine01"] @ swing(-Z, d)
    out["shoulder_rotation"] = -s * signed_angle(hanging @ -Y, hinge, upper)
    hand = unit(at[f"finger3-1.{side}"] - at[f"wrist.{side}"])
    rest_palm = -s * unit(
        np.cross(p[f"finger2-1.{side}"] - p[f"wrist.{side}"], p[f"finger5-1.{side}"] - p[f"wrist.{side}"])
    )
    palm = turn[f"wrist.{side}"] @ rest_palm
    out |= dict(zip(("pronation", "wrist", "wrist_deviation"), wrist_angles(s, lower, hinge, hand, palm), strict=True))
    return out
