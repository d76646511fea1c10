"""Heights of what the sky sees, rendered once from above: tells rain and snow what is open to the sky.

People, trees and wires are left out of the map: they keep no rain off.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import bpy
import cv2
import numpy as np
import OpenEXR

from blender_synth.blender.stage import WEATHER_REACH_M, Stage
from blender_synth.blender.temporary_settings import temporary_settings
from blender_synth.world.scene_spec import CARRIED_IDS, PERSON_IDS

CELL_M = 0.175
"""Edge of the map's cells."""
_MOST_CELLS = 1024
"""Along an edge; a larger map has larger cells."""
_CAMERA_M = 200.0
"""Height from which the map is rendered."""


@dataclass(frozen=True)
class Heights:
    """Heights around a point.

    Attributes:
        middle_m: x and y of the point. reach_m: how far the map reaches from it along x and y.
        top_m: height (n, n) of the highest surface over each cell; row 0 is the lowest y.
        image: the same for shaders, with openings one cell wider.
    """

    middle_m: tuple[float, float]
    reach_m: float
    top_m: np.ndarray
    image: bpy.types.Image

    def open_at(self, points_m: np.ndarray) -> np.ndarray:
        """Whether points (m, 3) have nothing over them; true outside the map."""
        n = len(self.top_m)
        cell = np.floor((points_m[:, :2] - self.middle_m + self.reach_m) / (2 * self.reach_m) * n).astype(int)
        inside = ((cell >= 0) & (cell < n)).all(axis=1)
        column, row = np.clip(cell, 0, n - 1).T
        return ~inside | (points_m[:, 2] > self.top_m[row, column] - 0.05)


def render_heights(stage: Stage) -> Heights:
    """Render the heights of the stage's `weather_area`."""
    scene = stage.scene
    x, y = (round(v, 1) for v in scene.camera.location[:2])
    (x, y), reach_m = stage.weather_area or ((x, y), WEATHER_REACH_M)
    data = bpy.data.cameras.new("above")
    data.type, data.ortho_scale, data.clip_start, data.clip_end = "ORTHO", 2 * reach_m, 0.1, 2 * _CAMERA_M
    camera = bpy.data.objects.new("above", data)
    camera.location = (x, y, _CAMERA_M)
    scene.collection.objects.link(camera)
    # a fresh scene has no material override yet; one plain material saves Cycles compiling all the others
    plain = bpy.data.materials.new("plain")
    cells = min(round(2 * reach_m / CELL_M), _MOST_CELLS)
    hidden = [obj for obj in scene.objects if obj.type == "MESH" and _lets_rain_through(obj)]
    layer, render, cycles = scene.view_layers[0], scene.render, scene.cycles
    with ExitStack() as changes, tempfile.TemporaryDirectory() as folder:
        for obj in hidden:
            changes.enter_context(temporary_settings(obj, hide_render=True))
        render.use_persistent_data = True  # the label pass that follows finds its meshes in place
        changes.enter_context(temporary_settings(scene, camera=camera, world=None))
        changes.enter_context(temporary_settings(layer, use_pass_z=True, material_override=plain))
        path = Path(folder) / "above.exr"
        changes.enter_context(
            temporary_settings(
                render,
                engine="CYCLES",
                resolution_x=cells,
                resolution_y=cells,
                resolution_percentage=100,
                filepath=str(path),
                use_compositing=False,
                use_sequencer=False,
            )
        )
        image = render.image_settings
        # not restored: the picture's settings are applied later, and a PNG's colour depth cannot be set on an EXR
        image.file_format, image.color_depth, image.exr_codec = "OPEN_EXR_MULTILAYER", "32", "NONE"
        changes.enter_context(
            temporary_settings(cycles, samples=1, use_adaptive_sampling=False, use_denoising=False, max_bounces=0,
                      pixel_filter_type="BOX", filter_width=0.01)
        )  # fmt: skip
        bpy.ops.render.render(write_still=True)
        with OpenEXR.File(str(path), separate_channels=True) as file:
            depth = next(c.pixels for name, c in file.channels().items() if name.endswith("Depth.Z"))
    bpy.data.objects.remove(camera)
    bpy.data.materials.remove(plain)
    top = np.where(depth > 1e6, -1.0, _CAMERA_M - depth)[::-1].astype(np.float32)
    # rain and snow come at a slant: what is within a cell of the open, as ledges and sills are, counts as open
    return Heights((x, y), reach_m, top, _height_image(cv2.erode(top, np.ones((3, 3), np.uint8))))


def _lets_rain_through(obj: bpy.types.Object) -> bool:
    return is_person(obj) or obj.name.startswith(("tree", "wire"))


def is_person(obj: bpy.types.Object) -> bool:
    """Whether an object is a person, or something that a person carries."""
    return obj.pass_index in PERSON_IDS or obj.pass_index in CARRIED_IDS


def _height_image(top: np.ndarray) -> bpy.types.Image:
    n = len(top)
    image = bpy.data.images.new("above", n, n, alpha=False, float_buffer=True)
    image.colorspace_settings.name = "Non-Color"
    rgba = np.ones((n, n, 4), np.float32)
    rgba[..., :3] = top[..., None]
    image.pixels.foreach_set(rgba.ravel())
    image.update()
    return image
