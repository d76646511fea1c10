"""Air as a volume in Cycles against the analytic air, where single scattering makes them agree."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import OpenEXR
import pytest

bpy = pytest.importorskip("bpy")

from blender_synth.blender import cycles, label_pass  # noqa: E402
from blender_synth.blender.stage import Stage  # noqa: E402
from blender_synth.blender.weather import sky as sky_builder  # noqa: E402
from blender_synth.blender.weather import volume  # noqa: E402
from blender_synth.develop.air import transmittance  # noqa: E402
from blender_synth.settings import RenderSettings  # noqa: E402
from tests.test_weather_blender import weather, yard  # noqa: E402, F401

pytestmark = pytest.mark.blender
SMALL = RenderSettings(width_px=96, height_px=48, samples=256, adaptive_threshold=0, denoise=False)
NEAR_M, MIRRORED_M = math.hypot(3, 12), math.hypot(7, 36)
"""Ways to the targets: straight, and by the mirror at y = 20, behind which the other one's image stands at (7, 36)."""


def sheet(name: str, middle, half_m: float, emission: float, mirror: bool = False) -> bpy.types.Object:
    """A square across y: a lamp or, without emission, black; or a perfect mirror."""
    x, y, z = middle
    points = [(x + a * half_m, y, z + b * half_m) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points, [], [(0, 1, 2, 3)])
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    material.cycles.emission_sampling = "NONE"
    tree = material.node_tree
    tree.nodes.clear()
    shader = tree.nodes.new("ShaderNodeBsdfGlossy" if mirror else "ShaderNodeEmission")
    shader.inputs["Color"].default_value = (1, 1, 1, 1)
    if mirror:
        shader.inputs["Roughness"].default_value = 0.0
    else:
        shader.inputs["Strength"].default_value = emission
    tree.links.new(shader.outputs[0], tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    mesh.materials.append(material)
    return bpy.data.objects.new(name, mesh)


def range_of_targets(emission: float, sky: float) -> Stage:
    """A camera at the origin looks along y at a target, and at another one's image in a mirror, under an even sky."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene)
    stage.add(sheet("near", (-3, 12, 0), 0.5, emission), 3001)
    stage.add(sheet("far", (7, 4, 0), 1.0, emission), 3002)
    stage.add(sheet("mirror", (4, 20, 0), 1.5, 0.0, mirror=True), 1001, "mirror")
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.rotation_euler = (math.radians(90), 0, 0)
    camera.data.lens, camera.data.sensor_width = 50, 45
    stage.scene.collection.objects.link(camera)
    stage.scene.camera = camera
    world = bpy.data.worlds.new("even")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (sky, sky, sky, 1)
    stage.scene.world = world
    return stage


def rendered(stage: Stage, path, bounces: int) -> np.ndarray:
    """(H, W) radiance; `bounces`: how often light may turn in the air on its way, beside the last time."""
    stage.scene.cycles.volume_bounces = bounces
    cycles.apply_picture_settings(stage.scene, SMALL, 3)
    stage.scene.cycles.sample_clamp_indirect = 0.0
    stage.scene.cycles.pixel_filter_type, stage.scene.cycles.filter_width = "BOX", 0.01
    cycles.render_picture(stage.scene, path)
    with OpenEXR.File(str(path)) as file:
        return np.asarray(next(iter(file.channels().values())).pixels)[..., :3].mean(axis=2, dtype=float)


def seen(stage: Stage) -> list[tuple[np.ndarray, float]]:
    """Where (H, W) each target is seen, but for its edge, and how far its light comes."""
    labels = label_pass.render_labels(stage)
    near, far = labels["surface_id"] == 3001, labels["reflected_id"] == 3002
    return [(cv2.erode(m.astype(np.uint8), np.ones((3, 3))) > 0, way) for m, way in ((near, NEAR_M), (far, MIRRORED_M))]


@pytest.mark.parametrize(("g", "albedo"), [(0.0, 0.999), (0.85, 0.0)])
def test_light_gets_through_a_volume_as_koschmieder_says_directly_and_by_a_mirror(tmp_path, g, albedo):
    """Where next to nothing of the targets' own light is scattered back into its way."""
    stage = range_of_targets(emission=2.0, sky=0.0)
    volume.add_air(stage, (-60, -60, -60), (60, 60, 60), -math.log(0.05) / 90.0, g, albedo)
    picture = rendered(stage, tmp_path / "through.exr", 0)
    for where, way_m in seen(stage):
        assert where.sum() > 15
        assert picture[where].mean() == pytest.approx(2.0 * float(transmittance(way_m, 90.0)), rel=0.03)


def test_airlight_of_a_thin_volume_is_the_analytic_one_directly_and_by_a_mirror(tmp_path):
    """Black targets before an even sky of radiance 1: what is seen of them is A (1 - t) alone, with A the sky's."""
    mor_m = 3000.0
    stage = range_of_targets(emission=0.0, sky=1.0)
    volume.add_air(stage, (-30, -20, -20), (30, 40, 20), -math.log(0.05) / mor_m, g=0.0, albedo=1.0)
    picture = rendered(stage, tmp_path / "air.exr", 2)
    for where, way_m in seen(stage):
        assert picture[where].mean() == pytest.approx(1 - float(transmittance(way_m, mor_m)), rel=0.08)


def test_labels_and_depth_never_see_the_volume(yard):  # noqa: F811
    before = label_pass.render_labels(yard)
    sky_builder.build(weather(mor_m=60.0, medium="volume", fog_height_m=10.0, snow_depth_cm=3.0), yard)
    air = [o for o in yard.scene.objects if o.name.startswith("air")]
    assert len(air) == volume.STEPS
    assert yard.medium.kind == "volume"
    after = label_pass.render_labels(yard)
    for name, layer in before.items():
        np.testing.assert_array_equal(layer, after[name], err_msg=name)
    assert not any(o.hide_render for o in air)


def test_boxes_of_thinning_air_add_up_to_its_fall_with_height():
    spec = weather(mor_m=80.0, fog_height_m=12.0)
    boxes = list(volume.layers(spec))
    for z in (0.0, 3.0, 9.0, 20.0):
        density = sum(extinction for top_m, extinction in boxes if top_m > z)
        assert density == pytest.approx(-math.log(0.05) / 80 * math.exp(-z / 12), abs=0.6 * 3 / 80 / volume.STEPS)
    assert list(volume.layers(replace(spec, fog_height_m=None))) == [(120.0, -math.log(0.05) / 80)]
