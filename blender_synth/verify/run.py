"""Checks of a run folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from blender_synth import checksums, frame_numbers
from blender_synth.errors import RunError
from blender_synth.frames.meta import FrameMeta
from blender_synth.frames.run_folder import FIRST_PICTURE, SEALED_FILES, read_run_state
from blender_synth.progress import each
from blender_synth.verify.findings import Findings
from blender_synth.verify.frame import check_frame
from blender_synth.verify.sums import check_sums, check_unlisted

_SKIPPED = ("frames", "report", ".lock", FIRST_PICTURE)
_SWEEP_FILES = ("multirun.yaml", "jobs.csv", ".jobs.lock")


def verify_run(run: Path) -> Findings:
    """Check a run's own files, and each of its frames."""
    findings = Findings(run, "run")
    sums, _ = check_sums(run, findings, required=False)
    if not (run / checksums.FILE).exists():
        findings.notes.append("the run has no SHA256SUMS: it is being rendered, was killed, or is of an older version")
    listed = {path for path in sums if path.startswith("frames/")}
    check_unlisted(run, {*SEALED_FILES, *_SWEEP_FILES}, findings, _SKIPPED)
    try:
        read_run_state(run)
    except RunError as error:
        name = "wrong-version" if error.key == "run_version" else "unreadable-file"
        exists = (run / "run.json").is_file()
        findings.fault(name if exists else "missing-file", run / "run.json", error.problem, error.key, error.value)
    config = _config(run, findings)
    failed = _failures(run, findings)
    metas: dict[int, FrameMeta] = {}
    indices = set()
    frames = run / "frames"
    for folder in each(sorted(frames.iterdir()) if frames.is_dir() else [], "verify", "frame"):
        if folder.is_dir() and folder.name.isdigit():
            indices.add(int(folder.name))
            if (meta := check_frame(folder, findings)) is not None:
                metas[int(folder.name)] = meta
            sums_file = f"frames/{folder.name}/{checksums.FILE}"
            if sums and sums_file not in listed:
                findings.fault("bad-checksums", folder, "the run's SHA256SUMS does not list this frame")
        elif folder.name.startswith(".") and folder.name.endswith(".tmp"):
            findings.notes.append(f"frames/{folder.name} is left from a stopped render; the next render removes it")
        else:
            findings.fault("unlisted-file", folder, "this is no frame")
    _check_pairs(run, metas, findings)
    asked = frame_numbers.of_config(config)
    if asked:
        for index in sorted(set(asked) - indices - failed):
            text = "the frame is neither there nor in failures.jsonl"
            if sums:
                findings.fault("missing-frame", frames / f"{index:06d}", text)
            else:
                findings.notes.append(f"frame {index} is not rendered yet")
    return findings


def _config(run: Path, findings: Findings) -> dict[str, Any]:
    try:
        config = yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        findings.fault("missing-file", run / "config.yaml", "the file is not there")
        return {}
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        findings.fault("unreadable-file", run / "config.yaml", f"not readable as YAML ({error})")
        return {}
    if not isinstance(config, dict):
        findings.fault("wrong-type", run / "config.yaml", "it holds no keys")
        return {}
    return config


def _failures(run: Path, findings: Findings) -> set[int]:
    """Indices of the frames that failures.jsonl lists."""
    file = run / "failures.jsonl"
    failed: set[int] = set()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return failed
    except (OSError, ValueError) as error:
        findings.fault("unreadable-file", file, str(error))
        return failed
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            if "frame_index" in entry:
                failed.add(int(entry["frame_index"]))
        except (ValueError, TypeError, RecursionError):
            findings.fault("unreadable-file", file, "the line is not readable as JSON", f"line {number}")
    return failed


def _check_pairs(run: Path, metas: dict[int, FrameMeta], findings: Findings) -> None:
    for index, meta in metas.items():
        if meta.pair is None or (twin := metas.get(meta.pair.frame_index)) is None:
            continue
        linked = twin.pair is not None and twin.pair.frame_index == index and twin.pair.role != meta.pair.role
        if not linked or twin.spec.get("scene_index") != meta.spec.get("scene_index"):
            file = run / "frames" / f"{index:06d}" / "frame.json"
            findings.fault("wrong-link", file, "the twin is of another scene, or does not link back", "pair")
