"""Pedestrians: the spec of one person, and how people vary.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `body` | {} | `BodyRanges` | bodies, see `body.py` |
| `skin` | {} | `SkinRanges` | skin, see `complexion.py` |
| `hair` | {} | `HairRanges` | hair, see `complexion.py` |
| `outfit` | {} | `OutfitRanges` | clothes, see `wardrobe.py` |
| `pose` | {} | `PoseRanges` | activities and poses, see `posture.py` |
| `carried` | {} | `CarriedRanges` | bags, umbrellas and prams, see `carrying.py` |
| `motion` | {} | `MotionRanges` | recorded motions that take the place of walking and standing, see `motion.py` |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Literal

from blender_synth.packs.items import Pack
from blender_synth.seeds import Streams
from blender_synth.values import Vec3, plain
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.people.activities import activities
from blender_synth.world.people.body import BodyRanges, BodySpec, draw_body
from blender_synth.world.people.carrying import (
    CarriedRanges,
    CarriedSpec,
    canopy_of,
    draw_carried,
    reach_m,
    with_phones,
)
from blender_synth.world.people.clothes import OutfitSpec
from blender_synth.world.people.complexion import HairRanges, HairSpec, SkinRanges, SkinSpec, draw_hair, draw_skin
from blender_synth.world.people.motion import MotionRanges, Motions, draw_motion
from blender_synth.world.people.posture import PoseRanges, PoseSpec, draw_activity, draw_pose
from blender_synth.world.people.situation import Footprint, Situation
from blender_synth.world.people.wardrobe import OutfitRanges, draw_outfit, in_fabrics
from blender_synth.world.scene_spec import CARRIED_IDS, INSTANCES_PER_PERSON


@plain
class Spec:
    """One pedestrian, resolved: the same spec always builds the same person.

    The person's own frame has its origin on the ground under the pelvis, +X forward, +Y left, +Z up;
    world = Rz(heading_deg) . local + position_m.
    """

    kind: Literal["pedestrian"] = "pedestrian"
    instance_id: int
    position_m: Vec3
    heading_deg: float
    body: BodySpec
    skin: SkinSpec
    hair: HairSpec
    outfit: OutfitSpec
    pose: PoseSpec
    carried: tuple[CarriedSpec, ...] = ()

    def placed(self, position_m: Vec3, heading_deg: float) -> Spec:
        """The same person somewhere else."""
        return replace(self, position_m=position_m, heading_deg=heading_deg)

    def footprint(self) -> Footprint:
        """The ground that the person takes up, with what they push, pull and carry."""
        stride = 0.16 * self.body.stature_m + 0.12 * self.pose.speed_mps if self.pose.legs in ("walk", "run") else 0.0
        front, back, side = reach_m(self.carried)
        spread = 0.5 * self.body.stature_m if self.pose.legs == "motion" else 0.0
        knees = 0.42 * self.body.stature_m if self.pose.legs == "sit" else 0.0
        half = max(0.3, side, spread)
        return Footprint(
            front_m=max(half, stride, front, knees),
            back_m=max(half, stride, back),
            half_width_m=half,
            height_m=self.body.stature_m + 0.06,
            canopy=canopy_of(self.carried, self.body.stature_m),
        )

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The person, and what they carry that is an instance of its own."""
        person = LabelledInstance(
            instance_id=self.instance_id, category="pedestrian", name=f"person_{self.instance_id}"
        )
        items = [(t.instance_id, t.traits.category) for t in self.carried if t.instance_id is not None]
        return (person, *(LabelledInstance(instance_id=n, category=c, name=f"{person.name}/{c}_{n}") for n, c in items))


PedestrianSpec = Spec


@plain
class Randomizer:
    """Samples pedestrians. Bodies, skin, hair, clothes, activities, carried items and poses each come from a stream of
    their own, so that a change to one never changes another.
    """

    body: BodyRanges = field(default_factory=BodyRanges)
    skin: SkinRanges = field(default_factory=SkinRanges)
    hair: HairRanges = field(default_factory=HairRanges)
    outfit: OutfitRanges = field(default_factory=OutfitRanges)
    pose: PoseRanges = field(default_factory=PoseRanges)
    carried: CarriedRanges = field(default_factory=CarriedRanges)
    motion: Motions = field(default_factory=MotionRanges)

    @property
    def child_share(self) -> float:
        """Share of children among all people."""
        return self.body.child_share

    @property
    def activities(self) -> Mapping[str, float]:
        """Weights of the activities of groups."""
        return self.pose.activity

    def pace_mps(self, activity: str) -> tuple[float, float]:
        """Range of speeds of those who run, or who walk."""
        runs = activities()[activity].legs == "run"
        return self.pose.run_speed_mps if runs else self.pose.walk_speed_mps

    def resolve_packs(self, packs: Sequence[Pack]) -> Randomizer:
        """The same with what it names of asset packs.

        Raises:
            ConfigError: no pack has it.
        """
        motion, outfit = self.motion.resolve_packs(packs), self.outfit
        if outfit.fabrics is not None:
            fabrics = outfit.fabrics.resolve_packs(packs, "pedestrians.person.outfit.fabrics", textures_only=True)
            outfit = replace(outfit, fabrics=fabrics)
        same = motion is self.motion and outfit is self.outfit
        return self if same else replace(self, motion=motion, outfit=outfit)

    def sample(
        self,
        streams: Streams,
        instance_id: int,
        position_m: Vec3 = (0.0, 0.0, 0.0),
        heading_deg: float = 0.0,
        situation: Situation | None = None,
    ) -> Spec:
        """One pedestrian.

        Args:
            streams: the streams of this person alone, e.g. ``scene_streams.child("people/3")``.
            instance_id: its number in the label pass.
            position_m: the ground under its pelvis.
            heading_deg: azimuth it faces.
            situation: what is settled about this person already.
        """
        situation = situation or Situation()
        body = draw_body(self.body, streams.rng("body"), situation.generation)
        activity = draw_activity(self.pose, body, situation, streams.rng("activity"))
        first_id = CARRIED_IDS[0] + INSTANCES_PER_PERSON * (instance_id - 1)
        carried = draw_carried(
            self.carried, body, activity, situation.climate, first_id, streams.rng("carried"), situation.umbrella
        )
        pose = draw_pose(self.pose, body, situation, activity, carried, streams.rng("pose"))
        moves = activities()[activity].recorded and not situation.stays
        motion = draw_motion(self.motion, streams.rng("motion")) if moves else None
        if motion is not None:
            carried = tuple(item for item in carried if item.held == "back")
            pose = replace(pose, activity="motion", legs="motion", left_arm="hang", right_arm="hang", motion=motion)
        separate = self.carried.instance == "own"
        outfit = draw_outfit(self.outfit, body.sex, body.age_years, situation.climate, streams.rng("outfit"))
        if self.outfit.fabrics is not None:
            outfit = in_fabrics(outfit, self.outfit.fabrics, streams.child("fabrics"))
        return Spec(
            instance_id=instance_id,
            position_m=(float(position_m[0]), float(position_m[1]), float(position_m[2])),
            heading_deg=float(heading_deg),
            body=body,
            skin=draw_skin(self.skin, body, streams.rng("skin")),
            hair=draw_hair(self.hair, body, streams.rng("hair")),
            outfit=outfit,
            pose=pose,
            carried=with_phones(carried, pose.left_arm, pose.right_arm, separate, first_id),
        )
