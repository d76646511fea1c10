"""What may stand in a `pack.yaml`, and the messages when something else does.

The shortest manifest makes every shape in the folder, and below it, a prop of category `name`:

    name: bollards
    licence: CC0-1.0
    version: 1

A shape is a `.blend`, `.glb`, `.gltf`, `.fbx`, `.obj` or USD file. In a `.blend` everything marked as an asset is an
item, with its own tags and catalogue; where nothing is marked the whole file is one. With `items:` only what it lists
is taken. What stands beside `items` holds for every item that does not say otherwise.

Axes named in a manifest are those of the file for `.glb`, `.gltf` and `.obj` (+y is up and +z the front, unless it says
otherwise), and those that one sees in Blender for the other formats (+z is up and -y the front).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import yaml
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from blender_synth.errors import AssetError
from blender_synth.keypoints import COCO_KEYPOINTS

MANIFEST = "pack.yaml"
HEAD_KEYS = ("name", "version", "items", "description")
SIZE_KEYS = ("height_m", "size_m", "scale")
STANDS = ("pavement", "road", "parking", "wall", "indoors", "table")
"""Uses of spots; what may stand on the road may be parked, too."""
PEDESTRIAN = "pedestrian"
_LARGEST_MANIFEST_BYTES = 4_000_000
_MOST_VALUES = 500_000
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


def _pair(value: Any) -> Any:
    return (value, value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$"), BeforeValidator(_text)]
Axis = Literal["+x", "-x", "+y", "-y", "+z", "-z"]
Size = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Terms(BaseModel):
    """What a pack says for all its items and each item may say for itself.

    Attributes:
        kind: `prop`, or what another part of the program takes from packs (then further keys are allowed).
        licence: SPDX id or expression. author, source: carried into every frame that shows the item.
        category: label of the item in the dataset; the pack's name if left out.
        shaped: of the class: its items are shapes, to be measured before anything is drawn.
        suffixes: of the class: formats of the one file that an item needs; none where it needs no file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    shaped: ClassVar[bool] = False
    suffixes: ClassVar[tuple[str, ...]] = ()

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


def _choices(value: Any) -> Any:
    """Variants as weights: a list counts each entry alike."""
    if isinstance(value, str):
        return {value: 1.0}
    return dict.fromkeys(value, 1.0) if isinstance(value, list | tuple) else value


def _palette(choices: dict[str, float]) -> dict[str, float]:
    if sum(choices.values()) <= 0:
        raise ValueError("variants need at least one entry with a weight above zero")
    for choice in choices:
        parts = [part.strip() for part in choice.split("..")]
        if not choice or (choice.startswith("#") and not all(_COLOUR.fullmatch(part) for part in parts)):
            raise ValueError(
                f"{choice!r} is no colour: write '#rrggbb', a ramp '#rrggbb..#rrggbb', or the name of a material"
            )
    return choices


_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
Choices = Annotated[
    dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]], BeforeValidator(_choices), AfterValidator(_palette)
]


class PropTerms(Terms):
    """The same, for props.

    Attributes:
        object, collection: what of a `.blend` it is; the whole file without them. Objects come with all that hangs
            under them.
        height_m: scale evenly to this height; or size_m: (depth along the front, width, height), each scaled by
            itself; or scale: a factor on the file's own metres. At most one of the three.
        up_axis, front: directions in the file; by format if left out.
        origin: what stands on the spot: the middle of the `foot` (of the back, where it stands against a wall), or
            the origin of the `file`.
        stands: where it may stand, of `STANDS`.
        variants: by the name of a material in the file, what it may look like: colours `#rrggbb` (sRGB; a texture is
            multiplied by it), ramps `#rrggbb..#rrggbb` or other materials of the file, listed or with weights.
    """

    shaped: ClassVar[bool] = True

    object: str = ""
    collection: str = ""
    height_m: Size | None = None
    size_m: tuple[Size, Size, Size] | None = None
    scale: Size | None = None
    up_axis: Axis | None = None
    front: Axis | None = None
    origin: Literal["foot", "file"] = "foot"
    stands: Annotated[
        tuple[Literal[STANDS], ...],
        BeforeValidator(_several),
        Field(min_length=1),
    ] = ("pavement",)
    variants: dict[str, Choices] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> PropTerms:
        if self.category in _MADE_OTHERWISE:
            raise ValueError(f"{self.category} is a label of its own that no prop can carry; choose another category")
        if len([key for key in SIZE_KEYS if getattr(self, key) is not None]) > 1:
            raise ValueError("give one of height_m, size_m and scale, not several")
        return self._shaped()

    def _shaped(self) -> PropTerms:
        if self.object and self.collection:
            raise ValueError("give object or collection, not both")
        if self.up_axis and self.front and self.up_axis[1] == self.front[1]:
            raise ValueError(f"front {self.front} lies along up_axis {self.up_axis}")
        return self

    def for_format(self, suffix: str) -> PropTerms:
        """The same with the axes that a file of this format has unless the manifest says otherwise.

        Raises:
            ValueError: the front lies along the up axis.
        """
        up, front = ("+y", "+z") if suffix in (".glb", ".gltf", ".obj") else ("+z", "-y")
        up, front = self.up_axis or up, self.front or front
        if up[1] == front[1]:
            raise ValueError(f"front {front} lies along up_axis {up}; give both")
        return self.model_copy(update={"up_axis": up, "front": front})


_LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
SKELETONS = {
    name: {
        f"{side}_{limb}": bone.format(S=side.title(), s=side[0], L=side[0].upper())
        for side in ("left", "right")
        for limb, bone in zip(_LIMBS, bones, strict=True)
    }
    for name, bones in {
        "mixamo": ("mixamorig:{S}Arm", "mixamorig:{S}ForeArm", "mixamorig:{S}Hand",
                   "mixamorig:{S}UpLeg", "mixamorig:{S}Leg", "mixamorig:{S}Foot"),
        "rigify": ("upper_arm.{L}", "forearm.{L}", "hand.{L}", "thigh.{L}", "shin.{L}", "foot.{L}"),
        "unreal": ("upperarm_{s}", "lowerarm_{s}", "hand_{s}", "thigh_{s}", "calf_{s}", "foot_{s}"),
    }.items()
}  # fmt: skip
"""Bones at whose heads the joints of people lie, by the usual names of rigs."""


def _skeleton(value: Any) -> Any:
    if isinstance(value, str):
        if value not in SKELETONS:
            raise ValueError(f"use one of {', '.join(SKELETONS)}, or name a bone for each keypoint")
        return SKELETONS[value]
    return value


class PersonTerms(PropTerms):
    """The same, for people modelled as they stand: as props, but they stand where people stand.

    Attributes:
        height_m: from the soles to the top of the head, with shoes and hair.
        keypoints: COCO keypoints (`nose`, `left_eye` ...) in the file's own axes and units, all seventeen or none.
        skeleton: or the bones that they lie at: by keypoint the name of a bone, whose head is meant, or `<bone>:tail`;
            `mixamo`, `rigify` and `unreal` stand for the usual names. Keypoints without a bone have no label.
    """

    keypoints: dict[str, tuple[float, float, float]] = Field(default_factory=dict)
    skeleton: Annotated[dict[str, str], BeforeValidator(_skeleton)] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _pedestrian(cls, data: Any) -> Any:
        return {**data, "category": PEDESTRIAN} if isinstance(data, Mapping) else data

    @model_validator(mode="after")
    def _consistent(self) -> PersonTerms:
        if self.size_m is not None:
            raise ValueError("a person is scaled evenly: give height_m or scale")
        if self.keypoints and set(self.keypoints) != set(COCO_KEYPOINTS):
            wrong = sorted(set(self.keypoints) ^ set(COCO_KEYPOINTS))
            raise ValueError(f"keypoints need all of {', '.join(COCO_KEYPOINTS)}; wrong or missing: {', '.join(wrong)}")
        if wrong := sorted(set(self.skeleton) - set(COCO_KEYPOINTS)):
            raise ValueError(f"there is no keypoint {wrong[0]}; use {', '.join(COCO_KEYPOINTS)}")
        if self.keypoints and self.skeleton:
            raise ValueError("give keypoints or skeleton, not both")
        return self._shaped()


class Reflecting(BaseModel):
    """The reflecting surface of a mirror.

    Attributes:
        material: of the file, on the faces that reflect and on nothing else. They lie in one plane.
        kind: `mirror` reflects all it gets, `glass` is a pane that one also sees through.
        reflectance: share of the light that comes back from a `mirror`.
        tint_rgb: multiplied with what is reflected or, by glass, let through (linear).
        roughness: 0 is sharp; above 0.12 reflections are too blurred to be labelled.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    material: Annotated[str, Field(min_length=1)]
    kind: Literal["mirror", "glass"] = "mirror"
    reflectance: float = Field(default=0.94, gt=0, le=1)
    tint_rgb: tuple[Share, Share, Share] = (1.0, 1.0, 1.0)
    roughness: float = Field(default=0.0, ge=0, le=0.12)


def _surface(value: Any) -> Any:
    return {"material": value} if isinstance(value, str) else value


class MirrorTerms(PropTerms):
    """The same, for mirrors: as props, but a part of the shape reflects, and they hang on walls or stand before them.

    Attributes:
        category: label of what holds the mirror; the reflecting surface is labelled as a mirror.
        surface: the reflecting part, see `Reflecting`; or the name of its material alone, `Mirror` if left out. The
            program draws it, so it may look in the file as it likes.
        stands: on the `wall`, its back to it; `leaning` on a wall, its foot on the ground; on the `ground` before a
            wall, on feet of its own.
    """

    surface: Annotated[Reflecting, BeforeValidator(_surface)] = Reflecting(material="Mirror")
    stands: Annotated[
        tuple[Literal["wall", "leaning", "ground"], ...], BeforeValidator(_several), Field(min_length=1)
    ] = ("wall",)

    @model_validator(mode="before")
    @classmethod
    def _frame(cls, data: Any) -> Any:
        taken = isinstance(data, Mapping) and data.get("category") == "mirror"
        return {**data, "category": "mirror_frame"} if taken else data


class MotionTerms(Terms):
    """The same, for motions: a `.bvh` whose joints have usual names, or a map of them.

    Attributes:
        start_s, end_s: the part of it that people are caught in; a rest pose in frame 0 is left out.
        rest_frame: a frame in which the figure stands upright in its rest pose; None where that is the pose without any
            rotation, as in most files.
        map: part of the body (see `world.people.motion.PARTS`) -> joint, where the usual names do not tell.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".bvh",)

    start_s: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    end_s: float = Field(default=math.inf, ge=0)
    rest_frame: int | None = Field(default=None, ge=0)
    map: dict[str, str] = Field(default_factory=dict)


class SkyTerms(Terms):
    """The same, for photographed skies: an equirectangular `.hdr` or `.exr`, twice as wide as high."""

    suffixes: ClassVar[tuple[str, ...]] = (".hdr", ".exr")


MAPS = ("albedo", "normal", "roughness", "metallic", "height", "ao")


class MaterialTerms(Terms):
    """The same, for materials: a set of textures, or a material of a `.blend`.

    Attributes:
        material: its name in the `.blend`; its textures' coordinates are in metres, by the active UV map.
        maps: files of the set, by what they are of (`MAPS`); those not named are looked for beside the item's `file`,
            which is the albedo, by their names (`bricks_albedo.png`, `bricks_normal.png` ...). An OpenGL normal map is
            meant, unless its name says `dx` or `directx`.
        tile_m: real size of the textures' picture, or (width, height).
        bump_m: how high the height map's white lies over its black.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".blend", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".webp")

    material: str = ""
    maps: dict[Literal[MAPS], str] = Field(default_factory=dict)
    tile_m: Annotated[tuple[Size, Size], BeforeValidator(_pair)] = (1.0, 1.0)
    bump_m: float = Field(default=0.01, ge=0, le=1)


class OtherTerms(Terms):
    """The same, for kinds that other parts of the program know: they check the further keys themselves."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Head(BaseModel):
    """What a manifest says of the pack itself.

    Attributes:
        items: one mapping for each item, with `file`, `name` (the file's name, if left out) and its own terms;
            None takes every shape.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    version: Annotated[str, BeforeValidator(_text)] = "0"
    description: str = ""
    items: tuple[dict[str, Any], ...] | None = None


class Named(BaseModel):
    """An item's name."""

    name: Name


KINDS: dict[str, type[Terms]] = {
    "prop": PropTerms,
    "person": PersonTerms,
    "mirror": MirrorTerms,
    "motion": MotionTerms,
    "sky": SkyTerms,
    "material": MaterialTerms,
}
"""The terms of each kind of item that packs may hold; what is not here is another part of the program's."""
SHAPED_KINDS = tuple(kind for kind, terms in KINDS.items() if terms.shaped)
"""Kinds of items that are shapes."""


def terms_class(data: Mapping[str, Any]) -> type[Terms]:
    """The class that checks these terms."""
    return KINDS.get(str(data.get("kind", "prop")), OtherTerms)


def read_manifest(manifest: Path) -> dict[str, Any]:
    """The mapping in a `pack.yaml`; nothing in it is run.

    Raises:
        AssetError: no such file, not YAML, or no mapping.
    """
    if not manifest.is_file():
        hint = f"add a {MANIFEST} with name, licence and version"
        raise AssetError("the folder is no asset pack", file=manifest.parent, hint=hint)
    if not manifest.resolve().is_relative_to(manifest.parent.resolve()):
        raise AssetError("the manifest is a link out of its pack", file=manifest, hint="copy it into the folder")
    if manifest.stat().st_size > _LARGEST_MANIFEST_BYTES:
        raise AssetError("the manifest is too large to be one", file=manifest, hint="keep data in files of its own")
    try:
        data = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise AssetError("the manifest is not readable as YAML", file=manifest, hint=str(error)) from None
    if _size(data) > _MOST_VALUES:
        raise AssetError("the manifest holds too much", file=manifest, hint="use no aliases (*name) of large parts")
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise AssetError("the manifest must be a mapping", file=manifest, value=data, hint="begin with `name: ...`")
    return data


def _size(data: Any) -> int:
    """How many values there are, those behind aliases counted each time; no further than `_MOST_VALUES`."""
    count, waiting = 0, [data]
    while waiting and count <= _MOST_VALUES:
        value = waiting.pop()
        count += 1
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list | tuple | set):
            waiting += value
    return count


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
        problem, hint = "the value cannot be used", one["msg"].removeprefix("Value error, ")
        if one["type"] == "extra_forbidden":
            problem = "there is no such key"
            hint = f"use one of: {', '.join(sorted({*model.model_fields, *HEAD_KEYS}))}"
        elif one["type"] == "missing":
            problem, hint = "a key is missing", f"add `{one['loc'][-1]}: ...`"
        path = ".".join([key, *(str(part) for part in one["loc"])]).strip(".")
        about = {} if isinstance(one["input"], dict) else {"value": one["input"]}
        told.append(AssetError(problem, file=manifest, key=path or None, hint=hint, **about))
    return told
