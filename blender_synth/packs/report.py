"""Findings of `assets check`, and the facts about an item's file from which they are derived: plain values, as JSON.

`blender/pack_tools/inspect_items.py` collects the facts, `packs/rules.py` derives findings from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """Something that is wrong or unusual.

    Attributes:
        code: one of a fixed set (`absurd_size`, `missing_texture` ...).
        severity: `error`: it is refused, looks wrong or gets wrong labels; `warning`: it works, but probably not as
            intended.
        text: what is wrong. hint: how to fix it.
        file: relative to the pack. item, object: names; "" if it concerns neither.
        written: path of the texture that is missing, as Blender has it; "" for other findings.
    """

    code: str
    severity: Severity
    text: str
    hint: str = ""
    file: str = ""
    item: str = ""
    object: str = ""
    written: str = ""

    def to_json(self) -> dict[str, str]:
        """As a JSON object."""
        return asdict(self)


@dataclass(frozen=True)
class MeshReport:
    """One mesh object.

    Attributes:
        scale, rotation_deg: (3,) of the object in the scene; 1 and 0 for formats whose importers transform everything.
        root: it has no parent. mirrored: its transform swaps left and right.
        triangles: as rendered, modifiers included. zero_area: number of faces without area.
        inside_out: number of closed parts whose normals point inwards. disagreeing_edges: number of edges between two
            faces whose normals point to different sides.
        glass: one of its materials is glass. open_edges, crowded_edges: numbers of edges with one glass face only, and
            with more than two. sheet: the glass is a sheet rather than a closed body.
        materials: number of slots with a material.
        images: names of the image textures that its materials map by UV. uv: it has a UV map.
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
    """One image that the file uses; its size is 0 if it could not be read."""

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
        box_m: (2, 3) lowest and highest corner in the item's axes (+X front, +Y left, +Z up) and the file's scale,
            relative to the file's origin.
        scale: (3,) factors to the size that the manifest asks for. sized: the manifest asks for one.
        origin, stands, up_axis: from the manifest.
        keypoints: the manifest gives the person's keypoints or skeleton.
        meshes, images, skeletons: contents of the file.
        found: problems that the loader reported.
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
        """(depth along the front, width, height) in the scene."""
        if self.box_m is None:
            return None
        x, y, z = ((high - low) * s for low, high, s in zip(*self.box_m, self.scale, strict=True))
        return x, y, z

    @property
    def triangles(self) -> int:
        """Number of triangles of all meshes."""
        return sum(mesh.triangles for mesh in self.meshes)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ItemReport:
        """The report from the result of `to_json`, before or after a JSON round trip."""
        return TypeAdapter(cls).validate_python(data)
