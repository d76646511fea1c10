"""People modelled in a fixed pose. They take the keys of a prop, but stand where pedestrians stand.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `keypoints` | {} | file's units | (x, y, z) of each of the 17 COCO keypoints, in the file's axes; all or none |
| `skeleton` | {} | | bone by COCO keypoint: its head, or its tail as `<bone>:tail`; or mixamo, rigify, unreal |

`height_m` is from the soles to the top of the head, with shoes and hair; `size_m` is not allowed. Give `keypoints` or
`skeleton`, not both; keypoints without a bone are not labelled. The category is always pedestrian.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from blender_synth.keypoints import COCO_KEYPOINTS
from blender_synth.packs.kinds.prop import PropTerms

PEDESTRIAN = "pedestrian"
_LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
SKELETONS = {
    name: {
        f"{side}_{limb}": bone.format(S=side.title(), s=side[0], L=side[0].upper())
        for side in ("left", "right")
        for limb, bone in zip(_LIMBS, bones, strict=True)
    }
    for name, bones in {
        "mixamo": ("mixamorig:{S}Arm", "mixamorig:{S}ForeArm", "mixamorig:{S}Hand",
                   "mixamorig:{S}UpLeg", "mixamorig:{S}Leg", "mixamorig:{S}Foot"),
        "rigify": ("upper_arm.{L}", "forearm.{L}", "hand.{L}", "thigh.{L}", "shin.{L}", "foot.{L}"),
        "unreal": ("upperarm_{s}", "lowerarm_{s}", "hand_{s}", "thigh_{s}", "calf_{s}", "foot_{s}"),
    }.items()
}  # fmt: skip
"""By rig: the bone at whose head each joint lies."""


def _skeleton(value: object) -> object:
    if isinstance(value, str):
        if value not in SKELETONS:
            raise ValueError(f"use one of {', '.join(SKELETONS)}, or name a bone for each keypoint")
        return SKELETONS[value]
    return value


class PersonTerms(PropTerms):
    """Keys of a person; see the table above."""

    keypoints: dict[str, tuple[float, float, float]] = Field(default_factory=dict)
    skeleton: Annotated[dict[str, str], BeforeValidator(_skeleton)] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _pedestrian(cls, data: Any) -> Any:
        return {**data, "category": PEDESTRIAN} if isinstance(data, Mapping) else data

    def _check_kind(self) -> None:
        if self.size_m is not None:
            raise ValueError("a person is scaled uniformly: give height_m or scale")
        if self.keypoints and set(self.keypoints) != set(COCO_KEYPOINTS):
            wrong = sorted(set(self.keypoints) ^ set(COCO_KEYPOINTS))
            raise ValueError(f"keypoints need all of {', '.join(COCO_KEYPOINTS)}; wrong or missing: {', '.join(wrong)}")
        if wrong := sorted(set(self.skeleton) - set(COCO_KEYPOINTS)):
            raise ValueError(f"there is no keypoint {wrong[0]}; use {', '.join(COCO_KEYPOINTS)}")
        if self.keypoints and self.skeleton:
            raise ValueError("give keypoints or skeleton, not both")

    @property
    def bones(self) -> dict[str, str]:
        """Bone (or `<bone>:tail`) by keypoint; empty without a skeleton."""
        return self.skeleton

    @property
    def points(self) -> dict[str, tuple[float, float, float]]:
        """Points by keypoint, in the file's own axes and units; empty without any."""
        return self.keypoints


TERMS = PersonTerms
