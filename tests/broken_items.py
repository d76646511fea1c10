"""Items with one fault each, made through Blender the way an artist would make them by mistake."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from tests.made_assets import export, fresh

FAULTS: dict[str, str] = {
    "bench_of_80_m": "absurd_size",
    "bench_of_2_cm": "absurd_size",
    "bollard_lying": "wrong_up_axis",
    "bench_aside": "origin_not_at_feet",
    "bench_mirrored": "negative_scale",
    "bench_scaled": "unapplied_transforms",
    "bench_turned": "unapplied_transforms",
    "shelter_lidless": "non_manifold_glass",
    "shelter_doubled": "non_manifold_glass",
    "shelter_pane": "non_manifold_glass",
    "bench_inside_out": "flipped_normals",
    "bench_one_face_flipped": "flipped_normals",
    "bench_degenerate": "zero_area_faces",
    "bench_heavy": "too_many_triangles",
    "bench_unwrapped": "no_uv",
    "bench_huge_image": "huge_texture",
    "bench_bare": "no_material",
    "bench_with_bones": "rig_on_prop",
}
"""Item, and the fault that must be found in it."""
BENCH_M, BOLLARD_M, SHELTER_M = (1.6, 0.5, 0.8), (0.3, 0.3, 1.0), (3.0, 1.4, 2.4)


def write(folder: Path) -> None:
    """Every item of `FAULTS` as a `.glb`, and a `bench_good.glb`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ["bench_good", *FAULTS]:
        bpy = fresh()
        size = {"bench": BENCH_M, "bollard": BOLLARD_M, "shelter": SHELTER_M}[name.split("_")[0]]
        block = _block(bpy, size)
        if name.startswith("shelter"):
            _glaze(block)
        _SPOILERS.get(name, lambda block: None)(block)
        export(folder / f"{name}.glb")


def _block(bpy, size):
    """A block of this width, depth and height that stands on the origin."""
    bpy.ops.mesh.primitive_cube_add(size=1, location=(0, 0, size[2] / 2))
    block = bpy.context.object
    block.name = block.data.name = "block"
    block.scale = size
    bpy.ops.object.transform_apply(location=True, rotation=False, scale=True)
    paint = bpy.data.materials.new("paint")
    paint.use_nodes = True
    block.data.materials.append(paint)
    return block


def _glaze(block) -> None:
    inputs = block.data.materials[0].node_tree.nodes["Principled BSDF"].inputs
    inputs["Transmission Weight"].default_value = 1.0


def _image(block, width: int) -> None:
    import bpy

    image = bpy.data.images.new("plank", width, 8)
    image.pack()
    tree = block.data.materials[0].node_tree
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = image
    tree.links.new(texture.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Base Color"])


def _edit(block, change: Callable) -> None:
    import bmesh

    mesh = bmesh.new()
    mesh.from_mesh(block.data)
    mesh.faces.ensure_lookup_table()
    change(bmesh, mesh)
    mesh.to_mesh(block.data)
    mesh.free()


def _scale(factor: float) -> Callable:
    def spoil(block) -> None:
        for vertex in block.data.vertices:
            vertex.co *= factor

    return spoil


def _lie_down(block) -> None:
    for vertex in block.data.vertices:
        vertex.co = (vertex.co.z, vertex.co.y, vertex.co.x)
    block.data.flip_normals()


def _aside(block) -> None:
    for vertex in block.data.vertices:
        vertex.co.x += 3


def _mirrored(block) -> None:
    block.scale.x = -1


def _scaled(block) -> None:
    _scale(0.5)(block)
    block.scale = (2, 2, 2)


def _turned(block) -> None:
    block.rotation_euler.z = math.radians(30)


def _lidless(block) -> None:
    _edit(block, lambda bmesh, mesh: bmesh.ops.delete(mesh, geom=[mesh.faces[5]], context="FACES"))


def _doubled(block) -> None:
    """A wall inside it, on the same edges."""

    def wall(bmesh, mesh) -> None:
        low = [v for v in mesh.verts if v.co.x < 0]
        x0 = sorted(low, key=lambda v: (v.co.y, v.co.z))
        high = sorted((v for v in mesh.verts if v.co.x > 0), key=lambda v: (v.co.y, v.co.z))
        mesh.faces.new((x0[0], x0[1], high[3], high[2]))

    _edit(block, wall)


def _pane(block) -> None:
    """Only its front is left."""

    def others(bmesh, mesh) -> None:
        mesh.normal_update()
        bmesh.ops.delete(mesh, geom=[face for face in mesh.faces if face.normal.y > -0.9], context="FACES")

    _edit(block, others)
    for vertex in block.data.vertices:
        vertex.co.y = 0


def _inside_out(block) -> None:
    block.data.flip_normals()


def _one_face_flipped(block) -> None:
    _edit(block, lambda bmesh, mesh: bmesh.ops.reverse_faces(mesh, faces=[mesh.faces[2]]))


def _degenerate(block) -> None:
    def spike(bmesh, mesh) -> None:
        ends = [mesh.verts.new((x, 0, 0.4)) for x in (-0.5, 0.5)]
        mesh.faces.new((*ends, mesh.verts.new((0, 0, 0.4))))

    _edit(block, spike)


def _heavy(block) -> None:
    import bpy

    bpy.ops.mesh.primitive_grid_add(x_subdivisions=330, y_subdivisions=330, size=0.4, location=(0, 0, 0.81))
    bpy.context.object.data.materials.append(block.data.materials[0])


def _unwrapped(block) -> None:
    _image(block, 8)
    block.data.uv_layers.remove(block.data.uv_layers[0])


def _huge_image(block) -> None:
    _image(block, 4200)


def _bare(block) -> None:
    block.data.materials.clear()


def _with_bones(block) -> None:
    import bpy

    bpy.ops.object.armature_add()
    rig = bpy.context.object
    block.parent = rig
    block.modifiers.new("rig", "ARMATURE").object = rig
    block.vertex_groups.new(name="Bone").add(range(len(block.data.vertices)), 1.0, "REPLACE")


_SPOILERS: dict[str, Callable] = {
    "bench_of_80_m": _scale(50.0), "bench_of_2_cm": _scale(0.0125), "bollard_lying": _lie_down, "bench_aside": _aside,
    "bench_mirrored": _mirrored, "bench_scaled": _scaled, "bench_turned": _turned, "shelter_lidless": _lidless,
    "shelter_doubled": _doubled, "shelter_pane": _pane, "bench_inside_out": _inside_out,
    "bench_one_face_flipped": _one_face_flipped, "bench_degenerate": _degenerate, "bench_heavy": _heavy,
    "bench_unwrapped": _unwrapped, "bench_huge_image": _huge_image, "bench_bare": _bare,
    "bench_with_bones": _with_bones,
}  # fmt: skip
