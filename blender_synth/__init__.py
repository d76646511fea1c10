"""Labelled synthetic images of people, their reflections and weather, made with Blender.

From Python: `render`, `open_run`, `frames`, `export`, `sheet` (see .docs/python.md). What they need is imported when
they are first used, so that importing this package alone is fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blender_synth.annotate.instances import Instance
    from blender_synth.api.opened import Frame, Run, frames, open_run
    from blender_synth.api.pictures import Picture, sheet
    from blender_synth.api.stages import export, render
    from blender_synth.errors import BlenderSynthError

__version__ = "0.1.0"

__all__ = [
    "BlenderSynthError", "Frame", "Instance", "Picture", "Run", "__version__", "export", "frames", "open_run", "render",
    "sheet",
]  # fmt: skip

_HOMES = {
    "BlenderSynthError": "errors",
    "Frame": "api.opened",
    "Instance": "annotate.instances",
    "Picture": "api.pictures",
    "Run": "api.opened",
    "export": "api.stages",
    "open_run": "api.opened",
    "render": "api.stages",
    "sheet": "api.pictures",
}
"""Module of each public name. `frames` is the package of that name, which can be called."""


def __getattr__(name: str) -> object:
    if name == "frames":
        return importlib.import_module("blender_synth.frames")
    if name not in _HOMES:
        raise AttributeError(f"module 'blender_synth' has no attribute {name!r}")
    return getattr(importlib.import_module(f"blender_synth.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
