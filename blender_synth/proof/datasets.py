"""Stage 2: one COCO dataset for each arm and test set, by this program's exporter; written anew when runs change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from blender_synth.cache import write_atomically
from blender_synth.categories import PEDESTRIAN, REFLECTION
from blender_synth.exporters.naming import run_prefixes
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import frames_of
from blender_synth.proof.arms import Arm
from blender_synth.proof.coco_rows import read_coco_rows
from blender_synth.proof.renders import fingerprint
from blender_synth.proof.settings import Part

_COMMON = (
    "exporter=coco", "exporter.panoptic=false", "exporter.min_area_px=16", "exporter.min_mix=0.1",
)  # fmt: skip
_MOST_POINTS = 4000
UPRIGHT = ("mirror", "glass")
"""Surfaces that somebody can stand in front of, as opposed to water and polished floors."""
_LEAST_SHARE_OF_LIGHT = 0.2
"""Mean share of its pixels' light that a reflection in glass must have to be recognized."""


@dataclass(frozen=True)
class Picture:
    """One picture of a dataset.

    Attributes:
        file: JPEG or PNG. image: its row of COCO's `images`. annotations: rows of COCO's `annotations`.
        near_m: distance to the nearest mirror or pane in view by `object_id`, of people; only in test sets.
    """

    file: Path
    image: Mapping[str, Any]
    annotations: tuple[Mapping[str, Any], ...]
    near_m: Mapping[int, float] = field(default_factory=dict)

    @property
    def scene(self) -> str:
        """Names the rendered scene; pictures of one scene share it."""
        image = self.image
        return f"{image.get('run', '')}/{image.get('scene_index', image['id'])}"


@dataclass(frozen=True)
class Dataset:
    """Pictures and the names of their categories by id. `path` is None for several datasets in one."""

    name: str
    pictures: tuple[Picture, ...]
    categories: Mapping[int, str]


def is_recognizable(row: Mapping[str, Any], min_visibility: float) -> bool:
    """Whether enough of an annotated object is visible, and a reflection is not too faint; what is not known passes.

    Args:
        min_visibility: share of the whole outline, of which things in front and the edge of the picture hide parts.
    """
    visibility, mix = row.get("visibility"), row.get("mix")
    inside = 1 - (row.get("truncation") or 0)
    shown = visibility is None or visibility * inside >= min_visibility
    return shown and (mix is None or mix >= _LEAST_SHARE_OF_LIGHT)


def export_arm(folder: Path, parts: Sequence[Part], arm: Arm) -> Path:
    """The training set of an arm; returns its folder. Datasets of arms that export alike are the same.

    Raises:
        BlenderSynthError: a frame is damaged, or the dataset cannot be written.
    """
    return _export(folder, parts, (*arm.export, "exporter.splits={train: 1}"), near=False)


def export_test(folder: Path, parts: Sequence[Part]) -> list[Path]:
    """The datasets of a test set: one for each group of parts that are developed alike.

    Raises:
        BlenderSynthError: a frame is damaged, or the dataset cannot be written.
    """
    groups: dict[tuple[str, ...], list[Part]] = {}
    for part in parts:
        groups.setdefault(part.develop, []).append(part)
    words = ("exporter.reflections=category", "exporter.splits={test: 1}")
    return [
        _export(folder.with_name(f"{folder.name}-{number}") if number else folder, group, words, near=True)
        for number, group in enumerate(groups.values())
    ]


def _export(folder: Path, parts: Sequence[Part], words: Sequence[str], near: bool) -> Path:
    from blender_synth import pipeline
    from blender_synth.config import compose

    developed = dict.fromkeys(word for part in parts for word in part.develop)
    all_words = [*_COMMON, *words, *developed]
    mark, wanted = folder.with_name(f"{folder.name}.json"), {"of": fingerprint(parts), "words": list(all_words)}
    if (folder / "dataset.json").is_file() and _read(mark).get("made") == wanted:
        return folder
    runs = list(dict.fromkeys(str(part.folder) for part in parts))
    folder.parent.mkdir(parents=True, exist_ok=True)
    pipeline.export(compose([*all_words, f"dataset={folder}"]), runs=runs, announce_next=False)
    distances = _near_mirrors([Path(run) for run in runs]) if near else {}
    write_atomically(mark, json.dumps({"made": wanted, "near_m": distances}))
    return folder


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def load_dataset(folder: Path, split: str, name: str = "") -> Dataset:
    """Read a dataset of ours, or any in COCO's layout.

    Raises:
        RunError: there is no annotation file, or it is not COCO's.
    """
    near = {key: {int(i): m for i, m in row.items()} for key, row in
            _read(folder.with_name(f"{folder.name}.json")).get("near_m", {}).items()}  # fmt: skip
    return read_coco(folder / "annotations" / f"instances_{split}.json", folder / "images" / split, name, near)


def joined(name: str, datasets: Iterable[Dataset]) -> Dataset:
    """Several datasets with the same categories as one."""
    together = list(datasets)
    categories: dict[int, str] = {}
    for dataset in together:
        categories |= dataset.categories
    return Dataset(name, tuple(picture for dataset in together for picture in dataset.pictures), categories)


def read_coco(
    file: Path, pictures: Path, name: str = "", near: Mapping[str, Mapping[int, float]] | None = None
) -> Dataset:
    """Read a COCO file.

    Args:
        pictures: folder that `file_name` counts from. near: see `Picture.near_m`, by `run/frame_index`.

    Raises:
        RunError: it is missing or not COCO's.
    """
    images, annotations, named = read_coco_rows(file)
    categories = {row["id"]: row["name"] for row in named}
    by_image: dict[int, list[Mapping[str, Any]]] = {row["id"]: [] for row in images}
    for row in annotations:
        if row["category_id"] in categories and row["image_id"] in by_image and min(row["bbox"][2:]) > 0:
            by_image[row["image_id"]].append(row)
    found = [
        Picture(
            pictures / row["file_name"], row, tuple(by_image[row["id"]]),
            (near or {}).get(f"{row.get('run')}/{row.get('frame_index')}", {}),
        )
        for row in images
    ]  # fmt: skip
    return Dataset(name or file.stem, tuple(found), categories)


def category_id(dataset: Dataset, names: Sequence[str]) -> int | None:
    """The id of the first of these names that the dataset has."""
    ids = {name: number for number, name in dataset.categories.items()}
    return next((ids[name] for name in names if name in ids), None)


PEOPLE_NAMES = (PEDESTRIAN, "person", "people")
REFLECTION_NAMES = (REFLECTION, "person_reflection", "reflection")


def _near_mirrors(runs: Sequence[Path]) -> dict[str, dict[int, float]]:
    """Metres from each person to the nearest mirror or pane that is in view, by `run/frame_index` and id."""
    prefixes = run_prefixes(runs)
    return {
        f"{prefixes[run]}/{frame.meta.frame_index}": distances
        for run in runs
        for frame in frames_of(run)
        if (distances := near_mirrors(frame))
    }


def near_mirrors(frame: RawFrame) -> dict[int, float]:
    """Metres from the box of each person of a frame to the nearest point of an upright mirror or pane in view."""
    meta = frame.meta
    mirrors = [row.instance_id for row in meta.instances if row.mirror and row.mirror.surface in UPRIGHT]
    people = {row.instance_id: row.person.bounds_m for row in meta.instances if row.person and row.person.bounds_m}
    seen = np.isin(frame.labels["surface_id"], mirrors)
    if not seen.any() or not people:
        return {}
    k, pose = np.array(meta.camera.k), np.array(meta.camera.world_from_camera)
    rows, columns = np.nonzero(seen)
    chosen = np.linspace(0, len(rows) - 1, min(len(rows), _MOST_POINTS)).astype(int)
    rows, columns = rows[chosen], columns[chosen]
    depths = frame.labels["depth_m"][rows, columns]
    rays = np.stack([(columns + 0.5 - k[0, 2]) / k[0, 0], (rows + 0.5 - k[1, 2]) / k[1, 1], np.ones(len(rows))], 1)
    points = (rays * depths[:, None]) @ pose[:3, :3].T + pose[:3, 3]
    points = points[np.isfinite(points).all(1)]
    distances = {}
    for number, (low, high) in people.items():
        outside = np.maximum(np.maximum(np.array(low) - points, points - np.array(high)), 0)
        if len(outside):
            distances[number] = round(float(np.linalg.norm(outside, axis=1).min()), 3)
    return distances
