"""Pascal VOC: XML files of boxes and, if asked for, segmentation PNGs.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `include_stuff` | false | switch | whether to add road, sky, walls and other stuff as classes |
| `segmentation` | false | switch | whether to write the PNGs of classes and objects |

Files, as in VOC2012's development kit:

    VOCdevkit/VOC2012/JPEGImages/<run>_<frame>.jpg
                      Annotations/<run>_<frame>.xml
                      ImageSets/Main/<split>.txt  trainval.txt
                      SegmentationClass/*.png  SegmentationObject/*.png  ImageSets/Segmentation/*.txt
    labels.txt                           classes in the order of the PNGs' indices; 0 is the background
    frames.parquet  people.parquet  ATTRIBUTION.md

Boxes count pixels from 1 and include their last one, as VOC's do. What is to be ignored is `difficult` in the XML and
255 (void) in the PNGs. Readers of VOC expect JPEG pictures.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from blender_synth.attribution import Credits
from blender_synth.categories import is_thing
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError
from blender_synth.exporters.common import AnnotationRecord, CommonSettings, ImageRecord, object_classes
from blender_synth.exporters.contract import SourceFrame
from blender_synth.exporters.label_maps import class_colours, painting_order, write_indexed_png
from blender_synth.exporters.pictures import picture_file_name, write_picture
from blender_synth.exporters.rows import annotation_row, json_row, picture_row
from blender_synth.exporters.streams import PictureWriter, write_streams
from blender_synth.values import plain

_VOID = 255
_COLOURS = class_colours(256)
_MOSTLY_HIDDEN, _TRUNCATED = 0.95, 0.02
"""VOC marks objects as occluded or truncated where a noticeable part is hidden or outside."""
_PLAIN_ATTRIBUTES = (
    "visibility", "distance_m", "transmittance", "is_reflection", "bounces", "age_group", "activity", "mirror_kind",
)  # fmt: skip


@plain
class Settings(CommonSettings):
    """See the module's docstring."""

    kind: Literal["voc"] = "voc"
    include_stuff: bool = False
    segmentation: bool = False


def write(frames: Sequence[SourceFrame], folder: Path, settings: Settings, develop: DevelopSettings) -> str:
    """Write the dataset into an empty folder; returns a summary. See `contract.Exporter`."""
    return write_streams(frames, [(folder, writer(frames, folder, settings))], settings, develop)[0]


def writer(frames: Sequence[SourceFrame], folder: Path, settings: Settings) -> PictureWriter:
    """A writer into an empty folder. See `streams.StreamingExporter`."""
    return _Writer(folder, settings, object_classes(frames, settings, folder, settings.include_stuff))


class _Writer:
    def __init__(self, folder: Path, settings: Settings, classes: Sequence[str]):
        if settings.segmentation and len(classes) >= _VOID:
            raise ConfigError(
                "the PNGs of Pascal VOC have room for 254 classes",
                key="exporter.segmentation",
                value=len(classes),
                hint="merge or leave out some with exporter.classes",
            )
        self.root, self.settings = folder / "VOCdevkit" / "VOC2012", settings
        self.numbers = {name: number for number, name in enumerate(classes, start=1)}
        self.names: dict[str, list[str]] = {split: [] for split in settings.splits}
        self.objects = 0
        maps = ("SegmentationClass", "SegmentationObject", "ImageSets/Segmentation") if settings.segmentation else ()
        for part in ("JPEGImages", "Annotations", "ImageSets/Main", *maps):
            (self.root / part).mkdir(parents=True)
        (folder / "labels.txt").write_text("\n".join(["background", *classes]) + "\n", encoding="utf-8")

    def add(self, record: ImageRecord) -> None:
        """Write one picture, its XML file and its PNGs."""
        file_name = picture_file_name(record.name, self.settings.image_format)
        write_picture(self.root / "JPEGImages" / file_name, record.shot, self.settings.image_format)
        stuff = self.settings.stuff
        entries = [
            entry
            for entry in record.annotations
            if entry.category in self.numbers
            and (self.settings.include_stuff or is_thing(entry.instance.category, stuff))
        ]
        tree = self._xml(record, file_name, entries)
        ET.indent(tree)
        (self.root / "Annotations" / f"{record.name}.xml").write_bytes(ET.tostring(tree, encoding="utf-8"))
        if self.settings.segmentation:
            self._write_maps(record, entries)
        self.names[record.split].append(record.name)
        self.objects += len(entries)

    def _xml(self, record: ImageRecord, file_name: str, entries: Sequence[AnnotationRecord]) -> ET.Element:
        width, height = record.frame.size_px
        root = ET.Element("annotation")
        _texts(root, folder="VOC2012", filename=file_name)
        _texts(ET.SubElement(root, "source"), database="blender_synth", annotation="rendered", image="rendered")
        _texts(ET.SubElement(root, "size"), width=width, height=height, depth=3)
        _texts(root, segmented=int(self.settings.segmentation))
        _attributes(root, json_row(picture_row(record)))
        for entry in entries:
            instance = entry.instance
            x, y, w, h = instance.bbox_xywh_px
            row = annotation_row(instance, entry.category, entry.contrast, record.people)
            element = ET.SubElement(root, "object")
            _texts(
                element,
                name=entry.category,
                pose=_pose(row["facing_camera_deg"]),
                truncated=int((instance.truncation or 0) > _TRUNCATED),
                occluded=int(instance.visibility is not None and instance.visibility < _MOSTLY_HIDDEN),
                difficult=int(entry.ignore),
            )
            _texts(ET.SubElement(element, "bndbox"), xmin=x + 1, ymin=y + 1, xmax=x + w, ymax=y + h)
            links = {"object_id": instance.instance_id, "reflection_of": instance.reflection_of}
            _attributes(element, links | {name: row[name] for name in _PLAIN_ATTRIBUTES})
        return root

    def _write_maps(self, record: ImageRecord, entries: Sequence[AnnotationRecord]) -> None:
        width, height = record.frame.size_px
        classes, objects = np.zeros((2, height, width), np.uint8)
        for number, entry in enumerate(painting_order(entries), start=1):
            mask = entry.instance.mask
            classes[mask] = _VOID if entry.ignore else self.numbers[entry.category]
            objects[mask] = _VOID if entry.ignore else min(number, _VOID - 1)
        write_indexed_png(self.root / "SegmentationClass" / f"{record.name}.png", classes, _COLOURS)
        write_indexed_png(self.root / "SegmentationObject" / f"{record.name}.png", objects, _COLOURS)

    def finish(self, credits: Credits) -> str:
        """Write the lists of pictures."""
        lists = dict(self.names)
        lists["trainval"] = sorted([*self.names.get("train", ()), *self.names.get("val", ())])
        for part in ("Main", "Segmentation") if self.settings.segmentation else ("Main",):
            for split, names in lists.items():
                file = self.root / "ImageSets" / part / f"{split}.txt"
                file.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
        pictures = sum(len(names) for names in self.names.values())
        return f"{pictures} pictures, {self.objects} objects"


def _texts(parent: ET.Element, **values: object) -> None:
    for name, value in values.items():
        ET.SubElement(parent, name).text = str(value)


def _attributes(parent: ET.Element, values: dict[str, object]) -> None:
    """Further attributes, as CVAT writes and reads them; values that are not known are left out."""
    attributes = ET.SubElement(parent, "attributes")
    for name, value in values.items():
        if value is not None and value != []:
            text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
            _texts(ET.SubElement(attributes, "attribute"), name=name, value=text)


def _pose(facing_camera_deg: object) -> str:
    """VOC's word for the side that a person shows."""
    if not isinstance(facing_camera_deg, float):
        return "Unspecified"
    if abs(facing_camera_deg) <= 45:
        return "Frontal"
    if abs(facing_camera_deg) >= 135:
        return "Rear"
    return "Right" if facing_camera_deg > 0 else "Left"
