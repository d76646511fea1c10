"""Pictures of single items in a studio: neutral light, a floor with a grid, a figure of 1.75 m for scale.

Served to `blender-synth assets preview`: the job `show` puts an item into the studio, `shot` renders it.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import bpy
import cv2
import numpy as np
from mathutils import Matrix, Vector
from pydantic import TypeAdapter

from blender_synth.blender import cycles, props
from blender_synth.blender.job_server import Handlers, Report
from blender_synth.blender.pack_tools.preview_people import draw_people
from blender_synth.blender.people import pedestrian
from blender_synth.blender.stage import Stage
from blender_synth.config import compose
from blender_synth.develop.sensor import to_srgb8, tone
from blender_synth.frames.raw_frame import read_exr
from blender_synth.settings import RenderSettings
from blender_synth.world.placement.props import PropSpec

FIGURE_M = 1.75
FIGURE = (
    "seed=11", "weather=sunny", "weather.temperature_c=20", "pedestrians.person.body.sex={male: 1}",
    "pedestrians.person.body.age_years=[30,35]", "pedestrians.person.body.child_share=0",
    "pedestrians.person.body.bmi_deviate=0", "pedestrians.person.hair.male_styles={buzz: 1}",
    "pedestrians.person.hair.beards={none: 1}", "pedestrians.person.outfit.glasses={none: 1}",
    "pedestrians.person.pose.gestures={hang: 1}", "pedestrians.person.pose.joint_variety=0.2",
    "pedestrians.person.outfit.male_lower={jeans: 1}", "pedestrians.person.outfit.tops={tee: 1}",
    "pedestrians.person.outfit.outers={none: 1}", "pedestrians.person.outfit.hats={none: 1}",
    "pedestrians.person.carried.male_bags={none: 1}", "pedestrians.person.carried.umbrella_in_dry=0",
    "pedestrians.person.pose.activity={stand: 1}",
)  # fmt: skip
_CLAY_RGB = (0.42, 0.44, 0.46)
_FLOOR_RGB = (0.4, 0.4, 0.4)
_LENS_MM, _SENSOR_MM = 70.0, 36.0
_FIGURE_GAP_M = 0.42


class Studio:
    """Renders one item at a time.

    Attributes:
        turntable: parent of the item's objects. corners: (8, 3) corners of the item's box, in metres.
    """

    turntable: bpy.types.Object
    figure: bpy.types.Object
    camera: bpy.types.Object

    def __init__(self) -> None:
        self._figure: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
        self._floor: bpy.types.Object | None = None
        self.corners = np.empty((0, 3))
        self.device = ""

    def show(self, spec: dict[str, Any], folder: str) -> dict[str, Any]:
        """Clear the studio and add an item that faces the camera, also one that a run would refuse.

        Args:
            spec: a `PropSpec` as plain values, at the world's origin. folder: of its pack.
        """
        bpy.ops.wm.read_factory_settings(use_empty=True)
        stage = Stage(bpy.context.scene)
        objects = props.build(TypeAdapter(PropSpec).validate_python(spec), stage, Path(folder), flawed=True)
        bpy.context.view_layer.update()
        points = np.concatenate([_world_points(obj) for obj in objects])
        low, high = points.min(axis=0), points.max(axis=0)
        self.corners = _corners(low, high)
        self.turntable = bpy.data.objects.new("turntable", None)
        stage.scene.collection.objects.link(self.turntable)
        for obj in objects:
            obj.parent = self.turntable
        middle = (low + high) / 2
        self.turntable.location = (-middle[0], -middle[1], max(0.0, -low[2]))
        self._reach = float(np.hypot(*(high - low)[:2]) / 2)
        self._size = high - low
        self._add_figure(stage.scene)
        _light(stage.scene)
        self.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
        self.camera.data.lens, self.camera.data.sensor_width = _LENS_MM, _SENSOR_MM
        self.camera.data.clip_start, self.camera.data.clip_end = 0.01, 10000.0
        stage.scene.collection.objects.link(self.camera)
        stage.scene.camera = self.camera
        self._floor = None
        self.device = cycles.choose_device("auto")[0]
        triangles = sum(len(obj.data.loop_triangles) for obj in objects)
        return {"size_m": (high - low).tolist(), "triangles": triangles}

    def shot(
        self,
        out: str,
        width_px: int,
        height_px: int,
        samples: int,
        turn_deg: float,
        figure: bool,
        whole: bool = False,
        fill: float = 0.86,
        bounces: int = 2,
    ) -> dict[str, Any]:
        """Render the item.

        Args:
            out: picture to write. turn_deg: rotation of the item, counter-clockwise from above; 0 shows its front.
            figure: whether the figure stands next to it. whole: frame it so that every rotation fits.
            fill: fraction of the picture's width or height that it takes. bounces: of light between matt surfaces.
        """
        scene = bpy.context.scene
        place = self.turntable.location.copy()
        turn = Matrix.Rotation(math.radians(turn_deg - 90.0), 4, "Z")
        low_high = self.corners + np.array([place.x, place.y, place.z])
        self.turntable.matrix_world = turn @ Matrix.Translation(place)
        seen = low_high @ np.array(turn.to_3x3()).T
        if whole:
            top = low_high[:, 2].max()
            ring = [(self._reach * math.cos(a), self._reach * math.sin(a)) for a in np.radians(range(0, 360, 30))]
            seen = np.array([(x, y, z) for x, y in ring for z in (0.0, top)])
        self.figure.hide_render = not figure
        if figure:
            beside = (self._reach if whole else seen[:, 0].max()) + _FIGURE_GAP_M
            self.figure.location = (beside, 0.0 if whole else float(np.clip(seen[:, 1].max() - 0.3, 0, 1.0)), 0.0)
            around = _corners(np.array([-0.28, -0.2, 0.0]), np.array([0.28, 0.2, FIGURE_M]))
            seen = np.concatenate([seen, around + np.array(self.figure.location)])
        _aim(self.camera, seen, width_px / height_px, fill)
        self._lay_floor(scene, seen)
        settings = RenderSettings(width_px=width_px, height_px=height_px, samples=samples)
        cycles.use_device(scene, self.device)
        cycles.apply_picture_settings(scene, settings, 0)
        scene.cycles.diffuse_bounces = bounces
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "shot.exr"
            cycles.render_picture(scene, file)
            layers = read_exr(file)
        self.turntable.matrix_world = Matrix.Translation(place)
        radiance = np.stack([layers[channel].astype(np.float32) for channel in "RGB"], -1)
        cv2.imwrite(out, to_srgb8(tone(radiance, "filmic"))[..., ::-1])
        return {}

    def _add_figure(self, scene: bpy.types.Scene) -> None:
        """Add a person in plain grey, exactly 1.75 m tall with shoes and hair. Built once, because that is slow."""
        if self._figure is None:
            self._figure = _figure()
        mesh = bpy.data.meshes.new("figure")
        points, corners, starts = self._figure
        mesh.vertices.add(len(points))
        mesh.vertices.foreach_set("co", points.ravel())
        mesh.loops.add(len(corners))
        mesh.loops.foreach_set("vertex_index", corners)
        mesh.polygons.add(len(starts))
        mesh.polygons.foreach_set("loop_start", starts)
        mesh.update(calc_edges=True)
        mesh.shade_smooth()
        mesh.materials.append(_plain("clay", _CLAY_RGB, 0.85))
        self.figure = bpy.data.objects.new("figure", mesh)
        self.figure.rotation_euler = (0, 0, math.radians(-90 - 12))
        scene.collection.objects.link(self.figure)

    def _lay_floor(self, scene: bpy.types.Scene, seen: np.ndarray) -> None:
        """Add a floor that rises to a backdrop behind, with lines every metre, or every 10 cm for small items."""
        reach = 2.2 * max(float(np.ptp(seen, axis=0).max()), 0.4)
        behind, bend = float(seen[:, 1].max()) + 1.6 * reach, 0.9 * reach
        if self._floor is not None and self._floor["reach"] == reach:
            return  # another rotation of the same item
        if self._floor is not None:
            bpy.data.objects.remove(self._floor)
        profile = [(-12 * reach, 0.0), (behind, 0.0)]
        profile += [(behind + bend * math.sin(a), bend - bend * math.cos(a)) for a in np.radians(range(5, 95, 5))]
        profile.append((behind + bend, 14 * reach))
        points = [(x, y, z) for y, z in profile for x in (-20 * reach, 20 * reach)]
        faces = [(2 * n, 2 * n + 1, 2 * n + 3, 2 * n + 2) for n in range(len(profile) - 1)]
        mesh = bpy.data.meshes.new("floor")
        mesh.from_pydata(points, [], faces)
        mesh.shade_smooth()
        mesh.materials.append(_grid(1.0 if reach > 2.2 else 0.1, 1.3 * reach))
        self._floor = bpy.data.objects.new("floor", mesh)
        self._floor["reach"] = reach
        scene.collection.objects.link(self._floor)


def _figure() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The figure's vertices (V, 3) in metres, corners of its faces, and where each face's corners start."""
    [person] = draw_people(compose(FIGURE), 1)
    stage = Stage(bpy.context.scene)
    pedestrian.build(person, stage)
    [obj] = stage.objects[person.instance_id]
    mesh = obj.data
    points = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", points)
    points = points.reshape(-1, 3)
    points[:, 2] -= points[:, 2].min()
    points *= FIGURE_M / points[:, 2].max()
    corners, starts = np.empty(len(mesh.loops), np.int32), np.empty(len(mesh.polygons), np.int32)
    mesh.loops.foreach_get("vertex_index", corners)
    mesh.polygons.foreach_get("loop_start", starts)
    for objects in stage.objects.values():
        for made in objects:
            bpy.data.objects.remove(made)
    return points, corners, starts


def _world_points(obj: bpy.types.Object) -> np.ndarray:
    points = np.empty(len(obj.data.vertices) * 3, np.float32)
    obj.data.attributes["position"].data.foreach_get("vector", points)
    matrix = np.array(obj.matrix_world)
    return points.reshape(-1, 3).astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3]


def _corners(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """(8, 3) corners of a box."""
    return np.array([(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])


def _aim(camera: bpy.types.Object, points: np.ndarray, aspect: float, fill: float) -> None:
    """Aim the camera at points (N, 3) from the front left, slightly above, at the distance where all of them fit."""
    azimuth, down = math.radians(-28.0), math.radians(14.0)
    back = Vector((math.sin(azimuth) * math.cos(down), -math.cos(azimuth) * math.cos(down), math.sin(down)))
    turn = back.to_track_quat("Z", "Y").to_matrix()
    own = points @ np.array(turn)  # right, up, towards the camera
    half = np.array([_SENSOR_MM / 2 / _LENS_MM * min(1.0, aspect), _SENSOR_MM / 2 / _LENS_MM / max(1.0, aspect)])
    camera.data.sensor_fit = "AUTO"
    middle = (own.min(axis=0) + own.max(axis=0))[:2] / 2
    for _ in range(4):
        distance = float((own[:, 2] + (np.abs(own[:, :2] - middle) / (half * fill)).max(axis=1)).max())
        shown = (own[:, :2] - middle) / (distance - own[:, 2:])
        middle = middle + (shown.min(axis=0) + shown.max(axis=0)) / 2 * (distance - own[:, 2].mean())
    place = turn @ Vector((*middle, distance))
    camera.matrix_world = Matrix.Translation(place) @ turn.to_4x4()


def _light(scene: bpy.types.Scene) -> None:
    """Add white light: a large soft key light from the front left, and a sky that is brighter above."""
    sun = bpy.data.lights.new("key", "SUN")
    sun.energy, sun.angle = 1.9, math.radians(35)
    key = bpy.data.objects.new("key", sun)
    key.rotation_euler = (math.radians(44), 0, math.radians(-38))
    scene.collection.objects.link(key)
    world = bpy.data.worlds.new("studio")
    world.use_nodes = True
    tree = world.node_tree
    where = tree.nodes.new("ShaderNodeTexCoord")
    axes = tree.nodes.new("ShaderNodeSeparateXYZ")
    ramp = tree.nodes.new("ShaderNodeMapRange")
    ramp.inputs["From Min"].default_value, ramp.inputs["From Max"].default_value = -0.2, 1.0
    ramp.inputs["To Min"].default_value, ramp.inputs["To Max"].default_value = 0.25, 1.15
    tree.links.new(where.outputs["Generated"], axes.inputs[0])
    tree.links.new(axes.outputs["Z"], ramp.inputs["Value"])
    tree.links.new(ramp.outputs["Result"], tree.nodes["Background"].inputs["Strength"])
    tree.nodes["Background"].inputs["Color"].default_value = (1, 1, 1, 1)
    world.cycles.sampling_method = "NONE"  # too uniform for importance sampling to pay off
    scene.world = world


def _plain(name: str, rgb: tuple[float, float, float], roughness: float) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    surface = material.node_tree.nodes["Principled BSDF"]
    surface.inputs["Base Color"].default_value = (*rgb, 1)
    surface.inputs["Roughness"].default_value = roughness
    surface.inputs["Specular IOR Level"].default_value = 0.2
    return material


def _grid(pitch_m: float, reach_m: float) -> bpy.types.Material:
    """Material of the floor: grey, with darker lines that fade out away from the middle."""
    material = _plain("floor", _FLOOR_RGB, 1.0)
    tree = material.node_tree
    nodes, links = tree.nodes, tree.links
    where = nodes.new("ShaderNodeNewGeometry")
    tiles = nodes.new("ShaderNodeTexBrick")
    tiles.offset, tiles.squash = 0.0, 1.0
    for name, value in (("Scale", 1.0), ("Mortar Size", 0.008 * pitch_m), ("Mortar Smooth", 0.0),
                        ("Brick Width", pitch_m), ("Row Height", pitch_m), ("Bias", 0.0)):  # fmt: skip
        tiles.inputs[name].default_value = value
    links.new(where.outputs["Position"], tiles.inputs["Vector"])
    far = nodes.new("ShaderNodeVectorMath")
    far.operation = "LENGTH"
    links.new(where.outputs["Position"], far.inputs[0])
    fade = nodes.new("ShaderNodeMapRange")
    fade.inputs["From Min"].default_value, fade.inputs["From Max"].default_value = 0.35 * reach_m, reach_m
    fade.inputs["To Min"].default_value, fade.inputs["To Max"].default_value = 1.0, 0.0
    links.new(far.outputs["Value"], fade.inputs["Value"])
    line = nodes.new("ShaderNodeMath")
    line.operation = "MULTIPLY"
    links.new(tiles.outputs["Fac"], line.inputs[0])
    links.new(fade.outputs["Result"], line.inputs[1])
    mix = nodes.new("ShaderNodeMix")
    mix.data_type = "RGBA"
    mix.inputs["A"].default_value = (*_FLOOR_RGB, 1)
    mix.inputs["B"].default_value = (*(0.55 * c for c in _FLOOR_RGB), 1)
    links.new(line.outputs[0], mix.inputs["Factor"])
    links.new(mix.outputs["Result"], nodes["Principled BSDF"].inputs["Base Color"])
    return material


def handlers(report: Report) -> Handlers:
    """`show` puts an item into the studio, `shot` renders it."""
    studio = Studio()
    return {"show": studio.show, "shot": studio.shot}
