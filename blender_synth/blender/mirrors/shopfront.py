"""Builds a shopfront's glass: takes the panes out of a house's mesh, or builds a glazed show-case before a wall."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import bmesh
import bpy
import numpy as np

from blender_synth.blender.mirrors.materials import pane
from blender_synth.blender.mirrors.sheets import add_holder, add_sheet, bars, flat_quads, into_ground, room
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, box, join, quad_of
from blender_synth.blender.stage import Stage
from blender_synth.errors import AssetError
from blender_synth.world.mirrors.shopfront import CASE_M, Spec

PANE_MATERIAL = "shop_glass"
"""Name of the material that a house's panes wear."""


def build(spec: Spec, stage: Stage) -> None:
    """Add panes, and a show-case where there is no shop, to the scene."""
    materials = Materials()
    materials["labelled_pane"] = pane("labelled_pane", materials, spec.tint, spec.roughness, spec.dust, spec.waviness)
    if spec.host_id is not None:
        add_sheet(spec, stage, _panes_of(spec, stage), materials)
        return
    w, h, f = spec.width_m / 2, spec.height_m, 0.05
    xs = [-w + spec.width_m * k / spec.panes for k in range(spec.panes + 1)]
    cells = [(a + f / 2, b - f / 2, f / 2, h - f / 2) for a, b in itertools.pairwise(xs)]
    add_sheet(spec, stage, flat_quads(cells, "labelled_pane"), materials)
    ground = into_ground(spec, spec.ground_z_m)
    rails = [(x - f / 2, x + f / 2, 0, h) for x in xs] + [(-w - f / 2, w + f / 2, -f / 2, f / 2),
                                                          (-w - f / 2, w + f / 2, h - f / 2, h + f / 2)]  # fmt: skip
    body = [
        bars(rails, 0.03, 0.03, "paint", spec.frame_rgb),
        room(spec.width_m, h, CASE_M - 0.02, spec.detail_seed),
        box((-w - f, -0.03, ground), (w + f, CASE_M, -f / 2), "paint", spec.frame_rgb),
        box((-w - f, -0.05, h + f / 2), (w + f, CASE_M, h + 0.16), "paint", spec.frame_rgb),
        box((-w - f, 0.03, 0), (-w - 0.004, CASE_M, h), "paint", spec.frame_rgb),
        box((w + 0.004, 0.03, 0), (w + f, CASE_M, h), "paint", spec.frame_rgb),
    ]
    add_holder(spec, stage, join(body), materials)


def _panes_of(spec: Spec, stage: Stage) -> Part:
    """The host's panes within the sheet's width, in the sheet's frame; they are removed from the host's mesh.

    Raises:
        AssetError: the host has no panes there.
    """
    right, up, normal = spec.axes()
    origin = np.array(spec.position_m)
    taken = []
    for obj in stage.objects.get(spec.host_id or 0, []):
        slot = obj.data.materials.find(PANE_MATERIAL)
        if slot < 0:
            continue
        matrix = np.array(obj.matrix_basis)
        taken += _cut(obj.data, slot, matrix, lambda p: np.abs((p - origin) @ right).max() < spec.width_m / 2 + 0.08
                      and np.abs((p - origin) @ normal).max() < 0.02)  # fmt: skip
    if not taken:
        raise AssetError(
            f"the building {spec.host_id} has no panes where shopfront {spec.instance_id} should be",
            key="mirrors.shopfront.mount", value=spec.mount, hint="give the shop panes of the material `shop_glass`",
        )  # fmt: skip
    quads = []
    for corners in taken:
        local = np.column_stack([(corners - origin) @ right, np.zeros(len(corners)), (corners - origin) @ up])
        quads.append(quad_of(local.tolist(), "labelled_pane", uvs=local[:, [0, 2]].tolist()))
    return join(quads)


def _cut(mesh: bpy.types.Mesh, slot: int, matrix: np.ndarray, wanted: Callable[[np.ndarray], bool]) -> list[np.ndarray]:
    """Remove the quads of a material that `wanted` selects; their corners (4, 3) in world metres."""
    work = bmesh.new()
    work.from_mesh(mesh)
    found, gone = [], []
    for face in work.faces:
        if face.material_index != slot or len(face.verts) != 4:
            continue
        corners = np.array([v.co for v in face.verts]) @ matrix[:3, :3].T + matrix[:3, 3]
        if wanted(corners):
            found.append(corners)
            gone.append(face)
    bmesh.ops.delete(work, geom=gone, context="FACES_ONLY")
    work.to_mesh(mesh)
    work.free()
    return found
