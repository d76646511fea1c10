"""The node tree of one material of people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from blender_synth.blender.shading.nodes import Graph, Socket, Value
from blender_synth.blender.shading.traits import MaterialTraits
from blender_synth.bodies.parts import ShadingParams

Values: TypeAlias = dict[str, float | tuple[float, ...]]
"""Numbers and colours that materials of one structure differ in, by name."""
Sockets: TypeAlias = dict[str, Socket]
_P = TypeVar("_P", bound=ShadingParams)


class PersonNodes(Graph):
    """Helpers for materials of people.

    Attributes:
        pack_roots: folders of the asset packs whose fabrics are worn.
    """

    def __init__(self, name: str, traits: MaterialTraits, pack_roots: Mapping[str, Path]):
        super().__init__(name, traits)
        self.pack_roots = pack_roots

    def params(self, values: Values) -> Sockets:
        """A named node for each value, so that copies of the material can set their own."""
        kinds = {
            name: "ShaderNodeRGB" if isinstance(value, tuple) else "ShaderNodeValue" for name, value in values.items()
        }
        return {name: self.named(name, self.node(kind).outputs[0]) for name, kind in kinds.items()}

    def field(self, name: str) -> Socket:
        """A number that the mesh has at each vertex."""
        return self.attribute(name).outputs["Fac"]

    def vector_field(self, name: str) -> Socket:
        """A vector that the mesh has at each vertex."""
        return self.attribute(name).outputs["Vector"]

    def ridges(self, position: Value, scale: float, detail: float = 1.0) -> Socket:
        """Noise with sharp crests, about 0..1, as of creased cloth."""
        inputs = {"Vector": position, "Scale": scale, "Detail": detail}
        node = self.node("ShaderNodeTexNoise", inputs, noise_type="RIDGED_MULTIFRACTAL", normalize=True)
        return node.outputs[0]


WORN = MaterialTraits(snow=0.6)
"""Of what people wear and carry."""


def _no_structure(shading: ShadingParams) -> tuple[object, ...]:
    return ()


@dataclass(frozen=True)
class MaterialKind(Generic[_P]):
    """How the materials of one class of `ShadingParams` are made.

    Attributes:
        build: adds nodes and returns the surface. values: what is put into its named nodes.
        structure: what tells apart parameters whose trees differ in more than values.
    """

    build: Callable[[_P, PersonNodes], Socket]
    values: Callable[[_P], Values]
    structure: Callable[[_P], tuple[object, ...]] = _no_structure
    traits: MaterialTraits = WORN
