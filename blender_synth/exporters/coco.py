"""COCO: instances, person keypoints and panoptic, with reflections as annotations of their own.

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
| `reflected` | [pedestrian] | names | categories whose reflections are annotated; or `all` |
| `categories` | "" | path | dataset whose ids of categories that are not built in are kept |
| `on_bad_frame` | stop | choice | `skip`: damaged frames are left out and listed |
| `workers` | 1 | count | processes; the dataset does not depend on it |
| `segmentation` | rle | choice | rle, or polygon: exact, along the pixels' edges (crowd regions stay RLE) |
| `amodal_masks` | false | switch | whether to add `amodal_segmentation` |
| `panoptic` | true | switch | whether to write the panoptic files |
| `overlays` | false | switch | whether to write pictures with the masks drawn in |

Files:

    images/<split>/<run>_<frame>.jpg
    annotations/instances_<split>.json  person_keypoints_<split>.json
    panoptic/panoptic_<split>.json      panoptic_<split>/*.png
    overlays/<split>/...                with `overlays: true`
    categories.json                     ids of categories that are not built in (see `category_ids`)
    ATTRIBUTION.md                      authors and licences of what the pictures show
    frames.parquet  people.parquet      see .docs/tables.md

With `reflections: attribute` annotations of pedestrians have `is_reflection`; with `ignore`, reflections are crowd
regions.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from blender_synth import __version__
from blender_synth.annotate.instances import Box, Instance
from blender_synth.annotate.overlay import draw_overlay
from blender_synth.annotate.polygons import polygons
from blender_synth.attribution import Credits
from blender_synth.categories import PEDESTRIAN, REFLECTION, is_thing, supercategory
from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters.category_ids import CategoryIds
from blender_synth.exporters.common import (
    AnnotationRecord,
    CommonSettings,
    ImageRecord,
    category_ids,
    category_of,
    class_in,
    reflected_categories,
)
from blender_synth.exporters.contract import SourceFrame
from blender_synth.exporters.pictures import encoded_labels, picture_file_name, write_image, write_picture
from blender_synth.exporters.rows import JOINTS, json_row, person_attributes, picture_row
from blender_synth.exporters.selection import class_names, class_of
from blender_synth.exporters.streams import PictureWriter, write_streams
from blender_synth.exporters.timing import step
from blender_synth.frames.meta import Rle
from blender_synth.frames.table import box_row, object_boxes_3d
from blender_synth.keypoints import COCO_KEYPOINTS, COCO_SKELETON
from blender_synth.values import plain

Json = dict[str, Any]
_OTHER_NAMES = ("image", "image_id", "width_px", "height_px")
"""Columns of `FRAME_COLUMNS` that a row of `images` has under COCO's own name."""
_IDS_PER_IMAGE = 20_000
"""Annotation ids are the image's id times this plus a running number: below 2**31 up to 107,000 images."""
_PARTS = ".parts"
_KINDS = ("images", "instances", "keypoints", "panoptic")


@plain
class Settings(CommonSettings):
    """See the module's docstring."""

    kind: Literal["coco"] = "coco"
    segmentation: Literal["rle", "polygon"] = "rle"
    amodal_masks: bool = False
    panoptic: bool = True
    overlays: bool = False


def write(frames: Sequence[SourceFrame], folder: Path, settings: Settings, develop: DevelopSettings) -> str:
    """Write the dataset into an empty folder; returns a summary. See `contract.Exporter`."""
    return write_streams(frames, [(folder, writer(frames, folder, settings))], settings, develop)[0]


def writer(frames: Sequence[SourceFrame], folder: Path, settings: Settings) -> PictureWriter:
    """A writer into an empty folder. See `streams.StreamingExporter`."""
    return _Writer(folder, settings, _categories(category_ids(folder, frames), settings))


class _Writer:
    def __init__(self, folder: Path, settings: Settings, categories: list[Json]):
        self.folder = folder
        self.files = {name: _SplitFiles(name, folder, categories, settings) for name in settings.splits}

    def add(self, record: ImageRecord) -> None:
        """Write one picture and collect its annotations."""
        self.files[record.split].add(record)

    def finish(self, credits: Credits) -> str:
        """Write the annotations of every split."""
        files = self.files.values()
        for file in files:
            file.finish(credits.rows())
        shutil.rmtree(self.folder / _PARTS)
        counts = {name: sum(file.counts.get(name, 0) for file in files) for name in (PEDESTRIAN, REFLECTION)}
        pictures = sum(file.pictures for file in files)
        return f"{pictures} pictures, {counts[PEDESTRIAN]} pedestrians, {counts[REFLECTION]} reflections"


def _categories(ids: CategoryIds, settings: Settings) -> list[Json]:
    """COCO's categories: all built-in and registered ones, whether they are seen or not, so that the list of every
    export is the same. A class has the id of the first category that is mapped to it."""
    names = [name for name in ids.names if name != REFLECTION or settings.reflections == "category"]
    names += reflected_categories(settings, ids.names)
    categories: dict[str, Json] = {}
    for name in sorted(names, key=ids.id_of):
        given = class_of(name, settings.classes)
        if given is None or given in categories:
            continue
        categories[given] = {
            "id": ids.id_of(name),
            "name": given,
            "supercategory": supercategory(name),
            "isthing": int(is_thing(name, settings.stuff)),
        }
    return list(categories.values())


class _SplitFiles:
    """Collects the annotations of one split and writes its files."""

    def __init__(self, split: str, folder: Path, categories: list[Json], settings: Settings):
        self.split, self.folder, self.categories, self.settings = split, folder, categories, settings
        self.category_ids: dict[str, int] = {category["name"]: category["id"] for category in categories}
        self.counts: dict[str, int] = {}
        """Annotations by what they show; reflections count as such under any policy."""
        self.pictures = 0
        folders = [f"images/{split}", *([f"overlays/{split}"] if settings.overlays else [])]
        for path in [*folders, *([f"panoptic/panoptic_{split}"] if settings.panoptic else [])]:
            (folder / path).mkdir(parents=True)
        for path in ("annotations", _PARTS):
            (folder / path).mkdir(exist_ok=True)
        self._streams = {kind: open(self._part(kind), "w", encoding="utf-8") for kind in _KINDS}  # noqa: SIM115
        """Rows wait on disk, so that memory does not grow with the dataset."""

    def _part(self, kind: str) -> Path:
        return self.folder / _PARTS / f"{kind}_{self.split}"

    def _append(self, kind: str, row: Json) -> None:
        self._streams[kind].write(json.dumps(row) + "\n")

    def add(self, record: ImageRecord) -> None:
        """Write one picture and its annotations."""
        file_name = picture_file_name(record.name, self.settings.image_format)
        with step("picture"):
            write_picture(self.folder / "images" / self.split / file_name, record.shot, self.settings.image_format)
        if self.settings.overlays:
            picture = cv2.cvtColor(record.shot.picture, cv2.COLOR_RGB2BGR)
            overlay = self.folder / "overlays" / self.split / f"{record.name}.png"
            write_image(overlay, draw_overlay(picture, list(record.seen)))
        self.pictures += 1
        with step("annotations"):
            self._append("images", _image(record, file_name))
            boxes = object_boxes_3d(record.frame.meta)
            for number, entry in enumerate(record.annotations, start=1):
                annotation = self._annotation(entry, record.image_id, number)
                if (box := boxes.get(entry.instance.reflection_of or entry.instance.instance_id)) is not None:
                    annotation["object"] = {"heading_deg": round(box.heading_deg, 3), **box_row(box, record.frame.pose)}
                person = person_attributes(entry, record.people)
                if person:
                    annotation["person"] = {name: value for name, value in person.items() if name not in JOINTS}
                self._append("instances", annotation)
                category = entry.instance.category
                self.counts[category] = self.counts.get(category, 0) + 1
                if entry.instance.keypoints is not None and not entry.ignore:
                    with_joints = {} if not person else {"person": person}
                    self._append("keypoints", annotation | _keypoints(entry.instance.keypoints) | with_joints)
        if self.settings.panoptic:
            with step("panoptic"):
                self._add_panoptic(record)

    def _annotation(self, entry: AnnotationRecord, image_id: int, number: int) -> Json:
        instance, reflected = entry.instance, self.settings.reflected
        as_polygons = self.settings.segmentation == "polygon" and not entry.ignore
        annotation: Json = {
            "id": image_id * _IDS_PER_IMAGE + number,
            "image_id": image_id,
            "category_id": self.category_ids[entry.category],
            "segmentation": polygons(instance.mask) if as_polygons else Rle.of(instance.mask).coco(),
            "area": instance.visible_px,
            "bbox": list(instance.bbox_xywh_px),
            "iscrowd": int(entry.ignore),
            "object_id": instance.instance_id,
            "former": {"instance_id": instance.instance_id},
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
        source = category_of(instance, self.settings.reflections)
        if self.settings.reflections == "attribute" and (reflected == "all" or source in reflected):
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
        two people, the one that contributes more of the light has it. Stuff is one segment per category."""
        width, height = record.frame.size_px
        owner = np.zeros((height, width), np.uint32)
        segments: dict[str | int, tuple[int, str]] = {}
        """Number and class, by class of stuff and by instance."""
        boxes: dict[int, list[Box]] = {}
        """Of the instances of each segment."""
        for instance in sorted(record.seen, key=_panoptic_order):
            reflection = instance.reflection_of is not None
            name = class_in(instance, self.settings)
            if name is None or (reflection and self.settings.reflections in ("omit", "ignore")):
                continue
            x, y, box_width, box_height = instance.bbox_xywh_px
            box = slice(y, y + box_height), slice(x, x + box_width)
            stuff = not is_thing(category_of(instance, self.settings.reflections), self.settings.stuff)
            key = name if stuff else instance.instance_id
            number = segments.setdefault(key, (instance.instance_id, name))[0]
            np.copyto(owner[box], number, where=instance.mask[box])
            boxes.setdefault(number, []).append(instance.bbox_xywh_px)
        rows = []
        for number, name in sorted(segments.values()):
            left, top = (min(box[axis] for box in boxes[number]) for axis in (0, 1))
            right, bottom = (max(box[axis] + box[axis + 2] for box in boxes[number]) for axis in (0, 1))
            shown = (owner[top:bottom, left:right] == number).view(np.uint8)
            if area := cv2.countNonZero(shown):
                x, y, box_width, box_height = cv2.boundingRect(shown)
                bbox = [left + x, top + y, box_width, box_height]
                category = self.category_ids[name]
                rows.append({"id": number, "category_id": category, "area": area, "bbox": bbox, "iscrowd": 0})
        rgb = np.ascontiguousarray(owner.astype("<u4", copy=False).view(np.uint8).reshape(height, width, 4)[..., :3])
        file_name = f"{record.name}.png"
        (self.folder / "panoptic" / f"panoptic_{self.split}" / file_name).write_bytes(encoded_labels(rgb))
        self._append("panoptic", {"image_id": record.image_id, "file_name": file_name, "segments_info": rows})

    def finish(self, licences: list[Json]) -> None:
        """Write the split's JSON files."""
        for stream in self._streams.values():
            stream.close()
        person = [
            {**c, "keypoints": list(COCO_KEYPOINTS), "skeleton": [list(bone) for bone in COCO_SKELETON]}
            for c in self.categories
            if c["name"] in class_names((PEDESTRIAN, REFLECTION), self.settings.classes)
        ]
        self._write("annotations/instances", "instances", licences, self.categories)
        self._write("annotations/person_keypoints", "keypoints", licences, person)
        if self.settings.panoptic:
            self._write("panoptic/panoptic", "panoptic", licences, self.categories)

    def _write(self, name: str, kind: str, licences: Iterable[Json], categories: Iterable[Json]) -> None:
        info = {"description": "synthetic images made with blender_synth", "version": __version__}
        with open(self.folder / f"{name}_{self.split}.json", "w", encoding="utf-8") as file:
            file.write(f'{{"info": {json.dumps(info)},\n"licenses": {json.dumps(licences)},\n')
            for key, part in (("images", "images"), ("annotations", kind)):
                file.write(f'"{key}": [')
                with open(self._part(part), encoding="utf-8") as rows:
                    for number, row in enumerate(rows):
                        file.write(("," if number else "") + "\n" + row.rstrip("\n"))
                file.write("\n],\n")
            file.write(f'"categories": {json.dumps(categories)}}}\n')


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
        "license": record.strictest_licence_id,
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


def _panoptic_order(instance: Instance) -> tuple[int, float]:
    """Later instances take pixels from earlier ones: reflections from what shows them, people from everything else,
    then by their share of the light."""
    layer = 2 if instance.is_person else int(instance.reflection_of is not None)
    return layer, 1.0 if instance.mix is None else instance.mix
