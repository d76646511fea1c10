"""Measures shapes before any scene is sampled: size, number of triangles, materials.

Files of every format are opened by Blender, in a child process with limits on time and memory, many files one after the
other; a file that crashes the process affects no other. What is measured is the evaluated mesh, which is also what is
rendered. Results are cached by the content of the file, the files around it and the code that reads it; those of
built-in packs are shipped (`MEASURED`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from blender_synth import resources
from blender_synth.blender_process import BlenderProcess, JobFailed, JobOutOfMemory, ProcessLost
from blender_synth.cache import cache_folder, write_atomically
from blender_synth.errors import AssetError, SystemLibraryError
from blender_synth.packs.limits import MOST_MEMORY_BYTES
from blender_synth.packs.manifest import MANIFEST
from blender_synth.packs.problems import Problem
from blender_synth.packs.reading import code_version, loss, machine_allows_too_little
from blender_synth.packs.safety import SHAPE_SUFFIXES

TIME_LIMIT_S = 600.0
"""Longest wait for one file, far above the limit on processor time: the machine may be busy with other things."""
LARGEST_M = 1e6
"""Distance of a shape from its file's origin, before it is scaled."""
MEASURED = "measured.json"
"""In a built-in pack: the answers about its files, written by `python -m blender_synth.dev.measure_packs`."""
MEASURING = 1
"""To be incremented when answers change, so that those in `MEASURED` are not used until they are written again."""
_MODULE = "blender_synth.blender.pack_loader.describe"
_CODE = ("packs/blendfile.py", "packs/glb.py", "packs/limits.py", "packs/safety.py", "packs/usd.py",
         "blender/pack_loader/load.py", "blender/pack_loader/loaded.py", "blender/pack_loader/sanitize.py",
         "blender/pack_loader/shapes.py", "blender/pack_loader/describe.py")  # fmt: skip


class UnreadableError(AssetError):
    """A file that Blender cannot read, or not within the limits; there is no more to find out about it."""


class FlawedError(AssetError):
    """A file that can be read but not used, because a part of it was removed or is missing.

    Attributes:
        description: of the rest.
    """

    description: Description


@dataclass(frozen=True)
class Shape:
    """What is to be described: a file, or a part of a `.blend`.

    Attributes:
        file: resolved. root: the pack's folder, resolved. objects, collection: names in a `.blend`.
        bones: whether bones are wanted. surface: material whose faces are wanted.
    """

    file: Path
    root: Path
    objects: tuple[str, ...] = ()
    collection: str = ""
    bones: bool = False
    surface: str = ""

    @property
    def alone(self) -> bool:
        """Whether files of its format have everything inside."""
        return self.file.suffix.lower() in (".glb", ".usdz")


@dataclass(frozen=True)
class Description:
    """Facts about a shape.

    Attributes:
        box_m: (2, 3) lowest and highest corner, Z up, as Blender shows the file.
        triangles: as rendered. materials: names of the visible ones.
        bones: head and tail (2, 3) of each bone, in the pose of the file.
        surface_m: (T, 3, 3) corners of the triangles of the material that was asked for.
        problems: what the loader removed or did not find.
    """

    box_m: np.ndarray
    triangles: int = 0
    materials: tuple[str, ...] = ()
    bones: Mapping[str, Any] = field(default_factory=dict)
    surface_m: np.ndarray = field(default_factory=lambda: np.empty((0, 3, 3)))
    problems: tuple[Problem, ...] = ()


def describe(shapes: Sequence[Shape]) -> list[Description | AssetError]:
    """The description of each shape, or why it cannot be used, in order.

    Raises:
        BlenderSynthError: Blender does not start, or the machine's limit on memory is too low.
    """
    found: dict[Shape, Description | AssetError] = {}
    waiting: list[tuple[Shape, Path, int]] = []
    surroundings: dict[Path, tuple[str, int]] = {}
    for shape in dict.fromkeys(shapes):
        try:
            if shape.root not in surroundings:
                surroundings[shape.root] = _surroundings(shape.root)
            around, size = surroundings[shape.root]
            content = _digest(shape.file)
            if (answer := _shipped(shape.root).get(_shipped_key(shape, content))) is not None:
                found[shape] = _result(shape, answer)
                continue
            known = cache_folder("shapes") / f"{_key(shape, content, around)}.json"
            if (answer := _read_answer(known)) is not None:
                found[shape] = _result(shape, answer)
            else:
                waiting.append((shape, known, shape.file.stat().st_size + (0 if shape.alone else size)))
        except OSError as error:
            found[shape] = AssetError("the file cannot be read", file=shape.file, hint=error.strerror or str(error))
    answers = _ask_blender([(shape, size) for shape, _, size in waiting])
    for (shape, known, _), answer in zip(waiting, answers, strict=True):
        if not answer.pop("again", False):
            with contextlib.suppress(OSError):
                write_atomically(known, json.dumps(answer))
        found[shape] = _result(shape, answer)
    return [found[shape] for shape in shapes]


def _read_answer(file: Path) -> dict[str, Any] | None:
    """An answer from the cache; None if it is not there or damaged."""
    try:
        answer = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return answer if isinstance(answer, dict) else None


def _result(shape: Shape, answer: Mapping[str, Any]) -> Description | AssetError:
    if "error" in answer:
        about = {"value": answer["value"]} if answer.get("value") else {}
        file, hint = answer.get("file") or shape.file, answer.get("hint") or "export it again"
        return UnreadableError(answer["error"], file=file, hint=hint, **about)
    problems = tuple(Problem(**problem) for problem in answer["problems"])
    described = _described(shape, answer, problems)
    for problem in problems:
        if problem.severity == "error":
            key = {"key": problem.object} if problem.object else {}
            if isinstance(described, AssetError):
                return AssetError(problem.text, file=shape.file, hint=problem.hint, **key)
            flawed = FlawedError(problem.text, file=shape.file, hint=problem.hint, **key)
            flawed.description = described
            return flawed
    return described


def _described(shape: Shape, answer: Mapping[str, Any], problems: tuple[Problem, ...]) -> Description | AssetError:
    if answer["box_m"] is None or not np.isfinite(answer["box_m"]).all():
        hint = "export it again with its meshes in the scene that was open, visible in the render"
        return AssetError("the file shows no mesh", file=shape.file, hint=hint)
    largest_m = float(np.abs(answer["box_m"]).max())
    if largest_m > LARGEST_M:
        hint = "correct its scale, or apply its transforms"
        return AssetError("the shape is far too large", file=shape.file, value=f"{largest_m:g} m", hint=hint)
    return Description(
        box_m=np.array(answer["box_m"]),
        triangles=answer["triangles"],
        materials=tuple(answer["materials"]),
        bones=answer["bones"],
        surface_m=np.array(answer.get("surface_m", ()), float).reshape(-1, 3, 3),
        problems=problems,
    )


@cache
def _code_version() -> str:
    """Changes with whatever decides what is found out."""
    return code_version(_CODE) + version("bpy")


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _key(shape: Shape, content: str, around: str) -> str:
    """Names a shape's content: its file, what of the pack it may refer to, and the code that reads it."""
    part = (shape.file.relative_to(shape.root).as_posix(), shape.objects, shape.collection, shape.surface)
    return hashlib.sha256(repr((_code_version(), part, content, around)).encode()).hexdigest()


def _shipped_key(shape: Shape, content: str) -> str:
    return ":".join([content, *shape.objects, shape.collection, shape.surface])


@cache
def _shipped(root: Path) -> Mapping[str, dict[str, Any]]:
    """The answers that a built-in pack is shipped with, by `_shipped_key`; other packs are not trusted to have any."""
    if root.parent != resources.built_in_packs_dir().resolve():
        return {}
    data = _read_answer(root / MEASURED)
    return data["answers"] if data is not None and data.get("measuring") == MEASURING else {}


def measure_again(shapes: Sequence[Shape]) -> dict[str, Any]:
    """What `MEASURED` should contain for these shapes, which Blender reads afresh."""
    answers = _ask_blender([(shape, shape.file.stat().st_size) for shape in shapes])
    keys = [_shipped_key(shape, _digest(shape.file)) for shape in shapes]
    return {"measuring": MEASURING, "answers": dict(sorted(zip(keys, answers, strict=True)))}


def size_to_read(file: Path, root: Path) -> int:
    """Bytes of a file and of what it may refer to, which decide about its limits; 0 if it is missing."""
    try:
        size = file.stat().st_size
    except OSError:
        return 0
    return size if Shape(file, root).alone else size + _surroundings(root)[1]


def _surroundings(root: Path) -> tuple[str, int]:
    """The pack's other files: textures, material libraries, buffers, linked libraries.

    Returns:
        Their names, sizes and times; their size together, in bytes.
    """
    rows = []
    for folder, _, names in os.walk(root):
        for name in names:
            file = Path(folder) / name
            suffix = file.suffix.lower()
            if name in (MANIFEST, MEASURED) or (suffix in SHAPE_SUFFIXES and suffix != ".blend"):
                continue
            with contextlib.suppress(OSError):
                state = file.stat()
                rows.append((file.relative_to(root).as_posix(), state.st_size, state.st_mtime_ns))
    return repr(sorted(rows)), sum(size for _, size, _ in rows)


def _ask_blender(shapes: Sequence[tuple[Shape, int]]) -> Iterator[dict[str, Any]]:
    """Answers of `blender.pack_loader.describe`, one for each shape; those not to be cached have `again`.

    Args:
        shapes: each with the size in bytes that decides about its limits.

    Raises:
        BlenderSynthError: Blender does not start, or the machine's limit on memory is too low.
    """
    limits: dict[str, Any] = {}
    with BlenderProcess(
        _MODULE, TIME_LIMIT_S, memory_limit_bytes=MOST_MEMORY_BYTES, on_event=limits.update
    ) as process:  # fmt: skip
        for shape, size in shapes:
            limits.clear()
            yield _answer(process, shape, size, limits)


def _answer(process: BlenderProcess, shape: Shape, size: int, limits: Mapping[str, Any]) -> dict[str, Any]:
    """`limits` becomes the event of `packs.limits.within_limits`."""
    try:
        process.start()
    except ProcessLost as lost:  # not the fault of the file
        raise SystemLibraryError(str(lost), hint=lost.last_line) from None
    job = {"file": str(shape.file), "root": str(shape.root), "objects": shape.objects, "size": size}
    try:
        return process.ask("describe", **job, collection=shape.collection, surface=shape.surface)
    except AssetError as error:
        process_is_bloated = "more memory" in error.problem
        if process_is_bloated:
            process.stop()
        return _error_answer(error, shape)
    except JobOutOfMemory:
        raise machine_allows_too_little(shape.file) from None
    except JobFailed as failure:
        return {"error": "Blender failed to read the file", "value": str(failure)}
    except ProcessLost as lost:
        reason = loss(lost, bool(limits.get("by_machine")), shape.file, size)
        if not isinstance(reason, AssetError):
            raise reason from None
        return _error_answer(reason, shape) | {"again": True}


def _error_answer(error: AssetError, shape: Shape) -> dict[str, Any]:
    value = "" if error.value is None else str(error.value)
    return {"error": error.problem, "value": value, "file": str(error.file or shape.file), "hint": error.hint}
