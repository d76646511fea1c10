"""Renders the pictures of people that posters and screens show, each once; they are kept in the cache.

A picture is a PNG: its colours show the person on a ground, its alpha is 255 where the person is, so that figure and
ground share one file. It is rendered on the CPU from the spec alone, so that the outline is the same on every machine.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import bpy
import cv2
import numpy as np
from mathutils import Matrix, Vector
from pydantic import TypeAdapter

from blender_synth.blender import shelf
from blender_synth.blender.people import pedestrian
from blender_synth.blender.stage import Stage
from blender_synth.cache import cache_folder, scratch_folder, write_atomically
from blender_synth.errors import FrameError
from blender_synth.world.lookalikes.grounds import paint_ground
from blender_synth.world.lookalikes.pictures import Crop, PictureSpec

_VERSION = 2
"""Part of a picture's name in the cache; raise it when the same spec gives another picture."""
_SAMPLES = 8
_DISTANCE_M = 5.0
_SPAN: dict[Crop, tuple[float, float]] = {"full": (-0.045, 1.075), "half": (0.47, 1.09), "bust": (0.72, 1.07)}
"""Lower and upper edge of the picture, over the stature."""
_adapter = TypeAdapter(PictureSpec)


def picture_file(picture: PictureSpec) -> Path:
    """Where a picture is kept, or will be."""
    name = hashlib.sha256(_adapter.dump_json(picture)).hexdigest()[:32]
    return cache_folder("pictures") / f"{_VERSION}-{name}.png"


def render_missing(pictures: Sequence[PictureSpec], pack_roots: Mapping[str, Path]) -> None:
    """Render those pictures that the cache does not have. Resets Blender if there are any."""
    for picture in pictures:
        file = picture_file(picture)
        if not file.exists():
            encoded, data = cv2.imencode(".png", _rendered(picture, pack_roots))
            if not encoded:
                raise FrameError(
                    "a picture for a poster could not be encoded", hint="report this with the frame's spec"
                )
            write_atomically(file, data.tobytes())


def outline_mask(picture: PictureSpec) -> np.ndarray:
    """(H, W) bool: where a rendered picture shows the person."""
    image = cv2.imread(str(picture_file(picture)), cv2.IMREAD_UNCHANGED)
    if image is None or image.shape != (picture.height_px, picture.width_px, 4):
        picture_file(picture).unlink(missing_ok=True)
        raise FrameError(
            "a picture in the cache is damaged; it was removed", file=picture_file(picture), hint="try again"
        )
    mask: np.ndarray = image[..., 3] > 127
    return mask


def _rendered(picture: PictureSpec, pack_roots: Mapping[str, Path]) -> np.ndarray:
    """(H, W, 4) uint8, B G R and the person's mask."""
    person = _render_person(picture, pack_roots).astype(np.float32) / 255.0
    alpha = person[..., 3:]
    ground = paint_ground(picture, _feet_row(picture))
    if picture.crop == "full":
        ground *= 1.0 - 0.55 * _shadow(alpha[..., 0])[..., None]
    composed = person[..., :3] * alpha + ground[..., ::-1] * (1.0 - alpha)
    mask = np.where(alpha > 0.5, 1.0, 0.0)
    return np.rint(255 * np.clip(np.concatenate([composed, mask], axis=2), 0, 1)).astype(np.uint8)


def _feet_row(picture: PictureSpec) -> float:
    """Row of the ground under the person, over the picture's height."""
    low, high = _SPAN[picture.crop]
    return high / (high - low)


def _shadow(alpha: np.ndarray) -> np.ndarray:
    """(H, W) 0..1: a soft shadow on the ground around the feet."""
    height, width = alpha.shape
    rows = np.flatnonzero(alpha.max(axis=1) > 0.5)
    if not len(rows):
        return np.zeros_like(alpha)
    low = rows[-1]
    feet = np.flatnonzero(alpha[max(0, low - height // 25) : low + 1].max(axis=0) > 0.5)
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    wide = max(1.0, 0.65 * float(np.ptp(feet))) if len(feet) else 1.0
    middle = float(feet.mean()) if len(feet) else width / 2
    away = ((x - middle) / wide) ** 2 + ((y - low + 0.01 * height) / (0.02 * height)) ** 2
    shadow: np.ndarray = np.exp(-0.9 * away)
    return shadow


def _render_person(picture: PictureSpec, pack_roots: Mapping[str, Path]) -> np.ndarray:
    """(H, W, 4) uint8, B G R A of the person alone, in the light of a studio."""
    scene = shelf.new_scene()
    stage = Stage(scene)
    stage.pack_roots = pack_roots
    pedestrian.build(picture.person.placed((0.0, 0.0, 0.0), picture.turn_deg), stage)
    _add_camera(scene, picture)
    _add_lights(scene, picture)
    render, cycles = scene.render, scene.cycles
    render.engine, cycles.device = "CYCLES", "CPU"
    render.resolution_x, render.resolution_y, render.resolution_percentage = picture.width_px, picture.height_px, 100
    render.film_transparent = True
    render.use_compositing = render.use_sequencer = False
    cycles.samples, cycles.seed, cycles.use_adaptive_sampling, cycles.use_denoising = _SAMPLES, 0, False, True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_input_passes, cycles.denoising_prefilter = "RGB_ALBEDO_NORMAL", "FAST"  # half the time, -1 dB
    cycles.max_bounces, cycles.diffuse_bounces = 4, 2
    scene.view_settings.view_transform = "Filmic"
    scene.view_settings.look = "Medium High Contrast"
    scene.view_settings.exposure = 0.1
    image = render.image_settings
    image.file_format, image.color_mode, image.color_depth = "PNG", "RGBA", "8"
    file = scratch_folder() / f"picture-{os.getpid()}.png"
    render.filepath = str(file)
    try:
        bpy.ops.render.render(write_still=True)
        shown: np.ndarray | None = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    finally:
        file.unlink(missing_ok=True)
    if shown is None:
        raise FrameError("a picture for a poster could not be rendered", file=file, hint="is the disk full?")
    return shown


def _add_camera(scene: bpy.types.Scene, picture: PictureSpec) -> None:
    low, high = (share * picture.person.body.stature_m for share in _SPAN[picture.crop])
    tall = high - low
    data = bpy.data.cameras.new("camera")
    data.sensor_fit, data.sensor_height = "VERTICAL", 24.0
    data.lens = data.sensor_height * _DISTANCE_M / tall
    data.shift_x = -0.5 * picture.aside * (picture.aspect if picture.aspect < 1 else 1.0)
    camera = bpy.data.objects.new("camera", data)
    middle = Vector((0.0, 0.0, (low + high) / 2))
    eye = Vector((_DISTANCE_M, 0.0, min(1.45, middle.z + 0.25) if picture.crop == "full" else middle.z))
    data.shift_y = (middle.z - eye.z) / tall * (1.0 if picture.aspect < 1 else 1.0 / picture.aspect)
    rotation = Vector((-1.0, 0.0, 0.0)).to_track_quat("-Z", "Y")
    camera.matrix_world = Matrix.Translation(eye) @ rotation.to_matrix().to_4x4()
    scene.collection.objects.link(camera)
    scene.camera = camera


def _add_lights(scene: bpy.types.Scene, picture: PictureSpec) -> None:
    """A main light, a weaker one on the other side, one from behind, and light from all around."""
    soft = picture.soft
    for azimuth, height, size, power in (
        (picture.key_deg, 2.6, 0.5 + 1.8 * soft, 210.0),
        (-picture.key_deg * 0.8, 1.6, 2.0, 45.0 + 70.0 * soft),
        (180.0 + 0.5 * picture.key_deg, 2.8, 0.8, 110.0),
    ):
        data = bpy.data.lights.new("light", "AREA")
        data.energy, data.size = power, size
        light = bpy.data.objects.new("light", data)
        a = np.radians(azimuth)
        at = Vector((3.0 * np.cos(a), 3.0 * np.sin(a), height))
        turn = (Vector((0.0, 0.0, 1.1)) - at).to_track_quat("-Z", "Y")
        light.matrix_world = Matrix.Translation(at) @ turn.to_matrix().to_4x4()
        scene.collection.objects.link(light)
    world = bpy.data.worlds.new("world")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.9, 0.95, 1.0, 1.0)
    world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.25 + 0.3 * soft
    scene.world = world
