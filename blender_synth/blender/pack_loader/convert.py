"""Converts a model into a small, self-contained `.glb` of real size with plausible materials.

Served to `blender-synth assets import` by `blender.job_server`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy  # isort: split

import bmesh  # available only after bpy is imported
from mathutils import Matrix, Vector

from blender_synth.blender.job_server import Handlers, Report
from blender_synth.blender.pack_loader.load import load_file
from blender_synth.errors import AssetError
from blender_synth.packs.limits import within_limits

SHARP_DEG = 38.0
"""Edges with a larger angle are sharp when normals are recomputed."""
EXTRA_BYTES = 50_000_000
"""By which a model counts as larger than its file for the limits: reducing it takes longer than reading it."""
_LEAF_FACES, _LEAF_SHARE, _FEWEST_LEAVES = 40, 0.15, 150
_ZUP_FROM_YUP = Matrix(((1, 0, 0), (0, 0, -1), (0, 1, 0)))
_METAL = re.compile(r"chrom|metal|steel|alumin|inox|iron|stahl|acier|brass|silver", re.IGNORECASE)
_ALBEDO = (0.012, 0.82)
"""Darkest and lightest diffuse colour (linear): black felt and white paint. Old files have 0 and 1."""


def convert(
    file: str,
    root: str,
    out: str,
    *,
    size_m: Sequence[float] = (),
    rotation: Sequence[float] = (),
    max_triangles: int = 20_000,
    texture_px: int = 1024,
    texture_quality: int = 80,
    looks: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Write one `.glb`: one mesh, the middle of its base at the origin, +Y up and +Z to the front as in the `.obj`.

    Args:
        file: a model that `load_file` reads; axes below are those of an OBJ, +Y up. root: folder with all files that
            it may refer to. out: the `.glb`.
        size_m: (width, depth, height) to scale it to, each axis by itself; empty keeps the size of the file.
        rotation: row-major 3 x 3 in the file's axes, applied first; empty for none.
        max_triangles: larger meshes are decimated.
        texture_px: longest side of a texture. texture_quality: of its WebP, 1 to 100.
        looks: changes by pattern of the material's name: `colour` (linear RGB), `roughness`, `metallic`, `alpha`,
            `textured` (False drops the texture), `hidden` (True drops the faces).

    Returns:
        `triangles` of the mesh, `bytes` of the file, `materials` and a list of `problems`.

    Raises:
        AssetError: it cannot be read or shows no mesh.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    loaded = load_file(Path(file), Path(root))
    problems = [problem.text for problem in loaded.problems]
    for image in list(bpy.data.images):
        if image.size[0] == 0:  # missing: the colour of the material is better than magenta
            bpy.data.images.remove(image)
    obj = _one_mesh(Path(file))
    turn = Matrix([rotation[row : row + 3] for row in (0, 3, 6)]) if rotation else Matrix.Identity(3)
    obj.data.transform((_ZUP_FROM_YUP @ turn @ _ZUP_FROM_YUP.transposed()).to_4x4())
    _drop_faces(obj.data, looks or {})
    for material in {slot for slot in obj.data.materials if slot is not None}:
        rebuild_material(material, looks or {}, texture_px, problems)
    simplify(obj, max_triangles)
    if len(size_m):
        fit(obj.data, (size_m[0], size_m[1], size_m[2]))
    if _triangles(obj.data) > 1.3 * max_triangles:
        problems.append(f"it could not be reduced below {_triangles(obj.data)} triangles")
    materials = sorted(m.name for m in obj.data.materials if m is not None)
    triangles = export(Path(out), texture_quality)
    return {"triangles": triangles, "bytes": Path(out).stat().st_size, "materials": materials, "problems": problems}


def fit(mesh: bpy.types.Mesh, size_m: Sequence[float]) -> None:
    """Scale a mesh (Z up) to (width, depth, height) in metres and move the middle of its base to the origin."""
    points = [vertex.co for vertex in mesh.vertices]
    low = Vector(min(p[k] for p in points) for k in range(3))
    high = Vector(max(p[k] for p in points) for k in range(3))
    factors = [want / have if have > 1e-9 else 1.0 for want, have in zip(size_m, high - low, strict=True)]
    base = Vector(((low.x + high.x) / 2, (low.y + high.y) / 2, low.z))
    mesh.transform(Matrix.Diagonal((*factors, 1.0)) @ Matrix.Translation(-base))


def simplify(obj: bpy.types.Object, max_triangles: int) -> None:
    """Reduce an object's mesh to about this number of triangles; its normals are then recomputed.

    Edges are collapsed. That does not work for leaves, which are separate pieces: of foliage every n-th leaf is kept
    instead, with n times its area (Cook et al., Stochastic Simplification of Aggregate Detail, SIGGRAPH 2007).
    """
    if _triangles(obj.data) <= max_triangles:
        return
    leaves = _leaves(obj.data)
    if leaves:
        share = sum(len(leaf) for leaf in leaves) / len(obj.data.polygons)
        foliage = _thinned(obj.data, leaves, int(max_triangles * min(max(share, 0.4), 0.8)))
        left = max_triangles - _triangles(foliage)
        _collapse(obj, max(left, max_triangles // 8))
        added = bpy.data.objects.new("foliage", foliage)
        bpy.context.scene.collection.objects.link(added)
        smooth(foliage)
        if len(obj.data.polygons):
            with bpy.context.temp_override(active_object=obj, selected_editable_objects=[obj, added]):
                bpy.ops.object.join()
        else:
            obj.data = foliage
            bpy.data.objects.remove(added)
    if _triangles(obj.data) > 1.3 * max_triangles:
        _collapse(obj, max_triangles)


def _triangles(mesh: bpy.types.Mesh) -> int:
    return sum(len(polygon.vertices) - 2 for polygon in mesh.polygons)


def _leaves(mesh: bpy.types.Mesh) -> list[list[int]]:
    """Faces of each small loose piece, for materials with hundreds of such pieces."""
    bm = bmesh.new()
    bm.from_mesh(mesh)
    bm.faces.ensure_lookup_table()
    largest = _LEAF_SHARE * _span([vertex.co for vertex in bm.verts])
    pieces: dict[int, list[list[int]]] = {}
    seen = set()
    for first in bm.faces:
        if first.index in seen:
            continue
        piece, waiting = [], [first]
        seen.add(first.index)
        while waiting:
            face = waiting.pop()
            piece.append(face.index)
            for vertex in face.verts:
                for other in vertex.link_faces:
                    if other.index not in seen:
                        seen.add(other.index)
                        waiting.append(other)
        if len(piece) <= _LEAF_FACES and _span([v.co for face in piece for v in bm.faces[face].verts]) < largest:
            pieces.setdefault(first.material_index, []).append(piece)
    bm.free()
    return [piece for alike in pieces.values() if len(alike) >= _FEWEST_LEAVES for piece in alike]


def _span(points: Sequence[Vector]) -> float:
    """Length of the diagonal of the box around points."""
    ranges = ([p[k] for p in points] for k in range(3))
    return math.hypot(*(max(values) - min(values) for values in ranges))


def _thinned(mesh: bpy.types.Mesh, leaves: list[list[int]], most: int) -> bpy.types.Mesh:
    """Remove the leaves from a mesh; returns every n-th of them as a new mesh, enlarged to keep the total area."""
    triangles = sum(len(mesh.polygons[face].vertices) - 2 for leaf in leaves for face in leaf)
    step = max(-(-triangles // max(most, 1)), 1)
    foliage = mesh.copy()
    for target, keep in ((mesh, None), (foliage, leaves[::step])):
        removed = {face for leaf in leaves for face in leaf}
        kept = {face for leaf in keep or () for face in leaf}
        bm = bmesh.new()
        bm.from_mesh(target)
        bm.faces.ensure_lookup_table()
        for leaf in keep or ():
            corners = list({vertex for face in leaf for vertex in bm.faces[face].verts})
            middle = sum((vertex.co for vertex in corners), Vector()) / len(corners)
            for vertex in corners:
                vertex.co = middle + (vertex.co - middle) * min(math.sqrt(step), 2.0)
        drop = [face for face in bm.faces if (face.index in removed if keep is None else face.index not in kept)]
        bmesh.ops.delete(bm, geom=drop, context="FACES")
        bm.to_mesh(target)
        bm.free()
    return foliage


def _collapse(obj: bpy.types.Object, max_triangles: int) -> None:
    if _triangles(obj.data) <= max_triangles:
        return
    smooth(obj.data, weld=True)
    for _ in range(3):  # once is not always enough, because borders and seams are preserved
        triangles = _triangles(obj.data)
        if triangles <= max_triangles * 1.05:
            break
        modifier = obj.modifiers.new("fewer", "DECIMATE")
        modifier.ratio = max_triangles / triangles
        modifier.use_collapse_triangulate = True
        graph = bpy.context.evaluated_depsgraph_get()
        obj.data = bpy.data.meshes.new_from_object(
            obj.evaluated_get(graph), preserve_all_data_layers=True, depsgraph=graph
        )
        obj.modifiers.clear()
    smooth(obj.data)


def smooth(mesh: bpy.types.Mesh, weld: bool = False) -> None:
    """Smooth shading with sharp edges by angle; `weld` first merges vertices at the same position."""
    bm = bmesh.new()
    bm.from_mesh(mesh)
    if weld:
        span = max((max(v.co[k] for v in bm.verts) - min(v.co[k] for v in bm.verts)) for k in range(3))
        bmesh.ops.remove_doubles(bm, verts=bm.verts, dist=span * 1e-5)
    for face in bm.faces:
        face.smooth = True
    bm.to_mesh(mesh)
    bm.free()
    if "custom_normal" in mesh.attributes:
        mesh.attributes.remove(mesh.attributes["custom_normal"])
    mesh.set_sharp_from_angle(angle=math.radians(SHARP_DEG))


def rebuild_material(
    material: bpy.types.Material, looks: Mapping[str, Mapping[str, Any]], texture_px: int, problems: list[str]
) -> None:
    """Rebuild a material as one Principled BSDF with a colour or texture, in a plausible range and without emission."""
    colour, image, alpha, cut_out, roughness = _read_material(material, problems)
    metallic = 0.0
    if _METAL.search(material.name) and alpha > 0.95 and image is None:
        metallic, roughness = 1.0, min(max(roughness, 0.25), 0.5)
        colour = [min(max(c, 0.25), 0.85) for c in colour]
    if "mirror" in material.name.lower():  # of a car: it looks like metal, and is labelled as the car
        metallic, roughness, colour = 1.0, 0.15, [0.8, 0.8, 0.8]
    roughness = min(max(roughness, 0.08 if alpha < 0.95 else 0.35 if not metallic else 0.15), 0.95)
    overrides: dict[str, Any] = {}
    for pattern, changes in looks.items():
        if re.search(pattern, material.name, re.IGNORECASE):
            overrides |= changes
    if not overrides.get("textured", True):
        image = cut_out = None
    colour = overrides.get("colour", colour)
    metallic, roughness, alpha = (
        overrides.get(key, value) for key, value in (("metallic", metallic), ("roughness", roughness), ("alpha", alpha))
    )
    if not metallic:
        colour = [min(max(c, _ALBEDO[0]), _ALBEDO[1]) for c in colour]
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    shader = tree.nodes.new("ShaderNodeBsdfPrincipled")
    tree.links.new(shader.outputs["BSDF"], output.inputs["Surface"])
    shader.inputs["Base Color"].default_value = (*colour, 1.0)
    shader.inputs["Metallic"].default_value = metallic
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Alpha"].default_value = alpha
    if image is not None:
        _shrink(image, texture_px)
        texture = tree.nodes.new("ShaderNodeTexImage")
        texture.image = image
        tree.links.new(texture.outputs["Color"], shader.inputs["Base Color"])
        if cut_out is not None:
            source = texture
            if cut_out != image:
                _shrink(cut_out, texture_px)
                source = tree.nodes.new("ShaderNodeTexImage")
                source.image = cut_out
            tree.links.new(source.outputs["Alpha"], shader.inputs["Alpha"])


def export(out: Path, texture_quality: int) -> int:
    """Write the scene's meshes and textures as a `.glb`; returns the number of triangles."""
    meshes = [obj.data for obj in bpy.context.scene.objects if obj.type == "MESH"]
    for mesh in meshes:
        if not any(_has_texture(material) for material in mesh.materials):
            while mesh.uv_layers:
                mesh.uv_layers.remove(mesh.uv_layers[0])
    bpy.ops.export_scene.gltf(
        filepath=str(out),
        export_format="GLB",
        export_yup=True,
        export_image_format="WEBP",
        export_image_quality=texture_quality,
        export_tangents=False,
        export_vertex_color="NONE",
        export_animations=False,
        export_skins=False,
        export_morph=False,
        export_cameras=False,
        export_lights=False,
        export_extras=False,
    )
    return sum(len(polygon.vertices) - 2 for mesh in meshes for polygon in mesh.polygons)


def _one_mesh(file: Path) -> bpy.types.Object:
    meshes = [obj for obj in bpy.context.scene.objects if obj.type == "MESH" and obj.data.polygons]
    if not meshes:
        raise AssetError("the file contains no mesh", file=file, hint="leave it out")
    for obj in meshes:
        obj.data.transform(obj.matrix_world)
        obj.matrix_world = Matrix.Identity(4)
        obj.data.validate()
    for obj in list(bpy.context.scene.objects):
        if obj not in meshes:
            bpy.data.objects.remove(obj)
    if len(meshes) > 1:
        with bpy.context.temp_override(active_object=meshes[0], selected_editable_objects=meshes):
            bpy.ops.object.join()
    return meshes[0]


def _drop_faces(mesh: bpy.types.Mesh, looks: Mapping[str, Mapping[str, Any]]) -> None:
    """Remove invisible faces: fully transparent ones and those of hidden materials."""
    hidden = {n for n, material in enumerate(mesh.materials) if material and _is_hidden(material, looks)}
    faces = [polygon.material_index in hidden for polygon in mesh.polygons]
    if any(faces) and not all(faces):
        bm = bmesh.new()
        bm.from_mesh(mesh)
        bm.faces.ensure_lookup_table()
        bmesh.ops.delete(bm, geom=[bm.faces[n] for n, gone in enumerate(faces) if gone], context="FACES")
        bm.to_mesh(mesh)
        bm.free()


def _is_hidden(material: bpy.types.Material, looks: Mapping[str, Mapping[str, Any]]) -> bool:
    alpha = (shader := _shader(material)) and shader.inputs["Alpha"]
    unseen = alpha is not None and not alpha.is_linked and alpha.default_value < 0.02
    return unseen or any(look.get("hidden") and re.search(p, material.name, re.IGNORECASE) for p, look in looks.items())


def _read_material(
    material: bpy.types.Material, problems: list[str]
) -> tuple[list[float], bpy.types.Image | None, float, bpy.types.Image | None, float]:
    """Colour, texture, alpha, alpha texture, roughness."""
    shader = _shader(material)
    if shader is None:
        problems.append(f"material {material.name} has no known shader and was made grey")
        return [0.5, 0.5, 0.5], None, 1.0, None, 0.6
    inputs = shader.inputs
    image, cut_out = _image(inputs["Base Color"]), _image(inputs["Alpha"])
    if cut_out is None and image is not None and image.channels == 4 and _shows_through(image):
        cut_out = image  # Sweet Home 3D uses the alpha of the colour texture
    alpha = float(inputs["Alpha"].default_value)
    return list(inputs["Base Color"].default_value)[:3], image, alpha, cut_out, float(inputs["Roughness"].default_value)


def _shader(material: bpy.types.Material) -> bpy.types.ShaderNode | None:
    if not material.use_nodes or material.node_tree is None:
        return None
    return next((node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED"), None)


def _image(socket: bpy.types.NodeSocket) -> bpy.types.Image | None:
    node = socket.links[0].from_node if socket.is_linked else None
    return node.image if node is not None and node.type == "TEX_IMAGE" else None


def _shows_through(image: bpy.types.Image) -> bool:
    pixels = list(image.pixels)
    return min(pixels[3::4], default=1.0) < 0.5


def _shrink(image: bpy.types.Image, longest_px: int) -> None:
    width, height = image.size
    if max(width, height) > longest_px:
        factor = longest_px / max(width, height)
        image.scale(max(round(width * factor), 1), max(round(height * factor), 1))
    if image.packed_file is None:
        image.pack()


def _has_texture(material: bpy.types.Material | None) -> bool:
    return material is not None and any(node.type == "TEX_IMAGE" for node in material.node_tree.nodes)


def handlers(report: Report) -> Handlers:
    """The job `convert`, whose fields are the arguments of `convert`."""

    def convert_job(file: str, root: str, out: str, **options: Any) -> dict[str, Any]:
        size = Path(file).stat().st_size + EXTRA_BYTES
        return within_limits(report, Path(file), size, lambda: convert(file, root, out, **options))

    return {"convert": convert_job}
