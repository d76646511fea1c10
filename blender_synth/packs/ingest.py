"""Measures shapes before any scene is sampled: size, number of triangles, materials.

glTF is read here. Other formats are opened by Blender in a child process with limits on time and memory, many files one
after the other; a file that crashes the process affects no other. Results are cached by the content of the file, the
files around it and the code that reads it.
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

from blender_synth.blender_process import BlenderProcess, JobFailed, JobOutOfMemory, ProcessLost
from blender_synth.cache import cache_folder, write_atomically
from blender_synth.errors import AssetError, RunError, SystemLibraryError
from blender_synth.packs import glb
from blender_synth.packs.manifest import MANIFEST
from blender_synth.packs.problems import Problem
from blender_synth.packs.safety import SHAPE_SUFFIXES, check_file

TIME_LIMIT_S = 180.0
"""For one file."""
MEMORY_LIMIT_BYTES = 12 * 2**30
"""Of addresses, for the process that opens them; Blender alone takes some 2 GB."""
_MODULE = "blender_synth.blender.pack_loader.describe"
READ_HERE = (".glb", ".gltf")
_BLENDER_FROM_YUP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
_CODE = ("packs/blendfile.py", "packs/safety.py", "packs/usd.py", "blender/pack_loader/load.py",
         "blender/pack_loader/loaded.py", "blender/pack_loader/sanitize.py",
         "blender/pack_loader/shapes.py", "blender/pack_loader/describe.py")  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """What is to be described: a file, or a part of a `.blend`.

    Attributes:
        file: resolved. root: the pack's folder, resolved. objects, collection: names in a `.blend`.
        bones: whether bones are wanted, which only Blender can read. surface: material whose faces are wanted.
    """

    file: Path
    root: Path
    objects: tuple[str, ...] = ()
    collection: str = ""
    bones: bool = False
    surface: str = ""


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
    """The description of each shape, or why it cannot be used, in order."""
    found: dict[Shape, Any] = {}
    waiting: list[tuple[Shape, Path]] = []
    for shape in dict.fromkeys(shapes):
        try:
            if shape.file.suffix.lower() in READ_HERE and not shape.bones and not shape.surface:
                found[shape] = _gltf(shape)
                continue
            check_file(shape.file, shape.root)
            known = cache_folder("shapes") / f"{_key(shape)}.json"
            try:
                answer = json.loads(known.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                waiting.append((shape, known))
            else:
                found[shape] = _result(shape, answer)
        except AssetError as error:
            found[shape] = error
        except OSError as error:
            found[shape] = AssetError("the file cannot be read", file=shape.file, hint=error.strerror or str(error))
    for (shape, known), answer in zip(waiting, _ask_blender([s for s, _ in waiting]), strict=True):
        if not answer.pop("again", False):
            with contextlib.suppress(OSError):
                write_atomically(known, json.dumps(answer))
        found[shape] = _result(shape, answer)
    return [found[shape] for shape in shapes]


def _result(shape: Shape, answer: Mapping[str, Any]) -> Description | AssetError:
    if "error" in answer:
        about = {"value": answer["value"]} if answer.get("value") else {}
        file, hint = answer.get("file") or shape.file, answer.get("hint") or "export it again"
        return AssetError(answer["error"], file=file, hint=hint, **about)
    problems = tuple(Problem(**problem) for problem in answer["problems"])
    for problem in problems:
        if problem.severity == "error":
            key = {"key": problem.object} if problem.object else {}
            return AssetError(problem.text, file=shape.file, hint=problem.hint, **key)
    if answer["box_m"] is None or not np.isfinite(answer["box_m"]).all():
        hint = "export it again with its meshes in the scene that was open, visible in the render"
        return AssetError("the file shows no mesh", file=shape.file, hint=hint)
    return Description(
        box_m=np.array(answer["box_m"]),
        triangles=answer["triangles"],
        materials=tuple(answer["materials"]),
        bones=answer["bones"],
        surface_m=np.array(answer.get("surface_m", ()), float).reshape(-1, 3, 3),
        problems=problems,
    )


def _gltf(shape: Shape) -> Description:
    check_file(shape.file, shape.root)
    document = glb.read_document(shape.file)
    box = glb.bounding_box_m(shape.file, document) @ _BLENDER_FROM_YUP.T
    materials = [str(m.get("name", "")) for m in document.get("materials", ()) if isinstance(m, dict)]
    return Description(box_m=np.sort(box, axis=0), triangles=glb.triangles(document), materials=tuple(materials))


@cache
def _code_version() -> str:
    """Changes with whatever decides what is found out."""
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(version("bpy").encode())
    for name in _CODE:
        digest.update((package / name).read_bytes())
    return digest.hexdigest()


def _key(shape: Shape) -> str:
    """Names a shape's content: its file, what of the pack it may refer to, and the code that reads it."""
    digest = hashlib.sha256(_code_version().encode())
    digest.update(
        repr((shape.file.relative_to(shape.root).as_posix(), shape.objects, shape.collection, shape.surface)).encode()
    )
    with shape.file.open("rb") as stream:
        digest.update(hashlib.file_digest(stream, "sha256").digest())
    digest.update(_surroundings(shape.root).encode())
    return digest.hexdigest()


def _surroundings(root: Path) -> str:
    """The pack's other files by name, size and time: textures, material libraries, buffers, linked libraries."""
    rows = []
    for folder, _, names in os.walk(root):
        for name in names:
            file = Path(folder) / name
            suffix = file.suffix.lower()
            if name == MANIFEST or (suffix in SHAPE_SUFFIXES and suffix != ".blend"):
                continue
            with contextlib.suppress(OSError):
                state = file.stat()
                rows.append((file.relative_to(root).as_posix(), state.st_size, state.st_mtime_ns))
    return repr(sorted(rows))


def _ask_blender(shapes: Sequence[Shape]) -> Iterator[dict[str, Any]]:
    """Answers of `blender.pack_loader.describe`, one for each shape; those not to be cached have `again`.

    Raises:
        BlenderSynthError: Blender does not start, or the machine's limit on memory is too low.
    """
    with BlenderProcess(_MODULE, TIME_LIMIT_S, memory_limit_bytes=MEMORY_LIMIT_BYTES) as process:
        for shape in shapes:
            yield _answer(process, shape)


def _answer(process: BlenderProcess, shape: Shape) -> dict[str, Any]:
    try:
        process.start()
    except ProcessLost as lost:  # not the fault of the file
        raise SystemLibraryError(str(lost), hint=lost.last_line) from None
    job = {"file": str(shape.file), "root": str(shape.root), "objects": shape.objects}
    try:
        return process.ask("describe", **job, collection=shape.collection, surface=shape.surface)
    except AssetError as error:
        value = "" if error.value is None else str(error.value)
        return {"error": error.problem, "value": value, "file": str(error.file or shape.file), "hint": error.hint}
    except JobOutOfMemory:
        if process.limited_by_machine:
            raise RunError(
                "this machine allows one process too little memory to read the file",
                file=shape.file,
                hint="raise the limit on address space (ulimit -v)",
            ) from None
        return {"error": "the file needs more memory than the limit", "hint": "make it smaller"}
    except JobFailed as failure:
        return {"error": "Blender failed to read the file", "value": str(failure)}
    except ProcessLost as lost:
        reason = f"{lost}: {lost.last_line}" if lost.last_line else str(lost)
        return {"error": reason, "hint": "export it again, smaller or simpler", "again": True}
