"""Loading the randomizer of a scene."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blender_synth.errors import AssetError, ConfigError
from blender_synth.packs.kinds.base import is_spdx
from blender_synth.scene_files.reading import SCENE_FILE, content_files, digest_of, read_marks, read_scene_yaml
from blender_synth.settings import randomizer_from
from blender_synth.world.contracts import SceneryRandomizer
from blender_synth.world.scenery.shared.marks import Marks

RESERVED_KEYS = ("scene", "folder", "digest", "found")
"""Fields of an authored scene that are set here and must not be in its scene.yaml."""


def load_scene(name: str, folder: Path, overrides: Mapping[str, Any]) -> tuple[SceneryRandomizer, str]:
    """The randomizer of a scene, and the digest of its files.

    Args:
        name: as given in the config. folder: of the scene. overrides: keys of the config that replace those of its
            scene.yaml.

    Raises:
        ConfigError: the scene.yaml cannot be used. AssetError: the `.blend` cannot be used.
    """
    file = folder / SCENE_FILE
    data = {**read_scene_yaml(file), **overrides}
    file_in_messages = None if overrides else file
    if data.get("kind") != "authored":
        return randomizer_from("scenery", data, "scene", file_in_messages), digest_of(folder, [file])
    for key in RESERVED_KEYS:
        if key in data:
            raise ConfigError("the program sets this key", file=file, key=f"scene.{key}", value=data[key],
                              hint="remove it")  # fmt: skip
    digest = digest_of(folder, content_files(folder))
    randomizer = randomizer_from("scenery", {**data, "scene": name}, "scene", file_in_messages)
    check_licence(randomizer.licence, randomizer.author, file)
    if not randomizer.file and not randomizer.parts:
        raise ConfigError("the scene is empty", file=file, key="scene.file", value="",
                          hint="name its .blend with `file:`, or describe it in `parts:`")  # fmt: skip
    reserved: dict[str, Any] = {"scene": name, "folder": str(folder), "digest": digest}
    if randomizer.file:
        marks = read_marks(folder, randomizer.file, randomizer.indoor_c is not None, digest)
        _check_marks(marks, folder / randomizer.file)
        reserved["found"] = marks
    return randomizer_from("scenery", {**data, **reserved}, "scene", file), digest


def check_licence(licence: str, author: str, file: Path) -> None:
    """Check the licence of a scene.

    Raises:
        ConfigError: not an SPDX id, or it asks for the author's name, which is missing.
    """
    if not is_spdx(licence):
        raise ConfigError("the value cannot be used", file=file, key="scene.licence", value=licence,
                          hint="write an SPDX id such as CC0-1.0 or CC-BY-4.0")  # fmt: skip
    if licence.upper().startswith("CC-BY") and not author:
        raise ConfigError(f"{licence} asks for the author's name", file=file, key="scene.author", value="",
                          hint="add `author`")  # fmt: skip


def _check_marks(marks: Marks, file: Path) -> None:
    errors = [problem for problem in marks.problems if problem.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise AssetError(errors[0].text + more, file=file, key="object", value=errors[0].object, hint=errors[0].hint)
