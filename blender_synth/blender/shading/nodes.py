"""Shader graphs written as expressions: helpers add nodes to a tree and return output sockets.

`NodeBuilder` adds to any shader tree, `Graph` to the tree of a new material, `GroupGraph` to that of a new node group.
These are the only helpers of their kind: one smooth ramp, one noise, one bump and so on for the whole package.

An argument of type `Value` is an output socket, which is linked, or a constant: a float, or three (four) floats for a
vector or colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import bpy
import numpy as np

from blender_synth.blender.shading.traits import MaterialTraits, declare_traits

Socket: TypeAlias = bpy.types.NodeSocket
Value: TypeAlias = bpy.types.NodeSocket | float | Sequence[float]

UV_MAP = "uv"
"""Name of the UV layer, in metres, of everything that is built here."""

_PRINCIPLED_NAMES = {"base": "Base Color", "ior": "IOR", "coat": "Coat Weight", "coat_roughness": "Coat Roughness",
                     "specular": "Specular IOR Level"}  # fmt: skip


class NodeBuilder:
    """Helpers that add nodes to one shader node tree.

    Attributes:
        tree: the tree that is added to.
    """

    def __init__(self, tree: bpy.types.NodeTree):
        self.tree = tree

    def node(self, kind: str, inputs: Mapping[Any, Value] | None = None, **settings: object) -> bpy.types.Node:
        """A new node.

        Args:
            kind: the node's bl_idname, such as "ShaderNodeMath".
            inputs: values by the names or numbers of the node's input sockets.
            settings: properties of the node, such as `operation="ADD"`.
        """
        node = self.tree.nodes.new(kind)
        for name, value in settings.items():
            setattr(node, name, value)
        for key, value in (inputs or {}).items():
            self.feed(node.inputs[key], value)
        return node

    def feed(self, socket: Socket, value: Value) -> None:
        """Link an output socket to an input, or set the input to a constant; the alpha of a colour defaults to 1."""
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif isinstance(value, tuple | list | np.ndarray):
            socket.default_value = [*value, 1.0][: len(socket.default_value)]
        else:
            socket.default_value = value

    def math(self, operation: str, *values: Value, clamp: bool = False) -> Socket:
        """A scalar operation of one to three values; `clamp` limits the result to 0..1."""
        return self.node("ShaderNodeMath", dict(enumerate(values)), operation=operation, use_clamp=clamp).outputs[0]

    def within(self, value: Value, centre: Value, half_width: Value) -> Socket:
        """1 where a value is at most `half_width` from `centre`, else 0."""
        return self.math("COMPARE", value, centre, half_width)

    def ramp(
        self, value: Value, low: Value, high: Value, to_low: Value = 0.0, to_high: Value = 1.0, *, smooth: bool = True
    ) -> Socket:
        """A scalar mapped from (low, high) to (to_low, to_high) and clamped: a smooth step, or linear."""
        inputs = {"Value": value, "From Min": low, "From Max": high, "To Min": to_low, "To Max": to_high}
        kind = "SMOOTHSTEP" if smooth else "LINEAR"
        return self.node("ShaderNodeMapRange", inputs, interpolation_type=kind).outputs["Result"]

    def vector(self, operation: str, *values: Value) -> Socket:
        """A vector operation; for SCALE the second value is the scalar."""
        places = (0, 3) if operation == "SCALE" else range(len(values))
        node = self.node("ShaderNodeVectorMath", dict(zip(places, values, strict=True)), operation=operation)
        return node.outputs["Value" if operation in ("DOT_PRODUCT", "LENGTH") else "Vector"]

    def scale(self, vector: Value, factor: Value) -> Socket:
        """A vector or colour times a scalar."""
        return self.vector("SCALE", vector, factor)

    def stretched(self, vector: Value, factors: Sequence[float]) -> Socket:
        """A position times one constant factor an axis, to stretch what is looked up there."""
        return self.node("ShaderNodeMapping", {"Vector": vector, "Scale": factors}).outputs[0]

    def displaced(self, vector: Value, by: Value, size: float) -> Socket:
        """A position plus a colour times `size`: distorts what is looked up there."""
        inputs = {0: by, 1: (size, size, size), 2: vector}
        return self.node("ShaderNodeVectorMath", inputs, operation="MULTIPLY_ADD").outputs[0]

    def axes(self, vector: Value) -> tuple[Socket, Socket, Socket]:
        """The x, y and z of a vector."""
        return tuple(self.node("ShaderNodeSeparateXYZ", {0: vector}).outputs)

    def split(self, colour: Value) -> tuple[Socket, Socket, Socket]:
        """The red, green and blue of a colour."""
        return tuple(self.node("ShaderNodeSeparateColor", {"Color": colour}).outputs)

    def mix(self, factor: Value, a: Value, b: Value, blend: str = "MIX") -> Socket:
        """Colour `a` where the factor is 0, `b` (blended with `a`) where it is 1."""
        node = self.node("ShaderNodeMix", data_type="RGBA", blend_type=blend, clamp_factor=True)
        for index, value in ((0, factor), (6, a), (7, b)):
            self.feed(node.inputs[index], value)
        return node.outputs[2]

    def mix_shaders(self, factor: Value, a: Socket, b: Socket) -> Socket:
        """Shader `a` where the factor is 0, `b` where it is 1."""
        return self.node("ShaderNodeMixShader", {0: factor, 1: a, 2: b}).outputs[0]

    def noise(self, position: Value, scale: float, detail: float = 2.0, roughness: float = 0.5) -> Socket:
        """Fractal noise in 0..1, about `scale` features a metre.

        Args:
            position: where it is looked up. detail: number of octaves. roughness: each octave's amplitude over that of
                the one before.
        """
        inputs = {"Vector": position, "Scale": scale, "Detail": detail, "Roughness": roughness}
        return self.node("ShaderNodeTexNoise", inputs).outputs[0]

    def attribute(self, name: str, owner: str = "GEOMETRY") -> bpy.types.Node:
        """A mesh attribute, or with `owner="OBJECT"` an object's property: outputs Color, Vector, Fac, Alpha."""
        return self.node("ShaderNodeAttribute", attribute_name=name, attribute_type=owner)

    def uv(self) -> Socket:
        """UV in metres."""
        return self.node("ShaderNodeUVMap", uv_map=UV_MAP).outputs["UV"]

    def image(self, image: bpy.types.Image, position: Value, extension: str = "REPEAT") -> bpy.types.Node:
        """An image looked up at UV `position`: outputs Color, Alpha."""
        return self.node("ShaderNodeTexImage", {"Vector": position}, image=image, extension=extension)

    def bump(self, height: Value, distance_m: Value, strength: Value = 1.0, normal: Socket | None = None) -> Socket:
        """A normal tilted by a height field.

        Args:
            height: 0..1, of `distance_m` metres. strength: 0..1, share of the tilt. normal: what is tilted, the
                surface's own by default.
        """
        inputs = {"Height": height, "Distance": distance_m, "Strength": strength}
        if normal is not None:
            inputs["Normal"] = normal
        return self.node("ShaderNodeBump", inputs).outputs["Normal"]

    def principled(self, **inputs: Value) -> Socket:
        """A principled surface; a keyword is a socket's name in lower case with underscores, or a short form
        (`base`, `ior`, `coat`, `coat_roughness`, `specular`)."""
        values = {_PRINCIPLED_NAMES.get(k, k.replace("_", " ").title()): v for k, v in inputs.items()}
        return self.node("ShaderNodeBsdfPrincipled", values).outputs[0]

    def named(self, name: str, socket: Socket) -> Socket:
        """Name the node of a socket, so that others can find it in the tree."""
        socket.node.name = name
        return socket


class Graph(NodeBuilder):
    """The empty node tree of one new material.

    Attributes:
        material: the new material. output: its output node.
    """

    def __init__(self, name: str, traits: MaterialTraits | None = None):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        super().__init__(self.material.node_tree)
        self.tree.nodes.clear()
        self.output = self.tree.nodes.new("ShaderNodeOutputMaterial")
        if traits is not None:
            declare_traits(self.material, traits)

    def surface(self, shader: Socket) -> bpy.types.Material:
        """Make `shader` the material's surface; returns the finished material."""
        self.tree.links.new(shader, self.output.inputs["Surface"])
        return self.material


class GroupGraph(NodeBuilder):
    """The empty tree of one new node group, which many materials share.

    Args:
        name: of the group. outputs: socket types (such as "NodeSocketFloat") by the names of the group's outputs.
    """

    def __init__(self, name: str, outputs: Mapping[str, str]):
        super().__init__(bpy.data.node_groups.new(name, "ShaderNodeTree"))
        for output, kind in outputs.items():
            self.tree.interface.new_socket(output, in_out="OUTPUT", socket_type=kind)
        self.output = self.tree.nodes.new("NodeGroupOutput")

    def set_outputs(self, **values: Socket) -> None:
        """Link sockets to the group's outputs by name."""
        for name, value in values.items():
            self.tree.links.new(value, self.output.inputs[name])


def data_image(name: str, pixels: np.ndarray) -> bpy.types.Image:
    """An image of numbers (no colour space), 8 bits a channel.

    Args:
        name: of the datablock. pixels: (h, w, 4) float32 in 0..1, row 0 at the bottom.
    """
    height, width, _ = pixels.shape
    image = bpy.data.images.new(name, width, height, alpha=True)
    image.colorspace_settings.name = "Non-Color"
    image.alpha_mode = "CHANNEL_PACKED"
    image.pixels.foreach_set(np.ascontiguousarray(pixels, np.float32).ravel())
    image.update()
    return image
