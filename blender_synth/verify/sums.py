"""Checks of a folder's files against its SHA256SUMS."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from blender_synth import checksums
from blender_synth.verify.findings import Findings

_PROBLEMS = {
    "missing": ("missing-file", "the file is not there"),
    "changed": ("changed-file", "its SHA-256 is not that in SHA256SUMS"),
    "unreadable": ("unreadable-file", "the file cannot be read"),
}


def check_sums(folder: Path, findings: Findings, required: bool) -> tuple[dict[str, str], set[str]]:
    """Compare a folder's files with its SHA256SUMS.

    Args:
        required: whether it is a fault that there is no SHA256SUMS.

    Returns:
        What is listed (empty where the list is absent or damaged), and the listed files that are not as they were,
        which should not be decoded.
    """
    file = folder / checksums.FILE
    try:
        sums = checksums.read_sums(folder)
    except FileNotFoundError:
        if required:
            findings.fault("bad-checksums", file, "there are no checksums")
        return {}, set()
    except (OSError, ValueError) as error:
        findings.fault("bad-checksums", file, str(error))
        return {}, set()
    changed = set()
    for path, change in checksums.changes(folder, sums):
        name, problem = _PROBLEMS[change]
        findings.fault(name, folder / path, problem)
        changed.add(path)
    findings.checked["files"] += len(sums) + 1
    return sums, changed


def check_unlisted(folder: Path, listed: Collection[str], findings: Findings, skipped: Collection[str] = ()) -> None:
    """Report files below a folder that are not listed.

    Args:
        skipped: names in `folder` itself that are not looked at, with all that is in them.
    """
    known = {*listed, checksums.FILE}
    for path in checksums.files_below(folder):
        if path.split("/")[0] not in skipped and path not in known:
            findings.fault("unlisted-file", folder / path, "no list or table names this file")
