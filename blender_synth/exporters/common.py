"""What dataset formats share: settings, splits, names, selection, reflection policy, pictures.

`image_records` walks through frames and their developed pictures and gives one typed record for each, so that a format
only has to write it down.
"""

from __future__ import annotations

import hashlib
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from pydantic import Field, field_validator
from tqdm import tqdm

from blender_synth.annotate.instances import Instance, annotate
from blender_synth.annotate.ownership import GlassPolicy
from blender_synth.attribution import Credits, shown_in
from blender_synth.categories import MIRROR, PEDESTRIAN, REFLECTION, STUFF, is_thing
from blender_synth.develop.picture import Shot, shots, visibilities
from blender_synth.develop.settings import DevelopSettings
from blender_synth.develop.visibility import contrast
from blender_synth.exporters.contract import SourceFrame
from blender_synth.exporters.rows import annotation_row, picture_row
from blender_synth.exporters.selection import (
    LeftOut,
    SelectionSettings,
    check_classes,
    class_names,
    class_of,
    keeps_annotation,
    passes,
    passes_early,
)
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.table import Row, frame_row, hour_of_run, person_rows
from blender_synth.optics.extinction import CONTRAST_AT_MOR
from blender_synth.values import Weights, plain

ReflectionPolicy = Literal["category", "attribute", "ignore", "omit"]
ImageFormat = Literal["jpg", "png", "png16"]
_PNG_COMPRESSION = 4


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
        """Whether it is the reflection of a person, whatever its category."""
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
        people: rows of `table.person_rows`, by instance id. hour: local time, where it is known.
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

    @property
    def air_hides_everybody(self) -> bool:
        """Whether there are people, of each of whom less light arrives than `CONTRAST_AT_MOR`."""
        arriving = [instance.transmittance for instance in self.seen if instance.is_person]
        return bool(arriving) and max(arriving) < CONTRAST_AT_MOR


def image_records(
    frames: Sequence[SourceFrame], settings: CommonSettings, develop: DevelopSettings, credits: Credits
) -> Iterator[ImageRecord]:
    """Every selected picture of every frame, developed and annotated one after the other. Shows a progress bar.

    Args:
        credits: collects the licences of what the pictures show.

    Raises:
        FrameError: a frame is damaged.
        RunError: the filter leaves no picture.
        ConfigError: the filter compares what cannot be compared, or `classes` names an unknown category.
    """
    check_classes(settings.classes, sorted({*category_names(frames), *STUFF}))
    left_out, left = LeftOut(settings), 0
    prefixes = run_prefixes(source.run for source in frames)
    numbers = {(source.run, source.frame.meta.frame_index): number for number, source in enumerate(frames)}
    shots_per_frame = len(develop.mor_m or (None,))
    policy = GlassPolicy(glass=settings.glass, min_mix=settings.min_mix)
    with tqdm(frames, desc="export", unit="frame") as bar:
        for number, source in enumerate(bar):
            frame = source.frame
            run = prefixes[source.run]
            group = f"{run}_{frame.folder.name}"
            split = split_of(frame, settings.splits)
            facts: Row = {"split": split, "run": run, **frame_row(frame.meta), "hour": hour_of_run(source.run)}
            rows = [
                facts
                | {
                    "image": f"{group}_mor{mor_m:g}" if shots_per_frame > 1 else group,
                    "image_id": number * shots_per_frame + order,
                    "mor_m": mor_m,
                }
                for order, mor_m in enumerate(visibilities(frame, develop), start=1)
            ]
            early = [passes_early(settings, row) for row in rows]
            if not any(early):
                for row in rows:
                    left_out.add(row)
                continue
            shown, pair = shown_in(frame), frame.meta.pair
            twin = None if pair is None else numbers.get((source.run, pair.frame_index))
            people = person_rows(frame.meta)
            for order, shot in enumerate(shots(frame, develop), start=1):
                if not early[order - 1]:
                    left_out.add(rows[order - 1])
                    continue
                seen = tuple(
                    instance
                    for instance in annotate(frame, shot.mor_m, policy)
                    if instance.visible_px >= settings.min_area_px
                )
                record = ImageRecord(
                    image_id=number * shots_per_frame + order,
                    name=str(rows[order - 1]["image"]),
                    group=group,
                    split=split,
                    frame=frame,
                    shot=shot,
                    seen=seen,
                    annotations=tuple(annotation_records(seen, shot, settings, develop.min_contrast, people)),
                    twin=None
                    if pair is None
                    else TwinImage(pair.role, None if twin is None else twin * shots_per_frame + order),
                    run=run,
                    people=people,
                    hour=hour_of_run(source.run),
                )
                if not passes(settings, whole := picture_row(record)):
                    left_out.add(whole)
                    continue
                left += 1
                yield replace(record, licence_ids=tuple(credits.add(shown)))
    if not left:
        raise left_out.error()


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
        reflection = instance.category == REFLECTION
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
    return PEDESTRIAN if instance.category == REFLECTION and policy != "category" else instance.category


def class_in(instance: Instance, settings: CommonSettings) -> str | None:
    """The class of an instance in the dataset; None where `classes` leaves it out."""
    return class_of(category_of(instance, settings.reflections), settings.classes)


def object_classes(
    frames: Sequence[SourceFrame], settings: CommonSettings, include_stuff: bool = False
) -> tuple[str, ...]:
    """Names of the classes that the dataset may have, in the order of `category_names`: of things, or of all."""
    names = [
        name
        for name in category_names(frames)
        if (include_stuff or is_thing(name, settings.stuff))
        and (name != REFLECTION or settings.reflections == "category")
    ]
    return class_names(names, settings.classes)


def category_names(frames: Iterable[SourceFrame]) -> tuple[str, ...]:
    """Pedestrian, reflection, mirror, then the other categories of these frames by name."""
    first = (PEDESTRIAN, REFLECTION, MIRROR)
    return (*first, *sorted({name for source in frames for name in source.frame.meta.categories} - set(first)))


def split_of(frame: RawFrame, splits: Mapping[str, float]) -> str:
    """The split of a frame's scene: always the same for the same scene, whatever else is exported."""
    digest = hashlib.sha256(f"{frame.meta.root_seed}/{frame.meta.scene_index}".encode()).digest()
    position = int.from_bytes(digest[:8], "little") / 2**64 * math.fsum(splits.values())
    for name, share in splits.items():
        if position < share:
            return name
        position -= share
    return list(splits)[-1]


def run_prefixes(runs: Iterable[Path]) -> dict[Path, str]:
    """A short name for each run, unique among them."""
    unique = list(dict.fromkeys(runs))
    names = [run.resolve().name for run in unique]
    return {
        run: name if names.count(name) == 1 else f"{name}-{hashlib.sha256(str(run.resolve()).encode()).hexdigest()[:8]}"
        for run, name in zip(unique, names, strict=True)
    }


def picture_file_name(name: str, image_format: ImageFormat) -> str:
    """File name of a picture with its extension."""
    return f"{name}.{image_format.removesuffix('16')}"


def write_picture(path: Path, shot: Shot, image_format: ImageFormat) -> None:
    """Encode a picture in one of the image formats."""
    path.write_bytes(encoded_picture(shot, image_format))


_last: list[tuple[Shot, ImageFormat, bytes]] = []


def encoded_picture(shot: Shot, image_format: ImageFormat) -> bytes:
    """A picture as a file's bytes. The last one is kept, so that several formats encode it once."""
    for known, known_format, data in _last:
        if known is shot and known_format == image_format:
            return data
    pixels = shot.linear16() if image_format == "png16" else shot.picture
    data = encoded(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), f".{image_format.removesuffix('16')}", shot.jpeg_quality)
    _last[:] = [(shot, image_format, data)]
    return data


def write_image(path: Path, image: np.ndarray, jpeg_quality: int = 95) -> None:
    """Encode an image (H, W, 3), B G R, or (H, W), uint8 or uint16, in the format of the path's extension."""
    path.write_bytes(encoded(image, path.suffix, jpeg_quality))


def encoded(image: np.ndarray, suffix: str, jpeg_quality: int = 95) -> bytes:
    """An image as `write_image` writes it. `suffix`: ``".jpg"`` or ``".png"``."""
    jpeg = suffix == ".jpg"
    options = [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality] if jpeg else [cv2.IMWRITE_PNG_COMPRESSION, _PNG_COMPRESSION]
    ok, data = cv2.imencode(suffix, image, options)
    if not ok:
        raise OSError(f"an image of {image.shape} {image.dtype} could not be encoded as {suffix}")
    return bytes(data)


def warn_hidden_by_air(names: Sequence[str]) -> None:
    """Print a warning for pictures whose people the air hides (see `ImageRecord.air_hides_everybody`)."""
    if not names:
        return
    some = ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")
    tqdm.write(
        f"the air hides every person of {len(names)} pictures ({some}): less than 5 % of their light arrives; "
        "raise develop.mor_m, or set develop.min_contrast=0.05 to have them ignored",
        file=sys.stderr,
    )
