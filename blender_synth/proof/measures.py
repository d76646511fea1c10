"""Stage 5: numbers from a test set and a COCO results file. No PyTorch; results of any detector will do.

A detection belongs to the person or reflection that it overlaps most, by at least half (IoU 0.5). Only people and
reflections that are large and visible enough are measured; the others count neither way.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from blender_synth.errors import RunError
from blender_synth.proof.coco_rows import read_detections
from blender_synth.proof.datasets import PEOPLE_NAMES, REFLECTION_NAMES, Dataset, Picture, category_id, is_recognizable
from blender_synth.seeds import rng_for
from blender_synth.verify.coco_files import mask_of

OVERLAP = 0.5
NEAR_M = 1.0
PEDESTRIAN_ROW, REFLECTION_ROW = "pedestrian", "reflection"
LOOKALIKES = ("mannequin", "poster_person", "screen_person", "statue")
"""Categories that show people who are none."""
RESAMPLINGS = 1000


@dataclass(frozen=True)
class Seen:
    """A labelled object of a test set, and the best detections of both classes there.

    Attributes:
        kind: pedestrian, reflection, or the name of a look-alike. scene: that bootstrap draws together.
        picture: position in the dataset. bbox: x, y, width, height.
        mirror: kind of the mirror that shows a reflection. near_m: distance to the nearest mirror in view.
        score: of the best detection of class pedestrian that belongs to it; 0 without one. as_reflection: the same
            of class reflection.
    """

    kind: str
    scene: str
    picture: int
    bbox: tuple[float, float, float, float]
    mirror: str
    near_m: float
    score: float
    as_reflection: float

    @property
    def best(self) -> float:
        """Score of the best detection of any class."""
        return max(self.score, self.as_reflection)


@dataclass(frozen=True)
class Matched:
    """A test set with the results of one detector.

    Attributes:
        false_scores: scores of detections of class pedestrian that belong to nothing at all, with their scenes.
    """

    seen: tuple[Seen, ...]
    false_scores: tuple[tuple[float, str], ...]
    pictures: int


@dataclass(frozen=True)
class Mistaken:
    """Reflections that are reported as pedestrians, at a score that finds a share of the pedestrians.

    Attributes:
        recall: of pedestrians at `threshold`; lower than asked for where the detector never finds as many.
        share: of reflections. low, high: 95 % of 1000 resamplings of the scenes.
        confused: of the reflections that are found at all, share that is called pedestrian rather than reflection.
        lost: of the pedestrians that are found, share that is called reflection.
        false_per_picture: other false alarms.
    """

    threshold: float
    recall: float
    share: float
    low: float
    high: float
    reflections: int
    pedestrians: int
    false_per_picture: float
    confused: float
    lost: float


@dataclass(frozen=True)
class Measures:
    """All numbers of one detector on one test set; shares from 0 to 1, NaN where there is nothing to measure.

    Attributes:
        ap: by `pedestrian box`, `pedestrian box 50`, `reflection mask` ...
        missed_near: share of the pedestrians within a metre of a mirror that are missed at the threshold.
        by_mirror: share of mistaken reflections and their number, by kind of mirror. lookalikes: the same of
            look-alikes taken for pedestrians, by category.
    """

    ap: Mapping[str, float]
    mistaken: Mistaken
    missed_near: float
    near: int
    missed_far: float
    by_mirror: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    lookalikes: Mapping[str, tuple[float, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """Who is measured: height in pixels, share that is visible."""

    min_height_px: float
    min_visibility: float


def is_measured(row: Mapping[str, Any], limits: Limits) -> bool:
    """Whether an annotation counts; values that are not known pass."""
    return (
        not row.get("iscrowd")
        and row["bbox"][3] >= limits.min_height_px
        and is_recognizable(row, limits.min_visibility)
    )


def read_results(file: Path, dataset: Dataset) -> dict[int, list[Mapping[str, Any]]]:
    """A COCO results file, by image id; categories are those of the dataset, and 1 is always people.

    Raises:
        RunError: it cannot be read, or is of other pictures.
    """
    rows = read_detections(file)
    found: dict[int, list[Mapping[str, Any]]] = {int(p.image["id"]): [] for p in dataset.pictures}
    for row in rows:
        if row["image_id"] in found:
            found[row["image_id"]].append(row)
    if rows and not any(found.values()):
        raise RunError(
            "the results are of other pictures: no image_id is in the test set", file=file, value=dataset.name,
            hint="run the detector on the exported test set and keep the ids of its annotation file",
        )  # fmt: skip
    return found


def matched(dataset: Dataset, results: Mapping[int, Sequence[Mapping[str, Any]]], limits: Limits) -> Matched:
    """Give each detection to the object that it overlaps most."""
    people, reflections = category_id(dataset, PEOPLE_NAMES) or 1, category_id(dataset, REFLECTION_NAMES) or 2
    kinds = {people: PEDESTRIAN_ROW, reflections: REFLECTION_ROW}
    kinds |= {number: name for number, name in dataset.categories.items() if name in LOOKALIKES}
    seen: list[Seen] = []
    false_scores: list[tuple[float, str]] = []
    for number, picture in enumerate(dataset.pictures):
        rows = [row for row in picture.annotations if int(row["category_id"]) in kinds]
        boxes = np.array([row["bbox"] for row in rows], float).reshape(-1, 4)
        found = results.get(int(picture.image["id"]), ())
        best: list[dict[int, float]] = [{} for _ in rows]
        for row in found:
            kind = int(row["category_id"])
            if kind not in (people, reflections):
                continue
            overlaps = _overlaps(np.array(row["bbox"], float), boxes)
            place = int(overlaps.argmax()) if len(overlaps) else -1
            if place >= 0 and overlaps[place] >= OVERLAP:
                best[place][kind] = max(best[place].get(kind, 0.0), float(row["score"]))
            elif kind == people and not (
                len(overlaps) and _covered(np.array(row["bbox"], float), boxes).max() > OVERLAP
            ):
                false_scores.append((float(row["score"]), picture.scene))
        for row, scores in zip(rows, best, strict=True):
            if is_measured(row, limits):
                own = int(row["category_id"])
                seen.append(
                    Seen(
                        kinds[own], picture.scene, number, row["bbox"], _mirror_of(row, picture),
                        picture.near_m.get(int(row.get("object_id", -1)), float("inf")),
                        scores.get(people, 0.0), scores.get(reflections, 0.0),
                    )
                )  # fmt: skip
    return Matched(tuple(seen), tuple(false_scores), len(dataset.pictures))


def _mirror_of(row: Mapping[str, Any], picture: Picture) -> str:
    via = row.get("via") or []
    if not via:
        return ""
    kinds = {int(r["object_id"]): str(r["mirror_kind"]) for r in picture.annotations if "mirror_kind" in r}
    return kinds.get(int(via[0]), "other")


def mistaken_at(found: Matched, recall: float, seed: int = 0) -> Mistaken:
    """The headline: reflections reported as pedestrians, at the score that finds this share of the pedestrians."""
    pedestrians = [entry for entry in found.seen if entry.kind == PEDESTRIAN_ROW]
    reflections = [entry for entry in found.seen if entry.kind == REFLECTION_ROW]
    threshold = threshold_for([entry.score for entry in pedestrians], recall)
    share = _share(reflections, threshold)
    low, high = _interval(reflections, threshold, seed)
    false = sum(score >= threshold for score, _ in found.false_scores) / max(found.pictures, 1)
    confused, lost = (
        _mean([entry.score > entry.as_reflection for entry in entries if entry.best >= threshold])
        for entries in (reflections, pedestrians)
    )
    return Mistaken(
        threshold, _share(pedestrians, threshold), share, low, high, len(reflections), len(pedestrians), false,
        confused, 1 - lost,
    )  # fmt: skip


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else float("nan")


def threshold_for(scores: Sequence[float], recall: float) -> float:
    """The highest score that finds this share of objects with these best scores; the lowest of all, above 0, where none
    finds as many."""
    ordered = np.sort(np.array([score for score in scores if score > 0]))[::-1]
    if not len(ordered):
        return 1.0
    wanted = int(np.ceil(recall * len(scores) - 1e-9))
    return float(ordered[min(max(wanted, 1), len(ordered)) - 1])


def reachable_recall(found: Matched) -> float:
    """Share of the pedestrians that have any detection."""
    return _share([entry for entry in found.seen if entry.kind == PEDESTRIAN_ROW], 1e-9)


def _share(entries: Sequence[Seen], threshold: float) -> float:
    return sum(entry.score >= threshold for entry in entries) / len(entries) if entries else float("nan")


def _interval(entries: Sequence[Seen], threshold: float, seed: int) -> tuple[float, float]:
    """95 % of the shares when whole scenes are drawn again, with replacement."""
    scenes = sorted({entry.scene for entry in entries})
    if not scenes:
        return float("nan"), float("nan")
    place = {scene: number for number, scene in enumerate(scenes)}
    counts = np.zeros((len(scenes), 2))
    for entry in entries:
        counts[place[entry.scene]] += (entry.score >= threshold, 1)
    draws = rng_for(seed, 0, "proof/bootstrap").integers(len(scenes), size=(RESAMPLINGS, len(scenes)))
    sums = counts[draws].sum(1)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], (0.025, 0.975))
    return float(low), float(high)


def measure(
    dataset: Dataset, file: Path, limits: Limits, recall: float, common: float, threshold: float | None = None
) -> tuple[Measures, Mistaken, Matched]:
    """All measures of a results file on a test set, the headline at a second recall, and what each object got.

    Args:
        common: the second recall, which all detectors reach that are compared.
        threshold: score from which a detection counts; by default the one that finds `recall` of the pedestrians.

    Raises:
        RunError: the results cannot be read.
    """
    results = read_results(file, dataset)
    _check_masks(dataset, results, file)
    found = matched(dataset, results, limits)
    mistaken = mistaken_at(found, recall)
    level = mistaken.threshold if threshold is None else threshold
    pedestrians = [entry for entry in found.seen if entry.kind == PEDESTRIAN_ROW]
    near = [entry for entry in pedestrians if entry.near_m <= NEAR_M]
    far = [entry for entry in pedestrians if entry.near_m > NEAR_M]
    mirrors: dict[str, list[Seen]] = {}
    for entry in found.seen:
        if entry.kind == REFLECTION_ROW and entry.mirror:
            mirrors.setdefault(entry.mirror, []).append(entry)
    alike: dict[str, list[Seen]] = {}
    for entry in found.seen:
        if entry.kind in LOOKALIKES:
            alike.setdefault(entry.kind, []).append(entry)
    measures = Measures(
        average_precisions(dataset, results, limits),
        mistaken,
        1 - _share(near, level),
        len(near),
        1 - _share(far, level),
        {kind: (_share(entries, level), len(entries)) for kind, entries in sorted(mirrors.items())},
        {kind: (_share(entries, level), len(entries)) for kind, entries in sorted(alike.items())},
    )
    return measures, mistaken_at(found, common), found


def _check_masks(dataset: Dataset, results: Mapping[int, Sequence[Mapping[str, Any]]], file: Path) -> None:
    """Damaged masks could end the process in pycocotools.

    Raises:
        RunError: a mask of the results or of the dataset cannot be decoded, or is of another size than its picture.
    """
    for picture in dataset.pictures:
        image = picture.image
        for source, rows in ((file, results.get(int(image["id"]), ())), (dataset.name, picture.annotations)):
            for row in rows:
                if not row.get("segmentation"):
                    continue
                try:
                    mask_of(row["segmentation"], int(image["height"]), int(image["width"]))
                except ValueError as error:
                    raise RunError(
                        f"a mask cannot be used: {error}", file=source, key="segmentation",
                        value=f"image_id {image['id']}, category_id {row['category_id']}",
                        hint="write it as COCO does (polygons, or counts with size [height, width]), or leave all out",
                    ) from None  # fmt: skip


def average_precisions(
    dataset: Dataset, results: Mapping[int, Sequence[Mapping[str, Any]]], limits: Limits
) -> dict[str, float]:
    """AP and AP50 of boxes and masks by class, by pycocotools; objects that are not measured are ignored regions."""
    classes = {
        PEDESTRIAN_ROW: category_id(dataset, PEOPLE_NAMES), REFLECTION_ROW: category_id(dataset, REFLECTION_NAMES)
    }  # fmt: skip
    wanted = {number for number in classes.values() if number is not None}
    annotations: list[dict[str, Any]] = []
    for picture in dataset.pictures:
        for row in picture.annotations:
            if int(row["category_id"]) in wanted:
                ignored = int(not is_measured(row, limits))
                annotations.append({
                    "id": len(annotations) + 1, "image_id": int(picture.image["id"]),
                    "category_id": int(row["category_id"]), "bbox": list(row["bbox"]), "iscrowd": ignored,
                    "area": float(row.get("area") or row["bbox"][2] * row["bbox"][3]),
                    "segmentation": row.get("segmentation"),
                })  # fmt: skip
    truth = COCO()
    truth.dataset = {
        "images": [
            {"id": int(p.image["id"]), "width": p.image.get("width", 0), "height": p.image.get("height", 0)}
            for p in dataset.pictures
        ],
        "annotations": annotations,
        "categories": [{"id": number, "name": name} for number, name in dataset.categories.items()],
    }
    rows = [
        {**row, "bbox": list(row["bbox"])}
        for found in results.values()
        for row in found
        if int(row["category_id"]) in wanted
    ]
    measured: dict[str, float] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        for kind in ("bbox", "segm"):
            if kind == "segm" and not (
                all(row.get("segmentation") for row in (*rows, *annotations)) and rows and annotations
            ):
                continue
            given = [row if kind == "segm" else {k: row[k] for k in ("image_id", "category_id", "bbox", "score")}
                     for row in rows]  # fmt: skip
            detections = truth.loadRes(given) if given else COCO()
            if not given:
                detections.dataset = {**truth.dataset, "annotations": []}
                detections.createIndex()
            for name, number in classes.items():
                if number is None or not any(a["category_id"] == number and not a["iscrowd"] for a in annotations):
                    continue
                evaluation = COCOeval(truth, detections, kind)
                evaluation.params.catIds = [number]
                evaluation.evaluate()
                evaluation.accumulate()
                precision = evaluation.eval["precision"][:, :, 0, 0, -1]
                label = f"{name} {'box' if kind == 'bbox' else 'mask'}"
                measured[label] = float(precision[precision > -1].mean()) if (precision > -1).any() else 0.0
                measured[f"{label} 50"] = float(precision[0].mean()) if (precision[0] > -1).any() else 0.0
    return measured


def _overlaps(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """IoU (N,) of a box with boxes (N, 4), all as x, y, width, height."""
    both = _both(box, boxes)
    return both / np.maximum(box[2] * box[3] + boxes[:, 2] * boxes[:, 3] - both, 1e-9)


def _covered(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Share (N,) of a box that each of the others covers."""
    return _both(box, boxes) / max(float(box[2] * box[3]), 1e-9)


def _both(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[:2] + box[2:], boxes[:, :2] + boxes[:, 2:])
    return (high - low).clip(0).prod(1)
