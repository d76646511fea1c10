"""The label pass: instance ids, chains of mirrors and path lengths, from one or two 1-sample renders.

Every surface gets one material that only glows. What it glows with adds up along the light's path through sharp
mirrors, so one render brings back three sums a pixel:

    R  the id of the surface at the end of the path (mirrors add 0)
    G  the length of every leg of the path, in metres
    B  slot x 64^bounce for every mirror met, which spells the chain of mirrors in base 64

Sums stay below 2^24, so float32 holds them exactly. The first hit's id, depth and normal are ordinary render passes
of the same render. Glass and water reflect in this render like any mirror; with any of them on the stage a second
render lets light straight through it, so that a pixel may show two things by two ways. Only the reflection in the
nearest pane is told: what a second pane behind it mirrors belongs to the first one's transmitted light.

Cycles traps, seen in 4.5: glowing triangles enter the light tree unless `emission_sampling` is NONE (13 s instead of
0.6 s for 2 M triangles); both clamps scale ids; the glossy closure's colour defaults to 0.8 grey; lamps are visible
to mirrors, so they are hidden.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import bpy
import numpy as np
import OpenEXR

from blender_synth.blender.stage import (
    SEE_THROUGH,
    SLOT_PROPERTY,
    SURFACE_CODES,
    SURFACE_PROPERTY,
    UNSEEN_PROPERTY,
    Stage,
)
from blender_synth.blender.temporary_settings import temporary_settings
from blender_synth.errors import FrameError
from blender_synth.frames.raw_frame import LABEL_LAYERS, MAX_BOUNCES, VIA_BITS
from blender_synth.geometry import intrinsics, ray_lengths

_SKY_DEPTH_M = 1e9
_ALPHA_THRESHOLD = 0.5


def render_labels(stage: Stage) -> dict[str, np.ndarray]:
    """The layers of `frames.LABEL_LAYERS` for the stage's camera, (H, W) each."""
    reflect = _render(stage.scene, "reflect")
    via = _whole(reflect["Combined.B"])
    layers = {
        "surface_id": _whole(reflect["IndexOB.X"]),
        "reflected_via": via,
        "reflected_bounces": sum(
            ((via >> (VIA_BITS * k)) & (2**VIA_BITS - 1) > 0).astype(np.uint32) for k in range(MAX_BOUNCES)
        ),
        "depth_m": np.where(reflect["Depth.Z"] > _SKY_DEPTH_M, np.float32(np.inf), reflect["Depth.Z"]),
        **{f"normal.{axis}": reflect[f"Normal.{axis}"] for axis in "XYZ"},
    }
    mirrored = via > 0
    ids = _whole(reflect["Combined.R"])
    layers["reflected_id"] = np.where(mirrored, ids, 0).astype(np.uint32)
    before_clip_m = _before_clip(stage.scene)
    layers["reflected_path_m"] = _path(reflect["Combined.G"] + before_clip_m, ids, mirrored)
    glass = _met(via, stage.mirror_slots, stage.ids_with(*SEE_THROUGH))
    if glass.any():
        through = _render(stage.scene, "transmit")
        seen = _whole(through["Combined.R"])
        layers["transmitted_id"] = np.where(glass, seen, 0).astype(np.uint32)
        layers["transmitted_via"] = np.where(glass, _whole(through["Combined.B"]), 0).astype(np.uint32)
        layers["transmitted_path_m"] = _path(through["Combined.G"] + before_clip_m, seen, glass)
    else:
        layers["transmitted_id"] = layers["transmitted_via"] = np.zeros_like(via)
        layers["transmitted_path_m"] = np.zeros(via.shape, np.float32)
    return {name: np.ascontiguousarray(layers[name], dtype=dtype) for name, dtype in LABEL_LAYERS.items()}


def _met(via: np.ndarray, mirror_slots: list[int], ids: list[int]) -> np.ndarray:
    """Where (H, W) a chain holds any of these mirrors."""
    slots = [mirror_slots.index(number) + 1 for number in ids]
    met = np.zeros(via.shape, bool)
    for depth in range(MAX_BOUNCES if slots else 0):
        met |= np.isin(via >> (VIA_BITS * depth) & (2**VIA_BITS - 1), slots)
    return met


def _before_clip(scene: bpy.types.Scene) -> np.ndarray:
    """Metres (H, W) of each camera ray before the near clip plane, where Cycles begins to count its length."""
    camera, render = scene.camera.data, scene.render
    width, height = render.resolution_x, render.resolution_y
    return camera.clip_start * ray_lengths(height, width, intrinsics(width, height, camera.lens, camera.sensor_width))


def _path(length_m: np.ndarray, ids: np.ndarray, where: np.ndarray) -> np.ndarray:
    return np.where(where, np.where(ids == 0, np.inf, length_m), 0.0).astype(np.float32)


def _whole(values: np.ndarray) -> np.ndarray:
    whole = np.rint(values)
    if np.abs(values - whole).max(initial=0.0) > 0.01:
        raise FrameError(
            "the label pass brought back blended ids", hint="report this with the frame's spec: it is a defect"
        )
    return whole.astype(np.uint32)


def _render(scene: bpy.types.Scene, mode: str) -> dict[str, np.ndarray]:
    layer = scene.view_layers[0]
    cycles, render = scene.cycles, scene.render
    unseen = [o for o in scene.objects if (o.type == "LIGHT" or o.get(UNSEEN_PROPERTY)) and not o.hide_render]
    with ExitStack() as changes, tempfile.TemporaryDirectory() as folder:
        for obj in unseen:
            changes.enter_context(temporary_settings(obj, hide_render=True))
        changes.enter_context(temporary_settings(scene, world=None))
        changes.enter_context(temporary_settings(scene.camera.data.dof, use_dof=False))
        changes.enter_context(
            temporary_settings(layer, use_pass_object_index=True, use_pass_z=True, use_pass_normal=True)
        )
        changes.enter_context(
            temporary_settings(
                cycles,
                samples=1,
                seed=0,
                use_adaptive_sampling=False,
                use_denoising=False,
                use_light_tree=False,
                pixel_filter_type="BOX",
                filter_width=0.01,
                sample_clamp_direct=0.0,
                sample_clamp_indirect=0.0,
                blur_glossy=0.0,
                max_bounces=MAX_BOUNCES,
                glossy_bounces=MAX_BOUNCES,
                transparent_max_bounces=256,
            )
        )
        image = render.image_settings
        changes.enter_context(
            temporary_settings(image, file_format="OPEN_EXR_MULTILAYER", color_depth="32", exr_codec="NONE")
        )
        path = Path(folder) / "labels.exr"
        changes.enter_context(temporary_settings(render, filepath=str(path), use_motion_blur=False))
        changes.enter_context(_label_materials(layer, mode))
        bpy.ops.render.render(write_still=True)
        with OpenEXR.File(str(path), separate_channels=True) as file:
            return {name.split(".", 1)[1]: channel.pixels for name, channel in file.channels().items()}


@contextmanager
def _label_materials(layer: bpy.types.ViewLayer, mode: str) -> Iterator[None]:
    """Everything wears the label material; what is cut out by alpha keeps its outline."""
    material = _label_material(mode)
    cut_out = {m: _cut_out_variant(m, mode) for m in bpy.data.materials if _alpha_source(m) is not None}
    if not cut_out:
        with temporary_settings(layer, material_override=material):
            yield
        return
    # one override serves a whole view layer, so with cut-outs about every mesh changes its materials instead
    before = {mesh: list(mesh.materials) for mesh in bpy.data.meshes}
    try:
        for mesh, materials in before.items():
            if not materials:
                mesh.materials.append(material)
            for index, worn in enumerate(materials):
                mesh.materials[index] = cut_out.get(worn, material)
        yield
    finally:
        for mesh, materials in before.items():
            if not materials:
                mesh.materials.clear()
            for index, worn in enumerate(materials):
                mesh.materials[index] = worn


def _label_material(mode: str) -> bpy.types.Material:
    material = bpy.data.materials.get(f"label_{mode}")
    if material is None:
        material = bpy.data.materials.new(f"label_{mode}")
        material.use_nodes = True
        material.cycles.emission_sampling = "NONE"
        tree = material.node_tree
        tree.nodes.clear()
        output = tree.nodes.new("ShaderNodeOutputMaterial")
        tree.links.new(_label_closure(tree, mode), output.inputs["Surface"])
    return material


def _alpha_source(material: bpy.types.Material) -> bpy.types.NodeSocket | None:
    """What feeds the material's alpha, if it is cut out by a texture."""
    if not material.use_nodes or material.name.startswith("label_"):
        return None
    return _alpha_socket(material.node_tree)


def _alpha_socket(tree: bpy.types.NodeTree) -> bpy.types.NodeSocket | None:
    for node in tree.nodes:
        if node.type == "BSDF_PRINCIPLED" and node.inputs["Alpha"].is_linked:
            return node.inputs["Alpha"].links[0].from_socket
        if node.type == "MIX_SHADER" and all(socket.is_linked for socket in node.inputs[:2]):
            factor, first = (socket.links[0] for socket in node.inputs[:2])
            if factor.from_node.type == "TEX_IMAGE" and first.from_node.type == "BSDF_TRANSPARENT":  # leaves on a card
                return factor.from_socket
    return None


def _cut_out_variant(material: bpy.types.Material, mode: str) -> bpy.types.Material:
    name = f"label_{mode}_{material.name}"
    if (variant := bpy.data.materials.get(name)) is None:
        variant = material.copy()
        variant.name = name
        variant.cycles.emission_sampling = "NONE"
        tree = variant.node_tree
        opaque = _math(tree, "GREATER_THAN", _alpha_socket(tree), _ALPHA_THRESHOLD)
        mix = tree.nodes.new("ShaderNodeMixShader")
        tree.links.new(opaque, mix.inputs[0])
        tree.links.new(tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0], mix.inputs[1])
        tree.links.new(_label_closure(tree, mode), mix.inputs[2])
        output = next(n for n in tree.nodes if n.type == "OUTPUT_MATERIAL" and n.is_active_output)
        tree.links.new(mix.outputs[0], output.inputs["Surface"])
    return variant


def _label_closure(tree: bpy.types.NodeTree, mode: str) -> bpy.types.NodeSocket:
    nodes, link = tree.nodes, tree.links.new
    info, path = nodes.new("ShaderNodeObjectInfo"), nodes.new("ShaderNodeLightPath")
    slot, surface = _attribute(tree, SLOT_PROPERTY), _attribute(tree, SURFACE_PROPERTY)
    is_glass = _math(tree, "GREATER_THAN", surface, SURFACE_CODES["glass"] - 0.5)
    is_mirror = _math(tree, "GREATER_THAN", surface, SURFACE_CODES["mirror"] - 0.5)
    if mode == "transmit":
        is_mirror = _math(tree, "SUBTRACT", is_mirror, is_glass)
    ends = _math(tree, "SUBTRACT", 1.0, is_mirror)
    sums = nodes.new("ShaderNodeCombineXYZ")
    link(_math(tree, "MULTIPLY", info.outputs["Object Index"], ends), sums.inputs[0])
    link(path.outputs["Ray Length"], sums.inputs[1])
    digit = _math(tree, "POWER", float(2**VIA_BITS), path.outputs["Ray Depth"])
    # a mirror met after the last bounce that is followed ends the path, unnamed
    followed = _math(tree, "LESS_THAN", path.outputs["Ray Depth"], MAX_BOUNCES - 0.5)
    spelt = _math(tree, "MULTIPLY", _math(tree, "MULTIPLY", slot, digit), _math(tree, "MULTIPLY", is_mirror, followed))
    link(spelt, sums.inputs[2])
    glow = nodes.new("ShaderNodeEmission")
    link(sums.outputs[0], glow.inputs["Color"])
    mirror = nodes.new("ShaderNodeBsdfGlossy")
    mirror.inputs["Color"].default_value = (1.0, 1.0, 1.0, 1.0)
    mirror.inputs["Roughness"].default_value = 0.0
    dark = nodes.new("ShaderNodeEmission")
    dark.inputs["Strength"].default_value = 0.0
    goes_on = nodes.new("ShaderNodeMixShader")
    link(is_mirror, goes_on.inputs[0])
    link(dark.outputs[0], goes_on.inputs[1])
    link(mirror.outputs[0], goes_on.inputs[2])
    both = nodes.new("ShaderNodeAddShader")
    link(glow.outputs[0], both.inputs[0])
    link(goes_on.outputs[0], both.inputs[1])
    if mode == "reflect":
        return both.outputs[0]
    through = nodes.new("ShaderNodeMixShader")
    link(is_glass, through.inputs[0])
    link(both.outputs[0], through.inputs[1])
    link(nodes.new("ShaderNodeBsdfTransparent").outputs[0], through.inputs[2])
    return through.outputs[0]


def _attribute(tree: bpy.types.NodeTree, name: str) -> bpy.types.NodeSocket:
    node = tree.nodes.new("ShaderNodeAttribute")
    node.attribute_type, node.attribute_name = "OBJECT", name
    return node.outputs["Fac"]


def _math(tree: bpy.types.NodeTree, operation: str, *values: float | bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    node = tree.nodes.new("ShaderNodeMath")
    node.operation = operation
    for socket, value in zip(node.inputs, values, strict=False):
        if isinstance(value, float):
            socket.default_value = value
        else:
            tree.links.new(value, socket)
    return node.outputs[0]
