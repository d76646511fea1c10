"""The state of a body while it is posed: bone rotations set so far, and where they put the rest of the body."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blender_synth.bodies.flesh import Measures
from blender_synth.bodies.skeleton import SIDES, Rig
from blender_synth.world.people.carrying import CarriedSpec
from blender_synth.world.people.posture import PoseSpec

_HALF_BAG_M = {"paper": 0.085, "plastic": 0.12, "frame": 0.07, "flap": 0.06, "tote": 0.075, "long": 0.03}


class BodyState:
    """A body that is being posed.

    Attributes:
        world: rotations (3, 3) set so far, by bone; local: turns put between parent and bone, in rest axes.
        pelvis, chest: rotations of hips and rib cage.
        ground_z: height of the ground, the middle of the hips at the origin.
    """

    def __init__(
        self, rig: Rig, pose: PoseSpec, measures: Measures, stature_m: float, carried: Sequence[CarriedSpec] = ()
    ):
        self.rig, self.pose, self.measures, self.stature_m = rig, pose, measures, stature_m
        self.carried = carried
        self.world: dict[str, np.ndarray] = {}
        self.local: dict[str, np.ndarray] = {}
        self.ground_z = 0.0
        p = rig.points
        self.hip_mid = (p["upperleg01.L"] + p["upperleg01.R"]) / 2
        self.leg_m = rig.length("upperleg01.L", "lowerleg01.L") + rig.length("lowerleg01.L", "foot.L")
        self.root = np.zeros(3)
        self.pelvis = self.chest = np.eye(3)
        self._names = list(rig.index)

    def offset(self, channel: str, side: str | None = None) -> float:
        """This person's small deviation of one channel, degrees."""
        return self.pose.offsets_deg.get(f"{channel}.{side}" if side else channel, 0.0)

    def place_of(self, bone: str) -> np.ndarray:
        """Where a bone's head is with the rotations set so far, the middle of the hips at the origin."""
        chain = []
        j = self.rig.index[bone]
        while j >= 0:
            chain.append(j)
            j = self.rig.parents[j]
        place, turn = self.root, np.eye(3)
        for parent, j in zip([-1, *chain[:0:-1]], chain[::-1], strict=True):
            if parent >= 0:
                place = place + turn @ (self.rig.heads[j] - self.rig.heads[parent])
            name = self._names[j]
            turn = self.world.get(name, turn)
            if name in self.local:
                turn = turn @ self.local[name]
        return place

    def flesh_frames(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """What `flesh.depth_in_body` needs of trunk and legs."""
        bones = ("spine03", "spine01", *(f"{b}.{s}" for b in ("upperleg01", "lowerleg01") for s in SIDES))
        return {b: self.place_of(b) for b in bones}, {"root": self.pelvis, "spine01": self.chest}

    def bag_room_deg(self, side: str) -> float:
        """How far the arm is held off for the bag that hangs from its hand, degrees."""
        word = "left" if side == "L" else "right"
        half = [_HALF_BAG_M.get(t.style, 0.0) * t.size for t in self.carried if t.held == f"{word}_hand"]
        return float(np.degrees(max([0.0, *half]) / (0.85 * self.leg_m))) * 0.8
