"""Cheaper shading where only diffusely reflected light arrives: a matt surface of the same colour.

What a path meets after a diffuse bounce lights other surfaces and is not seen: neither relief nor gloss shows. Cycles
evaluates only the side of a Mix Shader that is needed, so a principled surface with its bump costs nothing there.
Camera rays, mirrors and glass see the whole material. `make bench-quality` measures the gain.
"""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from blender_synth.blender.shading.nodes import NodeBuilder
from blender_synth.blender.shelf import live

LAMP_LENS = "lamp_lens"
"""Of street lamps, as in `scenery.materials`, which imports this package."""
NODE = "bs_indirect"
"""Name that the added Mix Shaders begin with."""
_MUST_BE_ZERO = ("Metallic", "Transmission Weight", "Emission Strength")


def simplify_indirect() -> None:
    """Let every opaque, non-metallic principled surface of the scene be matt for diffuse rays; once each."""
    for tree in _trees():
        for node in list(tree.nodes):
            if node.type == "BSDF_PRINCIPLED" and node.outputs[0].is_linked and _is_plain(node):
                _simplify(tree, node)


def mix_nodes() -> Iterator[bpy.types.Node]:
    """The Mix Shaders that were added; muted ones pass on the whole material."""
    for tree in _trees():
        yield from (node for node in tree.nodes if node.name.startswith(NODE))


def _trees() -> Iterator[bpy.types.NodeTree]:
    left_out = ("label_", LAMP_LENS)  # a lens that is dark in this view of a scene may shine in the next
    yield from (m.node_tree for m in live(bpy.data.materials) if m.use_nodes and not m.name.startswith(left_out))


def _is_plain(node: bpy.types.Node) -> bool:
    inputs = node.inputs
    if any(inputs[name].is_linked or inputs[name].default_value > 0 for name in _MUST_BE_ZERO):
        return False
    if inputs["Alpha"].is_linked or inputs["Alpha"].default_value < 1:
        return False
    return not any(link.to_node.name.startswith(NODE) for link in node.outputs[0].links)


def _simplify(tree: bpy.types.NodeTree, principled: bpy.types.Node) -> None:
    nodes = NodeBuilder(tree)
    targets = [link.to_socket for link in principled.outputs[0].links]
    base = principled.inputs["Base Color"]
    colour = base.links[0].from_socket if base.is_linked else tuple(base.default_value)
    matt = nodes.node("ShaderNodeBsdfDiffuse", {"Color": colour}).outputs[0]
    after_diffuse = nodes.node("ShaderNodeLightPath").outputs["Is Diffuse Ray"]
    mixed = nodes.named(NODE, nodes.mix_shaders(after_diffuse, principled.outputs[0], matt))
    for target in targets:
        tree.links.new(mixed, target)
