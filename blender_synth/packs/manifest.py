"""Reading and checking `pack.yaml`.

The shortest manifest makes every 3D file in the folder, and below it, a prop of the category `name`:

    name: bollards
    licence: CC0-1.0

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `name` | required | | letters, digits, _ and -; unique among the packs of a run |
| `version` | "0" | | any text or number, recorded with every frame |
| `description` | "" | | for people |
| `items` | null | | one mapping for each item; null takes every file of the pack that its kind can use |
| `items[].name` | file's name | | letters, digits, _ and -; unique in the pack |
| `items[].file` | "" | | path relative to the pack, with forward slashes; not needed by every kind |

All other keys are terms of items. At the top they hold for every item that does not give its own. Their tables are in
`packs/kinds`: `base.py` has those of every kind, and each kind has a module (`prop.py`, `person.py`, `mirror.py` ...).
`license` may be written for `licence`.

A 3D file is a `.blend`, `.glb`, `.gltf`, `.fbx`, `.obj` or USD file. In a `.blend` everything that is marked as an
asset is an item, with its own tags and catalogue; without any marks the whole file is one.

Axes in a manifest are those of the file for `.glb`, `.gltf` and `.obj` (default: +y up, +z front), and those that
Blender shows for the other formats (default: +z up, -y front).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from blender_synth.errors import AssetError
from blender_synth.packs.kinds.base import Name, number_as_text
from blender_synth.packs.plain_yaml import PlainYamlError, read_yaml
from blender_synth.suggestions import hint_for
from blender_synth.validation import allowed

MANIFEST = "pack.yaml"
HEAD_KEYS = ("name", "version", "items", "description")

Model = TypeVar("Model", bound=BaseModel)


class Head(BaseModel):
    """Keys of the pack itself; see the table above."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    version: Annotated[str, BeforeValidator(number_as_text)] = "0"
    description: str = ""
    items: tuple[dict[str, Any], ...] | None = None


class ItemName(BaseModel):
    """The name of an item."""

    name: Name


def read_manifest(manifest: Path) -> dict[str, Any]:
    """The mapping in a `pack.yaml`. Nothing in it is executed.

    Raises:
        AssetError: missing, not YAML, or not a mapping.
    """
    if not manifest.is_file():
        hint = f"add a {MANIFEST} with name, licence and version"
        raise AssetError("the folder is not an asset pack", file=manifest.parent, hint=hint)
    if not manifest.resolve().is_relative_to(manifest.parent.resolve()):
        raise AssetError("the manifest is a link that leads out of its pack", file=manifest, hint="copy it here")
    try:
        data = read_yaml(manifest)
    except PlainYamlError as error:
        raise AssetError("the manifest is not valid YAML", file=manifest, hint=str(error)) from None
    except OSError as error:
        raise AssetError("the manifest cannot be read", file=manifest, hint=error.strerror or str(error)) from None
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise AssetError("the manifest must be a mapping", file=manifest, value=data, hint="begin with `name: ...`")
    entries = data.get("items")
    for number, part in enumerate([data, *(entries if isinstance(entries, list) else ())]):
        if isinstance(part, dict) and "license" in part:
            if "licence" in part:
                key = f"items[{number - 1}].license" if number else "license"
                hint = "remove one of them; they mean the same"
                raise AssetError("both `licence` and `license` are given", file=manifest, key=key, hint=hint)
            part["licence"] = part.pop("license")
    return data


def validated(model: type[Model], data: Mapping[str, Any], manifest: Path, key: str) -> Model:
    """`data` as `model`.

    Args:
        manifest: for the message. key: where in the manifest `data` is, "" for its top.

    Raises:
        AssetError: the first thing wrong, with its full key.
    """
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        raise _errors(error, model, manifest, key)[0] from None


def validation_errors(model: type[BaseModel], data: Mapping[str, Any], manifest: Path, key: str) -> list[AssetError]:
    """All errors of which `validated` raises the first."""
    try:
        model.model_validate(dict(data))
    except ValidationError as error:
        return _errors(error, model, manifest, key)
    return []


def _errors(error: ValidationError, model: type[BaseModel], manifest: Path, key: str) -> list[AssetError]:
    errors = []
    for detail in error.errors():
        problem, hint = "the value cannot be used", allowed(detail)
        if detail["type"] == "extra_forbidden":
            problem = "there is no such key"
            hint = hint_for(detail["loc"][-1], {*model.model_fields, *HEAD_KEYS})
        elif detail["type"] == "missing":
            problem, hint = "a key is missing", f"add `{detail['loc'][-1]}: ...`"
        path = ".".join([key, *(str(part) for part in detail["loc"])]).strip(".")
        value: dict[str, Any] = {} if isinstance(detail["input"], dict) else {"value": detail["input"]}
        errors.append(AssetError(problem, file=manifest, key=path or None, hint=hint, **value))
    return errors
