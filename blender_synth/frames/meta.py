"""The metadata of a raw frame as frozen dataclasses. `frames/meta_json.py` reads and writes them as frame.json."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar, cast, dataclass_transform

import cv2
import numpy as np
from pycocotools import mask as _coco_mask
from pydantic import ConfigDict, Field, PlainValidator
from pydantic.dataclasses import dataclass as _dataclass

from blender_synth.frames.scene_facts import PersonFacts, PropFacts, RigFacts, WeatherFacts
from blender_synth.optics.mirror_shapes import MirrorShape
from blender_synth.optics.radiometry import WATTS_PER_UNIT

FRAME_VERSION = 1

_T = TypeVar("_T")
_IGNORE_UNKNOWN = ConfigDict(extra="ignore")

Id = Annotated[int, Field(gt=0, strict=True)]
"""Of an instance: a whole number, not a text of one."""
Vector = tuple[float, float, float]
Matrix = tuple[tuple[float, ...], ...]


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(Field,))
def record(cls: type[_T]) -> type[_T]:
    """Decorator: a frozen, validated dataclass. Unknown keys are ignored, so that newer frames can be read."""
    made = _dataclass(frozen=True, kw_only=True, config=_IGNORE_UNKNOWN)(cls)
    return cast(type[_T], made)  # pydantic types it as its own protocol, without the class's attributes


def _matrix(rows: int, columns: int) -> PlainValidator:
    def check(value: Any) -> Matrix:
        try:
            shape = np.asarray(value, dtype=float).shape
        except (TypeError, ValueError):
            shape = ()
        if shape != (rows, columns):
            raise ValueError(f"a matrix of {rows} x {columns} numbers is needed")
        return tuple(tuple(row) for row in value)

    return PlainValidator(check)


@record
class CameraMeta:
    """The pinhole camera of the label layers, in OpenCV axes (x right, y down, z forward).

    Attributes:
        k: intrinsics (3, 3) in pixels. world_from_camera: pose (4, 4), metres.
    """

    width_px: int = Field(gt=0)
    height_px: int = Field(gt=0)
    k: Annotated[Matrix, _matrix(3, 3)]
    world_from_camera: Annotated[Matrix, _matrix(4, 4)]

    @cached_property
    def intrinsics(self) -> np.ndarray:
        """(3, 3) float64."""
        return np.array(self.k, float)

    @cached_property
    def pose(self) -> np.ndarray:
        """world_from_camera, (4, 4) float64."""
        return np.array(self.world_from_camera, float)


@record
class Medium:
    """The air of a frame.

    Attributes:
        kind: `analytic` air is applied when the picture is developed; a `volume` is in the radiance already.
        mor_m: meteorological optical range; None for perfectly clear air.
        fog_height_m: height over which the air thins to 1/e; None where it does not thin.
        top_m: top of air that does not thin; None for a default.
        watts_per_unit: radiance of one unit of radiance.exr, W m⁻² sr⁻¹.
        horizon_rgb: colour of the lit air by azimuth, from +X counter-clockwise in equal steps, in units of
            `WATTS_PER_UNIT`; None where it is to be estimated from the picture.
        lamps_rgb, lamps_top_m: colour of the air below lit street lamps, in addition, and height up to which they
            light it; None by day.
        indoors: whether the whole scene is under a roof, in clear air.
    """

    kind: Literal["analytic", "volume"] = "analytic"
    mor_m: float | None = Field(default=None, gt=0)
    fog_height_m: float | None = Field(default=None, gt=0)
    top_m: float | None = Field(default=None, gt=0)
    watts_per_unit: float = Field(default=WATTS_PER_UNIT, gt=0)
    horizon_rgb: tuple[Vector, ...] | None = Field(default=None, min_length=1)
    lamps_rgb: Vector | None = None
    lamps_top_m: float | None = Field(default=None, gt=0)
    indoors: bool = False


@record
class Rle:
    """COCO's compressed run-length encoding of a mask. `size` is (H, W)."""

    size: tuple[int, int]
    counts: str

    @classmethod
    def of(cls, mask: np.ndarray) -> Rle:
        """Encode an (H, W) bool mask: lengths of runs of equal pixels column by column, the first of zeros."""
        height, width = mask.shape
        x, y, columns, rows = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
        # the mask's box column by column, with a pixel of background after each unless columns of the mask may meet
        gap = int(rows < height)
        flat = np.zeros((columns, rows + gap), bool)
        flat[:, :rows] = mask[y : y + rows, x : x + columns].T
        flat = np.concatenate([[False], flat.ravel(), [False]])
        changes = np.flatnonzero(flat[1:] != flat[:-1])
        edges = (changes // (rows + gap) + x) * height + changes % (rows + gap) + y if len(changes) else changes
        ends = np.concatenate([[0], edges, [height * width]])
        lengths = np.diff(ends if len(edges) == 0 or edges[-1] < height * width else ends[:-1])
        runs = {"size": [height, width], "counts": lengths.tolist()}
        encoded = _coco_mask.frPyObjects(runs, height, width)
        return cls(size=(height, width), counts=encoded["counts"].decode("ascii"))

    def mask(self) -> np.ndarray:
        """The mask, (H, W) bool."""
        return _coco_mask.decode(self.coco()).astype(bool)

    def coco(self) -> dict[str, Any]:
        """As pycocotools and COCO's files have it."""
        return {"size": list(self.size), "counts": self.counts}


@record
class Amodal:
    """The whole outline of an object, occluded parts included.

    Attributes:
        amodal_px: pixels inside the picture. truncation: share of the outline outside the picture.
    """

    amodal_px: int = Field(ge=0)
    truncation: float = Field(ge=0, le=1)
    rle: Rle


@record
class ReflectionRow:
    """One chain of mirrors that shows a person or an object.

    Attributes:
        via: mirror ids in the order in which a ray from the camera meets them. amodal: None where it is not known
            (curved mirrors).
    """

    via: tuple[Id, ...]
    amodal: Amodal | None = None


@record
class PersonRow:
    """What the instance table holds of a person.

    Attributes:
        position_m: the ground below the pelvis, world. heading_deg: azimuth they face, counter-clockwise from +X.
        bounds_m: least and greatest corner of the axis-aligned box, world.
        box_m: the same of the upright box along the heading, from position_m, in axes ahead, left, up; None in frames
            of former versions.
        amodal: of the direct view; None outside the picture.
        keypoints_m: world positions by name (see `keypoints.COCO_KEYPOINTS`); None where the model has none.
        keypoint_depths_m: distance of each to the person's mesh; None in frames that do not record it.
    """

    position_m: Vector | None = None
    heading_deg: float | None = None
    bounds_m: tuple[Vector, Vector] | None = None
    box_m: tuple[Vector, Vector] | None = None
    amodal: Amodal | None = None
    keypoints_m: Mapping[str, Vector] | None = None
    keypoint_depths_m: Mapping[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] | None = None
    reflections: tuple[ReflectionRow, ...] = ()


@record
class ObjectRow:
    """What the instance table holds of an object that is seen, directly or in a mirror: a thing, neither stuff nor a
    person.

    Attributes:
        position_m: middle of the base of its upright box, world. heading_deg: azimuth of the box's first axis,
            counter-clockwise from +X. box_m: least and greatest corner from position_m, in axes ahead, left, up.
        amodal: of the direct view; None outside the picture, or where it is not known: parts of the object lie behind
            the camera, or its outline is cut out by textures.
    """

    position_m: Vector
    heading_deg: float
    box_m: tuple[Vector, Vector]
    amodal: Amodal | None = None
    reflections: tuple[ReflectionRow, ...] = ()


@record
class MirrorRow:
    """What the instance table holds of a reflecting surface.

    Attributes:
        mirror_kind: such as ``"convex"``. surface: mirror, glass, water, polished, opaque (too rough to be labelled)
            or matt (the mirror-free twin of a pair).
        shape: of the ideal surface; empty where it is matt.
    """

    mirror_kind: str
    surface: str
    shape: MirrorShape = MirrorShape()

    @property
    def layered(self) -> bool:
        """Whether it shows a reflection over something else, so that the reflection's share of the light matters."""
        return self.surface in LAYERED_SURFACES


LAYERED_SURFACES = ("glass", "water", "polished")


@record
class InstanceRow:
    """One labelled instance.

    `person` and `mirror` are set for people and for reflecting surfaces only; `object` for things that are seen, in
    frames that record it.
    """

    instance_id: Id
    category: str
    name: str
    person: PersonRow | None = None
    mirror: MirrorRow | None = None
    object: ObjectRow | None = None

    @property
    def amodal(self) -> Amodal | None:
        """The whole outline of the direct view, where it is known."""
        of = self.person or self.object
        return of.amodal if of else None

    @property
    def reflections(self) -> tuple[ReflectionRow, ...]:
        """Chains of mirrors that show it."""
        of = self.person or self.object
        return of.reflections if of else ()


@record
class Licence:
    """What is owed for an asset that the frame shows. `name` is the asset's."""

    name: str
    licence: str
    author: str = ""
    source: str = ""


@record
class Pair:
    """The twin of a frame of a run with `mirrors.paired`: the same scene with mirrors, or with matt panels instead."""

    role: Literal["mirror", "matt"]
    frame_index: int


@record
class Acceptance:
    """Whether a frame meets the acceptance criteria of its run. `missing` says in words what is missing."""

    satisfied: bool = True
    missing: str = ""


@record
class Refined:
    """By what the picture of a frame was refined (see `refine`).

    Attributes:
        by: hash of the model. photos: hash of the photographs that it learned from. score: of the labels, 0 to 1.
        variant: number of the look. frame_index: of the unrefined frame in its run.
        accepted: whether the refined picture is used; else the frame has its unrefined one. failures: limits not kept.
    """

    by: str
    photos: str = ""
    score: float | None = None
    variant: int = 0
    frame_index: int
    accepted: bool = True
    failures: tuple[str, ...] = ()


@record
class FrameMeta:
    """The content of frame.json.

    Attributes:
        frame_index: number of the frame in its run. pair: of a paired run.
        instances: every labelled instance of the scene, seen or not, in the order of the ids.
        categories: of these instances, sorted. mirror_slots: ids of what reflects (see `raw_frame.decode_via`).
        licences: of the assets in the scene. versions: of blender_synth and Blender, and the render device's name.
        accept: whether it meets the run's acceptance criteria.
        refined: of a run that `refine apply` wrote.
        seconds: by stage; recorded in frames of former versions only, later ones have them in frames.jsonl of the run.
        spec: the whole scene as plain data (see `world.scene_spec`), for what has no attribute.
    """

    frame_index: int
    pair: Pair | None = None
    camera: CameraMeta
    instances: tuple[InstanceRow, ...]
    categories: tuple[str, ...]
    mirror_slots: tuple[Id, ...]
    medium: Medium
    licences: tuple[Licence, ...] = ()
    versions: Mapping[str, str] = Field(default_factory=dict)
    accept: Acceptance = Acceptance()
    refined: Refined | None = None
    seconds: Mapping[str, float] = Field(default_factory=dict)
    spec: Mapping[str, Any]

    @cached_property
    def by_id(self) -> dict[int, InstanceRow]:
        """The instance table by instance id."""
        return {row.instance_id: row for row in self.instances}

    @property
    def root_seed(self) -> int:
        """The run's seed."""
        return int(self.spec["root_seed"])

    @property
    def scene_index(self) -> int:
        """Number of the scene in its run; its views and paired frames share one."""
        return int(self.spec["scene_index"])

    @property
    def view(self) -> int:
        """Number of the view of its scene, from 0."""
        return int(self.spec.get("view", 0))

    @property
    def scene_group(self) -> str:
        """What all frames of one scene share: its views, and paired frames."""
        return f"{self.root_seed}-{self.scene_index}"

    @cached_property
    def scene(self) -> str:
        """Name of the scene: a folder of scenes/, or the kind of a procedural one; empty where it is not recorded."""
        scenery = self.spec.get("scenery", {})
        return str(scenery.get("scene") or scenery.get("kind", ""))

    @cached_property
    def weather(self) -> WeatherFacts:
        """The weather of the scene, as sampled."""
        return WeatherFacts.from_spec(self.spec)

    @cached_property
    def rig(self) -> RigFacts:
        """How the camera is mounted, and its lens."""
        return RigFacts.from_spec(self.spec)

    @cached_property
    def people(self) -> tuple[PersonFacts, ...]:
        """Attributes of the people in the scene, seen or not."""
        return PersonFacts.all_from_spec(self.spec)

    @cached_property
    def props(self) -> tuple[PropFacts, ...]:
        """Objects from asset packs that are placed in the scene."""
        return PropFacts.all_from_spec(self.spec)
