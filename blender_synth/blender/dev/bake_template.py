"""Makes the two things of the pack template, a bench and a planter, the way an artist would: meshes, materials, export.

    python -m blender_synth.blender.dev.bake_template blender_synth/pack_tools/template

Everything is made here, textures too; CC0-1.0. In Blender the front of a thing is what the front view (numpad 1) shows:
it looks along -Y. The same version of Blender writes the same files.
"""

from __future__ import annotations

import math
import sys
from itertools import pairwise
from pathlib import Path

import bpy  # isort: skip  (the others are only there once it is)
import bmesh
import cv2
import numpy as np
from mathutils import Matrix, Vector

from blender_synth.seeds import Streams

_TEXTURE_PX = 512


def main(folder: Path) -> None:
    """Write `bench.glb` and `planter.glb` into a folder."""
    for name, make in (("bench", bench), ("planter", planter)):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        make(Streams(1, 0).child(name))
        bpy.ops.export_scene.gltf(
            filepath=str(folder / f"{name}.glb"), export_format="GLB", export_image_format="JPEG", export_apply=True
        )


def bench(streams: Streams) -> None:
    """A park bench for three: oak slats on two frames of flat steel. 1.7 m wide, 0.85 m high."""
    wood = _material("oak", image=_wood(streams.rng("wood")), roughness=0.55)
    steel = _material("steel", rgb=(0.022, 0.026, 0.028), roughness=0.42, metallic=0.6)
    bolts = _material("bolts", rgb=(0.45, 0.44, 0.42), roughness=0.3, metallic=1.0)
    width, slat, thick = 1.7, 0.085, 0.032
    seat, back = _Builder(), _Builder()
    dome = _Builder()
    draw = streams.rng("slats")
    for n in range(5):
        y = -0.27 + n * 0.102
        z = 0.44 - 0.035 * math.sin(math.pi * (n + 0.4) / 5.2)
        seat.board(width, slat, thick, Matrix.Translation((0, y, z)), draw.random(2))
        for x in (-0.62, 0.62):
            dome.dome(0.011, Matrix.Translation((x, y, z + thick / 2)))
    lean = math.radians(72)
    for n in range(4):
        along = 0.115 + n * 0.108
        place = Matrix.Translation((0, 0.215 + along * math.cos(lean), 0.43 + along * math.sin(lean)))
        place = place @ Matrix.Rotation(lean, 4, "X")
        back.board(width, slat, thick, place, draw.random(2))
        for x in (-0.62, 0.62):
            dome.dome(0.011, place @ Matrix.Translation((x, 0, thick / 2)))
    seat.finish("seat", wood, bevel=0.005)
    back.finish("back", wood, bevel=0.005)
    dome.finish("bolts", bolts, smooth=True)
    frame = _Builder()
    for x in (-0.62, 0.62):
        under = [(-0.34, 0.412), (-0.2, 0.395), (0.0, 0.383), (0.16, 0.39), (0.245, 0.43)]
        rest = [(0.245, 0.43), *((0.245 + a * math.cos(lean), 0.43 + a * math.sin(lean)) for a in (0.12, 0.3, 0.475))]
        frame.bar([*under, *rest[1:]], 0.012, 0.05, x)
        arm = [(-0.31, 0.6), (-0.25, 0.655), (-0.1, 0.66), (0.315, 0.652)]
        frame.bar([(-0.36, 0.012), (-0.335, 0.2), (-0.315, 0.41), *arm], 0.012, 0.05, x)
        frame.bar([(0.36, 0.012), (0.3, 0.16), (0.235, 0.32), (0.245, 0.44)], 0.012, 0.05, x)
        for y in (-0.36, 0.36):
            frame.box((0.085, 0.1, 0.012), Matrix.Translation((x, y, 0.006)))
    frame.box((1.24, 0.012, 0.04), Matrix.Translation((0, -0.02, 0.36)))
    frame.finish("frame", steel, bevel=0.002)


def planter(streams: Streams) -> None:
    """A box of weathering steel with lavender and grass in it. 0.7 m wide, 1.1 m high."""
    corten = _material("weathering_steel", image=_corten(streams.rng("corten")), roughness=0.8)
    soil = _material("soil", rgb=(0.035, 0.024, 0.016), roughness=0.95)
    greens = [_material(f"leaves_{n}", rgb=rgb, roughness=0.6) for n, rgb in enumerate(
        [(0.045, 0.1, 0.025), (0.085, 0.15, 0.04), (0.13, 0.17, 0.07)])]  # fmt: skip
    bloom = _material("lavender", rgb=(0.19, 0.1, 0.42), roughness=0.7)
    box = _Builder()
    box.trough(outer=0.7, height=0.6, wall=0.012, rim=0.045, foot=0.62)
    box.finish("box", corten, bevel=0.003)
    bed = _Builder()
    bed.mound(0.32, 0.53, 0.03, streams.rng("soil"))
    bed.finish("soil", soil, smooth=True)
    blades = [_Builder() for _ in greens]
    flowers = _Builder()
    draw = streams.rng("plants")
    for _ in range(340):
        kind = int(draw.integers(3))
        at = Vector((*draw.uniform(-0.3, 0.3, 2), 0.53))
        blades[kind].blade(at, draw.uniform(0.2, 0.42), draw.uniform(0.006, 0.011), draw.uniform(0, 2 * math.pi),
                           draw.uniform(0.1, 0.75))  # fmt: skip
    for _ in range(70):
        at = Vector((*draw.uniform(-0.26, 0.26, 2), 0.53))
        height, angle, lean = draw.uniform(0.3, 0.52), draw.uniform(0, 2 * math.pi), draw.uniform(0.02, 0.3)
        tip = blades[0].blade(at, height, 0.004, angle, lean)
        for level in range(6):
            for side in range(5):
                spin = side * 2 * math.pi / 5 + level * 0.6
                out = Vector((math.cos(spin), math.sin(spin), 0)) * 0.007
                flowers.floret(tip + out + Vector((0, 0, -0.012 + level * 0.012)), 0.008 - level * 0.0007)
    for builder, green in zip(blades, greens, strict=True):
        builder.finish(green.name, green, smooth=True)
    flowers.finish("flowers", bloom, smooth=True)


class _Builder:
    """One mesh being made, with a UV map in metres (1 unit of UV is 1 m of surface)."""

    def __init__(self) -> None:
        self.mesh = bmesh.new()
        self.uv = self.mesh.loops.layers.uv.new("UVMap")

    def box(self, size: tuple[float, float, float], place: Matrix) -> list[bmesh.types.BMVert]:
        """A box around `place`."""
        made = bmesh.ops.create_cube(self.mesh, size=1.0, matrix=place @ Matrix.Diagonal((*size, 1)))["verts"]
        self._lay(made, place.inverted(), Vector((0, 0)), along_x=size[0] > size[1])
        return made

    def board(self, length: float, width: float, thick: float, place: Matrix, cut: np.ndarray) -> None:
        """A slat whose grain runs along x; `cut` (2,) is where in the texture it was sawn."""
        made = bmesh.ops.create_cube(self.mesh, size=1.0, matrix=place @ Matrix.Diagonal((length, width, thick, 1)))
        self._lay(made["verts"], place.inverted(), Vector(cut), along_x=True)

    def dome(self, radius: float, place: Matrix) -> None:
        """The head of a carriage bolt."""
        squash = Matrix.Diagonal((1, 1, 0.45, 1))
        bmesh.ops.create_uvsphere(self.mesh, u_segments=12, v_segments=8, radius=radius, matrix=place @ squash)

    def bar(self, path: list[tuple[float, float]], thick: float, wide: float, x: float) -> None:
        """A flat bar, `wide` across, `thick` along the bend, bent along (y, z) points, smoothed."""
        points = _smooth([Vector((0, y, z)) for y, z in path])
        rings = []
        for n, point in enumerate(points):
            ahead = (points[min(n + 1, len(points) - 1)] - points[max(n - 1, 0)]).normalized()
            out = Vector((0, -ahead.z, ahead.y)) * thick / 2
            side = Vector((wide / 2, 0, 0))
            middle = point + Vector((x, 0, 0))
            corners = (middle - side - out, middle + side - out, middle + side + out, middle - side + out)
            rings.append([self.mesh.verts.new(corner) for corner in corners])
        for one, two in pairwise(rings):
            for a in range(4):
                self.mesh.faces.new((one[(a + 1) % 4], one[a], two[a], two[(a + 1) % 4]))
        self.mesh.faces.new(rings[0])
        self.mesh.faces.new(rings[-1][::-1])

    def trough(self, outer: float, height: float, wall: float, rim: float, foot: float) -> None:
        """A square open box on a recessed foot, its walls folded inwards at the top."""
        inset, top = outer / 2, height
        levels = [  # half width, z: up the outside, over the rim, down the inside
            (foot / 2, 0.0), (foot / 2, 0.04), (inset, 0.04), (inset, top),
            (inset - rim, top), (inset - rim, top - wall), (inset - wall, top - wall), (inset - wall, 0.1),
        ]  # fmt: skip
        rings = []
        for half, z in levels:
            corners = ((-half, -half), (half, -half), (half, half), (-half, half))
            rings.append([self.mesh.verts.new((x, y, z)) for x, y in corners])
        faces = []
        for one, two in pairwise(rings):
            faces += [self.mesh.faces.new((one[a], one[(a + 1) % 4], two[(a + 1) % 4], two[a])) for a in range(4)]
        faces.append(self.mesh.faces.new(rings[0][::-1]))
        faces.append(self.mesh.faces.new(rings[-1]))
        self._unwrap(faces)

    def mound(self, half: float, z: float, high: float, rng: np.random.Generator) -> None:
        """Uneven soil."""
        steps = 24
        bumps = cv2.GaussianBlur(rng.normal(size=(steps, steps)), (0, 0), 1.2)
        at = np.linspace(-half, half, steps)
        grid = [
            [self.mesh.verts.new((x, y, z + high * bumps[i, j])) for j, y in enumerate(at)] for i, x in enumerate(at)
        ]
        for i in range(steps - 1):
            for j in range(steps - 1):
                self.mesh.faces.new((grid[i][j], grid[i + 1][j], grid[i + 1][j + 1], grid[i][j + 1]))

    def blade(self, foot: Vector, height: float, wide: float, angle: float, lean: float) -> Vector:
        """A leaf that bends over; returns its tip."""
        ahead = Vector((math.cos(angle), math.sin(angle), 0))
        side = Vector((-ahead.y, ahead.x, 0)) * wide
        last, steps = None, 5
        for n in range(steps + 1):
            t = n / steps
            middle = foot + ahead * (lean * height * t**1.8) + Vector((0, 0, height * (t - 0.35 * lean * t**2)))
            half = side * (1 - t**2 * 0.95) / 2
            pair = [self.mesh.verts.new(middle - half), self.mesh.verts.new(middle + half)]
            if last:
                self.mesh.faces.new((last[0], last[1], pair[1], pair[0]))
            last = pair
        return middle

    def floret(self, middle: Vector, size: float) -> None:
        """One blossom of a spike."""
        place = Matrix.Translation(middle) @ Matrix.Diagonal((1, 1, 1.5, 1))
        bmesh.ops.create_uvsphere(self.mesh, u_segments=4, v_segments=2, radius=size / 2, matrix=place)

    def finish(self, name: str, material: bpy.types.Material, bevel: float = 0.0, smooth: bool = False) -> None:
        """Put it into the scene."""
        if bevel:
            sharp = [e for e in self.mesh.edges if e.is_manifold and e.calc_face_angle(0) > math.radians(40)]
            bmesh.ops.bevel(self.mesh, geom=sharp, offset=bevel, segments=2, affect="EDGES", profile=0.5)
        mesh = bpy.data.meshes.new(name)
        self.mesh.normal_update()
        self.mesh.to_mesh(mesh)
        self.mesh.free()
        mesh.materials.append(material)
        if smooth or bevel:
            mesh.shade_smooth()
        if bevel:
            mesh.set_sharp_from_angle(angle=math.radians(30))
        bpy.context.scene.collection.objects.link(bpy.data.objects.new(name, mesh))

    def _lay(self, verts: list, from_world: Matrix, cut: Vector, along_x: bool) -> None:
        """UVs of a box from its own axes: the long one along u, the two others around it along v."""
        faces = {face for vert in verts for face in vert.link_faces}
        for face in faces:
            face.normal_update()
            normal = from_world.to_3x3() @ face.normal
            flat = int(np.argmax(np.abs(normal)))
            for loop in face.loops:
                own = from_world @ loop.vert.co
                u, v = [own[axis] for axis in range(3) if axis != flat]
                if not along_x and flat == 2:
                    u, v = v, u
                loop[self.uv].uv = Vector((u, v + 0.13 * flat)) + cut

    def _unwrap(self, faces: list) -> None:
        for face in faces:
            face.normal_update()
            flat = int(np.argmax(np.abs(face.normal)))
            for loop in face.loops:
                loop[self.uv].uv = [loop.vert.co[axis] for axis in range(3) if axis != flat]


def _smooth(points: list[Vector], steps: int = 6) -> list[Vector]:
    """A Catmull-Rom curve through points."""
    padded = [2 * points[0] - points[1], *points, 2 * points[-1] - points[-2]]
    curve = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for n in range(steps):
            t = n / steps
            curve.append(
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
            )
    return [*curve, points[-1]]


def _material(
    name: str,
    rgb: tuple[float, float, float] = (1, 1, 1),
    image: bpy.types.Image | None = None,
    roughness: float = 0.5,
    metallic: float = 0.0,
) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    surface = tree.nodes["Principled BSDF"]
    surface.inputs["Base Color"].default_value = (*rgb, 1)
    surface.inputs["Roughness"].default_value = roughness
    surface.inputs["Metallic"].default_value = metallic
    if image is not None:
        texture = tree.nodes.new("ShaderNodeTexImage")
        texture.image = image
        tree.links.new(texture.outputs["Color"], surface.inputs["Base Color"])
    return material


def _image(name: str, rgb: np.ndarray) -> bpy.types.Image:
    """(H, W, 3) floats, sRGB, as an image that repeats."""
    height, width, _ = rgb.shape
    image = bpy.data.images.new(name, width, height)
    pixels = np.concatenate([np.clip(rgb, 0, 1), np.ones((height, width, 1))], axis=-1)
    image.pixels.foreach_set(pixels.astype(np.float32).ravel())
    image.pack()
    return image


def _noise(rng: np.random.Generator, along_px: float, across_px: float) -> np.ndarray:
    """Noise that repeats, of unit spread, as smooth along and across as is said."""
    n = _TEXTURE_PX
    fy, fx = np.meshgrid(np.fft.fftfreq(n), np.fft.fftfreq(n), indexing="ij")
    soft = np.exp(-2 * np.pi**2 * ((fx * along_px) ** 2 + (fy * across_px) ** 2))
    field = np.fft.ifft2(np.fft.fft2(rng.normal(size=(n, n))) * soft).real
    return field / field.std()


def _wood(rng: np.random.Generator) -> bpy.types.Image:
    """Oiled oak: growth rings drawn out along the grain, pores, a slow change of tone."""
    rings = np.sin(26 * np.linspace(0, 2 * np.pi, _TEXTURE_PX, endpoint=False)[:, None] + 2.2 * _noise(rng, 70, 9))
    pores = np.clip(_noise(rng, 9, 0.7) - 1.2, 0, None)
    tone = 0.6 + 0.1 * rings + 0.09 * _noise(rng, 60, 14) + 0.04 * _noise(rng, 25, 1.2) - 0.13 * pores
    dark, light = np.array([0.34, 0.24, 0.16]), np.array([0.74, 0.59, 0.42])
    return _image("oak", dark + (light - dark) * np.clip(tone, 0, 1)[..., None])


def _corten(rng: np.random.Generator) -> bpy.types.Image:
    """Weathering steel: clouds of rust, runs downwards, fine grain."""
    tone = 0.5 + 0.12 * _noise(rng, 40, 40) + 0.1 * _noise(rng, 5, 50) + 0.09 * _noise(rng, 1.2, 1.2)
    dark, light = np.array([0.22, 0.13, 0.095]), np.array([0.56, 0.35, 0.23])
    return _image("weathering_steel", dark + (light - dark) * np.clip(tone, 0, 1)[..., None])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
