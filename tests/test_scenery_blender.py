"""The street and the sky as Blender gets them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from blender_synth.seeds import Streams

bpy = pytest.importorskip("bpy")

from blender_synth.blender.mirrors import wall as wall_builder  # noqa: E402
from blender_synth.blender.scenery import street as street_builder  # noqa: E402
from blender_synth.blender.stage import Stage  # noqa: E402
from blender_synth.blender.weather import sky as sky_builder  # noqa: E402
from blender_synth.world.mirrors import wall  # noqa: E402
from blender_synth.world.scenery import street  # noqa: E402
from blender_synth.world.weather import sky  # noqa: E402

pytestmark = pytest.mark.blender


def build_street():
    """A street in an empty scene: (spec, stage, sum of all coordinates)."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    spec = street.Randomizer().sample(Streams(4, 0))
    stage = Stage(bpy.context.scene)
    street_builder.build(spec, stage)
    return spec, stage, sum(float(np.abs(local_points(obj)).sum()) for obj in meshes(stage))


@pytest.fixture(scope="module")
def built():
    return build_street()


def meshes(stage):
    return [o for o in stage.scene.objects if o.type == "MESH"]


def local_points(obj) -> np.ndarray:
    """Vertices (N, 3) in the object's axes."""
    flat = np.empty(len(obj.data.vertices) * 3, np.float32)
    obj.data.vertices.foreach_get("co", flat)
    return flat.reshape(-1, 3).astype(float)


def world_points(obj) -> np.ndarray:
    """Vertices (N, 3) in the world's axes."""
    matrix = np.array(obj.matrix_world)
    return local_points(obj) @ matrix[:3, :3].T + matrix[:3, 3]


def test_every_thing_is_there_and_every_object_is_labelled(built):
    spec, stage, _ = built
    assert {o.pass_index for o in meshes(stage)} == {t.instance_id for t in spec.labelled_instances()}


def test_triangles_stay_within_bounds(built):
    _, stage, _ = built
    shared = {o.data.name: o.data for o in meshes(stage)}
    for mesh in shared.values():
        mesh.calc_loop_triangles()
    assert sum(len(m.loop_triangles) for m in shared.values()) < 600_000


def test_geometry_is_finite_and_stands_where_the_plan_says(built):
    spec, stage, _ = built
    bpy.context.view_layer.update()
    for obj in meshes(stage):
        corners = world_points(obj)
        assert np.isfinite(corners).all()
        assert corners[:, 2].min() > -0.1, obj.name
    for car in spec.cars:
        obj = stage.objects[car.instance_id][0]
        corners = world_points(obj)
        assert abs(corners[:, 2].min()) < 0.02
        assert np.abs(corners[:, :2] - car.position_m[:2]).max() < 3.0


def test_materials_have_a_surface(built):
    _, stage, _ = built
    for obj in meshes(stage):
        for material in obj.data.materials:
            assert material.node_tree.nodes["Material Output"].inputs["Surface"].is_linked


def test_building_twice_gives_the_same_geometry(built):
    assert build_street()[2] == built[2]


def test_mirror_is_flat_and_where_its_spec_says():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene)
    mount = street.Randomizer().sample(Streams(4, 0)).layout().mirror_mounts[0]
    mirror = wall.Randomizer(standing_share=1.0).sample(Streams(2, 0), (1001, 2001), mount, 0.4)
    wall_builder.build(mirror, stage)
    bpy.context.view_layer.update()
    (glass,) = stage.objects[1001]
    corners = world_points(glass)
    np.testing.assert_allclose(corners, mirror.corners_m(), atol=1e-5)
    frame = np.concatenate([world_points(o) for o in stage.objects[2001]])
    assert frame[:, 2].min() == pytest.approx(mount.base_z_m, abs=0.01)
    out = (frame[:, :2] - mount.start_xy_m) @ [
        math.cos(math.radians(mount.facing_deg)),
        math.sin(math.radians(mount.facing_deg)),
    ]
    assert out.min() == pytest.approx(0, abs=0.01)


def sky_spec(**changes) -> sky.Spec:
    values = {
        "cloud_oktas": 0.0,
        "sun_elevation_deg": 50.0,
        "sun_azimuth_deg": 30.0,
        "turbidity": 3.0,
        "temperature_c": 15.0,
        "sun_clear": 1.0,
        "sun_blur_deg": 0.53,
        "mor_m": 3e4,
        "cloud_seed": 3,
    }
    return sky.Spec(**{**values, **changes})


@pytest.mark.parametrize(("oktas", "clear"), [(0.0, 1.0), (4.0, 1.0), (8.0, 0.0)])
def test_light_on_the_ground_is_what_the_sky_promises(oktas, clear, tmp_path):
    """A white level sheet under the open sky shows the horizontal irradiance over pi."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    stage = Stage(scene)
    spec = sky_spec(cloud_oktas=oktas, sun_clear=clear)
    sky_builder.build(spec, stage)
    mesh = bpy.data.meshes.new("sheet")
    mesh.from_pydata([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], [], [(0, 1, 2, 3)])
    material = bpy.data.materials.new("white")
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    white = tree.nodes.new("ShaderNodeBsdfDiffuse")
    white.inputs["Color"].default_value = (1, 1, 1, 1)
    tree.links.new(white.outputs[0], tree.nodes.new("ShaderNodeOutputMaterial").inputs[0])
    mesh.materials.append(material)
    stage.add(bpy.data.objects.new("sheet", mesh), 1)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.location = (0, 0, 1)
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = 256, False
    scene.render.resolution_x = scene.render.resolution_y = 16
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.filepath = str(tmp_path / "sheet.exr")
    bpy.ops.render.render(write_still=True)
    import OpenEXR

    channels = OpenEXR.File(scene.render.filepath).channels()
    rgb = np.asarray(next(iter(channels.values())).pixels)[..., :3].astype(float)
    seen = float((rgb @ (0.2126, 0.7152, 0.0722)).mean()) * math.pi
    wanted = spec.sun() * math.sin(math.radians(spec.sun_elevation_deg)) + spec.diffuse()
    assert seen == pytest.approx(wanted, rel=0.12)


def test_panorama_is_finite_and_dim_enough_for_half_floats():
    for oktas in (0.0, 2.0, 5.0, 8.0):
        pixels = sky_builder.panorama(sky_spec(cloud_oktas=oktas))
        assert np.isfinite(pixels).all()
        assert pixels.max() <= sky_builder.BRIGHTEST
        assert pixels.min() >= 0
