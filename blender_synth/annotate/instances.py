"""From a raw frame's label layers to annotated instances: masks, boxes, links, visibility. No bpy."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import cv2
import numpy as np

from blender_synth.annotate.keypoints import visible_keypoints
from blender_synth.annotate.ownership import GlassPolicy, Sighting, people_seen
from blender_synth.categories import PEDESTRIAN, REFLECTION, reflection_of
from blender_synth.develop.air import layer_air_m, layer_paths_m, transmittance
from blender_synth.frames.cross_check import FIRST_FREE_ID
from blender_synth.frames.meta import Amodal, InstanceRow, PersonRow, Rle
from blender_synth.frames.raw_frame import RawFrame, decode_via
from blender_synth.optics.mirror_shapes import MirrorShape

REFLECTION_IDS_FROM = FIRST_FREE_ID
"""Reflections are numbered from here within a frame; no other instance has such an id."""

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One annotated object, or one reflection of a person in one chain of mirrors.

    Attributes:
        instance_id: of the object; a reflection has an id of its own, unique in the frame.
        mask: (H, W) bool, exact. bbox_xywh_px: its box.
        amodal_px: pixels of the whole outline inside the picture; None where it is not known (curved mirrors, stuff).
        visibility: visible_px over amodal_px. truncation: share of the outline outside the picture.
        amodal_rle: mask of the whole outline. distance_m: median length of the light's path.
        transmittance: mean share of its light that gets through the air; 1 in clear air.
        reflection_of, via, bounces, source_in_frame: of reflections: the person's id, the mirrors' ids, their number,
            and whether that person is also seen directly.
        mix: mean share of its pixels' light that comes from it, where glass, water or a polished surface shows it; else
            None. overlap: whether it shares pixels with another instance. behind: ids of the glass it is seen through.
        keypoints: (17, 3) x, y in pixels and COCO's visibility flag, or None.
        mirror_kind, surface: of reflecting surfaces (see `frames.meta.MirrorRow`).
    """

    instance_id: int
    category: str
    name: str
    mask: np.ndarray
    visible_px: int
    bbox_xywh_px: Box
    amodal_px: int | None
    visibility: float | None
    truncation: float | None
    amodal_rle: Rle | None
    distance_m: float
    transmittance: float
    reflection_of: int | None = None
    via: tuple[int, ...] = ()
    bounces: int = 0
    source_in_frame: bool | None = None
    mix: float | None = None
    overlap: bool = False
    behind: tuple[int, ...] = ()
    keypoints: np.ndarray | None = None
    mirror_kind: str | None = None
    surface: str | None = None

    def __getstate__(self) -> dict[str, Any]:
        """For another process: the mask as the bits of its box."""
        x, y, width, height = self.bbox_xywh_px
        packed = np.packbits(self.mask[y : y + height, x : x + width])
        return vars(self) | {"mask": (self.mask.shape, packed)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """The inverse of `__getstate__`."""
        shape, packed = state["mask"]
        x, y, width, height = state["bbox_xywh_px"]
        mask = np.zeros(shape, bool)
        mask[y : y + height, x : x + width] = np.unpackbits(packed, count=width * height).reshape(height, width)
        vars(self).update(state | {"mask": mask})

    @property
    def is_person(self) -> bool:
        """Whether it is a person or the reflection of one."""
        return self.category in (PEDESTRIAN, REFLECTION)


def annotate(
    frame: RawFrame,
    mor_m: float | None,
    policy: GlassPolicy | None = None,
    reflected: Collection[str] | Literal["all"] = (PEDESTRIAN,),
) -> list[Instance]:
    """All instances seen in a frame: objects and people in the order of their ids, then reflections.

    Args:
        frame: a raw frame.
        mor_m: meteorological optical range of the air that the picture is developed with; None for clear air.
        policy: who owns what glass shows; None for the default.
        reflected: categories whose reflections are instances; those of people come first.

    Raises:
        FrameError: a file of the frame is missing or damaged.
    """
    policy = policy or GlassPolicy()
    people = {row.instance_id: row.person for row in frame.meta.instances if row.person is not None}
    sightings = people_seen(frame, list(people), policy)
    direct = [sighting for sighting in sightings if not sighting.via_code]
    annotator = _Annotator(frame, mor_m)
    objects = list(annotator.objects(people))
    instances = [*objects, *(annotator.person(people[s.instance_id], s) for s in direct)]
    instances.sort(key=lambda instance: instance.instance_id)
    in_view = {instance.instance_id for instance in instances}
    mirrored = [s for s in sightings if s.via_code] if reflected == "all" or PEDESTRIAN in reflected else []
    others = [
        row.instance_id
        for row in frame.meta.instances
        if row.instance_id not in people and (reflected == "all" or row.category in reflected)
    ]
    if others and frame.meta.mirror_slots:
        # no pixel is taken from a reflection by what is behind the glass: that would tear holes into faint ones
        undivided = replace(policy, glass="both")
        mirrored += [s for s in people_seen(frame, others, undivided) if s.via_code]
    for number, sighting in enumerate(mirrored, start=REFLECTION_IDS_FROM):
        person = people.get(sighting.instance_id)
        instances.append(annotator.reflection(number, person, sighting, sighting.instance_id in in_view))
    return instances


class _Annotator:
    """Measures the instances of one frame in the air of one optical range."""

    def __init__(self, frame: RawFrame, mor_m: float | None):
        self.frame, self.mor_m = frame, mor_m
        self.rows = frame.meta.by_id
        lengths_m = layer_paths_m(frame)
        air_m = layer_air_m(frame, lengths_m)
        self.paths_m = {layer: (lengths_m[layer].ravel(), air_m[layer].ravel()) for layer in lengths_m}
        """By layer and pixel, row by row: length of the light's path, and of the part of it that leads through air as
        at the ground."""

    def objects(self, people: Mapping[int, PersonRow]) -> Iterator[Instance]:
        """Everything in view but people, by first hit."""
        pixels_of = pixels_by_id(self.frame.labels["surface_id"])
        for row in self.frame.meta.instances:
            if row.instance_id in people or row.instance_id not in pixels_of:
                continue
            pixels = pixels_of[row.instance_id]
            instance = self._measured(row, {"surface": pixels}, pixels, row.amodal)
            if row.mirror is not None:
                instance = replace(instance, mirror_kind=row.mirror.mirror_kind, surface=row.mirror.surface)
            yield instance

    def person(self, person: PersonRow, sighting: Sighting) -> Instance:
        """A person who is seen directly, or behind glass without a mirror."""
        instance = self._seen(sighting, person.amodal)
        return replace(instance, keypoints=self._keypoints(person, sighting, ()))

    def reflection(self, number: int, person: PersonRow | None, sighting: Sighting, source_in_frame: bool) -> Instance:
        """A person or an object in a chain of mirrors, with an instance id of its own."""
        via = tuple(decode_via(sighting.via_code, self.frame.meta.mirror_slots))
        chains = self.rows[sighting.instance_id].reflections
        amodal = next((entry.amodal for entry in chains if entry.via == via), None)
        instance = self._seen(sighting, amodal)
        return replace(
            instance,
            instance_id=number,
            category=reflection_of(instance.category),
            name=f"reflection of {instance.name}",
            reflection_of=sighting.instance_id,
            via=via,
            bounces=len(via),
            source_in_frame=source_in_frame,
            keypoints=self._keypoints(person, sighting, via) if person else None,
        )

    def _seen(self, sighting: Sighting, amodal: Amodal | None) -> Instance:
        """What a direct view of a person and a reflection have in common."""
        masks = {layer: np.flatnonzero(mask) for layer, mask in sighting.masks.items()}
        pixels = next(iter(masks.values())) if len(masks) == 1 else np.flatnonzero(sighting.mask)
        glass: Sequence[int] = ()
        if "transmitted" in masks:
            glass = np.unique(self.frame.labels["surface_id"].ravel()[masks["transmitted"]]).tolist()
        return replace(
            self._measured(self.rows[sighting.instance_id], masks, pixels, amodal),
            mix=sighting.mix,
            overlap=sighting.overlap,
            behind=tuple(glass),
        )

    def _measured(
        self, row: InstanceRow, masks: Mapping[str, np.ndarray], pixels: np.ndarray, amodal: Amodal | None
    ) -> Instance:
        """An instance with what is measured on its pixels.

        Args:
            masks: numbers of its pixels, counted row by row, by layer. pixels: of all layers, ascending.
        """
        visible_px = len(pixels)
        paths = [(self.paths_m[layer][0][where], self.paths_m[layer][1][where]) for layer, where in masks.items()]
        lengths_m, air_m = (
            np.concatenate(values) if len(values) > 1 else values[0] for values in zip(*paths, strict=True)
        )
        width, height = self.frame.size_px
        mask = np.zeros((height, width), bool)
        mask.ravel()[pixels] = True
        return Instance(
            instance_id=row.instance_id,
            category=row.category,
            name=row.name,
            mask=mask,
            visible_px=visible_px,
            bbox_xywh_px=box_of(mask),
            amodal_px=amodal.amodal_px if amodal else None,
            visibility=round(visible_px / amodal.amodal_px, 4) if amodal and amodal.amodal_px else None,
            truncation=amodal.truncation if amodal else None,
            amodal_rle=amodal.rle if amodal else None,
            distance_m=round(float(np.median(lengths_m)), 3),
            transmittance=1.0 if self.mor_m is None else round(float(transmittance(air_m, self.mor_m).mean()), 4),
        )

    def _keypoints(self, person: PersonRow, sighting: Sighting, via: Sequence[int]) -> np.ndarray | None:
        """COCO keypoints (17, 3) of a sighting (see `keypoints.visible_keypoints`)."""
        shapes = [row.mirror.shape if (row := self.rows[number]).mirror else MirrorShape() for number in via]
        width, height = self.frame.size_px
        lengths_m = {layer: self.paths_m[layer][0].reshape(height, width) for layer in sighting.masks}
        return visible_keypoints(person, sighting.masks, lengths_m, shapes, self.frame.pose, self.frame.k)


def pixels_by_id(ids: np.ndarray) -> dict[int, np.ndarray]:
    """Numbers of the pixels of every id but 0 in an (H, W) layer, counted row by row, ascending."""
    flat = ids.ravel()
    values, counts = _counts(flat)
    if len(values) > 2**16:
        raise ValueError("a layer has more ids than an image can show")
    rank = np.zeros(int(values[-1]) + 1 if len(values) else 1, np.uint16)
    rank[values] = np.arange(len(values))
    order = np.argsort(rank[flat], kind="stable")  # a radix sort, as ranks are of 16 bits
    ends = np.cumsum(counts)
    return {
        int(value): order[end - count : end] for value, count, end in zip(values, counts, ends, strict=True) if value
    }


def _counts(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct ids and how often they occur; ids are small, so that counting is faster than sorting."""
    counts = np.bincount(flat)
    values = np.flatnonzero(counts)
    return values, counts[values]


def box_of(mask: np.ndarray) -> Box:
    """Box of an (H, W) bool mask."""
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    return x, y, width, height
