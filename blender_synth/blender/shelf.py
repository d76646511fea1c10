"""Data-blocks that are the same in every scene, kept from one scene of this process to the next.

Making a node tree, filling an image or importing a file takes milliseconds, copying a data-block takes a tenth of one.
So what does not depend on the scene is made once, kept under a name of its own, and never changed: a scene gets copies,
which weather and packs may change. A scene that follows others is thus the same as one that is built alone.

Loops over `bpy.data` go through `live`, which leaves out what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import bpy

from blender_synth.blender.pack_loader.loaded import data_collections

SCENES = 40
"""After so many scenes everything is made anew from factory settings, so that memory stays flat."""
MOST_VALUES = 200_000_000
"""Numbers in the meshes and images of kept shapes (four bytes each, most of them); the oldest are given up first."""
_PREFIX = "~kept "
_SHARED = ("images", "node_groups", "textures", "fonts", "brushes", "palettes", "linestyles", "shape_keys", "libraries")
"""Kinds that are removed when nothing uses them any more."""
_NUMBER = re.compile(r"\.\d{3,}$")
"""What Blender appends to a name that is taken, which depends on the scene."""
_T = TypeVar("_T", bound=bpy.types.ID)


@dataclass(frozen=True)
class Shape:
    """Meshes of an imported item, and its materials by their names in the item's file."""

    meshes: list[bpy.types.Mesh]
    by_name: dict[str, bpy.types.Material]


@dataclass(frozen=True)
class _Kept:
    blocks: list[bpy.types.ID]
    names: list[str]
    shape: Shape | None = None
    values: int = 0


class _Shelf:
    def __init__(self) -> None:
        self.kept: dict[tuple, _Kept] = {}
        self.empty: bpy.types.Scene | None = None
        self.scenes = 0

    def usable(self) -> bool:
        """Whether what is kept still exists: whoever resets Blender removes it."""
        try:
            return self.empty is not None and bool(self.empty.name)
        except ReferenceError:
            return False

    def clear(self) -> None:
        self.kept, self.empty, self.scenes = {}, None, 0

    def put(self, key: tuple, blocks: Sequence[bpy.types.ID], shape: Shape | None = None, values: int = 0) -> _Kept:
        entry = _Kept(list(blocks), [_NUMBER.sub("", block.name) for block in blocks], shape, values)
        for block in blocks:
            block.name = (_PREFIX + block.name)[:60]
            block.use_fake_user = True
        self.kept[key] = entry
        return entry


_shelf = _Shelf()


def is_kept(block: bpy.types.ID) -> bool:
    """Whether a data-block is kept, and so belongs to no scene."""
    return block.name.startswith(_PREFIX)


def live(blocks: Iterable[_T]) -> list[_T]:
    """Those of some data-blocks that are not kept."""
    return [block for block in blocks if not is_kept(block)]


def new_scene() -> bpy.types.Scene:
    """Remove everything but what is kept; returns an empty scene with factory settings, the current one."""
    if _shelf.empty is None or not _shelf.usable() or _shelf.scenes >= SCENES:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        _shelf.clear()
        _shelf.empty = bpy.context.scene.copy()
        _shelf.empty.name = f"{_PREFIX}scene"
        _shelf.empty.use_fake_user = True
        _shelf.scenes = 1
        return bpy.context.scene
    _shelf.scenes += 1
    _give_up_oldest()
    scene = _shelf.empty.copy()
    scene.use_fake_user = True  # a copied scene has no user, and would be purged
    bpy.context.window.scene = scene
    kept = {block for entry in _shelf.kept.values() for block in entry.blocks} | {scene, _shelf.empty}
    kept |= {block.data for block in kept if isinstance(block, bpy.types.Object)}
    gone = []
    for kind, blocks in data_collections():
        rest = [block for block in blocks if block not in kept]
        if kind not in _SHARED:
            gone += rest
        else:
            for block in rest:  # Blender's own font stays: reading it takes as long as all the words of a scene
                block.use_fake_user = kind == "fonts" and block.filepath == "<builtin>"
    bpy.data.batch_remove(gone)
    bpy.data.orphans_purge(do_recursive=True)
    scene.name = "Scene"
    return scene


def release() -> None:
    """Keep nothing any more, for a scene that is saved: what it uses gets its name back, the rest is removed."""
    if not _shelf.usable():
        return
    for entry in _shelf.kept.values():
        for block, name in zip(entry.blocks, entry.names, strict=True):
            block.use_fake_user, block.name = False, name
    bpy.data.scenes.remove(_shelf.empty)
    _shelf.clear()
    bpy.data.orphans_purge(do_recursive=True)


def _give_up_oldest() -> None:
    total = sum(entry.values for entry in _shelf.kept.values())
    for key in [key for key, entry in _shelf.kept.items() if entry.values]:
        if total <= MOST_VALUES:
            return
        total -= _shelf.kept.pop(key).values


def material(key: tuple, make: Callable[[], bpy.types.Material]) -> bpy.types.Material:
    """A new copy of a material that is the same in every scene.

    Args:
        key: tells the material apart from all others that are kept. make: makes it, at its first use.
    """
    if not _shelf.usable():
        return make()
    entry = _shelf.kept.get(key) or _shelf.put(key, [make()])
    copy = entry.blocks[0].copy()
    copy.use_fake_user = False
    copy.name = entry.names[0]
    return copy


def block(key: tuple, make: Callable[[], _T]) -> _T:
    """A data-block that is the same in every scene, itself: the scene must not use it in a way that changes it.

    Arguments as for `material`.
    """
    if not _shelf.usable():
        return make()
    entry = _shelf.kept.get(key) or _shelf.put(key, [make()])
    return entry.blocks[0]


def keep_shape(key: tuple, shape: Shape) -> None:
    """Keep an imported shape for the next scenes; `shape` remains the scene's own."""
    if not _shelf.usable():
        return
    copy = _copied(shape, None)
    blocks = [*copy.meshes, *dict.fromkeys(copy.by_name.values())]
    images = [image for block in copy.by_name.values() for image in _images(block.node_tree)]
    values = sum(12 * len(mesh.loops) for mesh in copy.meshes) + sum(
        image.size[0] * image.size[1] * image.channels // (1 if image.is_float else 4) for image in set(images)
    )
    originals = (*shape.meshes, *dict.fromkeys(shape.by_name.values()))
    _shelf.put(key, blocks, copy, max(values, 1))
    _shelf.kept[key].names[:] = [_NUMBER.sub("", block.name) for block in originals]


def holds(key: tuple) -> bool:
    """Whether something is kept under a key."""
    return _shelf.usable() and key in _shelf.kept


def shape(key: tuple) -> Shape | None:
    """Copies of a kept shape's meshes and materials; None if none is kept."""
    entry = _shelf.kept.get(key) if _shelf.usable() else None
    return None if entry is None or entry.shape is None else _copied(entry.shape, entry.names)


def _copied(source: Shape, names: list[str] | None) -> Shape:
    materials = list(dict.fromkeys(source.by_name.values()))
    copies = {material: material.copy() for material in materials}
    meshes = [mesh.copy() for mesh in source.meshes]
    for mesh in meshes:
        for number, material in enumerate(mesh.materials):
            mesh.materials[number] = copies.get(material, material)
    blocks = [*meshes, *copies.values()]
    for number, block in enumerate(blocks):
        block.use_fake_user = False
        if names is not None:
            block.name = names[number]
    return Shape(meshes, {name: copies[material] for name, material in source.by_name.items()})


def _images(tree: bpy.types.NodeTree | None) -> list[bpy.types.Image]:
    if tree is None:
        return []
    found = [node.image for node in tree.nodes if getattr(node, "image", None) is not None]
    for node in tree.nodes:
        if node.type == "GROUP":
            found += _images(node.node_tree)
    return found
