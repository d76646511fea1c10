"""Where the report's pictures are from: raw frames of a run, COCO files of a dataset, or the pictures alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from blender_synth import checksums
from blender_synth.annotate.instances import Instance, annotate
from blender_synth.attribution import shown_in
from blender_synth.categories import MIRROR, PEDESTRIAN, REFLECTION
from blender_synth.develop.of_run import develop_settings_of
from blender_synth.develop.picture import shots
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import BlenderSynthError, FrameError, RunError
from blender_synth.exporters.naming import run_prefixes
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import FAILURES, FRAME_LOG, frames_of, read_lines
from blender_synth.frames.table import frame_row
from blender_synth.report.entry import Entry, Mark, MarkKind
from blender_synth.report.outlines import svg_path
from blender_synth.verify.coco_files import Json, attribute, load, mask_of, split_files
from blender_synth.verify.source_frames import SourceFrames

_T = TypeVar("_T")
_SHOWN_BY_BROWSERS = (".jpg", ".jpeg", ".png", ".webp")
_OWN_KEYS = {
    "id",
    "image_id",
    "category_id",
    "segmentation",
    "bbox",
    "keypoints",
    "attributes",
    "amodal_segmentation",
    "person",
    "former",
}
_LONG_FACTS = {"camera", "licenses", "license", "attributes", "former"}


@dataclass
class Source:
    """Pictures to show, and what is known about all of them.

    Attributes:
        entries: read one after the other. count: their number. failures: lines for the table of failures.
    """

    path: Path
    kind: str
    count: int
    entries: Iterator[Entry]
    runs: list[Path] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def open_source(path: Path, only: Sequence[int] = ()) -> Source:
    """The pictures of a run, of a folder of runs, or of a dataset.

    Args:
        only: these pictures alone: numbers of frames where there is one run, else positions. Empty for all.

    Raises:
        RunError: there are none.
    """
    if not path.is_dir():
        raise RunError("there is no such folder", file=path, hint="give a run or a dataset")
    instances = list(split_files(path, "instances"))
    if instances:
        return _coco_source(path, instances, only)
    runs = [path] if (path / "run.json").is_file() else []
    if not runs and not (path / "dataset.json").is_file():
        runs = sorted(p.parent for p in path.glob("**/run.json") if "frames" not in p.relative_to(path).parts)
    if runs:
        return _run_source(path, runs, only)
    pictures = [
        path / name
        for name in checksums.files_below(path)
        if name.lower().endswith(_SHOWN_BY_BROWSERS) and name.split("/")[0] not in ("report", "overlays", "annotations")
    ]
    if not pictures:
        raise RunError("there are no pictures", file=path, hint="give the `output` of a render, or a `dataset`")
    pictures = _chosen(dict(enumerate(pictures)), only, path)
    return Source(path, "dataset", len(pictures), (_plain_entry(file, path) for file in pictures))


def _chosen(numbered: Mapping[int, _T], only: Sequence[int], path: Path) -> list[_T]:
    """The pictures of these numbers, each once, or all of them.

    Raises:
        RunError: there is none of such a number.
    """
    for number in only:
        if number not in numbered:
            some = ", ".join(map(str, list(numbered)[:10])) + (" ..." if len(numbered) > 10 else "")
            hint = f"choose one of: {some}"
            raise RunError("there is no picture of this number", file=path, key="INDEX", value=number, hint=hint)
    return [numbered[number] for number in dict.fromkeys(only or numbered)]


def _run_source(path: Path, runs: list[Path], only: Sequence[int] = ()) -> Source:
    prefixes = run_prefixes(runs)
    frames = [(prefixes[run], run, frame) for run in runs for frame in frames_of(run)]
    names = [frame.folder.name for _, _, frame in frames]
    by_frame = len(runs) == 1 and all(name.isdecimal() for name in names)
    numbers = [int(name) for name in names] if by_frame else list(range(len(frames)))
    frames = _chosen(dict(zip(numbers, frames, strict=True)), only, path)
    failures = [line for run in runs for line in _failures(run)]
    if not frames and not failures:
        raise RunError("the run holds no complete frames", file=path, hint="render them first")
    develop, seconds = {run: develop_settings_of(run) for run in runs}, _Seconds()
    source = Source(path, "run", len(frames), iter(()), runs, failures)

    def entries() -> Iterator[Entry]:
        for name, run, frame in frames:
            try:
                yield _frame_entry(name, frame, develop[run], seconds)
            except (FrameError, ValueError) as error:
                source.failures.append(f"{name}/{frame.folder.name}: {error}")

    source.entries = entries()
    return source


def _frame_entry(run: str, frame: RawFrame, develop: DevelopSettings, seconds: _Seconds) -> Entry:
    shot = next(shots(frame, develop))
    instances = annotate(frame, shot.mor_m)
    name = f"{run}_{frame.folder.name}"
    facts = {"run": run, **frame_row(frame.meta), "mor_m": shot.mor_m, "iso": shot.iso, **_versions(frame)}
    return Entry(
        name=name,
        group=name,
        picture=shot.picture,
        file=None,
        facts=facts,
        marks=tuple(_mark(instance) for instance in instances),
        depth_m=frame.labels["depth_m"],
        seconds=seconds.of(frame),
        credits=_credits(frame),
    )


def _credits(frame: RawFrame) -> tuple[tuple[str, str, str, str], ...]:
    return tuple((c.name, c.licence, c.author, c.source) for c in shown_in(frame))


def _versions(frame: RawFrame) -> dict[str, str]:
    return {f"version of {name}": value for name, value in frame.meta.versions.items()}


def _kind(category: str, reflected: bool, mirror: bool) -> MarkKind:
    if reflected:
        return "reflection"
    return "person" if category == PEDESTRIAN else "mirror" if mirror or category == MIRROR else "other"


def _mark(instance: Instance) -> Mark:
    points = () if instance.keypoints is None else tuple((x, y, int(v)) for x, y, v in instance.keypoints.tolist())
    names = ("visible_px", "amodal_px", "visibility", "truncation", "distance_m", "transmittance", "bounces",
             "source_in_frame", "mix", "overlap", "mirror_kind", "surface")  # fmt: skip
    values = {name: getattr(instance, name) for name in names}
    return Mark(
        kind=_kind(instance.category, instance.reflection_of is not None, instance.mirror_kind is not None),
        number=instance.instance_id,
        category=instance.category,
        name=instance.name,
        outline=svg_path(instance.mask),
        bbox=instance.bbox_xywh_px,
        source=instance.reflection_of,
        via=instance.via,
        keypoints=points,
        values={name: value for name, value in values.items() if value is not None},
    )


def _coco_source(path: Path, splits: list[tuple[str, Path]], only: Sequence[int] = ()) -> Source:
    try:
        contents = [(split, file, load(file)) for split, file in splits]
    except (OSError, ValueError) as error:
        raise RunError(f"the COCO file is not readable ({error})", file=path, hint="export the dataset again") from None
    if only:
        numbered = dict(
            enumerate((number, image) for number, (_, _, c) in enumerate(contents) for image in c["images"])
        )
        wanted = _chosen(numbered, only, path)
        kept = [[image for number, image in wanted if number == part] for part in range(len(contents))]
        contents = [
            (split, file, {**content, "images": images})
            for (split, file, content), images in zip(contents, kept, strict=True)
        ]
    marker: Any = {}
    if (path / "dataset.json").is_file():
        try:
            marker = json.loads((path / "dataset.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(
                f"the file is damaged ({error})", file=path / "dataset.json", hint="export the dataset again"
            ) from None
    runs = marker.get("runs", []) if isinstance(marker, dict) else []
    frames = SourceFrames(path, [str(run) for run in runs] if isinstance(runs, list) else [])
    source = Source(path, "dataset", sum(len(c["images"]) for _, _, c in contents), iter(()), frames.runs)
    source.failures = [line for run in frames.runs for line in _failures(run)]
    stages = _Seconds()

    def entries() -> Iterator[Entry]:
        for split, file, content in contents:
            rows: dict[int, list[Json]] = {}
            keypoints = _keypoint_rows(file, split)
            for row in content["annotations"]:
                rows.setdefault(row.get("image_id", -1), []).append({**row, **keypoints.get(row.get("id", -1), {})})
            categories = {row.get("id"): str(row.get("name")) for row in content["categories"]}
            licences = {row["id"]: row for row in content.get("licenses", ()) if isinstance(row, dict) and "id" in row}
            for image in content["images"]:
                try:
                    yield _coco_entry(
                        split, file, image, rows.get(image["id"], []), categories, licences, frames, stages
                    )
                except (KeyError, TypeError, ValueError, BlenderSynthError) as error:
                    source.failures.append(f"{image.get('file_name')}: {type(error).__name__}: {error}")

    source.entries = entries()
    return source


def _keypoint_rows(file: Path, split: str) -> dict[int, Json]:
    twin = file.with_name(f"person_keypoints_{split}.json")
    try:
        return {row["id"]: {"keypoints": row["keypoints"]} for row in load(twin)["annotations"]}
    except (OSError, ValueError, KeyError):
        return {}


def _coco_entry(
    split: str,
    file: Path,
    image: Json,
    rows: list[Json],
    categories: Mapping[object, str],
    licences: Mapping[int, Json],
    frames: SourceFrames,
    stages: _Seconds,
) -> Entry:
    picture = file.parent.parent / "images" / split / image["file_name"]
    if not picture.is_file():
        picture = file.parent.parent / image["file_name"]
    pixels, browsable = _read_picture(picture)
    group = str(attribute(image, "frame_group") or picture.stem)
    frame = frames.find(group, attribute(image, "frame_index"))
    facts: dict[str, object] = {}
    depth: np.ndarray | None = None
    seconds: Mapping[str, float] = {}
    credits = _coco_credits(image, licences)
    if frame is not None:
        try:
            facts = {**frame_row(frame.meta), **_versions(frame)}
            depth, seconds, credits = frame.labels["depth_m"], stages.of(frame), _credits(frame)
        except FrameError:
            depth = None
    facts |= {key: value for key, value in image.items() if key not in _LONG_FACTS and value is not None}
    facts |= {"split": split}
    height, width = pixels.shape[:2]
    return Entry(
        name=picture.stem,
        group=group,
        picture=pixels,
        file=picture if browsable else None,
        facts=facts,
        marks=tuple(_coco_mark(row, str(categories.get(row.get("category_id"))), height, width) for row in rows),
        depth_m=depth,
        seconds=seconds,
        credits=credits,
    )


def _coco_credits(image: Json, licences: Mapping[int, Json]) -> tuple[tuple[str, str, str, str], ...]:
    rows = [licences.get(number, {}) for number in attribute(image, "licenses") or []]
    return tuple(
        (str(row.get("item", "")), str(row.get("name", "")), str(row.get("author", "")), str(row.get("source", "")))
        for row in rows
    )


def _coco_mark(row: Json, category: str, height: int, width: int) -> Mark:
    source, via, points = attribute(row, "reflection_of"), attribute(row, "via") or [], row.get("keypoints") or []
    number = attribute(row, "instance_id")
    number = number if isinstance(number, int) else int(row["id"])
    reflected = source is not None or category == REFLECTION or bool(attribute(row, "is_reflection"))
    nested = row.get("attributes") if isinstance(row.get("attributes"), dict) else {}
    person = row.get("person") if isinstance(row.get("person"), dict) else {}
    values = {**row, **(nested or {}), **(person or {})}
    values = {key: value for key, value in values.items() if key not in _OWN_KEYS}
    try:
        outline = svg_path(mask_of(row.get("segmentation"), height, width))
    except ValueError:
        outline = ""
    x, y, w, h = row["bbox"]
    return Mark(
        kind=_kind(category, reflected, attribute(row, "mirror_kind") is not None),
        number=number,
        category=category,
        name=str(attribute(row, "name") or _mark_name(category, number, source)),
        outline=outline,
        bbox=(float(x), float(y), float(w), float(h)),
        source=source if isinstance(source, int) else None,
        via=tuple(via),
        keypoints=tuple((float(x), float(y), int(v)) for x, y, v in zip(*[iter(points)] * 3, strict=False)),
        values={key: value for key, value in values.items() if value is not None},
    )


def _mark_name(category: str, number: int, source: object) -> str:
    """A name for an annotation that has none."""
    if source is None:
        return f"{category} {number}"
    return f"reflection of {category.removesuffix('_reflection')} {source}"


def _plain_entry(file: Path, dataset: Path) -> Entry:
    pixels, browsable = _read_picture(file)
    split = next((part for part in ("train", "val", "test") if part in file.relative_to(dataset).parts), None)
    return Entry(
        name=file.stem, group=file.stem, picture=pixels, file=file if browsable else None,
        facts={} if split is None else {"split": split}, marks=(),
    )  # fmt: skip


def _read_picture(file: Path) -> tuple[np.ndarray, bool]:
    """(H, W, 3) uint8 R G B, and whether a browser shows the file the same way (it is not 16 bits linear)."""
    try:
        pixels = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    except (OSError, cv2.error):
        pixels = None
    if pixels is None:
        raise ValueError(f"the picture cannot be read: {file}")
    browsable = pixels.dtype == np.uint8 and file.suffix.lower() in _SHOWN_BY_BROWSERS
    if pixels.dtype != np.uint8:  # linear, 65535 is four times diffuse white
        linear = np.clip(pixels.astype(np.float32) / 65535 * 4, 0, 1)
        pixels = (np.where(linear < 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055) * 255).astype("u1")
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), browsable


def _failures(run: Path) -> list[str]:
    """Lines of failures.jsonl as text, but for failures that a later render made good."""
    texts = []
    for line in read_lines(run / FAILURES):
        if not line.get("resolved"):
            what = f"frame {line['frame_index']}" if "frame_index" in line else str(line.get("item", ""))
            texts.append(f"{run.name}, {what}: {line.get('error', '')}")
    return texts


class _Seconds:
    """Seconds by stage of the frames of runs, from frames.jsonl; from frame.json for runs of older versions."""

    def __init__(self) -> None:
        self._logs: dict[Path, dict[int, Mapping[str, float]]] = {}

    def of(self, frame: RawFrame) -> Mapping[str, float]:
        run = frame.folder.parent.parent
        if run not in self._logs:
            lines = read_lines(run / FRAME_LOG)
            self._logs[run] = {
                line["frame_index"]: line["seconds"]
                for line in lines
                if isinstance(line.get("frame_index"), int) and isinstance(line.get("seconds"), dict)
            }
        return self._logs[run].get(frame.meta.frame_index, frame.meta.seconds)
