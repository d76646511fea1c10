"""Arms that hang, swing, hold and rest: what each entry of `posture.ARMS` makes of one arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blender_synth.bodies.flesh import depth_in_body
from blender_synth.bodies.gait import GaitMoment
from blender_synth.bodies.limits import LIMITS_DEG, legal_hand, limited, swing
from blender_synth.bodies.skeleton import SIDES, X, Y, Z, frame, part_way, rotation, two_bone, unit

if TYPE_CHECKING:
    from blender_synth.bodies.pose import Poser

CLEARANCE_M = 0.014
"""Of the hand's bones from cloth: half a finger."""
BAR_SHARE = 0.595
"""Height of a pram's bar over the stature of who pushes it, about at the elbow's."""
IN_CONTACT = ("pocket", "folded", "clasped", "behind")
"""Arms whose hands touch the body on purpose."""


class Arm:
    """One arm of a pose that is being made; trunk and legs are set."""

    def __init__(self, poser: Poser, side: str, moment: GaitMoment | None):
        self.poser, self.side, self.s, self.moment = poser, side, SIDES[side], moment
        self.rig, self.pose, self.measures = poser.rig, poser.pose, poser.measures
        self.yaw = rotation(Z, np.degrees(np.arctan2(poser.chest[1, 0], poser.chest[0, 0])))
        p, s = self.rig.points, side
        self.rest_upper = p[f"lowerarm01.{s}"] - p[f"upperarm01.{s}"]
        self.rest_lower = p[f"wrist.{s}"] - p[f"lowerarm01.{s}"]
        self.rest_hinge = unit(np.cross(self.rest_upper, self.rest_lower))
        self.rest_hand = p[f"finger3-1.{s}"] - p[f"wrist.{s}"]
        back = np.cross(p[f"finger2-1.{s}"] - p[f"wrist.{s}"], p[f"finger5-1.{s}"] - p[f"wrist.{s}"])
        self.rest_palm = -self.s * unit(back)
        self.reach_m = float(np.linalg.norm(self.rest_upper) + np.linalg.norm(self.rest_lower))

    def set(self) -> None:
        """Do what the pose says, then move the hand out of the body where it got into it."""
        name = self.pose.left_arm if self.side == "L" else self.pose.right_arm
        push = np.zeros(3)
        for _ in range(5):
            curl, grip = getattr(self, f"_{name}")(push)
            if name in IN_CONTACT:
                break
            depth, out = self._hand_depth()
            worst = int(depth.argmax())
            if depth[worst] < -CLEARANCE_M:
                break
            push = push + out[worst] * (depth[worst] + CLEARANCE_M + 0.004)
        self._fingers(curl, grip)

    def _hand_depth(self) -> tuple[np.ndarray, np.ndarray]:
        wrist = self.poser.place_of(f"wrist.{self.side}")
        turn = self.poser.world[f"wrist.{self.side}"]
        hand, palm = turn @ self.rest_hand, turn @ self.rest_palm
        across = np.cross(unit(hand), palm)
        size = np.linalg.norm(hand)
        points = [wrist, wrist + hand * 0.5 + palm * 0.01]
        for sideways in (-0.35, 0.35):
            knuckle = wrist + hand + across * size * sideways
            points += [knuckle, knuckle + hand * 0.45 + palm * size * 0.25, knuckle + hand * 0.6 + palm * size * 0.6]
        return depth_in_body(np.array(points), *self.poser.flesh_frames(), self.measures)

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
        poser, side = self.poser, self.side
        hand, palm = legal_hand(self.s, lower, hinge, hand, palm)
        full = frame(upper, hinge) @ frame(self.rest_upper, self.rest_hinge).T
        free = poser.chest @ swing(self.rest_upper, poser.chest.T @ upper)
        # Shoulder blade and collarbone take part in lifting the arm (scapulohumeral rhythm, about one third).
        start = poser.chest @ rotation(X, self.s * poser.offset("clavicle", side))
        for bone, share in (("clavicle", 0.10), ("shoulder01", 0.28)):
            poser.world[f"{bone}.{side}"] = part_way(start, free, share)
        poser.world[f"upperarm01.{side}"] = part_way(free, full, 0.4)
        poser.world[f"upperarm02.{side}"] = part_way(free, full, 0.85)
        fore = frame(lower, hinge) @ frame(self.rest_lower, self.rest_hinge).T
        end = frame(hand, palm) @ frame(self.rest_hand, self.rest_palm).T
        # The forearm's own twist: that of the hand's rotation about the forearm.
        twisted = frame(lower, end @ self.rest_palm) @ frame(self.rest_lower, self.rest_palm).T
        poser.world[f"lowerarm01.{side}"] = part_way(fore, twisted, 0.15)
        poser.world[f"lowerarm02.{side}"] = part_way(fore, twisted, 0.65)
        poser.world[f"wrist.{side}"] = end

    def by_directions(self, upper, lower, hinge, hand, palm) -> None:
        """An arm whose bones point in given directions, as a recorded motion has them."""
        self._turn(upper, lower, hinge, hand, palm)
        self._fingers(self.pose.finger_curl, 0.15)

    def _by_angles(
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
        offset, side, s = self.poser.offset, self.side, self.s
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
        turned = self.yaw @ rotation(Y, -flexion) @ rotation(X, s * abduction) @ rotation(Z, -s * turn)
        upper, hinge = turned @ -Z, turned @ -Y
        lower = rotation(hinge, elbow) @ upper
        palm = rotation(lower, s * pronation) @ (s * hinge)
        knuckle = unit(np.cross(lower, palm))
        self._turn(upper, lower, hinge, rotation(knuckle, wrist) @ lower, rotation(knuckle, wrist) @ palm)

    def _to(self, wrist: np.ndarray, pole: np.ndarray, hand: np.ndarray, palm: np.ndarray) -> None:
        """Arm whose wrist is at a place, elbow towards `pole`, hand and palm in given directions."""
        first, second = np.linalg.norm(self.rest_upper), np.linalg.norm(self.rest_lower)
        for _ in range(3):  # setting the arm moves the shoulder a little
            start = self.poser.place_of(f"upperarm01.{self.side}")
            a, b, hinge, _ = two_bone(start, wrist, pole, first, second, LIMITS_DEG["elbow"][1] - 1)
            self._turn(a, b, hinge, hand, palm)

    def _ahead(self, x: float, y: float, z: float) -> np.ndarray:
        """A place before the chest: metres ahead of its surface, outward from the middle, above the shoulders."""
        shoulders = (self.poser.place_of("upperarm01.L") + self.poser.place_of("upperarm01.R")) / 2
        spine = self.poser.place_of("spine02")
        return np.array([*spine[:2], shoulders[2]]) + self.yaw @ np.array([self.measures.chest_x + x, self.s * y, z])

    def _way(self, x: float, y: float, z: float) -> np.ndarray:
        """A direction: ahead, outward, up."""
        return self.yaw @ unit(np.array([x, self.s * y, z]))

    # ------------------------------------------------------------- gestures: each returns the fingers' curl and grip

    def _hang(self, push: np.ndarray) -> tuple[float, float]:
        run = self.pose.legs == "run"
        swung = self.moment.arm_flexion_deg[self.side] if self.moment else 3.0
        elbow = self.moment.elbow_deg[self.side] if self.moment else self.pose.elbow_deg
        out = self.hang_abduction + (6 if run else 0)
        self._by_angles(push, swung, out, 20 if run else 10, elbow, 10 if run else 18, 6)
        return self.pose.finger_curl, 0.6 if run else 0.0

    def _grip(self, push: np.ndarray) -> tuple[float, float]:
        swung = 0.35 * self.moment.arm_flexion_deg[self.side] if self.moment else 2.0
        self._by_angles(push, swung, self.hang_abduction + self.poser.bag_room_deg(self.side), 6, 8, 6, 0)
        return 1.0, 0.95

    def _pull(self, push: np.ndarray) -> tuple[float, float]:
        walks = self.moment is not None
        self._by_angles(push, -24 if walks else -8, self.hang_abduction + 9, 14, 12 if walks else 28, 40, 4)
        return 1.0, 0.95

    def _talk(self, push: np.ndarray) -> tuple[float, float]:
        self._by_angles(push, 24, self.hang_abduction + 5, 16, 78, -8, -8)
        return 0.7, 0.0

    def _carry(self, push: np.ndarray) -> tuple[float, float]:
        self._by_angles(push, 8, self.hang_abduction + 4, 12, 94, 20, 0)
        return 1.1, 0.35

    def _pocket(self, push: np.ndarray) -> tuple[float, float]:
        place = self.poser.pelvis @ np.array([0.035, self.s * (self.measures.hip_y + 0.012), 0.015])
        self._to(place, self._way(-1.0, 0.35, 0), unit(np.array([0.42, -self.s * 0.30, -1.0])), -self.s * Y)
        return self.pose.finger_curl, 0.0

    def _hip(self, push: np.ndarray) -> tuple[float, float]:
        place = self.poser.pelvis @ np.array([-0.03, self.s * (self.measures.hip_y + 0.012), 0.12]) + push
        self._to(place, self._way(-0.45, 1.0, 0), self._way(0.85, -0.08, -0.45), self._way(0, -1.0, 0.1))
        return 0.7, 0.0

    def _folded(self, push: np.ndarray) -> tuple[float, float]:
        high = self.side == "R"
        place = self._ahead(0.072 if high else 0.045, -0.05, -0.20 if high else -0.225)
        self._to(place, self._way(-0.1, 0.75, -0.65), self._way(0.05, -1.0, 0.22), self._way(-1.0, 0, -0.25))
        return self.pose.finger_curl, 0.0

    def _clasped(self, push: np.ndarray) -> tuple[float, float]:
        over = self.side == "R"
        if self.pose.legs == "sit":
            place = self._thigh(0.5, 0.05, 0.03 if over else 0.0, 0.055)
        else:
            place = self.poser.pelvis @ np.array(
                [self.measures.belly_x + (0.055 if over else 0.03), self.s * 0.07, 0.0]
            )
        self._to(place, self._way(-0.5, 0.8, -0.2), self._way(0.25, -0.75, -0.62), self._way(-0.9, -0.35, 0.0))
        return 1.2, 0.12

    def _behind(self, push: np.ndarray) -> tuple[float, float]:
        over = self.side == "R"
        place = self.poser.pelvis @ np.array([-self.measures.back_x - (0.075 if over else 0.045), self.s * 0.05, 0.06])
        self._to(place, self._way(-0.6, 0.9, 0.1), self._way(-0.05, -0.85, -0.5), self._way(-1.0, 0.1, 0.0))
        return 1.0, 0.15

    def _phone(self, push: np.ndarray) -> tuple[float, float]:
        seated = self.pose.legs == "sit"
        place = self._ahead(0.16 if seated else 0.19, 0.09, -0.24 if seated else -0.17) + push
        self._to(place, self._way(-0.25, 0.4, -1), self._way(0.30, -0.45, 0.65), self._way(-0.75, -0.25, 0.45))
        return 0.9, 0.35

    def _call(self, push: np.ndarray) -> tuple[float, float]:
        ear = self.poser.place_of("head") + [0, 0, 0.045]
        head = self.poser.world["head"]
        place = ear + head @ np.array([0.065, self.s * 0.125, -0.165])
        self._to(place, self._way(0.25, 0.7, -1), self._way(-0.25, -0.12, 0.8), self._way(0.1, -1.0, 0))
        return 1.0, 0.4

    def _thigh(self, along: float, inward: float, over: float, gap: float) -> np.ndarray:
        """A place above this side's thigh; metres, but `along` a share of it."""
        hip, knee = (self.poser.place_of(f"{b}.{self.side}") for b in ("upperleg01", "lowerleg01"))
        thick = self.measures.thigh_radius + (self.measures.knee_radius - self.measures.thigh_radius) * along
        place = hip + along * (knee - hip) + [0, 0, thick + gap + over]
        place[1] -= np.sign(place[1]) * min(abs(place[1]), inward)
        return place

    def _lap(self, push: np.ndarray) -> tuple[float, float]:
        place = self._thigh(0.52, 0.01, 0.0, 0.04) + push
        self._to(place, self._way(-0.5, 0.7, -0.3), self._way(0.86, -0.3, -0.12), self._way(0.1, -0.15, -1.0))
        return 0.55, 0.0

    def _strap(self, push: np.ndarray) -> tuple[float, float]:
        place = self._ahead(0.055, 0.20, -0.24) + push
        self._to(place, self._way(-0.1, 0.45, -1.0), self._way(-0.1, -0.25, 0.9), self._way(-0.75, -0.6, -0.1))
        return 1.1, 0.75

    def _umbrella(self, push: np.ndarray) -> tuple[float, float]:
        place = self._ahead(0.08, 0.235, -0.20) + push
        self._to(place, self._way(-0.2, 0.4, -1.0), self._way(0.85, -0.12, 0.5), self._way(-0.25, -1.0, 0.0))
        return 1.0, 0.95

    def _push(self, push: np.ndarray) -> tuple[float, float]:
        bar_z = self.poser.ground_z + BAR_SHARE * self.poser.stature_m
        spine = self.poser.place_of("spine02")
        place = self.yaw @ np.array([self.measures.chest_x + 0.64 * self.reach_m, self.s * 0.17, 0.0])
        place = np.array([spine[0] + place[0], spine[1] + place[1], bar_z + 0.035]) + push
        self._to(place, self._way(-0.2, 0.55, -1.0), self._way(0.93, -0.1, -0.12), self._way(0.1, 0.0, -1.0))
        return 1.0, 0.9

    @property
    def hang_abduction(self) -> float:
        """Abduction at which the hanging hand clears hip and thigh, degrees."""
        shoulder = abs(self.rig.points[f"upperarm01.{self.side}"][1])
        length = np.linalg.norm(self.rest_upper) + 0.8 * np.linalg.norm(self.rest_lower)
        needed = self.measures.hip_y + 0.042 - shoulder
        return float(np.clip(np.degrees(np.arcsin(np.clip(needed / length, -0.5, 0.7))), 5.0, 32.0))

    def _fingers(self, curl: float, grip: float) -> None:
        """Close the spread fingers of the rest pose and curl them: 1 is a relaxed hand; `grip` 0 to 1 makes a fist."""
        p, side, palm = self.rig.points, self.side, self.rest_palm
        towards = p[f"finger3-2.{side}"] - p[f"finger3-1.{side}"]
        for f in range(1, 6):
            names = [f"finger{f}-{k}.{side}" for k in (1, 2, 3)]
            along = unit(p[names[1]] - p[names[0]])
            if f == 1:
                across = p[f"finger5-1.{side}"] - p[f"finger2-1.{side}"]
                axis = unit(np.cross(along, unit(across) * 0.5 + palm * 0.6))
                angles = (6 * curl + 12 * grip, 10 * curl + 18 * grip, 12 * curl + 25 * grip)
                close = part_way(np.eye(3), swing(along, unit(self.rest_hand) * 0.75 + along * 0.5 + 0.15 * palm), 0.55)
            else:
                axis = unit(np.cross(along, palm))
                more = 1 + 0.14 * (f - 2)
                bend = self.poser.offset(f"finger{f}", side)
                angles = (
                    (14 * curl + bend) * more + 44 * grip,
                    (24 * curl + bend * 0.5) * more + 50 * grip,
                    15 * curl * more + 30 * grip,
                )
                flat = along - palm * (along @ palm)
                close = part_way(np.eye(3), swing(flat, towards - palm * (towards @ palm)), 0.72)
            for k, (name, angle) in enumerate(zip(names, angles, strict=True)):
                turn = rotation(axis, max(-5.0, angle))
                self.poser.local[name] = close @ turn if k == 0 else turn
