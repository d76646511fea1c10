"""YOLO for Ultralytics: boxes, polygons or keypoints in text files, and `data.yaml`.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `task` | detect | choice | detect (boxes), segment (polygons) or pose (boxes and COCO's 17 keypoints of people) |
| `include_stuff` | false | switch | whether to add road, sky, walls and other stuff as classes |
| `polygon_tolerance_px` | 0.5 | px | how far a simplified outline may lie from the exact one |
| `ignored` | omit | choice | what becomes of regions to ignore: omit (no label), or blank (painted grey as well) |

Files:

    data.yaml                            for `yolo train data=.../data.yaml`
    images/<split>/<run>_<frame>.jpg
    labels/<split>/<run>_<frame>.txt     one line an object; an empty file where there is none
    frames.parquet  people.parquet  ATTRIBUTION.md

A polygon of Ultralytics has one ring: holes and separate parts are joined to it by bridges of no width. YOLO knows no
regions to ignore; what is to be ignored has no label, and with `blank` its pixels are painted grey, so that it does
not count as background.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import yaml
from pydantic import Field

from blender_synth.attribution import Credits
from blender_synth.categories import PEDESTRIAN, REFLECTION, is_thing
from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters.common import AnnotationRecord, CommonSettings, ImageRecord, object_classes
from blender_synth.exporters.contract import SourceFrame
from blender_synth.exporters.pictures import picture_file_name, write_picture
from blender_synth.exporters.polygons import loops, one_polygon
from blender_synth.exporters.selection import class_names
from blender_synth.exporters.streams import PictureWriter, write_streams
from blender_synth.keypoints import COCO_KEYPOINTS
from blender_synth.values import plain

_GREY = 114
"""What Ultralytics pads pictures with."""


@plain
class Settings(CommonSettings):
    """See the module's docstring."""

    kind: Literal["yolo"] = "yolo"
    task: Literal["detect", "segment", "pose"] = "detect"
    include_stuff: bool = False
    polygon_tolerance_px: float = Field(default=0.5, ge=0, le=10)
    ignored: Literal["omit", "blank"] = "omit"


def write(frames: Sequence[SourceFrame], folder: Path, settings: Settings, develop: DevelopSettings) -> str:
    """Write the dataset into an empty folder; returns a summary. See `contract.Exporter`."""
    return write_streams(frames, [(folder, writer(frames, folder, settings))], settings, develop)[0]


def writer(frames: Sequence[SourceFrame], folder: Path, settings: Settings) -> PictureWriter:
    """A writer into an empty folder. See `streams.StreamingExporter`."""
    return _Writer(folder, settings, _classes(frames, settings, folder))


def _classes(frames: Sequence[SourceFrame], settings: Settings, folder: Path) -> tuple[str, ...]:
    """Names of the classes; an id is a position in it."""
    if settings.task != "pose":
        return object_classes(frames, settings, folder, settings.include_stuff)
    return class_names((PEDESTRIAN, REFLECTION)[: 2 if settings.reflections == "category" else 1], settings.classes)


def flip_index() -> list[int]:
    """For each keypoint the one that it becomes when the picture is mirrored: left and right change places."""
    swapped = [
        name.replace("left_", "right_") if name.startswith("left_") else name.replace("right_", "left_")
        for name in COCO_KEYPOINTS
    ]
    return [COCO_KEYPOINTS.index(name) for name in swapped]


class _Writer:
    def __init__(self, folder: Path, settings: Settings, classes: Sequence[str]):
        self.folder, self.settings = folder, settings
        self.numbers = {name: number for number, name in enumerate(classes)}
        self.pictures: Counter[str] = Counter()
        self.labels = 0
        for part in ("images", "labels"):
            for split in settings.splits:
                (folder / part / split).mkdir(parents=True)

    def add(self, record: ImageRecord) -> None:
        """Write one picture and its labels."""
        settings, shot = self.settings, record.shot
        ignored = [entry for entry in record.annotations if entry.ignore]
        if settings.ignored == "blank" and ignored:
            hidden = np.logical_or.reduce([entry.instance.mask for entry in ignored])
            picture, exposed = shot.picture.copy(), shot.exposed.copy()
            picture[hidden], exposed[hidden] = _GREY, 0.18
            shot = shot.with_pixels(picture, exposed)
        file_name = picture_file_name(record.name, settings.image_format)
        write_picture(self.folder / "images" / record.split / file_name, shot, settings.image_format)
        lines = [line for entry in record.annotations if (line := self._line(entry, record)) is not None]
        text = "".join(f"{line}\n" for line in lines)
        (self.folder / "labels" / record.split / f"{record.name}.txt").write_text(text, encoding="utf-8")
        self.pictures[record.split] += 1
        self.labels += len(lines)

    def _line(self, entry: AnnotationRecord, record: ImageRecord) -> str | None:
        """The line of one annotation; None where the task has none for it."""
        instance, settings = entry.instance, self.settings
        number = self.numbers.get(entry.category)
        thing = settings.include_stuff or is_thing(instance.category, settings.stuff)
        if number is None or entry.ignore or not thing:
            return None
        size = np.array(record.frame.size_px, float)
        if settings.task == "segment":
            outline = loops(instance.mask, settings.polygon_tolerance_px)
            values = (one_polygon(outline) / size).clip(0, 1).ravel()
        else:
            x, y, width, height = instance.bbox_xywh_px
            values = np.array([x + width / 2, y + height / 2, width, height]) / np.tile(size, 2)
            if settings.task == "pose":
                if instance.keypoints is None:
                    return None
                points = instance.keypoints.copy()
                points[:, :2] = (points[:, :2] / size).clip(0, 1)
                values = np.concatenate([values, points.ravel()])
        return " ".join([str(number), *(f"{value:.6g}" for value in values)])

    def finish(self, credits: Credits) -> str:
        """Write data.yaml."""
        filled = [split for split in self.settings.splits if self.pictures[split]]
        data: dict[str, object] = {
            split: f"images/{split if self.pictures[split] else filled[0]}"
            for split in dict.fromkeys(("train", "val", *filled))
        }
        data["names"] = {number: name for name, number in self.numbers.items()}
        if self.settings.task == "pose":
            data |= {"kpt_shape": [len(COCO_KEYPOINTS), 3], "flip_idx": flip_index()}
        missing = [split for split in ("train", "val") if not self.pictures[split]]
        head = f"# made with blender_synth; task {self.settings.task}; paths are relative to this file\n"
        if missing:
            head += f"# Ultralytics needs train and val: {', '.join(missing)} has no pictures here and is {filled[0]}\n"
        text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
        (self.folder / "data.yaml").write_text(head + text, encoding="utf-8")
        return f"{sum(self.pictures.values())} pictures, {self.labels} labels"
