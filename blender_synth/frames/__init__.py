"""The raw frame and the run folder: write, read, validate.

`blender_synth.frames(...)` is also a function of the Python API (see `api.opened.frames`). As importing any module of
this package sets the attribute `blender_synth.frames` to the package, the package itself can be called.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from blender_synth.api.opened import Frame


class _CallablePackage(ModuleType):
    def __call__(self, *paths: str | Path) -> Iterator[Frame]:
        """See `api.opened.frames`."""
        found: Iterator[Frame] = importlib.import_module("blender_synth.api.opened").frames(*paths)
        return found


sys.modules[__name__].__class__ = _CallablePackage
