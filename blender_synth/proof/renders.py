"""Stage 1: the runs. Frames that are there are kept; a run that was stopped goes on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from blender_synth.errors import RunError
from blender_synth.frames.run_folder import FRAME_LOG, STATE, frames_of, read_lines
from blender_synth.proof.settings import Part

_MOST_FAILED = 0.2
"""Share of the frames of a run that may fail."""


@dataclass(frozen=True)
class RenderedTime:
    """Frames of the runs, and the seconds that they took when they were rendered."""

    frames: int
    seconds: float


def render_parts(parts: Iterable[Part], workers: int | str) -> None:
    """Render what the runs lack, with this `worker.count`.

    Raises:
        ConfigError: an override of a part is wrong.
        RunError: too many frames of a run failed.
    """
    from blender_synth import pipeline
    from blender_synth.config import compose

    unique: dict[Path, Part] = {}
    for part in parts:  # of one run that two sets share, the longer one
        if part.folder not in unique or unique[part.folder].frames < part.frames:
            unique[part.folder] = part
    missing = [part for part in unique.values() if rendered(part) < part.frames]
    for number, part in enumerate(missing, start=1):
        print(f"render {number}/{len(missing)}: {part.folder.name}, {part.frames} frames", file=sys.stderr)
        settings = compose(
            [*part.overrides, f"frames={part.frames}", f"output={part.folder}", f"worker.count={workers}"]
        )
        failed = pipeline.render(settings, announce_next=False)
        if failed > _MOST_FAILED * part.frames:
            raise RunError(f"{failed} of {part.frames} frames failed", file=part.folder, hint="see its failures.jsonl")


def rendered(part: Part) -> int:
    """How many frames of a run are there."""
    return len(frames_of(part.folder)) if (part.folder / STATE).is_file() else 0


def rendered_time(parts: Iterable[Part]) -> RenderedTime:
    """What the runs took, whenever they were rendered."""
    frames, seconds = 0, 0.0
    for folder in dict.fromkeys(part.folder for part in parts):
        for line in read_lines(folder / FRAME_LOG):
            frames += 1
            seconds += sum(float(value) for value in line.get("seconds", {}).values())
    return RenderedTime(frames, seconds)


def fingerprint(parts: Iterable[Part]) -> str:
    """Changes when a run gets further frames or another config."""
    return json.dumps([[part.folder.name, rendered(part), part.develop] for part in parts])
