"""Checks of one raw frame: its files, the instance table, and the label layers against the table."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from blender_synth import checksums
from blender_synth.errors import FrameError
from blender_synth.frames.meta import Amodal, FrameMeta
from blender_synth.frames.meta_json import FILE
from blender_synth.frames.raw_frame import (
    GLASS_LAYERS,
    LABEL_LAYERS,
    MAX_BOUNCES,
    VIA_BITS,
    RawFrame,
    decode_via,
    read_exr,
)
from blender_synth.verify.findings import Findings
from blender_synth.verify.sums import check_sums, check_unlisted

_FILES = (FILE, "radiance.exr", "labels.exr")
_OPTIONAL = ("glass.exr",)
_FAULT_OF = (("missing", "missing-file"), ("of another version", "wrong-version"), ("a value is wrong", "wrong-value"))


def check_frame(folder: Path, findings: Findings) -> FrameMeta | None:
    """Check a frame's folder; its metadata, or None where they cannot be read."""
    sums, changed = check_sums(folder, findings, required=False)
    if not sums and not (folder / checksums.FILE).exists():
        findings.notes.append(f"{folder.name} has no checksums; it was rendered by an older version")
    check_unlisted(folder, {*_FILES, *_OPTIONAL}, findings)
    findings.checked["frames"] += 1
    frame = RawFrame(folder)
    for name in _FILES:
        if not (folder / name).is_file() and name not in sums:
            findings.fault("missing-file", folder / name, "the file is not there")
    if changed:  # damaged bytes are reported already, and are not given to decoders
        return None
    try:
        meta = frame.meta
    except FrameError as error:
        if (folder / FILE).is_file():
            name = next((name for text, name in _FAULT_OF if text in error.problem), "unreadable-file")
            findings.fault("missing-key" if error.problem == "a key is missing" else name, folder / FILE,
                           error.problem, error.key, error.value)  # fmt: skip
        return None
    except (ValueError, RecursionError, OverflowError) as error:
        findings.fault("unreadable-file", folder / FILE, str(error))
        return None
    _check_table(meta, folder, findings)
    _check_layers(frame, meta, findings)
    return meta


def _check_table(meta: FrameMeta, folder: Path, findings: Findings) -> None:
    file = folder / FILE
    if folder.name.isdigit() and int(folder.name) != meta.frame_index:
        findings.fault("wrong-value", file, f"the folder is {folder.name}", "frame_index", meta.frame_index)
    for number, times in Counter(row.instance_id for row in meta.instances).items():
        if times > 1:
            findings.fault("duplicate-id", file, f"{times} instances have the id {number}", "instances", number)
    for key in ("root_seed", "scene_index"):
        if not isinstance(meta.spec.get(key), int):
            findings.fault("missing-key", file, "the scene has no such number", f"spec.{key}", meta.spec.get(key))
    categories = {row.category for row in meta.instances}
    for name in sorted(categories.symmetric_difference(meta.categories)):
        findings.fault("wrong-value", file, f"{name!r} is not in both `categories` and the instances", "categories")
    if len(meta.mirror_slots) >= 2**VIA_BITS or len(set(meta.mirror_slots)) != len(meta.mirror_slots):
        findings.fault("duplicate-id", file, "mirrors must be unique, and fewer than 64", "mirror_slots")
    for number in meta.mirror_slots:
        if number not in meta.by_id or meta.by_id[number].mirror is None:
            findings.fault("unknown-id", file, "the id is not of a reflecting surface", "mirror_slots", number)
    for row in meta.instances:
        where = f"instances[{row.instance_id}]" + ("" if row.object is None else ".object")
        amodals = [(f"{where}.amodal", row.amodal)]
        for entry in row.reflections:
            amodals.append((f"{where}.reflections{list(entry.via)}.amodal", entry.amodal))
            if not 1 <= len(entry.via) <= MAX_BOUNCES or any(number not in meta.mirror_slots for number in entry.via):
                findings.fault("wrong-link", file, "not a chain of this frame's mirrors", f"{where}.reflections",
                               entry.via)  # fmt: skip
        for key, amodal in amodals:
            if amodal is not None:
                _check_amodal(amodal, meta, file, key, findings)


def _check_amodal(amodal: Amodal, meta: FrameMeta, file: Path, key: str, findings: Findings) -> None:
    if amodal.rle.size != (meta.camera.height_px, meta.camera.width_px):
        findings.fault("wrong-size", file, "the outline's mask is not of the picture's size", key, amodal.rle.size)
        return
    try:
        pixels = int(amodal.rle.mask().sum())
    except Exception as error:  # pycocotools raises several kinds
        findings.fault("unreadable-file", file, f"the mask cannot be decoded ({error})", key)
        return
    if pixels != amodal.amodal_px:
        findings.fault("wrong-area", file, f"the outline has {pixels} pixels, not {amodal.amodal_px}", key)


def _check_layers(frame: RawFrame, meta: FrameMeta, findings: Findings) -> None:
    try:
        radiance = read_exr(frame.folder / "radiance.exr")
        if _typed(frame, radiance, dict.fromkeys("RGB", np.float16), "radiance.exr", findings):
            bad = sum(int((~np.isfinite(radiance[c]) | (radiance[c] < 0)).sum()) for c in "RGB")
            if bad:
                findings.fault("wrong-value", frame.folder / "radiance.exr", f"{bad} values are negative or not finite")
    except FrameError as error:
        _unreadable(error, frame, "radiance.exr", findings)
    try:
        labels = read_exr(frame.folder / "labels.exr")
        labels.setdefault("transmitted_via", np.zeros(frame.size_px[::-1], np.uint32))
        if _typed(frame, labels, LABEL_LAYERS, "labels.exr", findings):
            _check_ids(labels, meta, frame.folder / "labels.exr", findings)
    except FrameError as error:
        _unreadable(error, frame, "labels.exr", findings)
    if (frame.folder / "glass.exr").is_file():
        try:
            shares = read_exr(frame.folder / "glass.exr")
            if _typed(frame, shares, dict.fromkeys(GLASS_LAYERS, np.float16), "glass.exr", findings):
                for name in GLASS_LAYERS:
                    values = shares[name].astype(np.float32)
                    if not ((values >= 0) & (values <= 1.001)).all():
                        findings.fault("wrong-value", frame.folder / "glass.exr", "a share is not from 0 to 1", name)
        except FrameError as error:
            _unreadable(error, frame, "glass.exr", findings)


def _unreadable(error: FrameError, frame: RawFrame, name: str, findings: Findings) -> None:
    if (frame.folder / name).is_file():
        findings.fault("unreadable-file", frame.folder / name, error.problem, error.key)


def _typed(
    frame: RawFrame, layers: dict[str, np.ndarray], wanted: dict[str, type], name: str, findings: Findings
) -> bool:
    """Whether these layers are there, of the right size and type; else adds a fault for each."""
    good = True
    file = frame.folder / name
    for layer, dtype in wanted.items():
        if layer not in layers:
            findings.fault("missing-key", file, "the layer is missing", layer)
        elif layers[layer].shape != frame.size_px[::-1]:
            findings.fault("wrong-size", file, f"it is not {frame.size_px}", layer, layers[layer].shape[::-1])
        elif layers[layer].dtype != dtype and not (dtype is np.float16 and layers[layer].dtype == np.float32):
            findings.fault("wrong-type", file, f"it is {layers[layer].dtype}, not {np.dtype(dtype)}", layer)
        else:
            continue
        good = False
    return good


def _check_ids(labels: dict[str, np.ndarray], meta: FrameMeta, file: Path, findings: Findings) -> None:
    for layer in ("surface_id", "reflected_id", "transmitted_id"):
        for number in sorted({*np.unique(labels[layer]).tolist()} - {0} - meta.by_id.keys()):
            findings.fault("unknown-id", file, "the id is not in frame.json", layer, number)
    chains = {0: 0}
    for layer in ("reflected_via", "transmitted_via"):
        for code in np.unique(labels[layer]).tolist():
            try:
                chains[code] = len(decode_via(code, meta.mirror_slots)) if all(_slots(code)) else -1
            except IndexError:
                chains[code] = -1
            if chains[code] < 0:
                findings.fault("wrong-link", file, "the code is not of a chain of mirror_slots", layer, code)
    codes, inverse = np.unique(labels["reflected_via"], return_inverse=True)
    bounces = np.array([chains[code] for code in codes.tolist()])[inverse].reshape(labels["reflected_via"].shape)
    if ((bounces != labels["reflected_bounces"]) & (bounces >= 0)).any():
        findings.fault("wrong-link", file, "it is not the number of mirrors in reflected_via", "reflected_bounces")
    for kind in ("reflected", "transmitted"):
        length = labels[f"{kind}_path_m"]
        if np.isnan(length).any() or (length < 0).any() or ((labels[f"{kind}_id"] > 0) & ~(length > 0)).any():
            findings.fault("wrong-value", file, "a length is negative, not a number, or 0 where something is shown",
                           f"{kind}_path_m")  # fmt: skip
    depth, normals = labels["depth_m"], np.stack([labels[f"normal.{axis}"] for axis in "XYZ"])
    if np.isnan(depth).any() or (depth < 0).any() or ((labels["surface_id"] > 0) & ~np.isfinite(depth)).any():
        findings.fault("wrong-value", file, "a depth is negative, or not finite where there is a surface", "depth_m")
    lengths = np.linalg.norm(normals, axis=0)
    if not np.isfinite(lengths).all() or (lengths > 1.01).any():
        findings.fault("wrong-value", file, "a normal is not finite, or longer than 1", "normal")


def _slots(code: int) -> list[int]:
    slots = []
    while code:
        slots.append(code & (2**VIA_BITS - 1))
        code >>= VIA_BITS
    return slots
