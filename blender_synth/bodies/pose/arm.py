"""One arm of a pose: turned by joint angles or by where the hand is, fingers closed. Arm poses are made of these."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.flesh import depth_in_body
from blender_synth.bodies.pose.gait import GaitMoment
from blender_synth.bodies.pose.limits import LIMITS_DEG, legal_hand, limited, swing
from blender_synth.bodies.pose.state import BodyState
from blender_synth.bodies.skeleton import SIDES, X, Y, Z, cross, frame, length, part_way, rotation, two_bone, unit

BAR_SHARE = 0.595
"""Height of a pram's bar over the stature of who pushes it, about at the elbow's."""


class Arm:
    """One arm of a body that is being posed; trunk and legs are set."""

    def __init__(self, state: BodyState, side: str, moment: GaitMoment | None):
        self.state, self.side, self.s, self.moment = state, side, SIDES[side], moment
        self.rig, self.pose, self.measures = state.rig, state.pose, state.measures
        self.yaw = rotation(Z, np.degrees(np.arctan2(state.chest[1, 0], state.chest[0, 0])))
        p, s = self.rig.points, side
        self.rest_upper = p[f"lowerarm01.{s}"] - p[f"upperarm01.{s}"]
        self.rest_lower = p[f"wrist.{s}"] - p[f"lowerarm01.{s}"]
        self.rest_hinge = unit(cross(self.rest_upper, self.rest_lower))
        self.rest_hand = p[f"finger3-1.{s}"] - p[f"wrist.{s}"]
        back = cross(p[f"finger2-1.{s}"] - p[f"wrist.{s}"], p[f"finger5-1.{s}"] - p[f"wrist.{s}"])
        self.rest_palm = -self.s * unit(back)
        self.reach_m = length(self.rest_upper) + length(self.rest_lower)

    def hand_depth(self) -> tuple[np.ndarray, np.ndarray]:
        """Depth (N,) in metres of points of the hand in trunk and thighs, and directions (N, 3) that lead out."""
        wrist = self.state.place_of(f"wrist.{self.side}")
        turn = self.state.world[f"wrist.{self.side}"]
        hand, palm = turn @ self.rest_hand, turn @ self.rest_palm
        across = cross(unit(hand), palm)
        size = length(hand)
        points = [wrist, wrist + hand * 0.5 + palm * 0.01]
        for sideways in (-0.35, 0.35):
            knuckle = wrist + hand + across * size * sideways
            points += [knuckle, knuckle + hand * 0.45 + palm * size * 0.25, knuckle + hand * 0.6 + palm * size * 0.6]
        return depth_in_body(np.array(points), *self.state.flesh_frames(), self.measures)

    # ------------------------------------------------------------- placing

    def _turn(
        self, upper: np.ndarray, lower: np.ndarray, hinge: np.ndarray, hand: np.ndarray, palm: np.ndarray
    ) -> None:
        """Turn the arm.

        Args:
            upper, lower, hand: directions of upper arm, forearm and hand; the hand is kept within its limits.
            hinge: the elbow's axis; turning about it (right-handed) bends the elbow.
            palm: direction the palm faces.
        """
        state, side = self.state, self.side
        hand, palm = legal_hand(self.s, lower, hinge, hand, palm)
        full = frame(upper, hinge) @ frame(self.rest_upper, self.rest_hinge).T
        free = state.chest @ swing(self.rest_upper, state.chest.T @ upper)
        # Shoulder blade and collarbone take part in lifting the arm (scapulohumeral rhythm, about one third).
        start = state.chest @ rotation(X, self.s * state.offset("clavicle", side))
        for bone, share in (("clavicle", 0.10), ("shoulder01", 0.28)):
            state.world[f"{bone}.{side}"] = part_way(start, free, share)
        state.world[f"upperarm01.{side}"] = part_way(free, full, 0.4)
        state.world[f"upperarm02.{side}"] = part_way(free, full, 0.85)
        fore = frame(lower, hinge) @ frame(self.rest_lower, self.rest_hinge).T
        end = frame(hand, palm) @ frame(self.rest_hand, self.rest_palm).T
        # The forearm's own twist: that of the hand's rotation about the forearm.
        twisted = frame(lower, end @ self.rest_palm) @ frame(self.rest_lower, self.rest_palm).T
        state.world[f"lowerarm01.{side}"] = part_way(fore, twisted, 0.15)
        state.world[f"lowerarm02.{side}"] = part_way(fore, twisted, 0.65)
        state.world[f"wrist.{side}"] = end

    def by_directions(
        self, upper: np.ndarray, lower: np.ndarray, hinge: np.ndarray, hand: np.ndarray, palm: np.ndarray
    ) -> None:
        """An arm whose bones point in given directions, as a recorded motion has them."""
        self._turn(upper, lower, hinge, hand, palm)
        self.close_fingers(self.pose.finger_curl, 0.15)

    def by_angles(
        self,
        push: np.ndarray,
        flexion: float,
        abduction: float,
        turn: float,
        elbow: float,
        pronation: float,
        wrist: float,
    ) -> None:
        """Arm by anatomical angles from hanging, degrees; `turn` is inward, `wrist` flexion."""
        offset, side, s = self.state.offset, self.side, self.s
        ahead, out = (self.yaw.T @ push)[:2]
        flexion = limited(
            "shoulder_flexion", flexion + offset("shoulder_flexion", side) + np.degrees(ahead / self.reach_m)
        )
        abduction = limited(
            "shoulder_abduction", abduction + offset("shoulder_abduction", side) + np.degrees(s * out / self.reach_m)
        )
        turn = limited("shoulder_rotation", turn + offset("shoulder_rotation", side))
        elbow = limited("elbow", elbow + offset("elbow", side))
        pronation = limited("pronation", pronation + offset("pronation", side))
        wrist = limited("wrist", wrist + offset("wrist", side))
        # Arms hang by gravity, not by the chest's lean.
        rotated = self.yaw @ rotation(Y, -flexion) @ rotation(X, s * abduction) @ rotation(Z, -s * turn)
        upper, hinge = rotated @ -Z, rotated @ -Y
        lower = rotation(hinge, elbow) @ upper
        palm = rotation(lower, s * pronation) @ (s * hinge)
        knuckle = unit(cross(lower, palm))
        self._turn(upper, lower, hinge, rotation(knuckle, wrist) @ lower, rotation(knuckle, wrist) @ palm)

    def reach(self, wrist: np.ndarray, pole: np.ndarray, hand: np.ndarray, palm: np.ndarray) -> None:
        """Arm whose wrist is at a place, elbow towards `pole`, hand and palm in given directions."""
        first, second = length(self.rest_upper), length(self.rest_lower)
        for _ in range(3):  # setting the arm moves the shoulder a little
            start = self.state.place_of(f"upperarm01.{self.side}")
            a, b, hinge, _ = two_bone(start, wrist, pole, first, second, LIMITS_DEG["elbow"][1] - 1)
            self._turn(a, b, hinge, hand, palm)

    def before_chest(self, x: float, y: float, z: float) -> np.ndarray:
        """A place before the chest: metres ahead of its surface, outward from the middle, above the shoulders."""
        shoulders = (self.state.place_of("upperarm01.L") + self.state.place_of("upperarm01.R")) / 2
        spine = self.state.place_of("spine02")
        return np.array([*spine[:2], shoulders[2]]) + self.yaw @ np.array([self.measures.chest_x + x, self.s * y, z])

    def direction(self, x: float, y: float, z: float) -> np.ndarray:
        """A direction: ahead, outward, up."""
        return self.yaw @ unit(np.array([x, self.s * y, z]))

    def above_thigh(self, along: float, inward: float, over: float, gap: float) -> np.ndarray:
        """A place above this side's thigh; metres, but `along` a share of it."""
        hip, knee = (self.state.place_of(f"{b}.{self.side}") for b in ("upperleg01", "lowerleg01"))
        thick = self.measures.thigh_radius + (self.measures.knee_radius - self.measures.thigh_radius) * along
        place = hip + along * (knee - hip) + [0, 0, thick + gap + over]
        place[1] -= np.sign(place[1]) * min(abs(place[1]), inward)
        return place

    @property
    def hang_abduction(self) -> float:
        """Abduction at which the hanging hand clears hip and thigh, degrees."""
        shoulder = abs(self.rig.points[f"upperarm01.{self.side}"][1])
        arm_m = length(self.rest_upper) + 0.8 * length(self.rest_lower)
        needed = self.measures.hip_y + 0.042 - shoulder
        return float(np.clip(np.degrees(np.arcsin(np.clip(needed / arm_m, -0.5, 0.7))), 5.0, 32.0))

    def close_fingers(self, curl: float, grip: float) -> None:
        """Close the spread fingers of the rest pose and curl them: 1 is a relaxed hand; `grip` 0 to 1 makes a fist."""
        p, side, palm = self.rig.points, self.side, self.rest_palm
        towards = p[f"finger3-2.{side}"] - p[f"finger3-1.{side}"]
        for f in range(1, 6):
            names = [f"finger{f}-{k}.{side}" for k in (1, 2, 3)]
            along = unit(p[names[1]] - p[names[0]])
            if f == 1:
                across = p[f"finger5-1.{side}"] - p[f"finger2-1.{side}"]
                axis = unit(cross(along, unit(across) * 0.5 + palm * 0.6))
                angles = (6 * curl + 12 * grip, 10 * curl + 18 * grip, 12 * curl + 25 * grip)
                close = part_way(np.eye(3), swing(along, unit(self.rest_hand) * 0.75 + along * 0.5 + 0.15 * palm), 0.55)
            else:
                axis = unit(cross(along, palm))
                more = 1 + 0.14 * (f - 2)
                bend = self.state.offset(f"finger{f}", side)
                angles = (
                    (14 * curl + bend) * more + 44 * grip,
                    (24 * curl + bend * 0.5) * more + 50 * grip,
                    15 * curl * more + 30 * grip,
                )
                flat = along - palm * (along @ palm)
                close = part_way(np.eye(3), swing(flat, towards - palm * (towards @ palm)), 0.72)
            for k, (name, angle) in enumerate(zip(names, angles, strict=True)):
                turn = rotation(axis, max(-5.0, angle))
                self.state.local[name] = close @ turn if k == 0 else turn
