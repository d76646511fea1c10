"""Models the courtyard and saves it beside this file, marked as an artist would mark it in Blender's viewport.

    python scenes/courtyard/make.py

Everything here could have been done by hand: plain meshes, node materials, instances of a collection, marks by name.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix

HALF_X, HALF_Y, EAVES = 10.0, 7.5, 10.6
STOREYS = ((0.0, 3.6), (3.6, 3.3), (6.9, 3.2))
RNG = np.random.default_rng(12)


# --- materials


class Nodes:
    """A material's nodes, with a hand for the few that are used here."""

    def __init__(self, name: str, rgb, roughness: float = 0.8, metallic: float = 0.0):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.shader = self.tree.nodes["Principled BSDF"]
        self.shader.inputs["Base Color"].default_value = (*rgb, 1.0)
        self.shader.inputs["Roughness"].default_value = roughness
        self.shader.inputs["Metallic"].default_value = metallic

    def add(self, kind: str, **inputs):
        node = self.tree.nodes.new(f"ShaderNode{kind}")
        for name, value in inputs.items():
            socket = node.inputs[name.replace("_", " ")]
            if isinstance(value, bpy.types.NodeSocket):
                self.tree.links.new(value, socket)
            else:
                socket.default_value = value
        return node

    def place(self, scale: float = 1.0):
        at = self.add("TexCoord").outputs["Object"]
        return self.add("Mapping", Vector=at, Scale=(scale, scale, scale)).outputs[0]

    def noise(self, scale: float, detail: float = 4.0):
        return self.add("TexNoise", Vector=self.place(), Scale=scale, Detail=detail).outputs["Fac"]

    def mottled(self, rgb, amount: float, scale: float):
        """The base colour, lighter and darker in patches."""
        mix = self.tree.nodes.new("ShaderNodeMix")
        mix.data_type = "RGBA"
        self.tree.links.new(self.noise(scale), mix.inputs[0])
        mix.inputs[6].default_value = (*(c * (1 - amount) for c in rgb), 1)
        mix.inputs[7].default_value = (*(min(c * (1 + amount), 1) for c in rgb), 1)
        self.tree.links.new(mix.outputs[2], self.shader.inputs["Base Color"])
        return mix.outputs[2]

    def rough(self, height, distance: float, strength: float = 1.0):
        bump = self.add("Bump", Height=height, Distance=distance, Strength=strength)
        self.tree.links.new(bump.outputs[0], self.shader.inputs["Normal"])


def plaster(name: str, rgb) -> bpy.types.Material:
    n = Nodes(name, rgb, 0.9)
    n.mottled(rgb, 0.13, 0.7)
    n.rough(n.noise(38.0), 0.006)
    return n.material


def cobbles() -> bpy.types.Material:
    n = Nodes("cobbles", (0.2, 0.19, 0.18), 0.75)
    brick = n.add("TexBrick", Vector=n.place(), Scale=1.0, Brick_Width=0.16, Row_Height=0.115, Mortar_Size=0.009,
                  Mortar_Smooth=0.6, Color1=(0.235, 0.225, 0.215, 1), Color2=(0.15, 0.147, 0.145, 1),
                  Mortar=(0.045, 0.042, 0.036, 1))  # fmt: skip
    worn = n.add("Mix")
    worn.data_type, worn.blend_type = "RGBA", "MULTIPLY"
    worn.inputs[0].default_value = 0.75
    broad = n.add("MapRange", Value=n.noise(0.35, 6.0), From_Min=0.3, From_Max=0.7, To_Min=0.55, To_Max=1.25)
    n.tree.links.new(brick.outputs["Color"], worn.inputs[6])
    n.tree.links.new(broad.outputs[0], worn.inputs[7])
    n.tree.links.new(worn.outputs[2], n.shader.inputs["Base Color"])
    high = n.add("MapRange", Value=brick.outputs["Fac"], From_Min=0.0, From_Max=1.0, To_Min=1.0, To_Max=0.0)
    n.rough(high.outputs[0], 0.02, 0.9)
    return n.material


def wood(name: str, rgb) -> bpy.types.Material:
    n = Nodes(name, rgb, 0.55)
    at = n.add("TexCoord").outputs["Object"]
    grain = n.add("Mapping", Vector=at, Scale=(3.0, 40.0, 40.0)).outputs[0]
    fac = n.add("TexNoise", Vector=grain, Scale=1.0, Detail=5.0).outputs["Fac"]
    mix = n.add("Mix")
    mix.data_type = "RGBA"
    n.tree.links.new(fac, mix.inputs[0])
    mix.inputs[6].default_value, mix.inputs[7].default_value = (
        (*(c * 0.6 for c in rgb), 1),
        (*(c * 1.4 for c in rgb), 1),
    )
    n.tree.links.new(mix.outputs[2], n.shader.inputs["Base Color"])
    n.rough(fac, 0.002)
    return n.material


def plain(name: str, rgb, roughness: float = 0.6, metallic: float = 0.0) -> bpy.types.Material:
    return Nodes(name, rgb, roughness, metallic).material


def leaves(name: str, rgb) -> bpy.types.Material:
    n = Nodes(name, rgb, 0.55)
    n.mottled(rgb, 0.35, 1.3)
    through = n.add("BsdfTranslucent", Color=(0.16, 0.26, 0.03, 1))
    both = n.add("MixShader", Fac=0.35)
    n.tree.links.new(n.shader.outputs[0], both.inputs[1])
    n.tree.links.new(through.outputs[0], both.inputs[2])
    n.tree.links.new(both.outputs[0], n.tree.nodes["Material Output"].inputs["Surface"])
    return n.material


def shining(name: str, rgb, strength: float) -> bpy.types.Material:
    n = Nodes(name, (0.8, 0.8, 0.8), 0.4)
    n.shader.inputs["Emission Color"].default_value = (*rgb, 1)
    n.shader.inputs["Emission Strength"].default_value = strength
    return n.material


# --- shapes


class Shape:
    """Faces being collected; each call adds some, `to` makes them an object."""

    def __init__(self) -> None:
        self.points: list = []
        self.faces: list = []
        self.materials: list = []
        self.smooth: list = []

    def face(self, corners, material, smooth: bool = False) -> Shape:
        first = len(self.points)
        self.points += [tuple(float(v) for v in c) for c in corners]
        self.faces.append(tuple(range(first, first + len(corners))))
        self.materials.append(material)
        self.smooth.append(smooth)
        return self

    def box(self, low, high, material) -> Shape:
        (x0, y0, z0), (x1, y1, z1) = low, high
        first = len(self.points)
        self.points += [(x, y, z) for z in (z0, z1) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
        for f in ((3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)):
            self.faces.append(tuple(first + k for k in f))
            self.materials.append(material)
            self.smooth.append(False)
        return self

    def tube(self, path, radius, material, sides: int = 10, cap: bool = True) -> Shape:
        path = np.asarray(path, float)
        radius = np.broadcast_to(np.asarray(radius, float), (len(path),))
        step = np.gradient(path, axis=0)
        step /= np.linalg.norm(step, axis=1, keepdims=True)
        up = np.array([0, 0, 1.0]) if abs(step[0, 2]) < 0.9 else np.array([1.0, 0, 0])
        first, angle = len(self.points), np.linspace(0, 2 * np.pi, sides, endpoint=False)
        for p, t, r in zip(path, step, radius, strict=True):
            side = np.cross(up, t)
            side /= np.linalg.norm(side)
            up = np.cross(t, side)
            self.points += [tuple(p + r * (math.cos(a) * side + math.sin(a) * up)) for a in angle]
        for k in range(len(path) - 1):
            for i in range(sides):
                j, a = (i + 1) % sides, first + k * sides
                self.faces.append((a + i, a + j, a + sides + j, a + sides + i))
                self.materials.append(material)
                self.smooth.append(True)
        for ring, turn in ((0, -1), (len(path) - 1, 1)) if cap else ():
            self.faces.append(tuple(first + ring * sides + k for k in range(sides))[::turn])
            self.materials.append(material)
            self.smooth.append(False)
        return self

    def lathe(self, profile, material, sides: int = 24, at=(0, 0, 0)) -> Shape:
        """(radius, height) pairs from the bottom up, turned about a vertical axis."""
        first, angle = len(self.points), np.linspace(0, 2 * np.pi, sides, endpoint=False)
        for r, z in profile:
            self.points += [(at[0] + r * math.cos(a), at[1] + r * math.sin(a), at[2] + z) for a in angle]
        for k in range(len(profile) - 1):
            for i in range(sides):
                j, a = (i + 1) % sides, first + k * sides
                self.faces.append((a + i, a + j, a + sides + j, a + sides + i))
                self.materials.append(material)
                self.smooth.append(True)
        self.faces.append(tuple(first + (len(profile) - 1) * sides + k for k in range(sides)))
        self.materials.append(material)
        self.smooth.append(False)
        return self

    def foliage(self, middles, size: float, material) -> Shape:
        """Pointed leaves of four corners about points (N, 3), turned at random."""
        for p in middles:
            a, b = RNG.normal(size=3), RNG.normal(size=3)
            a /= np.linalg.norm(a)
            b -= (a @ b) * a
            b /= np.linalg.norm(b)
            s = size * RNG.uniform(0.7, 1.3)
            self.face([p - a * s, p + b * s * 0.45, p + a * s, p - b * s * 0.45], material)
        return self

    def mesh(self, name: str) -> bpy.types.Mesh:
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata(self.points, [], self.faces)
        used = list(dict.fromkeys(self.materials))
        for material in used:
            mesh.materials.append(material)
        mesh.polygons.foreach_set("material_index", [used.index(m) for m in self.materials])
        mesh.polygons.foreach_set("use_smooth", self.smooth)
        return mesh

    def to(self, collection, name: str, matrix: Matrix | None = None, **properties) -> bpy.types.Object:
        obj = bpy.data.objects.new(name, self.mesh(name))
        obj.matrix_world = matrix or Matrix()
        for key, value in properties.items():
            obj[key] = value
        collection.objects.link(obj)
        return obj


def collection(name: str, inside=None) -> bpy.types.Collection:
    found = bpy.data.collections.new(name)
    (inside or bpy.context.scene.collection).children.link(found)
    return found


def empty(where, name: str, at, heading_deg: float = 0.0, size: float = 0.3, parent=None, arrow: bool = True):
    """A mark; drawn as a single arrow it points along its own +Z, which is laid level here."""
    obj = bpy.data.objects.new(name, None)
    obj.empty_display_type = "SINGLE_ARROW" if arrow else "CIRCLE"
    obj.empty_display_size = size
    turn = Matrix.Rotation(math.radians(heading_deg), 4, "Z")
    if arrow:
        turn = turn @ Matrix.Rotation(math.radians(90), 4, "Y")
    obj.matrix_world = Matrix.Translation(at) @ turn
    where.objects.link(obj)
    if parent is not None:
        obj.parent = parent
        obj.matrix_parent_inverse = parent.matrix_world.inverted()
    return obj


def turned(at, degrees: float) -> Matrix:
    return Matrix.Translation(at) @ Matrix.Rotation(math.radians(degrees), 4, "Z")


# --- the houses


def facade(name: str, length: float, wall, holes, m, where, matrix: Matrix, drop: float = 0.0) -> None:
    """A wall along +x from the origin that looks to -y, with holes (x0, x1, z0, z1, kind) and what fills them.

    Its mouldings are `drop` lower, so that those of houses that meet in a corner do not lie in one plane.
    """
    s = Shape()
    columns = sorted({0.0, length, *(x for h in holes for x in h[:2])})
    rows = sorted({0.0, EAVES, *(z for h in holes for z in h[2:4])})
    for x0, x1 in itertools.pairwise(columns):
        start = None
        for z0, z1 in itertools.pairwise(rows):
            x, z = (x0 + x1) / 2, (z0 + z1) / 2
            inside = any(h[0] < x < h[1] and h[2] < z < h[3] for h in holes)
            if not inside and start is None:
                start = z0
            if start is not None and (inside or z1 == EAVES):
                top = z0 if inside else z1
                s.face([(x0, 0, start), (x1, 0, start), (x1, 0, top), (x0, 0, top)], wall)
                start = None
    for x0, x1, z0, z1, kind in holes:
        d = 0.9 if kind == "passage" else 0.22
        for a, b in (((x0, z0), (x0, z1)), ((x0, z1), (x1, z1)), ((x1, z1), (x1, z0)), ((x1, z0), (x0, z0))):
            if kind in ("passage", "door", "shop") and a[1] == b[1] == z0:
                continue
            s.face([(a[0], 0, a[1]), (b[0], 0, b[1]), (b[0], d, b[1]), (a[0], d, a[1])][::-1], wall)
        if kind == "window":
            window(s, x0, x1, z0, z1, m)
        elif kind == "door":
            door(s, x0, x1, z1, m)
        elif kind == "passage":
            s.face([(x0, d, z0), (x1, d, z0), (x1, d, z1), (x0, d, z1)], m["gate"])
            for x in np.arange(x0 + 0.1, x1, 0.24):
                s.box((x, d - 0.06, z0), (x + 0.2, d - 0.02, z1), m["gate"])
            for z in (0.5, 1.9):
                s.box((x0, d - 0.1, z), (x1, d - 0.05, z + 0.14), m["gate"])
    s.box((-0.02, -0.35, EAVES - 0.25 - drop), (length + 0.02, 0.05, EAVES - drop), m["trim"])
    s.box((-0.02, -0.05, 3.42 - drop), (length + 0.02, 0.02, 3.58 - drop), m["trim"])
    at = 0.0
    for x0, x1 in [*sorted((h[0], h[1]) for h in holes if h[2] < 0.3), (length, length)]:
        s.box((at, -0.03, 0.0), (x0, 0.01, 0.55 - drop), m["plinth"])
        at = x1
    s.face([(-0.4, -0.45, EAVES - 0.05), (length + 0.4, -0.45, EAVES - 0.05), (length + 0.4, 3.6, EAVES + 2.4),
            (-0.4, 3.6, EAVES + 2.4)], m["tiles"])  # fmt: skip
    gutter = EAVES - 0.1 - drop
    s.tube([(-0.3, -0.48, gutter), (length + 0.3, -0.48, gutter)], 0.07, m["zinc"])
    s.tube([(0.35, -0.1, 0.1), (0.35, -0.1, EAVES - 0.4)], 0.05, m["zinc"])
    s.to(where, name, matrix, obstacle=0)


def window(s: Shape, x0: float, x1: float, z0: float, z1: float, m) -> None:
    f, y = 0.07, 0.12
    s.box((x0 - 0.12, -0.05, z0 - 0.1), (x1 + 0.12, 0.06, z0), m["trim"])
    for a, b, c, d in ((x0, x0 + f, z0, z1), (x1 - f, x1, z0, z1), (x0, x1, z0, z0 + f), (x0, x1, z1 - f, z1),
                       ((x0 + x1 - f) / 2, (x0 + x1 + f) / 2, z0, z1), (x0, x1, z0 + 0.68 * (z1 - z0),
                                                                     z0 + 0.68 * (z1 - z0) + 0.05)):  # fmt: skip
        s.box((a, y, c), (b, y + 0.05, d), m["frames"])
    s.face([(x0, y + 0.04, z0), (x1, y + 0.04, z0), (x1, y + 0.04, z1), (x0, y + 0.04, z1)], m["window"])
    if RNG.random() < 0.55:
        wide = 0.24 * (x1 - x0)
        for a, b in ((x0 + f, x0 + f + wide), (x1 - f - wide, x1 - f)):
            s.face([(a, y + 0.035, z0), (b, y + 0.035, z0), (b, y + 0.035, z1), (a, y + 0.035, z1)], m["curtain"])


def door(s: Shape, x0: float, x1: float, z1: float, m) -> None:
    y, middle = 0.14, (x0 + x1) / 2
    s.box((x0 - 0.14, -0.04, 0), (x0, 0.03, z1 + 0.14), m["trim"])
    s.box((x1, -0.04, 0), (x1 + 0.14, 0.03, z1 + 0.14), m["trim"])
    s.box((x0, -0.04, z1), (x1, 0.03, z1 + 0.14), m["trim"])
    s.box((x0, y, 0.02), (x1, y + 0.05, 2.2), m["door"])
    s.box((x0, y - 0.02, 2.2), (x1, y + 0.05, 2.28), m["door"])
    s.face([(x0, y + 0.02, 2.28), (x1, y + 0.02, 2.28), (x1, y + 0.02, z1), (x0, y + 0.02, z1)], m["window"])
    for a, b in ((x0 + 0.1, middle - 0.06), (middle + 0.06, x1 - 0.1)):
        for c, d in ((0.2, 0.95), (1.1, 2.05)):
            s.box((a, y - 0.025, c), (b, y, d), m["door"])
    s.box((middle + 0.02, y - 0.07, 1.02), (middle + 0.14, y - 0.045, 1.05), m["brass"])


def upstairs(length: float, count: int, skip=()) -> list:
    holes = []
    for n in range(count):
        x = length * (n + 0.5) / count
        holes += [(x - 0.55, x + 0.55, z + 0.95, z + 2.65, "window") for z, _ in STOREYS[1:]]
        if n not in skip:
            holes.append((x - 0.55, x + 0.55, 1.05, 2.75, "window"))
    return holes


def houses(m) -> None:
    where = collection("cat.building")
    wide, deep = 2 * HALF_X, 2 * HALF_Y
    north = [*upstairs(wide, 7, skip=(1, 2, 4, 5)), (3.3, 7.9, 0.35, 2.9, "shop"), (8.4, 9.6, 0.0, 2.75, "door"),
             (12.5, 13.9, 0.0, 2.75, "door")]  # fmt: skip
    facade("house north", wide, m["render north"], north, m, where, turned((-HALF_X, HALF_Y, 0), 0))
    south = [*upstairs(wide, 6, skip=(2, 3)), (8.3, 11.7, 0.0, 3.1, "passage")]
    facade("house south", wide, m["render south"], south, m, where, turned((HALF_X, -HALF_Y, 0), 180))
    east = [*upstairs(deep, 5, skip=(0, 1, 2, 3, 4)), (1.2, 2.5, 0.0, 2.75, "door")]
    facade("house east", deep, m["render east"], east, m, where, turned((HALF_X, HALF_Y, 0), -90), 0.01)
    west = [*upstairs(deep, 5, skip=(2,)), (6.9, 8.1, 0.0, 2.75, "door")]
    facade("house west", deep, m["render west"], west, m, where, turned((-HALF_X, -HALF_Y, 0), 90), 0.01)
    shop(m, where)


def shop(m, where) -> None:
    """The antique dealer's window, with the room behind it."""
    x0, x1, y, z0, z1 = -HALF_X + 3.3, -HALF_X + 7.9, HALF_Y, 0.35, 2.9
    s = Shape()
    back = y + 2.4
    s.face([(x0, back, 0.3), (x1, back, 0.3), (x1, back, 3.0), (x0, back, 3.0)], m["shop wall"])
    s.face([(x0, y + 0.2, 0.3), (x0, back, 0.3), (x0, back, 3.0), (x0, y + 0.2, 3.0)], m["shop wall"])
    s.face([(x1, back, 0.3), (x1, y + 0.2, 0.3), (x1, y + 0.2, 3.0), (x1, back, 3.0)], m["shop wall"])
    s.face([(x0, y + 0.2, 0.33), (x1, y + 0.2, 0.33), (x1, back, 0.33), (x0, back, 0.33)], m["planks"])
    s.face([(x0, y + 0.2, 2.95), (x0, back, 2.95), (x1, back, 2.95), (x1, y + 0.2, 2.95)], m["shop wall"])
    for a, b, c, d in ((x0, x1, z0 - 0.35, z0), (x0, x0 + 0.09, z0, z1), (x1 - 0.09, x1, z0, z1),
                       (x0, x1, z1 - 0.09, z1),
                       ((x0 + x1) / 2 - 0.04, (x0 + x1) / 2 + 0.04, z0, z1)):  # fmt: skip
        s.box((a, y - 0.03, c), (b, y + 0.12, d), m["shop front"])
    s.box((x0 - 0.1, y - 0.1, z1 + 0.02), (x1 + 0.1, y + 0.02, z1 + 0.45), m["shop front"])
    s.to(where, "shop front", obstacle=0)
    words = bpy.data.curves.new("sign", "FONT")
    words.body, words.size, words.extrude, words.align_x = "ANTIQUES & MIRRORS", 0.27, 0.008, "CENTER"
    words.materials.append(m["brass"])
    sign = bpy.data.objects.new("sign", words)
    sign.matrix_world = Matrix.Translation(((x0 + x1) / 2, y - 0.11, z1 + 0.15)) @ Matrix.Rotation(
        math.radians(90), 4, "X"
    )
    where.objects.link(sign)
    goods = collection("cat.furniture")
    s = Shape()
    for x, w, h in ((x0 + 0.5, 0.7, 0.5), (x0 + 1.5, 0.5, 0.9), (x0 + 2.9, 0.9, 0.45), (x0 + 3.9, 0.45, 1.2)):
        s.box((x, y + 0.7, 0.33), (x + w, y + 1.1, 0.33 + h), m["walnut"])
        s.lathe([(0.03, 0), (0.11, 0.1), (0.12, 0.2), (0.05, 0.3), (0.07, 0.36)], m["china"], 16,
                (x + w / 2, y + 0.9, 0.33 + h))  # fmt: skip
    s.to(goods, "shop goods", obstacle=0)
    panes = collection("cat.building.panes")
    for n, (a, b) in enumerate(((x0 + 0.09, (x0 + x1) / 2 - 0.04), ((x0 + x1) / 2 + 0.04, x1 - 0.09))):
        pane = Shape().face([(a, y + 0.06, z0), (b, y + 0.06, z0), (b, y + 0.06, z1 - 0.09), (a, y + 0.06, z1 - 0.09)],
                            m["pane"])  # fmt: skip
        pane.to(panes, f"glass!.shop.{n + 1:03d}")
    light = bpy.data.objects.new("shop light", bpy.data.lights.new("shop light", "AREA"))
    light.data.shape, light.data.size, light.data.size_y, light.data.energy = "RECTANGLE", 3.6, 0.4, 22.0
    light.data.color = (1.0, 0.83, 0.62)
    light.location = ((x0 + x1) / 2, y + 1.0, 2.9)
    where.objects.link(light)
    for n, (x, lean, w, h) in enumerate(((x0 - 1.5, 8.0, 0.95, 1.75), (x1 + 2.1, 7.0, 1.25, 1.9))):
        f = 0.08
        s = Shape()
        s.face([(-w / 2, 0, f), (w / 2, 0, f), (w / 2, 0, h), (-w / 2, 0, h)], m["mirror"])
        s.box((-w / 2, 0.01, f), (w / 2, 0.03, h), m["walnut"])
        for a, b, c, d in ((-w / 2 - f, -w / 2, 0, h + f), (w / 2, w / 2 + f, 0, h + f), (-w / 2, w / 2, 0, f),
                           (-w / 2, w / 2, h, h + f)):  # fmt: skip
            s.box((a, -0.025, c), (b, 0.035, d), m["gilt"])
        tilt = Matrix.Translation((x, y - 0.05 - math.sin(math.radians(lean)) * h, 0)) @ Matrix.Rotation(
            math.radians(-lean), 4, "X"
        )
        s.to(goods, f"standing mirror.{n + 1:03d}", tilt)


# --- what stands in the yard


def tree(m) -> None:
    where = collection("thing.vegetation.lime tree")
    s, tips = Shape(), []

    def grow(start, direction, length, radius, level) -> None:
        path, d = [np.array(start, float)], np.array(direction, float)
        for _ in range(4):
            d = d + RNG.normal(0, 0.12, 3) + (0, 0, 0.05)
            d /= np.linalg.norm(d)
            path.append(path[-1] + d * length / 4)
        s.tube(path, np.linspace(radius, 0.55 * radius, 5), m["bark"], max(5, 10 - 2 * level), cap=False)
        tips.extend(path[2:] if level > 1 else ())
        if level == 3:
            return
        for k in range((5, 4, 4)[level]):
            a, lean = k * 2.4 + RNG.uniform(0, 0.6), RNG.uniform(0.5, 0.95)
            side = np.array([math.cos(a), math.sin(a), 0.0])
            grow(path[-1 - k % 2], d * math.cos(lean) + side * math.sin(lean), length * RNG.uniform(0.6, 0.78),
                 radius * 0.55, level + 1)  # fmt: skip

    grow((2.2, 0.6, 0), (0, 0, 1), 2.9, 0.17, 0)
    s.to(where, "lime trunk")
    at = np.array(tips)
    at = at[RNG.integers(len(at), size=2600)] + RNG.normal(0, 0.24, (2600, 3))
    Shape().foliage(at, 0.11, m["lime leaves"]).to(where, "lime leaves", obstacle=0)
    Shape().lathe([(0.62, 0.0), (0.62, 0.02), (0.0, 0.025)], m["earth"], 24, (2.2, 0.6, 0.0)).to(
        where, "tree pit", obstacle=0
    )


def round_bench(m) -> None:
    where = collection("cat.street_furniture")
    s = Shape()
    for k in range(8):
        a, b = k * math.pi / 4, (k + 1) * math.pi / 4
        for r0, r1 in ((0.78, 0.93), (0.95, 1.10), (1.12, 1.27)):
            ring = [
                (r * math.cos(t), r * math.sin(t))
                for r, t in ((r0, a + 0.01), (r1, a + 0.01), (r1, b - 0.01), (r0, b - 0.01))
            ]
            s.face([(x, y, 0.45) for x, y in ring], m["slats"])
            s.face([(x, y, 0.41) for x, y in ring[::-1]], m["slats"])
            outer = [ring[1], ring[2]]
            s.face([(*outer[0], 0.41), (*outer[1], 0.41), (*outer[1], 0.45), (*outer[0], 0.45)], m["slats"])
        for r in (0.85, 1.2):
            x, y = r * math.cos(a), r * math.sin(a)
            s.box((x - 0.025, y - 0.025, 0), (x + 0.025, y + 0.025, 0.41), m["iron"])
    bench = s.to(where, "round bench", turned((2.2, 0.6, 0), 0))
    for k in range(8):
        heading = 22.5 + k * 45
        a = math.radians(heading)
        at = (2.2 + 1.0 * math.cos(a), 0.6 + 1.0 * math.sin(a), 0.45)
        empty(where, f"seat.round bench {k}", at, heading, parent=bench)


def cafe(m) -> None:
    """A table with two chairs is modelled once; the yard has instances of it. Seats come with each."""
    original = bpy.data.collections.new("cafe set")  # not in the scene itself
    table = Shape().lathe([(0.35, 0.72), (0.36, 0.735), (0.35, 0.75), (0.0, 0.751)], m["table top"], 28)
    table.lathe([(0.21, 0.0), (0.2, 0.02), (0.03, 0.04), (0.025, 0.72)], m["iron"], 14)
    table.to(original, "table")
    for n, turn in enumerate((25.0, 195.0)):
        s = Shape()
        for x in (-0.19, 0.19):
            s.tube([(x, -0.2, 0), (x, -0.18, 0.45)], 0.011, m["iron"], 6)
            s.tube([(x, 0.22, 0), (x, 0.2, 0.45), (x, 0.26, 0.85)], 0.011, m["iron"], 6)
        for k in range(5):
            s.box((-0.2, -0.2 + k * 0.084, 0.445), (0.2, -0.2 + k * 0.084 + 0.07, 0.462), m["chair slats"])
        for z in (0.62, 0.72, 0.8):
            s.box((-0.2, 0.215 + (z - 0.45) * 0.15, z), (0.2, 0.228 + (z - 0.45) * 0.15, z + 0.06), m["chair slats"])
        away = turned((0.72 * math.cos(math.radians(turn)), 0.72 * math.sin(math.radians(turn)), 0), turn - 90)
        s.to(original, f"chair {n}", away)
        empty(original, f"seat.chair {n}", away @ Matrix.Translation((0, 0.06, 0.46)).translation, turn + 180, 0.25)
    where = collection("cafe")
    where["category"] = "furniture"
    for n, (x, y, turn) in enumerate(
        ((-6.2, -2.2, 10), (-4.4, -4.3, 80), (-1.6, -5.0, 40), (-3.2, -2.3, 130), (-3.8, 2.9, 60))
    ):
        instance = bpy.data.objects.new(f"cafe table.{n:03d}", None)
        instance.instance_type, instance.instance_collection = "COLLECTION", original
        instance.matrix_world = turned((x, y, 0), turn)
        where.objects.link(instance)
    for name, cloth in (("parasols cream", "parasol cream"), ("parasols red", "parasol red")):
        inside = collection(name)
        inside["category"] = "street_furniture"
        for n, (x, y) in enumerate(((-5.3, -3.1), (-2.5, -3.9), (-5.0, 2.4))):
            s = Shape()
            s.lathe([(0.28, 0), (0.27, 0.07), (0.03, 0.1), (0.022, 2.62)], m["iron"], 14)
            for k in range(8):
                a, b = k * math.pi / 4, (k + 1) * math.pi / 4
                rim = [(1.45 * math.cos(t), 1.45 * math.sin(t), 2.25) for t in (a, b)]
                s.face([rim[0], rim[1], (0, 0, 2.7)], m[cloth])
                s.face([(p[0], p[1], p[2] - 0.16) for p in rim] + rim[::-1], m[cloth])
            s.to(inside, f"{name}.{n:03d}", turned((x, y, 0), 13 * n))
    lights = collection("fairy lights")
    lights["category"] = "street_furniture"
    s = Shape()
    for a, b in (
        ((-HALF_X, -5.5, 4.2), (2.2, 0.6, 4.0)),
        ((-HALF_X, 3.5, 4.2), (2.2, 0.6, 4.1)),
        ((-HALF_X, -1.0, 4.4), (2.2, 0.6, 4.2)),
    ):
        t = np.linspace(0, 1, 15)
        path = np.outer(1 - t, a) + np.outer(t, b) - np.outer(4 * 0.7 * t * (1 - t), (0, 0, 1))
        s.tube(path, 0.006, m["iron"], 4)
        for p in path[1:-1]:
            s.lathe([(0.008, -0.12), (0.032, -0.08), (0.03, -0.05), (0.008, -0.01)], m["bulbs"], 8, p)
    s.to(lights, "fairy lights", obstacle=0)


def greenery(m) -> None:
    ivy = collection("ivy")
    ivy["category"] = "vegetation"
    at = []
    for _ in range(2300):
        high = RNG.beta(1.2, 1.8) * 7.5
        spread = 2.1 - 0.16 * high
        at.append((HALF_X - 0.06 - RNG.uniform(0, 0.12), 3.6 + RNG.normal(0, spread * 0.5), high + 0.05))
    Shape().foliage(np.array(at), 0.085, m["ivy leaves"]).to(ivy, "ivy leaves", obstacle=0)
    pots = collection("planters")
    pots["category"] = "vegetation"
    for n, (x, y, size) in enumerate(
        ((-9.2, 6.6, 1.0), (-1.1, 6.8, 0.8), (4.6, 6.7, 1.1), (9.2, -6.6, 1.2), (-9.3, -1.2, 0.9), (6.4, -6.8, 0.8))
    ):
        s = Shape()
        s.lathe([(0.2, 0), (0.3, 0.36), (0.33, 0.4), (0.29, 0.41), (0.27, 0.36), (0.0, 0.36)], m["terracotta"], 20)
        round_about = RNG.normal(size=(150, 3))
        round_about *= (RNG.uniform(0, 1, (150, 1)) ** 0.4) * 0.36 / np.linalg.norm(round_about, axis=1, keepdims=True)
        s.foliage(round_about + (0, 0, 0.78), 0.07, m["ivy leaves"])
        s.tube([(0, 0, 0.35), (0, 0, 0.8)], 0.02, m["bark"], 6)
        s.to(pots, f"planter.{n:03d}", turned((x, y, 0), 40 * n) @ Matrix.Scale(size, 4))


def clutter(m) -> None:
    bins = collection("bins")
    bins["category"] = "street_furniture"
    for n, y in enumerate((-2.35, -1.53, -0.71)):
        s = Shape()
        s.face([(-0.24, -0.28, 0.08), (-0.24, 0.28, 0.08), (-0.29, 0.34, 0.98), (-0.29, -0.34, 0.98)][::-1], m["bin"])
        s.face([(0.24, -0.28, 0.08), (0.24, 0.28, 0.08), (0.29, 0.34, 0.98), (0.29, -0.34, 0.98)], m["bin"])
        s.face([(-0.24, -0.28, 0.08), (0.24, -0.28, 0.08), (0.29, -0.34, 0.98), (-0.29, -0.34, 0.98)], m["bin"])
        s.face([(0.24, 0.28, 0.08), (-0.24, 0.28, 0.08), (-0.29, 0.34, 0.98), (0.29, 0.34, 0.98)], m["bin"])
        s.box((-0.32, -0.37, 0.98), (0.32, 0.38, 1.05), m[("lid grey", "lid blue", "lid yellow")[n]])
        for yy in (-0.25, 0.25):
            s.tube([(0.2, yy - 0.03, 0.1), (0.2, yy + 0.03, 0.1)], 0.1, m["rubber"], 14)
        s.to(bins, f"bin.{n:03d}", turned((HALF_X - 0.55, y, 0), 180))
    bikes = collection("bicycles")
    bikes["category"] = "bicycle"
    for n, (x, y, turn, lean) in enumerate(((-9.55, 2.6, 86, 9), (9.4, -4.6, -88, 9), (-0.4, 7.05, 3, 9))):
        s = Shape()
        ring = np.linspace(0, 2 * np.pi, 25)
        for cx in (-0.52, 0.52):
            s.tube(
                [(cx + 0.33 * math.cos(t), 0, 0.34 + 0.33 * math.sin(t)) for t in ring],
                0.018,
                m["rubber"],
                6,
                cap=False,
            )
            for t in ring[:-1:2]:
                s.tube([(cx, 0, 0.34), (cx + 0.31 * math.cos(t), 0, 0.34 + 0.31 * math.sin(t))], 0.002, m["steel"], 3)
        paint = m[("bike green", "bike blue", "bike red")[n]]
        for path in ([(-0.52, 0, 0.34), (-0.06, 0, 0.3), (0.36, 0, 0.76), (-0.2, 0, 0.72), (-0.06, 0, 0.3)],
                     [(-0.52, 0, 0.34), (-0.2, 0, 0.72)],
                     [(0.52, 0, 0.34), (0.4, 0, 0.64), (0.33, 0, 0.95)]):  # fmt: skip
            for a, b in itertools.pairwise(path):
                s.tube([a, b], 0.016, paint, 8)
        s.tube([(-0.2, 0, 0.72), (-0.23, 0, 0.86)], 0.013, m["steel"], 8)
        s.box((-0.36, -0.07, 0.86), (-0.1, 0.07, 0.91), m["rubber"])
        s.tube([(0.24, -0.28, 1.0), (0.34, -0.12, 0.96), (0.34, 0.12, 0.96), (0.24, 0.28, 1.0)], 0.012, m["steel"], 8)
        s.tube([(-0.06, -0.09, 0.3), (-0.06, 0.09, 0.3)], 0.05, m["steel"], 12)
        s.to(bikes, f"bicycle.{n:03d}", turned((x, y, 0), turn) @ Matrix.Rotation(math.radians(lean), 4, "X"))


def lanterns(m) -> None:
    where = collection("cat.street_furniture.lanterns")
    for n, (x, y, turn) in enumerate(((-HALF_X, -3.6, 0), (HALF_X, 0.4, 180), (0.5, HALF_Y, -90), (2.6, -HALF_Y, 90))):
        s = Shape()
        s.box((-0.02, -0.06, 3.0), (0.02, 0.06, 3.3), m["iron"])
        s.tube([(0, 0, 3.2), (0.22, 0, 3.32), (0.4, 0, 3.28), (0.4, 0, 3.2)], 0.014, m["iron"], 8)
        s.lathe([(0.07, 2.85), (0.12, 3.1)], m["lens"], 8, (0.4, 0, 0))
        s.lathe([(0.15, 3.1), (0.13, 3.13), (0.02, 3.22)], m["iron"], 8, (0.4, 0, 0))
        body = s.to(where, f"lantern.{n:03d}", turned((x, y, 0), turn))
        at = turned((x, y, 0), turn) @ Matrix.Translation((0.4, 0, 2.97))
        empty(where, f"lamp.lantern.{n:03d}", at.translation, turn, parent=body)


# --- marks


def marks() -> None:
    where = collection("marks")
    e, x, y = 0.25, HALF_X, HALF_Y
    Shape().face([(-x + e, -y + e, 0), (x - e, -y + e, 0), (x - e, y - e, 0), (-x + e, y - e, 0)], None).to(
        where, "walk.pavement.yard"
    )
    w = 0.4
    for name, low, high in (("north", (-x, y, 0), (x, y + w, 9)), ("south", (-x, -y - w, 0), (x, -y, 9)),
                            ("east", (x, -y, 0), (x + w, y, 9)), ("west", (-x - w, -y, 0), (-x, y, 9))):  # fmt: skip
        Shape().box(low, high, None).to(where, f"obstacle.{name}")
    Shape().face([(x - 0.05, 1.6, 0), (x - 0.05, -6.6, 0), (x - 0.05, -6.6, 3.3), (x - 0.05, 1.6, 3.3)], None).to(
        where, "mirror.wall.east"
    )
    cameras = (("camera.handheld.gate", (0.4, -6.7, 1.6), 100, -3), ("camera.handheld.cafe", (-9.2, -6.6, 1.6), 43, -4),
               ("camera.handheld.east", (8.7, -5.4, 1.6), 138, -3), ("camera.handheld.west", (-8.8, 4.4, 1.6), -28, -4),
               ("camera.cctv.north east", (9.4, 6.9, 4.0), 222, -20), ("camera.cctv.gate", (1.6, -7.0, 3.9), 104, -19),
               ("camera.dashcam.gate", (-0.6, -6.3, 1.3), 88, -1))  # fmt: skip
    for name, at, heading, pitch in cameras:
        camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
        camera.data.lens, camera.data.sensor_width = 26.0, 36.0
        camera.location = at
        camera.rotation_euler = (math.radians(90 + pitch), 0, math.radians(heading - 90))
        where.objects.link(camera)
    bpy.context.scene.camera = bpy.data.objects["camera.handheld.gate"]
    for n, (sx, sy, turn) in enumerate(
        ((6.8, 3.4, 200), (4.6, -6.3, 90), (5.6, -2.6, 150), (-8.7, 0.4, 0), (7.6, 6.2, 270))
    ):
        empty(where, f"spot.pavement.any.{n:03d}", (sx, sy, 0), turn, 0.8, arrow=False)


def main() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    m = {
        # what scene.yaml gives colours to is modelled in the light grey that they count from
        "render north": plaster("render north", (0.62, 0.60, 0.56)),
        "render south": plaster("render south", (0.62, 0.60, 0.56)),
        "render east": plaster("render east", (0.62, 0.60, 0.56)),
        "render west": plaster("render west", (0.62, 0.60, 0.56)),
        "trim": plaster("trim", (0.6, 0.58, 0.53)), "plinth": plaster("plinth", (0.24, 0.23, 0.21)),
        "tiles": plain("roof tiles", (0.24, 0.09, 0.055), 0.8), "zinc": plain("zinc", (0.33, 0.34, 0.35), 0.45, 0.8),
        "frames": plain("window frames", (0.62, 0.6, 0.55), 0.5),
        "window": plain("window glass", (0.016, 0.018, 0.02), 0.04),
        "curtain": plain("curtain", (0.5, 0.47, 0.42), 0.9), "door": wood("door", (0.62, 0.60, 0.56)),
        "gate": wood("gate", (0.09, 0.055, 0.035)), "brass": plain("brass", (0.6, 0.43, 0.16), 0.3, 1.0),
        "shop wall": plain("shop wall", (0.45, 0.38, 0.3), 0.9), "planks": wood("planks", (0.17, 0.1, 0.06)),
        "shop front": wood("shop front", (0.62, 0.60, 0.56)), "walnut": wood("walnut", (0.1, 0.055, 0.03)),
        "china": plain("china", (0.5, 0.55, 0.6), 0.15), "pane": plain("pane", (0.92, 0.95, 0.93), 0.0),
        "mirror": plain("mirror!", (0.95, 0.95, 0.95), 0.0, 1.0), "gilt": plain("gilt", (0.55, 0.38, 0.13), 0.35, 0.9),
        "bark": plaster("bark", (0.1, 0.085, 0.07)), "lime leaves": leaves("lime leaves", (0.62, 0.60, 0.56)),
        "ivy leaves": leaves("ivy leaves", (0.035, 0.085, 0.025)), "earth": plain("earth", (0.06, 0.045, 0.032), 0.95),
        "slats": wood("bench slats", (0.2, 0.12, 0.065)), "iron": plain("iron", (0.03, 0.032, 0.034), 0.5, 0.3),
        "table top": plain("table top", (0.5, 0.48, 0.45), 0.3), "chair slats": wood("chair slats", (0.16, 0.28, 0.22)),
        "parasol cream": plain("parasol cream", (0.62, 0.56, 0.44), 0.9),
        "parasol red": plain("parasol red", (0.35, 0.05, 0.035), 0.9),
        "bulbs": shining("bulbs", (1.0, 0.68, 0.32), 60.0), "terracotta": plaster("terracotta", (0.36, 0.15, 0.085)),
        "bin": plain("bin", (0.035, 0.038, 0.04), 0.55), "lid grey": plain("lid grey", (0.06, 0.062, 0.065), 0.5),
        "lid blue": plain("lid blue", (0.02, 0.07, 0.22), 0.5),
        "lid yellow": plain("lid yellow", (0.55, 0.38, 0.02), 0.5),
        "rubber": plain("rubber", (0.018, 0.018, 0.018), 0.7), "steel": plain("steel", (0.55, 0.56, 0.57), 0.3, 1.0),
        "bike green": plain("bike green", (0.03, 0.13, 0.08), 0.3),
        "bike blue": plain("bike blue", (0.03, 0.08, 0.22), 0.3),
        "bike red": plain("bike red", (0.3, 0.03, 0.025), 0.3), "lens": plain("lamp_lens", (0.5, 0.48, 0.42), 0.3),
    }  # fmt: skip
    ground = collection("cat.pavement")
    s = Shape()
    s.face([(-16, -14, 0), (16, -14, 0), (16, 14, 0), (-16, 14, 0)], cobbles())
    s.to(ground, "cobbles", obstacle=0)
    houses(m)
    tree(m)
    round_bench(m)
    cafe(m)
    greenery(m)
    clutter(m)
    lanterns(m)
    marks()
    file = Path(__file__).with_name("courtyard.blend")
    bpy.ops.wm.save_as_mainfile(filepath=str(file), compress=True)
    print(f"{file}: {file.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
