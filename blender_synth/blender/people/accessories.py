"""Materials of hats, shoes, glasses and laces."""

from __future__ import annotations

from blender_synth.blender.people.material_nodes import MaterialKind, PersonNodes, Values
from blender_synth.blender.shading.nodes import Socket
from blender_synth.bodies.parts import FeltShading, GlossyShading, RubberShading, ShoeShading


def _felt_values(shading: FeltShading) -> Values:
    return {"rgb": shading.rgb, "dark": tuple(c * 0.72 for c in shading.rgb)}


def _felt(shading: FeltShading, n: PersonNodes) -> Socket:
    p = n.params(_felt_values(shading))
    place = n.node("ShaderNodeTexCoord").outputs["Object"]
    if shading.knit:  # ribs that run to the crown
        x, y, _ = n.axes(n.vector_field("rest"))
        ribs = n.math("SINE", n.math("MULTIPLY", n.math("ARCTAN2", y, x), 60.0))
        grain = n.math("MULTIPLY_ADD", ribs, 0.35, n.noise(place, 300.0, 2.0))
    else:  # panels, sewn together from the edge to the crown
        x, y, _ = n.axes(n.vector_field("rest"))
        apart = n.math("ABSOLUTE", n.math("SINE", n.math("MULTIPLY", n.math("ARCTAN2", y, x), 3.0)))
        grain = n.math("MULTIPLY_ADD", n.noise(place, 500.0, 2.0), 0.3, n.ramp(apart, 0.0, 0.10, smooth=False))
    soft = n.noise(place, 30.0, 2.0)
    colour = n.mix(n.ramp(soft, 0.3, 0.7, 0.0, 0.6, smooth=False), p["rgb"], p["dark"])
    return n.principled(
        base=colour,
        roughness=0.85,
        specular=0.2,
        normal=n.bump(grain, 0.003 if shading.knit else 0.002, 0.6 if shading.knit else 0.25),
    )


def _shoe_values(shading: ShoeShading) -> Values:
    return {
        "rgb": shading.rgb,
        "worn": tuple(c * 0.7 for c in shading.rgb),
        "rough": 0.75 - 0.8 * shading.gloss,
    }


def _shoe(shading: ShoeShading, n: PersonNodes) -> Socket:
    p = n.params(_shoe_values(shading))
    place = n.node("ShaderNodeTexCoord").outputs["Object"]
    grain = n.noise(place, 320.0, 2.0)
    creases = n.noise(n.stretched(place, (90.0, 40.0, 40.0)), 1.0, 2.0)
    return n.principled(
        base=n.mix(n.ramp(n.noise(place, 24.0, 3.0), 0.4, 0.7, 0.0, 0.6, smooth=False), p["rgb"], p["worn"]),
        roughness=p["rough"],
        normal=n.bump(creases, 0.004, 0.4, n.bump(grain, 0.0008, 0.15)),
        specular=0.4,
    )


def _colour_values(shading: RubberShading | GlossyShading) -> Values:
    return {"rgb": shading.rgb}


def _rubber(shading: RubberShading, n: PersonNodes) -> Socket:
    return n.principled(base=n.params(_colour_values(shading))["rgb"], roughness=0.75, specular=0.3)


def _glossy(shading: GlossyShading, n: PersonNodes) -> Socket:
    return n.principled(base=n.params(_colour_values(shading))["rgb"], roughness=0.12, specular=0.5)


FELT = MaterialKind(_felt, _felt_values, lambda shading: (shading.knit,))
SHOE = MaterialKind(_shoe, _shoe_values)
RUBBER = MaterialKind(_rubber, _colour_values)
GLOSSY = MaterialKind(_glossy, _colour_values)
