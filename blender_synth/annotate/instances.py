"""From a raw frame's label layers to annotated instances: masks, boxes, links, visibility. No bpy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pycocotools import mask as rle

from blender_synth.annotate.ownership import GlassPolicy, Sighting, people_seen
from blender_synth.develop.air import layer_air_m, layer_paths_m, transmittance
from blender_synth.frames.raw_frame import RawFrame, decode_via
from blender_synth.geometry import project
from blender_synth.keypoints import COCO_KEYPOINTS
from blender_synth.optics.curved_mirrors import seen_by_chain

PEDESTRIAN, REFLECTION, MIRROR = "pedestrian", "pedestrian_reflection", "mirror"
_KEYPOINT_RADIUS_PX = 1


@dataclass(frozen=True)
class Instance:
    """One annotated thing, or one reflection of it in one chain of mirrors.

    Attributes:
        instance_id: of the thing; a reflection has an id of its own, unique in the frame.
        mask: (H, W) bool, exact. bbox_xywh_px: (x, y, width, height) around it.
        amodal_px: pixels of the whole outline inside the picture, or None where it is not known (curved mirrors).
        visibility: visible_px over amodal_px. truncation: share of the outline outside the picture.
        amodal_rle: the whole outline's mask as COCO RLE. distance_m: median length of the light's path.
        transmittance: mean share of its light that gets through the air; 1 in clear air.
        reflection_of, via, bounces, source_in_frame: for reflections: whose, in what mirrors, and whether that
            person is also seen directly.
        mix: mean share of its pixels' light that comes from it, where glass, water or a polished surface shows it; else
            None. overlap: whether it shares pixels with another. behind: the glass it is seen through.
        keypoints: (17, 3) x, y in pixels and COCO's visibility flag, or None.
        attributes: what else is known of the thing.
    """

    instance_id: int
    category: str
    name: str
    mask: np.ndarray
    visible_px: int
    bbox_xywh_px: tuple[int, int, int, int]
    amodal_px: int | None
    visibility: float | None
    truncation: float | None
    amodal_rle: dict | None
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
    attributes: dict[str, Any] = field(default_factory=dict)


def annotate(frame: RawFrame, mor_m: float | None, policy: GlassPolicy | None = None) -> list[Instance]:
    """All instances seen in a frame: things in the order of their ids, then reflections.

    Args:
        frame: a raw frame. mor_m: optical range of the air that the picture is developed with; None for clear air.
        policy: who owns what glass shows; None for the default.
    """
    rows = {row["instance_id"]: row for row in frame.meta["instances"]}
    people = [number for number, row in rows.items() if row["category"] == PEDESTRIAN]
    seen = people_seen(frame, people, policy or GlassPolicy())
    lengths = layer_paths_m(frame)
    air = layer_air_m(frame, lengths)
    paths = {layer: np.stack([lengths[layer], air[layer]]) for layer in lengths}  # metres, and metres of dense air
    direct = {s.number: s for s in seen if not s.code}
    found = [*_things(frame, paths, set(people), mor_m)]
    found += [_person(frame, rows[number], s, paths, mor_m) for number, s in direct.items()]
    found.sort(key=lambda instance: instance.instance_id)
    mirrored = [s for s in seen if s.code]
    for order, sighting in enumerate(mirrored):
        found.append(_reflection(frame, rows, sighting, paths, mor_m, order, sighting.number in direct))
    return found


def _things(frame: RawFrame, paths: dict, people: set[int], mor_m: float | None) -> Iterator[Instance]:
    surface = frame.labels["surface_id"]
    boxes = _boxes(surface)
    for row in frame.meta["instances"]:
        if row["instance_id"] in people or row["instance_id"] not in boxes:
            continue
        mask = surface == row["instance_id"]
        yield Instance(
            instance_id=row["instance_id"],
            category=row["category"],
            name=row["name"],
            mask=mask,
            bbox_xywh_px=boxes[row["instance_id"]],
            attributes=_attributes(row),
            **_measures(mask, paths["surface"][:, mask], mor_m, row.get("amodal")),
        )


def _person(frame: RawFrame, row: dict, seen: Sighting, paths: dict, mor_m: float | None) -> Instance:
    joints = row.get("keypoints_m")
    return Instance(
        instance_id=row["instance_id"],
        category=row["category"],
        name=row["name"],
        keypoints=_keypoints(joints, frame, seen.mask, []) if joints else None,
        **_seen(frame, row, seen, paths, mor_m, row.get("amodal")),
    )


def _reflection(
    frame: RawFrame, rows: dict, seen: Sighting, paths: dict, mor_m: float | None, order: int, source_in_frame: bool
) -> Instance:
    row, via = rows[seen.number], decode_via(seen.code, frame.meta["mirror_slots"])
    known = next((r["amodal"] for r in row.get("reflections", []) if r["via"] == via), None)
    joints = row.get("keypoints_m")
    return Instance(
        instance_id=REFLECTION_IDS_FROM + order,
        category=REFLECTION,
        name=f"reflection of {row['name']}",
        reflection_of=seen.number,
        via=tuple(via),
        bounces=len(via),
        source_in_frame=source_in_frame,
        keypoints=_keypoints(joints, frame, seen.mask, [rows[m] for m in via]) if joints else None,
        **_seen(frame, row, seen, paths, mor_m, known),
    )


def _seen(
    frame: RawFrame, row: dict, seen: Sighting, paths: dict, mor_m: float | None, amodal: dict | None
) -> dict[str, Any]:
    """What a direct view and a reflection have in common."""
    mask = seen.mask
    lengths = np.concatenate([paths[layer][:, own] for layer, own in seen.masks.items()], axis=1)
    glass = np.unique(frame.labels["surface_id"][seen.masks["transmitted"]]) if "transmitted" in seen.masks else ()
    return {
        "mask": mask,
        "bbox_xywh_px": _boxes(mask.astype(np.uint32))[1],
        "mix": seen.mix,
        "overlap": seen.overlap,
        "behind": tuple(int(number) for number in glass),
        "attributes": _attributes(row),
        **_measures(mask, lengths, mor_m, amodal),
    }


REFLECTION_IDS_FROM = 100_001
"""Reflections are numbered from here within a frame; no thing has such an id."""


def _measures(mask: np.ndarray, lengths: np.ndarray, mor_m: float | None, amodal: dict | None) -> dict[str, Any]:
    visible = int(mask.sum())
    return {
        "visible_px": visible,
        "amodal_px": amodal["amodal_px"] if amodal else None,
        "visibility": round(visible / amodal["amodal_px"], 4) if amodal and amodal["amodal_px"] else None,
        "truncation": amodal["truncation"] if amodal else None,
        "amodal_rle": amodal["rle"] if amodal else None,
        "distance_m": round(float(np.median(lengths[0])), 3),
        "transmittance": round(float(transmittance(lengths[1], mor_m).mean()), 4) if mor_m is not None else 1.0,
    }


def _attributes(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("mirror_kind", "surface") if key in row}


def _boxes(ids: np.ndarray) -> dict[int, tuple[int, int, int, int]]:
    """Box (x, y, width, height) of every id but 0 in an (H, W) layer."""
    rows, columns = np.nonzero(ids)
    values = ids[rows, columns]
    boxes = {}
    order = np.argsort(values, kind="stable")
    values, rows, columns = values[order], rows[order], columns[order]
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]]) if len(values) else []
    for start, stop in zip(starts, [*starts[1:], len(values)], strict=True):
        x, y = columns[start:stop], rows[start:stop]
        boxes[int(values[start])] = (int(x.min()), int(y.min()), int(np.ptp(x)) + 1, int(np.ptp(y)) + 1)
    return boxes


def _keypoints(
    joints_m: dict[str, list[float]], frame: RawFrame, mask: np.ndarray, mirrors: list[dict]
) -> np.ndarray | None:
    """COCO keypoints (17, 3): x, y, flag. 2 where the picture shows this very instance at the joint, 1 where it is
    hidden, 0 (and 0, 0) outside the picture, off a curved mirror or unknown. Left stays anatomically left in a mirror.
    None where the chain holds two curved mirrors, or nothing is known."""
    known = [index for index, name in enumerate(COCO_KEYPOINTS) if name in joints_m]
    if not known:
        return None
    pose = np.array(frame.meta["camera"]["world_from_camera"])
    turned = seen_by_chain(mirrors, pose[:3, 3], np.array([joints_m[COCO_KEYPOINTS[index]] for index in known]))
    if turned is None:
        return None
    points, valid = turned
    pixels, depth = project(points, pose, frame.k)
    height, width = mask.shape
    result = np.zeros((len(COCO_KEYPOINTS), 3))
    for index, (x, y), z, reached in zip(known, pixels, depth, valid, strict=True):
        if z <= 0 or not reached or not (0 <= x < width and 0 <= y < height):
            continue
        r = _KEYPOINT_RADIUS_PX
        around = mask[max(0, int(y) - r) : int(y) + r + 1, max(0, int(x) - r) : int(x) + r + 1]
        result[index] = (x, y, 2 if around.any() else 1)
    return result


def encode(mask: np.ndarray) -> dict[str, Any]:
    """COCO's compressed RLE of an (H, W) bool mask, with `counts` as text."""
    encoded = rle.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": [int(n) for n in encoded["size"]], "counts": encoded["counts"].decode("ascii")}
