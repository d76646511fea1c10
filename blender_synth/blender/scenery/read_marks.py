"""Reads the marks in a scene's `.blend`, as a job of `blender.job_server` for `scene_files`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from pydantic import TypeAdapter

from blender_synth.blender.job_server import Handlers, Report
from blender_synth.blender.scenery.blend_scene import open_scene
from blender_synth.packs.limits import within_limits
from blender_synth.world.scenery.shared.marks import Marks
from blender_synth.world.scenery.shared.read_marks import MarkReader


def read(file: Path, root: Path, indoors: bool) -> Marks:
    """The marks of a file, read in an empty Blender scene.

    Raises:
        AssetError: the file cannot be used.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    found = open_scene(file, root)
    reading = MarkReader(indoors)
    for p in found.problems:
        reading.problem(p.code, p.object, p.text, p.hint, p.severity)
    return reading.read(found.records, found.materials)


def handlers(report: Report) -> Handlers:
    """The job `read`: the arguments of `read`, and the `size` in bytes of the scene."""
    bpy.ops.wm.read_factory_settings(use_empty=True)  # so that limits do not count what Blender itself takes

    def read_job(file: str, root: str, indoors: bool, size: int) -> dict[str, Any]:
        def do() -> dict[str, Any]:
            return {"marks": TypeAdapter(Marks).dump_python(read(Path(file), Path(root), indoors), mode="json")}

        return within_limits(report, Path(file), size, do)

    return {"read": read_job}
