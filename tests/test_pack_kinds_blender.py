"""Mirrors and materials of packs in Blender: labels against closed forms, colours in the picture."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from blender_synth.packs.loading import load_pack
from blender_synth.seeds import Streams
from blender_synth.world.layout import MirrorMount
from blender_synth.world.materials import MaterialChoices, SurfaceSpec
from blender_synth.world.mirrors.pack import Randomizer
from blender_synth.world.people.pedestrian import Randomizer as PersonRandomizer
from blender_synth.world.people.situation import Situation
from tests.ray_boxes import MirrorRectangle
from tests.small_kinds import circle, rectangle, write_manifest, write_mirror, write_textures

bpy = pytest.importorskip("bpy")

from blender_synth.blender import cycles, label_pass, pack_materials  # noqa: E402
from blender_synth.blender.mirrors import pack as mirror_builder  # noqa: E402
from blender_synth.blender.people.pedestrian import mesh_of  # noqa: E402
from blender_synth.blender.scenery.materials import Materials  # noqa: E402
from blender_synth.blender.scenery.meshes import quad, to_object  # noqa: E402
from blender_synth.blender.shading.nodes import Graph  # noqa: E402
from blender_synth.blender.weather import cover  # noqa: E402
from blender_synth.bodies.person import dressed_person  # noqa: E402
from blender_synth.errors import ItemError  # noqa: E402
from blender_synth.frames.raw_frame import read_exr  # noqa: E402
from tests.test_labels_blender import _answers, _stage  # noqa: E402
from tests.test_mirrors_blender import _directions  # noqa: E402

pytestmark = pytest.mark.blender

MOUNT = MirrorMount(
    name="w", start_xy_m=(-2.0, 2.0), end_xy_m=(2.0, 2.3), facing_deg=-85.7, base_z_m=0.0, clear_height_m=3.0
)


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    folder = write_manifest(
        tmp_path_factory.mktemp("mirrors"), "mirrors", "kind: mirror", "items:",
        "  - {file: tall.glb, size_m: [0.06, 2.4, 2.2], stands: leaning}",
        "  - {file: round.glb, scale: 2, surface: {material: Mirror, kind: glass}}",
    )  # fmt: skip
    write_mirror(folder / "tall.glb", rectangle(0.3, 0.05, 0.95), rotation=[0, 0.7071068, 0, 0.7071068])
    write_mirror(folder / "round.glb", circle(0.5, 0.6, 32))
    manifest = folder / "pack.yaml"
    manifest.write_text(manifest.read_text().replace("leaning}", "leaning, front: +x}"))
    return load_pack(folder)


def _built(pack, name):
    """Stage, camera and spec of one mirror in the middle of the mount."""
    chooser = Randomizer(lean_deg=6.0, middle_m=1.3).resolve_packs((pack,), Streams(0, 0))
    item = pack.item(name)
    spec = chooser.place(pack, item, item.terms.stands[0], MOUNT, 0.5, (1001, 2001), Streams(0, 0))
    stage, camera = _stage()
    stage.pack_roots = {pack.name: pack.folder}
    mirror_builder.build(spec, stage)
    bpy.context.view_layer.update()
    return stage, camera, spec


def test_a_turned_scaled_and_leaning_mirror_reflects_as_the_closed_form_says(pack):
    stage, camera, spec = _built(pack, "tall")
    corners = spec.corners_m()
    assert spec.tilt_deg == pytest.approx(6.0)
    assert spec.width_m == pytest.approx(2.4 * 0.3 / 0.38, rel=1e-3)
    sheet = MirrorRectangle(1001, 1, tuple(corners[0]), tuple(corners[1] - corners[0]), tuple(corners[3] - corners[0]))
    labels, expected = label_pass.render_labels(stage), _answers([sheet], camera)
    on = (labels["surface_id"] == 1001) & (expected["first"] == 1001)
    assert on.sum() > 400
    assert on.sum() >= 0.99 * (expected["first"] == 1001).sum()
    assert {1, 2} <= set(np.unique(expected["shown"][on]))
    np.testing.assert_array_equal(labels["reflected_id"][on], expected["shown"][on])
    np.testing.assert_array_equal(labels["reflected_via"][on], expected["code"][on])
    points, _ = stage.triangles(2001)
    assert points[:, 2].min() == pytest.approx(0.0, abs=1e-3)
    out = np.array([np.cos(np.radians(MOUNT.facing_deg)), np.sin(np.radians(MOUNT.facing_deg))])
    assert ((points[:, :2] - MOUNT.start_xy_m) @ out).min() == pytest.approx(0.012, abs=1e-3)


def test_a_round_pane_of_glass_is_round_and_seen_through(pack):
    stage, _, spec = _built(pack, "round")
    assert stage.surfaces == {1001: "glass"}
    labels = label_pass.render_labels(stage)
    pane = labels["surface_id"] == 1001
    assert pane.sum() > 300
    rows, columns = np.nonzero(pane)
    assert pane.sum() / (np.ptp(rows) + 1) / (np.ptp(columns) + 1) == pytest.approx(np.pi / 4, abs=0.03)
    assert (labels["transmitted_id"][pane] == 2001).all()  # the board behind it
    points, _ = stage.triangles(1001)
    assert np.abs((points - spec.plane()[0]) @ spec.plane()[1]).max() < 1e-5


def test_a_file_that_lost_its_pane_fails_that_item_by_name(pack):
    _, _, spec = _built(pack, "tall")
    stage, _ = _stage()
    stage.pack_roots = {pack.name: pack.folder}
    with pytest.raises(ItemError, match=r"mirrors/tall(.|\n)*Silver(.|\n)*Mirror, paint"):
        mirror_builder.build(dataclasses.replace(spec, material="Silver"), stage)


RED = (200, 60, 40)


@pytest.fixture(scope="module")
def materials(tmp_path_factory):
    folder = write_manifest(
        tmp_path_factory.mktemp("materials"), "stuff", "kind: material", "items:",
        "  - {file: red_albedo.png, name: red, tile_m: [2, 1.6]}", "  - {file: moss.blend, material: moss}",
        "  - {file: blue_albedo.png, name: blue, tile_m: 0.2}",
    )  # fmt: skip
    write_textures(folder, "red", RED, "normal", "roughness")
    write_textures(folder, "blue", (20, 40, 200), "normaldx", "height", "ao")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    for name in ("moss", "mud"):
        bpy.data.materials.new(name).use_nodes = True
        bpy.data.materials[name].use_fake_user = True
    bpy.data.materials["moss"].node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0, 1, 0, 1)
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "moss.blend"))
    return load_pack(folder)


def _spec(pack, *names):
    """Materials as a scene's spec has them."""
    return [
        MaterialChoices(weights={f"stuff/{name}": 1.0}).resolve_packs([pack], "k").pick(np.random.default_rng(0))
        for name in names
    ]


def _wall(surface, material, pack):
    """The stage of boxes with a wall of brick at y = 2, UVs in metres, lit from everywhere alike."""
    stage, camera = _stage()
    g = Graph("white")
    white = g.surface(g.node("ShaderNodeEmission", {"Color": (1, 1, 1), "Strength": 1.0}).outputs[0])
    for objects in stage.objects.values():
        objects[0].data.materials.append(white)
    corners = [(-2.0, 2.0, 0.0), (2.0, 2.0, 0.0), (2.0, 2.0, 2.4), (-2.0, 2.0, 2.4)]
    sheet = quad(*corners, "brick", (0.2, 0.2, 0.2, 0.0), uvs=[(x, z) for x, _, z in corners])
    stage.add(to_object("wall", sheet, Materials()), 3011)
    world = bpy.data.worlds.new("white")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (1, 1, 1, 1)
    stage.scene.world = world
    pack_materials.apply_pack_materials([SurfaceSpec(surface=surface, material=material)], {pack.name: pack.folder})
    return stage, camera


def test_a_wall_shows_the_textures_at_their_real_size(materials, tmp_path):
    stage, camera = _wall("wall", *_spec(materials, "red"), materials)
    labels, scene = label_pass.render_labels(stage), stage.scene
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.use_adaptive_sampling = 4, False, False
    scene.cycles.pixel_filter_type, scene.cycles.filter_width = "BOX", 0.01
    cycles.render_picture(scene, tmp_path / "picture.exr")
    picture = np.stack([read_exr(tmp_path / "picture.exr")[c] for c in "RGB"], axis=-1).astype(float)
    wall = labels["surface_id"] == 3011
    rays, eye = _directions(camera, wall.shape)[wall], np.array(camera.position_m)
    at = eye + rays * ((2.0 - eye[1]) / rays[:, 1])[:, None]
    column, row = at[:, 0] / 2.0 * 8 - 0.5, (1 - at[:, 2] / 1.6) * 8 - 0.5  # from texels' middles, from the top
    texels = (np.indices((8, 8)).sum(axis=0) // 4 % 2 == 0).astype(float)
    a, b = np.floor(row), np.floor(column)
    share = np.zeros(len(at))
    for i in (0, 1):
        for j in (0, 1):
            near = (1 - np.abs(row - a - i)) * (1 - np.abs(column - b - j))
            share += near * texels[((a + i) % 8).astype(int), ((b + j) % 8).astype(int)]
    bright = share > 0.5
    seen = picture[wall]
    assert wall.sum() > 500
    light, dark = np.median(seen[share > 0.9], axis=0), np.median(seen[share < 0.1], axis=0)
    linear = ((np.array(RED) / 255 + 0.055) / 1.055) ** 2.4
    np.testing.assert_allclose(light / light[0], linear / linear[0], atol=0.15)  # with the surface's own white gloss
    assert light[0] > 2.5 * dark[0]
    assert ((seen[:, 0] > (light[0] + dark[0]) / 2) == bright).mean() > 0.9


def test_only_the_surface_that_was_asked_for_changes(materials):
    stage, _ = _wall("pavement", *_spec(materials, "red"), materials)
    material = stage.objects[3011][0].data.materials[0]
    assert not any(n.type == "TEX_IMAGE" and "red" in n.image.name for n in material.node_tree.nodes)


def test_a_material_of_a_blend_takes_the_walls_place_under_its_name(materials):
    stage, _ = _wall("wall", *_spec(materials, "moss"), materials)
    (material,) = stage.objects[3011][0].data.materials
    assert material.name == "wall_brick"
    assert tuple(material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value) == (0, 1, 0, 1)
    wrong = dataclasses.replace(_spec(materials, "moss")[0], material="bark")
    with pytest.raises(ItemError, match=r"stuff/moss(.|\n)*bark(.|\n)*mud, moss"):
        _wall("wall", wrong, materials)


def test_clothes_of_a_packs_fabrics_look_its_textures_up_and_get_wet(materials):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    red, blue = _spec(materials, "red", "blue")
    person = PersonRandomizer().sample(Streams(3, 0), 1, situation=Situation(activity="stand"))
    outfit = person.outfit
    lower, top = (
        dataclasses.replace(garment, fabric=dataclasses.replace(garment.fabric, pattern="plain", texture=texture))
        for garment, texture in ((outfit.lower, red), (outfit.top, blue))
    )
    person = dataclasses.replace(person, outfit=dataclasses.replace(outfit, lower=lower, top=top, outer=None))
    mesh = mesh_of(dressed_person(person, "tiny").parts, "person", {"stuff": materials.folder})
    maps = {}
    for material in mesh.materials:
        images = {n.image.name.split(".")[0] for n in material.node_tree.nodes if n.type == "TEX_IMAGE"}
        maps |= {material.name: images} if images else {}
        if images:
            assert cover._is_cloth(material)
            assert material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].is_linked
    assert sorted(map(sorted, maps.values())) == [
        ["blue_albedo", "blue_ao", "blue_height", "blue_normaldx"], ["red_albedo", "red_normal", "red_roughness"],
    ]  # fmt: skip
