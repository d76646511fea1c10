"""Builds a scene modelled by an artist: its `.blend` with the sampled variations applied, and its procedural parts."""

from __future__ import annotations

import math
from pathlib import Path
from typing import cast

import bpy
import numpy as np
from mathutils import Matrix

from blender_synth.blender.scenery import furniture, vegetation
from blender_synth.blender.scenery.blend_scene import Opened, open_scene
from blender_synth.blender.scenery.materials import LAMP_LENS, Materials
from blender_synth.blender.scenery.meshes import Part, Vec, bevelled_box, box, join, lathe, quad, to_object
from blender_synth.blender.shading.traits import declare_traits, declares_traits, traits_by_name
from blender_synth.blender.shelf import live
from blender_synth.blender.stage import Stage
from blender_synth.blender.weather.night import black_body
from blender_synth.errors import AssetError
from blender_synth.world.scenery.authored import Spec
from blender_synth.world.scenery.shared.marks import Record, reflecting_parts, thing_of
from blender_synth.world.scenery.shared.pieces import LightPiece, Piece
from blender_synth.world.scenery.shared.street_parts import Furniture, FurnitureKind
from blender_synth.world.weather.daylight import LUX_PER_UNIT, WATTS_PER_UNIT

_TAKEN = ("label_", "matt_panel", "own_", "cover_pattern", "above", "sky")
"""Prefixes of the datablock names that this program uses itself."""
_SHADE_RGB = (0.62, 0.60, 0.56)


def build(spec: Spec, stage: Stage) -> None:
    """Add the whole scene except its built-in mirrors, which `mirrors.built_in` adds.

    Raises:
        AssetError: the file has changed since the scene was sampled, or cannot be read.
    """
    stage.lamps += [(lamp.position_m, lamp.heading_deg, lamp.variant) for lamp in spec.lamps]
    if spec.file:
        _build_file(spec, stage)
    materials = Materials()
    ids = {instance.name: instance.instance_id for instance in spec.labelled}
    by_instance: dict[str, list[Piece]] = {}
    for piece in spec.pieces:
        by_instance.setdefault(piece.thing, []).append(piece)
    for name, pieces in by_instance.items():
        shapes = [_placed(_shape(piece, spec), piece) for piece in pieces]
        stage.add(to_object(name, join(shapes), materials), ids[name])
    for light in spec.lights:
        stage.add_light(_light(light))


# --- the file


def _build_file(spec: Spec, stage: Stage) -> None:
    file = Path(stage.scene_folder or "") / spec.file
    if not file.is_file():
        raise AssetError("the scene's file is missing", file=file, hint="put it back where it was")
    found = open_scene(file, file.parent if stage.scene_folder is None else stage.scene_folder)
    _paint(spec, found)
    for block in live((*bpy.data.materials, *bpy.data.images)):
        if block.name.startswith(_TAKEN):
            block.name = f"scene {block.name}"
    for material in live(bpy.data.materials):
        _to_units(material)
        if not declares_traits(material):
            declare_traits(material, traits_by_name(material.name))
    ids = {instance.name: instance.instance_id for instance in spec.labelled}
    absent = set(spec.absent)
    at = {record.name: record.position for record in found.records}
    pivots: dict[str, np.ndarray] = {}
    for record in found.records:
        instance = thing_of(record)[0]
        pivots.setdefault(instance, np.asarray(at.get(instance, record.position)))
        obj = found.shown.get(record.name) or found.lights.get(record.name)
        if obj is None or not absent.isdisjoint(record.within()):
            continue
        if instance in spec.moves:
            obj.matrix_world = _move(spec.moves[instance], pivots[instance]) @ obj.matrix_world
        if record.name in found.lights:
            obj.data.energy *= spec.light_scale / WATTS_PER_UNIT
            stage.add_light(obj)
        elif instance not in ids:
            raise AssetError("the file is not the one that this scene was sampled from", file=file, value=instance,
                             hint="begin a new run folder")  # fmt: skip
        elif _without_mirrors(record, obj):
            stage.add(obj, ids[instance])


def _move(move: Vec, pivot: np.ndarray) -> Matrix:
    dx, dy, turn = move
    there = Matrix.Translation((pivot[0] + dx, pivot[1] + dy, 0.0))
    return there @ Matrix.Rotation(math.radians(turn), 4, "Z") @ Matrix.Translation((-pivot[0], -pivot[1], 0.0))


def _without_mirrors(record: Record, obj: bpy.types.Object) -> bool:
    """Remove the reflecting faces of an object; returns whether any face remains."""
    gone = {k for _, _, _, members in reflecting_parts(record) for k in members}
    if not gone:
        return True
    if len(gone) == len(record.polygons):
        return False
    mesh = obj.data.copy()  # instances of one collection share theirs
    keep = np.ones(len(mesh.polygons), bool)
    keep[list(gone)] = False
    rest = bpy.data.meshes.new(mesh.name)
    polygons = [tuple(p.vertices) for p, kept in zip(mesh.polygons, keep, strict=True) if kept]
    rest.from_pydata([tuple(v.co) for v in mesh.vertices], [], polygons)
    for material in mesh.materials:
        rest.materials.append(material)
    loops = [k for p, kept in zip(mesh.polygons, keep, strict=True) if kept for k in p.loop_indices]
    for layer in mesh.uv_layers:
        uvs = np.empty(len(mesh.loops) * 2, np.float32)
        layer.data.foreach_get("uv", uvs)
        rest.uv_layers.new(name=layer.name).data.foreach_set("uv", uvs.reshape(-1, 2)[loops].ravel())
    old = [p for p, kept in zip(mesh.polygons, keep, strict=True) if kept]
    for new, p in zip(rest.polygons, old, strict=True):
        new.material_index, new.use_smooth = p.material_index, p.use_smooth
    obj.data = rest
    bpy.data.meshes.remove(mesh)
    return True


def _paint(spec: Spec, found: Opened) -> None:
    """Set the sampled colours of materials: a constant base colour is replaced, a textured one is tinted."""
    for name, rgb in spec.colours.items():
        material = bpy.data.materials.get(name)
        if material is None or not material.use_nodes:
            continue
        tree = material.node_tree
        for node in [n for n in tree.nodes if n.type == "BSDF_PRINCIPLED"]:
            base = node.inputs["Base Color"]
            if not base.is_linked:
                base.default_value = (*rgb, 1.0)
                continue
            tint = tree.nodes.new("ShaderNodeVectorMath")
            tint.operation = "MULTIPLY"
            tree.links.new(base.links[0].from_socket, tint.inputs[0])
            tint.inputs[1].default_value = [min(c / shade, 1.6) for c, shade in zip(rgb, _SHADE_RGB, strict=True)]
            tree.links.new(tint.outputs[0], base)


def _to_units(material: bpy.types.Material) -> None:
    """Convert emission from W/(m2 sr), Blender's unit, to scene units; `weather.night` scales it to the picture's.

    It scales emission nodes only, so the emission of a principled surface becomes such a node.
    """
    if not material.use_nodes or material.library is not None or material.name == LAMP_LENS:
        return
    tree = material.node_tree
    for node in list(tree.nodes):
        if node.type == "EMISSION" and not node.inputs["Strength"].is_linked:
            node.inputs["Strength"].default_value /= WATTS_PER_UNIT
        if node.type != "BSDF_PRINCIPLED":
            continue
        strength, colour = node.inputs["Emission Strength"], node.inputs["Emission Color"]
        if strength.is_linked or strength.default_value <= 0:
            continue
        glow, both = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeAddShader")
        if colour.is_linked:
            tree.links.new(colour.links[0].from_socket, glow.inputs["Color"])
        else:
            glow.inputs["Color"].default_value = colour.default_value
        glow.inputs["Strength"].default_value = strength.default_value / WATTS_PER_UNIT
        strength.default_value = 0.0
        for link in list(node.outputs[0].links):
            tree.links.new(both.outputs[0], link.to_socket)
        tree.links.new(node.outputs[0], both.inputs[0])
        tree.links.new(glow.outputs[0], both.inputs[1])
    if material.name.startswith(LAMP_LENS) and not any(n.type == "BSDF_PRINCIPLED" for n in tree.nodes):
        material.name = "scene lens"


# --- parts


def _shape(piece: Piece, spec: Spec) -> Part:
    """The shape of a piece in its local frame, its base at the origin."""
    w, d, h = piece.size_m
    tint = (*piece.rgb, piece.wear)
    if piece.shape == "cylinder":
        e = min(0.012, 0.2 * h)
        profile = [(w / 2, 0.0), (w / 2, h - e), (w / 2 - e, h)]
        return lathe(profile, 32, piece.material, tint)
    if piece.shape == "window":
        chance = (piece.position_m[0] * 0.618 + piece.position_m[1] * 0.414 + piece.position_m[2]) % 1.0
        return quad((w / 2, d / 2, 0), (-w / 2, d / 2, 0), (-w / 2, d / 2, h), (w / 2, d / 2, h), "window",
                    (0.28, 0.0, chance, (chance * 7.7) % 1.0), uvs=[(0, 0), (1, 0), (1, 1), (0, 1)])  # fmt: skip
    if piece.shape == "glow":
        light = spec.lights[int(piece.what)]
        radiance = light.lumen / LUX_PER_UNIT / (math.pi * w * d) * black_body(light.kelvin)
        face = quad((-w / 2, d / 2, 0), (w / 2, d / 2, 0), (w / 2, -d / 2, 0), (-w / 2, -d / 2, 0), "lamp", radiance)
        return join([face, box((-w / 2, -d / 2, 0), (w / 2, d / 2, h), "matt", (0.7, 0.7, 0.68), without=("-z",))])
    if piece.shape == "tree":
        return vegetation.tree(piece.variant, piece.rgb).scaled(piece.wear)
    if piece.shape == "furniture":  # `what` was validated when the part was read
        made = Furniture(
            instance_id=1 + piece.variant,
            name=piece.thing,
            kind=cast(FurnitureKind, piece.what),
            position_m=(0.0, 0.0, 0.0),
            heading_deg=0.0,
            rgb=piece.rgb,
            variant=piece.variant,
        )
        return furniture.make(made).scaled(piece.wear)
    if piece.bevel_m > 0:
        return bevelled_box((-w / 2, -d / 2, 0), (w / 2, d / 2, h), piece.bevel_m, piece.material, tint)
    return box((-w / 2, -d / 2, 0), (w / 2, d / 2, h), piece.material, tint)


def _placed(shape: Part, piece: Piece) -> Part:
    return shape.turned(piece.turn_deg).moved(piece.position_m)


def _light(light: LightPiece) -> bpy.types.Object:
    kind = {"panel": "AREA", "point": "POINT", "spot": "SPOT"}[light.kind]
    data = bpy.data.lights.new("scene_light", kind)
    data.energy, data.color = light.lumen / LUX_PER_UNIT, tuple(black_body(light.kelvin))
    if kind == "AREA":
        data.shape, data.size, data.size_y = "RECTANGLE", *light.size_m
    else:
        data.shadow_soft_size = max(0.02, min(light.size_m) / 4)
    if kind == "SPOT":
        data.spot_size = math.radians(light.angle_deg)
    obj = bpy.data.objects.new("scene_light", data)
    x, y, z = light.position_m
    obj.location, obj.rotation_euler = (x, y, z - 0.005), (0.0, 0.0, math.radians(light.turn_deg))
    obj.visible_camera = obj.visible_glossy = obj.visible_transmission = False  # the mesh is
    return obj
