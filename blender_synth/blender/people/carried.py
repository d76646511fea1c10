"""Materials of carried things: nylon, leather, paper, plastic, metal and the like."""

from __future__ import annotations

from typing import Any

from blender_synth.bodies.parts import ShadingParams

_SURFACES = {  # roughness, metallic, specular, grain scale (1/m), grain strength, crease strength, light let through
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


def ware_values(params: ShadingParams) -> dict[str, Any]:
    """Colours of one ware: its own, and where it is worn."""
    return {"rgb": params["rgb"], "worn": tuple(c * 0.82 for c in params["rgb"])}


def ware(params: ShadingParams, n: Any) -> None:
    """Build the node tree of a ware; `n` is the vocabulary of `params`."""
    roughness, metallic, specular, scale, grain, crease, through = _SURFACES[params["surface"]]
    p = n.params(ware_values(params))
    place = n.node("TexCoord").outputs["Object"]
    normal = n.bump(n.noise(place, scale, 1.0), grain, 0.001)
    if crease:
        normal = n.bump(n.noise(place, 26.0, 3.0, 0.55), crease, 0.008, normal)
    n.set(
        Base_Color=n.mix(n.ramp(n.noise(place, 14.0, 3.0), 0.4, 0.7, 0.0, 0.6), p["rgb"], p["worn"]),
        Roughness=roughness,
        Metallic=metallic,
        Specular_IOR_Level=specular,
        Normal=normal,
    )
    if through:  # thin stuff that daylight shines through
        thin = n.node("BsdfTranslucent")
        n.put(thin.inputs["Color"], p["rgb"])
        both = n.node("MixShader")
        n.put(both.inputs[0], through)
        n.tree.links.new(n.shader.outputs[0], both.inputs[1])
        n.tree.links.new(thin.outputs[0], both.inputs[2])
        n.tree.links.new(both.outputs[0], n.tree.nodes["Material Output"].inputs["Surface"])
