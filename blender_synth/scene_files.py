"""Scenes as folders: where they are looked for, what is in them, what is wrong with them. Never imports bpy.

A scene is a folder with a `scene.yaml`. Of kind `authored` it may come with a `.blend`; what that says is read once by
Blender in a process of its own (`blender.scenery.read_marks`) and kept in the user's cache by the folder's content.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from pydantic import TypeAdapter, ValidationError

from blender_synth import __version__, resources
from blender_synth.blender_process import BlenderProcess, JobError
from blender_synth.cache import cache_folder, write_atomically
from blender_synth.errors import AssetError, BlenderSynthError, ConfigError
from blender_synth.packs.manifest import MANIFEST, read_manifest
from blender_synth.packs.paths import file_in_pack
from blender_synth.packs.search import pack_folders
from blender_synth.plugins import plugin_paths
from blender_synth.seeds import Streams
from blender_synth.settings import randomizer_from
from blender_synth.world.layout import Layout
from blender_synth.world.scenery.authored.layout import layout_problems
from blender_synth.world.scenery.shared.marks import Marks, SceneProblem

SCENE_FILE = "scene.yaml"
ENVIRONMENT = "BLENDER_SYNTH_SCENES"
READ_TIMEOUT_S = 300.0
MARKS_READER = "blender_synth.blender.scenery.read_marks"
_MARKS_VERSION = 1
"""To be counted up when what marks mean changes: what was read before is then read again."""
_FILLED_IN = ("scene", "folder", "digest", "found")
_LARGEST_YAML_BYTES = 4_000_000
_NOT_CONTENT = (".py", ".md", ".txt", ".blend1", ".blend2")
_MARKS = TypeAdapter(Marks)


def scene_folders() -> dict[str, Path]:
    """Folders of scenes by name: built-in ones, those of plug-in folders, those in BLENDER_SYNTH_SCENES."""
    found: dict[str, Path] = {}
    listed = [path for path in os.environ.get(ENVIRONMENT, "").split(os.pathsep) if path]
    places = [resources.scenes_dir(), *(Path(path) for path in [*plugin_paths("scenes"), *listed])]
    for place in places:
        for file in sorted(place.expanduser().glob(f"*/{SCENE_FILE}")):
            found.setdefault(file.parent.name, file.parent.resolve())
    return found


def scene_folders_of_packs(packs: Iterable[Path] = ()) -> dict[str, Path]:
    """Folders of the scenes in asset packs, each in its pack's folder `scenes`, by `<pack>/<scene>`.

    Args:
        packs: the config's `packs`; those that are found without it are searched too.

    Raises:
        AssetError: a folder of packs is missing or has none.
    """
    found: dict[str, Path] = {}
    for pack in pack_folders(packs):
        files = sorted(pack.glob(f"scenes/*/{SCENE_FILE}"))
        if not files:
            continue
        with suppress(AssetError):  # a broken pack is told of when packs are loaded
            name = read_manifest(pack / MANIFEST).get("name", pack.name)
            for file in files:
                found.setdefault(f"{name}/{file.parent.name}", file.parent.resolve())
    return found


def find_scene(name: str, packs: Iterable[Path] = ()) -> Path:
    """The folder of a scene. A pack's scene may be named without its pack where that is clear.

    Raises:
        ConfigError: there is none of that name; the message lists those there are.
    """
    known = scene_folders()
    if re.fullmatch(r"[\w-]+", name) and name in known:
        return known[name]
    known |= scene_folders_of_packs(packs)
    if re.fullmatch(r"[\w-]+(/[\w-]+)?", name):
        if name in known:
            return known[name]
        inside = [folder for full, folder in known.items() if full.partition("/")[2] == name]
        if len(inside) == 1:
            return inside[0]
    raise ConfigError(
        "there is no such scene", key="scene.name", value=name, hint=f"use one of: {', '.join(sorted(known))}"
    )


def load_scene(name: str, folder: Path, overrides: Mapping[str, Any]) -> tuple[Any, str]:
    """The randomizer of a scene, and the digest of its files.

    Args:
        name: that it was asked for by. folder: of the scene. overrides: keys of the config laid over its scene.yaml.

    Raises:
        ConfigError: a scene.yaml that cannot be used. AssetError: a `.blend` that cannot be.
    """
    file = folder / SCENE_FILE
    data = {**_read_yaml(file), **overrides}
    told = None if overrides else file
    if data.get("kind") != "authored":
        return randomizer_from("scenery", data, "scene", told), _digest(folder, [file])
    for key in _FILLED_IN:
        if key in data:
            raise ConfigError("the program sets this key", file=file, key=f"scene.{key}", value=data[key],
                              hint="remove it")  # fmt: skip
    digest = _digest(folder, _content(folder))
    randomizer = randomizer_from("scenery", {**data, "scene": name}, "scene", told)
    _check_licence(randomizer, file)
    if not randomizer.file and not randomizer.parts:
        raise ConfigError("the scene is empty", file=file, key="scene.file", value="",
                          hint="name its .blend with `file:`, or describe it in `parts:`")  # fmt: skip
    filled = {"scene": name, "folder": str(folder), "digest": digest}
    if randomizer.file:
        filled["found"] = read_marks(folder, randomizer.file, randomizer.indoor_c is not None, digest)
        _check_marks(filled["found"], folder / randomizer.file)
    return randomizer_from("scenery", {**data, **filled}, "scene", file), digest


def read_marks(folder: Path, relative: str, indoors: bool, digest: str) -> Marks:
    """What a scene's `.blend` says, by Blender in a process of its own or from the cache.

    Args:
        folder: of the scene, resolved. relative: the file in it. indoors: whether bare `walk` marks mean indoors.
        digest: of the folder's content.

    Raises:
        AssetError: the path leads out, the file is missing, no `.blend`, or unreadable.
    """
    file = file_in_pack(folder, relative, folder / SCENE_FILE, "file")
    if file.suffix.lower() != ".blend":
        raise AssetError("a scene's file must be a .blend", file=folder / SCENE_FILE, key="file", value=relative,
                         hint="save it from Blender; other formats carry no marks")  # fmt: skip
    key = hashlib.sha256(json.dumps([__version__, _MARKS_VERSION, digest, relative, indoors]).encode()).hexdigest()
    kept = cache_folder("scenes") / f"{key}.json"
    with suppress(OSError, ValidationError):
        return _MARKS.validate_json(kept.read_bytes())
    data = _read_in_blender(folder, file, indoors)
    marks = _MARKS.validate_json(data)
    with suppress(OSError):
        write_atomically(kept, data)
    return marks


def _read_in_blender(folder: Path, file: Path, indoors: bool) -> bytes:
    with BlenderProcess(MARKS_READER, READ_TIMEOUT_S) as blender:
        try:
            return json.dumps(blender.ask("read", file=str(file), root=str(folder), indoors=indoors)["marks"]).encode()
        except JobError as error:
            hint = "make the scene smaller, or save it again from Blender 4.5 or older"
            raise AssetError("Blender cannot read the file", file=file, value=str(error), hint=hint) from None


def describe_scene(folder: Path) -> tuple[list[SceneProblem], Layout | None]:
    """What is wrong with a scene's folder, and one of its layouts where it has any.

    Nothing is raised; what makes the scene unusable is an `error` among the problems.
    """
    folder = folder.resolve()
    file = folder / SCENE_FILE
    problems: list[SceneProblem] = []
    try:
        data = _read_yaml(file)
        digest = _digest(folder, _content(folder))
        if data.get("kind") == "authored" and data.get("file"):
            marks = read_marks(folder, str(data["file"]), data.get("indoor_c") is not None, digest)
            problems += marks.problems
            told = {k: v for k, v in data.items() if k not in _FILLED_IN}
            randomizer = randomizer_from(
                "scenery", {**told, "scene": folder.name, "digest": digest, "found": marks}, "scene", file
            )
            _check_licence(randomizer, file)
        else:
            randomizer, _ = load_scene(folder.name, folder, {})
        layout = None
        for seed in range(6):  # variants and chances may hide a fault
            layout = randomizer.sample(Streams(seed, 0).child("scenery")).layout()
            problems += layout_problems(layout)
    except BlenderSynthError as error:
        code = "unusable_scene" if isinstance(error, ConfigError) else "unreadable_file"
        text = error.problem if error.key is None else f"{error.key}: {error.problem} ({error.value!r})"
        problem = SceneProblem(code=code, severity="error", object=Path(str(error.file or file)).name, text=text,
                               hint=error.hint)  # fmt: skip
        return [*dict.fromkeys([*problems, problem])], None
    return [*dict.fromkeys(problems)], layout


def _read_yaml(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _LARGEST_YAML_BYTES:
            raise ConfigError("the file is too large to be a scene's", file=file, hint="keep data in files of its own")
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError("the scene has no readable scene.yaml", file=file, hint=str(error)) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError("the file is not readable as YAML", file=file, hint=str(error)) from None
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise ConfigError("a scene file holds a mapping", file=file, hint="see scenes/street/scene.yaml")
    return data


def _check_licence(randomizer: Any, file: Path) -> None:
    try:
        canonicalize_license_expression(randomizer.licence)
    except InvalidLicenseExpression:
        raise ConfigError("the value cannot be used", file=file, key="scene.licence", value=randomizer.licence,
                          hint="write an SPDX id such as CC0-1.0 or CC-BY-4.0") from None  # fmt: skip
    if randomizer.licence.upper().startswith("CC-BY") and not randomizer.author:
        raise ConfigError(f"{randomizer.licence} asks for the author's name", file=file, key="scene.author", value="",
                          hint="add `author`")  # fmt: skip


def _check_marks(marks: Marks, file: Path) -> None:
    errors = [problem for problem in marks.problems if problem.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise AssetError(errors[0].text + more, file=file, key="object", value=errors[0].object, hint=errors[0].hint)


def _content(folder: Path) -> list[Path]:
    """The files that make a scene what it is."""
    files = []
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        hidden = any(part.startswith((".", "__")) for part in parts)
        if not hidden and file.is_file() and file.suffix.lower() not in _NOT_CONTENT:
            files.append(file)
    return files


def _digest(folder: Path, files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        if not file.resolve().is_relative_to(folder.resolve()):
            raise AssetError("a link leads out of the scene's folder", file=file, hint="copy the file into the folder")
        total.update(file.relative_to(folder).as_posix().encode() + b"\0")
        with open(file, "rb") as content:
            total.update(hashlib.file_digest(content, "sha256").digest())
    return total.hexdigest()
