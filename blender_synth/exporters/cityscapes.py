"""Cityscapes-like PNGs of labels and instances, for semantic, instance and panoptic segmentation.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `colour` | true | switch | whether to write the coloured labels, for people to look at |

Files:

    leftImg8bit/<split>/<run>/<name>_leftImg8bit.jpg
    gtFine/<split>/<run>/<name>_gtFine_labelIds.png       8 bit: id of the class; 0 is unlabelled or to be ignored
                         <name>_gtFine_instanceIds.png    16 bit: 1000 x class + number for things, the class for stuff
                         <name>_gtFine_objectIds.png      16 bit: number of the object in objects.json, from 1
                         <name>_gtFine_labelTrainIds.png  8 bit: the class counted from 0; 255 is to be ignored
                         <name>_gtFine_color.png
                         <name>_gtFine_objects.json       what each instance id is, and what is known of the picture
    label_ids.json                       name, id, trainId, hasInstances and colour of every class
    frames.parquet  people.parquet  ATTRIBUTION.md

Classes that Cityscapes has too have its ids (road 7, sky 23, person 24, car 26 ...), other built-in categories 34 plus
their id in COCO's files: the same in every dataset. Classes of packs and of your own take what is left, from 254 down.
A pixel belongs to one object: a reflection takes it from the mirror, unless `reflections` is `omit`. What is to be
ignored is 0 and 255. In instanceIds, as 16 bits have no room for more, things with a class id above 64 have their
class only; objectIds tells all objects apart.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from blender_synth.attribution import Credits
from blender_synth.categories import BUILT_IN, PEDESTRIAN, REFLECTION, is_thing
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError
from blender_synth.exporters.common import CommonSettings, ImageRecord, object_classes
from blender_synth.exporters.contract import SourceFrame
from blender_synth.exporters.label_maps import class_colours, painting_order
from blender_synth.exporters.pictures import picture_file_name, write_image, write_picture
from blender_synth.exporters.rows import annotation_row, json_row, picture_row
from blender_synth.exporters.selection import class_of
from blender_synth.exporters.streams import PictureWriter, write_streams
from blender_synth.values import plain

CITYSCAPES_IDS = {
    "road": 7, "pavement": 8, "parking": 9, "building": 11, "wall": 12, "fence": 13, "pole": 17, "traffic_light": 19,
    "traffic_sign": 20, "vegetation": 21, "terrain": 22, "sky": 23, PEDESTRIAN: 24, "person": 24, "rider": 25,
    "car": 26, "truck": 27, "bus": 28, "caravan": 29, "trailer": 30, "train": 31, "motorcycle": 32, "bicycle": 33,
}  # fmt: skip
"""Ids of cityscapesScripts' `labels.py`, by our names."""
_FIRST_OWN, _IGNORED, _NO_TRAIN_ID, _MOST_INSTANCES = 34, 0, 255, 999
_LAST_WITH_INSTANCES = 64
"""1000 times a greater class, and the number of an instance, do not fit into 16 bits."""
SKY = "sky"


@plain
class Settings(CommonSettings):
    """See the module's docstring."""

    kind: Literal["cityscapes"] = "cityscapes"
    colour: bool = True


def write(frames: Sequence[SourceFrame], folder: Path, settings: Settings, develop: DevelopSettings) -> str:
    """Write the dataset into an empty folder; returns a summary. See `contract.Exporter`."""
    return write_streams(frames, [(folder, writer(frames, folder, settings))], settings, develop)[0]


def writer(frames: Sequence[SourceFrame], folder: Path, settings: Settings) -> PictureWriter:
    """A writer into an empty folder. See `streams.StreamingExporter`."""
    classes = object_classes(frames, settings, folder, include_stuff=True)
    sky = class_of(SKY, settings.classes)
    return _Writer(folder, settings, tuple(dict.fromkeys([*classes, *([sky] if sky else [])])))


def label_ids(classes: Sequence[str]) -> dict[str, int]:
    """The id of every class, see the module's docstring.

    Raises:
        ConfigError: there are more than an 8-bit PNG has room for.
    """
    found: dict[str, int] = {}
    for name in classes:
        number = CITYSCAPES_IDS.get(name) or (_FIRST_OWN + BUILT_IN[name][0] if name in BUILT_IN else _NO_TRAIN_ID)
        if number < _NO_TRAIN_ID:
            found[name] = number
    free = [number for number in range(_NO_TRAIN_ID - 1, _FIRST_OWN - 1, -1) if number not in found.values()]
    found |= dict(zip((name for name in classes if name not in found), free, strict=False))
    if len(found) < len(classes):
        raise ConfigError(
            "an 8-bit PNG has no room for so many classes",
            key="exporter.classes",
            value=len(classes),
            hint="merge or leave out some with exporter.classes",
        )
    return found


class _Writer:
    def __init__(self, folder: Path, settings: Settings, classes: Sequence[str]):
        self.folder, self.settings = folder, settings
        self.ids = label_ids(classes)
        self.train_ids = {number: order for order, number in enumerate(dict.fromkeys(self.ids.values()))}
        self.colours = class_colours(256)
        self.things: dict[str, bool] = {}
        self.pictures = self.objects = 0

    def add(self, record: ImageRecord) -> None:
        """Write one picture and its PNGs."""
        picture = self._folder("leftImg8bit", record) / picture_file_name(
            f"{record.name}_leftImg8bit", self.settings.image_format
        )
        write_picture(picture, record.shot, self.settings.image_format)
        labels, instances, objects = self._maps(record)
        stem = str(self._folder("gtFine", record) / f"{record.name}_gtFine")
        train = np.full(256, _NO_TRAIN_ID, np.uint8)
        train[list(self.train_ids)] = list(self.train_ids.values())
        write_image(Path(f"{stem}_labelIds.png"), labels)
        write_image(Path(f"{stem}_instanceIds.png"), instances[0])
        write_image(Path(f"{stem}_objectIds.png"), instances[1])
        write_image(Path(f"{stem}_labelTrainIds.png"), train[labels])
        if self.settings.colour:
            write_image(Path(f"{stem}_color.png"), cv2.cvtColor(self.colours[labels], cv2.COLOR_RGB2BGR))
        content = {"picture": json_row(picture_row(record)), "objects": objects}
        Path(f"{stem}_objects.json").write_text(json.dumps(content), encoding="utf-8")
        self.pictures += 1
        self.objects += len(objects)

    def _folder(self, part: str, record: ImageRecord) -> Path:
        folder = self.folder / part / record.split / record.run
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _maps(self, record: ImageRecord) -> tuple[np.ndarray, np.ndarray, list[dict[str, object]]]:
        """Labels (H, W); instance ids and numbers of objects (2, H, W); the objects."""
        width, height = record.frame.size_px
        labels = np.zeros((height, width), np.uint8)
        instances, numbers = np.zeros((2, height, width), np.uint16)
        sky = class_of(SKY, self.settings.classes)
        if sky is not None:
            labels[record.frame.labels["surface_id"] == 0] = self.ids[sky]
            self.things.setdefault(sky, False)
        instances[:] = labels
        counts: Counter[int] = Counter()
        objects: list[dict[str, object]] = []
        for entry in painting_order(record.annotations):
            instance, mask = entry.instance, entry.instance.mask
            number = self.ids[entry.category]
            thing = is_thing(instance.category, self.settings.stuff)
            self.things[entry.category] = self.things.get(entry.category, False) or thing
            value = number
            if thing and not entry.ignore:
                if number <= _LAST_WITH_INSTANCES:
                    value = 1000 * number + min(counts[number], _MOST_INSTANCES)
                    counts[number] += 1
                row = json_row(annotation_row(instance, entry.category, entry.contrast, record.people))
                links = {"object_id": instance.instance_id, "reflection_of": instance.reflection_of}
                objects.append({"number": len(objects) + 1, "instanceId": value, **links, **row})
            labels[mask] = _IGNORED if entry.ignore else number
            instances[mask] = _IGNORED if entry.ignore else value
            numbers[mask] = len(objects) if thing and not entry.ignore else 0
        return labels, np.stack([instances, numbers]), objects

    def finish(self, credits: Credits) -> str:
        """Write label_ids.json."""
        rows = [
            {
                "name": name,
                "id": number,
                "trainId": self.train_ids[number],
                "hasInstances": self.things.get(name, name != SKY and name in (PEDESTRIAN, REFLECTION)),
                "color": self.colours[number].tolist(),
            }
            for name, number in sorted(self.ids.items(), key=lambda item: item[1])
        ]
        rows.insert(0, {"name": "unlabeled", "id": 0, "trainId": 255, "hasInstances": False, "color": [0, 0, 0]})
        (self.folder / "label_ids.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
        return f"{self.pictures} pictures, {self.objects} objects"
