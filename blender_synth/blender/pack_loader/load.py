"""The safe loader: reads an untrusted file into the current scene without executing anything in it.

Scripts and drivers never run: a `.blend` is appended, not opened, so its text blocks are never registered; drivers,
text blocks and script nodes are removed before anything is evaluated. Files that it refers to are resolved within
`root` only (see `packs.safety`); other references are refused or removed before they are read.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import bpy

from blender_synth.blender.pack_loader.loaded import Loaded, data_collections
from blender_synth.blender.pack_loader.sanitize import make_harmless, missing_texture, remove_outside_paths
from blender_synth.errors import AssetError
from blender_synth.packs.blendfile import Contents, read_contents
from blender_synth.packs.problems import Problem
from blender_synth.packs.safety import USD_SUFFIXES, check_file, inside, missing_beside
from blender_synth.suggestions import hint_among

__all__ = ["Loaded", "load_file", "load_materials"]


def load_file(
    file: Path, root: Path, *, objects: Sequence[str] = (), collection: str = "", worlds: bool = True
) -> Loaded:
    """Load a file into the current scene.

    Args:
        file: `.blend .glb .gltf .fbx .obj .usd .usda .usdc .usdz`. root: the pack's folder; nothing outside it is read.
        objects, collection: names in a `.blend`; only these are loaded, objects with their descendants.
        worlds: whether the worlds of a `.blend` are needed; if not, missing sky images are not reported.

    Raises:
        AssetError: unreadable, too large, refers to files outside the pack, or has no such object or collection.
    """
    file, root = file.absolute(), root.resolve()
    check_file(file, root)
    bpy.context.preferences.filepaths.use_scripts_auto_execute = False
    suffix = file.suffix.lower()
    if suffix != ".blend" and (objects or collection):
        hint = "leave `object` and `collection` out; they are for .blend files"
        raise AssetError("only a .blend has named parts", file=file, value=[*objects, collection], hint=hint)
    loaded = Loaded(
        file=file,
        before={kind: set(blocks) for kind, blocks in data_collections()},
        names_before={block.name for kind in ("materials", "objects") for block in getattr(bpy.data, kind)},
    )
    try:
        if suffix == ".blend":
            _append(loaded, read_contents(file, root), root, objects, collection, worlds)
        else:
            _import(loaded, root, suffix)
    except Exception:
        loaded.drop()
        raise
    new = [block for kind, blocks in data_collections() for block in blocks if block not in loaded.before[kind]]
    loaded.materials = loaded.materials or [block for block in new if isinstance(block, bpy.types.Material)]
    loaded.worlds = loaded.worlds or [block for block in new if isinstance(block, bpy.types.World)]
    loaded.actions = loaded.actions or [block for block in new if isinstance(block, bpy.types.Action)]
    return loaded


def load_materials(file: Path, root: Path, names: Sequence[str]) -> tuple[list[bpy.types.Material], list[Problem]]:
    """Materials of a `.blend`, by name, and what was removed from them or is missing; see `load_file`.

    Raises:
        AssetError: as for `load_file`, or the file has no such material.
    """
    file, root = file.absolute(), root.resolve()
    check_file(file, root)
    known = read_contents(file, root).names["material"]
    for name in names:
        if name not in known:
            raise AssetError("the file has no such material", file=file, value=name, hint=hint_among(name, known))
    bpy.context.preferences.filepaths.use_scripts_auto_execute = False
    loaded = Loaded(file=file, before={kind: set(blocks) for kind, blocks in data_collections()})
    with _readable(file), bpy.data.libraries.load(str(file), link=False) as (_, wanted):
        wanted.materials = list(names)
    make_harmless(loaded, root)
    return list(wanted.materials), loaded.problems


@contextlib.contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:
        hint = "save it again in Blender 4.5 or an older one"
        raise AssetError("Blender cannot read the file", file=file, value=str(error).strip(), hint=hint) from None


def _append(
    loaded: Loaded, contents: Contents, root: Path, objects: Sequence[str], collection: str, worlds: bool
) -> None:
    file = loaded.file
    for kind, names in (("object", objects), ("collection", [collection] if collection else [])):
        for name in names:
            if name not in contents.names[kind]:
                hint = hint_among(name, contents.names[kind])
                raise AssetError(f"the file has no such {kind}", file=file, value=name, hint=hint)
    whole = not objects and not collection
    wanted: Any
    with _readable(file), bpy.data.libraries.load(str(file), link=False) as (source, wanted):
        if collection:
            wanted.collections = [collection]
        if objects:
            wanted.objects = contents.with_children(tuple(objects))
        if whole:
            wanted.scenes = [name for name in source.scenes if name == contents.scene]
            for kind in ("materials", "worlds", "actions") if worlds else ("materials", "actions"):
                setattr(wanted, kind, list(getattr(source, kind)))
            if not wanted.scenes:
                wanted.objects = list(source.objects)
    if not worlds:
        _forget_worlds(loaded)
    make_harmless(loaded, root)
    if whole:
        loaded.materials = [m for m in wanted.materials if m is not None]
        loaded.worlds = [w for w in wanted.worlds or () if w is not None] if worlds else []
        loaded.actions = [a for a in wanted.actions if a is not None]
    found: list[bpy.types.Object] = []
    for scene in wanted.scenes if whole else ():
        _hide(scene.view_layers[0].layer_collection, False)
        found += list(scene.collection.all_objects)
    if collection:
        _hide_below(wanted.collections[0], False)
        found += list(wanted.collections[0].all_objects)
    found += [obj for obj in wanted.objects or () if isinstance(obj, bpy.types.Object)]
    scene = bpy.context.scene
    for obj in dict.fromkeys(found):
        scene.collection.objects.link(obj)
        loaded.objects.append(obj)
    if whole:
        for scene in wanted.scenes:
            bpy.data.scenes.remove(scene)
    loaded.assets = contents.assets
    bpy.context.view_layer.update()


def _forget_worlds(loaded: Loaded) -> None:
    """Remove worlds that came with the scene, and images that only they use."""
    bpy.data.batch_remove([world for world in bpy.data.worlds if world not in loaded.before["worlds"]])
    new = [image for image in bpy.data.images if image not in loaded.before["images"]]
    bpy.data.batch_remove([image for image in new if image.users - image.use_fake_user == 0])


def _hide(layer: bpy.types.LayerCollection, hidden: bool) -> None:
    """Hide objects from the render that are hidden by their collections, because collections are not loaded."""
    hidden = hidden or layer.exclude or layer.collection.hide_render
    for obj in layer.collection.objects if hidden else ():
        obj.hide_render = True
    for child in layer.children:
        _hide(child, hidden)


def _hide_below(collection: bpy.types.Collection, hidden: bool) -> None:
    for child in collection.children:
        gone = hidden or child.hide_render
        for obj in child.objects if gone else ():
            obj.hide_render = True
        _hide_below(child, gone)


def _import(loaded: Loaded, root: Path, suffix: str) -> None:
    file, scene = loaded.file, bpy.context.scene
    linked = loaded.before["objects"]  # the view layer may not be up to date
    name = str(file)
    try:
        # Importers report a broken file by a RuntimeError, or only by their return value (Blender 4.5).
        with contextlib.chdir(file.parent):  # USD also resolves bare names in the working directory
            if suffix in (".glb", ".gltf"):
                done = bpy.ops.import_scene.gltf(
                    filepath=name,
                    import_scene_extras=False,
                    import_scene_as_collection=True,
                    import_select_created_objects=False,
                    disable_bone_shape=True,
                    loglevel=50,
                )
            elif suffix == ".fbx":
                with _guarded_images(loaded, root):
                    done = bpy.ops.import_scene.fbx(filepath=name, use_custom_props=False, use_image_search=False)
            elif suffix == ".obj":
                done = bpy.ops.wm.obj_import(filepath=name)
            elif suffix in USD_SUFFIXES:
                done = bpy.ops.wm.usd_import(
                    filepath=name,
                    set_frame_range=False,
                    attr_import_mode="NONE",
                    create_world_material=False,
                    import_textures_mode="IMPORT_PACK",
                    validate_meshes=True,
                )
    except MemoryError:
        raise
    except Exception as error:
        if "MemoryError" in str(error):  # an importer's own, wrapped by Blender
            raise MemoryError from None
        raise _unreadable(file, str(error).strip().splitlines()[-1] if str(error).strip() else repr(error)) from None
    if "FINISHED" not in done:
        raise _unreadable(file, str(done))
    remove_outside_paths(loaded, root)
    for written in missing_beside(file, root):
        if written.lower().endswith(".mtl"):
            text, hint = f"its material library {written!r} is missing", "add the .mtl next to the .obj"
            loaded.problems.append(Problem("missing_materials", "error", "", text, hint))
        else:
            loaded.problems.append(missing_texture(Path(written).name, written))
    loaded.objects = [obj for obj in bpy.context.view_layer.objects if obj not in linked]
    if not loaded.objects:
        raise AssetError(
            "the file contains no objects", file=file, hint="export it again with its objects in its scene"
        )
    for obj in loaded.objects:
        if obj.name not in scene.collection.objects:
            scene.collection.objects.link(obj)
    bpy.context.view_layer.update()


def _unreadable(file: Path, message: str) -> AssetError:
    return AssetError(
        "Blender cannot read the file", file=file, value=message, hint=f"export it again as {file.suffix}"
    )


@contextlib.contextmanager
def _guarded_images(loaded: Loaded, root: Path) -> Iterator[None]:
    """Restrict the FBX importer to textures in the pack.

    FBX files refer to textures by their paths on the artist's machine; they are searched by name next to the file, in
    `textures/` and in the file's `.fbm` folder.
    """
    from bpy_extras import image_utils

    def load_image(path: str, dirname: str = "", *_: Any, **__: Any) -> bpy.types.Image:
        text = os.fsdecode(path).replace("\\", "/")
        folder = loaded.file.parent
        found = inside(root, folder, text)
        if found is None or not found.is_file():
            base = text.rsplit("/", 1)[-1]
            places = (folder, folder / "textures", folder / f"{loaded.file.stem}.fbm")
            candidates = (inside(root, place, base) for place in places)
            found = next((c for c in candidates if base and c is not None and c.is_file()), None)
        if found is not None:
            return bpy.data.images.load(str(found), check_existing=True)
        image = bpy.data.images.new(Path(text).name or "texture", 8, 8)
        loaded.problems.append(missing_texture(image.name, text))
        return image

    original = image_utils.load_image
    image_utils.load_image = load_image
    try:
        yield
    finally:
        image_utils.load_image = original
