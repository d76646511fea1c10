"""A contact sheet of random people, front and back, in uniform light, with captions; and pictures of single ones.

Served to `blender-synth assets preview people` and to `make choices-page` by `blender.job_server`.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import cv2
import numpy as np

from blender_synth.blender import cycles
from blender_synth.blender.job_server import Handlers, Report
from blender_synth.blender.people.pedestrian import build
from blender_synth.blender.quiet import quiet
from blender_synth.blender.stage import Stage
from blender_synth.config import compose
from blender_synth.develop.sensor import to_srgb8, tone
from blender_synth.frames.raw_frame import read_exr
from blender_synth.seeds import Streams
from blender_synth.settings import RenderSettings, RunSettings
from blender_synth.values import pick
from blender_synth.world.people.activities import activities
from blender_synth.world.people.situation import Situation

PITCH_M, TALL_M = 0.95, 2.1
"""Width and height of the area that a tile shows."""
SEAT_M = 0.45
_CAPTION_PX = 18
_GREY = 0.42


def handlers(report: Report) -> Handlers:
    """The jobs `sheet` and `person`, whose fields are the arguments of `render_sheet` and `render_person`."""
    return {"sheet": lambda **job: render_sheet(report, **job), "person": render_person}


def render_sheet(
    report: Report, *, overrides: list[str], count: int, columns: int, height_px: int, samples: int, out: str
) -> dict[str, Any]:
    """Render a sheet of `count` people into the file `out`, in rows of `columns`, each tile `height_px` high."""
    settings = compose(overrides)
    people = list(draw_people(settings, count))
    rows = [people[start : start + columns] for start in range(0, len(people), columns)]
    width = round(height_px * PITCH_M / TALL_M)
    picture = RenderSettings(
        width_px=2 * columns * width, height_px=height_px, samples=samples, device=settings.render.device
    )
    strips = []
    for number, row in enumerate(rows):
        report("progress", done=number, total=len(rows))
        strips.append(_render_row(row, picture, columns))
        strips.append(_captions(row, columns, width))
    cv2.imwrite(out, np.concatenate(strips)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    return {"people": len(people)}


def render_person(
    *,
    overrides: list[str],
    out: str,
    size_px: tuple[int, int],
    samples: int,
    height_m: float,
    top_m: float | None,
    aside_m: float,
    turn_deg: float,
) -> dict[str, Any]:
    """Render the first person of `draw_people` into the PNG file `out`.

    Args:
        size_px: width and height. height_m: of the area that is shown. top_m: of its upper edge over the crown; None:
            the area begins below the feet. aside_m: of its middle to the right. turn_deg: of the person away from the
            camera, to their left.
    """
    settings = compose(overrides)
    person = next(draw_people(settings, 1))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene)
    build(person, stage)
    objects = [obj for thing in person.labelled_instances() for obj in stage.objects.get(thing.instance_id, [])]
    if person.pose.legs == "sit":
        objects.append(_stool(stage.scene))
    for obj in objects:
        _turn(obj, (0, 0, 0), -90 + turn_deg)
    width_px, height_px = size_px
    _studio(stage.scene, height_m * width_px / height_px)
    middle = height_m / 2 - 0.06 if top_m is None else person.body.stature_m + top_m - height_m / 2
    stage.scene.camera.location.x, stage.scene.camera.location.z = aside_m, middle
    size = RenderSettings(width_px=width_px, height_px=height_px, samples=samples, device=settings.render.device)
    cv2.imwrite(out, _picture(stage.scene, size)[..., ::-1])
    return {}


def draw_people(settings: RunSettings, count: int) -> Iterator[Any]:
    """Random people as a run with these settings would sample them, each without company."""
    streams = Streams(settings.seed, 0).child("preview")
    climate = settings.weather.sample(streams.child("weather")).climate()
    crowd = settings.pedestrians
    for number in range(count):
        person = streams.child(str(number))
        activity = pick(person.rng("activity"), crowd.person.activities)
        situation = Situation(
            activity=activity, seat_m=SEAT_M if activities()[activity].legs == "sit" else None, climate=climate
        )
        yield crowd.person.sample(person, number + 1, situation=situation)


def _render_row(row: list[Any], settings: RenderSettings, columns: int) -> np.ndarray:
    """(H, W, 3) uint8: each person from the front and from behind, in one render."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene)
    middle = (2 * columns - 1) / 2
    for place, person in enumerate(row):
        build(person, stage)
        objects = [obj for thing in person.labelled_instances() for obj in stage.objects.get(thing.instance_id, [])]
        if person.pose.legs == "sit":
            objects.append(_stool(stage.scene))
        for obj in objects:
            behind = obj.copy()
            stage.scene.collection.objects.link(behind)
            _turn(obj, ((2 * place - middle) * PITCH_M, 0, 0), -90 + 18)
            _turn(behind, ((2 * place + 1 - middle) * PITCH_M, 0, 0), 90 + 18)
    _studio(stage.scene, 2 * columns * PITCH_M)
    return _picture(stage.scene, settings)


def _picture(scene: bpy.types.Scene, settings: RenderSettings) -> np.ndarray:
    """(H, W, 3) uint8, sRGB."""
    cycles.use_device(scene, cycles.choose_device(settings.device)[0])
    cycles.apply_picture_settings(scene, settings, 0)
    with tempfile.TemporaryDirectory() as folder, quiet():
        file = Path(folder) / "row.exr"
        cycles.render_picture(scene, file)
        layers = read_exr(file)
    radiance = np.stack([layers[channel].astype(np.float32) for channel in "RGB"], -1)
    return to_srgb8(tone(radiance, "filmic"))


def _stool(scene: bpy.types.Scene) -> bpy.types.Object:
    """A block under a seated person, slightly lower than the seat so that it does not intersect the body."""
    mesh = bpy.data.meshes.new("stool")
    corners = [
        (x, y, z) for z in (0.0, SEAT_M - 0.01) for x, y in ((-0.2, -0.22), (0.2, -0.22), (0.2, 0.22), (-0.2, 0.22))
    ]
    mesh.from_pydata(corners, [], [(4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)])
    stool = bpy.data.objects.new("stool", mesh)
    scene.collection.objects.link(stool)
    return stool


def _turn(obj: bpy.types.Object, position_m: tuple[float, float, float], heading_deg: float) -> None:
    obj.location = position_m
    obj.rotation_euler = (0.0, 0.0, math.radians(heading_deg))


def _studio(scene: bpy.types.Scene, width_m: float) -> None:
    """Grey floor and backdrop, uniform sky, soft key light from the front left, orthographic camera."""
    mesh = bpy.data.meshes.new("backdrop")
    r = width_m
    mesh.from_pydata([(-r, -r, 0), (r, -r, 0), (r, 1.6, 0), (-r, 1.6, 0), (r, 1.6, 9), (-r, 1.6, 9)], [],
                     [(0, 1, 2, 3), (3, 2, 4, 5)])  # fmt: skip
    material = bpy.data.materials.new("backdrop")
    material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (_GREY, _GREY, _GREY, 1)
    material.node_tree.nodes["Principled BSDF"].inputs["Roughness"].default_value = 1.0
    mesh.materials.append(material)
    scene.collection.objects.link(bpy.data.objects.new("backdrop", mesh))
    world = bpy.data.worlds.new("even")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.92, 0.96, 1.0, 1)
    world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.55
    scene.world = world
    sun = bpy.data.lights.new("key", "SUN")
    sun.energy, sun.angle, sun.color = 2.0, math.radians(14), (1.0, 0.97, 0.92)
    key = bpy.data.objects.new("key", sun)
    key.rotation_euler = (math.radians(48), 0, math.radians(-32))
    scene.collection.objects.link(key)
    data = bpy.data.cameras.new("camera")
    data.type, data.ortho_scale, data.sensor_fit = "ORTHO", width_m, "HORIZONTAL"
    camera = bpy.data.objects.new("camera", data)
    camera.location, camera.rotation_euler = (0, -12, TALL_M / 2 - 0.06), (math.radians(90), 0, 0)
    scene.collection.objects.link(camera)
    scene.camera = camera


def _captions(row: list[Any], columns: int, width: int) -> np.ndarray:
    strip = np.full((_CAPTION_PX, 2 * columns * width, 3), 32, np.uint8)
    for place, person in enumerate(row):
        body = person.body
        text = (
            f"{person.instance_id}  {body.sex[0]} {body.age_years:.0f} y {body.stature_m:.2f} m {person.pose.activity}"
        )
        at = (2 * place * width + 4, _CAPTION_PX - 5)
        cv2.putText(strip, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (225, 225, 225), 1, cv2.LINE_AA)
    return strip
