"""The label pass: instance ids, chains of mirrors and path lengths, from one or two 1-sample renders.

Every surface gets one material that emits only. Emission adds up along the light's path through sharp mirrors, so one
render gives three sums per pixel:

    R  the id of the surface at the end of the path (mirrors add 0)
    G  the length of every segment of the path, in metres
    B  slot x 64^bounce for every mirror met, which encodes the chain of mirrors in base 64

Sums stay below 2^24, so float32 holds them exactly. The first hit's id, depth and normal are ordinary render passes of
the same render. Glass and water reflect in this render like any mirror. Where there are any, a second render makes them
transparent, so that a pixel may show one object reflected and another behind. Only the reflection in the nearest pane
is recorded: what a second pane behind it reflects belongs to the transmitted light of the first.

Behaviour of Cycles 4.5 that this depends on: emissive triangles enter the light tree unless `emission_sampling` is NONE
(13 s instead of 0.6 s for 2 M triangles); both clamps scale ids; the default colour of the glossy closure is 0.8 grey;
lights are visible in mirrors, so they are hidden.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import bpy
import numpy as np
import OpenEXR

from blender_synth.blender.shading.nodes import Graph, NodeBuilder, Socket
from blender_synth.blender.shelf import live
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
    """The layers of `raw_frame.LABEL_LAYERS` for the stage's camera, (H, W) each.

    Raises:
        FrameError: the render blended ids.
    """
    reflect = _render(stage.scene, "reflect")
    via = _integers(reflect["Combined.B"])
    layers = {
        "surface_id": _integers(reflect["IndexOB.X"]),
        "reflected_via": via,
        "reflected_bounces": sum(
            ((via >> (VIA_BITS * k)) & (2**VIA_BITS - 1) > 0).astype(np.uint32) for k in range(MAX_BOUNCES)
        ),
        "depth_m": np.where(reflect["Depth.Z"] > _SKY_DEPTH_M, np.float32(np.inf), reflect["Depth.Z"]),
        **{f"normal.{axis}": reflect[f"Normal.{axis}"] for axis in "XYZ"},
    }
    reflected = via > 0
    ids = _integers(reflect["Combined.R"])
    layers["reflected_id"] = np.where(reflected, ids, 0).astype(np.uint32)
    before_clip_m = _before_clip(stage.scene)
    layers["reflected_path_m"] = _path_lengths(reflect["Combined.G"] + before_clip_m, ids, reflected)
    glass = _contains(via, stage.mirror_slots, stage.ids_with(*SEE_THROUGH))
    if glass.any():
        transmit = _render(stage.scene, "transmit")
        behind = _integers(transmit["Combined.R"])
        layers["transmitted_id"] = np.where(glass, behind, 0).astype(np.uint32)
        layers["transmitted_via"] = np.where(glass, _integers(transmit["Combined.B"]), 0).astype(np.uint32)
        layers["transmitted_path_m"] = _path_lengths(transmit["Combined.G"] + before_clip_m, behind, glass)
    else:
        layers["transmitted_id"] = layers["transmitted_via"] = np.zeros_like(via)
        layers["transmitted_path_m"] = np.zeros(via.shape, np.float32)
    return {name: np.ascontiguousarray(layers[name], dtype=dtype) for name, dtype in LABEL_LAYERS.items()}


def _contains(via: np.ndarray, mirror_slots: list[int], ids: list[int]) -> np.ndarray:
    """Where (H, W) a chain contains any of these mirrors."""
    slots = [mirror_slots.index(number) + 1 for number in ids]
    found = np.zeros(via.shape, bool)
    for depth in range(MAX_BOUNCES if slots else 0):
        found |= np.isin(via >> (VIA_BITS * depth) & (2**VIA_BITS - 1), slots)
    return found


def _before_clip(scene: bpy.types.Scene) -> np.ndarray:
    """Metres (H, W) of each camera ray before the near clip plane, where Cycles starts to measure its length."""
    camera, render = scene.camera.data, scene.render
    width, height = render.resolution_x, render.resolution_y
    return camera.clip_start * ray_lengths(height, width, intrinsics(width, height, camera.lens, camera.sensor_width))


def _path_lengths(length_m: np.ndarray, ids: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Path lengths (H, W) of a layer: inf for sky, 0 outside `where`."""
    return np.where(where, np.where(ids == 0, np.inf, length_m), 0.0).astype(np.float32)


def _integers(values: np.ndarray) -> np.ndarray:
    rounded = np.rint(values)
    if np.abs(values - rounded).max(initial=0.0) > 0.01:
        raise FrameError("the label pass blended ids", hint="report this with the frame's spec: it is a defect")
    return rounded.astype(np.uint32)


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
    """Give everything the label material; what is cut out by alpha keeps its outline."""
    material = _label_material(mode)
    cut_out = {m: _cut_out_variant(m, mode) for m in live(bpy.data.materials) if _alpha_source(m) is not None}
    if not cut_out:
        with temporary_settings(layer, material_override=material):
            yield
        return
    # one override applies to a whole view layer, so with cut-outs the materials of every mesh are replaced instead
    before = {mesh: list(mesh.materials) for mesh in live(bpy.data.meshes)}
    try:
        for mesh, materials in before.items():
            if not materials:
                mesh.materials.append(material)
            for index, original in enumerate(materials):
                mesh.materials[index] = cut_out.get(original, material)
        yield
    finally:
        for mesh, materials in before.items():
            if not materials:
                mesh.materials.clear()
            for index, original in enumerate(materials):
                mesh.materials[index] = original


def _label_material(mode: str) -> bpy.types.Material:
    material = bpy.data.materials.get(f"label_{mode}")
    if material is None:
        graph = Graph(f"label_{mode}")
        graph.material.cycles.emission_sampling = "NONE"
        material = graph.surface(_label_shader(graph, mode))
    return material


def is_cut_out(obj: bpy.types.Object) -> bool:
    """Whether a material of an object cuts its outline out by alpha."""
    materials = [slot.material for slot in obj.material_slots]
    return any(material is not None and _alpha_source(material) is not None for material in materials)


def _alpha_source(material: bpy.types.Material) -> bpy.types.NodeSocket | None:
    """The socket that drives the material's alpha; None where nothing is cut out."""
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
        nodes = NodeBuilder(tree)
        opaque = nodes.math("GREATER_THAN", _alpha_socket(tree), _ALPHA_THRESHOLD)
        transparent = nodes.node("ShaderNodeBsdfTransparent").outputs[0]
        surface = nodes.mix_shaders(opaque, transparent, _label_shader(nodes, mode))
        output = next(n for n in tree.nodes if n.type == "OUTPUT_MATERIAL" and n.is_active_output)
        tree.links.new(surface, output.inputs["Surface"])
    return variant


def _label_shader(nodes: NodeBuilder, mode: str) -> Socket:
    info, path = nodes.node("ShaderNodeObjectInfo"), nodes.node("ShaderNodeLightPath")
    slot, surface = (nodes.attribute(name, "OBJECT").outputs["Fac"] for name in (SLOT_PROPERTY, SURFACE_PROPERTY))
    is_glass = nodes.math("GREATER_THAN", surface, SURFACE_CODES["glass"] - 0.5)
    is_mirror = nodes.math("GREATER_THAN", surface, SURFACE_CODES["mirror"] - 0.5)
    if mode == "transmit":
        is_mirror = nodes.math("SUBTRACT", is_mirror, is_glass)
    instance_id = nodes.math("MULTIPLY", info.outputs["Object Index"], nodes.math("SUBTRACT", 1.0, is_mirror))
    place_value = nodes.math("POWER", float(2**VIA_BITS), path.outputs["Ray Depth"])
    # a mirror after the last bounce ends the path and is not recorded
    followed = nodes.math("LESS_THAN", path.outputs["Ray Depth"], MAX_BOUNCES - 0.5)
    digit = nodes.math(
        "MULTIPLY", nodes.math("MULTIPLY", slot, place_value), nodes.math("MULTIPLY", is_mirror, followed)
    )
    sums = nodes.node("ShaderNodeCombineXYZ", {0: instance_id, 1: path.outputs["Ray Length"], 2: digit}).outputs[0]
    emission = nodes.node("ShaderNodeEmission", {"Color": sums}).outputs[0]
    mirror = nodes.node("ShaderNodeBsdfGlossy", {"Color": (1.0, 1.0, 1.0, 1.0), "Roughness": 0.0}).outputs[0]
    dark = nodes.node("ShaderNodeEmission", {"Strength": 0.0}).outputs[0]
    reflecting = nodes.mix_shaders(is_mirror, dark, mirror)
    both = nodes.node("ShaderNodeAddShader", {0: emission, 1: reflecting}).outputs[0]
    if mode == "reflect":
        return both
    return nodes.mix_shaders(is_glass, both, nodes.node("ShaderNodeBsdfTransparent").outputs[0])
