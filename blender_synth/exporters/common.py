"""What dataset formats share: settings, splits, names, selection, reflection policy, pictures.

`image_records` walks through frames and their developed pictures and gives one typed record for each, so that a format
only has to write it down.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import cv2
from pydantic import Field, field_validator

from blender_synth import __version__
from blender_synth.annotate.instances import Instance, annotate
from blender_synth.annotate.ownership import GlassPolicy
from blender_synth.attribution import Credits, shown_in, strictness
from blender_synth.categories import MIRROR, PEDESTRIAN, REFLECTION, STUFF, is_thing, reflection_of
from blender_synth.develop.picture import Shot, shots, visibilities
from blender_synth.develop.settings import DevelopSettings
from blender_synth.develop.visibility import contrast
from blender_synth.exporters.allocator import keep_freed_memory
from blender_synth.exporters.category_ids import CategoryIds
from blender_synth.exporters.contract import SourceFrame
from blender_synth.exporters.naming import run_prefixes, split_of
from blender_synth.exporters.pictures import ImageFormat, encoded_picture, keep_encoded
from blender_synth.exporters.rows import annotation_row, picture_row
from blender_synth.exporters.selection import (
    LeftOut,
    SelectionSettings,
    all_class_names,
    check_categories,
    check_classes,
    class_of,
    keeps_annotation,
    passes,
    passes_early,
)
from blender_synth.exporters.timing import step
from blender_synth.frames.cross_check import check_frame
from blender_synth.frames.meta import Licence
from blender_synth.frames.meta_json import FILE as FRAME_FILE
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.table import Row, frame_row, hour_of_run, person_rows
from blender_synth.optics.extinction import CONTRAST_AT_MOR
from blender_synth.parent_death import end_with_starter
from blender_synth.progress import Progress, print_line
from blender_synth.values import Weights, plain

ReflectionPolicy = Literal["category", "attribute", "ignore", "omit"]


@plain
class CommonSettings(SelectionSettings):
    """Settings that formats share by deriving their own from it.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `splits` | {train: 0.8, val: 0.2} | shares | a whole scene goes into one of them, by its seed and number |
    | `reflections` | category | choice | of their own; or see below |
    | `glass` | radiance | choice | owner of a pixel of two people (see annotate/ownership.py) |
    | `min_mix` | 0.05 | 0 to 1 | people with a lower mean share of their pixels' light are left out |
    | `image_format` | jpg | choice | jpg, png, or png16: linear, 65535 is four times diffuse white |
    | `min_area_px` | 1 | px | smaller annotations are left out |
    | `stuff` | [] | names | categories that are stuff in addition to `categories.STUFF` |
    | `reflected` | [pedestrian] | names | categories whose reflections are annotated; or `all` |
    | `categories` | "" | path | dataset whose ids of categories that are not built in are kept |
    | `on_bad_frame` | stop | choice | `skip`: damaged frames are left out and listed |
    | `workers` | 1 | count | processes; the dataset does not depend on it |

    Reflections of people may also be pedestrians with an attribute (`attribute`), regions to ignore (`ignore`) or
    absent (`omit`). The quality of JPEG files is `develop.jpeg_quality`. Filters and class names: see `selection`.
    """

    splits: Weights = Field(default_factory=lambda: {"train": 0.8, "val": 0.2})
    reflections: ReflectionPolicy = "category"
    glass: Literal["radiance", "reflected", "transmitted", "both"] = "radiance"
    min_mix: float = Field(default=0.05, ge=0, le=1)
    image_format: ImageFormat = "jpg"
    min_area_px: int = Field(default=1, ge=1)
    stuff: tuple[str, ...] = ()
    reflected: Literal["all"] | tuple[str, ...] = (PEDESTRIAN,)
    categories: str = ""
    on_bad_frame: Literal["stop", "skip"] = "stop"
    workers: int = Field(default=1, ge=1, le=256)

    @field_validator("splits")
    @classmethod
    def _check_names(cls, splits: dict[str, float]) -> dict[str, float]:
        for name in splits:
            if not name.replace("_", "").replace("-", "").isalnum():
                raise ValueError(f"a split's name is made of letters, digits, - and _, not {name!r}")
        return splits


@dataclass(frozen=True)
class AnnotationRecord:
    """One instance as a dataset is to hold it.

    Attributes:
        instance: what is annotated. category: its class, after the policy for reflections and `classes`.
        ignore: whether it is a region to ignore, by that policy, by a filter or for its low contrast.
        contrast: Weber contrast against its surround (see develop/visibility.py); None without a surround.
    """

    instance: Instance
    category: str
    ignore: bool
    contrast: float | None

    @property
    def is_reflection(self) -> bool:
        """Whether it is a reflection, whatever its category."""
        return self.instance.reflection_of is not None


@dataclass(frozen=True)
class TwinImage:
    """The twin of a picture of a paired run. `image_id` is None where it is not exported."""

    role: Literal["mirror", "matt"]
    image_id: int | None


@dataclass(frozen=True)
class ImageRecord:
    """One picture of a frame with what it shows.

    Attributes:
        image_id: from 1, unique in the dataset. name: file name without extension, unique in the dataset.
        group: name of the frame, which its pictures in different air share. split: of the scene. run: name of its run.
        frame, shot: where it is from. seen: all instances of at least `min_area_px`, for overlays and panoptic maps.
        annotations: those of them that the policy for reflections and the filters keep. licence_ids: of `Credits`.
        strictest_licence_id: of the licence that asks most of who passes the picture on; None where there is none.
        people: rows of `table.person_rows`, by instance id. hour: local time, where it is known.
        shown: licences of the assets that are seen.
    """

    image_id: int
    name: str
    group: str
    split: str
    frame: RawFrame
    shot: Shot
    seen: tuple[Instance, ...]
    annotations: tuple[AnnotationRecord, ...]
    licence_ids: tuple[int, ...] = ()
    twin: TwinImage | None = field(default=None)
    run: str = ""
    people: Mapping[int, Row] = field(default_factory=dict)
    hour: float | None = None
    shown: tuple[Licence, ...] = ()
    strictest_licence_id: int | None = None

    def credited(self, credits: Credits) -> ImageRecord:
        """The same picture, counted in the credits and with their ids."""
        ids = tuple(credits.add(self.shown))
        ranked = sorted((-strictness(licence.licence), number) for licence, number in zip(self.shown, ids, strict=True))
        return replace(self, licence_ids=ids, strictest_licence_id=ranked[0][1] if ranked else None)

    @property
    def air_hides_everybody(self) -> bool:
        """Whether there are people, of each of whom less light arrives than `CONTRAST_AT_MOR`."""
        arriving = [instance.transmittance for instance in self.seen if instance.is_person]
        return bool(arriving) and max(arriving) < CONTRAST_AT_MOR


@dataclass(frozen=True)
class FrameHeads:
    """What is needed of all frames before the first one is exported.

    Attributes:
        versions: of the programs that rendered them, with the first such frame.
    """

    categories: tuple[str, ...]
    versions: Mapping[str, Path]


def read_heads(frames: Iterable[SourceFrame]) -> FrameHeads:
    """Read categories and versions of all frames; damaged frames are passed over, and reported when they are exported.

    Of each frame.json only the lines of these keys are decoded.
    """
    categories: set[str] = set()
    versions: dict[str, Path] = {}
    for source in frames:
        try:
            head = _head(source.frame.folder / FRAME_FILE)
            categories.update(str(name) for name in head.get("categories", ()))
            used = {name: head["versions"].get(name) for name in ("blender_synth", "blender")}
            if rendered_by := ", ".join(f"{name} {version}" for name, version in used.items() if version):
                versions.setdefault(rendered_by, source.frame.folder)
        except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
            continue
    return FrameHeads(tuple(sorted(categories)), versions)


def _head(file: Path) -> dict[str, Any]:
    keys = (b'"categories":', b'"versions":')
    found: dict[str, Any] = {}
    with open(file, "rb") as stream:
        for line in stream:
            if line.strip().startswith(keys):
                found |= json.loads(b"{" + line.strip().rstrip(b",") + b"}")
    return found if len(found) == len(keys) else json.loads(file.read_bytes())


Made = list[tuple["ImageRecord | Row", bytes | None]]
"""Records of the pictures of one frame, with the picture as a file; or rows of pictures that the filter left out."""


@dataclass(frozen=True)
class Plan:
    """What the pictures of a frame depend on, apart from the frame."""

    settings: CommonSettings
    develop: DevelopSettings
    prefixes: Mapping[Path, str]
    numbers: Mapping[tuple[Path, str], int]
    """Number of each frame by run and name of its folder."""

    def of(self, source: SourceFrame) -> tuple[object, ...]:
        """Equal for plans by which the pictures of this frame are the same."""
        name = source.frame.folder.name
        # pictures of a pair name each other's number
        numbers = [self.numbers.get((source.run, other)) for other in (name, _twin_of(name))]
        return (repr(self.settings), repr(self.develop), self.prefixes.get(source.run), *numbers)

    def records(self, source: SourceFrame) -> Iterator[ImageRecord | Row]:
        """The pictures of one frame, or the row of a picture that the filter leaves out.

        The frame is read anew, so that nothing of it stays in memory.
        """
        settings, develop = self.settings, self.develop
        frame = RawFrame(source.frame.folder)
        shots_per_frame = len(develop.mor_m or (None,))
        policy = GlassPolicy(glass=settings.glass, min_mix=settings.min_mix)
        number, run = self.numbers[source.run, frame.folder.name], self.prefixes[source.run]
        name = f"{run}_{frame.folder.name}"
        of = frame.meta.refined
        group = name if of is None else f"{run}_{of.frame_index:06d}"
        with step("read"):
            split = split_of(frame, settings.splits)
            facts: Row = {"split": split, "run": run, **frame_row(frame.meta), "hour": hour_of_run(source.run)}
        rows = [
            facts
            | {
                "image": f"{name}_mor{mor_m:g}" if shots_per_frame > 1 else name,
                "image_id": number * shots_per_frame + order,
                "mor_m": mor_m,
            }
            for order, mor_m in enumerate(visibilities(frame, develop), start=1)
        ]
        early = [passes_early(settings, row) for row in rows]
        if not any(early):
            yield from rows
            return
        with step("read"):
            _ = frame.labels, frame.radiance, frame.shares
        with step("check"):
            check_frame(frame)
        with step("annotate"):
            shown, pair = tuple(shown_in(frame)), frame.meta.pair
            people = person_rows(frame.meta)
        twin = None if pair is None else self.numbers.get((source.run, f"{pair.frame_index:06d}"))
        developed = shots(frame, develop)
        for order, row in enumerate(rows, start=1):
            with step("develop"):
                shot = next(developed)
            if not early[order - 1]:
                yield row
                continue
            with step("annotate"):
                seen = tuple(
                    instance
                    for instance in annotate(frame, shot.mor_m, policy, settings.reflected)
                    if instance.visible_px >= settings.min_area_px
                )
            with step("contrast"):
                annotations = tuple(annotation_records(seen, shot, settings, develop.min_contrast, people))
            record = ImageRecord(
                image_id=number * shots_per_frame + order,
                name=str(row["image"]),
                group=group,
                split=split,
                frame=frame,
                shot=shot,
                seen=seen,
                annotations=annotations,
                twin=None
                if pair is None
                else TwinImage(pair.role, None if twin is None else twin * shots_per_frame + order),
                run=run,
                people=people,
                hour=hour_of_run(source.run),
                shown=shown,
            )
            yield record if passes(settings, whole := picture_row(record)) else whole


def _twin_of(name: str) -> str:
    """Name of the folder of a frame's twin, if the run is of pairs."""
    return f"{int(name) ^ 1:06d}" if name.isdecimal() else ""


def image_records(
    frames: Sequence[SourceFrame], settings: CommonSettings, develop: DevelopSettings, credits: Credits
) -> Iterator[ImageRecord]:
    """Every selected picture of every frame, developed and annotated, in the order of the frames. Shows a progress bar.

    With `settings.workers` several processes make them; the result does not depend on their number, and at most a few
    frames per process are in memory.

    Args:
        credits: collects the licences of what the pictures show.

    Raises:
        FrameError: a frame is damaged.
        RunError: the filter leaves no picture.
        ConfigError: the filter compares what cannot be compared, or `classes` names an unknown category.
    """
    keep_freed_memory()
    known = {*category_names(frames), *STUFF}
    check_classes(settings.classes, sorted(known))
    if settings.reflected != "all":
        check_categories(settings.reflected, known, "exporter.reflected")
    check_categories(settings.stuff, known, "exporter.stuff")
    left_out, left = LeftOut(settings), 0
    numbers = {(source.run, source.frame.folder.name): number for number, source in enumerate(frames)}
    plan = Plan(settings, develop, run_prefixes(source.run for source in frames), numbers)
    for record in _in_order(plan, frames):
        if isinstance(record, ImageRecord):
            left += 1
            yield record.credited(credits)
        else:
            left_out.add(record)
    if not left:
        raise left_out.error()


def _in_order(plan: Plan, frames: Sequence[SourceFrame]) -> Iterator[ImageRecord | Row]:
    workers = plan.settings.workers
    with Progress(len(frames), "export", "frame") as bar:
        if workers == 1:
            for source in frames:
                made = _made(plan, source)
                yield from plan.records(source) if made is None else _ready(made, plan)
                bar.update()
            return
        # a plain fork would copy locks that OpenCV's and OpenEXR's threads hold
        context = multiprocessing.get_context("forkserver")
        with ProcessPoolExecutor(workers, context, start_worker, (plan,)) as pool:
            pending: deque[Future[Made] | Made] = deque()
            todo = iter(frames)
            try:
                while True:
                    for source in islice(todo, 2 * workers - len(pending)):
                        if (made := _made(plan, source)) is None:
                            pending.append(pool.submit(_made_in_worker, source.run, source.frame.folder))
                        else:
                            pending.append(made)
                    if not pending:
                        return
                    first = pending.popleft()
                    yield from _ready(first.result() if isinstance(first, Future) else first, plan)
                    bar.update()
            finally:
                for future in pending:
                    if isinstance(future, Future):
                        future.cancel()


_plan_of_worker: Plan | None = None


def _ready(made: Made, plan: Plan) -> Iterator[ImageRecord | Row]:
    """Records that another process has made; the picture's file is not encoded again."""
    for record, data in made:
        if isinstance(record, ImageRecord) and data is not None:
            keep_encoded(record.shot, plan.settings.image_format, data)
        yield record


def _nothing_made(plan: Plan, source: SourceFrame) -> Made | None:
    return None


_made: Callable[[Plan, SourceFrame], Made | None] = _nothing_made


@contextlib.contextmanager
def use_made(made: Callable[[Plan, SourceFrame], Made | None]) -> Iterator[None]:
    """Exports inside the block take the records of a frame from `made`, where it has any."""
    global _made
    _made = made
    try:
        yield
    finally:
        _made = _nothing_made


def start_worker(plan: Plan) -> None:
    """Set up a process that makes records by a plan."""
    global _plan_of_worker
    _plan_of_worker = plan
    end_with_starter()
    cv2.setNumThreads(1)
    keep_freed_memory()
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends the workers


def _made_in_worker(run: Path, folder: Path) -> Made:
    assert _plan_of_worker is not None
    return made_by(_plan_of_worker, SourceFrame(run, RawFrame(folder)))


def made_by(plan: Plan, source: SourceFrame) -> Made:
    """Records of one frame, each with its encoded picture."""
    image_format = plan.settings.image_format
    return [
        (record, encoded_picture(record.shot, image_format) if isinstance(record, ImageRecord) else None)
        for record in plan.records(source)
    ]


def annotation_records(
    instances: Iterable[Instance],
    shot: Shot,
    settings: CommonSettings,
    min_contrast: float,
    people: Mapping[int, Row],
) -> Iterator[AnnotationRecord]:
    """The instances that a dataset annotates, with their class.

    Args:
        min_contrast: people of less contrast become regions to ignore. people: rows of `table.person_rows`.
    """
    policy = settings.reflections
    for instance in instances:
        reflection = instance.reflection_of is not None
        name = class_in(instance, settings)
        if (reflection and policy == "omit") or name is None:
            continue
        visible = contrast(shot.luminance, instance.mask, instance.bbox_xywh_px)
        invisible = instance.is_person and visible is not None and visible < min_contrast
        row = annotation_row(instance, category_of(instance, policy), visible, people)
        kept = keeps_annotation(settings, row)
        if not kept and settings.filtered == "omit":
            continue
        yield AnnotationRecord(
            instance=instance,
            category=name,
            ignore=invisible or (reflection and policy == "ignore") or not kept,
            contrast=visible,
        )


def category_of(instance: Instance, policy: ReflectionPolicy) -> str:
    """The category of an instance under a policy for reflections."""
    if instance.reflection_of is not None and policy != "category":
        return instance.category.removesuffix("_reflection")
    return instance.category


def class_in(instance: Instance, settings: CommonSettings) -> str | None:
    """The class of an instance in the dataset; None where `classes` leaves it out."""
    return class_of(category_of(instance, settings.reflections), settings.classes)


def object_classes(
    frames: Sequence[SourceFrame], settings: CommonSettings, folder: Path, include_stuff: bool = False
) -> tuple[str, ...]:
    """Names of the classes of a dataset, of things or of all: built-in ones first, always in the same order.

    A class's place does not depend on what the frames show, so that datasets can be merged. `folder`: of the dataset.
    """
    known = category_ids(folder, frames).names
    names = [
        name
        for name in (*known, *reflected_categories(settings, known))
        if (include_stuff or is_thing(name, settings.stuff))
        and (name != REFLECTION or settings.reflections == "category")
    ]
    return all_class_names(names, settings.classes)


def category_ids(folder: Path, frames: Iterable[SourceFrame]) -> CategoryIds:
    """The ids of all categories of a dataset; new ones are entered in its registry.

    Args:
        folder: of the dataset that is being written. The registry that it goes on with is there already, or, if it is
            one of several, in the folder around it.
    """
    ids = CategoryIds.read(folder)
    ids = ids if ids.registered else CategoryIds.read(folder.parent)
    ids.register(read_heads(frames).categories)
    ids.write(folder)
    return ids


def category_names(frames: Iterable[SourceFrame]) -> tuple[str, ...]:
    """Pedestrian, reflection, mirror, then the other categories of these frames by name."""
    first = (PEDESTRIAN, REFLECTION, MIRROR)
    return (*first, *sorted({*read_heads(frames).categories} - set(first)))


def reflected_categories(settings: CommonSettings, names: Iterable[str]) -> tuple[str, ...]:
    """Categories of reflections other than people's that a dataset with these categories may have."""
    if settings.reflections != "category":
        return ()
    others = [name for name in names if name not in (PEDESTRIAN, REFLECTION)]
    return tuple(reflection_of(name) for name in others if settings.reflected == "all" or name in settings.reflected)


def warn_of_versions(versions: Mapping[str, Path]) -> None:
    """Print a warning where frames were rendered by different versions of the program or of Blender, or by others than
    the one that exports them."""
    others = [f"{version} ({folder})" for version, folder in versions.items()]
    if len(others) > 1:
        print_line(f"the frames were rendered by different versions: {'; '.join(others)}")
    elif others and not others[0].startswith(f"blender_synth {__version__}"):
        print_line(f"the frames were rendered by {others[0]}; this is blender_synth {__version__}")


def warn_hidden_by_air(names: Sequence[str]) -> None:
    """Print a warning for pictures whose people the air hides (see `ImageRecord.air_hides_everybody`)."""
    if not names:
        return
    some = ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")
    print_line(
        f"the air hides every person of {len(names)} pictures ({some}): less than 5 % of their light arrives; "
        "raise develop.mor_m, or set develop.min_contrast=0.05 to have them ignored"
    )
