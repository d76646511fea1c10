"""Quick checks of a frame before it is exported: its parts belong together, and no value is impossible.

`blender_synth.verify` reports every fault of a frame; here the first one is raised, in a few milliseconds.
"""

from __future__ import annotations

import numpy as np

from blender_synth import checksums
from blender_synth.errors import FrameError
from blender_synth.frames.meta_json import FILE, RENDER_AGAIN
from blender_synth.frames.raw_frame import MAX_BOUNCES, VIA_BITS, RawFrame

FIRST_FREE_ID = 100_001
"""Ids of a frame's instances are smaller; reflections are numbered from here at export."""
_STRAY_PX, _STRAY_SHARE = 30, 0.5
"""Pixels of a person outside their outline, and their share, beyond which labels are of another frame."""


def check_frame(frame: RawFrame) -> None:
    """Check that the files are as they were written, and that table, layers and radiance agree.

    Raises:
        FrameError: names the file, the key and the value of the first fault.
    """
    _check_table(frame)
    _check_layers(frame)
    _check_radiance(frame)
    if not _check_sums(frame):
        _check_outlines(frame)


def _check_table(frame: RawFrame) -> None:
    meta, file = frame.meta, frame.folder / FILE
    if frame.folder.name.isdigit() and int(frame.folder.name) != meta.frame_index:
        raise FrameError("the frame is in the folder of another one", file=file, key="frame_index",
                         value=meta.frame_index, hint=RENDER_AGAIN)  # fmt: skip
    if len(meta.by_id) != len(meta.instances):
        raise FrameError("two instances have the same id", file=file, key="instances", hint=RENDER_AGAIN)
    for number in meta.by_id:
        if number >= FIRST_FREE_ID:
            raise FrameError(f"an instance's id is not below {FIRST_FREE_ID}", file=file, key="instances",
                             value=number, hint=RENDER_AGAIN)  # fmt: skip
    if missing := {row.category for row in meta.instances}.difference(meta.categories):
        raise FrameError("`categories` lack some of the instances'", file=file, key="categories",
                         value=sorted(missing), hint=RENDER_AGAIN)  # fmt: skip
    chains = [entry.via for row in meta.instances for entry in row.reflections]
    for number in {*meta.mirror_slots, *(number for via in chains for number in via)}:
        if number not in meta.by_id or meta.by_id[number].mirror is None:
            raise FrameError("a mirror is not in the instance table", file=file, key="mirror_slots", value=number,
                             hint=RENDER_AGAIN)  # fmt: skip


def _check_layers(frame: RawFrame) -> None:
    labels, meta, file = frame.labels, frame.meta, frame.folder / "labels.exr"
    known = np.zeros(FIRST_FREE_ID, bool)
    known[[0, *meta.by_id]] = True
    for layer in ("surface_id", "reflected_id", "transmitted_id"):
        ids = labels[layer]
        if ids.max(initial=0) >= FIRST_FREE_ID or not known.take(ids.ravel()).all():
            unknown = sorted(set(np.unique(ids).tolist()) - {0} - meta.by_id.keys())
            raise FrameError("the labels show what the instance table does not have", file=file, key=layer,
                             value=unknown[:5], hint=RENDER_AGAIN)  # fmt: skip
    for layer in ("reflected_via", "transmitted_via"):
        for code in _values(labels[layer]):
            if not _is_chain(code, len(meta.mirror_slots)):
                raise FrameError("the labels show a mirror that `mirror_slots` does not have", file=file, key=layer,
                                 value=code, hint=RENDER_AGAIN)  # fmt: skip
    for layer in ("depth_m", "reflected_path_m", "transmitted_path_m"):
        if not labels[layer].min(initial=0) >= 0:  # also for nan
            raise FrameError("a length is negative or not a number", file=file, key=layer, hint=RENDER_AGAIN)


def _values(codes: np.ndarray) -> list[int]:
    """The distinct values of a layer of few runs of equal values; 0 excluded."""
    flat = codes.ravel()
    starts = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    return sorted({int(value) for value in (*flat[:1], *flat[starts])} - {0})


def _is_chain(code: int, slots: int) -> bool:
    bounces = 0
    while code:
        if not 1 <= (code & (2**VIA_BITS - 1)) <= slots:
            return False
        code >>= VIA_BITS
        bounces += 1
    return bounces <= MAX_BOUNCES


def _check_radiance(frame: RawFrame) -> None:
    radiance = frame.radiance
    if not (radiance.min(initial=0) >= 0 and radiance.max(initial=0) < np.inf):  # also for nan
        values = radiance[~((radiance >= 0) & np.isfinite(radiance))]
        raise FrameError(f"{len(values)} values of the radiance are negative, infinite or not a number",
                         file=frame.folder / "radiance.exr", value=float(values[0]), hint=RENDER_AGAIN)  # fmt: skip
    for name, share in (frame.shares or {}).items():
        if not (share.min(initial=0) >= 0 and share.max(initial=0) < np.inf):
            raise FrameError("a share of the light is negative, infinite or not a number",
                             file=frame.folder / "glass.exr", key=name, hint=RENDER_AGAIN)  # fmt: skip


def _check_sums(frame: RawFrame) -> bool:
    """Compare the images with the frame's SHA256SUMS; False where that is not of this frame.json, or absent (in frames
    of older versions)."""
    file = frame.folder / checksums.FILE
    try:
        sums = checksums.read_sums(frame.folder)
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        raise FrameError(f"the frame's checksums are damaged ({error})", file=file, hint=RENDER_AGAIN) from None
    changes = dict(checksums.changes(frame.folder, sums))
    same_table = changes.pop(FILE, None) is None
    for path, change in changes.items():
        raise FrameError(f"the file is not as it was rendered ({change})", file=frame.folder / path, hint=RENDER_AGAIN)
    return same_table


def _check_outlines(frame: RawFrame) -> None:
    """Without a checksum of the table: whether people are where frame.json has their outlines."""
    for row in frame.meta.instances:
        amodal = row.person.amodal if row.person else None
        if amodal is None or not amodal.rle.counts:
            continue
        if amodal.rle.size != frame.size_px[::-1]:
            raise FrameError("an outline is of another size than the picture", file=frame.folder / FILE,
                             key=f"instances[{row.instance_id}].amodal", value=amodal.rle.size,
                             hint=RENDER_AGAIN)  # fmt: skip
        seen = frame.labels["surface_id"] == row.instance_id
        stray = int((seen & ~amodal.rle.mask()).sum())
        if stray > _STRAY_PX and stray > _STRAY_SHARE * int(seen.sum()):
            raise FrameError("the labels are of another frame: a person is not where frame.json has them",
                             file=frame.folder / "labels.exr", key="surface_id", value=row.instance_id,
                             hint=RENDER_AGAIN)  # fmt: skip
