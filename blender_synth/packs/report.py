"""What is known of an item's file once Blender has looked into it: plain values that go through JSON.

`blender/inspect_items.py` gathers them, `packs/rules.py` judges them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or unusual.

    Attributes:
        code: its name, one of a fixed set (`absurd_size`, `missing_texture` ...).
        severity: `error`: it is refused, looks wrong or carries wrong labels; `warning`: it works, but hardly as meant.
        text: what is wrong. hint: what to do about it.
        file: relative to the pack. item, object: names, where one is meant.
    """

    code: str
    severity: Severity
    text: str
    hint: str = ""
    file: str = ""
    item: str = ""
    object: str = ""

    def to_json(self) -> dict[str, str]:
        """As a JSON object."""
        return asdict(self)


@dataclass(frozen=True)
class MeshReport:
    """One mesh object.

    Attributes:
        scale, rotation_deg: (3,) of the object in the scene; 1 and 0 for formats whose importers turn and scale all.
        root: it hangs on nothing. mirrored: its transform turns left into right.
        triangles: as rendered, modifiers included. zero_area: faces without area.
        inside_out: closed parts whose faces look inwards. disagreeing_edges: between two faces that look to different
            sides.
        glass: a material of it is glass; open_edges, crowded_edges: edges of one glass face only, of more than two;
            sheet: the glass is rather a sheet than a body.
        materials: how many slots hold a material.
        images: names of the image textures that its materials lay on by UV. uv: it has a UV map.
    """

    name: str
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    rotation_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    root: bool = True
    mirrored: bool = False
    triangles: int = 0
    zero_area: int = 0
    inside_out: int = 0
    disagreeing_edges: int = 0
    open_edges: int = 0
    crowded_edges: int = 0
    sheet: bool = False
    glass: bool = False
    materials: int = 1
    images: tuple[str, ...] = ()
    uv: bool = True


@dataclass(frozen=True)
class ImageReport:
    """One image that the file uses; 0 pixels where it could not be read."""

    name: str
    width_px: int
    height_px: int


@dataclass(frozen=True)
class SkeletonReport:
    """One armature and its bones."""

    name: str
    bones: tuple[str, ...]


@dataclass(frozen=True)
class ItemReport:
    """One item.

    Attributes:
        name, file, kind, category, tags: from the manifest.
        box_m: (2, 3) lowest and highest corner in the item's own axes (+X front, +Y left, +Z up), in the file's scale,
            from the file's origin on.
        scale: (3,) factors that give it the size that the manifest asks for. sized: the manifest asks for one.
        origin: `foot` or `file`. stands: where it may stand. up_axis: direction in the file that is up.
        keypoints: the manifest gives the person's.
        meshes, images, skeletons: what is in the file.
        found: what the loader already complained about.
    """

    name: str
    file: str
    kind: str = "prop"
    category: str = ""
    tags: tuple[str, ...] = ()
    box_m: tuple[tuple[float, float, float], tuple[float, float, float]] | None = None
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    sized: bool = False
    origin: str = "foot"
    stands: tuple[str, ...] = ()
    up_axis: str = ""
    keypoints: bool = False
    meshes: tuple[MeshReport, ...] = ()
    images: tuple[ImageReport, ...] = ()
    skeletons: tuple[SkeletonReport, ...] = ()
    found: tuple[Finding, ...] = field(default=())

    @property
    def size_m(self) -> tuple[float, float, float] | None:
        """(depth along the front, width, height) as it will stand."""
        if self.box_m is None:
            return None
        return tuple((high - low) * s for low, high, s in zip(*self.box_m, self.scale, strict=True))

    @property
    def triangles(self) -> int:
        """Of all its meshes."""
        return sum(mesh.triangles for mesh in self.meshes)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ItemReport:
        """Back from `to_json`, through JSON or not."""
        parts = {"meshes": MeshReport, "images": ImageReport, "skeletons": SkeletonReport, "found": Finding}
        made = {key: tuple(part(**_tuples(entry)) for entry in data.get(key, ())) for key, part in parts.items()}
        return cls(**_tuples({key: value for key, value in data.items() if key not in parts}), **made)


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _tuple(value) for key, value in data.items()}


def _tuple(value: Any) -> Any:
    return tuple(_tuple(entry) for entry in value) if isinstance(value, list | tuple) else value
