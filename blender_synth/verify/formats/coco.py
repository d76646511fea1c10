"""Checks of COCO files: instances, person keypoints and panoptic, also against the label layers of the frames."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from blender_synth.errors import FrameError
from blender_synth.frames.raw_frame import RawFrame, encode_via, id_layers
from blender_synth.verify.coco_files import Json, attribute, box_of, load, mask_of, split_files
from blender_synth.verify.findings import Findings
from blender_synth.verify.source_frames import SourceFrames

_KEYS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "images": {"id": int, "file_name": str, "width": int, "height": int},
    "annotations": {"id": int, "image_id": int, "category_id": int, "bbox": list, "area": (int, float)},
    "categories": {"id": int, "name": str},
}
_POLYGON_TOLERANCE = 0.05
"""Share of its area by which a polygon may differ from the exact mask; one pixel of the outline in addition."""


def check(dataset: Path, frames: SourceFrames, damaged: Collection[str], findings: Findings) -> None:
    """Check every COCO file of a dataset that is not known to be damaged."""
    splits = [
        _Split(name, file, content, findings)
        for name, file in split_files(dataset, "instances")
        if (content := _loaded(file, dataset, damaged, findings)) is not None
    ]
    for folder in {split.root for split in splits}:
        _check_between([split for split in splits if split.root == folder], findings)
    for split in splits:
        split.check_images(damaged, dataset)
        split.check_annotations(frames)
    by_place = {(split.root, split.name): split for split in splits}
    for kind, checker in (("person_keypoints", _check_keypoint_file), ("panoptic", _check_panoptic_file)):
        for name, file in split_files(dataset, kind):
            owner = next((s for (root, n), s in by_place.items() if n == name and file.is_relative_to(root)), None)
            content = _loaded(file, dataset, damaged, findings)
            if owner is not None and content is not None:
                checker(owner, file, content, {str(dataset / path) for path in damaged})


def _loaded(file: Path, dataset: Path, damaged: Collection[str], findings: Findings) -> Json | None:
    if file.relative_to(dataset).as_posix() in damaged:
        return None
    try:
        content = load(file)
    except (OSError, ValueError) as error:
        findings.fault("unreadable-file", file, str(error))
        return None
    good = True
    for part, keys in _KEYS.items():
        for number, row in enumerate(content[part]):
            if part == "annotations" and file.stem.startswith("panoptic"):
                continue
            for key, types in keys.items():
                if not isinstance(row.get(key), types) or isinstance(row.get(key), bool):
                    name = "wrong-type" if key in row else "missing-key"
                    findings.fault(name, file, "the key is absent or of a wrong type", f"{part}[{number}].{key}",
                                   row.get(key))  # fmt: skip
                    good = False
    return content if good else None


def _check_between(splits: list[_Split], findings: Findings) -> None:
    """What must hold between the splits of one dataset."""
    for what in ("image", "annotation"):
        seen: dict[int, Path] = {}
        for split in splits:
            for row in split.content[f"{what}s"]:
                if row["id"] in seen:
                    findings.fault("duplicate-id", split.file, f"the {what} id is in {seen[row['id']].name} already",
                                   f"{what}s.id", row["id"])  # fmt: skip
                seen[row["id"]] = split.file
    scenes: dict[object, _Split] = {}
    for split in splits:
        for row in split.content["images"]:
            seed, index = attribute(row, "root_seed"), attribute(row, "scene_index")
            group = attribute(row, "frame_group")
            for scene in ((seed, index) if index is not None else None, group):
                if scene is not None and scenes.setdefault(scene, split) is not split:
                    findings.fault("split-leak", split.file, f"its scene is in {scenes[scene].file.name}, too",
                                   f"images[{row['id']}]", scene)  # fmt: skip
    if splits:
        first = [(c["id"], c["name"]) for c in splits[0].content["categories"]]
        for split in splits[1:]:
            if [(c["id"], c["name"]) for c in split.content["categories"]] != first:
                findings.fault("wrong-value", split.file, "the splits have different categories", "categories")


@dataclass
class _Split:
    """One instances file. `root`: the folder that holds images/ and annotations/."""

    name: str
    file: Path
    content: Json
    findings: Findings
    root: Path = field(init=False)
    images: dict[int, Json] = field(init=False)
    categories: dict[int, str] = field(init=False)
    by_image: dict[int, dict[int, Json]] = field(default_factory=dict)
    """Annotations by image id and instance id."""

    def __post_init__(self) -> None:
        self.root = self.file.parent.parent
        self.images = {row["id"]: row for row in self.content["images"]}
        self.categories = {row["id"]: row["name"] for row in self.content["categories"]}
        names = list(self.categories.values())
        if len(names) != len(self.content["categories"]) or len(set(names)) != len(names):
            self._fault("duplicate-id", "two categories share an id or a name", "categories")

    def _fault(self, name: str, problem: str, key: str | None = None, value: Any = None) -> None:
        self.findings.fault(name, self.file, problem, key, value)

    def picture(self, row: Mapping[str, Any]) -> Path:
        """Where the picture of an image row is."""
        inside = self.root / "images" / self.name / row["file_name"]
        return inside if inside.exists() else self.root / row["file_name"]

    def check_images(self, damaged: Collection[str], dataset: Path) -> None:
        """Pictures against the rows of `images`."""
        licences = {row.get("id") for row in self.content.get("licenses", ()) if isinstance(row, dict)}
        used = set()
        for row in self.images.values():
            key, file = f"images[{row['id']}]", self.picture(row)
            if file in used:
                self._fault("duplicate-id", "two rows have the same picture", key, row["file_name"])
            used.add(file)
            if not file.is_file():
                self._fault("missing-file", "the picture is not there", key, row["file_name"])
            elif file.relative_to(dataset).as_posix() not in damaged:
                picture = _picture(file)
                if picture is not None and picture.shape[1::-1] != (row["width"], row["height"]):
                    self._fault("wrong-size", f"the picture is {picture.shape[1::-1]}", key, row["file_name"])
                if picture is not None and (picture.ndim != 3 or picture.shape[2] != 3):
                    self._fault("wrong-type", "the picture does not have three channels", key, row["file_name"])
            named = attribute(row, "licenses")
            for number in named if isinstance(named, list) else []:
                if number not in licences:
                    self._fault("unknown-licence", "no such id in `licenses`", key, number)
        folder = self.root / "images" / self.name
        for file in sorted(folder.iterdir()) if folder.is_dir() else []:
            if file not in used:
                self.findings.fault("orphan-picture", file, f"{self.file.name} has no row for it")

    def check_annotations(self, frames: SourceFrames) -> None:
        """Annotations against their rows, masks, each other and the frames."""
        masks: dict[int, list[tuple[Json, np.ndarray]]] = {}
        for number, row in enumerate(self.content["annotations"]):
            self.findings.checked["annotations"] += 1
            image = self.images.get(row["image_id"])
            if image is None:
                self._fault("orphan-annotation", "there is no such image", f"annotations[{number}]", row["image_id"])
                continue
            if row["category_id"] not in self.categories:
                self._fault("unknown-id", "there is no such category", self._key(row), row["category_id"])
            mask = self._check_mask(row, image)
            self._check_values(row)
            instance = attribute(row, "instance_id")
            if isinstance(instance, int):
                known = self.by_image.setdefault(image["id"], {})
                if instance in known:
                    self._fault("duplicate-id", "two annotations of a picture have it", self._key(row), instance)
                known[instance] = row
            if mask is not None and isinstance(row["segmentation"], dict):
                masks.setdefault(image["id"], []).append((row, mask))
        for image_id, image in self.images.items():
            frame = frames.find(attribute(image, "frame_group"), attribute(image, "frame_index"))
            if frame is not None and image_id in masks:
                try:
                    self._check_against_frame(masks[image_id], frame)
                except (FrameError, ValueError) as error:
                    self.findings.notes.append(f"masks of {image['file_name']} are not compared with labels: {error}")

    def _key(self, row: Mapping[str, Any]) -> str:
        return f"annotations.{row['id']}"

    def _check_mask(self, row: Json, image: Json) -> np.ndarray | None:
        try:
            mask = mask_of(row.get("segmentation"), image["height"], image["width"])
        except ValueError as error:
            name = "wrong-size" if "of the size" in str(error) else "wrong-mask"
            self._fault(name, str(error), f"{self._key(row)}.segmentation")
            return None
        area, box = int(mask.sum()), box_of(mask)
        exact = isinstance(row["segmentation"], dict)
        slack = 0.0 if exact else _POLYGON_TOLERANCE * area + 2 * (box[2] + box[3]) + 4
        if not area and exact:
            self._fault("wrong-mask", "the mask is empty", f"{self._key(row)}.segmentation")
        if abs(area - row["area"]) > slack:
            self._fault("wrong-area", f"the mask has {area} pixels", f"{self._key(row)}.area", row["area"])
        numbers = all(isinstance(v, int | float) for v in row["bbox"]) and len(row["bbox"]) == 4
        if not numbers or max(abs(a - b) for a, b in zip(row["bbox"], box, strict=True)) > (0 if exact else 2):
            self._fault("wrong-box", f"the mask's box is {box}", f"{self._key(row)}.bbox", row["bbox"])
        return mask

    def _check_values(self, row: Json) -> None:
        key = self._key(row)
        visible = attribute(row, "visible_px")
        if visible is not None and isinstance(row.get("segmentation"), dict) and visible != row["area"]:
            self._fault("wrong-value", "visible_px is not the area", f"{key}.visible_px", visible)
        for name, low, high in (
            ("visibility", 0.0, 1.5), ("truncation", 0.0, 1.0), ("transmittance", 0.0, 1.0), ("mix", 0.0, 1.0),
            ("distance_m", 0.0, float("inf")),
        ):  # fmt: skip
            value = attribute(row, name)
            if value is not None and not (isinstance(value, int | float) and low <= value <= high):
                self._fault("wrong-value", f"not from {low} to {high}", f"{key}.{name}", value)
        amodal, visibility = attribute(row, "amodal_px"), attribute(row, "visibility")
        if amodal and visible is not None and visibility is not None and abs(visibility - visible / amodal) > 1e-3:
            self._fault("wrong-value", "not visible_px / amodal_px", f"{key}.visibility", visibility)
        via, source = attribute(row, "via"), attribute(row, "reflection_of")
        if (source is None) != (not via):
            self._fault("wrong-link", "reflection_of and via must be given together", f"{key}.via", via)
        if source is not None and via and attribute(row, "bounces") not in (None, len(via)):
            self._fault("wrong-link", "not the number of mirrors in `via`", f"{key}.bounces", attribute(row, "bounces"))

    def _check_against_frame(self, rows: list[tuple[Json, np.ndarray]], frame: RawFrame) -> None:
        """Masks and links against the label layers and the instance table."""
        table, slots = frame.meta.by_id, frame.meta.mirror_slots
        layers = list(id_layers(frame.labels))
        surface = frame.labels["surface_id"]
        shows_person = np.zeros(surface.shape, np.uint8)
        people = [number for number, row in table.items() if row.person is not None]
        for _, ids, _ in layers:
            shows_person += np.isin(ids, people)
        for row, mask in rows:
            key, instance, source = self._key(row), attribute(row, "instance_id"), attribute(row, "reflection_of")
            number = instance if source is None else source
            if not isinstance(number, int):
                continue
            if number not in table:
                name = "unknown-id" if source is None else "wrong-link"
                self._fault(name, f"the frame {frame.folder.name} has no such instance", key, number)
                continue
            via = attribute(row, "via") or []
            if any(mirror not in slots for mirror in via):
                self._fault("wrong-link", "not a chain of the frame's mirrors", f"{key}.via", via)
                continue
            code = encode_via(via, slots)
            shown = np.logical_or.reduce([(ids == number) & (codes == code) for _, ids, codes in layers])
            in_view = bool(((surface == number) | _through(layers, number)).any())
            if source is not None and attribute(row, "source_in_frame") not in (None, in_view):
                self._fault("wrong-link", "not as the labels have it", f"{key}.source_in_frame", not in_view)
            if table[number].person is None:
                exact = surface == number if source is None else None
                wrong = mask & ~shown if exact is None else mask ^ exact
            else:
                wrong = (mask & ~shown) | (shown & (shows_person == 1) & ~mask)
            if wrong.any():
                self._fault("wrong-mask", f"{int(wrong.sum())} pixels are not as in the labels of {frame.folder.name}",
                            f"{key}.segmentation")  # fmt: skip


def _through(layers: list[tuple[str, np.ndarray, np.ndarray]], number: int) -> np.ndarray:
    _, ids, codes = layers[2]
    return (ids == number) & (codes == 0)


def _picture(file: Path) -> np.ndarray | None:
    try:
        data = np.fromfile(file, np.uint8)
        return cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if len(data) else None
    except (OSError, cv2.error):
        return None


def _check_keypoint_file(split: _Split, file: Path, content: Json, damaged: Collection[str]) -> None:
    findings, instances = split.findings, {row["id"]: row for row in split.content["annotations"]}
    if [row["id"] for row in content["images"]] != list(split.images):
        findings.fault("wrong-value", file, f"its images are not those of {split.file.name}", "images")
    for row in content["annotations"]:
        key, points = f"annotations.{row['id']}", row.get("keypoints")
        twin, image = instances.get(row["id"]), split.images.get(row["image_id"])
        if twin is None or image is None:
            findings.fault("orphan-annotation", file, f"{split.file.name} has no such annotation", key)
            continue
        for name in ("image_id", "bbox", "area", "segmentation"):
            if row.get(name) != twin.get(name):
                findings.fault("wrong-value", file, f"not as in {split.file.name}", f"{key}.{name}")
        numbers = isinstance(points, list) and all(isinstance(value, int | float) for value in points)
        if not isinstance(points, list) or not numbers or len(points) % 3 or not points:
            findings.fault("wrong-type", file, "keypoints are not x, y, flag by joint", f"{key}.keypoints")
            continue
        for x, y, flag in _triples(points):
            inside = 0 <= x <= image["width"] and 0 <= y <= image["height"]
            if flag not in (0, 1, 2) or (flag == 0 and (x or y)) or not inside:
                findings.fault("wrong-value", file, "a joint is outside the picture, or its flag is wrong",
                               f"{key}.keypoints", (x, y, flag))  # fmt: skip
                break
        if row.get("num_keypoints") != sum(flag > 0 for _, _, flag in _triples(points)):
            findings.fault("wrong-value", file, "not the number of labelled joints", f"{key}.num_keypoints")


def _triples(points: list[float]) -> Iterator[tuple[float, float, float]]:
    yield from zip(points[::3], points[1::3], points[2::3], strict=True)


def _check_panoptic_file(split: _Split, file: Path, content: Json, damaged: Collection[str]) -> None:
    findings, used = split.findings, set()
    categories = {row["id"] for row in content["categories"]}
    folder = file.with_suffix("")
    for row in content["annotations"]:
        image, segments = split.images.get(row.get("image_id", -1)), row.get("segments_info")
        key = f"annotations[image {row.get('image_id')}]"
        if image is None or not isinstance(segments, list) or not isinstance(row.get("file_name"), str):
            findings.fault("orphan-annotation", file, "no such image, or keys are absent", key)
            continue
        picture = folder / row["file_name"]
        used.add(picture)
        if str(picture) in damaged:
            continue
        pixels = _picture(picture) if picture.is_file() else None
        if pixels is None:
            findings.fault("missing-file", picture, f"{file.name} names it, and it is not there or not readable")
            continue
        if pixels.shape != (image["height"], image["width"], 3) or pixels.dtype != np.uint8:
            findings.fault("wrong-size", picture, "not three channels of 8 bits of the picture's size")
            continue
        ids = pixels.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
        numbers, areas = np.unique(ids, return_counts=True)
        there = dict(zip(numbers.tolist(), areas.tolist(), strict=True))
        listed: set[int] = set()
        for segment in segments:
            number = segment.get("id")
            if number in listed:
                findings.fault("duplicate-id", file, "a segment is listed twice", key, number)
            listed.add(number)
            if segment.get("category_id") not in categories:
                findings.fault("unknown-id", file, "there is no such category", key, segment.get("category_id"))
            if there.get(number) != segment.get("area"):
                findings.fault("wrong-area", file, f"segment {number} has {there.get(number, 0)} pixels", key,
                               segment.get("area"))  # fmt: skip
            elif (box := box_of(ids == number)) != segment.get("bbox"):
                findings.fault("wrong-box", file, f"the box of segment {number} is {box}", key, segment.get("bbox"))
        for number in sorted(there.keys() - listed - {0}):
            findings.fault("unknown-id", picture, "the segment is not listed", key, number)
    for picture in sorted(folder.iterdir()) if folder.is_dir() else []:
        if picture not in used:
            findings.fault("orphan-picture", picture, f"{file.name} has no row for it")
