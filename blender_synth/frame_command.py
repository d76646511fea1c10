"""`blender-synth frame`: what a frame of a run is, and its scene as a `.blend`."""

from __future__ import annotations

import json
import math
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from blender_synth.arguments import Parser
from blender_synth.blender_process import BlenderProcess, JobError
from blender_synth.config import compose, settings_from_plain
from blender_synth.develop.picture import shots
from blender_synth.errors import BlenderSynthError, RunError
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import CONFIG, disk_errors, frames_of, read_run_state
from blender_synth.frames.table import frame_row
from blender_synth.optics.radiometry import WATTS_PER_UNIT
from blender_synth.packs.search import find_packs
from blender_synth.quoting import shell_command, text_override
from blender_synth.settings import RunSettings
from blender_synth.workers import worker_setup

_MODULE = "blender_synth.blender.scene_file"
_TIMEOUT_S = 1800.0


def main(arguments: Sequence[str]) -> None:
    """Print facts about a frame, or write its scene.

    Raises:
        BlenderSynthError: no such run or frame, or the scene cannot be built or written.
    """
    parser = Parser(
        prog="blender-synth frame",
        description="Show what a frame of a run is, and how to render it again; or write its scene for Blender.",
    )
    parser.add_argument("run", metavar="RUN", type=Path, help="run folder: the `output` of a render")
    parser.add_argument("index", metavar="INDEX", type=int, help="number of the frame")
    parser.add_argument(
        "--open", metavar="FILE.blend", type=Path, dest="file",
        help="write the scene with camera, lights, names and packed textures; existing files are replaced",
    )  # fmt: skip
    options = parser.parse_args(list(arguments))
    frame = frame_of(options.run, options.index)
    if options.file is None:
        print("\n".join(facts(options.run, frame)))
        return
    counts = write_scene(options.run, frame, options.file)
    print(", ".join(f"{count} {name}" for name, count in counts.items()) + f" in {options.file}")
    print(f"next: blender {shlex.quote(str(options.file))}")


def frame_of(run: Path, index: int) -> RawFrame:
    """A frame of a run by its number.

    Raises:
        RunError: the folder is no run, or has no such frame.
    """
    there = {int(frame.folder.name): frame for frame in frames_of(run)}
    if index not in there:
        some = ", ".join(map(str, sorted(there)[:10])) + (", ..." if len(there) > 10 else "")
        hint = f"use one of: {some}" if there else "render it first"
        raise RunError("the run has no such frame", file=run, key="INDEX", value=index, hint=hint)
    return there[index]


def facts(run: Path, frame: RawFrame) -> list[str]:
    """Lines about a frame: where it is, what it shows, and the command that renders it alone."""
    meta = frame.meta
    row = frame_row(meta)
    mirrors = [row.mirror.mirror_kind for row in meta.instances if row.mirror is not None]
    lines = [
        f"folder   {frame.folder}",
        f"size     {meta.camera.width_px} x {meta.camera.height_px} px",
        f"scene    {row['scene']}, seed {row['seed']}, index {row['scene_index']}",
        f"weather  {row['weather']}, {row['time_of_day']}, visibility {_metres(meta.medium.mor_m)}",
        f"camera   {row['rig']}, {row['field_of_view_deg']:.0f} degrees across",
        f"shows    {row['people']} people in the scene; mirrors: {', '.join(mirrors) or 'none'}",
    ]
    if meta.accept is not None and not meta.accept.satisfied:
        lines.append(f"misses   {meta.accept.missing} of the acceptance criteria")
    if command := again(run, meta.frame_index):
        lines.append(f"again    {command}")
    return lines


def again(run: Path, index: int) -> str:
    """The command that renders a frame of a run alone, in the folder where the run was started; empty if not known."""
    command = read_run_state(run).get("command")
    if not isinstance(command, str) or not command:
        return ""
    words = [word for word in shlex.split(command) if word.partition("=")[0] not in ("frames", "output")]
    words += [f"frames=[{index},{index + 1}]", text_override("output", f"{run.name}-frame-{index}")]
    return shell_command(words, "utf-8")


def write_scene(run: Path, frame: RawFrame, file: Path) -> dict[str, Any]:
    """Write the scene of a frame as a `.blend`; returns the numbers of what it holds.

    Raises:
        BlenderSynthError: the run's config or packs cannot be used, or the file cannot be written.
    """
    if file.suffix.lower() != ".blend":
        raise RunError(
            "Blender's files end in .blend", key="--open", value=str(file), hint="use a name such as x.blend"
        )
    settings = settings_of(run)
    packs = find_packs(settings.packs, settings.packs_on_error)
    with disk_errors(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(file.parent, os.W_OK):
            raise PermissionError(13, "cannot be written", str(file.parent))
    spec = json.dumps(frame.meta.spec)
    print("building the scene ...", file=sys.stderr)
    with BlenderProcess(_MODULE, _TIMEOUT_S, setup=worker_setup(settings, packs)) as blender:
        try:
            return blender.ask("save", spec=spec, file=str(file.absolute()), exposure_ev=_exposure_ev(frame, settings))
        except JobError as error:
            raise BlenderSynthError("the scene could not be built", file=frame.folder, hint=error.details) from None


def _exposure_ev(frame: RawFrame, settings: RunSettings) -> float:
    """Stops from the radiance of the scene to that of the developed picture."""
    unit = frame.meta.medium.watts_per_unit / WATTS_PER_UNIT
    return round(next(shots(frame, settings.develop)).exposure_ev + math.log2(unit), 3)


def settings_of(run: Path) -> RunSettings:
    """The settings that a run was rendered with.

    Raises:
        RunError: its config.yaml is missing or cannot be read. ConfigError: it is not valid (any more).
    """
    path = run / CONFIG
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        config = None
    if not isinstance(config, dict):
        raise RunError("the run's config cannot be read", file=path, hint="render the run again")
    return settings_from_plain({**compose().plain, **config})  # of an older program, which lacks later keys


def _metres(mor_m: float | None) -> str:
    return "unlimited" if mor_m is None else f"{mor_m:.0f} m"
