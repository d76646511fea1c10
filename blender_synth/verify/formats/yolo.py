"""Checks of Ultralytics' YOLO format: labels against pictures, classes and ranges."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from blender_synth.verify.findings import Findings
from blender_synth.verify.source_frames import SourceFrames

_TOLERANCE = 1e-4


def check(dataset: Path, frames: SourceFrames, damaged: Collection[str], findings: Findings) -> None:
    """Check every folder that has a data.yaml, images and labels."""
    for file in sorted(dataset.glob("**/data.yaml")):
        folder = file.parent
        if not (folder / "labels").is_dir() or file.relative_to(dataset).as_posix() in damaged:
            continue
        try:
            content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
            names = content["names"]
            classes = {int(number) for number in (names if isinstance(names, dict) else range(len(names)))}
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            findings.fault("unreadable-file", file, f"it lists no names of classes ({error})")
            continue
        pose = "kpt_shape" in content
        pictures = {path.relative_to(folder / "images").with_suffix("") for path in (folder / "images").rglob("*.*")}
        for labels in sorted((folder / "labels").rglob("*.txt")):
            if labels.relative_to(dataset).as_posix() in damaged:
                continue
            if labels.relative_to(folder / "labels").with_suffix("") not in pictures:
                findings.fault("orphan-annotation", labels, "there is no such picture")
            _check_labels(labels, classes, pose, findings)


def _check_labels(file: Path, classes: set[int], pose: bool, findings: Findings) -> None:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        findings.fault("unreadable-file", file, str(error))
        return
    for number, line in enumerate(lines, start=1):
        findings.checked["labels"] += 1
        key = f"line {number}"
        try:
            first, *rest = line.split()
            kind, values = int(first), [float(word) for word in rest]
        except ValueError:
            findings.fault("wrong-type", file, "not a class and numbers", key, line[:80])
            continue
        if kind not in classes:
            findings.fault("unknown-id", file, "data.yaml has no such class", key, kind)
        places = [v for i, v in enumerate(values) if not (pose and i >= 4 and (i - 4) % 3 == 2)]
        if len(values) < 4 or not all(-_TOLERANCE <= value <= 1 + _TOLERANCE for value in places):
            findings.fault("wrong-value", file, "a coordinate is not from 0 to 1", key)
