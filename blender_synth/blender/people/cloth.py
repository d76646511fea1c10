"""Materials of clothes: fabrics with their weave, patterns, folds, seams and closures."""

from __future__ import annotations

import hashlib

from blender_synth.blender.people.material_nodes import MaterialKind, PersonNodes, Sockets, Values
from blender_synth.blender.shading import textures
from blender_synth.blender.shading.nodes import Socket
from blender_synth.bodies.parts import ClothShading

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


def _pattern(shading: ClothShading, n: PersonNodes, p: Sockets, u: Socket, v: Socket, rest: Socket) -> Socket:
    """Share of the second colour."""
    kind = shading.pattern
    cu = n.math("FRACT", n.math("DIVIDE", u, p["scale"]))
    cv = n.math("FRACT", n.math("DIVIDE", v, p["scale"]))
    if kind == "stripes":
        return n.ramp(n.math("ABSOLUTE", n.math("SUBTRACT", cv, 0.5)), 0.22, 0.25, smooth=False)
    if kind == "pinstripes":
        return n.math("MULTIPLY", n.math("LESS_THAN", cu, 0.12), 0.7)
    if kind == "check":
        band = n.math("ADD", n.math("LESS_THAN", cu, 0.42), n.math("LESS_THAN", cv, 0.42))
        thin = n.math("ADD", n.within(cu, 0.71, 0.04), n.within(cv, 0.71, 0.04))
        return n.math("ADD", n.math("MULTIPLY", band, 0.42), n.math("MULTIPLY", thin, 0.3))
    if kind == "dots":
        square = [n.math("POWER", n.math("SUBTRACT", c, 0.5), 2.0) for c in (cu, cv)]
        return n.ramp(n.math("SQRT", n.math("ADD", *square)), 0.24, 0.27, 1.0, 0.0, smooth=False)
    x, y, z = n.axes(rest)
    moved = n.node("ShaderNodeCombineXYZ")
    for socket, value in zip(moved.inputs, (n.math("ADD", x, p["seed"]), y, z), strict=True):
        n.feed(socket, value)
    place = n.node("ShaderNodeVectorMath", operation="SCALE")
    n.feed(place.inputs[0], moved.outputs[0])
    n.feed(place.inputs["Scale"], n.math("DIVIDE", 1.6, p["scale"]))
    place = place.outputs[0]
    if kind == "print":
        if shading.seed % 2:
            return n.ramp(n.noise(place, 1.0, 3.0, 0.6), 0.54, 0.57, smooth=False)
        cells = n.node("ShaderNodeTexVoronoi", feature="SMOOTH_F1")  # blossoms: cells with lobed edges
        n.feed(cells.inputs["Vector"], n.displaced(place, n.noise(place, 4.0, 1.0), 0.35))
        n.feed(cells.inputs["Scale"], 1.0)
        return n.ramp(cells.outputs["Distance"], 0.28, 0.33, 1.0, 0.0, smooth=False)
    if kind == "logo":
        dz = n.math("SUBTRACT", z, 1.245)
        front = n.math("GREATER_THAN", x, 0.02)
        a, b = n.math("DIVIDE", n.math("ABSOLUTE", y), p["scale"]), n.math("DIVIDE", n.math("ABSOLUTE", dz), p["scale"])
        if shading.seed % 3 == 0:  # lettering: two rows of broken blocks
            word = n.math("MULTIPLY", n.math("LESS_THAN", a, 0.75), n.within(b, 0.16, 0.11))
            ink = n.math("GREATER_THAN", n.noise(n.stretched(place, (0.0, 9.0, 2.5)), 1.0, 0.0), 0.44)
        elif shading.seed % 3 == 1:  # a picture in a disc
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
    return n.ramp(z, 1.235, 1.24, smooth=False)  # block


def _cloth_values(shading: ClothShading) -> Values:
    rgb = shading.rgb
    return {
        "rgb": rgb,
        "second": shading.second_rgb,
        "faded": tuple(min(1.0, c * 1.9 + 0.02) for c in rgb),
        "button": (0.5, 0.48, 0.44) if sum(rgb) < 0.15 else (0.06, 0.05, 0.045),
        "thread": tuple(min(1.0, c * 0.45) for c in rgb) if shading.fabric != "denim" else (0.30, 0.16, 0.05),
        "scale": shading.scale_m,
        "seed": shading.seed % 997 * 0.13,
    }


def _cloth(shading: ClothShading, n: PersonNodes) -> Socket:
    p = n.params(_cloth_values(shading))
    vector = n.uv()
    u, v, _ = n.axes(vector)
    rest, flow, gather = n.vector_field("rest"), n.vector_field("flow"), n.field("gather")
    fabric = shading.fabric
    roughness, sheen, specular, scale, weave, depth = _FABRICS[fabric]
    share = None if shading.pattern == "plain" else _pattern(shading, n, p, u, v, rest)
    colour = p["rgb"] if share is None else n.mix(share, p["rgb"], p["second"])
    texture = shading.texture and textures.sample(n.tree, shading.texture, n.pack_roots)
    if texture:
        colour = texture.colour
    elif fabric == "denim":
        x, _, z = n.axes(rest)
        thigh = n.math(
            "MULTIPLY",
            n.ramp(n.math("ABSOLUTE", n.math("SUBTRACT", z, 0.62)), 0.05, 0.3, 0.55, 0.0, smooth=False),
            n.ramp(x, -0.02, 0.06, smooth=False),
        )
        colour = n.mix(
            n.math("ADD", thigh, n.ramp(n.noise(rest, 9.0, 2.0), 0.45, 0.75, 0.0, 0.35, smooth=False)),
            colour,
            p["faded"],
        )
        diagonal = n.math("SINE", n.math("MULTIPLY", n.math("ADD", u, v), 4200.0))
        colour = n.mix(n.ramp(diagonal, -1, 1, 0.0, 0.18, smooth=False), colour, p["faded"])
    if fabric == "knit":
        rows = n.math("SINE", n.math("MULTIPLY", u, 900.0))
        loops = n.math("SINE", n.math("ADD", n.math("MULTIPLY", v, 1100.0), n.math("ABSOLUTE", rows)))
        height = n.math("MULTIPLY", n.math("ADD", loops, 1.0), 0.5)
    elif fabric == "leather":
        cells = n.node("ShaderNodeTexVoronoi", feature="DISTANCE_TO_EDGE")
        n.feed(cells.inputs["Vector"], rest)
        n.feed(cells.inputs["Scale"], scale)
        height = cells.outputs["Distance"]
    else:
        height = n.noise(vector, scale, 1.0)
    normal = texture.normal if texture else n.bump(height, 0.0015, weave)
    if shading.closure != "none":
        colour, normal = _closure(shading, n, p, rest, colour, normal)
    if shading.seams != "none" and not shading.tight:
        colour, normal = _seams(shading, n, p, rest, u, v, colour, normal)
    if shading.quilted:
        z = n.axes(rest)[2]
        tubes = n.math("ABSOLUTE", n.math("SINE", n.math("MULTIPLY", z, 3.14159 / 0.075)))
        normal = n.bump(n.math("POWER", tubes, 0.4), 0.012, 1.0, normal)
        depth *= 0.6
    folds = _creases(shading, n, flow, gather)
    dim = n.ramp(folds, 0.15, 0.75, 0.66, 1.06, smooth=False)  # folds are occluded
    grey = n.node("ShaderNodeCombineColor")
    for socket in grey.inputs:
        n.feed(socket, dim)
    colour = n.mix(1.0, colour, grey.outputs[0], "MULTIPLY")
    gloss = texture.roughness if texture and texture.roughness else roughness
    if shading.pattern == "bands":
        gloss = n.ramp(share, 0, 1, roughness, 0.3, smooth=False)
    return n.principled(
        base=colour,
        roughness=gloss,
        sheen_weight=sheen,
        sheen_roughness=0.5,
        specular=specular,
        normal=n.bump(folds, depth, 0.35 if shading.tight else 1.0, normal),
    )


def _creases(shading: ClothShading, n: PersonNodes, flow: Socket, gather: Socket) -> Socket:
    """Height of folds, about 0..1: across limbs where cloth gathers, down where it hangs, crumples everywhere."""
    warp = n.node("ShaderNodeTexNoise")
    n.feed(warp.inputs["Vector"], flow)
    n.feed(warp.inputs["Scale"], 5.0)
    n.feed(warp.inputs["Detail"], 1.0)
    bent = n.displaced(flow, warp.outputs["Color"], 0.16)
    across = n.ridges(n.stretched(bent, (7.0, 7.0, 17.0)), 1.0, 1.2)
    down = n.noise(n.stretched(bent, (30.0, 30.0, 5.5)), 1.0, 2.0, 0.55)
    crumple = n.noise(bent, 26.0, 3.0, 0.55)
    if shading.fabric in ("nylon", "leather", "cotton"):
        crumple = n.math("MULTIPLY_ADD", n.ridges(bent, 17.0, 2.0), 0.5, n.math("MULTIPLY", crumple, 0.5))
    gathered = n.math("MULTIPLY_ADD", across, 0.75, n.math("MULTIPLY", crumple, 0.25))
    hanging = n.math("MULTIPLY_ADD", down, 0.62, n.math("MULTIPLY", crumple, 0.38))
    blend = n.node("ShaderNodeMix")  # floats
    n.feed(blend.inputs[0], gather)
    n.feed(blend.inputs[2], hanging)
    n.feed(blend.inputs[3], gathered)
    return blend.outputs[0]


def _seams(
    shading: ClothShading,
    n: PersonNodes,
    p: Sockets,
    rest: Socket,
    u: Socket,
    v: Socket,
    colour: Socket,
    normal: Socket,
) -> tuple[Socket, Socket]:
    """Side seams, waistband, fly and pockets, by their place on the reference body."""
    x, y, z = n.axes(rest)
    side = n.math("ABSOLUTE", y)
    front, behind = n.math("GREATER_THAN", x, 0.02), n.math("LESS_THAN", x, -0.02)
    if shading.seams == "legs":
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
        lines = [leg, waist, fly, slit, pocket]
    else:
        slant = n.math("ADD", side, n.math("MULTIPLY", z, -0.35))
        slit = n.math("MULTIPLY", n.math("MULTIPLY", n.within(slant, -0.225, 0.003), n.within(z, 1.0, 0.065)), front)
        yoke = n.math("MULTIPLY", n.within(z, 1.30, 0.0018), behind)
        arm = n.within(side, 0.176, 0.0022)
        lines = [slit, yoke, n.math("MULTIPLY", arm, n.math("GREATER_THAN", z, 1.24))]
    line = lines[0]
    for other in lines[1:]:
        line = n.math("MAXIMUM", line, other)
    colour = n.mix(n.math("MULTIPLY", line, 0.7), colour, p["thread"])
    return colour, n.bump(n.math("SUBTRACT", 1.0, line), 0.003, 0.7, normal)


def _closure(
    shading: ClothShading, n: PersonNodes, p: Sockets, rest: Socket, colour: Socket, normal: Socket
) -> tuple[Socket, Socket]:
    """Zip or button placket down the middle of the front."""
    x, y, z = n.axes(rest)
    front = n.math("GREATER_THAN", x, 0.02)
    if shading.closure == "zip":
        teeth = n.math("MULTIPLY", front, n.within(y, 0.0, 0.0035))
        colour = n.mix(teeth, colour, (0.03, 0.03, 0.032))
        groove = n.math("MULTIPLY", front, n.within(y, 0.0, 0.010))
        return colour, n.bump(n.math("SUBTRACT", 1.0, groove), 0.003, 0.8, normal)
    seam = n.math("MULTIPLY", front, n.within(y, 0.016, 0.0016))
    colour = n.mix(n.math("MULTIPLY", seam, 0.55), colour, (0.01, 0.01, 0.01))
    step = 0.085
    dz = n.math("MULTIPLY", n.math("SUBTRACT", n.math("FRACT", n.math("MULTIPLY", z, 1 / step)), 0.5), step)
    d = n.math("SQRT", n.math("ADD", n.math("POWER", y, 2.0), n.math("POWER", dz, 2.0)))
    button = n.math("MULTIPLY", front, n.math("LESS_THAN", d, 0.0058))
    colour = n.mix(button, colour, p["button"])
    return colour, n.bump(n.math("SUBTRACT", 1.0, seam), 0.002, 0.7, normal)


def _structure(shading: ClothShading) -> tuple[object, ...]:
    return (
        shading.fabric,
        _short(shading.texture) if shading.texture else shading.pattern,
        shading.closure,
        shading.seams,
        shading.tight,
        shading.quilted,
        shading.seed % {"print": 2, "logo": 3}.get(shading.pattern, 1),
    )


def _short(value: object) -> str:
    """A short hash of a value: Blender limits names to 63 characters."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:8]


CLOTH = MaterialKind(_cloth, _cloth_values, _structure)
