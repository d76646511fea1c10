"""Props: objects that are placed in scenes.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `object` | "" | | name of the object in a `.blend` that is the item, with its children |
| `collection` | "" | | name of the collection in a `.blend` that is the item; not together with `object` |
| `height_m` | null | m | scale uniformly to this height |
| `size_m` | null | m | scale to (depth along the front, width, height), each axis by itself |
| `scale` | null | | factor on the file's own metres; one of `height_m`, `size_m`, `scale` at most |
| `up_axis` | null | | direction in the file that is up: +x -x +y -y +z -z; null: by the file's format |
| `front` | null | | direction in the file that is the front; null: by the file's format |
| `origin` | foot | | point put on the spot: `foot`, middle of the base (at a wall: of the back), or of the `file` |
| `stands` | [pavement] | | where it may be placed: any of pavement, edge, road, parking, wall, indoors, table |
| `variants` | {} | | appearances by material name: colours, ramps or materials, listed or with weights |

Variants are colours `"#rrggbb"` (sRGB, multiplied with a texture), ramps `"#rrggbb..#rrggbb"` or other materials of the
file. `edge` is the edge of a pavement, never open ground as in the middle of a square; what stands on a `pavement` may
stand there, too. `wall` is a wall indoors or outdoors; for items that also name places of only one of the two, only
there. What stands on the road may be parked, too.
"""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from blender_synth.packs.kinds.base import Axis, Size, Terms, one_or_several

Use = Literal["pavement", "edge", "road", "parking", "wall", "indoors", "table"]
USES: tuple[str, ...] = get_args(Use)
"""Uses of spots."""
SIZE_KEYS = ("height_m", "size_m", "scale")
_RESERVED_CATEGORIES = {"pedestrian", "pedestrian_reflection", "mirror"}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def _weighted(value: object) -> object:
    """Variants as weights; entries of a list count alike."""
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
                f"{choice!r} is not a colour: write '#rrggbb', a ramp '#rrggbb..#rrggbb', or the name of a material"
            )
    return choices


Choices = Annotated[
    dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]], BeforeValidator(_weighted), AfterValidator(_palette)
]


class ShapeTerms(Terms):
    """Keys of every kind whose items are 3D shapes."""

    shaped: ClassVar[bool] = True

    object: str = ""
    collection: str = ""
    height_m: Size | None = None
    size_m: tuple[Size, Size, Size] | None = None
    scale: Size | None = None
    up_axis: Axis | None = None
    front: Axis | None = None
    origin: Literal["foot", "file"] = "foot"
    stands: Annotated[tuple[str, ...], BeforeValidator(one_or_several), Field(min_length=1)] = ("pavement",)
    variants: dict[str, Choices] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self._check_kind()
        if self.object and self.collection:
            raise ValueError("give object or collection, not both")
        if self.up_axis and self.front and self.up_axis[1] == self.front[1]:
            raise ValueError(f"front {self.front} is parallel to up_axis {self.up_axis}")
        return self

    def _check_kind(self) -> None:
        """Check that the values agree with each other, as far as that differs between kinds.

        Raises:
            ValueError: they do not.
        """
        if self.category in _RESERVED_CATEGORIES:
            raise ValueError(f"{self.category} is a label that the program assigns itself; choose another category")
        if len([key for key in SIZE_KEYS if getattr(self, key) is not None]) > 1:
            raise ValueError("give one of height_m, size_m and scale, not several")

    def for_format(self, suffix: str) -> Self:
        """The same terms with the axes that files of this format have unless the manifest says otherwise.

        Raises:
            ValueError: the front is parallel to the up axis.
        """
        default_up, default_front = ("+y", "+z") if suffix in (".glb", ".gltf", ".obj") else ("+z", "-y")
        up, front = self.up_axis or default_up, self.front or default_front
        if up[1] == front[1]:
            raise ValueError(f"front {front} is parallel to up_axis {up}; give both")
        return self.model_copy(update={"up_axis": up, "front": front})

    @property
    def sized(self) -> bool:
        """Whether the manifest asks for a size."""
        return any(value is not None for value in (self.height_m, self.size_m, self.scale))

    @property
    def reflecting_material(self) -> str:
        """Name of the material on the reflecting surface; "" without one."""
        return ""

    @property
    def bones(self) -> dict[str, str]:
        """Bone (or `<bone>:tail`) by keypoint; empty without a skeleton."""
        return {}

    @property
    def points(self) -> dict[str, tuple[float, float, float]]:
        """Points by keypoint, in the file's own axes and units; empty without any."""
        return {}


class PropTerms(ShapeTerms):
    """Keys of a prop; see the table above."""

    stands: Annotated[tuple[Use, ...], BeforeValidator(one_or_several), Field(min_length=1)] = ("pavement",)


TERMS = PropTerms
