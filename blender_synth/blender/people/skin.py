"""Materials of skin, eyes and hair."""

from __future__ import annotations

from blender_synth.blender.people.material_nodes import MaterialKind, PersonNodes, Values
from blender_synth.blender.shading.nodes import Socket
from blender_synth.blender.shading.traits import MaterialTraits
from blender_synth.bodies.parts import EyeShading, HairShading, SkinShading
from blender_synth.values import Rgb


def _times(rgb: Rgb, *factors: float) -> Rgb:
    r, g, b = (min(1.0, c * f) for c, f in zip(rgb, factors, strict=True))
    return r, g, b


def _skin_values(shading: SkinShading) -> Values:
    base, tone = shading.rgb, shading.tone
    old = max(0.0, (shading.age_years - 35) / 45)
    return {
        "base": base,
        "red": _times(base, 1.05, 0.68 + 0.14 * tone, 0.64 + 0.2 * tone),
        "dark": _times(base, 0.80, 0.72, 0.68),
        "deep": _times(base, 0.62, 0.52, 0.50),
        "pale": _times(base, 1.10, 1.04, 1.0),
        "lip": shading.lip_rgb,
        "nail": _times(base, 1.12, 1.0, 1.0),
        "shadow": tuple(0.3 * c + 0.6 * h for c, h in zip(base, shading.hair_rgb, strict=True)),
        "ruddy": 0.8 * shading.ruddiness * (1 - 0.45 * tone),
        "lines": 0.10 + 0.55 * old,
        "spots": 0.5 * old + 0.25 * max(0.0, shading.ruddiness - 0.5) * (1 - tone),
        "leg": shading.legwear_rgb,
        "glove": shading.glove_rgb,
    }


def _skin(shading: SkinShading, n: PersonNodes) -> Socket:
    p = n.params(_skin_values(shading))
    rest = n.vector_field("rest")
    colour = n.mix(n.ramp(n.noise(rest, 14.0, 3.0, 0.6), 0.35, 0.7, 0.0, 0.55, smooth=False), p["base"], p["pale"])
    colour = n.mix(n.ramp(n.noise(rest, 55.0, 3.0, 0.65), 0.45, 0.75, 0.0, 0.45, smooth=False), colour, p["dark"])
    colour = n.mix(n.math("MULTIPLY", n.field("blush"), p["ruddy"]), colour, p["red"])
    spots = n.ramp(n.noise(rest, 210.0, 1.0), 0.62, 0.70, smooth=False)
    colour = n.mix(n.math("MULTIPLY", spots, p["spots"]), colour, p["dark"])
    colour = n.mix(n.math("MULTIPLY", n.field("lids"), 0.55), colour, p["deep"])
    colour = n.mix(n.field("lips"), colour, p["lip"])
    colour = n.mix(n.field("nails"), colour, p["nail"])
    grain = n.ramp(n.noise(rest, 800.0, 1.0), 0.32, 0.68, 0.45, 1.0, smooth=False)
    colour = n.mix(n.math("MULTIPLY", n.field("hairs"), grain), colour, p["shadow"])
    leg, glove = n.field("legwear"), n.field("glove")
    colour = n.mix(glove, n.mix(leg, colour, p["leg"]), p["glove"])
    cloth = n.math("MAXIMUM", leg, glove)
    pores = n.noise(rest, 420.0, 2.0)
    lines = n.noise(n.stretched(rest, (40.0, 30.0, 190.0)), 1.0, 2.0, 0.6)
    normal = n.bump(lines, 0.0022, p["lines"], n.bump(pores, 0.0007, 0.18))
    oily = n.ramp(n.noise(rest, 30.0, 2.0), 0.3, 0.7, 0.46, 0.62, smooth=False)
    return n.principled(
        base=colour,
        roughness=n.math("MULTIPLY_ADD", cloth, 0.3, oily),
        normal=normal,
        subsurface_weight=n.ramp(cloth, 0, 1, 0.14, 0.0, smooth=False),
        subsurface_radius=(1.0, 0.32, 0.16),
        subsurface_scale=0.008,
        specular=0.36,
    )


def _eye_values(shading: EyeShading) -> Values:
    return {"iris": shading.iris_rgb, "rim": tuple(c * 0.3 for c in shading.iris_rgb)}


def _eye(shading: EyeShading, n: PersonNodes) -> Socket:
    p = n.params(_eye_values(shading))
    gaze = n.field("gaze")
    colour = n.mix(
        n.ramp(gaze, 0.20, 0.24, smooth=False),
        (0.003, 0.003, 0.003),
        n.mix(n.ramp(gaze, 0.24, 0.50, smooth=False), p["iris"], p["rim"]),
    )
    white = n.mix(n.ramp(gaze, 0.6, 1.3, smooth=False), (0.68, 0.65, 0.62), (0.50, 0.33, 0.29))
    colour = n.mix(n.ramp(gaze, 0.50, 0.56, smooth=False), colour, white)
    return n.principled(base=colour, roughness=0.22, specular=0.5, coat=1.0, coat_roughness=0.02)


def _hair_values(shading: HairShading) -> Values:
    rgb = shading.rgb
    grey = sum(rgb) / 3
    warm = tuple(0.75 * c + 0.25 * grey * f for c, f in zip(rgb, (1.25, 1.0, 0.8), strict=True))
    return {"root": tuple(c * 0.55 for c in rgb), "tip": tuple(min(1.0, c * 1.45 + 0.004) for c in warm)}


def _hair(shading: HairShading, n: PersonNodes) -> Socket:
    p = n.params(_hair_values(shading))
    vector = n.uv()
    strands = n.noise(n.stretched(vector, (1400.0, 16.0, 1.0)), 1.0, 2.0, 0.65)
    shade = n.math("MULTIPLY", n.field("shade"), n.ramp(strands, 0.3, 0.7, 0.45, 1.25, smooth=False))
    colour = n.mix(n.ramp(shade, 0.25, 1.35, smooth=False), p["root"], p["tip"])
    if shading.curly:
        curls = n.noise(n.node("ShaderNodeTexCoord").outputs["Object"], 170.0, 3.0, 0.7)
        dark = n.mix(n.ramp(curls, 0.35, 0.6, smooth=False), tuple(0.0 for _ in range(3)), colour)
        normal = n.bump(n.ramp(curls, 0.25, 0.75, smooth=False), 0.014, 1.0)
        return n.principled(base=n.mix(0.6, colour, dark), roughness=0.8, specular=0.15, normal=normal)
    return n.principled(
        base=colour,
        roughness=n.ramp(strands, 0.3, 0.7, 0.36, 0.62, smooth=False),
        specular=0.42,
        normal=n.bump(strands, 0.0025, 0.9),
    )


SKIN = MaterialKind(_skin, _skin_values, traits=MaterialTraits(soaks=False, snow=0.0))
EYE = MaterialKind(_eye, _eye_values)
HAIR = MaterialKind(_hair, _hair_values, lambda shading: (shading.curly,))
