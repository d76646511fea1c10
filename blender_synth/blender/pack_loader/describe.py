"""Tells what shapes in files measure and are made of, for the parent process, which never loads Blender.

Served to `packs.ingest` by `blender.job_server`, with limits on time and memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from blender_synth.blender.job_server import Handlers, Report
from blender_synth.blender.pack_loader.load import Loaded, load_file
from blender_synth.blender.pack_loader.shapes import points_of, shown
from blender_synth.errors import AssetError
from blender_synth.packs.limits import within_limits
from blender_synth.packs.problems import Problem

MOST_TRIANGLES = 5_000_000
MOST_PANE_TRIANGLES = 4000
MOST_PIXELS = 8192 * 8192
"""In one texture."""


def describe(
    file: Path, root: Path, objects: tuple[str, ...] = (), collection: str = "", surface: str = ""
) -> dict[str, Any]:
    """What `packs.ingest.Description` holds, as JSON, of a file loaded into an empty Blender.

    Args:
        surface: name of a material whose triangles are wanted as well.

    Raises:
        AssetError: the file cannot be used.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    loaded = load_file(file, root, objects=objects, collection=collection, worlds=False)
    low, high, triangles = np.full(3, np.inf), np.full(3, -np.inf), 0
    materials: dict[str, None] = {}
    pane: list[np.ndarray] = []
    for shape, matrix, graph in shown(loaded):
        mesh = shape.to_mesh(preserve_all_data_layers=False, depsgraph=graph)
        if mesh is not None and mesh.polygons:
            world = np.array(matrix)
            points = points_of(mesh) @ world[:3, :3].T + world[:3, 3]
            low, high = np.minimum(low, points.min(axis=0)), np.maximum(high, points.max(axis=0))
            triangles += len(mesh.loop_triangles)
            names = [loaded.name_of(slot.material) if slot.material else "" for slot in shape.material_slots]
            materials |= dict.fromkeys(filter(None, names))
            if surface in names:
                pane.append(_of_material(mesh, points, [k for k, name in enumerate(names) if name == surface]))
                if np.linalg.det(world[:3, :3]) < 0:
                    pane[-1] = pane[-1][:, ::-1]
        shape.to_mesh_clear()
        if triangles > MOST_TRIANGLES:
            hint = f"keep it below {MOST_TRIANGLES}: decimate it, or lower its modifiers"
            raise AssetError("the file has too many triangles", file=file, value=triangles, hint=hint)
    if sum(map(len, pane)) > MOST_PANE_TRIANGLES:
        raise AssetError(
            f"the reflecting surface has more than {MOST_PANE_TRIANGLES} triangles",
            file=file,
            value=surface,
            hint="dissolve the coplanar faces: a flat pane needs its outline only",
        )
    bones = {
        bone.name: [[*(obj.matrix_world @ bone.head)], [*(obj.matrix_world @ bone.tail)]]
        for obj in loaded.objects
        if obj.type == "ARMATURE"
        for bone in obj.pose.bones
    }
    return {
        "box_m": [low.tolist(), high.tolist()] if triangles else None,
        "triangles": triangles,
        "materials": list(materials),
        "bones": bones,
        "surface_m": np.concatenate(pane).tolist() if pane else [],
        "problems": [vars(problem) for problem in (*loaded.problems, *_bad_images(loaded))],
    }


def _bad_images(loaded: Loaded) -> Iterator[Problem]:
    """Textures that exist but are unreadable or too large. Each texture is loaded for that."""
    reported = {problem.object for problem in loaded.problems}
    for image in bpy.data.images:
        if image.source not in ("FILE", "TILED", "SEQUENCE") or not image.users or image.name in reported:
            continue
        width_px, height_px = image.size
        if width_px * height_px == 0:
            text = "the texture cannot be read, or takes more memory than the limit"
            hint = "save it again as PNG, JPEG or EXR, of 4096 pixels or less"
            yield Problem("damaged_texture", "error", image.name, text, hint)
        elif width_px * height_px > MOST_PIXELS:
            text = f"the texture is far too large: {width_px} x {height_px} pixels"
            yield Problem("huge_texture", "error", image.name, text, "scale it down to 4096 pixels or less")
        image.buffers_free()


def _of_material(mesh: bpy.types.Mesh, points: np.ndarray, slots: list[int]) -> np.ndarray:
    """Corners (T, 3, 3) of the triangles that have one of these material slots."""
    corners, slot = np.empty(len(mesh.loop_triangles) * 3, np.int32), np.empty(len(mesh.loop_triangles), np.int32)
    mesh.loop_triangles.foreach_get("vertices", corners)
    mesh.loop_triangles.foreach_get("material_index", slot)
    return points[corners.reshape(-1, 3)[np.isin(slot, slots)]]


def handlers(report: Report) -> Handlers:
    """The job `describe`, whose fields are the arguments of `describe`, and the `size` in bytes of what it reads."""
    bpy.ops.wm.read_factory_settings(use_empty=True)  # so that limits do not count what Blender itself takes

    def describe_job(
        file: str, root: str, size: int, objects: list[str], collection: str, surface: str
    ) -> dict[str, Any]:
        def do() -> dict[str, Any]:
            return describe(Path(file), Path(root), tuple(objects), collection, surface)

        return within_limits(report, Path(file), size, do)

    return {"describe": describe_job}
