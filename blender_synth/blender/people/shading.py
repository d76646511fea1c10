"""Materials for people: `ShadingParams` -> node material, procedural.

Building a node tree takes milliseconds, copying one takes none to speak of: params that differ in colours and numbers
only are copies of one template, with the values put into its named nodes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

from blender_synth.blender.people import carried
from blender_synth.blender.shading import textures
from blender_synth.blender.shading.traits import MaterialTraits, declare_traits
from blender_synth.bodies.parts import ShadingParams


class _Nodes:
    """A small vocabulary for building one material's node tree."""

    def __init__(self, name: str, pack_roots: Mapping[str, Path]):
        self.pack_roots = pack_roots
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.shader = self.tree.nodes["Principled BSDF"]

    def param(self, name: str, value: float | tuple[float, float, float]):
        """A value that every params sets for itself (see `_set`)."""
        n = self.node("RGB" if isinstance(value, tuple) else "Value")
        n.name = n.label = name
        return n.outputs[0]

    def params(self, values: dict[str, Any]) -> dict[str, Any]:
        """Sockets of the values by name."""
        return {name: self.param(name, value) for name, value in values.items()}

    def node(self, kind: str, **settings):
        """A new node with properties set."""
        n = self.tree.nodes.new(f"ShaderNode{kind}")
        for key, value in settings.items():
            setattr(n, key, value)
        return n

    def put(self, socket, value) -> None:
        """Link a socket or set a constant."""
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif (
            hasattr(socket, "default_value") and isinstance(value, tuple) and len(value) == 3 and socket.type == "RGBA"
        ):
            socket.default_value = (*value, 1.0)
        else:
            socket.default_value = value

    def set(self, **inputs) -> None:
        """Inputs of the principled shader by name with underscores for blanks."""
        for key, value in inputs.items():
            self.put(self.shader.inputs[key.replace("_", " ")], value)

    def attribute(self, name: str, output: str = "Fac"):
        """A mesh attribute."""
        return self.node("Attribute", attribute_name=name).outputs[output]

    def math(self, operation: str, a, b=0.0, c=0.0):
        """A math node."""
        n = self.node("Math", operation=operation)
        for socket, value in zip(n.inputs, (a, b, c), strict=True):
            self.put(socket, value)
        return n.outputs[0]

    def mix(self, share, a, b, blend: str = "MIX"):
        """Mix two colours."""
        n = self.node("Mix", data_type="RGBA", blend_type=blend)
        self.put(n.inputs[0], share)
        self.put(n.inputs[6], a)
        self.put(n.inputs[7], b)
        return n.outputs[2]

    def noise(self, vector, scale: float, detail: float = 2.0, roughness: float = 0.5):
        """Noise in 0..1."""
        n = self.node("TexNoise")
        self.put(n.inputs["Vector"], vector)
        self.put(n.inputs["Scale"], scale)
        self.put(n.inputs["Detail"], detail)
        self.put(n.inputs["Roughness"], roughness)
        return n.outputs["Fac"]

    def ridges(self, vector, scale: float, detail: float = 1.0):
        """Noise with sharp crests, about 0..1: how creased cloth params."""
        n = self.node("TexNoise", noise_type="RIDGED_MULTIFRACTAL", normalize=True)
        self.put(n.inputs["Vector"], vector)
        self.put(n.inputs["Scale"], scale)
        self.put(n.inputs["Detail"], detail)
        return n.outputs["Fac"]

    def axes(self, vector):
        """Its three coordinates."""
        split = self.node("SeparateXYZ")
        self.put(split.inputs[0], vector)
        return tuple(split.outputs)

    def moved(self, vector, by, size: float):
        """A vector moved by a colour around mid-grey, times a size."""
        n = self.node("VectorMath", operation="MULTIPLY_ADD")
        self.put(n.inputs[0], by)
        n.inputs[1].default_value = (size, size, size)
        self.put(n.inputs[2], vector)
        return n.outputs[0]

    def within(self, value, middle: float, half: float):
        """1 where a value is near another."""
        return self.math("COMPARE", value, middle, half)

    def ramp(self, value, low: float, high: float, to_low: float = 0.0, to_high: float = 1.0):
        """Linear map, clamped."""
        n = self.node("MapRange")
        for key, v in (
            ("Value", value),
            ("From Min", low),
            ("From Max", high),
            ("To Min", to_low),
            ("To Max", to_high),
        ):
            self.put(n.inputs[key], v)
        return n.outputs[0]

    def bump(self, height, strength: float, distance_m: float, normal=None):
        """A bump from a height field."""
        n = self.node("Bump")
        self.put(n.inputs["Strength"], strength)
        self.put(n.inputs["Distance"], distance_m)
        self.put(n.inputs["Height"], height)
        if normal is not None:
            self.put(n.inputs["Normal"], normal)
        return n.outputs[0]

    def scaled(self, vector, factors: tuple[float, float, float]):
        """A vector times factors."""
        n = self.node("Mapping")
        self.put(n.inputs["Vector"], vector)
        n.inputs["Scale"].default_value = factors
        return n.outputs[0]

    def uv(self):
        """The UV map, metres, as separate coordinates and as a vector."""
        vector = self.node("UVMap", uv_map="uv").outputs[0]
        split = self.node("SeparateXYZ")
        self.put(split.inputs[0], vector)
        return vector, split.outputs[0], split.outputs[1]


def _times(rgb, *factors: float):
    return tuple(min(1.0, c * f) for c, f in zip(rgb, factors, strict=True))


def _skin_values(params: ShadingParams) -> dict[str, Any]:
    base, tone = params["rgb"], params["tone"]
    old = max(0.0, (params["age_years"] - 35) / 45)
    return {
        "base": base,
        "red": _times(base, 1.05, 0.68 + 0.14 * tone, 0.64 + 0.2 * tone),
        "dark": _times(base, 0.80, 0.72, 0.68),
        "deep": _times(base, 0.62, 0.52, 0.50),
        "pale": _times(base, 1.10, 1.04, 1.0),
        "lip": params["lip_rgb"],
        "nail": _times(base, 1.12, 1.0, 1.0),
        "shadow": tuple(0.3 * c + 0.6 * h for c, h in zip(base, params["hair_rgb"], strict=True)),
        "ruddy": 0.8 * params["ruddiness"] * (1 - 0.45 * tone),
        "lines": 0.10 + 0.55 * old,
        "spots": 0.5 * old + 0.25 * max(0.0, params["ruddiness"] - 0.5) * (1 - tone),
        "leg": params["legwear_rgb"],
        "glove": params["glove_rgb"],
    }


def _skin(params: ShadingParams, n: _Nodes) -> None:
    p = n.params(_skin_values(params))
    rest = n.attribute("rest", "Vector")
    colour = n.mix(n.ramp(n.noise(rest, 14.0, 3.0, 0.6), 0.35, 0.7, 0.0, 0.55), p["base"], p["pale"])
    colour = n.mix(n.ramp(n.noise(rest, 55.0, 3.0, 0.65), 0.45, 0.75, 0.0, 0.45), colour, p["dark"])
    colour = n.mix(n.math("MULTIPLY", n.attribute("blush"), p["ruddy"]), colour, p["red"])
    spots = n.ramp(n.noise(rest, 210.0, 1.0), 0.62, 0.70)
    colour = n.mix(n.math("MULTIPLY", spots, p["spots"]), colour, p["dark"])
    colour = n.mix(n.math("MULTIPLY", n.attribute("lids"), 0.55), colour, p["deep"])
    colour = n.mix(n.attribute("lips"), colour, p["lip"])
    colour = n.mix(n.attribute("nails"), colour, p["nail"])
    grain = n.ramp(n.noise(rest, 800.0, 1.0), 0.32, 0.68, 0.45, 1.0)
    colour = n.mix(n.math("MULTIPLY", n.attribute("hairs"), grain), colour, p["shadow"])
    leg, glove = n.attribute("legwear"), n.attribute("glove")
    colour = n.mix(glove, n.mix(leg, colour, p["leg"]), p["glove"])
    cloth = n.math("MAXIMUM", leg, glove)
    pores = n.noise(rest, 420.0, 2.0)
    lines = n.noise(n.scaled(rest, (40.0, 30.0, 190.0)), 1.0, 2.0, 0.6)
    normal = n.bump(lines, p["lines"], 0.0022, n.bump(pores, 0.18, 0.0007))
    oily = n.ramp(n.noise(rest, 30.0, 2.0), 0.3, 0.7, 0.46, 0.62)
    n.set(
        Base_Color=colour,
        Roughness=n.math("MULTIPLY_ADD", cloth, 0.3, oily),
        Normal=normal,
        Subsurface_Weight=n.ramp(cloth, 0, 1, 0.14, 0.0),
        Subsurface_Radius=(1.0, 0.32, 0.16),
        Subsurface_Scale=0.008,
        Specular_IOR_Level=0.36,
    )


def _eye_values(params: ShadingParams) -> dict[str, Any]:
    return {"iris": params["iris_rgb"], "rim": tuple(c * 0.3 for c in params["iris_rgb"])}


def _eye(params: ShadingParams, n: _Nodes) -> None:
    p = n.params(_eye_values(params))
    gaze = n.attribute("gaze")
    colour = n.mix(
        n.ramp(gaze, 0.20, 0.24), (0.003, 0.003, 0.003), n.mix(n.ramp(gaze, 0.24, 0.50), p["iris"], p["rim"])
    )
    white = n.mix(n.ramp(gaze, 0.6, 1.3), (0.68, 0.65, 0.62), (0.50, 0.33, 0.29))
    colour = n.mix(n.ramp(gaze, 0.50, 0.56), colour, white)
    n.set(Base_Color=colour, Roughness=0.22, Specular_IOR_Level=0.5, Coat_Weight=1.0, Coat_Roughness=0.02)


def _hair_values(params: ShadingParams) -> dict[str, Any]:
    rgb = params["rgb"]
    grey = sum(rgb) / 3
    warm = tuple(0.75 * c + 0.25 * grey * f for c, f in zip(rgb, (1.25, 1.0, 0.8), strict=True))
    return {"root": tuple(c * 0.55 for c in rgb), "tip": tuple(min(1.0, c * 1.45 + 0.004) for c in warm)}


def _hair(params: ShadingParams, n: _Nodes) -> None:
    p = n.params(_hair_values(params))
    vector, _, _ = n.uv()
    strands = n.noise(n.scaled(vector, (1400.0, 16.0, 1.0)), 1.0, 2.0, 0.65)
    shade = n.math("MULTIPLY", n.attribute("shade"), n.ramp(strands, 0.3, 0.7, 0.45, 1.25))
    colour = n.mix(n.ramp(shade, 0.25, 1.35), p["root"], p["tip"])
    if params["curly"]:
        curls = n.noise(n.node("TexCoord").outputs["Object"], 170.0, 3.0, 0.7)
        dark = n.mix(n.ramp(curls, 0.35, 0.6), tuple(0.0 for _ in range(3)), colour)
        normal = n.bump(n.ramp(curls, 0.25, 0.75), 1.0, 0.014)
        n.set(Base_Color=n.mix(0.6, colour, dark), Roughness=0.8, Specular_IOR_Level=0.15, Normal=normal)
        return
    n.set(
        Base_Color=colour,
        Roughness=n.ramp(strands, 0.3, 0.7, 0.36, 0.62),
        Specular_IOR_Level=0.42,
        Normal=n.bump(strands, 0.9, 0.0025),
    )


_FABRICS = {  # roughness, sheen, specular, weave scale (1/m), weave strength, depth of folds (m)
    "cotton": (0.9, 0.05, 0.25, 900.0, 0.15, 0.017),
    "jersey": (0.85, 0.08, 0.25, 1200.0, 0.05, 0.015),
    "denim": (0.85, 0.10, 0.25, 700.0, 0.30, 0.018),
    "knit": (0.95, 0.30, 0.15, 160.0, 0.60, 0.012),
    "wool": (0.95, 0.35, 0.15, 350.0, 0.45, 0.013),
    "nylon": (0.46, 0.0, 0.45, 1200.0, 0.05, 0.019),
    "leather": (0.40, 0.0, 0.50, 260.0, 0.25, 0.016),
    "canvas": (0.9, 0.0, 0.25, 500.0, 0.35, 0.012),
    "hivis": (0.75, 0.0, 0.30, 900.0, 0.10, 0.012),
}


def _pattern(params: ShadingParams, n: _Nodes, p: dict, u, v, rest):
    """Share of the second colour."""
    kind = params["pattern"]
    cu = n.math("FRACT", n.math("DIVIDE", u, p["scale"]))
    cv = n.math("FRACT", n.math("DIVIDE", v, p["scale"]))
    if kind == "stripes":
        return n.ramp(n.math("ABSOLUTE", n.math("SUBTRACT", cv, 0.5)), 0.22, 0.25)
    if kind == "pinstripes":
        return n.math("MULTIPLY", n.math("LESS_THAN", cu, 0.12), 0.7)
    if kind == "check":
        band = n.math("ADD", n.math("LESS_THAN", cu, 0.42), n.math("LESS_THAN", cv, 0.42))
        thin = n.math("ADD", n.within(cu, 0.71, 0.04), n.within(cv, 0.71, 0.04))
        return n.math("ADD", n.math("MULTIPLY", band, 0.42), n.math("MULTIPLY", thin, 0.3))
    if kind == "dots":
        square = [n.math("POWER", n.math("SUBTRACT", c, 0.5), 2.0) for c in (cu, cv)]
        return n.ramp(n.math("SQRT", n.math("ADD", *square)), 0.24, 0.27, 1.0, 0.0)
    x, y, z = n.axes(rest)
    moved = n.node("CombineXYZ")
    for socket, value in zip(moved.inputs, (n.math("ADD", x, p["seed"]), y, z), strict=True):
        n.put(socket, value)
    place = n.node("VectorMath", operation="SCALE")
    n.put(place.inputs[0], moved.outputs[0])
    n.put(place.inputs["Scale"], n.math("DIVIDE", 1.6, p["scale"]))
    place = place.outputs[0]
    if kind == "print":
        if params["seed"] % 2:
            return n.ramp(n.noise(place, 1.0, 3.0, 0.6), 0.54, 0.57)
        cells = n.node("TexVoronoi", feature="SMOOTH_F1")  # blossoms: cells with lobed edges
        n.put(cells.inputs["Vector"], n.moved(place, n.noise(place, 4.0, 1.0), 0.35))
        n.put(cells.inputs["Scale"], 1.0)
        return n.ramp(cells.outputs["Distance"], 0.28, 0.33, 1.0, 0.0)
    if kind == "logo":
        dz = n.math("SUBTRACT", z, 1.245)
        front = n.math("GREATER_THAN", x, 0.02)
        a, b = n.math("DIVIDE", n.math("ABSOLUTE", y), p["scale"]), n.math("DIVIDE", n.math("ABSOLUTE", dz), p["scale"])
        if params["seed"] % 3 == 0:  # lettering: two rows of broken blocks
            word = n.math("MULTIPLY", n.math("LESS_THAN", a, 0.75), n.within(b, 0.16, 0.11))
            ink = n.math("GREATER_THAN", n.noise(n.scaled(place, (0.0, 9.0, 2.5)), 1.0, 0.0), 0.44)
        elif params["seed"] % 3 == 1:  # a picture in a disc
            word = n.math(
                "LESS_THAN", n.math("SQRT", n.math("ADD", n.math("POWER", a, 2.0), n.math("POWER", b, 2.0))), 0.55
            )
            ink = n.math("GREATER_THAN", n.noise(place, 2.2, 2.0), 0.46)
        else:  # a band across the chest
            word, ink, front = n.within(b, 0.0, 0.28), 1.0, 1.0
        return n.math("MULTIPLY", n.math("MULTIPLY", word, ink), front)
    if kind == "bands":
        level = n.math("MAXIMUM", n.within(z, 0.955, 0.025), n.within(z, 1.10, 0.025))
        brace = n.math("MULTIPLY", n.within(n.math("ABSOLUTE", y), 0.088, 0.024), n.math("GREATER_THAN", z, 1.10))
        return n.math("MAXIMUM", level, brace)
    return n.ramp(z, 1.235, 1.24)  # block


def _cloth_values(params: ShadingParams) -> dict[str, Any]:
    rgb = params["rgb"]
    return {
        "rgb": rgb,
        "second": params["second_rgb"],
        "faded": tuple(min(1.0, c * 1.9 + 0.02) for c in rgb),
        "button": (0.5, 0.48, 0.44) if sum(rgb) < 0.15 else (0.06, 0.05, 0.045),
        "thread": tuple(min(1.0, c * 0.45) for c in rgb) if params["fabric"] != "denim" else (0.30, 0.16, 0.05),
        "scale": params["scale_m"],
        "seed": params["seed"] % 997 * 0.13,
    }


def _cloth(params: ShadingParams, n: _Nodes) -> None:
    p = n.params(_cloth_values(params))
    vector, u, v = n.uv()
    rest, flow, gather = n.attribute("rest", "Vector"), n.attribute("flow", "Vector"), n.attribute("gather")
    fabric = params["fabric"]
    roughness, sheen, specular, scale, weave, depth = _FABRICS[fabric]
    share = None if params["pattern"] == "plain" else _pattern(params, n, p, u, v, rest)
    colour = p["rgb"] if share is None else n.mix(share, p["rgb"], p["second"])
    texture = params["texture"] and textures.sample(n.tree, params["texture"], n.pack_roots)
    if texture:
        colour = texture.colour
    elif fabric == "denim":
        x, _, z = n.axes(rest)
        thigh = n.math(
            "MULTIPLY",
            n.ramp(n.math("ABSOLUTE", n.math("SUBTRACT", z, 0.62)), 0.05, 0.3, 0.55, 0.0),
            n.ramp(x, -0.02, 0.06),
        )
        colour = n.mix(n.math("ADD", thigh, n.ramp(n.noise(rest, 9.0, 2.0), 0.45, 0.75, 0.0, 0.35)), colour, p["faded"])
        diagonal = n.math("SINE", n.math("MULTIPLY", n.math("ADD", u, v), 4200.0))
        colour = n.mix(n.ramp(diagonal, -1, 1, 0.0, 0.18), colour, p["faded"])
    if fabric == "knit":
        rows = n.math("SINE", n.math("MULTIPLY", u, 900.0))
        loops = n.math("SINE", n.math("ADD", n.math("MULTIPLY", v, 1100.0), n.math("ABSOLUTE", rows)))
        height = n.math("MULTIPLY", n.math("ADD", loops, 1.0), 0.5)
    elif fabric == "leather":
        cells = n.node("TexVoronoi", feature="DISTANCE_TO_EDGE")
        n.put(cells.inputs["Vector"], rest)
        n.put(cells.inputs["Scale"], scale)
        height = cells.outputs["Distance"]
    else:
        height = n.noise(vector, scale, 1.0)
    normal = texture.normal if texture else n.bump(height, weave, 0.0015)
    if params["closure"] != "none":
        colour, normal = _closure(params, n, p, rest, colour, normal)
    if params["seams"] != "none" and not params["tight"]:
        colour, normal = _seams(params, n, p, rest, u, v, colour, normal)
    if params["quilted"]:
        z = n.axes(rest)[2]
        tubes = n.math("ABSOLUTE", n.math("SINE", n.math("MULTIPLY", z, 3.14159 / 0.075)))
        normal = n.bump(n.math("POWER", tubes, 0.4), 1.0, 0.012, normal)
        depth *= 0.6
    folds = _creases(params, n, flow, gather)
    dim = n.ramp(folds, 0.15, 0.75, 0.66, 1.06)  # the sky does not reach into folds
    grey = n.node("CombineColor")
    for socket in grey.inputs:
        n.put(socket, dim)
    colour = n.mix(1.0, colour, grey.outputs[0], "MULTIPLY")
    gloss = texture.roughness if texture and texture.roughness else roughness
    if params["pattern"] == "bands":
        gloss = n.ramp(share, 0, 1, roughness, 0.3)
    n.set(
        Base_Color=colour,
        Roughness=gloss,
        Sheen_Weight=sheen,
        Sheen_Roughness=0.5,
        Specular_IOR_Level=specular,
        Normal=n.bump(folds, 0.35 if params["tight"] else 1.0, depth, normal),
    )


def _creases(params: ShadingParams, n: _Nodes, flow, gather):
    """Height of folds, about 0..1: across limbs where cloth gathers, down where it hangs, crumples everywhere."""
    warp = n.node("TexNoise")
    n.put(warp.inputs["Vector"], flow)
    n.put(warp.inputs["Scale"], 5.0)
    n.put(warp.inputs["Detail"], 1.0)
    bent = n.moved(flow, warp.outputs["Color"], 0.16)
    across = n.ridges(n.scaled(bent, (7.0, 7.0, 17.0)), 1.0, 1.2)
    down = n.noise(n.scaled(bent, (30.0, 30.0, 5.5)), 1.0, 2.0, 0.55)
    crumple = n.noise(bent, 26.0, 3.0, 0.55)
    if params["fabric"] in ("nylon", "leather", "cotton"):
        crumple = n.math("MULTIPLY_ADD", n.ridges(bent, 17.0, 2.0), 0.5, n.math("MULTIPLY", crumple, 0.5))
    gathered = n.math("MULTIPLY_ADD", across, 0.75, n.math("MULTIPLY", crumple, 0.25))
    hanging = n.math("MULTIPLY_ADD", down, 0.62, n.math("MULTIPLY", crumple, 0.38))
    blend = n.node("Mix")  # floats
    n.put(blend.inputs[0], gather)
    n.put(blend.inputs[2], hanging)
    n.put(blend.inputs[3], gathered)
    return blend.outputs[0]


def _seams(params: ShadingParams, n: _Nodes, p: dict, rest, u, v, colour, normal):
    """Side seams, waistband, fly and pockets, by their place on the middling body."""
    x, y, z = n.axes(rest)
    side = n.math("ABSOLUTE", y)
    front, behind = n.math("GREATER_THAN", x, 0.02), n.math("LESS_THAN", x, -0.02)
    if params["seams"] == "legs":
        leg = n.math("MULTIPLY", n.within(n.math("ABSOLUTE", u), 0.1335, 0.0016), n.math("LESS_THAN", v, 0.1))
        waist = n.within(z, 1.008, 0.0022)
        fly = n.math("MULTIPLY", front, n.math("MULTIPLY", n.within(y, 0.004, 0.0018), n.math("GREATER_THAN", z, 0.86)))
        slant = n.math("ADD", side, n.math("MULTIPLY", z, -0.45))  # a line that falls outwards
        slit = n.math("MULTIPLY", n.math("MULTIPLY", n.within(slant, -0.345, 0.0022), n.within(z, 0.955, 0.055)), front)
        box = n.math(
            "MAXIMUM",
            n.math("DIVIDE", n.math("ABSOLUTE", n.math("SUBTRACT", side, 0.072)), 0.052),
            n.math("DIVIDE", n.math("ABSOLUTE", n.math("SUBTRACT", z, 0.905)), 0.058),
        )
        pocket = n.math("MULTIPLY", n.within(box, 1.0, 0.035), behind)
        lines = (leg, waist, fly, slit, pocket)
    else:
        slant = n.math("ADD", side, n.math("MULTIPLY", z, -0.35))
        slit = n.math("MULTIPLY", n.math("MULTIPLY", n.within(slant, -0.225, 0.003), n.within(z, 1.0, 0.065)), front)
        yoke = n.math("MULTIPLY", n.within(z, 1.30, 0.0018), behind)
        arm = n.within(side, 0.176, 0.0022)
        lines = (slit, yoke, n.math("MULTIPLY", arm, n.math("GREATER_THAN", z, 1.24)))
    line = lines[0]
    for other in lines[1:]:
        line = n.math("MAXIMUM", line, other)
    colour = n.mix(n.math("MULTIPLY", line, 0.7), colour, p["thread"])
    return colour, n.bump(n.math("SUBTRACT", 1.0, line), 0.7, 0.003, normal)


def _closure(params: ShadingParams, n: _Nodes, p: dict, rest, colour, normal):
    """Zip or button placket down the middle of the front."""
    x, y, z = n.axes(rest)
    front = n.math("GREATER_THAN", x, 0.02)
    if params["closure"] == "zip":
        teeth = n.math("MULTIPLY", front, n.within(y, 0.0, 0.0035))
        colour = n.mix(teeth, colour, (0.03, 0.03, 0.032))
        groove = n.math("MULTIPLY", front, n.within(y, 0.0, 0.010))
        return colour, n.bump(n.math("SUBTRACT", 1.0, groove), 0.8, 0.003, normal)
    seam = n.math("MULTIPLY", front, n.within(y, 0.016, 0.0016))
    colour = n.mix(n.math("MULTIPLY", seam, 0.55), colour, (0.01, 0.01, 0.01))
    step = 0.085
    dz = n.math("MULTIPLY", n.math("SUBTRACT", n.math("FRACT", n.math("MULTIPLY", z, 1 / step)), 0.5), step)
    d = n.math("SQRT", n.math("ADD", n.math("POWER", y, 2.0), n.math("POWER", dz, 2.0)))
    button = n.math("MULTIPLY", front, n.math("LESS_THAN", d, 0.0058))
    colour = n.mix(button, colour, p["button"])
    return colour, n.bump(n.math("SUBTRACT", 1.0, seam), 0.7, 0.002, normal)


def _felt_values(params: ShadingParams) -> dict[str, Any]:
    return {"rgb": params["rgb"], "dark": tuple(c * 0.72 for c in params["rgb"])}


def _felt(params: ShadingParams, n: _Nodes) -> None:
    p = n.params(_felt_values(params))
    place = n.node("TexCoord").outputs["Object"]
    if params["knit"]:  # ribs that run to the crown
        x, y, _ = n.axes(n.attribute("rest", "Vector"))
        ribs = n.math("SINE", n.math("MULTIPLY", n.math("ARCTAN2", y, x), 60.0))
        grain = n.math("MULTIPLY_ADD", ribs, 0.35, n.noise(place, 300.0, 2.0))
    else:  # panels, sewn together from the edge to the crown
        x, y, _ = n.axes(n.attribute("rest", "Vector"))
        apart = n.math("ABSOLUTE", n.math("SINE", n.math("MULTIPLY", n.math("ARCTAN2", y, x), 3.0)))
        grain = n.math("MULTIPLY_ADD", n.noise(place, 500.0, 2.0), 0.3, n.ramp(apart, 0.0, 0.10))
    soft = n.noise(place, 30.0, 2.0)
    colour = n.mix(n.ramp(soft, 0.3, 0.7, 0.0, 0.6), p["rgb"], p["dark"])
    n.set(
        Base_Color=colour,
        Roughness=0.85,
        Specular_IOR_Level=0.2,
        Normal=n.bump(grain, 0.6 if params["knit"] else 0.25, 0.003 if params["knit"] else 0.002),
    )


def _shoe_values(params: ShadingParams) -> dict[str, Any]:
    return {"rgb": params["rgb"], "worn": tuple(c * 0.7 for c in params["rgb"]), "rough": 0.75 - 0.8 * params["gloss"]}


def _shoe(params: ShadingParams, n: _Nodes) -> None:
    p = n.params(_shoe_values(params))
    place = n.node("TexCoord").outputs["Object"]
    grain = n.noise(place, 320.0, 2.0)
    creases = n.noise(n.scaled(place, (90.0, 40.0, 40.0)), 1.0, 2.0)
    n.set(
        Base_Color=n.mix(n.ramp(n.noise(place, 24.0, 3.0), 0.4, 0.7, 0.0, 0.6), p["rgb"], p["worn"]),
        Roughness=p["rough"],
        Normal=n.bump(creases, 0.4, 0.004, n.bump(grain, 0.15, 0.0008)),
        Specular_IOR_Level=0.4,
    )


def _colour_values(params: ShadingParams) -> dict[str, Any]:
    return {"rgb": params["rgb"]}


def _rubber(params: ShadingParams, n: _Nodes) -> None:
    n.set(Base_Color=n.params(_colour_values(params))["rgb"], Roughness=0.75, Specular_IOR_Level=0.3)


def _phone(params: ShadingParams, n: _Nodes) -> None:
    n.set(Base_Color=n.params(_colour_values(params))["rgb"], Roughness=0.12, Specular_IOR_Level=0.5)


_KINDS = {  # kind: (what builds its tree, what values a params puts into it, what else tells trees apart)
    "skin": (_skin, _skin_values, lambda params: ()),
    "eye": (_eye, _eye_values, lambda params: ()),
    "hair": (_hair, _hair_values, lambda params: (params["curly"],)),
    "cloth": (
        _cloth,
        _cloth_values,
        lambda params: (
            params["fabric"],
            _short(params["texture"]) if params["texture"] else params["pattern"],
            *(params[k] for k in ("closure", "seams", "tight", "quilted")),
            params["seed"] % {"print": 2, "logo": 3}.get(params["pattern"], 1),
        ),
    ),
    "shoe": (_shoe, _shoe_values, lambda params: ()),
    "rubber": (_rubber, _colour_values, lambda params: ()),
    "phone": (_phone, _colour_values, lambda params: ()),
    "felt": (_felt, _felt_values, lambda params: (params["knit"],)),
    "carried": (carried.ware, carried.ware_values, lambda params: (params["surface"],)),
}


_SKIN, _WORN = MaterialTraits(soaks=False, snow=0.0), MaterialTraits(snow=0.6)
"""Of skin, which neither darkens nor keeps snow; of all else that people are made of and wear."""


def _set(material: bpy.types.Material, values: dict[str, Any]) -> None:
    """Put a params's values into the named nodes of its material."""
    for name, value in values.items():
        socket = material.node_tree.nodes[name].outputs[0]
        socket.default_value = (*value, 1.0) if isinstance(value, tuple) else value


def _short(value: Any) -> str:
    """A few letters that depend on all of a value: Blender's names end at 63."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:8]


def material_for(params: ShadingParams, pack_roots: Mapping[str, Path]) -> bpy.types.Material:
    """The material of a params; made once and shared by all parts with an equal params.

    `pack_roots`: folders of the asset packs whose fabrics are worn.
    """
    found = bpy.data.materials.get(params.name)
    if found is not None:
        return found
    build, values, structure = _KINDS[params.kind]
    name = "_".join(["person", params.kind, *(str(v) for v in structure(params))])
    template = bpy.data.materials.get(name)
    if template is None:
        nodes = _Nodes(name, pack_roots)
        build(params, nodes)
        template = nodes.material
        declare_traits(template, _SKIN if params.kind == "skin" else _WORN)
        template.use_fake_user = True  # it stays though nobody wears it
    material = template.copy()
    material.use_fake_user = False
    material.name = params.name
    _set(material, values(params))
    return material
