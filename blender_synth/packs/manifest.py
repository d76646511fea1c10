"""What may stand in a `pack.yaml`, and the messages when something else does.

The shortest manifest makes every `.glb` in the folder, and below it, a prop of category `name`:

    name: bollards
    licence: CC0-1.0
    version: 1

With `items:` only what it lists is taken. What stands beside `items` holds for every item that does not say
otherwise. Axes named in a manifest are those of the `.glb` file (glTF: +y is up and +z the front).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from blender_synth.errors import AssetError
from blender_synth.keypoints import COCO_KEYPOINTS

MANIFEST = "pack.yaml"
HEAD_KEYS = ("name", "version", "items", "description")
SIZE_KEYS = ("height_m", "size_m", "scale")
SHAPED_KINDS = ("prop", "person")
"""Kinds of items that are shapes in a `.glb`."""
PEDESTRIAN = "pedestrian"
_LARGEST_MANIFEST_BYTES = 4_000_000
_MADE_OTHERWISE = {"pedestrian", "pedestrian_reflection", "mirror"}


def _licence(text: str) -> str:
    try:
        return str(canonicalize_license_expression(text))
    except InvalidLicenseExpression:
        raise ValueError(
            "write an SPDX id such as CC0-1.0, CC-BY-4.0 or MIT; for terms of your own LicenseRef-<name>"
        ) from None


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$"), BeforeValidator(_text)]
Axis = Literal["+x", "-x", "+y", "-y", "+z", "-z"]
Size = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


class Terms(BaseModel):
    """What a pack says for all its items and each item may say for itself.

    Attributes:
        kind: `prop`, or what another part of the program takes from packs (then further keys are allowed).
        licence: SPDX id or expression. author, source: carried into every frame that shows the item.
        category: label of the item in the dataset; the pack's name if left out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Name = "prop"
    licence: Annotated[str, AfterValidator(_licence)]
    author: str = ""
    source: str = ""
    category: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_ -]*$")] = ""
    tags: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()
    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _attributed(self) -> Terms:
        if self.licence.startswith("CC-BY") and not self.author:
            raise ValueError(f"{self.licence} asks for the author's name: add `author`")
        return self


class PropTerms(Terms):
    """The same, for props.

    Attributes:
        height_m: scale evenly to this height; or size_m: (depth along the front, width, height), each scaled by
            itself; or scale: a factor on the file's own metres. At most one of the three.
        up_axis, front: directions in the file.
        origin: what stands on the spot: the middle of the `foot` (of the back, where it stands against a wall), or
            the origin of the `file`.
        stands: where it may stand.
    """

    height_m: Size | None = None
    size_m: tuple[Size, Size, Size] | None = None
    scale: Size | None = None
    up_axis: Axis = "+y"
    front: Axis = "+z"
    origin: Literal["foot", "file"] = "foot"
    stands: Annotated[
        tuple[Literal["pavement", "road", "wall", "indoors"], ...], BeforeValidator(_several), Field(min_length=1)
    ] = ("pavement",)

    @model_validator(mode="after")
    def _consistent(self) -> PropTerms:
        if self.category in _MADE_OTHERWISE:
            raise ValueError(f"{self.category} is a label of its own that no prop can carry; choose another category")
        if len([key for key in SIZE_KEYS if getattr(self, key) is not None]) > 1:
            raise ValueError("give one of height_m, size_m and scale, not several")
        if self.up_axis[1] == self.front[1]:
            raise ValueError(f"front {self.front} lies along up_axis {self.up_axis}")
        return self


class PersonTerms(PropTerms):
    """The same, for people modelled as they stand: as props, but they stand where people stand.

    Attributes:
        height_m: from the soles to the top of the head, with shoes and hair.
        keypoints: COCO keypoints (`nose`, `left_eye` ...) in the file's own axes and units, all seventeen or none.
    """

    keypoints: dict[str, tuple[float, float, float]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _pedestrian(cls, data: Any) -> Any:
        return {**data, "category": PEDESTRIAN} if isinstance(data, Mapping) else data

    @model_validator(mode="after")
    def _consistent(self) -> PersonTerms:
        if self.size_m is not None:
            raise ValueError("a person is scaled evenly: give height_m or scale")
        if self.up_axis[1] == self.front[1]:
            raise ValueError(f"front {self.front} lies along up_axis {self.up_axis}")
        if self.keypoints and set(self.keypoints) != set(COCO_KEYPOINTS):
            wrong = sorted(set(self.keypoints) ^ set(COCO_KEYPOINTS))
            raise ValueError(f"keypoints need all of {', '.join(COCO_KEYPOINTS)}; wrong or missing: {', '.join(wrong)}")
        return self


class OtherTerms(Terms):
    """The same, for kinds that other parts of the program know: they check the further keys themselves."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Head(BaseModel):
    """What a manifest says of the pack itself.

    Attributes:
        items: one mapping for each item, with `file`, `name` (the file's name, if left out) and its own terms;
            None takes every `.glb`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    version: Annotated[str, BeforeValidator(_text)] = "0"
    description: str = ""
    items: tuple[dict[str, Any], ...] | None = None


class Named(BaseModel):
    """An item's name."""

    name: Name


def terms_class(data: Mapping[str, Any]) -> type[Terms]:
    """The class that checks these terms."""
    return {"prop": PropTerms, "person": PersonTerms}.get(data.get("kind", "prop"), OtherTerms)


def read_manifest(manifest: Path) -> dict[str, Any]:
    """The mapping in a `pack.yaml`; nothing in it is run.

    Raises:
        AssetError: no such file, not YAML, or no mapping.
    """
    if not manifest.is_file():
        mend = f"add a {MANIFEST} with name, licence and version"
        raise AssetError("the folder is no asset pack", file=manifest.parent, mend=mend)
    if manifest.stat().st_size > _LARGEST_MANIFEST_BYTES:
        raise AssetError("the manifest is too large to be one", file=manifest, mend="keep data in files of its own")
    try:
        data = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise AssetError("the manifest is not readable as YAML", file=manifest, mend=str(error)) from None
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise AssetError("the manifest must be a mapping", file=manifest, value=data, mend="begin with `name: ...`")
    return data


def validated(model: type[BaseModel], data: Mapping[str, Any], manifest: Path, key: str) -> Any:
    """`data` as `model`.

    Args:
        manifest: for the message. key: where in the manifest `data` stands, "" at its top.

    Raises:
        AssetError: the first thing wrong, with its full key.
    """
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        raise _told(error, model, manifest, key)[0] from None


def complaints(model: type[BaseModel], data: Mapping[str, Any], manifest: Path, key: str) -> list[AssetError]:
    """Everything that `validated` would complain about, in its words."""
    try:
        model.model_validate(dict(data))
    except ValidationError as error:
        return _told(error, model, manifest, key)
    return []


def _told(error: ValidationError, model: type[BaseModel], manifest: Path, key: str) -> list[AssetError]:
    told = []
    for one in error.errors():
        problem, mend = "the value cannot be used", one["msg"].removeprefix("Value error, ")
        if one["type"] == "extra_forbidden":
            problem = "there is no such key"
            mend = f"use one of: {', '.join(sorted({*model.model_fields, *HEAD_KEYS}))}"
        elif one["type"] == "missing":
            problem, mend = "a key is missing", f"add `{one['loc'][-1]}: ...`"
        path = ".".join([key, *(str(part) for part in one["loc"])]).strip(".")
        about = {} if isinstance(one["input"], dict) else {"value": one["input"]}
        told.append(AssetError(problem, file=manifest, key=path or None, mend=mend, **about))
    return told
