"""Splits of scenes, and short names of runs."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from blender_synth.frames.raw_frame import RawFrame

_LONGEST_PREFIX = 40
"""Characters of a run's name that go into the names of its pictures unchanged."""


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
    """A short name for each run, unique among them: its folder's, or the beginning of that with a digest."""
    unique = list(dict.fromkeys(runs))
    names = [run.resolve().name for run in unique]
    prefixes = {}
    for run, name in zip(unique, names, strict=True):
        short = name if len(name) <= _LONGEST_PREFIX else f"{name[:24]}-{_digest8(name)}"
        prefixes[run] = short if names.count(name) == 1 else f"{short}-{_digest8(str(run.resolve()))}"
    return prefixes


def _digest8(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:8]
