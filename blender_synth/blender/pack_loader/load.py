"""The safe loader: a stranger's file into the present scene, with nothing of it run and nothing read from outside.

Scripts and drivers never run: a `.blend` is appended, not opened, so its text blocks are never registered; drivers,
text blocks and script nodes are taken out before anything is evaluated. Files that it refers to are looked up within
`root` alone (see `packs.safety`); what leads elsewhere is refused or dropped before it is read.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy

from blender_synth.errors import AssetError
from blender_synth.packs.blendfile import Contents, MarkedAsset, read_contents
from blender_synth.packs.problems import Problem
from blender_synth.packs.safety import USD_SUFFIXES, check_file, inside, missing_beside

__all__ = ["Loaded", "MarkedAsset", "Problem", "load_file"]

_SHADING = ("materials", "images", "node_groups", "textures", "brushes", "palettes", "linestyles")
"""Kinds of data that `Loaded.drop` leaves, as kept meshes may need them."""
_SETTINGS = ("window_managers", "screens", "workspaces")
_LINKED_KINDS = ("MESH_CACHE", "MESH_SEQUENCE_CACHE", "FLUID", "OCEAN")


@dataclass
class Loaded:
    """What came with a file.

    Attributes:
        objects: those of the file's scene (or those asked for, with their children), linked into the present scene's
            own collection, Z up and in metres as Blender's importer leaves them; lights, cameras, empties, curves and
            what is not to be rendered (`hide_render`) too.
        materials, worlds, actions: of the file: all of them, or those that came with the objects asked for.
        assets: what a `.blend` marks as assets, whether loaded or not.
        problems: what was dropped or is missing. An `error` means that the file does not look as its artist meant it.
    """

    file: Path
    objects: list[bpy.types.Object] = field(default_factory=list)
    materials: list[bpy.types.Material] = field(default_factory=list)
    worlds: list[bpy.types.World] = field(default_factory=list)
    actions: list[bpy.types.Action] = field(default_factory=list)
    assets: tuple[MarkedAsset, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    _before: dict[str, set] = field(default_factory=dict, repr=False)
    _names_before: set[str] = field(default_factory=set, repr=False)

    def every_object(self) -> list[bpy.types.Object]:
        """Those that came with the file, in the scene or not."""
        return [obj for obj in bpy.data.objects if obj not in self._before["objects"]]

    def shading(self) -> list[bpy.types.ID]:
        """Materials, images and what else came with the file that surfaces are made of."""
        return [b for kind in _SHADING for b in getattr(bpy.data, kind) if b not in self._before[kind]]

    def name_of(self, block: bpy.types.ID) -> str:
        """The name that something has in its file; Blender adds `.001` and so on where a name is taken already."""
        base, dot, number = block.name.rpartition(".")
        return base if dot and number.isdigit() and base in self._names_before else block.name

    def drop(self, keep: Iterable[bpy.types.ID] = ()) -> None:
        """Remove everything that came with the file but what is in `keep`, and materials and what they are made of."""
        kept = set(keep)
        for kind, blocks in _data():
            if kind not in _SHADING:
                gone = [block for block in blocks if block not in self._before[kind] and block not in kept]
                if gone:
                    bpy.data.batch_remove(gone)
        self.objects, self.worlds, self.actions = [], [], []

    def raise_errors(self) -> None:
        """Refuse the file if something of it had to be dropped or is missing.

        Raises:
            AssetError: the first problem that is an error.
        """
        for problem in self.problems:
            if problem.severity == "error":
                key = {"key": problem.object} if problem.object else {}
                raise AssetError(problem.text, file=self.file, hint=problem.hint, **key)


def load_file(
    file: Path, root: Path, *, objects: Sequence[str] = (), collection: str = "", worlds: bool = True
) -> Loaded:
    """Load a file into the present scene.

    Args:
        file: `.blend .glb .gltf .fbx .obj .usd .usda .usdc .usdz`. root: the pack's folder, which nothing leaves.
        objects, collection: names in a `.blend`; only these are loaded, objects with all that hangs under them.
        worlds: whether the worlds of a `.blend` matter; if not, neither do pictures of skies that it lacks.

    Raises:
        AssetError: unreadable, too large, leads out of the pack, or holds no such object or collection.
    """
    file, root = file.absolute(), root.resolve()
    check_file(file, root)
    bpy.context.preferences.filepaths.use_scripts_auto_execute = False
    suffix = file.suffix.lower()
    if suffix != ".blend" and (objects or collection):
        hint = "leave `object` and `collection` out; they are for .blend files"
        raise AssetError("only a .blend holds named things", file=file, value=[*objects, collection], hint=hint)
    loaded = Loaded(
        file=file,
        _before={kind: set(blocks) for kind, blocks in _data()},
        _names_before={block.name for kind in ("materials", "objects") for block in getattr(bpy.data, kind)},
    )
    try:
        if suffix == ".blend":
            _append(loaded, read_contents(file, root), root, objects, collection, worlds)
        else:
            _import(loaded, root, suffix)
    except Exception:
        loaded.drop()
        raise
    new = [block for kind, blocks in _data() for block in blocks if block not in loaded._before[kind]]
    loaded.materials = loaded.materials or [block for block in new if isinstance(block, bpy.types.Material)]
    loaded.worlds = loaded.worlds or [block for block in new if isinstance(block, bpy.types.World)]
    loaded.actions = loaded.actions or [block for block in new if isinstance(block, bpy.types.Action)]
    return loaded


def load_materials(file: Path, root: Path, names: Sequence[str]) -> tuple[list[bpy.types.Material], list[Problem]]:
    """Materials of a `.blend`, by name, and what was dropped of them or is missing; see `load_file`.

    Raises:
        AssetError: as of `load_file`, or the file holds no such material.
    """
    file, root = file.absolute(), root.resolve()
    check_file(file, root)
    known = read_contents(file, root).names["material"]
    for name in names:
        if name not in known:
            hint = f"use one of: {', '.join(sorted(known)) or 'none'}"
            raise AssetError("the file has no such material", file=file, value=name, hint=hint)
    bpy.context.preferences.filepaths.use_scripts_auto_execute = False
    loaded = Loaded(file=file, _before={kind: set(blocks) for kind, blocks in _data()})
    with _readable(file), bpy.data.libraries.load(str(file), link=False) as (_, wanted):
        wanted.materials = list(names)
    _make_harmless(loaded, root)
    return list(wanted.materials), loaded.problems


@contextlib.contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:
        hint = "save it again in Blender 4.5 or an older one"
        raise AssetError("Blender cannot read the file", file=file, value=str(error).strip(), hint=hint) from None


def _data() -> Iterator[tuple[str, Any]]:
    """Every kind of data in Blender that a file may bring."""
    for prop in bpy.types.BlendData.bl_rna.properties:
        if prop.type == "COLLECTION" and prop.identifier not in _SETTINGS:
            yield prop.identifier, getattr(bpy.data, prop.identifier)


# --- .blend


def _append(
    loaded: Loaded, contents: Contents, root: Path, objects: Sequence[str], collection: str, worlds: bool
) -> None:
    file = loaded.file
    for kind, names in (("object", objects), ("collection", [collection] if collection else [])):
        for name in names:
            if name not in contents.names[kind]:
                known = ", ".join(sorted(contents.names[kind])) or "none"
                raise AssetError(f"the file holds no such {kind}", file=file, value=name, hint=f"use one of: {known}")
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
    _make_harmless(loaded, root)
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
    """Remove worlds that came with the scene, and the pictures that only they show."""
    bpy.data.batch_remove([world for world in bpy.data.worlds if world not in loaded._before["worlds"]])
    new = [image for image in bpy.data.images if image not in loaded._before["images"]]
    bpy.data.batch_remove([image for image in new if image.users - image.use_fake_user == 0])


def _make_harmless(loaded: Loaded, root: Path) -> None:
    """Take out of what was appended whatever runs or reads files from elsewhere, and faces that lead nowhere."""
    new = [block for kind, blocks in _data() for block in blocks if block not in loaded._before[kind]]
    _take_out_scripts(loaded, new)
    _take_out_paths(loaded, root)
    for mesh in [block for block in new if isinstance(block, bpy.types.Mesh)]:
        faces = len(mesh.polygons)
        if mesh.validate(clean_customdata=False):  # its indices may lead anywhere; other importers check by themselves
            lost = faces - len(mesh.polygons)
            text = f"its geometry is damaged: {lost} of {faces} faces were left out"
            severity = "error" if lost > 0.01 * faces else "warning"
            loaded.problems.append(Problem("damaged_mesh", severity, mesh.name, text, "clean the mesh up in Blender"))


def _hide(layer: bpy.types.LayerCollection, hidden: bool) -> None:
    """What its collection hides from the render is hidden itself, as collections do not come along."""
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


def _trees(block: bpy.types.ID) -> list[bpy.types.ID]:
    """The block and what is a part of it but has animation of its own."""
    parts = [block]
    for name in ("node_tree", "shape_keys"):
        part = getattr(block, name, None)
        if part is not None:
            parts.append(part)
    return parts


def _take_out_scripts(loaded: Loaded, new: list[bpy.types.ID]) -> None:
    """Drivers, text blocks, script nodes and the like, before anything is evaluated."""
    for block in new:
        if isinstance(block, bpy.types.Text):
            continue
        for part in _trees(block):
            animation = getattr(part, "animation_data", None)
            for curve in list(animation.drivers) if animation else ():
                path = curve.data_path
                animation.drivers.remove(curve)
                loaded.problems.append(
                    Problem(
                        "driver_removed", "warning", block.name, f"the driver of {path!r} was taken out",
                        "set the value by hand, or bake it: drivers never run here",
                    )
                )  # fmt: skip
    for block in new:
        tree = block if isinstance(block, bpy.types.NodeTree) else getattr(block, "node_tree", None)
        for node in list(tree.nodes) if tree else ():
            if node.bl_idname == "ShaderNodeScript":
                tree.nodes.remove(node)
                loaded.problems.append(_script(block.name, "a script node was taken out"))
            elif node.bl_idname.startswith("GeometryNodeImport"):  # their paths may be put together while they run
                tree.nodes.remove(node)
                text, hint = "a node that reads a file was taken out", "apply the modifier, or make the geometry real"
                loaded.problems.append(Problem("import_node_removed", "error", block.name, text, hint))
    for text in [block for block in new if isinstance(block, bpy.types.Text)]:
        loaded.problems.append(_script(text.name, "a text block was taken out"))
        bpy.data.texts.remove(text)


def _script(name: str, text: str) -> Problem:
    return Problem("script_removed", "warning", name, text, "remove it from the file: scripts never run here")


def _take_out_paths(loaded: Loaded, root: Path) -> None:
    """What reads files from outside the pack goes; missing textures are told."""
    new = {block for kind, blocks in _data() for block in blocks if block not in loaded._before[kind]}
    paths = bpy.data.file_path_map(subset=new)
    folder = loaded.file.parent
    for obj in [block for block in new if isinstance(block, bpy.types.Object)]:
        _take_out_caches(loaded, obj, root)
    for block, written in paths.items():
        if isinstance(block, bpy.types.Library):
            continue
        if isinstance(block, bpy.types.Image):
            _check_image(loaded, block, root)
            continue
        for path in sorted(written):
            if path.startswith("<") or (block.library is not None and Path(path).suffix == ".blend"):
                continue
            if getattr(block, "packed_file", None) is None and inside(root, folder, path) is None:
                loaded.problems.append(_outside(block.name, path))
                _without(block, root, folder)
                break


def _take_out_caches(loaded: Loaded, obj: bpy.types.Object, root: Path) -> None:
    """Simulations that were stored in other files, which Blender does not count among an object's paths."""
    for modifier in list(obj.modifiers):
        systems = [modifier, getattr(modifier, "particle_system", None)]
        caches = [cache for system in systems if (cache := getattr(system, "point_cache", None)) is not None]
        paths = [cache.filepath for cache in caches if cache.use_external]
        paths += [getattr(modifier, "bake_directory", "")]
        paths += [bake.directory for bake in getattr(modifier, "bakes", ()) if bake.use_custom_path]
        outside = [path for path in paths if path and inside(root, loaded.file.parent, path) is None]
        if outside:
            loaded.problems.append(_outside(obj.name, outside[0]))
            obj.modifiers.remove(modifier)


def _without(block: bpy.types.ID, root: Path, folder: Path) -> None:
    """Take out what makes `block` read files from outside."""
    if isinstance(block, bpy.types.Object):
        for modifier in [m for m in block.modifiers if m.type in _LINKED_KINDS or m.type == "NODES"]:
            block.modifiers.remove(modifier)
        return
    tree = block if isinstance(block, bpy.types.NodeTree) else getattr(block, "node_tree", None)
    if tree is not None:
        for node in list(tree.nodes):
            path = getattr(node, "filepath", "")
            if path and inside(root, folder, path) is None:
                tree.nodes.remove(node)
        return
    if isinstance(block, bpy.types.VectorFont):
        plain = bpy.data.fonts.load("<builtin>") if "Bfont" not in bpy.data.fonts else bpy.data.fonts["Bfont"]
        block.user_remap(plain)
    bpy.data.batch_remove([block])


def _check_image(loaded: Loaded, image: bpy.types.Image, root: Path) -> None:
    """Drop an image from outside the pack; tell of one that is missing."""
    if image.source not in ("FILE", "TILED", "SEQUENCE", "MOVIE") or image.packed_file or image.packed_files:
        return
    written = image.filepath_raw
    path = inside(root, loaded.file.parent, written)
    files = [path] if path and path.is_file() else []
    if path and image.source in ("TILED", "SEQUENCE") and path.parent.is_dir():
        files += path.parent.glob(_pattern(path))
    if not written or path is None or not all(file.resolve().is_relative_to(root) for file in files):
        loaded.problems.append(_outside(image.name, written) if written else _missing(image.name, written))
        bpy.data.images.remove(image)
    elif not files:
        loaded.problems.append(_missing(image.name, written))


def _pattern(path: Path) -> str:
    """Matches the tiles or the frames of a picture that lies in several files."""
    name = glob.escape(path.name.replace("<UDIM>", "\0").replace("<UVTILE>", "\0"))
    return re.sub(r"\d+|\0", "*", name)


def _outside(name: str, written: str) -> Problem:
    return Problem(
        "outside_path", "error", name, f"it reads {written!r}, which is outside the pack",
        "copy that file into the pack and point to it there, or pack it into the .blend (File > External Data)",
    )  # fmt: skip


def _missing(name: str, written: str) -> Problem:
    return Problem(
        "missing_texture", "error", name, f"the texture {written!r} is missing",
        "add the file to the pack, or pack it into the .blend (File > External Data > Pack Resources)",
    )  # fmt: skip


# --- all other formats


def _import(loaded: Loaded, root: Path, suffix: str) -> None:
    file, scene = loaded.file, bpy.context.scene
    linked = loaded._before["objects"]  # the view layer may not know yet what stands in the scene
    name = str(file)
    try:
        # Importers report a broken file by a RuntimeError, or only by what they return (Blender 4.5).
        with contextlib.chdir(file.parent):  # USD looks up bare names in the working folder too
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
    except Exception as error:
        raise _unreadable(file, str(error).strip().splitlines()[-1] if str(error).strip() else repr(error)) from None
    if "FINISHED" not in done:
        raise _unreadable(file, str(done))
    _take_out_paths(loaded, root)
    for written in missing_beside(file, root):
        if written.lower().endswith(".mtl"):
            text, hint = f"its material library {written!r} is missing", "add the .mtl beside the .obj"
            loaded.problems.append(Problem("missing_materials", "error", "", text, hint))
        else:
            loaded.problems.append(_missing(Path(written).name, written))
    loaded.objects = [obj for obj in bpy.context.view_layer.objects if obj not in linked]
    if not loaded.objects:
        raise AssetError("the file shows nothing", file=file, hint="export it again with its objects in its scene")
    for obj in loaded.objects:
        if obj.name not in scene.collection.objects:
            scene.collection.objects.link(obj)
    bpy.context.view_layer.update()


def _unreadable(file: Path, says: str) -> AssetError:
    return AssetError("Blender cannot read the file", file=file, value=says, hint=f"export it again as {file.suffix}")


@contextlib.contextmanager
def _guarded_images(loaded: Loaded, root: Path) -> Iterator[None]:
    """While the FBX importer runs, its textures are looked up in the pack alone.

    FBX files name textures as they lay on the artist's machine; they are found by name beside the file, in `textures/`
    and in the file's own `.fbm` folder.
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
        loaded.problems.append(_missing(image.name, text))
        return image

    usual = image_utils.load_image
    image_utils.load_image = load_image
    try:
        yield
    finally:
        image_utils.load_image = usual
