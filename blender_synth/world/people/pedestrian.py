"""Pedestrians: what one person is (`Spec`) and how people vary (`Randomizer`)."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from blender_synth.seeds import Streams
from blender_synth.world.people.body import BodyRanges, BodySpec, draw_body
from blender_synth.world.people.complexion import HairRanges, HairSpec, SkinRanges, SkinSpec, draw_hair, draw_skin
from blender_synth.world.people.posture import PoseRanges, PoseSpec, draw_pose
from blender_synth.world.people.situation import Situation
from blender_synth.world.people.wardrobe import OutfitRanges, OutfitSpec, draw_outfit
from blender_synth.world.values import Vec3, plain


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


PedestrianSpec = Spec


@plain
class Randomizer:
    """Draws pedestrians. Bodies, skin, hair, clothes and poses each come from a stream of their own, so that a change
    to one never changes another."""

    body: BodyRanges = field(default_factory=BodyRanges)
    skin: SkinRanges = field(default_factory=SkinRanges)
    hair: HairRanges = field(default_factory=HairRanges)
    outfit: OutfitRanges = field(default_factory=OutfitRanges)
    pose: PoseRanges = field(default_factory=PoseRanges)

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
        return Spec(
            instance_id=instance_id,
            position_m=tuple(float(v) for v in position_m),
            heading_deg=float(heading_deg),
            body=body,
            skin=draw_skin(self.skin, body, streams.rng("skin")),
            hair=draw_hair(self.hair, body, streams.rng("hair")),
            outfit=draw_outfit(self.outfit, body.sex, body.age_years, situation.climate, streams.rng("outfit")),
            pose=draw_pose(self.pose, body, situation, streams.rng("pose")),
        )


PedestrianRandomizer = Randomizer
