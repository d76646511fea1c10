"""Materials of carried items: nylon, leather, paper, plastic, metal and the like."""

from __future__ import annotations

from blender_synth.blender.people.material_nodes import MaterialKind, PersonNodes, Values
from blender_synth.blender.shading.nodes import Socket
from blender_synth.bodies.parts import CarriedShading

_SURFACES = {  # roughness, metallic, specular, grain scale (1/m), grain strength, crease strength, transmitted share
    "nylon": (0.62, 0.0, 0.35, 900.0, 0.25, 0.45, 0.0),
    "canvas": (0.9, 0.0, 0.2, 600.0, 0.4, 0.35, 0.0),
    "leather": (0.45, 0.0, 0.5, 380.0, 0.3, 0.3, 0.0),
    "paper": (0.75, 0.0, 0.3, 300.0, 0.1, 0.5, 0.08),
    "film": (0.35, 0.0, 0.5, 60.0, 0.25, 0.9, 0.25),
    "shell": (0.32, 0.0, 0.5, 700.0, 0.12, 0.0, 0.0),
    "metal": (0.3, 1.0, 0.5, 500.0, 0.03, 0.0, 0.0),
    "plastic": (0.45, 0.0, 0.45, 800.0, 0.05, 0.0, 0.0),
    "tyre": (0.85, 0.0, 0.25, 300.0, 0.2, 0.0, 0.0),
    "canopy": (0.5, 0.0, 0.35, 1000.0, 0.05, 0.12, 0.22),
}


def _values(shading: CarriedShading) -> Values:
    rgb = shading.rgb
    return {"rgb": rgb, "worn": tuple(c * 0.82 for c in rgb)}


def _build(shading: CarriedShading, n: PersonNodes) -> Socket:
    roughness, metallic, specular, scale, grain, crease, through = _SURFACES[shading.surface]
    p = n.params(_values(shading))
    position = n.node("ShaderNodeTexCoord").outputs["Object"]
    normal = n.bump(n.noise(position, scale, 1.0), 0.001, grain)
    if crease:
        normal = n.bump(n.noise(position, 26.0, 3.0, 0.55), 0.008, crease, normal)
    wear = n.ramp(n.noise(position, 14.0, 3.0), 0.4, 0.7, 0.0, 0.6, smooth=False)
    surface = n.principled(
        base=n.mix(wear, p["rgb"], p["worn"]),
        roughness=roughness,
        metallic=metallic,
        specular=specular,
        normal=normal,
    )
    if not through:
        return surface
    translucent = n.node("ShaderNodeBsdfTranslucent", {"Color": p["rgb"]}).outputs[0]
    return n.mix_shaders(through, surface, translucent)


CARRIED = MaterialKind(_build, _values, lambda shading: (shading.surface,))
