"""Checked packs and their items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import numpy as np

from blender_synth.errors import AssetError, ItemError
from blender_synth.packs.axes import item_from_file
from blender_synth.packs.kinds.base import Terms
from blender_synth.packs.kinds.prop import ShapeTerms
from blender_synth.packs.panes import Pane
from blender_synth.packs.problems import Problem
from blender_synth.suggestions import hint_among

AnyTerms = TypeVar("AnyTerms", bound=Terms)


@dataclass(frozen=True, eq=False)
class Item(Generic[AnyTerms]):
    """A checked item of a pack.

    Attributes:
        name: unique in the pack.
        file: relative to the pack's folder, with forward slashes; may be empty if the kind needs no file.
        terms: what the manifest says: `PropTerms` of a prop, `MirrorTerms` of a mirror ...
        box_m: (2, 3) bounding box in the item's axes (+X front, +Y left, +Z up) and the file's scale; NaN if the item
            is not a shape.
        object, collection: the part of a `.blend` that is the item; both empty for the whole file.
        description: what the artist says about an asset of a `.blend`.
        triangles, materials: number of triangles; names of the materials.
        joints_m: (3,) by keypoint, of a person with a skeleton, in the item's axes and the file's scale.
        problems: what the loader removed from the file.
        pane: of a mirror, in real size and the item's axes.
        maps: files of a material by role, relative to the pack's folder.
    """

    name: str
    file: str
    terms: AnyTerms
    box_m: np.ndarray = field(default_factory=lambda: np.full((2, 3), np.nan))
    object: str = ""
    collection: str = ""
    description: str = ""
    triangles: int = 0
    materials: tuple[str, ...] = ()
    joints_m: Mapping[str, np.ndarray] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    pane: Pane | None = None
    maps: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """`prop` or another kind."""
        return self.terms.kind

    @property
    def shape(self) -> ShapeTerms:
        """The terms of a shape.

        Raises:
            TypeError: the item is not a shape.
        """
        if not isinstance(self.terms, ShapeTerms):
            raise TypeError(f"a {self.kind} is not a shape")
        return self.terms

    def scale(self) -> tuple[float, float, float]:
        """Factors along the item's axes from the file's size to the size that the manifest asks for."""
        terms, size = self.shape, self.box_m[1] - self.box_m[0]
        if terms.size_m is not None:
            x, y, z = (float(want / have) if have > 0 else 1.0 for want, have in zip(terms.size_m, size, strict=True))
            return x, y, z
        factor = float(terms.height_m / size[2] if terms.height_m is not None else (terms.scale or 1.0))
        return factor, factor, factor

    def origin_m(self, use: str) -> tuple[float, float, float]:
        """The point, in the item's axes and the file's scale, that is placed on a spot of this `use`."""
        if self.shape.origin == "file":
            return (0.0, 0.0, 0.0)
        (low_x, low_y, low_z), (high_x, high_y, _) = self.box_m.tolist()
        return (low_x if use == "wall" else (low_x + high_x) / 2, (low_y + high_y) / 2, low_z)

    def keypoints_m(self) -> dict[str, np.ndarray]:
        """Keypoints (3,) of a person, in the item's axes and the file's scale."""
        if self.joints_m:
            return dict(self.joints_m)
        terms = self.shape
        if not terms.points:
            return {}
        turn = item_from_file(str(terms.up_axis), str(terms.front))
        return {name: turn @ np.array(point) for name, point in terms.points.items()}


@dataclass(frozen=True)
class BrokenItem:
    """An item that cannot be used.

    Attributes:
        pack, item: names. error: what is wrong with it.
    """

    pack: str
    item: str
    error: ItemError


@dataclass(frozen=True, eq=False)
class Pack:
    """A checked pack.

    Attributes:
        folder: absolute. name: unique among the packs of a run. kind: of items that do not give their own.
        extra: keys of the manifest that only the part of the program that reads the kind knows.
        broken: items that were left out.
    """

    folder: Path
    name: str
    kind: str
    licence: str
    author: str
    source: str
    version: str
    items: tuple[Item[Any], ...]  # terms differ by kind, see `items_with`
    extra: Mapping[str, Any]  # unchecked YAML
    broken: tuple[BrokenItem, ...] = ()

    def item(self, name: str) -> Item[Any]:
        """The item of that name.

        Raises:
            AssetError: the pack has none.
        """
        for item in self.items:
            if item.name == name:
                return item
        hint = hint_among(name, [item.name for item in self.items])
        raise AssetError("the pack has no such item", file=self.folder, value=name, hint=hint)


def items_with(packs: Iterable[Pack], terms: type[AnyTerms]) -> list[tuple[Pack, Item[AnyTerms]]]:
    """All items whose terms are of exactly this class (such as `MirrorTerms`), each with its pack, in order."""
    return [
        (pack, cast(Item[AnyTerms], item))  # a generic's parameter cannot be narrowed otherwise
        for pack in packs
        for item in pack.items
        if type(item.terms) is terms
    ]
