"""Asset files made through Blender's own exporters, as an artist would save them. For tests that start Blender."""

from __future__ import annotations

from pathlib import Path

SIZE_M = (0.5, 1.0, 2.0)
"""Width (X), depth (Y, as Blender's front is -Y) and height of the crate, which stands 1 m beside the origin."""


def fresh():
    """An empty Blender; returns the module."""
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=True)
    return bpy


def make_crate(folder: Path, name: str = "crate"):
    """The crate in an empty Blender, painted with a texture beside it; returns its object."""
    bpy = fresh()
    folder.mkdir(parents=True, exist_ok=True)
    bpy.ops.mesh.primitive_cube_add(size=1, location=(1, 0, 1))
    crate = bpy.context.object
    crate.name = crate.data.name = name
    crate.scale = SIZE_M
    bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
    wood = bpy.data.materials.new("wood")
    wood.use_nodes = True
    crate.data.materials.append(wood)
    image = bpy.data.images.new("grain", 8, 8)
    image.filepath_raw, image.file_format = str(folder / "grain.png"), "PNG"
    image.save()
    texture = wood.node_tree.nodes.new("ShaderNodeTexImage")
    texture.image = image
    wood.node_tree.links.new(texture.outputs["Color"], wood.node_tree.nodes["Principled BSDF"].inputs["Base Color"])
    return crate


def export(file: Path) -> Path:
    """Save what is in Blender in the file's format, the way its menu entry does."""
    import bpy

    name, suffix = str(file), file.suffix
    if suffix == ".blend":
        bpy.ops.wm.save_as_mainfile(filepath=name, compress=True, relative_remap=True)
    elif suffix == ".obj":
        bpy.ops.wm.obj_export(filepath=name)
    elif suffix == ".fbx":
        bpy.ops.export_scene.fbx(filepath=name)
    elif suffix in (".glb", ".gltf"):
        bpy.ops.export_scene.gltf(filepath=name, export_format="GLB" if suffix == ".glb" else "GLTF_SEPARATE")
    else:
        bpy.ops.wm.usd_export(filepath=name)
    return file


def world_box(objects):
    """(2, 3) box around the mesh objects, in metres."""
    import bpy
    import numpy as np

    bpy.context.view_layer.update()
    meshes = [obj for obj in objects if obj.type == "MESH"]
    points = np.array([obj.matrix_world @ v.co for obj in meshes for v in obj.data.vertices])
    return np.stack([points.min(axis=0), points.max(axis=0)])
