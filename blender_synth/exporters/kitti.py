"""KITTI-like 3D object detection: boxes, calibration and pictures.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `image_format` | png | choice | jpg, png, or png16; KITTI's readers expect PNG |
| `types` | {pedestrian: Pedestrian, car: Car, van: Van, truck: Truck, tram: Tram} | names | KITTI's type by class |

Files:

    training/image_2/000000.png   label_2/000000.txt   calib/000000.txt
    ImageSets/<split>.txt                       numbers of the pictures
    image_names.csv                             name of each number
    frames.parquet  people.parquet  ATTRIBUTION.md

A line of label_2 is KITTI's: type, truncated, occluded, alpha, left, top, right, bottom, height, width, length, x, y,
z, rotation_y. Lengths are metres; angles are radians. KITTI's boxes stand upright on a camera that is level. Cameras
here may be tilted, so that the boxes' axes are those of a level camera in the same place (x right, y straight down, z
ahead), and P2 turns them into the tilted one: `P2 [x y z 1]` is the exact pixel. `Tr_velo_to_cam` only renames axes (x
ahead, y left, z up), as if a level laser scanner stood in the camera.

People, objects from asset packs and other things that are seen have boxes. A class that `types` does not name is Misc;
a seated pedestrian is Person_sitting. Regions to ignore and reflections, which have no place of their own in space, are
DontCare; with `reflections: omit` the latter are left out.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.attribution import Credits
from blender_synth.categories import PEDESTRIAN
from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters.common import AnnotationRecord, CommonSettings, ImageRecord
from blender_synth.exporters.contract import SourceFrame
from blender_synth.exporters.pictures import ImageFormat, picture_file_name, write_picture
from blender_synth.exporters.streams import PictureWriter, write_streams
from blender_synth.frames.table import Box3d, boxes_3d
from blender_synth.values import plain

_FULLY, _LARGELY = 0.8, 0.4
"""From these visibilities on an object is fully visible (0) or partly occluded (1); below, largely occluded (2)."""


@plain
class Settings(CommonSettings):
    """See the module's docstring."""

    kind: Literal["kitti"] = "kitti"
    image_format: ImageFormat = "png"
    types: dict[str, str] = Field(
        default_factory=lambda: {
            "pedestrian": "Pedestrian", "car": "Car", "van": "Van", "truck": "Truck", "tram": "Tram",
        }
    )  # fmt: skip


def write(frames: Sequence[SourceFrame], folder: Path, settings: Settings, develop: DevelopSettings) -> str:
    """Write the dataset into an empty folder; returns a summary. See `contract.Exporter`."""
    return write_streams(frames, [(folder, writer(frames, folder, settings))], settings, develop)[0]


def writer(frames: Sequence[SourceFrame], folder: Path, settings: Settings) -> PictureWriter:
    """A writer into an empty folder. See `streams.StreamingExporter`."""
    return _Writer(folder, settings)


def level_from_world(pose: np.ndarray) -> np.ndarray:
    """(3, 3): world axes to those of a level camera (x right, y down, z ahead) that looks the same way as one with the
    pose world_from_camera (4, 4)."""
    ahead = pose[:3, 2].copy()
    ahead[2] = 0.0
    if np.linalg.norm(ahead) < 1e-6:  # straight up or down: the picture's upper edge is ahead
        ahead = -pose[:3, 1] * (1, 1, 0)
    ahead /= np.linalg.norm(ahead)
    return np.stack([[ahead[1], -ahead[0], 0.0], [0.0, 0.0, -1.0], ahead])


def projection(k: np.ndarray, pose: np.ndarray) -> np.ndarray:
    """P2, (3, 4): points in the level camera's axes to pixels."""
    return np.hstack([k @ pose[:3, :3].T @ level_from_world(pose).T, np.zeros((3, 1))])


def placed(box: Box3d, pose: np.ndarray) -> tuple[np.ndarray, float]:
    """Centre of the bottom of a box, (3,) metres in the level camera's axes, and its rotation_y in radians."""
    turn = level_from_world(pose)
    bottom = np.array(box.center_m) - (0, 0, box.size_m[2] / 2)
    ahead = turn @ box.rotation[:, 0]
    return turn @ (bottom - pose[:3, 3]), math.atan2(-ahead[2], ahead[0])


class _Writer:
    def __init__(self, folder: Path, settings: Settings):
        self.folder, self.settings = folder, settings
        self.numbers: dict[str, list[int]] = {split: [] for split in settings.splits}
        self.names: list[tuple[int, str]] = []
        self.boxes = 0
        for part in ("image_2", "label_2", "calib"):
            (folder / "training" / part).mkdir(parents=True)

    def add(self, record: ImageRecord) -> None:
        """Write one picture, its labels and its calibration."""
        number = record.image_id - 1
        root, stem = self.folder / "training", f"{number:06d}"
        file_name = picture_file_name(stem, self.settings.image_format)
        write_picture(root / "image_2" / file_name, record.shot, self.settings.image_format)
        boxes = boxes_3d(record.frame.meta)
        lines = [line for entry in record.annotations if (line := self._line(entry, record, boxes)) is not None]
        lines.sort(key=lambda line: line.startswith("DontCare"))
        (root / "label_2" / f"{stem}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        (root / "calib" / f"{stem}.txt").write_text(_calibration(record), encoding="utf-8")
        self.numbers[record.split].append(number)
        self.names.append((number, record.name))
        self.boxes += sum(not line.startswith("DontCare") for line in lines)

    def _line(self, entry: AnnotationRecord, record: ImageRecord, boxes: dict[int, Box3d]) -> str | None:
        """The line of one annotation; None where it has neither a box nor is to be ignored."""
        instance = entry.instance
        x, y, width, height = instance.bbox_xywh_px
        corners = f"{x:.2f} {y:.2f} {x + width:.2f} {y + height:.2f}"
        if entry.ignore or entry.is_reflection:
            return f"DontCare -1 -1 -10 {corners} -1 -1 -1 -1000 -1000 -1000 -10"
        box = boxes.get(instance.instance_id)
        if box is None:
            return None
        (px, py, pz), rotation = placed(box, record.frame.pose)
        alpha = (rotation - math.atan2(px, pz) + math.pi) % (2 * math.pi) - math.pi
        visible = instance.visibility
        occluded = 3 if visible is None else 0 if visible >= _FULLY else 1 if visible >= _LARGELY else 2
        length, across, tall = box.size_m
        return (
            f"{self._type(entry, record)} {instance.truncation or 0:.2f} {occluded} {alpha:.4f} {corners} "
            f"{tall:.3f} {across:.3f} {length:.3f} {px:.3f} {py:.3f} {pz:.3f} {rotation:.4f}"
        )

    def _type(self, entry: AnnotationRecord, record: ImageRecord) -> str:
        row = record.people.get(entry.instance.instance_id, {})
        name = self.settings.types.get(entry.category, "Misc")
        seated = entry.instance.category == PEDESTRIAN and "sit" in str(row.get("activity"))
        return "Person_sitting" if seated and name == "Pedestrian" else name.replace(" ", "_")

    def finish(self, credits: Credits) -> str:
        """Write the lists of pictures."""
        (self.folder / "ImageSets").mkdir()
        for split, numbers in self.numbers.items():
            text = "".join(f"{number:06d}\n" for number in numbers)
            (self.folder / "ImageSets" / f"{split}.txt").write_text(text, encoding="utf-8")
        with open(self.folder / "image_names.csv", "w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["number", "image"])
            rows.writerows((f"{number:06d}", name) for number, name in self.names)
        return f"{len(self.names)} pictures, {self.boxes} boxes"


def _calibration(record: ImageRecord) -> str:
    p2 = projection(record.frame.k, record.frame.pose)
    axes = np.array([[0, -1, 0, 0], [0, 0, -1, 0], [1, 0, 0, 0]], float)
    matrices = {
        "P0": p2, "P1": p2, "P2": p2, "P3": p2, "R0_rect": np.eye(3), "Tr_velo_to_cam": axes,
        "Tr_imu_to_velo": np.eye(3, 4),
    }  # fmt: skip
    return "".join(f"{name}: {' '.join(f'{v:.12e}' for v in m.ravel())}\n" for name, m in matrices.items())
