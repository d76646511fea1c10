"""Reads the files of a scene: its `scene.yaml`, the marks in its `.blend`, and a digest of its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from blender_synth import __version__
from blender_synth.blender_process import BlenderProcess, JobError, JobOutOfMemory, ProcessLost
from blender_synth.cache import cache_folder, write_atomically
from blender_synth.errors import AssetError, ConfigError
from blender_synth.packs.limits import MOST_MEMORY_BYTES
from blender_synth.packs.paths import file_in_pack
from blender_synth.packs.plain_yaml import PlainYamlError, read_yaml
from blender_synth.packs.reading import loss, machine_allows_too_little
from blender_synth.world.scenery.shared.marks import Marks

SCENE_FILE = "scene.yaml"
READ_TIMEOUT_S = 600.0
MARKS_READER = "blender_synth.blender.scenery.read_marks"
_MARKS_VERSION = 2
"""To be incremented when the meaning of marks changes, so that cached ones are not used."""
_NOT_CONTENT = (".py", ".md", ".txt", ".blend1", ".blend2")
_MARKS = TypeAdapter(Marks)


def read_scene_yaml(file: Path) -> dict[str, Any]:
    """The mapping in a `scene.yaml`.

    Raises:
        ConfigError: missing, too large, not YAML, or not a mapping.
    """
    try:
        data = read_yaml(file)
    except OSError as error:
        raise ConfigError("the scene has no readable scene.yaml", file=file, hint=str(error)) from None
    except PlainYamlError as error:
        raise ConfigError("the file is not valid YAML", file=file, hint=str(error)) from None
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise ConfigError("a scene.yaml must be a mapping", file=file, hint="see scenes/street/scene.yaml")
    return data


def read_marks(folder: Path, relative: str, indoors: bool, digest: str) -> Marks:
    """The marks in a scene's `.blend`, read by Blender in a child process or from the cache.

    Args:
        folder: of the scene, resolved. relative: the file in it. indoors: whether bare `walk` marks mean indoors.
        digest: of the folder's content.

    Raises:
        AssetError: the path leads out of the folder, or the file is missing, not a `.blend` or unreadable.
    """
    file = file_in_pack(folder, relative, folder / SCENE_FILE, "file")
    if file.suffix.lower() != ".blend":
        raise AssetError("a scene's file must be a .blend", file=folder / SCENE_FILE, key="file", value=relative,
                         hint="save it from Blender; other formats have no marks")  # fmt: skip
    key = hashlib.sha256(json.dumps([__version__, _MARKS_VERSION, digest, relative, indoors]).encode()).hexdigest()
    cached = cache_folder("scenes") / f"{key}.json"
    with suppress(OSError, ValidationError):
        return _MARKS.validate_json(cached.read_bytes())
    data = _read_in_blender(folder, file, indoors)
    marks = _MARKS.validate_json(data)
    with suppress(OSError):
        write_atomically(cached, data)
    return marks


def _read_in_blender(folder: Path, file: Path, indoors: bool) -> bytes:
    limits: dict[str, Any] = {}
    size = sum(content.stat().st_size for content in content_files(folder))
    with BlenderProcess(
        MARKS_READER, READ_TIMEOUT_S, memory_limit_bytes=MOST_MEMORY_BYTES, on_event=limits.update
    ) as blender:  # fmt: skip
        try:
            answer = blender.ask("read", file=str(file), root=str(folder), indoors=indoors, size=size)
            return json.dumps(answer["marks"]).encode()
        except ProcessLost as lost:
            raise loss(lost, bool(limits.get("by_machine")), file, size) from None
        except JobOutOfMemory:
            raise machine_allows_too_little(file) from None
        except JobError as error:
            hint = "make the scene smaller, or save it again from Blender 4.5 or older"
            raise AssetError("Blender cannot read the file", file=file, value=str(error), hint=hint) from None


def content_files(folder: Path) -> list[Path]:
    """All files that decide what a scene looks like: not hidden ones, code, notes or backups."""
    files = []
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        hidden = any(part.startswith((".", "__")) for part in parts)
        if not hidden and file.is_file() and file.suffix.lower() not in _NOT_CONTENT:
            files.append(file)
    return files


def digest_of(folder: Path, files: Iterable[Path]) -> str:
    """SHA-256 of the names and contents of files of a scene.

    Raises:
        AssetError: a link leads out of the folder.
    """
    total = hashlib.sha256()
    for file in files:
        if not file.resolve().is_relative_to(folder.resolve()):
            raise AssetError("a link leads out of the scene's folder", file=file, hint="copy the file into the folder")
        total.update(file.relative_to(folder).as_posix().encode() + b"\0")
        with open(file, "rb") as content:
            total.update(hashlib.file_digest(content, "sha256").digest())
    return total.hexdigest()
