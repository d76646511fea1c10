"""COCO: instances, person keypoints and panoptic, with people's reflections as annotations of their own.

images/<split>/<run>_<frame>.jpg
annotations/instances_<split>.json  person_keypoints_<split>.json  panoptic_<split>.json  panoptic_<split>/*.png
overlays/<split>/...                (with `overlays: true`) pictures with their masks drawn in
ATTRIBUTION.md                      who made what the pictures show, and its licence
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from pydantic import Field, field_validator
from tqdm import tqdm

from blender_synth import __version__
from blender_synth.annotate.instances import Instance, annotate
from blender_synth.annotate.overlay import draw_overlay
from blender_synth.annotate.ownership import GlassPolicy
from blender_synth.attribution import Credits, shown_in
from blender_synth.categories import MIRROR, PEDESTRIAN, REFLECTION
from blender_synth.develop.picture import Shot, shots
from blender_synth.develop.settings import DevelopSettings
from blender_synth.develop.visibility import contrast
from blender_synth.frames.meta import Rle
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.keypoints import COCO_KEYPOINTS, COCO_SKELETON
from blender_synth.optics.extinction import CONTRAST_AT_MOR
from blender_synth.values import Weights, plain


@plain
class Settings:
    """Attributes:
    splits: names and shares; a scene goes wholly into one, by its seed and number.
    reflections: `category` of their own, `attribute` (category pedestrian, attribute is_reflection), `ignore`
        (their pixels become crowd regions) or `omit`.
    glass, min_mix: who owns what glass and water show, and what is too faint (see annotate/ownership.py).
    image_format: of the pictures; `png16` is linear, 65535 being four times diffuse white. jpg_quality: 1 to 100.
    min_area_px: smaller annotations are left out. amodal_masks: add `amodal_segmentation`.
    panoptic: write the panoptic files. overlays: write pictures with the masks drawn in.
    """

    kind: Literal["coco"] = "coco"
    splits: Weights = Field(default_factory=lambda: {"train": 0.8, "val": 0.2})
    reflections: Literal["category", "attribute", "ignore", "omit"] = "category"
    glass: Literal["radiance", "reflected", "transmitted", "both"] = "radiance"
    min_mix: float = Field(default=0.05, ge=0, le=1)
    image_format: Literal["jpg", "png", "png16"] = "jpg"
    jpg_quality: int = Field(default=95, ge=1, le=100)
    min_area_px: int = Field(default=1, ge=1)
    amodal_masks: bool = False
    panoptic: bool = True
    overlays: bool = False

    @field_validator("splits")
    @classmethod
    def _names(cls, splits: dict[str, float]) -> dict[str, float]:
        for name in splits:
            if not name.replace("_", "").replace("-", "").isalnum():
                raise ValueError(f"a split's name is made of letters, digits, - and _, not {name!r}")
        return splits


def split_of(frame: RawFrame, splits: Mapping[str, float]) -> str:
    """The split of a frame's scene: the same whenever the same scene is exported, in whatever company."""
    digest = hashlib.sha256(f"{frame.meta.root_seed}/{frame.meta.scene_index}".encode()).digest()
    position = int.from_bytes(digest[:8], "little") / 2**64 * math.fsum(splits.values())
    for name, share in splits.items():
        if position < share:
            return name
        position -= share
    return name


def write(
    frames: list[tuple[Path, RawFrame]], folder: Path, settings: Settings, develop_settings: DevelopSettings
) -> str:
    """Write the dataset into an empty folder; returns what was written, in words."""
    categories = _categories(frames, settings)
    ids = {category["name"]: category["id"] for category in categories}
    prefixes = _prefixes([run for run, _ in frames])
    files = {name: _File(name, folder, categories, settings) for name in settings.splits}
    credits = Credits()
    numbers = {(run, frame.meta.frame_index): number for number, (run, frame) in enumerate(frames)}
    each = len(develop_settings.mor_m or (None,))
    with tqdm(frames, desc="export", unit="frame") as bar:
        for number, (run, frame) in enumerate(bar):
            target = files[split_of(frame, settings.splits)]
            shown = shown_in(frame)
            pair = frame.meta.pair
            twin = pair and numbers.get((run, pair.frame_index))
            group = f"{prefixes[run]}_{frame.folder.name}"
            for order, shot in enumerate(shots(frame, develop_settings), start=1):
                name = f"{group}_mor{shot.mor_m:g}" if each > 1 else group
                ours = pair and {"role": pair.role, "image_id": None if twin is None else twin * each + order}
                more = {"licenses": credits.add(shown)} | ({"pair": ours} if ours else {})
                target.add(number * each + order, (name, group), frame, ids, shot, develop_settings.min_contrast, more)
    for file in files.values():
        file.finish(credits.rows())
    credits.write(folder)
    if hidden := [name for file in files.values() for name in file.hidden]:
        tqdm.write(_hidden_by_air(hidden), file=sys.stderr)
    counts = {name: sum(file.counts.get(name, 0) for file in files.values()) for name in (PEDESTRIAN, REFLECTION)}
    pictures = sum(len(file.images) for file in files.values())
    return f"{pictures} pictures, {counts[PEDESTRIAN]} pedestrians, {counts[REFLECTION]} reflections"


def _hidden_by_air(names: list[str]) -> str:
    some = ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")
    hint = "raise develop.mor_m, or set develop.min_contrast=0.05 to have them ignored"
    return f"the air hides every person of {len(names)} pictures ({some}): less than 5 % of their light arrives; {hint}"


class _File:
    """What gathers for one split."""

    def __init__(self, split: str, folder: Path, categories: list[dict], settings: Settings):
        self.split, self.folder, self.categories, self.settings = split, folder, categories, settings
        self.images: list[dict] = []
        self.instances: list[dict] = []
        self.keypoints: list[dict] = []
        self.panoptic: list[dict] = []
        self.counts: dict[str, int] = {}
        self.hidden: list[str] = []
        """Pictures whose people the air hides, all of them."""
        for name in ("images", *(["overlays"] if settings.overlays else [])):
            (folder / name / split).mkdir(parents=True)
        (folder / "annotations").mkdir(exist_ok=True)
        if settings.panoptic:
            (folder / "annotations" / f"panoptic_{split}").mkdir()

    def add(
        self,
        image_id: int,
        names: tuple[str, str],
        frame: RawFrame,
        ids: dict[str, int],
        shot: Shot,
        least: float,
        more: dict[str, Any],
    ) -> None:
        """One picture of a frame, and its annotations.

        Args:
            names: of the picture, and of its frame. least: people of less contrast are regions to ignore. more: what
                else its row says: `licenses` of what it shows; `pair` names its twin with or without mirrors.
        """
        name, group = names
        policy = GlassPolicy(glass=self.settings.glass, min_mix=self.settings.min_mix)
        found = annotate(frame, shot.mor_m, policy)
        found = [i for i in found if i.visible_px >= self.settings.min_area_px]
        picture = cv2.cvtColor(shot.picture, cv2.COLOR_RGB2BGR)
        file_name = f"{name}.{self.settings.image_format.removesuffix('16')}"
        stored = picture if self.settings.image_format != "png16" else cv2.cvtColor(shot.linear16(), cv2.COLOR_RGB2BGR)
        _write_image(
            self.folder / "images" / self.split / file_name, stored, shot.jpeg_quality or self.settings.jpg_quality
        )
        if self.settings.overlays:
            _write_image(self.folder / "overlays" / self.split / f"{name}.png", draw_overlay(picture, found), 95)
        width, height = frame.size_px
        self.images.append(
            {
                "id": image_id,
                "file_name": file_name,
                "width": width,
                "height": height,
                "root_seed": frame.meta.root_seed,
                "scene_index": frame.meta.scene_index,
                "camera": {
                    "k": frame.meta.camera.k,
                    "world_from_camera": frame.meta.camera.world_from_camera,
                },
                "frame_group": group,
                "mor_m": shot.mor_m,
                "iso": None if shot.iso is None else round(shot.iso),
                **more,
            }
        )
        arrives = [i.transmittance for i in found if i.category in (PEDESTRIAN, REFLECTION)]
        if arrives and max(arrives) < CONTRAST_AT_MOR:
            self.hidden.append(name)
        for instance in found:
            seen = contrast(shot.luminance, instance.mask, instance.bbox_xywh_px)
            if annotation := self._annotation(instance, image_id, ids, seen, least):
                self.instances.append(annotation)
                self.counts[instance.category] = self.counts.get(instance.category, 0) + 1
                if instance.keypoints is not None and not annotation["iscrowd"]:
                    flat = [
                        round(float(v), 2) if i % 3 < 2 else int(v) for i, v in enumerate(instance.keypoints.ravel())
                    ]
                    self.keypoints.append(
                        {**annotation, "keypoints": flat, "num_keypoints": int((instance.keypoints[:, 2] > 0).sum())}
                    )
        if self.settings.panoptic:
            self._add_panoptic(image_id, name, found, ids, (height, width))

    def _annotation(
        self, instance: Instance, image_id: int, ids: dict[str, int], seen: float | None, least: float
    ) -> dict[str, Any] | None:
        policy = self.settings.reflections
        reflection = instance.category == REFLECTION
        if reflection and policy == "omit":
            return None
        category = PEDESTRIAN if reflection and policy in ("attribute", "ignore") else instance.category
        invisible = category in (PEDESTRIAN, REFLECTION) and seen is not None and seen < least
        annotation = {
            "id": image_id * 1_000_000 + instance.instance_id,
            "image_id": image_id,
            "category_id": ids[category],
            "segmentation": Rle.of(instance.mask).coco(),
            "area": instance.visible_px,
            "bbox": list(instance.bbox_xywh_px),
            "iscrowd": int(invisible or (reflection and policy == "ignore")),
            "instance_id": instance.instance_id,
            "visible_px": instance.visible_px,
            "amodal_px": instance.amodal_px,
            "visibility": instance.visibility,
            "truncation": instance.truncation,
            "distance_m": instance.distance_m,
            "transmittance": instance.transmittance,
            "contrast": seen,
        }
        if instance.mirror_kind is not None:
            annotation |= {"mirror_kind": instance.mirror_kind, "surface": instance.surface}
        if category in (PEDESTRIAN, REFLECTION):
            annotation |= {"mix": instance.mix, "overlap": instance.overlap, "behind": list(instance.behind)}
        if policy == "attribute" and category == PEDESTRIAN:
            annotation["is_reflection"] = reflection
        if reflection:
            annotation |= {
                "reflection_of": instance.reflection_of,
                "via": list(instance.via),
                "bounces": instance.bounces,
                "source_in_frame": instance.source_in_frame,
            }
        if self.settings.amodal_masks and instance.amodal_rle:
            annotation["amodal_segmentation"] = instance.amodal_rle.coco()
        return annotation

    def _add_panoptic(
        self, image_id: int, name: str, found: list[Instance], ids: dict[str, int], shape: tuple[int, int]
    ) -> None:
        """Every pixel belongs to one segment: a reflection, or a person behind glass, wins over what shows it; of two
        the one with more of the light."""
        owner = np.zeros(shape, np.uint32)
        rows = []
        order = {PEDESTRIAN: 1, REFLECTION: 1}
        for instance in sorted(found, key=lambda i: (order.get(i.category, 0), 1.0 if i.mix is None else i.mix)):
            if instance.category == REFLECTION and self.settings.reflections in ("omit", "ignore"):
                continue
            owner[instance.mask] = instance.instance_id
        for instance in found:
            own = owner == instance.instance_id
            if not own.any():
                continue
            category = (
                PEDESTRIAN
                if instance.category == REFLECTION and self.settings.reflections == "attribute"
                else instance.category
            )
            y, x = np.nonzero(own)
            box = [int(x.min()), int(y.min()), int(np.ptp(x)) + 1, int(np.ptp(y)) + 1]
            rows.append(
                {
                    "id": instance.instance_id,
                    "category_id": ids[category],
                    "area": int(own.sum()),
                    "bbox": box,
                    "iscrowd": 0,
                }
            )
        coded = np.stack([owner >> 16 & 255, owner >> 8 & 255, owner & 255], axis=-1).astype(np.uint8)  # B G R
        _write_image(self.folder / "annotations" / f"panoptic_{self.split}" / f"{name}.png", coded, 95)
        self.panoptic.append({"image_id": image_id, "file_name": f"{name}.png", "segments_info": rows})

    def finish(self, licences: list[dict]) -> None:
        """Write the split's JSON files."""
        info = {"description": "synthetic images made with blender_synth", "version": __version__}
        head = {"info": info, "licenses": licences, "images": self.images}
        person = [
            {**c, "keypoints": list(COCO_KEYPOINTS), "skeleton": [list(bone) for bone in COCO_SKELETON]}
            for c in self.categories
            if c["name"] in (PEDESTRIAN, REFLECTION)
        ]
        self._write("instances", {**head, "annotations": self.instances, "categories": self.categories})
        self._write("person_keypoints", {**head, "annotations": self.keypoints, "categories": person})
        if self.settings.panoptic:
            self._write("panoptic", {**head, "annotations": self.panoptic, "categories": self.categories})

    def _write(self, name: str, content: dict) -> None:
        path = self.folder / "annotations" / f"{name}_{self.split}.json"
        path.write_text(json.dumps(content), encoding="utf-8")


_STUFF = {"road", "pavement", "building", "vegetation", "sky"}


def _categories(frames: list[tuple[Path, RawFrame]], settings: Settings) -> list[dict[str, Any]]:
    """1 pedestrian, 2 pedestrian_reflection, 3 mirror; then the scenery of these frames, by name."""
    first = [(PEDESTRIAN, "person"), (REFLECTION, "person"), (MIRROR, "mirror")]
    others = sorted({c for _, frame in frames for c in frame.meta.categories} - {name for name, _ in first})
    named = [*first, *((name, "scenery") for name in others)]
    return [
        {"id": number, "name": name, "supercategory": above, "isthing": int(name not in _STUFF)}
        for number, (name, above) in enumerate(named, start=1)
        if not (name == REFLECTION and settings.reflections != "category")
    ]


def _prefixes(runs: list[Path]) -> dict[Path, str]:
    """A short name for each run, unique among them."""
    unique = list(dict.fromkeys(runs))
    names = [run.resolve().name for run in unique]
    return {
        run: name if names.count(name) == 1 else f"{name}-{hashlib.sha256(str(run.resolve()).encode()).hexdigest()[:8]}"
        for run, name in zip(unique, names, strict=True)
    }


def _write_image(path: Path, image: np.ndarray, jpg_quality: int) -> None:
    options = [cv2.IMWRITE_JPEG_QUALITY, jpg_quality] if path.suffix == ".jpg" else [cv2.IMWRITE_PNG_COMPRESSION, 4]
    ok, data = cv2.imencode(path.suffix, image, options)
    if not ok:
        raise OSError(f"the picture could not be encoded: {path}")
    path.write_bytes(data.tobytes())
