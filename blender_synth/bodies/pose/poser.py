"""From a `PoseSpec` to world rotations of all bones: trunk, legs that meet the ground, arms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blender_synth.bodies.arm_poses import set_arm
from blender_synth.bodies.flesh import Measures, centre_of_mass
from blender_synth.bodies.pose.arm import Arm
from blender_synth.bodies.pose.gait import GaitMoment, LegAngles, gait_moment
from blender_synth.bodies.pose.limits import LIMITS_DEG, limited, swing
from blender_synth.bodies.pose.state import BodyState
from blender_synth.bodies.skeleton import (
    SIDES,
    Posed,
    Rig,
    X,
    Y,
    Z,
    frame,
    from_quaternion,
    part_way,
    rotation,
    solve,
    two_bone,
    unit,
)
from blender_synth.world.people.carrying import CarriedSpec
from blender_synth.world.people.motion import MotionFrame
from blender_synth.world.people.posture import PoseSpec

MASS_AHEAD_M = 0.045
"""How far ahead of the ankles the centre of mass of somebody who stands is (D. A. Winter, Gait and Posture 3, 1995:
four to five centimetres)."""
SEAT_SINK = 0.92
"""Height of the hip joints above a seat over the thigh's radius: flesh gives way."""


class Poser(BodyState):
    """Applies one pose to one body."""

    # ---------------------------------------------------------------- trunk

    def trunk(self, yaw: float, roll: float, tilt: float, chest_yaw: float, chest_roll: float, lean: float) -> None:
        """Pelvis, spine, neck and head. Degrees; tilt and lean forward positive."""
        pelvis = rotation(Z, yaw) @ rotation(X, roll) @ rotation(Y, tilt)
        slouch = self.pose.slouch_deg
        chest_yaw += self.pose.trunk_yaw_deg
        chest = rotation(Z, chest_yaw) @ rotation(X, chest_roll) @ rotation(Y, lean + slouch * 0.55)
        self.pelvis, self.chest = pelvis, chest
        self.world["root"] = pelvis
        for bone, share in (("spine05", 0.1), ("spine04", 0.3), ("spine03", 0.55), ("spine02", 0.8), ("spine01", 1.0)):
            self.world[bone] = part_way(pelvis, chest, share)
        limit = LIMITS_DEG["neck_yaw"][1] - 4.0
        head_yaw = chest_yaw + np.clip(self.pose.head_yaw_deg - 0.7 * chest_yaw, -limit, limit)
        chest_pitch = lean + slouch * 0.55
        low, high = LIMITS_DEG["neck_flexion"]
        pitch = np.clip(self.pose.head_pitch_deg + 0.25 * lean, chest_pitch + low + 4.0, chest_pitch + high - 4.0)
        head = rotation(Z, head_yaw) @ rotation(Y, pitch) @ rotation(X, self.pose.head_roll_deg)
        neck_start = chest @ rotation(Y, slouch * 0.5)
        for bone, share in (("neck01", 0.2), ("neck02", 0.45), ("neck03", 0.7), ("head", 1.0)):
            self.world[bone] = part_way(neck_start, head, share)
        self.root = self.rig.heads[0] - self.hip_mid
        self.root = pelvis @ self.root

    # ---------------------------------------------------------------- legs

    def _rest_leg(self, side: str) -> tuple[np.ndarray, np.ndarray]:
        """Thigh and shin in the rest pose."""
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
        self.world[f"upperleg01.{side}"] = part_way(self.pelvis @ swing(rest_thigh, self.pelvis.T @ thigh), upper, 0.5)
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
        turn, front = rotation(Y, pitch)[2], rotation(Y, pitch - toe)[2]
        on_foot = m.sole[:, :3] @ turn
        on_toes = m.ball @ turn + (m.sole[:, :3] - m.ball) @ front
        return -float((on_foot + m.sole[:, 3] * (on_toes - on_foot)).min())

    def _leg_by_ik(self, side: str, ankle: np.ndarray, heading: float, pole: np.ndarray = X) -> None:
        first, second = self._leg_links(side)
        pole = rotation(Z, SIDES[side] * heading * 0.7 + self.yaw_of_pelvis * 0.5) @ pole
        a, b, hinge, _ = two_bone(self.hip_at(side), ankle, pole, first, second, LIMITS_DEG["knee"][1] - 2)
        self.set_leg(side, a, b, hinge)

    def _leg_links(self, side: str) -> tuple[float, float]:
        """Lengths of thigh and shin, metres."""
        return (
            self.rig.length(f"upperleg01.{side}", f"lowerleg01.{side}"),
            self.rig.length(f"lowerleg01.{side}", f"foot.{side}"),
        )

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
            hip = limited("hip", a.hip_deg + self.offset("hip", side))
            knee = limited("knee", a.knee_deg + abs(self.offset("knee", side)))
            start = self.hip_at(side)
            length = self.leg_m
            target_y = SIDES[side] * half - moment.sway_m
            across = float(np.degrees(np.arcsin(np.clip((target_y - start[1]) / length, -0.3, 0.3))))
            tilt = rotation(X, across)
            thigh = tilt @ rotation(Y, -hip) @ -Z
            shin = tilt @ rotation(Y, -hip + knee) @ -Z
            first, second = self._leg_links(side)
            ankles[side] = start + thigh * first + shin * second
            heights[side] = ankles[side][2] - self.ankle_above_ground(a.foot_pitch_deg, a.toe_deg)
            angles[side] = a
            self.set_leg(side, thigh, shin, tilt @ Y)
        ground = min(heights[s] for s in (moment.support or "LR"))
        self.ground_z = ground
        for side in "LR":
            gap = heights[side] - ground
            share = 1.0 if gap < 0 else moment.contact[side]
            if share > 0 and abs(gap) > 1e-3:
                ankles[side] = ankles[side] - [0, 0, share * np.clip(gap, -0.12, 0.12)]
                self._leg_by_ik(side, ankles[side], 0.0)
            a = angles[side]
            heading = self.pose.toe_out_deg + self.offset("toe_out", side)
            self.set_foot(side, heading, a.foot_pitch_deg, a.toe_deg)

    def standing_legs(self, mass_xy: np.ndarray) -> None:
        """Both feet flat: the loaded leg nearly straight under the body, the free one a little bent and out.

        Args:
            mass_xy: (2,) where the centre of mass is, seen from the middle of the hips; the feet come under it.
        """
        pose, shift = self.pose, self.pose.weight_shift
        half = max(pose.stance_m / 2, self.measures.thigh_radius * 0.85)
        sole = self.measures.ankle_z
        feet = {}
        middle_y = mass_xy[1] - shift * half * 0.72
        for side in "LR":
            s = SIDES[side]
            loaded = 0.5 + 0.5 * s * shift
            ahead = s * pose.stagger_m * (1 - loaded)  # the free foot steps out, the loaded one stays under the body
            feet[side] = np.array([mass_xy[0] - MASS_AHEAD_M + ahead, middle_y + s * half, 0.0])
        # The pelvis is as high as the leg that carries the weight allows with its knee nearly straight.
        heights = []
        for side in "LR":
            loaded = max(0.0, SIDES[side] * shift) if shift else 0.5
            bend = 4.0 + abs(self.offset("knee", side)) + (0 if loaded > 0 else 6.0)
            first, second = self._leg_links(side)
            reach = np.sqrt(first**2 + second**2 + 2 * first * second * np.cos(np.radians(bend)))
            d = feet[side][:2] - self.hip_at(side)[:2]
            heights.append(np.sqrt(max(reach**2 - d @ d, 0.01)) - self.hip_at(side)[2] + sole)
        height = min(heights)
        self.ground_z = -height
        for side in "LR":
            ankle = feet[side] + [0, 0, sole - height]
            heading = pose.toe_out_deg + self.offset("toe_out", side) + (6.0 if SIDES[side] * shift < 0 else 0.0)
            self._leg_by_ik(side, ankle, heading)
            self.set_foot(side, heading, 0.0, 0.0)

    def sitting_legs(self) -> None:
        """Thighs on the seat, shins down, feet flat on the ground, or hanging where the legs are too short for that."""
        pose, m = self.pose, self.measures
        height = pose.seat_m + SEAT_SINK * m.thigh_radius
        self.ground_z = -height
        half = max(pose.stance_m / 2, m.thigh_radius * 0.85)
        for side in "LR":
            s = SIDES[side]
            first, second = self._leg_links(side)
            start = self.hip_at(side)
            rise = (second + m.ankle_z - height - start[2]) / first  # of a thigh whose shin stands upright
            heading = 0.5 * pose.toe_out_deg + self.offset("toe_out", side)
            if rise < -0.30:
                thigh = unit(np.array([1.0, 0.0, -0.14]))
                shin = unit(np.array([0.12 + 0.5 * s * pose.stagger_m, 0.0, -1.0]))
                self.set_leg(side, thigh, shin, Y)
                self.set_foot(side, heading, 12.0, 0.0)
                continue
            level = first * np.sqrt(1 - min(abs(rise), 0.9) ** 2)
            forward = start[0] + level + 0.02 + s * pose.stagger_m
            ankle = np.array([forward, s * half, m.ankle_z - height])
            self._leg_by_ik(side, ankle, 0.0, unit(np.array([1.0, s * 0.05, 1.2])))
            self.set_foot(side, heading, 0.0, 0.0)

    def recorded(self, motion: MotionFrame) -> None:
        """Trunk, legs and arms as a recorded motion turns them: each bone first takes the direction it has in the
        motion's rest pose, then turns as the motion does."""
        turn = {part: from_quaternion(q) for part, q in motion.turns_wxyz.items()}
        rest = {part: np.array(d) for part, d in motion.rest_directions.items()}
        self.pelvis, self.chest = turn["pelvis"], turn["chest"]
        self.world["root"] = self.pelvis
        for bone, share in (("spine05", 0.1), ("spine04", 0.3), ("spine03", 0.55), ("spine02", 0.8), ("spine01", 1.0)):
            self.world[bone] = part_way(self.pelvis, self.chest, share)
        head = turn.get("head", turn.get("neck", self.chest))
        for bone, share in (("neck01", 0.2), ("neck02", 0.45), ("neck03", 0.7), ("head", 1.0)):
            self.world[bone] = part_way(self.chest, head, share)
        self.root = self.pelvis @ (self.rig.heads[0] - self.hip_mid)
        for side, word in (("L", "left"), ("R", "right")):
            turns = {k.removeprefix(f"{word}_"): v for k, v in turn.items() if k.startswith(word)}
            directions = {k.removeprefix(f"{word}_"): v for k, v in rest.items() if k.startswith(word)}
            self._recorded_leg(side, turns, directions)
            arm = Arm(self, side, None)
            upper = turns["upper_arm"] @ directions["upper_arm"]
            lower = turns["forearm"] @ directions.get("forearm", directions["upper_arm"])
            lie = turns["upper_arm"] @ swing(arm.rest_upper, directions["upper_arm"])
            hinge = self._hinge(upper, lower, lie @ arm.rest_hinge)
            fore = turns.get("hand", turns["forearm"])
            hand = fore @ swing(arm.rest_hand, directions.get("hand", directions["upper_arm"]))
            arm.by_directions(upper, lower, hinge, hand @ arm.rest_hand, hand @ arm.rest_palm)

    def _recorded_leg(self, side: str, turn: dict[str, np.ndarray], rest: dict[str, np.ndarray]) -> None:
        thigh = turn["thigh"] @ rest["thigh"]
        shin = turn["shin"] @ rest.get("shin", rest["thigh"])
        self.set_leg(side, thigh, shin, self._hinge(thigh, shin, turn["thigh"] @ Y))
        foot = turn.get("foot", turn["shin"])
        ours = self.rig.points[f"toe1-1.{side}"] - self.rig.points[f"foot.{side}"]
        theirs = rest.get("foot", ours)
        heading = np.degrees(np.arctan2(theirs[1], theirs[0]) - np.arctan2(ours[1], ours[0]))
        straight = rotation(Z, float(heading)) if np.hypot(theirs[0], theirs[1]) > 0.3 else np.eye(3)
        self.world[f"foot.{side}"] = foot @ straight
        self.world[f"toe1-1.{side}"] = turn.get("toes", foot) @ straight

    @staticmethod
    def _hinge(first: np.ndarray, second: np.ndarray, at_rest: np.ndarray) -> np.ndarray:
        """Axis of a knee or elbow: across the bend where there is one, else as it is carried along by the bone."""
        across = np.cross(unit(first), unit(second))
        bend = float(np.linalg.norm(across))
        sure = float(np.clip((bend - 0.12) / 0.2, 0, 1)) * (1.0 if across @ at_rest > 0 else 0.0)
        return unit(sure * unit(across) + (1 - sure) * at_rest)

    def solved(self) -> Posed:
        """The posed skeleton, the middle of the hips above the origin and the ground at z = 0."""
        pose = self.pose
        moment = None
        if pose.motion is not None:
            self.recorded(pose.motion)
            return solve(self.rig, self.world, self.local, self.root)
        if pose.legs in ("walk", "run"):
            moment = gait_moment(pose.legs, pose.phase, pose.speed_mps, self.leg_m, pose.arm_swing, pose.elbow_deg)
            self.trunk(
                moment.pelvis_yaw_deg,
                moment.pelvis_roll_deg,
                self.offset("pelvis_tilt") + 0.2 * pose.lean_deg,
                self._trunk_yaw(moment) + self.offset("trunk_yaw"),
                -0.3 * moment.pelvis_roll_deg + self.offset("trunk_roll"),
                pose.lean_deg,
            )
            self.gait_legs(moment)
        elif pose.legs == "sit":
            lean = pose.lean_deg
            self.trunk(0, 0, -9.0 + 0.4 * lean, self.offset("trunk_yaw"), 0.5 * self.offset("trunk_roll"), lean)
            self.sitting_legs()
        else:
            shift = pose.weight_shift
            self.trunk(
                self.offset("pelvis_yaw") + 3 * shift,
                3.5 * shift + self.offset("pelvis_roll"),
                self.offset("pelvis_tilt"),
                self.offset("trunk_yaw"),
                -2.0 * shift + self.offset("trunk_roll"),
                pose.lean_deg * 0.6,
            )
            self.standing_legs(np.zeros(2))
        for side in "RL":
            set_arm(Arm(self, side, moment), pose.left_arm if side == "L" else pose.right_arm)
        if pose.legs == "stand":
            for _ in range(2):  # the legs' own mass moves with them
                mass = centre_of_mass(solve(self.rig, self.world, self.local, self.root))
                self.standing_legs(mass[:2])
        return solve(self.rig, self.world, self.local, self.root).shifted(np.array([0.0, 0.0, -self.ground_z]))

    def _trunk_yaw(self, moment: GaitMoment) -> float:
        """The shoulders turn with the arms that swing; hands on a bar hold them still."""
        arms = (self.pose.left_arm, self.pose.right_arm)
        return moment.trunk_yaw_deg * (0.3 if "push" in arms else 0.5 + 0.25 * arms.count("hang"))


def pose_body(
    rig: Rig, pose: PoseSpec, measures: Measures, stature_m: float, carried: Sequence[CarriedSpec] = ()
) -> Posed:
    """The skeleton of one body in one pose (see `Poser`)."""
    return Poser(rig, pose, measures, stature_m, carried).solved()
