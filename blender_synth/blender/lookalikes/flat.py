"""Flat pictures of people as geometry: the ground as a sheet, the person's outline as faces of its own before it.

Both show the same image, so that no edge is visible between them, and each has its own id in the label pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import bpy
import numpy as np

from blender_synth.blender.lookalikes.pictures import outline_mask, picture_file
from blender_synth.blender.scenery.materials import STAYS_CLEAR
from blender_synth.blender.scenery.meshes import Part, join, part
from blender_synth.blender.shading.nodes import Graph
from blender_synth.blender.shading.traits import MaterialTraits
from blender_synth.values import Vec3
from blender_synth.world.lookalikes.pictures import PictureSpec

FIGURE_M = 0.0012
"""The outline is so far before the sheet."""
WORDS_M = 0.003
PICTURE_MATERIAL = "lookalike_picture"
_STEPS = 24
"""Pieces that a bent sheet is cut into across."""
Bend = Callable[[np.ndarray], np.ndarray]
"""Maps points (N, 3) of the flat sheet (x right, y into the wall, z up from the lower edge) to where they are."""


def place(obj: bpy.types.Object, position_m: Vec3, facing_deg: float) -> bpy.types.Object:
    """Pose an object whose local x is right as seen from the front, and y points away from it."""
    a = math.radians(facing_deg)
    obj.location, obj.rotation_euler = position_m, (0.0, 0.0, math.atan2(math.cos(a), -math.sin(a)))
    return obj


def picture_sheet(width_m: float, height_m: float, bend: Bend | None = None) -> Part:
    """The sheet that the picture is printed on."""
    xs = np.linspace(0.0, 1.0, _STEPS + 1 if bend else 2)
    return _bent(join([_rectangle(a, b, 0.0, 1.0, width_m, height_m, 0.0) for a, b in pairwise(xs)]), bend)


def picture_figure(picture: PictureSpec, width_m: float, height_m: float, bend: Bend | None = None) -> Part:
    """The person's outline, pixel by pixel of the picture."""
    mask = outline_mask(picture)
    rows, columns = mask.shape
    parts = []
    for top, bottom, left, right in runs(mask):
        if bend is None:
            cuts = [left, right]
        else:
            step = columns / _STEPS
            inner = np.arange(math.floor(left / step) + 1, math.ceil(right / step)) * step
            cuts = [left, *inner.tolist(), right]
        for a, b in pairwise(cuts):
            parts.append((a / columns, b / columns, 1 - bottom / rows, 1 - top / rows))
    if not parts:
        raise ValueError("the picture shows nobody")
    return _bent(_rectangles(np.array(parts), width_m, height_m, -FIGURE_M), bend)


def runs(mask: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Rectangles (top, bottom, left, right), the ends exclusive, that cover exactly the true pixels of (H, W)."""
    done: list[tuple[int, int, int, int]] = []
    growing: dict[tuple[int, int], int] = {}
    for row in range(len(mask) + 1):
        found: set[tuple[int, int]] = set()
        if row < len(mask):
            edges = np.flatnonzero(np.diff(np.concatenate([[0], mask[row].astype(np.int8), [0]])))
            found = {(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)}
        for span in [span for span in growing if span not in found]:
            done.append((growing.pop(span), row, *span))
        for span in found:
            growing.setdefault(span, row)
    return sorted(done)


def _rectangle(u0: float, u1: float, v0: float, v1: float, width_m: float, height_m: float, y_m: float) -> Part:
    return _rectangles(np.array([[u0, u1, v0, v1]]), width_m, height_m, y_m)


def _rectangles(uv: np.ndarray, width_m: float, height_m: float, y_m: float) -> Part:
    """Rectangles (N, 4) of the picture, as shares (left, right, low, high) of its size."""
    u0, u1, v0, v1 = uv.T
    corners = np.stack(
        [np.stack([u0, v0], 1), np.stack([u1, v0], 1), np.stack([u1, v1], 1), np.stack([u0, v1], 1)], axis=1
    )
    points = np.zeros((*corners.shape[:2], 3))
    points[..., 0], points[..., 1], points[..., 2] = (corners[..., 0] - 0.5) * width_m, y_m, corners[..., 1] * height_m
    faces = np.arange(4 * len(uv)).reshape(-1, 4)
    return part(points.reshape(-1, 3), faces, PICTURE_MATERIAL, uvs=corners)


def _bent(flat: Part, bend: Bend | None) -> Part:
    return flat if bend is None else replace(flat, points=bend(flat.points))


def picture_material(picture: PictureSpec, radiance: float, gloss: float, black: float = 0.5) -> bpy.types.Material:
    """The picture as ink on paper, or lit from behind.

    Args:
        radiance: of its white, in the scene's units; 0 for one that is not lit. gloss: 0 matt paper to 1 behind glass.
        black: reflectance of one that is lit, over that of paper.
    """
    lit = radiance > 0
    g = Graph(PICTURE_MATERIAL, STAYS_CLEAR if lit else MaterialTraits(soaks=False, snow=0.2))
    image = bpy.data.images.load(str(picture_file(picture)), check_existing=True)
    image.alpha_mode = "NONE"
    colour = g.image(image, g.uv(), "EXTEND").outputs["Color"]
    if not lit:
        faded = g.scale(colour, 0.82)  # white paper reflects about so much
        return g.surface(g.principled(base=faded, roughness=0.75 - 0.45 * gloss, specular=0.3 + 0.3 * gloss))
    g.material.cycles.emission_sampling = "NONE"
    surface = g.principled(base=g.scale(colour, 0.82 * black), roughness=0.3, specular=0.4)
    emission = g.node("ShaderNodeEmission", {"Color": colour, "Strength": radiance}).outputs[0]
    return g.surface(g.node("ShaderNodeAddShader", {0: surface, 1: emission}).outputs[0])
