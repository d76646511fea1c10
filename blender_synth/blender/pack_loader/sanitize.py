"""Removes from loaded data-blocks whatever executes code or reads files outside the pack."""

from __future__ import annotations

import glob
import re
from pathlib import Path
from typing import Literal

import bpy

from blender_synth.blender.pack_loader.loaded import Loaded, data_collections
from blender_synth.packs.problems import Problem
from blender_synth.packs.safety import inside

_LINKED_KINDS = ("MESH_CACHE", "MESH_SEQUENCE_CACHE", "FLUID", "OCEAN")


def make_harmless(loaded: Loaded, root: Path) -> None:
    """Remove from appended data-blocks what executes code or reads files outside the pack, and invalid faces."""
    new = [block for kind, blocks in data_collections() for block in blocks if block not in loaded.before[kind]]
    _remove_scripts(loaded, new)
    remove_outside_paths(loaded, root)
    for mesh in [block for block in new if isinstance(block, bpy.types.Mesh)]:
        faces = len(mesh.polygons)
        if mesh.validate(clean_customdata=False):  # indices of a .blend are unchecked, unlike those of importers
            removed = faces - len(mesh.polygons)
            text = f"its geometry is damaged: {removed} of {faces} faces were removed"
            severity: Literal["error", "warning"] = "error" if removed > 0.01 * faces else "warning"
            loaded.problems.append(Problem("damaged_mesh", severity, mesh.name, text, "clean the mesh up in Blender"))


def _trees(block: bpy.types.ID) -> list[bpy.types.ID]:
    """The block and its parts that have animation data of their own."""
    parts = [block]
    for name in ("node_tree", "shape_keys"):
        part = getattr(block, name, None)
        if part is not None:
            parts.append(part)
    return parts


def _remove_scripts(loaded: Loaded, new: list[bpy.types.ID]) -> None:
    """Remove drivers, text blocks, script nodes and the like, before anything is evaluated."""
    for block in new:
        if isinstance(block, bpy.types.Text):
            continue
        for part in _trees(block):
            animation = getattr(part, "animation_data", None)
            if animation is None:
                continue
            for curve in list(animation.drivers):
                path = curve.data_path
                animation.drivers.remove(curve)
                loaded.problems.append(
                    Problem(
                        "driver_removed", "warning", block.name, f"the driver of {path!r} was removed",
                        "set the value by hand or bake it: drivers are never evaluated here",
                    )
                )  # fmt: skip
    for block in new:
        tree = block if isinstance(block, bpy.types.NodeTree) else getattr(block, "node_tree", None)
        if tree is None:
            continue
        for node in list(tree.nodes):
            if node.bl_idname == "ShaderNodeScript":
                tree.nodes.remove(node)
                loaded.problems.append(_script(block.name, "a script node was removed"))
            elif node.bl_idname.startswith("GeometryNodeImport"):  # their paths may be computed at evaluation
                tree.nodes.remove(node)
                text, hint = (
                    "a node that reads a file was removed",
                    "apply the modifier, or convert the geometry to a mesh",
                )
                loaded.problems.append(Problem("import_node_removed", "error", block.name, text, hint))
    for text in [block for block in new if isinstance(block, bpy.types.Text)]:
        loaded.problems.append(_script(text.name, "a text block was removed"))
        bpy.data.texts.remove(text)


def _script(name: str, text: str) -> Problem:
    return Problem("script_removed", "warning", name, text, "remove it from the file: scripts are never executed here")


def remove_outside_paths(loaded: Loaded, root: Path) -> None:
    """Remove data-blocks that read files outside the pack; report missing textures."""
    new = {block for kind, blocks in data_collections() for block in blocks if block not in loaded.before[kind]}
    paths = bpy.data.file_path_map(subset=new)
    folder = loaded.file.parent
    for obj in [block for block in new if isinstance(block, bpy.types.Object)]:
        _remove_caches(loaded, obj, root)
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


def _remove_caches(loaded: Loaded, obj: bpy.types.Object, root: Path) -> None:
    """Remove simulation caches outside the pack, which Blender does not list among an object's paths."""
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
    """Remove what makes `block` read files outside the pack."""
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
    """Remove an image outside the pack; report a missing one."""
    if image.source not in ("FILE", "TILED", "SEQUENCE", "MOVIE") or image.packed_file or image.packed_files:
        return
    written = image.filepath_raw
    path = inside(root, loaded.file.parent, written)
    files = [path] if path and path.is_file() else []
    if path and image.source in ("TILED", "SEQUENCE") and path.parent.is_dir():
        files += path.parent.glob(_pattern(path))
    if not written or path is None or not all(file.resolve().is_relative_to(root) for file in files):
        loaded.problems.append(_outside(image.name, written) if written else missing_texture(image.name, written))
        bpy.data.images.remove(image)
    elif not files:
        loaded.problems.append(missing_texture(image.name, written))


def _pattern(path: Path) -> str:
    """Glob pattern of the tiles or frames of an image in several files."""
    name = glob.escape(path.name.replace("<UDIM>", "\0").replace("<UVTILE>", "\0"))
    return re.sub(r"\d+|\0", "*", name)


def _outside(name: str, written: str) -> Problem:
    return Problem(
        "outside_path", "error", name, f"it reads {written!r}, which is outside the pack",
        "copy that file into the pack and point to it there, or pack it into the .blend (File > External Data)",
    )  # fmt: skip


def missing_texture(name: str, written: str) -> Problem:
    """The problem of an image whose file does not exist."""
    return Problem(
        "missing_texture", "error", name, f"the texture {written!r} is missing",
        "add the file to the pack, or pack it into the .blend (File > External Data > Pack Resources)", written,
    )  # fmt: skip
