"""What came with a loaded file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy

from blender_synth.errors import AssetError
from blender_synth.packs.blendfile import MarkedAsset
from blender_synth.packs.problems import Problem

_SHADING = ("materials", "images", "node_groups", "textures", "brushes", "palettes", "linestyles")
"""Kinds of data that `Loaded.drop` keeps, because kept meshes may need them."""
_SETTINGS = ("window_managers", "screens", "workspaces")


@dataclass
class Loaded:
    """The data-blocks that came with a file.

    Attributes:
        objects: those of the file's scene (or the requested ones with their children), linked into the collection of
            the current scene, Z up and in metres as Blender's importer leaves them; including lights, cameras, empties,
            curves and objects that are not rendered (`hide_render`).
        materials, worlds, actions: all of the file, or those that came with the requested objects.
        assets: what a `.blend` marks as assets, loaded or not.
        problems: what was removed or is missing. An `error` means that the file does not look as intended.
        before: the data-blocks that existed before, by kind. names_before: names of the materials and objects of these.
    """

    file: Path
    objects: list[bpy.types.Object] = field(default_factory=list)
    materials: list[bpy.types.Material] = field(default_factory=list)
    worlds: list[bpy.types.World] = field(default_factory=list)
    actions: list[bpy.types.Action] = field(default_factory=list)
    assets: tuple[MarkedAsset, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    before: dict[str, set] = field(default_factory=dict, repr=False)
    names_before: set[str] = field(default_factory=set, repr=False)

    def every_object(self) -> list[bpy.types.Object]:
        """All objects that came with the file, in the scene or not."""
        return [obj for obj in bpy.data.objects if obj not in self.before["objects"]]

    def shading(self) -> list[bpy.types.ID]:
        """Materials, images and other shading data that came with the file."""
        return [b for kind in _SHADING for b in getattr(bpy.data, kind) if b not in self.before[kind]]

    def name_of(self, block: bpy.types.ID) -> str:
        """The name of a data-block in its file; Blender appends `.001` etc. to names that already exist."""
        base, dot, number = block.name.rpartition(".")
        return base if dot and number.isdigit() and base in self.names_before else block.name

    def drop(self, keep: Iterable[bpy.types.ID] = ()) -> None:
        """Remove everything that came with the file, except `keep` and shading data."""
        kept = set(keep)
        for kind, blocks in data_collections():
            if kind not in _SHADING:
                gone = [block for block in blocks if block not in self.before[kind] and block not in kept]
                if gone:
                    bpy.data.batch_remove(gone)
        self.objects, self.worlds, self.actions = [], [], []

    def raise_errors(self) -> None:
        """Refuse the file if a part of it had to be removed or is missing.

        Raises:
            AssetError: the first problem that is an error.
        """
        for problem in self.problems:
            if problem.severity == "error":
                key: dict[str, Any] = {"key": problem.object} if problem.object else {}
                raise AssetError(problem.text, file=self.file, hint=problem.hint, **key)


def data_collections() -> Iterator[tuple[str, Any]]:
    """Name and collection of every kind of data-block that a file may contain."""
    for prop in bpy.types.BlendData.bl_rna.properties:
        if prop.type == "COLLECTION" and prop.identifier not in _SETTINGS:
            yield prop.identifier, getattr(bpy.data, prop.identifier)
