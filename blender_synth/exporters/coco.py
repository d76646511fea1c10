"""COCO: instances, person keypoints and panoptic, with people's reflections as annotations of their own.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `splits` | {train: 0.8, val: 0.2} | shares | a whole scene goes into one of them, by its seed and number |
| `reflections` | category | choice | of their own; attribute, ignore or omit (see `common.CommonSettings`) |
| `glass` | radiance | choice | owner of a pixel with one person reflected and one behind (see annotate/ownership.py) |
| `min_mix` | 0.05 | 0 to 1 | people with a lower mean share of their pixels' light are left out |
| `image_format` | jpg | choice | jpg, png, or png16: linear, 65535 is four times diffuse white |
| `min_area_px` | 1 | px | smaller annotations are left out |
| `stuff` | [] | names | categories that are stuff in addition to `categories.STUFF` |
| `amodal_masks` | false | switch | whether to add `amodal_segmentation` |
| `panoptic` | true | switch | whether to write the panoptic files |
| `overlays` | false | switch | whether to write pictures with the masks drawn in |

Files:

    images/<split>/<run>_<frame>.jpg
    annotations/instances_<split>.json  person_keypoints_<split>.json  panoptic_<split>.json  panoptic_<split>/*.png
    overlays/<split>/...                with `overlays: true`
    ATTRIBUTION.md                      authors and licences of what the pictures show
    frames.parquet  people.parquet      see .docs/tables.md

With `reflections: attribute` annotations of pedestrians have `is_reflection`; with `ignore`, reflections are crowd
regions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from blender_synth import __version__
from blender_synth.annotate.instances import Instance
from blender_synth.annotate.overlay import draw_overlay
from blender_synth.attribution import Credits
from blender_synth.categories import MIRROR, PEDESTRIAN, REFLECTION, is_thing
from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters.common import (
    AnnotationRecord,
    CommonSettings,
    ImageRecord,
    category_names,
    class_in,
    picture_file_name,
    write_image,
    write_picture,
)
from blender_synth.exporters.contract import SourceFrame
from blender_synth.exporters.rows import JOINTS, json_row, person_attributes, picture_row
from blender_synth.exporters.selection import class_names, class_of
from blender_synth.exporters.streams import PictureWriter, write_streams
from blender_synth.frames.meta import Rle
from blender_synth.keypoints import COCO_KEYPOINTS, COCO_SKELETON
from blender_synth.values import plain

Json = dict[str, Any]
_OTHER_NAMES = ("image", "image_id", "width_px", "height_px")
"""Columns of `FRAME_COLUMNS` that a row of `images` has under COCO's own name."""
_SUPERCATEGORY = {PEDESTRIAN: "person", REFLECTION: "person", MIRROR: "mirror"}


@plain
class Settings(CommonSettings):
    """See the module's docstring."""

    kind: Literal["coco"] = "coco"
    amodal_masks: bool = False
    panoptic: bool = True
    overlays: bool = False


def write(frames: Sequence[SourceFrame], folder: Path, settings: Settings, develop: DevelopSettings) -> str:
    """Write the dataset into an empty folder; returns a summary. See `contract.Exporter`."""
    return write_streams(frames, [(folder, writer(frames, folder, settings))], settings, develop)[0]


def writer(frames: Sequence[SourceFrame], folder: Path, settings: Settings) -> PictureWriter:
    """A writer into an empty folder. See `streams.StreamingExporter`."""
    return _Writer(folder, settings, _categories(category_names(frames), settings))


class _Writer:
    def __init__(self, folder: Path, settings: Settings, categories: list[Json]):
        self.files = {name: _SplitFiles(name, folder, categories, settings) for name in settings.splits}

    def add(self, record: ImageRecord) -> None:
        """Write one picture and collect its annotations."""
        self.files[record.split].add(record)

    def finish(self, credits: Credits) -> str:
        """Write the annotations of every split."""
        files = self.files.values()
        for file in files:
            file.finish(credits.rows())
        counts = {name: sum(file.counts.get(name, 0) for file in files) for name in (PEDESTRIAN, REFLECTION)}
        pictures = sum(len(file.images) for file in files)
        return f"{pictures} pictures, {counts[PEDESTRIAN]} pedestrians, {counts[REFLECTION]} reflections"


def _categories(names: Sequence[str], settings: Settings) -> list[Json]:
    """COCO's categories. Ids are positions in `names`, from 1, also where reflections have no category; a class has the
    id of the first category that is mapped to it."""
    categories: dict[str, Json] = {}
    for number, name in enumerate(names, start=1):
        given = class_of(name, settings.classes)
        if given is None or given in categories or (name == REFLECTION and settings.reflections != "category"):
            continue
        categories[given] = {
            "id": number,
            "name": given,
            "supercategory": _SUPERCATEGORY.get(name, "scenery"),
            "isthing": int(is_thing(name, settings.stuff)),
        }
    return list(categories.values())


class _SplitFiles:
    """Collects the annotations of one split and writes its files."""

    def __init__(self, split: str, folder: Path, categories: list[Json], settings: Settings):
        self.split, self.folder, self.categories, self.settings = split, folder, categories, settings
        self.category_ids: dict[str, int] = {category["name"]: category["id"] for category in categories}
        self.images: list[Json] = []
        self.instances: list[Json] = []
        self.keypoints: list[Json] = []
        self.panoptic: list[Json] = []
        self.counts: dict[str, int] = {}
        """Annotations by what they show; reflections count as such under any policy."""
        for name in ("images", *(["overlays"] if settings.overlays else [])):
            (folder / name / split).mkdir(parents=True)
        (folder / "annotations").mkdir(exist_ok=True)
        if settings.panoptic:
            (folder / "annotations" / f"panoptic_{split}").mkdir()

    def add(self, record: ImageRecord) -> None:
        """Write one picture and collect its annotations."""
        file_name = picture_file_name(record.name, self.settings.image_format)
        write_picture(self.folder / "images" / self.split / file_name, record.shot, self.settings.image_format)
        if self.settings.overlays:
            picture = cv2.cvtColor(record.shot.picture, cv2.COLOR_RGB2BGR)
            overlay = self.folder / "overlays" / self.split / f"{record.name}.png"
            write_image(overlay, draw_overlay(picture, list(record.seen)))
        self.images.append(_image(record, file_name))
        for entry in record.annotations:
            annotation = self._annotation(entry, record.image_id)
            person = person_attributes(entry, record.people)
            if person:
                annotation["person"] = {name: value for name, value in person.items() if name not in JOINTS}
            self.instances.append(annotation)
            category = entry.instance.category
            self.counts[category] = self.counts.get(category, 0) + 1
            if entry.instance.keypoints is not None and not entry.ignore:
                with_joints = {} if not person else {"person": person}
                self.keypoints.append(annotation | _keypoints(entry.instance.keypoints) | with_joints)
        if self.settings.panoptic:
            self._add_panoptic(record)

    def _annotation(self, entry: AnnotationRecord, image_id: int) -> Json:
        instance = entry.instance
        annotation: Json = {
            "id": image_id * 1_000_000 + instance.instance_id,
            "image_id": image_id,
            "category_id": self.category_ids[entry.category],
            "segmentation": Rle.of(instance.mask).coco(),
            "area": instance.visible_px,
            "bbox": list(instance.bbox_xywh_px),
            "iscrowd": int(entry.ignore),
            "instance_id": instance.instance_id,
            "visible_px": instance.visible_px,
            "amodal_px": instance.amodal_px,
            "visibility": instance.visibility,
            "truncation": instance.truncation,
            "distance_m": instance.distance_m,
            "transmittance": instance.transmittance,
            "contrast": entry.contrast,
        }
        if instance.mirror_kind is not None:
            annotation |= {"mirror_kind": instance.mirror_kind, "surface": instance.surface}
        if instance.is_person:
            annotation |= {"mix": instance.mix, "overlap": instance.overlap, "behind": list(instance.behind)}
        if self.settings.reflections == "attribute" and entry.category == PEDESTRIAN:
            annotation["is_reflection"] = entry.is_reflection
        if entry.is_reflection:
            annotation |= {
                "reflection_of": instance.reflection_of,
                "via": list(instance.via),
                "bounces": instance.bounces,
                "source_in_frame": instance.source_in_frame,
            }
        if self.settings.amodal_masks and instance.amodal_rle:
            annotation["amodal_segmentation"] = instance.amodal_rle.coco()
        return annotation

    def _add_panoptic(self, record: ImageRecord) -> None:
        """Every pixel belongs to one segment: a reflection, or a person behind glass, takes it from what shows it; of
        two people, the one that contributes more of the light has it."""
        width, height = record.frame.size_px
        owner = np.zeros((height, width), np.uint32)
        for instance in sorted(record.seen, key=_panoptic_order):
            if instance.category == REFLECTION and self.settings.reflections in ("omit", "ignore"):
                continue
            if class_in(instance, self.settings) is not None:
                owner[instance.mask] = instance.instance_id
        segments = []
        for instance in record.seen:
            y, x = np.nonzero(owner == instance.instance_id)
            name = class_in(instance, self.settings)
            if not len(y) or name is None:
                continue
            segments.append(
                {
                    "id": instance.instance_id,
                    "category_id": self.category_ids[name],
                    "area": len(y),
                    "bbox": [int(x.min()), int(y.min()), int(np.ptp(x)) + 1, int(np.ptp(y)) + 1],
                    "iscrowd": 0,
                }
            )
        bgr = np.stack([owner >> 16 & 255, owner >> 8 & 255, owner & 255], axis=-1).astype(np.uint8)
        file_name = f"{record.name}.png"
        write_image(self.folder / "annotations" / f"panoptic_{self.split}" / file_name, bgr)
        self.panoptic.append({"image_id": record.image_id, "file_name": file_name, "segments_info": segments})

    def finish(self, licences: list[Json]) -> None:
        """Write the split's JSON files."""
        info = {"description": "synthetic images made with blender_synth", "version": __version__}
        head = {"info": info, "licenses": licences, "images": self.images}
        person = [
            {**c, "keypoints": list(COCO_KEYPOINTS), "skeleton": [list(bone) for bone in COCO_SKELETON]}
            for c in self.categories
            if c["name"] in class_names((PEDESTRIAN, REFLECTION), self.settings.classes)
        ]
        self._write("instances", {**head, "annotations": self.instances, "categories": self.categories})
        self._write("person_keypoints", {**head, "annotations": self.keypoints, "categories": person})
        if self.settings.panoptic:
            self._write("panoptic", {**head, "annotations": self.panoptic, "categories": self.categories})

    def _write(self, name: str, content: Json) -> None:
        path = self.folder / "annotations" / f"{name}_{self.split}.json"
        path.write_text(json.dumps(content), encoding="utf-8")


def _image(record: ImageRecord, file_name: str) -> Json:
    """The row of COCO's `images`: its own keys, then the columns of `FRAME_COLUMNS`."""
    meta, shot = record.frame.meta, record.shot
    row: Json = {
        "id": record.image_id,
        "file_name": file_name,
        "width": meta.camera.width_px,
        "height": meta.camera.height_px,
        "root_seed": meta.root_seed,
        "scene_index": meta.scene_index,
        "camera": {"k": meta.camera.k, "world_from_camera": meta.camera.world_from_camera},
        "frame_group": record.group,
        "mor_m": shot.mor_m,
        "iso": None if shot.iso is None else round(shot.iso),
        "licenses": list(record.licence_ids),
    }
    row |= {name: value for name, value in json_row(picture_row(record)).items() if name not in (*row, *_OTHER_NAMES)}
    if not meta.accept.satisfied:
        row["accept_missing"] = meta.accept.missing
    if record.twin is not None:
        row["pair"] = {"role": record.twin.role, "image_id": record.twin.image_id}
    return row


def _keypoints(keypoints: np.ndarray) -> Json:
    """COCO's keys of (17, 3) keypoints."""
    flat = [round(float(v), 2) if i % 3 < 2 else int(v) for i, v in enumerate(keypoints.ravel())]
    return {"keypoints": flat, "num_keypoints": int((keypoints[:, 2] > 0).sum())}


def _panoptic_order(instance: Instance) -> tuple[bool, float]:
    """Later instances take pixels from earlier ones: people from everything else, then by their share of the light."""
    return instance.is_person, 1.0 if instance.mix is None else instance.mix
