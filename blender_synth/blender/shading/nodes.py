"""Shader graphs written as expressions: a `Graph` adds nodes and gives back sockets."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np


class Graph:
    """The node tree of one new material, with shorthands for the few nodes that scenery uses."""

    def __init__(self, name: str):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()
        self.output = self.tree.nodes.new("ShaderNodeOutputMaterial")

    def node(self, kind: str, inputs: dict[str | int, Any] | None = None, **settings: Any) -> bpy.types.Node:
        """A node; inputs may be sockets or values."""
        node = self.tree.nodes.new(kind)
        for name, value in settings.items():
            setattr(node, name, value)
        for key, value in (inputs or {}).items():
            self.feed(node.inputs[key], value)
        return node

    def feed(self, socket: bpy.types.NodeSocket, value: Any) -> None:
        """Link a socket or set a value."""
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif isinstance(value, tuple | list | np.ndarray):
            socket.default_value = [*value, 1.0][: len(socket.default_value)]
        else:
            socket.default_value = value

    def math(self, operation: str, *values: Any, clamp: bool = False) -> bpy.types.NodeSocket:
        """A scalar operation."""
        return self.node("ShaderNodeMath", dict(enumerate(values)), operation=operation, use_clamp=clamp).outputs[0]

    def vector(self, operation: str, *values: Any) -> bpy.types.NodeSocket:
        """A vector operation; the scalar of SCALE is the third argument's place 3."""
        node = self.node("ShaderNodeVectorMath", operation=operation)
        for i, value in enumerate(values):
            self.feed(node.inputs[3 if operation == "SCALE" and i == 1 else i], value)
        return node.outputs["Value" if operation in ("DOT_PRODUCT", "LENGTH") else "Vector"]

    def scale(self, vector: Any, factor: Any) -> bpy.types.NodeSocket:
        """A vector or colour times a scalar."""
        return self.vector("SCALE", vector, factor)

    def ramp(self, value: Any, low: float, high: float, to_low: float = 0.0, to_high: float = 1.0) -> Any:
        """Smooth step of a scalar from (low, high) to (to_low, to_high)."""
        node = self.node(
            "ShaderNodeMapRange",
            {"Value": value, "From Min": low, "From Max": high, "To Min": to_low, "To Max": to_high},
            interpolation_type="SMOOTHSTEP",
        )
        return node.outputs["Result"]

    def mix(self, factor: Any, a: Any, b: Any) -> bpy.types.NodeSocket:
        """Colour a where the factor is 0, b where it is 1."""
        node = self.node("ShaderNodeMix", data_type="RGBA", clamp_factor=True)
        for index, value in ((0, factor), (6, a), (7, b)):
            self.feed(node.inputs[index], value)
        return node.outputs[2]

    def uv(self) -> bpy.types.NodeSocket:
        """UV in metres."""
        return self.node("ShaderNodeUVMap", uv_map="uv").outputs["UV"]

    def attribute(self, name: str) -> bpy.types.Node:
        """A mesh attribute: outputs Color, Vector, Fac, Alpha."""
        return self.node("ShaderNodeAttribute", attribute_name=name, attribute_type="GEOMETRY")

    def image(self, image: bpy.types.Image, at: Any, extension: str = "REPEAT") -> bpy.types.Node:
        """A looked-up image: outputs Color, Alpha."""
        return self.node("ShaderNodeTexImage", {"Vector": at}, image=image, extension=extension)

    def split(self, colour: Any) -> tuple:
        """Three scalars of a colour."""
        return tuple(self.node("ShaderNodeSeparateColor", {"Color": colour}).outputs)

    def bump(self, height: Any, distance_m: float, strength: float = 1.0) -> bpy.types.NodeSocket:
        """A normal bent by a height of 0..1 over `distance_m`."""
        return self.node("ShaderNodeBump", {"Height": height, "Distance": distance_m, "Strength": strength}).outputs[
            "Normal"
        ]

    def principled(self, **inputs: Any) -> bpy.types.NodeSocket:
        """A principled surface; keyword names are socket names with underscores."""
        names = {"base": "Base Color", "ior": "IOR", "coat": "Coat Weight", "coat_roughness": "Coat Roughness",
                 "specular": "Specular IOR Level"}  # fmt: skip
        keys = {names.get(k, k.replace("_", " ").title()): v for k, v in inputs.items()}
        return self.node("ShaderNodeBsdfPrincipled", keys).outputs[0]

    def mark(self, name: str, socket: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        """Name the node of a socket, for others to find it."""
        socket.node.name = name
        return socket

    def surface(self, shader: bpy.types.NodeSocket) -> bpy.types.Material:
        """Make `shader` the material's surface."""
        self.tree.links.new(shader, self.output.inputs["Surface"])
        return self.material


def data_image(name: str, pixels: np.ndarray) -> bpy.types.Image:
    """An image of numbers (no colour space) from (h, w, 4) float32 in 0..1, row 0 at the bottom; 8 bits a channel."""
    height, width, _ = pixels.shape
    image = bpy.data.images.new(name, width, height, alpha=True)
    image.colorspace_settings.name = "Non-Color"
    image.alpha_mode = "CHANNEL_PACKED"
    image.pixels.foreach_set(np.ascontiguousarray(pixels, np.float32).ravel())
    image.update()
    return image
