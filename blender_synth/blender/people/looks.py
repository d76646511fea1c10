"""Materials for people: `Look` -> node material, procedural, shared by name."""

from __future__ import annotations

import bpy

from blender_synth.bodies.person import Look


class _Nodes:
    """A small vocabulary for building one material's node tree."""

    def __init__(self, name: str):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.shader = self.tree.nodes["Principled BSDF"]

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


def _skin(look: Look, n: _Nodes) -> None:
    rest = n.attribute("rest", "Vector")
    blotch = n.noise(rest, 28.0, 3.0, 0.6)
    base = look["rgb"]
    red = tuple(c * f for c, f in zip(base, (1.04, 0.70, 0.66), strict=True))
    dark = tuple(c * f for c, f in zip(base, (0.86, 0.80, 0.76), strict=True))
    colour = n.mix(n.ramp(blotch, 0.35, 0.7, 0.0, 0.5), base, dark)
    colour = n.mix(
        n.math("MULTIPLY", n.attribute("blush"), 0.75 * look["ruddiness"] * (1 - 0.5 * look["tone"])), colour, red
    )
    colour = n.mix(n.math("MULTIPLY", n.attribute("lids"), 0.3), colour, dark)
    colour = n.mix(n.attribute("lips"), colour, look["lip_rgb"])
    nail = tuple(min(1.0, c * f) for c, f in zip(base, (1.12, 1.0, 1.0), strict=True))
    colour = n.mix(n.attribute("nails"), colour, nail)
    if look["stubble"] > 0.02:
        grain = n.ramp(n.noise(rest, 900.0, 1.0), 0.3, 0.7, 0.6, 1.0)
        share = n.math("MULTIPLY", n.math("MULTIPLY", n.attribute("beard"), grain), look["stubble"])
        shadow = tuple(0.35 * c + 0.65 * h for c, h in zip(base, look["hair_rgb"], strict=True))
        colour = n.mix(share, colour, shadow)
    leg = n.attribute("legwear")
    colour = n.mix(leg, colour, look["legwear_rgb"])
    pores = n.noise(rest, 420.0, 2.0)
    n.set(
        Base_Color=colour,
        Roughness=n.ramp(leg, 0, 1, 0.46, 0.85),
        Normal=n.bump(pores, 0.12, 0.0006),
        Subsurface_Weight=n.ramp(leg, 0, 1, 0.12, 0.0),
        Subsurface_Radius=(1.0, 0.32, 0.16),
        Subsurface_Scale=0.008,
    )
    n.set(Specular_IOR_Level=0.45)


def _eye(look: Look, n: _Nodes) -> None:
    gaze = n.attribute("gaze")
    iris = look["iris_rgb"]
    rim = tuple(c * 0.35 for c in iris)
    colour = n.mix(n.ramp(gaze, 0.20, 0.24), (0.003, 0.003, 0.003), n.mix(n.ramp(gaze, 0.24, 0.50), iris, rim))
    white = n.mix(n.ramp(gaze, 0.6, 1.3), (0.62, 0.58, 0.55), (0.50, 0.33, 0.29))
    colour = n.mix(n.ramp(gaze, 0.50, 0.56), colour, white)
    n.set(Base_Color=colour, Roughness=0.08, Specular_IOR_Level=0.6)


def _hair(look: Look, n: _Nodes) -> None:
    vector, _, _ = n.uv()
    strands = n.noise(n.scaled(vector, (900.0, 14.0, 1.0)), 1.0, 2.0, 0.6)
    shade = n.math("MULTIPLY", n.attribute("shade"), n.ramp(strands, 0.3, 0.7, 0.55, 1.35))
    grey = n.node("CombineColor")
    for socket in grey.inputs:
        n.put(socket, shade)
    colour = n.mix(1.0, look["rgb"], grey.outputs[0], "MULTIPLY")
    if look["wave"] > 0.95:
        curls = n.noise(n.node("TexCoord").outputs["Object"], 150.0, 2.0, 0.6)
        rough = n.bump(n.ramp(curls, 0.3, 0.7), 1.0, 0.015)
        n.set(Base_Color=colour, Roughness=0.85, Specular_IOR_Level=0.12, Normal=rough)
        return
    n.set(
        Base_Color=colour, Roughness=0.42, Specular_IOR_Level=0.35, Anisotropic=0.5, Normal=n.bump(strands, 0.5, 0.002)
    )


_FABRICS = {  # roughness, sheen, specular, weave scale (1/m), weave strength, wrinkle strength
    "cotton": (0.9, 0.05, 0.25, 900.0, 0.15, 0.55),
    "jersey": (0.8, 0.08, 0.25, 1200.0, 0.05, 0.15),
    "denim": (0.85, 0.10, 0.25, 700.0, 0.30, 0.60),
    "knit": (0.95, 0.30, 0.15, 160.0, 0.60, 0.35),
    "wool": (0.95, 0.35, 0.15, 350.0, 0.45, 0.35),
    "nylon": (0.48, 0.0, 0.45, 1200.0, 0.05, 0.75),
    "leather": (0.40, 0.0, 0.50, 260.0, 0.25, 0.55),
    "canvas": (0.9, 0.0, 0.25, 500.0, 0.35, 0.35),
}


def _pattern(look: Look, n: _Nodes, u, v, rest):
    """Share of the second colour."""
    scale = look["scale_m"]
    cu = n.math("FRACT", n.math("MULTIPLY", u, 1 / scale))
    cv = n.math("FRACT", n.math("MULTIPLY", v, 1 / scale))
    if look["pattern"] == "stripes":
        return n.ramp(cv, 0.56, 0.60)
    if look["pattern"] == "pinstripes":
        return n.math("MULTIPLY", n.math("LESS_THAN", cu, 0.12), 0.7)
    if look["pattern"] == "check":
        band = n.math("ADD", n.math("LESS_THAN", cu, 0.42), n.math("LESS_THAN", cv, 0.42))
        thin = n.math("ADD", n.math("COMPARE", cu, 0.71, 0.04), n.math("COMPARE", cv, 0.71, 0.04))
        return n.math("ADD", n.math("MULTIPLY", band, 0.42), n.math("MULTIPLY", thin, 0.3))
    if look["pattern"] == "dots":
        d = n.math(
            "SQRT",
            n.math(
                "ADD",
                n.math("POWER", n.math("SUBTRACT", cu, 0.5), 2.0),
                n.math("POWER", n.math("SUBTRACT", cv, 0.5), 2.0),
            ),
        )
        return n.ramp(d, 0.24, 0.27, 1.0, 0.0)
    if look["pattern"] == "print":
        return n.ramp(n.noise(rest, 1.6 / scale, 3.0, 0.6), 0.54, 0.57)
    if look["pattern"] == "block":
        split = n.node("SeparateXYZ")
        n.put(split.inputs[0], rest)
        return n.ramp(split.outputs[2], 1.235, 1.24)
    return 0.0


def _cloth(look: Look, n: _Nodes) -> None:
    vector, u, v = n.uv()
    rest = n.attribute("rest", "Vector")
    roughness, sheen, specular, scale, weave, wrinkle = _FABRICS[look["fabric"]]
    rgb = look["rgb"]
    colour = rgb if look["pattern"] == "plain" else n.mix(_pattern(look, n, u, v, rest), rgb, look["second_rgb"])
    wear = n.noise(rest, 9.0, 3.0, 0.6)
    darker = n.mix(1.0, colour, (0.78, 0.78, 0.80), "MULTIPLY")
    colour = n.mix(n.ramp(wear, 0.35, 0.65, 0.0, 0.6), colour, darker)
    if look["fabric"] == "denim":
        faded = tuple(min(1.0, c * 1.9 + 0.02) for c in rgb)
        colour = n.mix(n.ramp(n.noise(rest, 5.0, 2.0), 0.45, 0.75, 0.0, 0.45), colour, faded)
        diagonal = n.math("SINE", n.math("MULTIPLY", n.math("ADD", u, v), 4200.0))
        colour = n.mix(n.ramp(diagonal, -1, 1, 0.0, 0.18), colour, faded)
    if look["fabric"] == "knit":
        rows = n.math("SINE", n.math("MULTIPLY", u, 900.0))
        loops = n.math("SINE", n.math("ADD", n.math("MULTIPLY", v, 1100.0), n.math("ABSOLUTE", rows)))
        height = n.math("MULTIPLY", n.math("ADD", loops, 1.0), 0.5)
    elif look["fabric"] == "leather":
        cells = n.node("TexVoronoi", feature="DISTANCE_TO_EDGE")
        n.put(cells.inputs["Vector"], rest)
        n.put(cells.inputs["Scale"], scale)
        height = cells.outputs["Distance"]
    else:
        height = n.noise(vector, scale, 1.0)
    fine = n.bump(height, weave, 0.0015)
    if look["closure"] != "none":
        colour, fine = _closure(look, n, rest, colour, fine)
    if look["quilted"]:
        split = n.node("SeparateXYZ")
        n.put(split.inputs[0], rest)
        tubes = n.math("ABSOLUTE", n.math("SINE", n.math("MULTIPLY", split.outputs[2], 3.14159 / 0.075)))
        fine = n.bump(n.math("POWER", tubes, 0.4), 1.0, 0.012, fine)
    creases = n.noise(n.scaled(rest, (1.0, 1.0, 0.55)), 22.0, 4.0, 0.55)
    n.set(
        Base_Color=colour,
        Roughness=roughness,
        Sheen_Weight=sheen,
        Sheen_Roughness=0.5,
        Specular_IOR_Level=specular,
        Normal=n.bump(creases, wrinkle, 0.012, fine),
    )


def _closure(look: Look, n: _Nodes, rest, colour, normal):
    """Zip or button placket down the middle of the front."""
    split = n.node("SeparateXYZ")
    n.put(split.inputs[0], rest)
    x, y, z = split.outputs
    front = n.math("GREATER_THAN", x, 0.02)
    if look["closure"] == "zip":
        teeth = n.math("MULTIPLY", front, n.math("COMPARE", y, 0.0, 0.0045))
        colour = n.mix(teeth, colour, (0.03, 0.03, 0.032))
        groove = n.math("MULTIPLY", front, n.math("COMPARE", y, 0.0, 0.010))
        return colour, n.bump(n.math("SUBTRACT", 1.0, groove), 0.8, 0.003, normal)
    seam = n.math("MULTIPLY", front, n.math("COMPARE", y, 0.016, 0.0016))
    colour = n.mix(n.math("MULTIPLY", seam, 0.55), colour, (0.01, 0.01, 0.01))
    step = 0.085
    dz = n.math("MULTIPLY", n.math("SUBTRACT", n.math("FRACT", n.math("MULTIPLY", z, 1 / step)), 0.5), step)
    d = n.math("SQRT", n.math("ADD", n.math("POWER", y, 2.0), n.math("POWER", dz, 2.0)))
    button = n.math("MULTIPLY", front, n.math("LESS_THAN", d, 0.0062))
    light = sum(look["rgb"]) / 3
    colour = n.mix(button, colour, (0.5, 0.48, 0.44) if light < 0.05 else (0.06, 0.05, 0.045))
    return colour, n.bump(n.math("SUBTRACT", 1.0, seam), 0.7, 0.002, normal)


def _felt(look: Look, n: _Nodes) -> None:
    place = n.node("TexCoord").outputs["Object"]
    grain = n.noise(place, 150.0 if look["knit"] else 500.0, 2.0)
    soft = n.noise(place, 30.0, 2.0)
    colour = n.mix(n.ramp(soft, 0.3, 0.7, 0.0, 0.4), look["rgb"], tuple(c * 0.75 for c in look["rgb"]))
    n.set(
        Base_Color=colour,
        Roughness=0.85,
        Specular_IOR_Level=0.2,
        Normal=n.bump(grain, 0.5 if look["knit"] else 0.25, 0.002),
    )


def _shoe(look: Look, n: _Nodes) -> None:
    grain = n.noise(n.node("TexCoord").outputs["Object"], 320.0, 2.0)
    n.set(
        Base_Color=look["rgb"],
        Roughness=0.75 - 0.8 * look["gloss"],
        Normal=n.bump(grain, 0.15, 0.0008),
        Specular_IOR_Level=0.4,
    )


def _rubber(look: Look, n: _Nodes) -> None:
    n.set(Base_Color=look["rgb"], Roughness=0.75, Specular_IOR_Level=0.3)


def _phone(look: Look, n: _Nodes) -> None:
    n.set(Base_Color=look["rgb"], Roughness=0.12, Specular_IOR_Level=0.5)


_KINDS = {
    "skin": _skin,
    "eye": _eye,
    "hair": _hair,
    "cloth": _cloth,
    "shoe": _shoe,
    "rubber": _rubber,
    "phone": _phone,
    "felt": _felt,
}


def material_for(look: Look) -> bpy.types.Material:
    """The material of a look; made once and shared by all parts with an equal look."""
    found = bpy.data.materials.get(look.name)
    if found is not None:
        return found
    nodes = _Nodes(look.name)
    _KINDS[look.kind](look, nodes)
    return nodes.material
