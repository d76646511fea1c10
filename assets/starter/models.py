"""Models the items of the starter pack that no library has. Run by bake.py: `python models.py NAME ...`.

Each function builds one item from boxes, lathed profiles, tubes and lettering: metres, +Z up, its front towards -Y.
"""

from __future__ import annotations

import itertools
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import bpy  # isort: split

import bmesh  # there only once bpy is
import numpy as np
from mathutils import Matrix, Vector

from blender_synth.blender.pack_loader.convert import export, fit, smooth
from blender_synth.blender.quiet import quiet

HERE = Path(__file__).resolve().parent
Point = tuple[float, float, float]
Colour = tuple[float, float, float]

BLACK, DARK, GREY, PALE, WHITE = ((v, v, v) for v in (0.018, 0.06, 0.25, 0.5, 0.75))
STEEL, GALVANISED = (0.55, 0.56, 0.57), (0.5, 0.51, 0.52)
RED, BLUE, YELLOW, ORANGE, GREEN = (
    (0.42, 0.025, 0.02), (0.02, 0.07, 0.3), (0.75, 0.48, 0.02), (0.7, 0.13, 0.015), (0.03, 0.2, 0.06),
)  # fmt: skip
OAK, WALNUT = (0.42, 0.26, 0.13), (0.12, 0.06, 0.03)


def paint(colour: Colour, roughness: float = 0.5, metallic: float = 0.0, name: str = "") -> bpy.types.Material:
    """A material of these looks; the same one for the same looks. `name` is for those that the manifest varies."""
    name = (
        name or f"{'_'.join(f'{round(c * 255):02x}' for c in colour)}_{round(roughness * 100)}_{round(metallic * 100)}"
    )
    if name in bpy.data.materials:
        return bpy.data.materials[name]
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*colour, 1.0)
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Metallic"].default_value = metallic
    return material


def metal(colour: Colour = STEEL, roughness: float = 0.32) -> bpy.types.Material:
    """Bare metal."""
    return paint(colour, roughness, 1.0)


def put(mesh: bpy.types.Mesh, material: bpy.types.Material, turn_deg: Point = (0, 0, 0), at: Point = (0, 0, 0)) -> None:
    """A mesh on the stage, turned about X, Y, Z, then moved."""
    mesh.materials.clear()
    mesh.materials.append(material)
    turn = Matrix.Identity(4)
    for axis, angle in zip("XYZ", turn_deg, strict=True):
        turn = Matrix.Rotation(math.radians(angle), 4, axis) @ turn
    mesh.transform(Matrix.Translation(at) @ turn)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("part", mesh))


def box(
    size: Point, at: Point, material: bpy.types.Material, bevel: float = 0.006, turn_deg: Point = (0, 0, 0)
) -> None:
    """A box with rounded edges; `at` is the middle of its foot (before it is turned about that point)."""
    bm = bmesh.new()
    bmesh.ops.create_cube(bm, size=1.0)
    bmesh.ops.transform(bm, matrix=Matrix.Diagonal((*size, 1)), verts=bm.verts)
    bmesh.ops.translate(bm, vec=(0, 0, size[2] / 2), verts=bm.verts)
    width = min(bevel, 0.45 * min(size))
    if width > 0.0005:
        bmesh.ops.bevel(bm, geom=bm.edges[:], offset=width, segments=2 if width > 0.02 else 1, affect="EDGES")
    put(_mesh(bm), material, turn_deg, at)


def lathe(
    profile: Sequence[tuple[float, float]], at: Point, material: bpy.types.Material, segments: int = 24,
    turn_deg: Point = (0, 0, 0),
) -> None:  # fmt: skip
    """A body of revolution about Z: (radius, height) from below to above."""
    bm = bmesh.new()
    rings = []
    for radius, z in profile:
        angles = [2 * math.pi * k / segments for k in range(segments)]
        if radius < 1e-6:
            rings.append([bm.verts.new((0, 0, z))])
        else:
            rings.append([bm.verts.new((radius * math.cos(a), radius * math.sin(a), z)) for a in angles])
    for below, above in itertools.pairwise(rings):
        for k in range(segments):
            n = (k + 1) % segments
            corners = [below[k % len(below)], below[n % len(below)], above[n % len(above)], above[k % len(above)]]
            corners = list(dict.fromkeys(corners))
            if len(corners) > 2:
                bm.faces.new(corners)
    for ring, flip in ((rings[0], True), (rings[-1], False)):
        if len(ring) > 2:
            bm.faces.new(ring[::-1] if flip else ring)
    put(_mesh(bm), material, turn_deg, at)


def disc(radius: float, thick: float, at: Point, material: bpy.types.Material, turn_deg: Point = (0, 0, 0),
         segments: int = 24) -> None:  # fmt: skip
    """A flat cylinder with its foot at `at`, its axis Z before it is turned."""
    edge = min(0.2 * thick, 0.004)
    lathe([(radius - edge, 0), (radius, edge), (radius, thick - edge), (radius - edge, thick)], at, material, segments,
          turn_deg)  # fmt: skip


def tube(
    points: Sequence[Point], radius: float, material: bpy.types.Material, bend: float = 0.0, sides: int = 2
) -> None:
    """A round bar along points; `bend` rounds its corners by that radius."""
    path = [Vector(p) for p in points]
    if bend:
        rounded = [path[0]]
        for before, corner, after in zip(path, path[1:], path[2:], strict=False):
            to_before, to_after = (before - corner).normalized(), (after - corner).normalized()
            reach = min(bend, 0.45 * (before - corner).length, 0.45 * (after - corner).length)
            start, end = corner + to_before * reach, corner + to_after * reach
            for k in range(6):
                t = k / 5
                rounded.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t * t * end)
        path = [*rounded, path[-1]]
    curve = bpy.data.curves.new("tube", "CURVE")
    curve.dimensions, curve.bevel_depth, curve.bevel_resolution, curve.use_fill_caps = "3D", radius, sides, True
    spline = curve.splines.new("POLY")
    spline.points.add(len(path) - 1)
    for point, where in zip(spline.points, path, strict=True):
        point.co = (*where, 1.0)
    _from_curve(curve, material)


def text(words: str, height: float, at: Point, material: bpy.types.Material, turn_deg: Point = (90, 0, 0)) -> None:
    """Lettering about `at`, thin, readable from the front."""
    curve = bpy.data.curves.new("text", "FONT")
    curve.body, curve.size, curve.align_x, curve.align_y = words, height, "CENTER", "CENTER"
    curve.resolution_u, curve.extrude = 2, 0.0008
    _from_curve(curve, material, turn_deg, at)


def prism(outline: Sequence[tuple[float, float]], width: float, at: Point, material: bpy.types.Material) -> None:
    """An outline of (y, z), counter-clockwise seen from +X, drawn out along X."""
    bm = bmesh.new()
    sides = [[bm.verts.new((x, y, z)) for y, z in outline] for x in (-width / 2, width / 2)]
    bm.faces.new(sides[0][::-1])
    bm.faces.new(sides[1])
    for k in range(len(outline)):
        n = (k + 1) % len(outline)
        bm.faces.new([sides[0][k], sides[0][n], sides[1][n], sides[1][k]])
    bmesh.ops.recalc_face_normals(bm, faces=bm.faces)
    put(_mesh(bm), material, at=at)


def ball(radius: float, at: Point, material: bpy.types.Material, rings: int = 8, squash: float = 1.0) -> None:
    """A sphere about `at`."""
    bm = bmesh.new()
    bmesh.ops.create_uvsphere(bm, u_segments=2 * rings, v_segments=rings, radius=radius)
    bmesh.ops.scale(bm, vec=(1, 1, squash), verts=bm.verts)
    put(_mesh(bm), material, at=at)


def baked(name: str, at: Point, turn_deg: float = 0.0, scale: float = 1.0) -> None:
    """Another item of the pack as a part of this one."""
    before = set(bpy.data.objects)
    bpy.ops.import_scene.gltf(filepath=str(HERE / f"{name}.glb"), loglevel=50)
    turn = Matrix.Translation(at) @ Matrix.Rotation(math.radians(turn_deg), 4, "Z") @ Matrix.Scale(scale, 4)
    for obj in set(bpy.data.objects) - before:
        if obj.type == "MESH":
            obj.data.transform(turn @ obj.matrix_world)
            obj["keeps_normals"] = True
        obj.matrix_world = Matrix.Identity(4)


# --- the street -----------------------------------------------------------------------------------------------------


def cone() -> None:
    """A traffic cone with two white bands."""
    orange, band = paint(ORANGE, 0.45), paint(WHITE, 0.35)
    box((0.36, 0.36, 0.035), (0, 0, 0), paint(BLACK, 0.8), 0.012)
    heights = (0.035, 0.24, 0.36, 0.46, 0.56, 0.7)
    radii = [0.135 - 0.108 * (z - 0.035) / 0.665 for z in heights]
    for k, material in enumerate((orange, band, orange, band, orange)):
        lathe([(radii[k], heights[k]), (radii[k + 1], heights[k + 1])], (0, 0, 0), material)
    lathe([(0.15, 0.035), (0.15, 0.045), (0.135, 0.05)], (0, 0, 0), orange)
    disc(0.027, 0.006, (0, 0, 0.697), orange)


def bollard() -> None:
    """A cast street bollard with a reflecting band."""
    iron = paint((0.03, 0.032, 0.035), 0.45)
    lathe([(0.11, 0), (0.11, 0.05), (0.085, 0.08), (0.07, 0.1), (0.065, 0.72)], (0, 0, 0), iron)
    lathe([(0.067, 0.72), (0.067, 0.8)], (0, 0, 0), paint(WHITE, 0.3))
    lathe([(0.065, 0.8), (0.065, 0.86), (0.08, 0.875), (0.08, 0.9), (0.06, 0.94), (0.03, 0.96), (0, 0.965)], (0, 0, 0),
          iron)  # fmt: skip


def bike_stand() -> None:
    """A bicycle leaning on its stand: a bent tube let into the ground."""
    tube(
        [(0.05, -0.38, 0), (0.05, -0.38, 0.8), (0.05, 0.38, 0.8), (0.05, 0.38, 0)], 0.024, metal(GALVANISED, 0.4), 0.16
    )
    for y in (-0.38, 0.38):
        disc(0.055, 0.008, (0.05, y, 0), metal(GALVANISED, 0.5))
    baked("bicycle", (-0.08, 0.02, 0), 0.0)


def a_board() -> None:
    """A café's folding board with chalk on both sides."""
    wood, slate, chalk = paint(OAK, 0.6), paint((0.02, 0.022, 0.022), 0.75), paint((0.7, 0.7, 0.66), 0.9)
    lean = 14.0
    for side in (0, 180):

        def place(x: float, up: float, out: float, side: float = side) -> Point:
            y = -0.27 + up * math.sin(math.radians(lean)) - out * math.cos(math.radians(lean))
            z = up * math.cos(math.radians(lean)) + 0.012 - out * math.sin(math.radians(lean)) * 0.2
            return (x, y, z) if side == 0 else (-x, -y, z)

        turn = (-lean, 0, side)
        box((0.56, 0.012, 0.92), place(0, 0.06, 0), slate, 0.002, turn)
        for x in (-0.295, 0.295):
            box((0.05, 0.028, 1.06), place(x, 0, 0), wood, 0.004, turn)
        for up in (0.05, 0.98):
            box((0.56, 0.026, 0.05), place(0, up, 0), wood, 0.004, turn)
        upright = (90 - lean, 0, side)
        text("CAFE", 0.16, place(0, 0.86, 0.008), chalk, upright)
        for k, line in enumerate(("espresso", "fresh cake", "soup & bread", "open till six")):
            text(line, 0.08, place(0, 0.66 - 0.13 * k, 0.008), chalk, upright)


def sign_parking() -> None:
    """A parking sign on a post."""
    grey = metal(GALVANISED, 0.45)
    lathe([(0.09, 0), (0.09, 0.012), (0.03, 0.02), (0.03, 2.75), (0.031, 2.76), (0, 2.77)], (0, 0, 0), grey, 16)
    box((0.5, 0.006, 0.5), (0, -0.036, 2.2), paint(WHITE, 0.35), 0.004)
    box((0.47, 0.004, 0.47), (0, -0.04, 2.215), paint((0.01, 0.06, 0.35), 0.35), 0.002)
    text("P", 0.5, (0, -0.0435, 2.44), paint(WHITE, 0.35))
    for z in (2.28, 2.62):
        box((0.07, 0.05, 0.03), (0, -0.012, z), grey, 0.003)


def pay_station() -> None:
    """A car park's pay station."""
    shell, front = paint((0.06, 0.065, 0.07), 0.45), paint((0.4, 0.41, 0.42), 0.4)
    box((0.5, 0.36, 0.06), (0, 0.02, 0), paint(GREY, 0.8))
    prism([(-0.15, 0.06), (0.17, 0.06), (0.17, 1.55), (-0.05, 1.55), (-0.15, 1.3)], 0.44, (0, 0, 0), shell)
    box((0.36, 0.02, 0.52), (0, -0.155, 0.5), front)
    box((0.3, 0.015, 0.2), (0, -0.112, 1.31), paint((0.02, 0.05, 0.09), 0.12), 0.003, (-22, 0, 0))
    box((0.44, 0.3, 0.2), (0, 0.02, 1.56), paint((0.01, 0.08, 0.4), 0.35), 0.012)
    text("P", 0.17, (0, -0.131, 1.66), paint(WHITE, 0.35))
    for row in range(4):
        for column in range(3):
            box((0.025, 0.008, 0.02), (-0.1 + 0.035 * column, -0.167, 0.8 + 0.032 * row), metal(), 0.002)
    box((0.09, 0.006, 0.012), (0.09, -0.167, 0.9), paint(BLACK), 0.001)
    box((0.09, 0.006, 0.012), (0.09, -0.167, 0.84), paint(BLACK), 0.001)
    box((0.2, 0.012, 0.09), (0, -0.166, 0.58), paint(BLACK, 0.6), 0.003)


def fruit_stand() -> None:
    """A greengrocer's stand: three crates aslant, full of fruit."""
    wood, frame = paint((0.5, 0.36, 0.2), 0.75), paint(DARK, 0.5)
    slope = math.radians(22)
    for x in (-0.72, 0.72):
        tube([(x, -0.3, 0), (x, -0.3, 0.42), (x, 0.3, 0.68), (x, 0.3, 0)], 0.016, frame)
    for y, z in ((-0.3, 0.4), (0.3, 0.65)):
        tube([(-0.72, y, z), (0.72, y, z)], 0.014, frame)
    draw = np.random.default_rng(7)
    fruits = ((ORANGE, 0.042, 1.0), ((0.45, 0.04, 0.02), 0.04, 0.92), ((0.3, 0.42, 0.05), 0.041, 0.95))
    for column, (colour, radius, squash) in enumerate(fruits):
        x0 = -0.48 + 0.48 * column
        tilt = (math.degrees(slope), 0, 0)
        box((0.46, 0.62, 0.012), (x0, 0, 0.55), wood, 0.002, tilt)
        for dx, dy, size in ((0, -0.31, (0.46, 0.014, 0.13)), (0, 0.31, (0.46, 0.014, 0.13)),
                             (-0.224, 0, (0.014, 0.62, 0.13)), (0.224, 0, (0.014, 0.62, 0.13))):  # fmt: skip
            box(size, (x0 + dx, dy * math.cos(slope), 0.55 + dy * math.sin(slope)), wood, 0.002, tilt)
        across, along = 5, 7
        for i in range(across):
            for j in range(along):
                dx = (i - (across - 1) / 2) * 0.082 + draw.uniform(-0.006, 0.006)
                dy = (j - (along - 1) / 2) * 0.083 + draw.uniform(-0.006, 0.006)
                up = 0.085 + draw.uniform(0, 0.02)
                shade = tuple(float(np.clip(c * draw.choice([0.8, 1.0, 1.15]), 0, 0.8)) for c in colour)
                y = dy * math.cos(slope) - up * math.sin(slope)
                z = 0.55 + dy * math.sin(slope) + up * math.cos(slope)
                ball(radius, (x0 + dx, y, z), paint(shade, 0.42), 5, squash)


def planter_palm() -> None:
    """A palm in a large square concrete trough."""
    concrete = paint((0.36, 0.35, 0.33), 0.85)
    for x, y, size in ((0, -0.28, (0.62, 0.06, 0.55)), (0, 0.28, (0.62, 0.06, 0.55)), (-0.28, 0, (0.06, 0.5, 0.55)),
                       (0.28, 0, (0.06, 0.5, 0.55))):  # fmt: skip
        box(size, (x, y, 0), concrete, 0.008)
    box((0.5, 0.5, 0.46), (0, 0, 0.02), paint((0.05, 0.03, 0.02), 0.95), 0.0)
    baked("plant_palm", (0, 0, 0.13), 0.0, 1.15)


def crates_stacked() -> None:
    """Three stacked plastic crates of a market."""
    for level, colour in enumerate(((0.02, 0.1, 0.35), (0.02, 0.1, 0.35), (0.05, 0.28, 0.1))):
        plastic = paint(colour, 0.55, name=("lower", "lower", "upper")[level])
        z = 0.235 * level
        turn = (0, 0, (0, 2, -4)[level])
        box((0.58, 0.38, 0.012), (0, 0, z + 0.01), plastic, 0.002, turn)
        for x, y, size in ((0, -0.19, (0.6, 0.016, 0.235)), (0, 0.19, (0.6, 0.016, 0.235)),
                           (-0.292, 0, (0.016, 0.37, 0.235)), (0.292, 0, (0.016, 0.37, 0.235))):  # fmt: skip
            angle = math.radians(turn[2])
            at = (x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle), z)
            box(size, at, plastic, 0.004, turn)
        box((0.612, 0.402, 0.02), (0, 0, z + 0.03), plastic, 0.004, turn)
        for x in (-0.2, 0, 0.2):
            for y in (-0.2, 0.2):
                box((0.012, 0.012, 0.21), (x, y, z + 0.012), plastic, 0.002, turn)


def electric_cabinet() -> None:
    """A street cabinet of the electricity works."""
    shell = paint((0.36, 0.38, 0.35), 0.55, name="shell")
    box((0.62, 0.24, 0.14), (0, 0, 0), paint((0.3, 0.29, 0.27), 0.9), 0.006)
    box((0.58, 0.2, 0.86), (0, 0, 0.14), shell, 0.006)
    box((0.61, 0.24, 0.035), (0, 0, 1.0), shell, 0.008)
    for x in (-0.143, 0.143):
        box((0.276, 0.012, 0.8), (x, -0.102, 0.17), shell, 0.004)
        for k in range(6):
            for z in (0.24, 0.82):
                box((0.16, 0.004, 0.007), (x, -0.109, z + 0.02 * k), paint(DARK, 0.8), 0.0)
    box((0.02, 0.012, 0.06), (0.03, -0.11, 0.56), metal((0.3, 0.3, 0.3), 0.45), 0.003)
    prism(
        [(-0.1101, -0.05), (-0.111, -0.05), (-0.111, 0.05), (-0.1101, 0.05)], 0.1, (-0.143, 0, 0.62), paint(YELLOW, 0.5)
    )
    text("!", 0.08, (-0.143, -0.1125, 0.62), paint(BLACK, 0.6))


def newspaper_rack() -> None:
    """A wire rack with newspapers and magazines in five rows."""
    wire = paint(DARK, 0.4)
    for x in (-0.24, 0.24):
        tube([(x, -0.1, 0), (x, 0.1, 1.25)], 0.009, wire)
        tube([(x, 0.13, 0), (x, 0.1, 1.25)], 0.009, wire)
    draw = np.random.default_rng(9)
    for row in range(4):
        z, y = 0.2 + 0.26 * row, -0.07 + 0.042 * row
        tube([(-0.24, y - 0.05, z), (0.24, y - 0.05, z)], 0.005, wire)
        tube([(-0.24, y - 0.065, z + 0.08), (0.24, y - 0.065, z + 0.08)], 0.005, wire)
        for x in (-0.235, 0.235):
            tube([(x, y + 0.02, z), (x, y - 0.05, z), (x, y - 0.065, z + 0.08)], 0.005, wire)
        for k in range(2):
            x = -0.115 + 0.23 * k
            turn = (-12, 0, draw.uniform(-1.5, 1.5))
            box((0.21, 0.03, 0.27), (x, y - 0.015, z + 0.005), paint((0.62, 0.61, 0.57), 0.85), 0.002, turn)
            colour = ((0.5, 0.03, 0.03), (0.03, 0.12, 0.4), (0.05, 0.05, 0.05), (0.6, 0.35, 0.03))[draw.integers(4)]
            box((0.2, 0.031, 0.05), (x, y + 0.026, z + 0.21), paint(colour, 0.6), 0.001, turn)
            box((0.18, 0.031, 0.08), (x, y + 0.008, z + 0.115), paint((0.2, 0.22, 0.24), 0.7), 0.001, turn)


def ash_bin() -> None:
    """A slim bin with an ashtray on top, as beside doors."""
    steel = metal((0.42, 0.43, 0.44), 0.42)
    lathe([(0.13, 0), (0.13, 0.02), (0.115, 0.03), (0.115, 0.6), (0.125, 0.61), (0.125, 0.63), (0.1, 0.63),
           (0.09, 0.6)], (0, 0, 0), steel)  # fmt: skip
    lathe([(0.09, 0.595), (0, 0.6)], (0, 0, 0), paint((0.25, 0.23, 0.2), 0.95))
    box((0.13, 0.03, 0.09), (0, -0.105, 0.45), paint(BLACK, 0.7), 0.004)


# --- indoors --------------------------------------------------------------------------------------------------------


def wet_floor_sign() -> None:
    """A yellow folding sign that warns of a wet floor."""
    yellow, ink = paint(YELLOW, 0.4), paint(BLACK, 0.6)
    lean = 12.0
    for side in (0, 180):
        sign = 1 if side == 0 else -1

        def place(up: float, out: float, sign: float = sign) -> Point:
            a = math.radians(lean)
            return (0, sign * (-0.135 + up * math.sin(a) - out * math.cos(a)), up * math.cos(a) + 0.008)

        box((0.3, 0.012, 0.62), place(0, 0), yellow, 0.004, (-lean, 0, side))
        upright = (90 - lean, 0, side)
        text("CAUTION", 0.062, place(0.54, 0.008), ink, upright)
        text("!", 0.26, place(0.35, 0.008), paint(RED, 0.5), upright)
        text("WET FLOOR", 0.05, place(0.14, 0.008), ink, upright)
    box((0.12, 0.05, 0.03), (0, 0, 0.6), yellow, 0.006)


def reception_desk() -> None:
    """A reception desk: slats of oak in front, a stone top, a screen and a lamp behind it."""
    oak, stone, dark = paint(OAK, 0.5), paint((0.7, 0.69, 0.66), 0.25), paint(DARK, 0.5)
    width = 2.4
    box((width, 0.1, 0.06), (0, -0.33, 0), dark, 0.0)
    box((width, 0.06, 1.02), (0, -0.35, 0.06), paint(WALNUT, 0.6), 0.002)
    slats = 40
    for k in range(slats):
        box((0.034, 0.024, 1.0), (-width / 2 + (k + 0.5) * width / slats, -0.39, 0.07), oak, 0.004)
    box((width + 0.06, 0.36, 0.04), (0, -0.27, 1.08), stone, 0.008)
    for x in (-width / 2 + 0.02, width / 2 - 0.02):
        box((0.04, 0.76, 1.08), (x, 0.0, 0), oak, 0.004)
    box((width - 0.08, 0.62, 0.03), (0, 0.08, 0.72), paint(WHITE, 0.4), 0.004)
    box((0.5, 0.56, 0.66), (0.8, 0.08, 0.06), paint(WHITE, 0.4), 0.004)
    box((0.54, 0.03, 0.33), (-0.35, 0.1, 0.9), dark, 0.006)
    box((0.06, 0.03, 0.16), (-0.35, 0.12, 0.75), dark, 0.004)
    box((0.22, 0.16, 0.012), (-0.35, 0.12, 0.75), dark, 0.004)
    box((0.4, 0.14, 0.018), (-0.35, 0.3, 0.75), dark, 0.004)
    lathe([(0.07, 0), (0.07, 0.012), (0.008, 0.02), (0.008, 0.3)], (0.9, -0.24, 1.12), metal((0.6, 0.45, 0.2)), 16)
    lathe([(0.1, 0.28), (0.06, 0.42), (0.055, 0.42)], (0.9, -0.24, 1.12), paint((0.6, 0.52, 0.38), 0.8), 20)


def vending_machine() -> None:
    """A machine that sells drinks and snacks behind a window."""
    shell, inside = paint((0.28, 0.015, 0.02), 0.35, name="shell"), paint((0.55, 0.55, 0.52), 0.6)
    w, d, h = 0.98, 0.82, 1.83
    box((w, d - 0.1, h - 0.05), (0, 0.05, 0.05), shell, 0.012)
    for x in (-0.4, 0.4):
        for y in (-0.25, 0.32):
            disc(0.03, 0.05, (x, y, 0), paint(BLACK, 0.7))
    for x, z, size in (
        (-0.46, 0.06, (0.06, 0.1, 1.76)),
        (0.335, 0.06, (0.31, 0.1, 1.76)),
        (-0.125, 0.06, (0.61, 0.1, 0.4)),
        (-0.125, 1.66, (0.61, 0.1, 0.16)),
    ):
        box(size, (x, -0.36, z), shell, 0.006)
    box((0.61, 0.01, 1.2), (-0.125, -0.312, 0.46), inside, 0.0)
    wares = (
        (0.5, 0.02, 0.02),
        (0.02, 0.1, 0.45),
        (0.05, 0.3, 0.08),
        (0.65, 0.4, 0.03),
        (0.6, 0.2, 0.03),
        (0.5, 0.5, 0.5),
    )
    for shelf in range(5):
        z = 0.48 + 0.235 * shelf
        box((0.61, 0.09, 0.012), (-0.125, -0.355, z), metal(), 0.002)
        for k in range(7):
            x = -0.125 + (k - 3) * 0.083
            colour = paint(wares[(k * 2 + shelf * 3) % 6], 0.35)
            if shelf < 3:
                lathe([(0.028, 0), (0.03, 0.01), (0.03, 0.12), (0.012, 0.165), (0.012, 0.185), (0, 0.187)],
                      (x, -0.36, z + 0.012), colour, 12)  # fmt: skip
                lathe([(0.031, 0.05), (0.031, 0.1)], (x, -0.36, z + 0.012), paint(WHITE, 0.5), 12)
            else:
                box((0.065, 0.03, 0.15), (x, -0.36, z + 0.012), colour, 0.012)
    box((0.5, 0.02, 0.2), (-0.125, -0.402, 0.18), paint(BLACK, 0.35), 0.006)
    box((0.61, 0.006, 0.12), (-0.125, -0.411, 1.68), paint(WHITE, 0.4), 0.003)
    text("SNACKS & DRINKS", 0.066, (-0.125, -0.415, 1.74), paint((0.28, 0.015, 0.02), 0.5))
    box((0.18, 0.008, 0.1), (0.34, -0.412, 1.36), paint((0.01, 0.03, 0.04), 0.1), 0.003)
    for row in range(4):
        for column in range(3):
            box((0.034, 0.01, 0.026), (0.295 + 0.045 * column, -0.413, 1.16 + 0.038 * row), metal(), 0.003)
    box((0.12, 0.01, 0.09), (0.34, -0.413, 1.0), paint(DARK, 0.3), 0.004)
    box((0.06, 0.01, 0.012), (0.34, -0.418, 1.05), metal(), 0.002)
    box((0.11, 0.012, 0.08), (0.34, -0.412, 0.62), paint(BLACK, 0.5), 0.004)


def arcade_cabinet() -> None:
    """An upright arcade game."""
    side, body = paint((0.02, 0.05, 0.22), 0.4, name="sides"), paint(BLACK, 0.5)
    outline = [
        (0.4, 0.0),
        (0.4, 1.82),
        (-0.2, 1.82),
        (-0.24, 1.62),
        (-0.06, 1.52),
        (0.02, 1.12),
        (-0.38, 0.98),
        (-0.4, 0.88),
        (-0.26, 0.82),
        (-0.26, 0.0),
    ]
    for x in (-0.33, 0.33):
        prism(outline[::-1], 0.03, (x, 0, 0.02), side)
    inner = [
        (0.38, 0.02),
        (0.38, 1.79),
        (-0.17, 1.79),
        (-0.2, 1.63),
        (-0.03, 1.52),
        (0.05, 1.11),
        (-0.36, 0.965),
        (-0.37, 0.9),
        (-0.24, 0.84),
        (-0.24, 0.02),
    ]
    prism(inner[::-1], 0.63, (0, 0, 0.02), body)
    box((0.62, 0.012, 0.17), (0, -0.2, 1.645), paint((0.75, 0.4, 0.03), 0.3), 0.003, (8, 0, 0))
    text("STAR RUNNER", 0.088, (0, -0.222, 1.735), paint((0.35, 0.01, 0.03), 0.4), (90 + 8, 0, 0))
    lean = math.degrees(math.atan2(0.08, 0.41))
    box((0.56, 0.006, 0.38), (0, 0.026, 1.155), paint((0.01, 0.015, 0.04), 0.12), 0.002, (lean, 0, 0))
    draw = np.random.default_rng(3)
    for _ in range(26):
        x, up = draw.uniform(-0.24, 0.24), draw.uniform(0.03, 0.34)
        colour = ((0.1, 0.6, 0.75), (0.75, 0.2, 0.5), (0.7, 0.65, 0.1), (0.2, 0.7, 0.2))[draw.integers(4)]
        a = math.radians(lean)
        box((draw.uniform(0.012, 0.04), 0.003, 0.014), (x, 0.021 - up * math.sin(a), 1.155 + up * math.cos(a)),
            paint(colour, 0.25), 0.0, (lean, 0, 0))  # fmt: skip
    for x in (-0.17, 0.1):
        z = 1.03
        lathe([(0.006, 0), (0.006, 0.06)], (x, -0.2, z), metal(), 8)
        ball(0.018, (x, -0.2, z + 0.07), paint(RED, 0.3), 6)
        for k in range(3):
            disc(
                0.014,
                0.012,
                (x + 0.06 + 0.035 * k, -0.2 + 0.015 * (k % 2), z + 0.008),
                paint((YELLOW, BLUE, RED)[k], 0.3),
                segments=12,
            )
    box((0.3, 0.012, 0.36), (0, -0.243, 0.26), metal((0.2, 0.2, 0.21), 0.45), 0.004)
    for x in (-0.07, 0.07):
        box((0.05, 0.01, 0.08), (x, -0.252, 0.46), paint(BLACK, 0.4), 0.003)
        box((0.02, 0.006, 0.028), (x, -0.258, 0.49), paint((0.6, 0.1, 0.02), 0.3), 0.002)
    text("PLAYER ONE", 0.05, (0, -0.244, 0.74), paint(YELLOW, 0.4))


def _dumbbell(at: Point, length: float, radius: float) -> None:
    x, y, z = at
    rubber = paint((0.022, 0.022, 0.023), 0.6)
    for sign in (-1, 1):
        lathe([(0.75 * radius, 0), (radius, 0.008), (radius, 0.06), (0.75 * radius, 0.068)],
              (x, y + sign * (length / 2 - 0.034) - 0.034, z), rubber, 6, (-90, 0, 0))  # fmt: skip
    lathe([(0.015, 0), (0.015, length - 0.1)], (x, y - length / 2 + 0.05, z), metal(), 8, (-90, 0, 0))


def dumbbell_rack() -> None:
    """A rack with three rows of dumb-bells, heavy ones below."""
    steel = paint((0.05, 0.05, 0.055), 0.45)
    for x in (-0.92, 0.92):
        box((0.06, 0.56, 0.05), (x, 0.02, 0), steel)
        box((0.06, 0.07, 1.05), (x, 0.17, 0.03), steel, turn_deg=(14, 0, 0))
    for row, (z, y, radius) in enumerate(((0.26, -0.02, 0.085), (0.6, 0.05, 0.07), (0.92, 0.12, 0.055))):
        for dy in (-0.1, 0.1):
            box((1.84, 0.05, 0.03), (0, y + dy, z + 0.04 * (dy > 0)), steel, 0.004, (12, 0, 0))
        count = (8, 10, 12)[row]
        for k in range(count):
            shrink = 1.0 - 0.2 * k / count
            _dumbbell((-0.82 + 1.64 * k / (count - 1), y, z + 0.05 + radius * shrink), 0.34 * shrink, radius * shrink)


def squat_rack() -> None:
    """A rack with a loaded barbell."""
    steel, rubber = paint((0.04, 0.042, 0.045), 0.4), paint((0.025, 0.025, 0.026), 0.65)
    for x in (-0.55, 0.55):
        for y in (-0.55, 0.55):
            box((0.07, 0.07, 2.2), (x, y, 0), steel, 0.006)
        box((0.07, 1.1, 0.07), (x, 0, 0), steel, 0.006)
        box((0.07, 1.1, 0.07), (x, 0, 2.13), steel, 0.006)
        box((0.06, 0.16, 0.05), (x, -0.64, 1.28), paint(RED, 0.4), 0.004)
        box((0.06, 0.03, 0.1), (x, -0.71, 1.3), paint(RED, 0.4), 0.004)
    for y, z in ((0.55, 0.03), (0.55, 2.13), (-0.55, 2.13)):
        box((1.1, 0.06, 0.06), (0, y, z), steel, 0.006)
    tube([(-0.55, -0.1, 2.1), (0.55, -0.1, 2.1)], 0.016, metal())
    tube([(-1.1, -0.65, 1.345), (1.1, -0.65, 1.345)], 0.014, metal())
    for sign in (-1, 1):
        for k, (radius, thick) in enumerate(((0.225, 0.05), (0.225, 0.05), (0.16, 0.035))):
            lathe(
                [
                    (0.03, 0),
                    (radius * 0.6, 0),
                    (radius * 0.62, 0.008),
                    (radius * 0.9, 0.008),
                    (radius, 0),
                    (radius, thick),
                    (radius * 0.9, thick - 0.008),
                    (radius * 0.62, thick - 0.008),
                    (radius * 0.6, thick),
                    (0.03, thick),
                ],
                (sign * (0.7 + 0.055 * k), -0.65, 1.345),
                rubber,
                28,
                (0, 90 * sign, 0),
            )


def exercise_ball() -> None:
    """A large ball for exercises, a little flat where it lies."""
    radius = 0.325
    profile = []
    for k in range(25):
        angle = -math.pi / 2 + math.pi * k / 24
        ripple = 0.003 if k % 2 and 4 < k < 20 else 0.0
        profile.append((max((radius + ripple) * math.cos(angle), 0.0), max(radius * math.sin(angle), -radius * 0.975)))
    profile[0], profile[-1] = (0.0, -radius * 0.975), (0.0, radius)
    lathe(profile, (0, 0, radius * 0.975), paint((0.05, 0.16, 0.3), 0.4, name="rubber"), 32)


def kettlebells() -> None:
    """Four kettlebells in a row."""
    for k, (radius, colour) in enumerate(((0.075, BLUE), (0.085, GREEN), (0.095, RED), (0.11, DARK))):
        x = -0.45 + 0.3 * k
        lathe([(radius * 0.6, 0), (radius * 0.97, radius * 0.5), (radius, radius * 0.9), (radius * 0.75, radius * 1.55),
               (0, radius * 1.85)], (x, 0, 0), paint((0.03, 0.03, 0.031), 0.5), 20)  # fmt: skip
        lathe([(radius * 1.003, radius * 0.8), (radius * 1.003, radius * 1.0)], (x, 0, 0), paint(colour, 0.5), 20)
        tube(
            [
                (x - radius * 0.55, 0, radius * 1.5),
                (x - radius * 0.62, 0, radius * 2.3),
                (x + radius * 0.62, 0, radius * 2.3),
                (x + radius * 0.55, 0, radius * 1.5),
            ],
            0.017,
            metal((0.1, 0.1, 0.1), 0.5),
            0.05,
        )


def turnstile() -> None:
    """A tripod turnstile."""
    steel = metal(STEEL, 0.35)
    box((0.28, 1.05, 0.02), (0.3, 0, 0), metal(GALVANISED, 0.5), 0.002)
    box((0.26, 1.0, 0.93), (0.3, 0, 0.02), steel, 0.02)
    box((0.28, 1.04, 0.05), (0.3, 0, 0.95), paint(BLACK, 0.2), 0.012)
    box((0.12, 0.006, 0.12), (0.3, -0.502, 0.74), paint((0.03, 0.3, 0.08), 0.2), 0.002)
    disc(0.09, 0.06, (0.17, -0.06, 0.83), steel, (0, -90, 0))
    for angle in (180, 62, -62):
        a = math.radians(angle)
        tip = (-0.33, -0.06 + 0.34 * math.sin(a) * 0.6, 0.83 + (0.0 if angle == 180 else -0.4))
        tube([(0.12, -0.06, 0.83), tip], 0.018, steel)
    box((0.1, 0.14, 0.02), (0.3, -0.36, 1.0), paint((0.02, 0.05, 0.2), 0.15), 0.004)


def lockers() -> None:
    """Three columns of steel lockers, two doors each."""
    carcass, doors = paint((0.3, 0.31, 0.32), 0.45), paint((0.05, 0.14, 0.28), 0.4, name="doors")
    box((0.9, 0.5, 1.72), (0, 0, 0.08), carcass, 0.004)
    box((0.86, 0.44, 0.08), (0, 0.02, 0), paint(DARK, 0.6), 0.0)
    for column in range(3):
        for row in range(2):
            x, z = -0.3 + 0.3 * column, 0.1 + 0.85 * row
            box((0.288, 0.016, 0.83), (x, -0.256, z), doors, 0.004)
            for k in range(5):
                for start in (0.08, 0.68):
                    box((0.14, 0.004, 0.006), (x, -0.264, z + start + 0.018 * k), paint(BLACK, 0.8), 0.0)
            box((0.022, 0.018, 0.09), (x + 0.11, -0.27, z + 0.36), metal(), 0.004)
            text(str(101 + column * 2 + (1 - row)), 0.05, (x, -0.266, z + 0.6), paint(WHITE, 0.5))


def queue_barrier() -> None:
    """Two posts with a belt between them."""
    post, belt = metal((0.5, 0.5, 0.5), 0.22), paint((0.02, 0.05, 0.2), 0.8, name="belt")
    for x in (-0.8, 0.8):
        lathe([(0.17, 0), (0.17, 0.015), (0.12, 0.03), (0.035, 0.04), (0.032, 0.9), (0.036, 0.905), (0.036, 0.98),
               (0.02, 1.0), (0, 1.002)], (x, 0, 0), post, 24)  # fmt: skip
    box((1.54, 0.003, 0.05), (0, 0, 0.918), belt, 0.0)


def clothes_rail() -> None:
    """A rail on wheels with clothes on hangers."""
    steel = metal(STEEL, 0.3)
    for x in (-0.7, 0.7):
        tube([(x, -0.26, 0.07), (x, 0.26, 0.07)], 0.014, steel)
        tube([(x, 0, 0.07), (x, 0, 1.55)], 0.014, steel)
        for y in (-0.26, 0.26):
            disc(0.032, 0.022, (x - 0.011, y, 0.032), paint(BLACK, 0.6), (0, 90, 0), 14)
    tube([(-0.72, 0, 1.55), (0.72, 0, 1.55)], 0.014, steel)
    tube([(-0.7, 0, 0.18), (0.7, 0, 0.18)], 0.012, steel)
    draw = np.random.default_rng(11)
    colours = ((0.02, 0.03, 0.06), (0.35, 0.32, 0.27), (0.25, 0.02, 0.03), (0.05, 0.12, 0.09), (0.6, 0.58, 0.55),
               (0.03, 0.03, 0.03), (0.12, 0.17, 0.3), (0.45, 0.28, 0.1))  # fmt: skip
    for k in range(17):
        x = -0.6 + 1.2 * k / 16 + draw.uniform(-0.012, 0.012)
        half, length = draw.uniform(0.2, 0.25), draw.uniform(0.62, 1.05)
        fabric = paint(colours[draw.integers(len(colours))], 0.9)
        lean = draw.uniform(-0.02, 0.02)
        outline = [
            (-half, -0.1),
            (-half * 1.05, -length),
            (half * 1.05, -length),
            (half, -0.1),
            (0.06, 0.0),
            (-0.06, 0.0),
        ]
        prism(outline, draw.uniform(0.03, 0.05), (x + lean, 0, 1.46), fabric)
        for sign in (-1, 1):
            prism([(sign * half * 0.8, -0.08), (sign * half * 1.22, -0.5), (sign * half * 1.22 - sign * 0.09, -0.52),
                   (sign * half * 0.7, -0.3)][:: -sign], 0.045, (x + lean, 0, 1.46), fabric)  # fmt: skip
        tube([(x, 0, 1.46), (x, 0, 1.53), (x, 0.018, 1.565), (x, 0.0, 1.58), (x, -0.016, 1.57)], 0.0025, steel, sides=0)


def trolley_case() -> None:
    """A cabin case on wheels, its handle drawn out."""
    shell = paint((0.09, 0.02, 0.03), 0.35, name="shell")
    box((0.4, 0.24, 0.52), (0, 0, 0.05), shell, 0.045)
    for k in range(7):
        box((0.012, 0.25, 0.46), (-0.15 + 0.05 * k, 0, 0.08), shell, 0.005)
    box((0.404, 0.012, 0.5), (0, 0, 0.06), paint(BLACK, 0.6), 0.005)
    for x in (-0.16, 0.16):
        for y in (-0.08, 0.08):
            disc(0.025, 0.02, (x - 0.01, y, 0.025), paint(BLACK, 0.5), (0, 90, 0), 14)
            box((0.03, 0.03, 0.025), (x, y, 0.035), paint(BLACK, 0.5), 0.003)
    tube([(-0.09, 0.09, 0.55), (-0.09, 0.09, 1.02), (0.09, 0.09, 1.02), (0.09, 0.09, 0.55)], 0.008, metal(), 0.02)
    box((0.16, 0.026, 0.03), (0, 0.09, 1.008), paint(BLACK, 0.6), 0.006)
    tube([(-0.06, 0, 0.57), (-0.05, 0, 0.595), (0.05, 0, 0.595), (0.06, 0, 0.57)], 0.009, paint(BLACK, 0.6))


def info_totem() -> None:
    """A standing information board with a plan and a list."""
    frame, panel = paint(DARK, 0.35), paint((0.6, 0.6, 0.58), 0.3)
    box((0.86, 0.4, 0.02), (0, 0, 0), metal(GALVANISED, 0.45), 0.004)
    box((0.8, 0.12, 1.98), (0, 0, 0.02), frame, 0.012)
    for turn in (0, 180):
        sign = -1 if turn == 0 else 1
        y = sign * 0.062
        box((0.72, 0.006, 1.2), (0, y, 0.62), panel, 0.002)
        box((0.72, 0.007, 0.2), (0, y, 1.7), paint((0.02, 0.12, 0.3), 0.3, name="header"), 0.002)
        text("YOU ARE HERE", 0.085, (0, y + sign * 0.006, 1.8), paint(WHITE, 0.4), (90, 0, turn))
        draw = np.random.default_rng(5)
        for k in range(20):
            colour = ((0.5, 0.3, 0.1), (0.15, 0.35, 0.2), (0.2, 0.3, 0.5), (0.45, 0.15, 0.15))[draw.integers(4)]
            if draw.random() < 0.8:
                size = (draw.uniform(0.07, 0.12), 0.003, draw.uniform(0.06, 0.11))
                at = (-0.27 + 0.135 * (k % 5), y + sign * 0.004, 1.16 + 0.13 * (k // 5))
                box(size, at, paint(colour, 0.4), 0.0)
        for k in range(8):
            box((0.56 - 0.05 * (k * 7 % 4), 0.003, 0.018), (-0.03, y + sign * 0.004, 0.7 + 0.045 * k), paint(GREY), 0.0)


def shopping_trolley() -> None:
    """A supermarket's trolley of wire."""
    wire = metal((0.6, 0.6, 0.61), 0.3)
    top, low = 0.98, 0.55  # of the basket; it narrows to the front (-Y)
    corners = {"bl": (-0.25, 0.36), "br": (0.25, 0.36), "fr": (0.19, -0.42), "fl": (-0.19, -0.42)}

    def ring(z: float, shrink: float, radius: float) -> None:
        path = [(x * shrink, y * shrink, z) for x, y in corners.values()]
        tube([*path, path[0]], radius, wire, sides=1)

    ring(top, 1.0, 0.007)
    ring(low, 0.86, 0.006)
    for t in (0.25, 0.5, 0.75):
        ring(low + t * (top - low), 0.86 + 0.14 * t, 0.003)
    names = list(corners)
    for a, b in zip(names, names[1:] + names[:1], strict=True):
        (x0, y0), (x1, y1) = corners[a], corners[b]
        steps = 10 if abs(y1 - y0) < 0.1 else 15
        for k in range(steps + 1):
            x, y = x0 + (x1 - x0) * k / steps, y0 + (y1 - y0) * k / steps
            tube([(x * 0.86, y * 0.86, low), (x, y, top)], 0.0022, wire, sides=0)
    for k in range(9):
        x = -0.2 + 0.4 * k / 8
        tube([(x * 0.86, -0.36, low), (x, 0.31, low)], 0.0022, wire, sides=0)
    for x in (-0.22, 0.22):
        tube([(x, 0.4, 1.02), (x, 0.36, 0.55), (x, 0.3, 0.16), (x * 0.8, -0.42, 0.14)], 0.011, wire, 0.06, 1)
        tube([(x * 0.85, -0.3, 0.14), (x * 0.8, -0.1, 0.55)], 0.009, wire, sides=1)
        for y, narrow in ((0.28, 1.0), (-0.4, 0.8)):
            disc(0.055, 0.025, (x * narrow - 0.0125, y, 0.056), paint(DARK, 0.6), (0, 90, 0), 16)
            box((0.03, 0.03, 0.06), (x * narrow, y, 0.09), wire, 0.004)
    tube([(-0.26, 0.4, 1.03), (0.26, 0.4, 1.03)], 0.015, paint(RED, 0.4))


MODELS: tuple[Callable[[], None], ...] = (
    cone,
    bollard,
    bike_stand,
    a_board,
    sign_parking,
    pay_station,
    fruit_stand,
    planter_palm,
    crates_stacked,
    wet_floor_sign,
    reception_desk,
    vending_machine,
    arcade_cabinet,
    dumbbell_rack,
    squat_rack,
    exercise_ball,
    kettlebells,
    turnstile,
    lockers,
    queue_barrier,
    electric_cabinet,
    newspaper_rack,
    ash_bin,
    clothes_rail,
    trolley_case,
    info_totem,
    shopping_trolley,
)


def _mesh(bm: bmesh.types.BMesh) -> bpy.types.Mesh:
    mesh = bpy.data.meshes.new("part")
    bm.to_mesh(mesh)
    bm.free()
    return mesh


def _from_curve(
    curve: bpy.types.Curve, material: bpy.types.Material, turn_deg: Point = (0, 0, 0), at: Point = (0, 0, 0)
) -> None:
    obj = bpy.data.objects.new("curve", curve)
    bpy.context.scene.collection.objects.link(obj)
    graph = bpy.context.evaluated_depsgraph_get()
    mesh = bpy.data.meshes.new_from_object(obj.evaluated_get(graph), depsgraph=graph)
    bpy.data.objects.remove(obj)
    put(mesh, material, turn_deg, at)


def _bake(model: Callable[[], None]) -> str:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    model()
    meshes = [obj for obj in bpy.context.scene.objects if obj.type == "MESH"]
    for obj in list(bpy.context.scene.objects):
        if obj not in meshes:
            bpy.data.objects.remove(obj)
    for obj in meshes:
        if not obj.get("keeps_normals"):
            smooth(obj.data)
    with bpy.context.temp_override(active_object=meshes[0], selected_editable_objects=meshes):
        bpy.ops.object.join()
    for key in list(meshes[0].keys()):
        del meshes[0][key]
    mesh = meshes[0].data
    points = np.array([vertex.co for vertex in mesh.vertices])
    fit(mesh, tuple(points.max(axis=0) - points.min(axis=0)))
    meshes[0].name = mesh.name = model.__name__
    out = HERE / f"{model.__name__}.glb"
    triangles = export(out, 80)
    return f"{model.__name__}: {triangles} triangles, {out.stat().st_size // 1024} kB"


def main(names: list[str]) -> None:
    """Bake these models."""
    for model in MODELS:
        if model.__name__ in names:
            with quiet():
                line = _bake(model)
            print(line, flush=True)
    sys.stdout.flush()
    os._exit(0)  # Blender 4.5 may hang when its module is unloaded


if __name__ == "__main__":
    main(sys.argv[1:])
