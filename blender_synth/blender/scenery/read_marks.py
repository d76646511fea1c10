"""Reads what a scene's `.blend` says into a JSON file; run by `scene_files` in a process of its own.

Its one argument is the job as JSON: `file`, `root` (the scene's folder), `indoors`, and `out`, the file to write.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import bpy
from pydantic import TypeAdapter

from blender_synth.blender.scenery.blend_scene import open_scene
from blender_synth.errors import BlenderSynthError
from blender_synth.world.scenery.shared.marks import Marks
from blender_synth.world.scenery.shared.read_marks import Reading


def read(file: Path, root: Path, indoors: bool) -> Marks:
    """The marks of a file, in an empty Blender.

    Raises:
        AssetError: the file cannot be used.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    found = open_scene(file, root)
    reading = Reading(indoors)
    for p in found.problems:
        reading.problem(p.code, p.object, p.text, p.hint, p.severity)
    return reading.read(found.records, found.materials)


def main(job: dict) -> None:
    """Do the job; errors of ours go into the file too."""
    try:
        marks = read(Path(job["file"]), Path(job["root"]), job["indoors"])
        answer = {"marks": TypeAdapter(Marks).dump_python(marks, mode="json")}
    except BlenderSynthError as error:
        answer = {"error": {"problem": error.problem, "file": str(error.file), "hint": error.hint,
                            "value": None if error.value is None else str(error.value)}}  # fmt: skip
    Path(job["out"]).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
    sys.stderr.flush()
    os._exit(0)  # the answer is written, and Blender's own clean-up may wait for ever (4.5)
