"""Adds one pedestrian to the scene: one mesh object, and one for each item with an instance of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import bpy
import numpy as np

from blender_synth.blender.mesh_data import add_attribute, finish, new_mesh
from blender_synth.blender.people.shading import material_for
from blender_synth.blender.shading.nodes import UV_MAP
from blender_synth.blender.stage import Stage
from blender_synth.bodies.data import body_data
from blender_synth.bodies.detail import Detail
from blender_synth.bodies.parts import Part
from blender_synth.bodies.person import dressed_person
from blender_synth.bodies.shape import prepared
from blender_synth.bodies.skeleton import Z, rotation
from blender_synth.keypoints import COCO_KEYPOINTS
from blender_synth.world.people.pedestrian import Spec


def together(specs: Sequence[Spec]) -> AbstractContextManager[None]:
    """Compute the bodies of several people at once."""
    return prepared(body_data(), [spec.body for spec in specs])


def build(spec: Spec, stage: Stage, detail: Detail = "full") -> None:
    """Add the person to the scene under the spec's instance id.

    Args:
        detail: ``"low"`` for people who are a few dozen pixels tall in the picture.
    """
    person = dressed_person(spec, detail)
    for instance_id in dict.fromkeys([None, *(p.instance_id for p in person.parts)]):
        number = instance_id or spec.instance_id
        name = f"pedestrian_{spec.instance_id:04d}" + (f"_{number}" if instance_id else "")
        parts = tuple(p for p in person.parts if p.instance_id == instance_id)
        mesh = mesh_of(parts, name, stage.pack_roots)
        if detail != "full" or spec.carried:
            mesh.validate()  # where vertices were merged, triangles may lie back to back: one is removed
        obj = bpy.data.objects.new(name, mesh)
        obj.location = spec.position_m
        obj.rotation_euler = (0.0, 0.0, np.radians(spec.heading_deg))
        stage.add(obj, number)
    turn = rotation(Z, spec.heading_deg)
    stage.keypoints[spec.instance_id] = {k: turn @ person.joints_m[k] + spec.position_m for k in COCO_KEYPOINTS}


def mesh_of(parts: Sequence[Part], name: str, pack_roots: Mapping[str, Path] | None = None) -> bpy.types.Mesh:
    """Parts as one mesh, smooth-shaded, with a material slot for each set of parameters and their attributes.

    `pack_roots`: folders of the asset packs whose fabrics are worn.
    """
    starts = np.cumsum([0] + [len(p.vertices) for p in parts])
    shadings = list(dict.fromkeys(p.shading for p in parts))
    corners, totals, slots, uvs = [], [], [], []
    for part, start in zip(parts, starts, strict=False):
        use = np.ones(part.faces.shape, bool)
        use[:, 3] = part.faces[:, 2] != part.faces[:, 3]
        corners.append((part.faces + start)[use])
        totals.append(use.sum(1))
        slots.append(np.full(len(part.faces), shadings.index(part.shading)))
        uvs.append(np.zeros((len(corners[-1]), 2), np.float32) if part.uv is None else part.uv[use])
    points = np.concatenate([p.vertices for p in parts])
    mesh = new_mesh(name, points, np.concatenate(corners), np.concatenate(totals))
    add_attribute(mesh, UV_MAP, "CORNER", "uv", np.concatenate(uvs))
    for key in sorted({k for p in parts for k in p.attributes}):
        width = next(p.attributes[key].ndim for p in parts if key in p.attributes)
        shape = (3,) if width == 2 else ()
        values = np.concatenate([p.attributes.get(key, np.zeros((len(p.vertices), *shape), np.float32)) for p in parts])
        add_attribute(mesh, key, "POINT", "vector" if width == 2 else "float", values)
    for shading in shadings:
        mesh.materials.append(material_for(shading, pack_roots or {}))
    return finish(mesh, np.concatenate(slots), smooth=True)
