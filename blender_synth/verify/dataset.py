"""Checks of a dataset folder: its list of files, its pictures, and what the checker of each format finds."""

from __future__ import annotations

import contextlib
import importlib
import json
import pkgutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from blender_synth import checksums
from blender_synth.verify import formats
from blender_synth.verify.findings import Findings
from blender_synth.verify.source_frames import SourceFrames
from blender_synth.verify.sums import check_sums, check_unlisted

MARKER = "dataset.json"
_SKIPPED = ("report", ".export")
_PICTURES = (".jpg", ".jpeg", ".png", ".webp")


def is_dataset(path: Path) -> bool:
    """Whether a folder looks like a dataset, damaged ones included."""
    named = (path / MARKER).exists() or ((path / checksums.FILE).exists() and not (path / "frames").is_dir())
    return named or any((path / "annotations").glob("instances_*.json"))


def verify_dataset(dataset: Path) -> Findings:
    """Check a dataset, and its masks against the label layers where its runs are at hand."""
    findings = Findings(dataset, "dataset")
    marker = _marker(dataset, findings)
    listed = marker.get("files") if isinstance(marker.get("files"), dict) else None
    sums, changed = check_sums(dataset, findings, required=listed is not None)
    if listed is not None:
        _check_list(dataset, listed, sums, findings)
    elif not sums:
        findings.notes.append("the dataset has no checksums; it was exported by an older version")
    if sums or listed is not None:
        check_unlisted(dataset, {*sums, *(listed or {}), MARKER}, findings, _SKIPPED)
    damaged = {path for path in changed if (dataset / path).exists()}
    _check_pictures(dataset, damaged, findings)
    runs = marker.get("runs")
    frames = SourceFrames(dataset, [str(run) for run in runs] if isinstance(runs, list) else [])
    findings.notes += frames.notes
    for module in sorted(module.name for module in pkgutil.iter_modules(formats.__path__)):
        importlib.import_module(f"{formats.__name__}.{module}").check(dataset, frames, damaged, findings)
    return findings


def _marker(dataset: Path, findings: Findings) -> dict[str, Any]:
    file = dataset / MARKER
    try:
        text = file.read_bytes().decode("utf-8")
        content = json.loads(text)
    except FileNotFoundError:
        findings.fault("missing-file", file, "the dataset's own description is not there")
        return {}
    except (OSError, ValueError, RecursionError) as error:
        findings.fault("unreadable-file", file, f"not readable as JSON ({error})")
        return {}
    if not isinstance(content, dict):
        findings.fault("wrong-type", file, "it holds no keys")
        return {}
    if ("sha256" in content or "files" in content) and not checksums.is_sealed(text):
        findings.fault("changed-file", file, "its content is not that of its own `sha256`")
    return content


def _check_list(dataset: Path, listed: dict[str, Any], sums: dict[str, str], findings: Findings) -> None:
    """Compare the list in dataset.json with SHA256SUMS and with what is there."""
    file = dataset / MARKER
    expected = dict(sums)
    with contextlib.suppress(OSError):
        expected[checksums.FILE] = checksums.digest(dataset / checksums.FILE)
    for path in sorted({*listed, *expected}):
        entry = listed.get(path)
        digest = entry[1] if isinstance(entry, list) and len(entry) == 2 else None
        if sums and digest != expected.get(path):
            name = "changed-file" if path == checksums.FILE else "bad-checksums"
            findings.fault(name, file, "dataset.json and SHA256SUMS disagree", f"files.{path}")
        elif not sums and not (dataset / path).is_file():
            findings.fault("missing-file", dataset / path, "the file is not there")


def _check_pictures(dataset: Path, damaged: Collection[str], findings: Findings) -> None:
    """Decode every picture that is not known to be damaged."""
    for path in checksums.files_below(dataset):
        if path.split("/")[0] in _SKIPPED or path in damaged or not path.lower().endswith(_PICTURES):
            continue
        findings.checked["pictures"] += 1
        try:
            data = np.fromfile(dataset / path, np.uint8)
            decoded = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if len(data) else None
        except (OSError, cv2.error):
            decoded = None
        if decoded is None:
            findings.fault("unreadable-file", dataset / path, "the picture cannot be decoded")
