"""Motions from BVH files: how their joints map to the body, and one frame of one of them."""

from __future__ import annotations

import dataclasses
import functools
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field

from blender_synth.errors import AssetError, ConfigError
from blender_synth.packs.bvh import Bvh, read_bvh
from blender_synth.packs.items import Pack
from blender_synth.values import Vec3, pick, plain
from blender_synth.world.pack_items import Credit, items_named, no_item

KEY = "pedestrians.person.motion"
_SIDED = ("shoulder", "upper_arm", "forearm", "hand", "thigh", "shin", "foot", "toes")
PARTS = ("pelvis", "chest", "neck", "head", *(f"{s}_{p}" for s in ("left", "right") for p in _SIDED))
"""Parts of a body that a motion turns; `shoulder` is the collarbone."""
NEEDED = (
    "pelvis",
    "chest",
    *(f"{s}_{p}" for s in ("left", "right") for p in ("upper_arm", "forearm", "thigh", "shin")),
)
"""Parts that a motion must have; the others follow their neighbours."""
_NEXT = {"upper_arm": "forearm", "forearm": "hand", "thigh": "shin", "shin": "foot", "foot": "toes"}

# Usual names of joints, by what they are called in files from CMU and Mixamo, from Biovision, and from Poser and Daz.
_TRUNK = {
    "pelvis": ("hips", "hip", "pelvis"),
    "chest": ("spine3", "spine2", "spine1", "upperchest", "chest3", "chest2", "chest1", "chest", "spine", "abdomen"),
    "neck": ("neck", "neck1", "neckbase"),
    "head": ("head",),
}
_LIMBS = (
    ("{}shoulder", "{}arm", "{}forearm", "{}hand", "{}upleg", "{}leg", "{}foot", "{}toebase"),
    ("{}collar", "{}shoulder", "{}elbow", "{}wrist", "{}hip", "{}knee", "{}ankle", "{}toes"),
    ("{}collar", "{}shldr", "{}forearm", "{}hand", "{}thigh", "{}shin", "{}foot", "{}toe"),
    ("{}shoulder", "{}upperarm", "{}lowerarm", "{}hand", "{}upperleg", "{}lowerleg", "{}foot", "{}toes"),
)

Quaternion = tuple[float, float, float, float]


@plain
class MotionFrame:
    """One frame of a recorded motion, on the spot and facing +X; +Y left, +Z up.

    Attributes:
        name: of the file. frame: its number there. credit: where the file is from a pack.
        turns_wxyz: rotation of each part from the motion's own rest pose to this frame.
        rest_directions: where the part's bone points in that rest pose.
    """

    name: str
    frame: int
    credit: Credit | None = None
    turns_wxyz: dict[str, Quaternion]
    rest_directions: dict[str, Vec3]


@plain
class MotionClip:
    """One file, or motions of asset packs.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `file` | null | path | a BVH file |
    | `item` | "" | name | motions of packs instead: `pack/item`, a whole pack, or a tag; the pack states the rest |
    | `weight` | 1.0 | weight | how often it is taken, against the other clips |
    | `start_s` | 0.0 | s | start of the part that frames are taken from; a rest pose in frame 0 is left out |
    | `end_s` | .inf | s | its end |
    | `rest_frame` | null | frame | frame in which the figure stands upright at rest; null: the pose without rotations |
    | `map` | {} | names | part of the body, of `PARTS`, to joint, where the usual names do not tell |
    | `credit` | null | credit | set by the program for motions of packs |
    """

    file: Path | None = None
    item: str = ""
    weight: float = Field(default=1.0, ge=0)
    start_s: float = Field(default=0.0, ge=0)
    end_s: float = math.inf
    rest_frame: int | None = Field(default=None, ge=0)
    map: dict[str, str] = Field(default_factory=dict)
    credit: Credit | None = None

    @property
    def path(self) -> Path:
        """Its file.

        Raises:
            ConfigError: it names motions of packs, and they have not been looked up.
        """
        if self.file is None:
            raise no_item(self.item, (), "motion", KEY)
        return self.file

    def key(self, name: str) -> str:
        """The key of one of its settings, in the config or in the manifest of its pack."""
        return f"{KEY}.{name}" if self.credit is None else f"{self.credit.pack}/{self.credit.item}: {name}"


def _as_clip(value: object) -> object:
    if isinstance(value, str) and not value.lower().endswith(".bvh"):
        return {"item": value}
    return {"file": value} if isinstance(value, str | Path) else value


def _as_ranges(value: object) -> object:
    if isinstance(value, str | Path):
        return {"clips": [_as_clip(value)]}
    if isinstance(value, list | tuple):
        return {"clips": [_as_clip(v) for v in value]}
    if isinstance(value, Mapping) and ("file" in value or "item" in value):
        return {"clips": [value]}
    return value


def _checked(ranges: MotionRanges) -> MotionRanges:
    if ranges.clips and not sum(c.weight for c in ranges.clips) > 0:
        raise ValueError("the clips' weights need a sum above zero")
    for clip in ranges.clips:
        if (clip.file is None) == (not clip.item):
            raise ValueError("a clip needs either a file or an item of a pack")
        if clip.file is not None:
            _retarget(clip)
    return ranges


@plain
class MotionRanges:
    """Motions that people are shown in. In a config: one file, a clip, a list of either, or all of this.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `share` | 1.0 | share | share of those who walk, run, stand or wait |
    | `clips` | [] | clips | files or `MotionClip`s that they are taken from |
    """

    share: float = Field(default=1.0, ge=0, le=1)
    clips: tuple[MotionClip, ...] = ()

    def resolve_packs(self, packs: Sequence[Pack]) -> MotionRanges:
        """The same with the files of the items that it names.

        Raises:
            ConfigError: no pack has such a motion. AssetError: a motion does not fit the body.
        """
        if not any(clip.item for clip in self.clips):
            return self
        clips: list[MotionClip] = []
        for clip in self.clips:
            found = items_named(clip.item, packs, "motion") if clip.item else []
            if clip.item and not found:
                raise no_item(clip.item, packs, "motion", KEY)
            total = sum(item.terms.weight for _, item in found) or 1.0
            for pack, item in found:
                resolved = MotionClip(
                    file=pack.folder / item.file,
                    weight=clip.weight * item.terms.weight / total,
                    start_s=item.terms.start_s,
                    end_s=item.terms.end_s,
                    rest_frame=item.terms.rest_frame,
                    map=item.terms.map,
                    credit=Credit.of(pack, item),
                )
                _retarget(resolved)
                clips.append(resolved)
            if not clip.item:
                clips.append(clip)
        if not sum(clip.weight for clip in clips) > 0:
            raise ConfigError("all motions have a weight of 0", key=KEY, hint="give one of them a weight above 0")
        return dataclasses.replace(self, clips=tuple(clips))


Motions = Annotated[MotionRanges, BeforeValidator(_as_ranges), AfterValidator(_checked)]
"""`MotionRanges` whose files have been read and fit."""


def draw_motion(ranges: MotionRanges, rng: np.random.Generator) -> MotionFrame | None:
    """One frame of one clip, or None for the share of people without."""
    chosen, moment = rng.random() < ranges.share, float(rng.random())
    if not ranges.clips or not chosen:
        return None
    clip = ranges.clips[int(pick(rng, {str(i): c.weight for i, c in enumerate(ranges.clips)}))]
    first, last = _span(clip, _read(clip.path, clip.path.stat().st_mtime_ns))
    return motion_frame(clip, min(first + int(moment * (last - first + 1)), last))


def motion_frame(clip: MotionClip, frame: int) -> MotionFrame:
    """A given frame of a clip.

    Raises:
        AssetError: the file is no BVH, or its skeleton does not fit.
    """
    bvh, joints, axes = _retarget(clip)
    rest, rest_at = bvh.pose(clip.rest_frame)
    now, _ = bvh.pose(frame)
    turns = {part: axes @ now[j] @ rest[j].T @ axes.T for part, j in joints.items()}
    ahead = turns["pelvis"] @ [1.0, 0.0, 0.0]
    yaw = -math.atan2(ahead[1], ahead[0])
    c, s = math.cos(yaw), math.sin(yaw)
    level = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    directions: dict[str, Vec3] = {}
    for part, j in joints.items():
        side, _, name = part.partition("_")
        following = joints.get(f"{side}_{_NEXT.get(name, '')}")
        if following is None:
            following = next((i for i, joint in enumerate(bvh.joints) if joint.parent == j), None)
        if following is not None and np.linalg.norm(rest_at[following] - rest_at[j]) > 1e-6:
            d = axes @ (rest_at[following] - rest_at[j])
            x, y, z = (round(float(v), 6) for v in d / np.linalg.norm(d))
            directions[part] = (x, y, z)
    return MotionFrame(
        name=clip.path.name,
        frame=frame,
        credit=clip.credit,
        turns_wxyz={part: _quaternion(level @ turn) for part, turn in turns.items()},
        rest_directions=directions,
    )


@functools.lru_cache(maxsize=64)
def _read(file: Path, changed_ns: int) -> Bvh:
    return read_bvh(file)


def _span(clip: MotionClip, bvh: Bvh) -> tuple[int, int]:
    """First and last frame that may be taken."""
    rotation_columns = [k for j in bvh.joints for k, c in enumerate(j.channels, j.column) if c.endswith("rotation")]
    still = len(bvh.frames) > 1 and not np.abs(bvh.frames[0, rotation_columns]).max() > 1e-3
    first = max(int(still), math.ceil(clip.start_s / bvh.frame_s))
    last = min(len(bvh.frames) - 1, int(min(clip.end_s / bvh.frame_s, 1e9)))
    if first > last:
        raise AssetError(
            "the part of the motion that was asked for is empty",
            file=clip.file,
            key=clip.key("start_s"),
            value=[clip.start_s, clip.end_s],
            hint=f"the file lasts {len(bvh.frames) * bvh.frame_s:.2f} s",
        )
    return first, last


def _retarget(clip: MotionClip) -> tuple[Bvh, dict[str, int], np.ndarray]:
    """The file, its joint for each part, and the rotation (3, 3) from its axes to ours."""
    file = clip.path
    bvh = _read(file, file.stat().st_mtime_ns if file.is_file() else 0)
    _span(clip, bvh)
    if clip.rest_frame is not None and clip.rest_frame >= len(bvh.frames):
        raise AssetError(
            "the file has no such frame",
            file=clip.file,
            key=clip.key("rest_frame"),
            value=clip.rest_frame,
            hint=f"use 0 to {len(bvh.frames) - 1}, or leave it out",
        )
    joints = _joints_by_part(clip, bvh)
    _, at = bvh.pose(clip.rest_frame)
    up = _main_axis(at[joints["chest"]] - (at[joints["left_thigh"]] + at[joints["right_thigh"]]) / 2)
    left = _main_axis(at[joints["left_thigh"]] - at[joints["right_thigh"]])
    down = at[joints["left_shin"]] - at[joints["left_thigh"]]
    if abs(up @ left) > 0.5 or -down @ up < 0.5 * np.linalg.norm(down):
        raise AssetError(
            "the motion's rest pose does not stand upright, so the rotation of its joints is ambiguous",
            file=clip.file,
            key=clip.key("rest_frame"),
            value=clip.rest_frame,
            hint="name a frame in which the figure stands straight, arms hanging or spread, as rest_frame",
        )
    return bvh, joints, np.stack([np.cross(left, up), left, up])


def _main_axis(v: np.ndarray) -> np.ndarray:
    axis = np.zeros(3)
    k = int(np.abs(v).argmax())
    axis[k] = 1.0 if v[k] >= 0 else -1.0
    return axis


def _joints_by_part(clip: MotionClip, bvh: Bvh) -> dict[str, int]:
    plain_names: dict[str, str] = {}
    for name in bvh.names:  # "mixamorig:LeftUpLeg" -> "leftupleg"
        plain_names.setdefault(re.sub(r"[^a-z0-9]", "", name.split(":")[-1].lower()), name)
    for part, joint in clip.map.items():
        if part not in PARTS or joint not in bvh.names:
            raise AssetError(
                "the map of a motion names a part or a joint that is not there",
                file=clip.file,
                key=clip.key(f"map.{part}"),
                value=joint,
                hint=f"parts: {', '.join(PARTS)}; joints of the file: {', '.join(bvh.names)}",
            )
    found = {part: next((plain_names[n] for n in names if n in plain_names), None) for part, names in _TRUNK.items()}
    best: dict[str, str] = {}
    for family in _LIMBS:
        for sides in (("left", "right"), ("l", "r")):
            limbs = {
                f"{side}_{part}": plain_names[form.format(short)]
                for side, short in zip(("left", "right"), sides, strict=True)
                for part, form in zip(_SIDED, family, strict=True)
                if form.format(short) in plain_names
            }
            best = max(best, limbs, key=len)
    named = {p: n for p, n in found.items() if n} | best | clip.map
    missing = [part for part in NEEDED if part not in named]
    if missing:
        raise AssetError(
            "the motion does not fit the rig: no joint was found for some parts of the body",
            file=clip.file,
            key=clip.key("map"),
            value=missing,
            hint=f"name each one's joint in the map, among: {', '.join(bvh.names)}",
        )
    return {part: bvh.index(name) for part, name in named.items()}


def _quaternion(m: np.ndarray) -> Quaternion:
    """Unit quaternion (w, x, y, z), w >= 0, of a rotation (3, 3): the largest eigenvector of Bar-Itzhack's matrix."""
    xx, xy, xz = m[0]
    yx, yy, yz = m[1]
    zx, zy, zz = m[2]
    k = np.array(
        [
            [xx + yy + zz, zy - yz, xz - zx, yx - xy],
            [zy - yz, xx - yy - zz, xy + yx, xz + zx],
            [xz - zx, xy + yx, yy - xx - zz, yz + zy],
            [yx - xy, xz + zx, yz + zy, zz - xx - yy],
        ]
    )
    q = np.linalg.eigh(k)[1][:, -1]
    w, x, y, z = (round(float(v), 7) for v in (q if q[0] >= 0 else -q))
    return w, x, y, z
