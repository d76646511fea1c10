"""Builds a mannequin: a dressed body of plastic or cloth, with or without a head, behind a window or on a podium."""

from __future__ import annotations

from itertools import pairwise

import bmesh
import bpy
import numpy as np

from blender_synth.blender.lookalikes.sculpted import add_sculpted, ellipsoid, without_head
from blender_synth.blender.mirrors.shopfront import PANE_MATERIAL
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import bevelled_box, to_object
from blender_synth.blender.shading.nodes import Graph
from blender_synth.blender.shading.traits import MaterialTraits
from blender_synth.blender.stage import Stage
from blender_synth.bodies.detail import Detail
from blender_synth.bodies.parts import Part
from blender_synth.bodies.person import DressedPerson, dressed_person
from blender_synth.geometry import direction
from blender_synth.world.lookalikes.mannequin import HALF_M, Spec

_BARE = ("skin", "eye")
_NOT_WORN = ("hair", "felt", "phone")
"""Kinds of parts that no mannequin has: hair and beards, hats, glasses."""
_BODY_M = 0.3
_GOODS_M = 0.7
"""Goods are pieces of a building's mesh that are smaller than this."""


def build(spec: Spec, stage: Stage, detail: Detail = "full") -> None:
    """Add the figure, and its podium; a window before it is opened to the label pass."""
    if spec.host_id is not None:
        _make_room(spec, stage)
    person = dressed_person(spec.person, detail)
    body = _body_material(spec)
    x, y, z = spec.position_m
    add_sculpted(
        _figure_parts(person, spec),
        f"mannequin_{spec.instance_id}",
        lambda kind: body if kind in _BARE else None,
        stage,
        spec.instance_id,
        (x, y, z + spec.podium_m),
        spec.heading_deg,
    )
    if spec.podium_m:
        half = _BODY_M + 0.03
        podium = bevelled_box((-half, -half, 0), (half, half, spec.podium_m), 0.008, "paint", (0.7, 0.7, 0.68))
        obj = to_object("podium", podium, Materials())
        obj.location, obj.rotation_euler = spec.position_m, (0.0, 0.0, np.radians(spec.heading_deg))
        stage.add(obj, spec.holder_instance_id)


def _figure_parts(person: DressedPerson, spec: Spec) -> list[Part]:
    kinds = _NOT_WORN if spec.head == "full" else (*_NOT_WORN, "eye")
    parts = [part for part in person.parts if part.shading.kind not in kinds]
    if spec.head == "full":
        return parts
    neck, head = person.joints_m["bone/neck01"], person.joints_m["bone/head"]
    skin = next(part for part in parts if part.name == "skin")
    parts = without_head(parts, neck, head, 0.95 if spec.head == "egg" else 0.5)
    up = (head - neck) / np.linalg.norm(head - neck)
    if spec.head == "egg":
        size = spec.person.body.stature_m / 1.75
        parts.append(ellipsoid(skin, head + 0.052 * size * up, up, (0.094 * size, 0.075 * size, 0.12 * size)))
    else:
        middle = neck + 0.5 * (head - neck)
        parts.append(ellipsoid(skin, middle, up, (0.062, 0.058, 0.016)))
    return parts


def _body_material(spec: Spec) -> bpy.types.Material:
    g = Graph(f"mannequin_{spec.instance_id}", MaterialTraits(soaks=False, snow=0.6))
    place = g.node("ShaderNodeTexCoord").outputs["Object"]
    if spec.finish == "linen":
        weave = g.noise(g.stretched(place, (900.0, 900.0, 300.0)), 1.0, 1.0)
        base = g.mix(weave, tuple(0.8 * c for c in spec.rgb), spec.rgb)
        return g.surface(g.principled(base=base, roughness=0.95, specular=0.2, normal=g.bump(weave, 0.001, 0.4)))
    worn = g.ramp(g.noise(place, 9.0, 2.0), 0.4, 0.8, 0.0, 0.15, smooth=False)
    base = g.mix(worn, spec.rgb, tuple(0.75 * c for c in spec.rgb))
    return g.surface(g.principled(base=base, roughness=0.55 - 0.33 * spec.gloss, specular=0.5))


def _make_room(spec: Spec, stage: Stage) -> None:
    """Take goods off the platform where the figure stands, and make the shop's panes an object of their own.

    The label pass takes a building's panes for walls, so panes with a figure behind them become an object that it
    leaves out. A labelled shopfront has taken the panes before, and nothing is left to do.
    """
    ahead = direction(spec.window_facing_deg)[:2]
    for obj in list(stage.objects.get(spec.host_id or 0, [])):
        slot = obj.data.materials.find(PANE_MATERIAL)
        work = bmesh.new()
        work.from_mesh(obj.data)
        work.transform(obj.matrix_basis)
        _clear_goods(work, np.array(spec.position_m), spec.person.body.stature_m)
        panes = [f for f in work.faces if f.material_index == slot and _is_before(f, spec, ahead)] if slot >= 0 else []
        corners = [[tuple(v.co) for v in face.verts] for face in panes]
        bmesh.ops.delete(work, geom=panes, context="FACES_ONLY")
        work.transform(obj.matrix_basis.inverted())
        work.to_mesh(obj.data)
        work.free()
        if corners:
            stage.add_falling(_pane_object(corners, obj.data.materials[slot], spec.instance_id))


def _is_before(face: bmesh.types.BMFace, spec: Spec, ahead: np.ndarray) -> bool:
    """Whether a pane is in front of the figure, or next to those that are."""
    step = np.array(face.calc_center_median()) - spec.position_m
    out = step[:2] @ ahead
    aside = abs(float(step[0] * ahead[1] - step[1] * ahead[0]))
    return bool(-0.6 < out < 1.5 and aside < 2.2 and -0.3 < step[2] < 3.0)


def _clear_goods(work: bmesh.types.BMesh, foot_m: np.ndarray, height_m: float) -> None:
    """Delete small separate pieces that stand in the figure's way."""
    gone: set[bmesh.types.BMFace] = set()
    low, high = foot_m - (HALF_M, HALF_M, -0.001), foot_m + (HALF_M, HALF_M, height_m)
    for face in work.faces:
        middle = np.array(face.calc_center_median())
        if face in gone or not ((middle > low) & (middle < high)).all():
            continue
        piece, waiting = {face}, [face]
        while waiting and len(piece) < 40:
            for edge in waiting.pop().edges:
                for other in edge.link_faces:
                    if other not in piece:
                        piece.add(other)
                        waiting.append(other)
        corners = np.array([v.co for f in piece for v in f.verts])
        if np.ptp(corners, axis=0).max() < _GOODS_M and corners[:, 2].min() > foot_m[2] - 0.02:
            gone |= piece
    bmesh.ops.delete(work, geom=list(gone), context="FACES")


def _pane_object(
    corners: list[list[tuple[float, float, float]]], material: bpy.types.Material, number: int
) -> bpy.types.Object:
    mesh = bpy.data.meshes.new(f"display_panes_{number}")
    points = [point for face in corners for point in face]
    starts = np.cumsum([0] + [len(face) for face in corners])
    mesh.from_pydata(points, [], [list(range(a, b)) for a, b in pairwise(starts.tolist())])
    mesh.materials.append(material)
    mesh.uv_layers.new(name="uv")
    return bpy.data.objects.new(mesh.name, mesh)
