"""From a `PoseSpec` to world rotations of all bones: legs that meet the ground, arms that hang, swing or hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blender_synth.bodies.gait import GaitMoment, LegAngles, gait_moment
from blender_synth.bodies.skeleton import SIDES, Posed, Rig, X, Y, Z, frame, part_way, rotation, solve, unit
from blender_synth.world.people.posture import PoseSpec

LIMITS_DEG = {  # American Academy of Orthopaedic Surgeons, Joint Motion (1965): what a healthy adult reaches
    "knee": (0.0, 140.0),
    "elbow": (0.0, 148.0),
    "hip": (-30.0, 115.0),
    "shoulder_flexion": (-50.0, 170.0),
    "shoulder_abduction": (-30.0, 160.0),
    "shoulder_rotation": (-80.0, 80.0),
    "pronation": (-80.0, 80.0),
    "wrist": (-65.0, 75.0),
}


@dataclass(frozen=True)
class Measures:
    """What posing must know of the flesh around the bones, in the rest pose, metres.

    Attributes:
        chest_x, belly_x: how far chest and belly reach forward of the spine.
        hip_y: half width of hips and thighs, clothes included.
        thigh_radius: of the leg at its top.
        heel_x, toe_x: back and front end of the shoe's sole from the ankle; ball_x: of the ball.
        ankle_z: height of the ankle above the sole's underside.
    """

    chest_x: float
    belly_x: float
    hip_y: float
    thigh_radius: float
    heel_x: float
    ball_x: float
    toe_x: float
    ankle_z: float


def _limited(name: str, value: float) -> float:
    low, high = LIMITS_DEG[name]
    return float(np.clip(value, low, high))


def _two_bone(start: np.ndarray, end: np.ndarray, pole: np.ndarray, first: float, second: float):
    """Directions of two links of given lengths from `start` that reach `end`, bent towards `pole`; and the hinge.

    Returns:
        (direction 1, direction 2, hinge axis, flexion in degrees).
    """
    span = end - start
    reach = float(np.clip(np.linalg.norm(span), abs(first - second) + 1e-3, (first + second) * 0.9995))
    along = unit(span)
    side = unit(pole - along * (pole @ along))
    cosine = np.clip((first**2 + reach**2 - second**2) / (2 * first * reach), -1, 1)
    a = along * cosine + side * np.sqrt(1 - cosine**2)
    b = unit(along * reach - a * first)
    flexion = float(np.degrees(np.arccos(np.clip(a @ b, -1, 1))))
    return a, b, np.cross(side, along), flexion


class Poser:
    """Sets one pose on one body."""

    def __init__(self, rig: Rig, pose: PoseSpec, measures: Measures):
        self.rig, self.pose, self.measures = rig, pose, measures
        self.world: dict[str, np.ndarray] = {}
        self.local: dict[str, np.ndarray] = {}
        p = rig.points
        self.hip_mid = (p["upperleg01.L"] + p["upperleg01.R"]) / 2
        self.leg_m = rig.length("upperleg01.L", "lowerleg01.L") + rig.length("lowerleg01.L", "foot.L")
        self.root = np.zeros(3)

    def offset(self, channel: str, side: str | None = None) -> float:
        """This person's small deviation of one channel, degrees."""
        return self.pose.offsets_deg.get(f"{channel}.{side}" if side else channel, 0.0)

    # ---------------------------------------------------------------- trunk

    def trunk(self, yaw: float, roll: float, tilt: float, chest_yaw: float, chest_roll: float, lean: float) -> None:
        """Pelvis, spine, neck and head. Degrees; tilt and lean forward positive."""
        pelvis = rotation(Z, yaw) @ rotation(X, roll) @ rotation(Y, tilt)
        slouch = self.pose.slouch_deg
        chest = rotation(Z, chest_yaw) @ rotation(X, chest_roll) @ rotation(Y, lean + slouch * 0.55)
        self.pelvis, self.chest = pelvis, chest
        self.world["root"] = pelvis
        for bone, share in (("spine05", 0.1), ("spine04", 0.3), ("spine03", 0.55), ("spine02", 0.8), ("spine01", 1.0)):
            self.world[bone] = part_way(pelvis, chest, share)
        head = (
            rotation(Z, chest_yaw * 0.3 + self.pose.head_yaw_deg)
            @ rotation(Y, self.pose.head_pitch_deg + 0.25 * lean)
            @ rotation(X, self.pose.head_roll_deg)
        )
        neck_start = chest @ rotation(Y, slouch * 0.5)
        for bone, share in (("neck01", 0.2), ("neck02", 0.45), ("neck03", 0.7), ("head", 1.0)):
            self.world[bone] = part_way(neck_start, head, share)
        self.root = self.rig.heads[0] - self.hip_mid
        self.root = pelvis @ self.root

    # ---------------------------------------------------------------- legs

    def _rest_leg(self, side: str):
        p = self.rig.points
        thigh = p[f"lowerleg01.{side}"] - p[f"upperleg01.{side}"]
        shin = p[f"foot.{side}"] - p[f"lowerleg01.{side}"]
        return thigh, shin

    def hip_at(self, side: str) -> np.ndarray:
        """Hip joint with the middle of the hips at the origin."""
        return self.pelvis @ (self.rig.points[f"upperleg01.{side}"] - self.hip_mid)

    def set_leg(self, side: str, thigh: np.ndarray, shin: np.ndarray, hinge: np.ndarray) -> None:
        """Turn thigh and shin into given directions; `hinge` is the knee's axis (pointing left)."""
        rest_thigh, rest_shin = self._rest_leg(side)
        rest_hinge = Y
        upper = frame(thigh, hinge) @ frame(rest_thigh, rest_hinge).T
        lower = frame(shin, hinge) @ frame(rest_shin, rest_hinge).T
        self.world[f"pelvis.{side}"] = part_way(self.pelvis, upper, 0.12)
        self.world[f"upperleg01.{side}"] = part_way(self.pelvis @ _swing(rest_thigh, self.pelvis.T @ thigh), upper, 0.5)
        self.world[f"upperleg02.{side}"] = upper
        self.world[f"lowerleg01.{side}"] = lower
        self.world[f"lowerleg02.{side}"] = lower

    def set_foot(self, side: str, heading: float, pitch: float, toe: float) -> None:
        """Foot by its heading to the outside and pitch (toes down positive), toes bent up against it, degrees."""
        s = SIDES[side]
        rest = self.rig.points[f"toe1-1.{side}"] - self.rig.points[f"foot.{side}"]
        rest_heading = np.degrees(np.arctan2(rest[1], rest[0]))
        foot = rotation(Z, s * heading) @ rotation(Y, pitch) @ rotation(Z, -rest_heading)
        self.world[f"foot.{side}"] = foot
        self.world[f"toe1-1.{side}"] = rotation(Z, s * heading) @ rotation(Y, pitch - toe) @ rotation(Z, -rest_heading)

    def ankle_above_ground(self, pitch: float, toe: float) -> float:
        """Height of the ankle above the lowest point of its sole."""
        m = self.measures
        turn, front = rotation(Y, pitch), rotation(Y, pitch - toe)
        ball = turn @ np.array([m.ball_x, 0, -m.ankle_z])
        tip = ball + front @ np.array([m.toe_x - m.ball_x, 0, 0.004])
        heel = turn @ np.array([m.heel_x, 0, -m.ankle_z])
        return -float(min(ball[2], tip[2], heel[2]))

    def _leg_by_ik(self, side: str, ankle: np.ndarray, heading: float, inward: float = 0.0) -> float:
        first, second = (
            self.rig.length(f"upperleg01.{side}", f"lowerleg01.{side}"),
            self.rig.length(f"lowerleg01.{side}", f"foot.{side}"),
        )
        pole = rotation(Z, SIDES[side] * heading * 0.7 + self.yaw_of_pelvis * 0.5) @ (X - SIDES[side] * inward * Y)
        a, b, hinge, flexion = _two_bone(self.hip_at(side), ankle, pole, first, second)
        self.set_leg(side, a, b, hinge)
        return flexion

    @property
    def yaw_of_pelvis(self) -> float:
        """Azimuth of the pelvis, degrees."""
        return float(np.degrees(np.arctan2(self.pelvis[1, 0], self.pelvis[0, 0])))

    def gait_legs(self, moment: GaitMoment) -> None:
        """Legs of a walk or run: angles first, then the supporting feet are brought to the ground."""
        half = max(self.pose.stance_m / 2, self.measures.thigh_radius * 0.62)
        ankles, heights, angles = {}, {}, {}
        for side in "LR":
            a: LegAngles = moment.legs[side]
            hip = _limited("hip", a.hip_deg + self.offset("hip", side))
            knee = _limited("knee", a.knee_deg + abs(self.offset("knee", side)))
            start = self.hip_at(side)
            length = self.leg_m
            target_y = SIDES[side] * half - moment.sway_m
            across = float(np.degrees(np.arcsin(np.clip((target_y - start[1]) / length, -0.3, 0.3))))
            tilt = rotation(X, across)
            thigh = tilt @ rotation(Y, -hip) @ -Z
            shin = tilt @ rotation(Y, -hip + knee) @ -Z
            first, second = (
                self.rig.length(f"upperleg01.{side}", f"lowerleg01.{side}"),
                self.rig.length(f"lowerleg01.{side}", f"foot.{side}"),
            )
            ankles[side] = start + thigh * first + shin * second
            heights[side] = ankles[side][2] - self.ankle_above_ground(a.foot_pitch_deg, a.toe_deg)
            angles[side] = a
            self.set_leg(side, thigh, shin, tilt @ Y)
        ground = min(heights[s] for s in (moment.support or "LR"))
        for side in "LR":
            gap = heights[side] - ground
            if (side in moment.support and gap > 1e-3) or gap < 0:
                ankles[side] = ankles[side] - [0, 0, np.clip(gap, -0.12, 0.08)]
                self._leg_by_ik(side, ankles[side], 0.0)
            a = angles[side]
            heading = self.pose.toe_out_deg + self.offset("toe_out", side)
            self.set_foot(side, heading, a.foot_pitch_deg, a.toe_deg)

    def standing_legs(self) -> None:
        """Both feet flat: the loaded leg nearly straight under the body, the free one a little bent and out."""
        pose, shift = self.pose, self.pose.weight_shift
        half = max(pose.stance_m / 2, self.measures.thigh_radius * 0.85)
        sole = self.measures.ankle_z
        first = self.rig.length("upperleg01.L", "lowerleg01.L")
        second = self.rig.length("lowerleg01.L", "foot.L")
        feet = {}
        sideways = shift * half * 0.75
        for side in "LR":
            s = SIDES[side]
            feet[side] = np.array([s * pose.stagger_m / 2 - 0.03, s * half - sideways, 0.0])
        # The pelvis is as high as the leg that carries the weight allows with its knee nearly straight.
        heights = []
        for side in "LR":
            loaded = max(0.0, SIDES[side] * shift) if shift else 0.5
            bend = 4.0 + abs(self.offset("knee", side)) + (0 if loaded > 0 else 6.0)
            reach = np.sqrt(first**2 + second**2 + 2 * first * second * np.cos(np.radians(bend)))
            d = feet[side][:2] - self.hip_at(side)[:2]
            heights.append(np.sqrt(max(reach**2 - d @ d, 0.01)) - self.hip_at(side)[2] + sole)
        height = min(heights)
        for side in "LR":
            ankle = feet[side] + [0, 0, sole - height]
            heading = pose.toe_out_deg + self.offset("toe_out", side) + (6.0 if SIDES[side] * shift < 0 else 0.0)
            self._leg_by_ik(side, ankle, heading)
            self.set_foot(side, heading, 0.0, 0.0)

    # ---------------------------------------------------------------- arms

    def _rest_arm(self, side: str):
        p = self.rig.points
        upper = p[f"lowerarm01.{side}"] - p[f"upperarm01.{side}"]
        lower = p[f"wrist.{side}"] - p[f"lowerarm01.{side}"]
        hand = p[f"finger3-1.{side}"] - p[f"wrist.{side}"]
        back = np.cross(p[f"finger2-1.{side}"] - p[f"wrist.{side}"], p[f"finger5-1.{side}"] - p[f"wrist.{side}"])
        return upper, lower, unit(np.cross(upper, lower)), hand, -SIDES[side] * unit(back)

    def set_arm(
        self, side: str, upper: np.ndarray, lower: np.ndarray, hinge: np.ndarray, hand: np.ndarray, palm: np.ndarray
    ):
        """Turn an arm.

        Args:
            upper, lower, hand: directions of upper arm, forearm and hand.
            hinge: the elbow's axis; turning about it (right-handed) bends the elbow.
            palm: direction the palm faces.
        """
        r_upper, r_lower, r_hinge, r_hand, r_palm = self._rest_arm(side)
        full = frame(upper, hinge) @ frame(r_upper, r_hinge).T
        free = self.chest @ _swing(r_upper, self.chest.T @ upper)
        # Shoulder blade and collarbone take part in lifting the arm (scapulohumeral rhythm, about one third).
        for bone, share in (("clavicle", 0.10), ("shoulder01", 0.28)):
            start = self.chest @ rotation(X, SIDES[side] * self.offset("clavicle", side))
            self.world[f"{bone}.{side}"] = part_way(start, free, share)
        self.world[f"upperarm01.{side}"] = part_way(free, full, 0.4)
        self.world[f"upperarm02.{side}"] = part_way(free, full, 0.85)
        fore = frame(lower, hinge) @ frame(r_lower, r_hinge).T
        end = frame(hand, palm) @ frame(r_hand, r_palm).T
        # The forearm's own twist: that of the hand's rotation about the forearm.
        twisted = frame(lower, end @ r_palm) @ frame(r_lower, r_palm).T
        self.world[f"lowerarm01.{side}"] = part_way(fore, twisted, 0.15)
        self.world[f"lowerarm02.{side}"] = part_way(fore, twisted, 0.65)
        self.world[f"wrist.{side}"] = end

    def arm_by_angles(
        self, side: str, flexion: float, abduction: float, turn: float, elbow: float, pronation: float, wrist: float
    ):
        """Arm by anatomical angles from hanging, degrees; `turn` is inward, `wrist` flexion."""
        s = SIDES[side]
        flexion = _limited("shoulder_flexion", flexion + self.offset("shoulder_flexion", side))
        abduction = _limited("shoulder_abduction", abduction + self.offset("shoulder_abduction", side))
        turn = _limited("shoulder_rotation", turn + self.offset("shoulder_rotation", side))
        elbow = _limited("elbow", elbow + self.offset("elbow", side))
        pronation = _limited("pronation", pronation + self.offset("pronation", side))
        wrist = _limited("wrist", wrist + self.offset("wrist", side))
        level = rotation(
            Z, np.degrees(np.arctan2(self.chest[1, 0], self.chest[0, 0]))
        )  # arms hang by gravity, not by lean
        turned = level @ rotation(Y, -flexion) @ rotation(X, s * abduction) @ rotation(Z, -s * turn)
        upper, hinge = turned @ -Z, turned @ -Y
        lower = rotation(hinge, elbow) @ upper
        palm = rotation(lower, s * pronation) @ (s * hinge)
        knuckle = np.cross(lower, palm)
        hand = rotation(unit(knuckle), wrist) @ lower
        palm = rotation(unit(knuckle), wrist) @ palm
        self.set_arm(side, upper, lower, hinge, hand, palm)

    def shoulder_at(self, side: str) -> np.ndarray:
        """Where the shoulder joint comes to lie, with the middle of the hips at the origin (arm not yet set)."""
        posed = solve(self.rig, self.world, self.local, self.root)
        return posed.heads[self.rig.index[f"upperarm01.{side}"]]

    def arm_to(self, side: str, wrist: np.ndarray, pole: np.ndarray, hand: np.ndarray, palm: np.ndarray) -> None:
        """Arm whose wrist is at a place, elbow towards `pole`, hand and palm in given directions."""
        for _ in range(2):  # setting the arm moves the shoulder a little
            a, b, hinge, _ = _two_bone(
                self.shoulder_at(side),
                wrist,
                pole,
                self.rig.length(f"upperarm01.{side}", f"lowerarm01.{side}"),
                self.rig.length(f"lowerarm01.{side}", f"wrist.{side}"),
            )
            self.set_arm(side, a, b, hinge, hand, palm)

    def hand(self, side: str, curl: float, grip: float = 0.0) -> None:
        """Close the spread fingers of the rest pose and curl them: 1 is a relaxed hand; `grip` 0 to 1 makes a fist."""
        p = self.rig.points
        *_, rest_hand, palm = self._rest_arm(side)
        towards = p[f"finger3-2.{side}"] - p[f"finger3-1.{side}"]
        for f in range(1, 6):
            names = [f"finger{f}-{k}.{side}" for k in (1, 2, 3)]
            along = unit(p[names[1]] - p[names[0]])
            if f == 1:
                across = p[f"finger5-1.{side}"] - p[f"finger2-1.{side}"]
                axis = unit(np.cross(along, unit(across) * 0.5 + palm * 0.6))
                angles = (6 * curl + 12 * grip, 10 * curl + 18 * grip, 12 * curl + 25 * grip)
                close = part_way(np.eye(3), _swing(along, unit(rest_hand) * 0.75 + along * 0.5 + 0.15 * palm), 0.55)
            else:
                axis = unit(np.cross(along, palm))
                more = 1 + 0.14 * (f - 2)
                bend = self.offset(f"finger{f}", side)
                angles = (
                    (14 * curl + bend) * more + 44 * grip,
                    (24 * curl + bend * 0.5) * more + 50 * grip,
                    15 * curl * more + 30 * grip,
                )
                flat = along - palm * (along @ palm)
                close = part_way(np.eye(3), _swing(flat, towards - palm * (towards @ palm)), 0.72)
            for k, (name, angle) in enumerate(zip(names, angles, strict=True)):
                turn = rotation(axis, max(-5.0, angle))
                self.local[name] = close @ turn if k == 0 else turn

    def gesture(self, side: str, name: str, moment: GaitMoment | None) -> None:
        """Set one arm by what it does."""
        s, m = SIDES[side], self.measures
        yaw = rotation(Z, np.degrees(np.arctan2(self.chest[1, 0], self.chest[0, 0])))
        hang = self._hang_abduction(side)
        curl, grip = self.pose.finger_curl, 0.0
        shoulder = self.rig.points[f"upperarm01.{side}"] - self.hip_mid
        if name == "pocket":
            place = self.pelvis @ np.array([0.035, s * (m.hip_y + 0.012), 0.015])
            pole = yaw @ np.array([-1.0, s * 0.35, 0])
            hand = unit(np.array([0.42, -s * 0.30, -1.0]))
            self.arm_to(side, place, pole, hand, np.array([0.1, -s, -0.1]))
        elif name == "hip":
            place = self.pelvis @ np.array([0.02, s * (m.hip_y + 0.005), 0.12])
            self.arm_to(
                side,
                place,
                yaw @ np.array([-0.45, s * 1.0, 0]),
                yaw @ unit(np.array([0.75, -s * 0.45, -0.45])),
                np.array([0, -s, 0.2]),
            )
            curl = 1.2
        elif name == "folded":
            high = side == "R"
            z = shoulder[2] - (0.20 if high else 0.225)
            place = yaw @ np.array([m.chest_x + (0.075 if high else 0.045), -s * 0.05, z])
            self.arm_to(
                side,
                place,
                yaw @ np.array([-0.1, s * 0.75, -0.65]),
                yaw @ unit(np.array([0.05, -s * 1.0, 0.22])),
                yaw @ unit(np.array([-1.0, 0, -0.25])),
            )
        elif name == "phone":
            place = yaw @ np.array([m.chest_x + 0.20, s * 0.10, shoulder[2] - 0.16])
            self.arm_to(
                side,
                place,
                yaw @ np.array([-0.25, s * 0.4, -1]),
                yaw @ unit(np.array([0.30, -s * 0.45, 0.65])),
                yaw @ unit(np.array([-0.75, -s * 0.25, 0.45])),
            )
            grip, curl = 0.35, 0.9
        elif name == "call":
            head = solve(self.rig, self.world, self.local, self.root).place("head", self.rig.points["head"]) + [
                0,
                0,
                0.045,
            ]
            place = head + yaw @ np.array([0.055, s * 0.135, -0.06])
            self.arm_to(
                side,
                place,
                yaw @ np.array([0.25, s * 0.7, -1]),
                yaw @ unit(np.array([-0.25, -s * 0.12, 0.8])),
                yaw @ unit(np.array([0.1, -s, 0])),
            )
            grip, curl = 0.4, 1.0
        elif name == "talk":
            self.arm_by_angles(side, 22, hang + 4, 18, 75, 15, -8)
        elif name == "carry":
            self.arm_by_angles(side, 6, hang + 2, 8, 82, 20, 0)
            grip = 0.75
        elif name == "behind":
            self.arm_by_angles(side, -22, hang, 42, 38, 0, 10)
        else:
            swing = moment.arm_flexion_deg[side] if moment else 3.0
            elbow = moment.elbow_deg[side] if moment else self.pose.elbow_deg
            run = self.pose.activity == "run"
            self.arm_by_angles(side, swing, hang + (6 if run else 0), 20 if run else 10, elbow, 10 if run else 18, 6)
            grip = 0.6 if run else 0.0
        self.hand(side, curl, grip)

    def _hang_abduction(self, side: str) -> float:
        """Abduction at which the hanging hand clears hip and thigh, degrees."""
        shoulder = abs(self.rig.points[f"upperarm01.{side}"][1])
        length = self.rig.length(f"upperarm01.{side}", f"lowerarm01.{side}") + 0.8 * self.rig.length(
            f"lowerarm01.{side}", f"wrist.{side}"
        )
        needed = self.measures.hip_y + 0.042 - shoulder
        return float(np.clip(np.degrees(np.arcsin(np.clip(needed / length, -0.5, 0.7))), 5.0, 32.0))

    def solved(self) -> Posed:
        """The posed skeleton, middle of the hips above the origin, feet near z = 0."""
        pose = self.pose
        if pose.activity in ("walk", "run"):
            moment = gait_moment(pose.activity, pose.phase, pose.speed_mps, self.leg_m, pose.arm_swing, pose.elbow_deg)
            self.trunk(
                moment.pelvis_yaw_deg,
                moment.pelvis_roll_deg,
                self.offset("pelvis_tilt") + 0.2 * pose.lean_deg,
                moment.trunk_yaw_deg + self.offset("trunk_yaw"),
                -0.3 * moment.pelvis_roll_deg + self.offset("trunk_roll"),
                pose.lean_deg,
            )
            self.gait_legs(moment)
        else:
            moment = None
            shift = pose.weight_shift
            self.trunk(
                self.offset("pelvis_yaw") + 3 * shift,
                3.5 * shift + self.offset("pelvis_roll"),
                self.offset("pelvis_tilt"),
                self.offset("trunk_yaw"),
                -2.0 * shift + self.offset("trunk_roll"),
                pose.lean_deg * 0.6,
            )
            self.standing_legs()
        self.gesture("R", pose.right_arm, moment)
        self.gesture("L", pose.left_arm, moment)
        return solve(self.rig, self.world, self.local, self.root)


def _swing(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The smallest rotation that takes direction `start` to direction `end`."""
    a, b = unit(start), unit(end)
    axis = np.cross(a, b)
    n = np.linalg.norm(axis)
    if n < 1e-9:
        return np.eye(3)
    return rotation(axis / n, float(np.degrees(np.arctan2(n, a @ b))))


def pose_body(rig: Rig, pose: PoseSpec, measures: Measures) -> Posed:
    """The skeleton of one body in one pose (see `Poser`)."""
    return Poser(rig, pose, measures).solved()
