"""The limits of joints.

Angles are anatomical, zero for somebody who stands straight with hanging arms, palms to the thighs.
"""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.skeleton import X, Y, Z, cross, length, rotation, unit

LIMITS_DEG = {
    # American Academy of Orthopaedic Surgeons, Joint Motion: Method of Measuring and Recording (1965), healthy adults.
    "knee": (0.0, 140.0),
    "elbow": (0.0, 148.0),
    "hip": (-30.0, 115.0),
    "hip_abduction": (-30.0, 45.0),
    "hip_rotation": (-45.0, 45.0),
    "ankle": (-50.0, 25.0),  # dorsiflexion positive; 20 passive, a little more under the body's weight
    "toes": (-40.0, 70.0),
    "shoulder_flexion": (-50.0, 170.0),
    "shoulder_abduction": (-45.0, 160.0),
    # D. C. Boone and S. P. Azen, J. Bone Joint Surg. 61-A (1979): 69 inward and 104 outward with the arm raised; inward
    # beyond 90 with the hand behind the back.
    "shoulder_rotation": (-104.0, 95.0),
    "pronation": (-80.0, 80.0),
    "wrist": (-70.0, 80.0),
    "wrist_deviation": (-20.0, 32.0),  # to the little finger positive
    "trunk_flexion": (-30.0, 80.0),
    "trunk_roll": (-35.0, 35.0),
    "trunk_yaw": (-45.0, 45.0),
    "neck_flexion": (-45.0, 45.0),
    "neck_roll": (-45.0, 45.0),
    "neck_yaw": (-80.0, 80.0),  # V. Feipel et al., Eur. Spine J. 8 (1999): 144 from side to side, more in the young
}
"""Smallest and largest angle of each joint, degrees."""


def limited(name: str, value: float, margin: float = 0.0) -> float:
    """A joint angle within its limits less a margin, degrees."""
    low, high = LIMITS_DEG[name]
    return float(min(max(value, low + margin), high - margin))


def _degrees(sine: float | np.floating, cosine: float | np.floating) -> float:
    return float(np.degrees(np.arctan2(sine, cosine)))


def swing(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The smallest rotation that takes direction `start` to direction `end`."""
    a, b = unit(start), unit(end)
    axis = cross(a, b)
    n = length(axis)
    if n < 1e-9:
        return np.eye(3)
    return rotation(axis / n, _degrees(n, a @ b))


def _forearm(s: float, lower: np.ndarray, hinge: np.ndarray) -> np.ndarray:
    """(3, 3) columns: along the forearm, where the palm faces at pronation zero, and their cross product."""
    along = unit(lower)
    flat = s * unit(hinge - along * (hinge @ along))
    return np.stack([along, flat, cross(along, flat)], 1)


def wrist_angles(
    s: float, lower: np.ndarray, hinge: np.ndarray, hand: np.ndarray, palm: np.ndarray
) -> tuple[float, float, float]:
    """Pronation, wrist flexion and deviation to the little finger, degrees: the three rotations in this order.

    Args:
        s: +1 for the left arm. lower, hand: directions of forearm and hand. hinge: the elbow's axis. palm: where the
            palm faces. Pronation is zero for a palm that faces the body while the elbow is bent.
    """
    hand = unit(hand)
    palm = unit(palm - hand * (palm @ hand))
    m = _forearm(s, lower, hinge).T @ np.stack([hand, palm, cross(hand, palm)], 1)
    flexion = -float(np.degrees(np.arcsin(np.clip(m[0, 1], -1, 1))))
    return s * _degrees(m[2, 1], m[1, 1]), flexion, -s * _degrees(m[0, 2], m[0, 0])


def legal_hand(
    s: float, lower: np.ndarray, hinge: np.ndarray, hand: np.ndarray, palm: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Directions of hand and palm as close to the desired ones as forearm and wrist allow (see `wrist_angles`)."""
    wanted = zip(("pronation", "wrist", "wrist_deviation"), wrist_angles(s, lower, hinge, hand, palm), strict=True)
    # One degree is left, because the shoulder turns the forearm a little afterwards.
    pronation, flexion, deviation = (limited(name, angle, 1.0) for name, angle in wanted)
    turn = rotation(X, s * pronation) @ rotation(Z, flexion) @ rotation(Y, -s * deviation)
    out = _forearm(s, lower, hinge) @ turn
    return out[:, 0], out[:, 1]
