"""Reads the data files of packs in a process of its own: images, motions, lists of what a `.blend` contains, archives.

Served to `packs.reading` by `blender.job_server`, within `packs.limits`. It does not load Blender.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blender_synth.errors import AssetError, BlenderSynthError
from blender_synth.packs.limits import within_limits

if TYPE_CHECKING:  # that package is for what loads Blender
    from blender_synth.blender.job_server import Handlers, Report


def handlers(report: Report) -> Handlers:
    """The jobs `check`, `contents` and `unpack`; each gets the `size` of what it reads, in bytes."""

    def limited(file: str, size: int, do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        return within_limits(report, Path(file), size, lambda: _bounded(Path(file), do))

    def check(file: str, size: int, function: str) -> dict[str, Any]:
        module, _, name = function.partition(":")
        checker = getattr(importlib.import_module(module), name)

        def do() -> dict[str, Any]:
            checker(Path(file))
            return {"result": None}

        return limited(file, size, do)

    def contents(file: str, size: int, root: str) -> dict[str, Any]:
        from blender_synth.packs.blendfile import read_contents
        from blender_synth.packs.safety import check_file

        def read() -> dict[str, Any]:
            check_file(Path(file), Path(root))
            return {"result": asdict(read_contents(Path(file), Path(root)))}

        return limited(file, size, read)

    def unpack(file: str, size: int, folder: str) -> dict[str, Any]:
        from blender_synth.packs.archive import unpack_into

        def write() -> dict[str, Any]:
            unpack_into(Path(file), Path(folder))
            return {"result": None}

        return limited(file, size, write)

    return {"check": check, "contents": contents, "unpack": unpack}


def _bounded(file: Path, do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `do` returns; whatever else it raises about the file becomes one error."""
    try:
        return do()
    except (BlenderSynthError, MemoryError):
        raise
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        raise AssetError("the file cannot be read", file=file, value=text, hint="save or export it again") from None
