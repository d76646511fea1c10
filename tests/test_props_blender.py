"""Props in Blender: size, place, axes, shared meshes, and nothing left over from the import."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pytest

from blender_synth.errors import AssetError
from blender_synth.packs import load_pack
from blender_synth.seeds import Streams
from blender_synth.world.layout import Layout, PropSpot
from blender_synth.world.placement.props import PROP_IDS, PropRandomizer
from tests.small_glb import box_document, glb_bytes, write_box, write_pack

pytestmark = pytest.mark.blender


@pytest.fixture
def stage():
    import bpy

    from blender_synth.blender.stage import Stage

    bpy.ops.wm.read_factory_settings(use_empty=True)
    return Stage(bpy.context.scene)


def _spots(*uses: str, room_m: float = 3.0) -> Layout:
    spots = tuple(
        PropSpot(name=f"spot_{n}", use=use, position_m=(10.0 * n, 4.0, 0.15), heading_deg=90.0, room_m=room_m)
        for n, use in enumerate(uses)
    )
    return Layout(areas=(), prop_spots=spots)


def _sample(pack, layout: Layout):
    randomizer = PropRandomizer(count=len(layout.prop_spots), turn_deg=0.0, scale=1.0)
    return randomizer.sample(Streams(1, 0), layout, (pack,))


def _world_box(objects) -> np.ndarray:
    import bpy

    bpy.context.view_layer.update()
    points = np.array([obj.matrix_world @ v.co for obj in objects for v in obj.data.vertices])
    return np.stack([points.min(axis=0), points.max(axis=0)])


def test_prop_stands_on_its_spot_with_the_size_asked_for(tmp_path: Path, stage):
    from blender_synth.blender.props import build

    pack = load_pack(write_pack(tmp_path / "p", "name: kiosks\nlicence: MIT\nversion: 1\nheight_m: 3\n"))
    [spec] = _sample(pack, _spots("pavement"))
    [obj] = build(spec, stage, pack.folder)
    # 1 m wide, 2 m high, 0.5 m deep in the file; 1.5 times that here, its front towards +Y.
    expected = np.array([[-0.75, 4 - 0.375, 0.15], [0.75, 4 + 0.375, 3.15]])
    assert np.allclose(_world_box([obj]), expected, atol=1e-5)
    xy = np.array(spec.footprint_xy_m())
    assert np.allclose([xy.min(axis=0), xy.max(axis=0)], expected[:, :2], atol=1e-6)
    assert spec.obstacle().height_m == pytest.approx(3.0)
    assert obj.pass_index == spec.instance_id == PROP_IDS[0]
    assert [m.name for m in obj.data.materials] == ["~paint"]


def test_back_touches_the_wall(tmp_path: Path, stage):
    from blender_synth.blender.props import build

    pack = load_pack(write_pack(tmp_path / "p", "name: posters\nlicence: MIT\nversion: 1\nstands: wall\n"))
    [spec] = _sample(pack, _spots("wall"))
    box = _world_box(build(spec, stage, pack.folder))
    assert box[0, 1] == pytest.approx(4.0, abs=1e-5)
    assert box[1, 1] == pytest.approx(4.5, abs=1e-5)


@pytest.mark.parametrize(
    ("up_axis", "front", "front_in_file"),
    [("+y", "+z", (0, 0, 1)), ("+y", "-x", (-1, 0, 0)), ("+z", "-y", (0, -1, 0)), ("-x", "+y", (0, 1, 0))],
)
def test_axes_of_the_file(tmp_path: Path, stage, up_axis: str, front: str, front_in_file: tuple):
    """An arrow-like box that reaches 2 m to the front and 0.1 m elsewhere points where the spot says."""
    from blender_synth.blender.props import build

    reach = np.array(front_in_file)
    low, high = np.minimum(reach * 2, -0.1), np.maximum(reach * 2, 0.1)
    manifest = f"name: arrows\nlicence: MIT\nversion: 1\nup_axis: {up_axis}\nfront: '{front}'\norigin: file\n"
    folder = write_pack(tmp_path / "p", manifest)
    write_box(folder / "bollard.glb", tuple(low), tuple(high))
    pack = load_pack(folder)
    [spec] = _sample(pack, _spots("pavement"))
    box = _world_box(build(spec, stage, pack.folder)) - np.array(spec.position_m)
    assert np.allclose(box, [[-0.1, -0.1, -0.1], [0.1, 2.0, 0.1]], atol=1e-5)
    assert np.allclose([spec.low_m, spec.high_m], [[-0.1, -0.1, -0.1], [2.0, 0.1, 0.1]], atol=1e-6)


def test_turned_and_squeezed_nodes_measure_as_blender_does(tmp_path: Path, stage):
    from blender_synth.blender.props import build

    folder = write_pack(tmp_path / "p", "name: p\nlicence: MIT\nversion: 1\nsize_m: [0.4, 1.2, 0.9]\n")
    half = 0.5**0.5
    write_box(folder / "bollard.glb", rotation=(half, 0, 0, half), scale=(1, -2, 0.5), translation=(5, 6, 7))
    pack = load_pack(folder)
    [spec] = _sample(pack, _spots("pavement"))
    objects = build(spec, stage, pack.folder)
    expected = [[-0.6, 4 - 0.2, 0.15], [0.6, 4 + 0.2, 1.05]]
    assert np.allclose(_world_box(objects), expected, atol=1e-5)
    for obj in objects:  # mirrored by the node, yet normals still point outward
        centre = np.mean([v.co for v in obj.data.vertices], axis=0)
        assert all((np.array(p.center) - centre) @ np.array(p.normal) > 0 for p in obj.data.polygons)


def test_props_of_one_file_share_a_mesh_and_nothing_else_is_left(tmp_path: Path, stage):
    import bpy

    from blender_synth.blender.props import build

    folder = write_pack(tmp_path / "p")
    document, binary = box_document((-0.5, 0, -0.25), (0.5, 2, 0.25))
    document["nodes"] += [
        {"name": "eye", "camera": 0},
        {"name": "lamp", "extensions": {"KHR_lights_punctual": {"light": 0}}},
    ]
    document["scenes"][0]["nodes"] += [1, 2]
    document["scenes"][0]["extras"] = {"evil": 1}
    document["nodes"][0]["extras"] = {"bs_surface": 1.0}
    document["meshes"][0]["extras"] = {"bs_surface": 1.0}
    document["cameras"] = [{"type": "perspective", "perspective": {"yfov": 1.0, "znear": 0.1}}]
    document["extensionsUsed"] = ["KHR_lights_punctual"]
    document["extensions"] = {"KHR_lights_punctual": {"lights": [{"type": "point"}]}}
    (folder / "bollard.glb").write_bytes(glb_bytes(document, binary))
    pack = load_pack(folder)
    specs = _sample(pack, _spots("pavement", "pavement", "pavement"))
    objects = [obj for spec in specs for obj in build(spec, stage, pack.folder)]
    assert [obj.pass_index for obj in objects] == list(PROP_IDS[:3])
    assert {obj.data for obj in objects} == set(bpy.data.meshes)
    assert len(bpy.data.meshes) == 1
    assert set(bpy.data.objects) == set(objects)
    assert not any(map(len, (bpy.data.cameras, bpy.data.lights, bpy.data.collections, bpy.data.actions)))
    assert "evil" not in bpy.context.scene
    assert all(obj["bs_surface"] == 0.0 for obj in objects)
    assert all("bs_surface" not in obj.data for obj in objects)


def test_only_the_default_scene_is_taken(tmp_path: Path, stage):
    from blender_synth.blender.props import build

    folder = write_pack(tmp_path / "p")
    document, binary = box_document((-0.5, 0, -0.25), (0.5, 2, 0.25))
    document["nodes"].append({"name": "spare", "mesh": 0, "translation": [50, 0, 0]})
    document["scenes"].append({"nodes": [1]})
    (folder / "bollard.glb").write_bytes(glb_bytes(document, binary))
    pack = load_pack(folder)
    [spec] = _sample(pack, _spots("pavement"))
    assert len(build(spec, stage, pack.folder)) == 1


def test_a_file_that_blender_refuses_is_named(tmp_path: Path, stage):
    from blender_synth.blender.props import build

    folder = write_pack(tmp_path / "p")
    pack = load_pack(folder)
    [spec] = _sample(pack, _spots("pavement"))
    (folder / "bollard.glb").write_bytes(glb_bytes(json.loads('{"asset": {"version": "2.0"}, "meshes": []}'))[:-4])
    with pytest.raises(AssetError, match=r"bollard\.glb"):
        build(spec, stage, pack.folder)


def test_round_trip_through_blenders_exporter(tmp_path: Path, stage):
    import bpy

    from blender_synth.blender.props import build

    folder = write_pack(tmp_path / "p", "name: p\nlicence: MIT\nversion: 1\n")
    bpy.ops.mesh.primitive_cone_add(vertices=24, radius1=0.4, depth=1.5, location=(0, 0, 0.75))
    bpy.ops.export_scene.gltf(filepath=str(folder / "bollard.glb"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage.__init__(bpy.context.scene)
    pack = load_pack(folder)
    assert np.allclose(pack.items[0].box_m, [[-0.4, -0.4, 0], [0.4, 0.4, 1.5]], atol=1e-3)
    [spec] = _sample(pack, _spots("pavement"))
    box = _world_box(build(spec, stage, pack.folder))
    assert np.allclose(box, [[-0.4, 3.6, 0.15], [0.4, 4.4, 1.65]], atol=1e-3)


@pytest.mark.parametrize("suffix", [".blend", ".fbx", ".obj", ".usdz"])
def test_props_of_every_format_stand_alike(tmp_path: Path, suffix: str):
    import bpy

    from blender_synth.blender.props import build
    from blender_synth.blender.stage import Stage
    from tests.made_assets import export, fresh, make_crate

    make_crate(tmp_path)
    export(tmp_path / f"crate{suffix}")
    (tmp_path / "pack.yaml").write_text("name: p\nlicence: MIT\nversion: 1\nheight_m: 1\n")
    pack = load_pack(tmp_path)
    fresh()
    stage = Stage(bpy.context.scene)
    specs = _sample(pack, _spots("pavement", "pavement"))
    objects = [obj for spec in specs for obj in build(spec, stage, pack.folder)]
    middle = np.array(min(spec.position_m for spec in specs))
    own = sorted(objects, key=lambda obj: obj.location.x)[0]
    # 0.5 m deep towards +Y, 0.25 m wide and 1 m high on its spot.
    assert np.allclose(_world_box([own]) - middle, [[-0.125, -0.25, 0], [0.125, 0.25, 1]], atol=1e-5)
    assert set(bpy.data.objects) == set(objects)
    assert len(bpy.data.meshes) == 1
    assert [image.size[0] for image in bpy.data.images] == [8]


def _kit(folder: Path) -> None:
    """A bench of two parts and a hidden one, an instancing empty, and a modifier that counts in the render only."""
    import bpy

    from tests.made_assets import export, fresh, make_crate

    crate = make_crate(folder, "bench")
    crate.location = (0, 0, 0)
    leg = bpy.data.objects.new("leg", crate.data.copy())
    leg.data.materials[0] = bpy.data.materials.new("steel")
    bpy.data.materials.new("brass").use_fake_user = True  # nothing wears it
    leg.parent = crate
    leg.location.y = 2.0
    cutter = bpy.data.objects.new("cutter", crate.data)
    cutter.scale, cutter.hide_render, cutter.parent = (9, 9, 9), True, crate
    rows = bpy.data.collections.new("row")
    bpy.context.scene.collection.children.link(rows)
    for obj in (leg, cutter):
        bpy.context.scene.collection.objects.link(obj)
    stone = bpy.data.objects.new("stone", crate.data.copy())
    rows.objects.link(stone)
    array = stone.modifiers.new("four", "ARRAY")
    array.count, array.show_viewport = 4, False
    empty = bpy.data.objects.new("wall", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", rows
    empty.location.z = 5.0
    bpy.context.scene.collection.objects.link(empty)
    bpy.context.view_layer.layer_collection.children["row"].exclude = True
    crate.asset_mark()
    empty.asset_mark()
    export(folder / "kit.blend")
    fresh()


def test_hidden_parts_children_instances_and_modifiers(tmp_path: Path, stage):
    import bpy

    from blender_synth.blender.props import build
    from blender_synth.blender.stage import Stage

    _kit(tmp_path)
    (tmp_path / "pack.yaml").write_text("name: p\nlicence: MIT\nversion: 1\n")
    pack = load_pack(tmp_path)
    assert [(item.name, item.triangles) for item in pack.items] == [("bench", 24), ("wall", 48)]
    assert np.allclose(np.ptp(pack.item("bench").box_m, axis=0), [3, 0.5, 2], atol=1e-5)
    assert np.allclose(np.ptp(pack.item("wall").box_m, axis=0), [1, 2, 2], atol=1e-5)
    stage = Stage(bpy.context.scene)
    for item in pack.items:
        only = dataclasses.replace(pack, items=(item,))
        [spec] = _sample(only, _spots("pavement", room_m=9.0))
        objects = build(spec, stage, pack.folder)
        assert sum(len(obj.data.polygons) * 2 for obj in objects) == item.triangles
        low = _world_box(objects)[0] - np.array(spec.position_m)
        assert low[2] == pytest.approx(0, abs=1e-5)


def test_a_material_of_a_pack_is_not_taken_for_one_of_the_program(tmp_path: Path, stage):
    import bpy

    from blender_synth.blender import label_pass
    from blender_synth.blender.props import build
    from blender_synth.blender.stage import Stage
    from tests.made_assets import export, fresh, make_crate

    crate = make_crate(tmp_path)
    crate.data.materials[0].name = "label_reflect"
    export(tmp_path / "crate.blend")
    (tmp_path / "pack.yaml").write_text("name: p\nlicence: MIT\nversion: 1\n")
    pack = load_pack(tmp_path)
    fresh()
    stage = Stage(bpy.context.scene)
    [spec] = _sample(pack, _spots("pavement"))
    [obj] = build(spec, stage, pack.folder)
    assert label_pass._label_material("reflect") not in list(obj.data.materials)


def test_variants_share_one_mesh(tmp_path: Path, stage):
    import bpy

    from blender_synth.blender.props import build
    from blender_synth.blender.stage import Stage

    _kit(tmp_path)
    variants = "{wood: {'#ff0000': 1, '#0000ff..#00ff00': 1}, steel: [steel, brass]}"
    manifest = f"name: p\nlicence: MIT\nversion: 1\nitems: [{{file: kit.blend, object: bench, variants: {variants}}}]\n"
    (tmp_path / "pack.yaml").write_text(manifest)
    pack = load_pack(tmp_path)
    layout = _spots(*["pavement"] * 24)
    specs = _sample(pack, layout)
    chosen = {spec.variant["wood"] for spec in specs}
    assert "#ff0000" in chosen
    assert len(chosen) > 4  # along the ramp
    assert {spec.variant["steel"] for spec in specs} == {"steel", "brass"}
    stage = Stage(bpy.context.scene)
    bpy.data.materials.new("wood")  # a name that is taken changes nothing
    objects = [obj for spec in specs for obj in build(spec, stage, pack.folder)]
    assert len({obj.data for obj in objects}) == 4  # two parts, and two with the other material
    colours = {tuple(round(c, 3) for c in obj["bs_variant_wood"]) for obj in objects}
    assert len(colours) == len(chosen)
    assert (1.0, 0.0, 0.0) in colours
    wood = next(m for obj in objects for m in obj.data.materials if m.name == "~wood")
    base = wood.node_tree.nodes["Principled BSDF"].inputs["Base Color"]
    assert base.links[0].from_node.blend_type == "MULTIPLY"  # its texture stays
    assert {m.name for obj in objects for m in obj.data.materials} == {"~wood", "~steel", "~brass"}
    (tmp_path / "pack.yaml").write_text(manifest.replace("wood:", "woood:"))
    with pytest.raises(AssetError, match=r"no such material(.|\n)*use one of: steel, wood"):
        load_pack(tmp_path)
    (tmp_path / "pack.yaml").write_text(manifest.replace("brass]", "bras]"))
    with pytest.raises(AssetError, match=r"no such material(.|\n)*use one of: (brass, )?(wood|steel)"):
        load_pack(tmp_path)


def test_the_next_scene_takes_shapes_from_the_one_before(tmp_path: Path, stage, monkeypatch):
    import bpy

    from blender_synth.blender import props, shelf
    from blender_synth.blender.stage import Stage

    _kit(tmp_path)
    shelf.new_scene()
    manifest = "name: p\nlicence: MIT\nversion: 1\nitems: [{file: kit.blend, object: bench, variants: {steel: wood}}]\n"
    (tmp_path / "pack.yaml").write_text(manifest)
    pack = load_pack(tmp_path)
    [spec] = _sample(pack, _spots("pavement"))

    def built() -> tuple:
        stage = Stage(shelf.new_scene())
        objects = props.build(spec, stage, pack.folder)
        images = sorted((image.name, *image.size) for image in bpy.data.images)
        assert not bpy.data.libraries
        materials = [[m.name for m in obj.data.materials] for obj in objects]
        counts = [len(shelf.live(blocks)) for blocks in (bpy.data.meshes, bpy.data.materials)]
        return _world_box(objects).tolist(), materials, images, counts

    first = built()
    loads = []
    monkeypatch.setattr(props, "load_file", lambda *a, **k: loads.append(a))
    assert built() == first
    assert loads == []
    os.utime(tmp_path / "kit.blend", (1, 1))  # a file that was changed is read again
    with pytest.raises(AttributeError):
        built()
    assert len(loads) == 1


def test_the_next_process_takes_shapes_from_the_cache(tmp_path: Path, stage, monkeypatch):
    import bpy

    from blender_synth.blender import item_cache, props, shelf
    from blender_synth.blender.stage import Stage

    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path / "cache"))
    (tmp_path / "kit").mkdir()
    _kit(tmp_path / "kit")
    manifest = "name: p\nlicence: MIT\nversion: 1\nitems: [{file: kit.blend, object: bench, variants: {steel: wood}}]\n"
    (tmp_path / "kit" / "pack.yaml").write_text(manifest)
    pack = load_pack(tmp_path / "kit")
    [spec] = _sample(pack, _spots("pavement"))
    imports, load_file = [], props.load_file
    monkeypatch.setattr(props, "load_file", lambda *a, **k: imports.append(a) or load_file(*a, **k))

    def built() -> tuple:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        objects = props.build(spec, Stage(shelf.new_scene()), pack.folder)
        assert not bpy.data.libraries
        images = sorted((image.name, *image.size) for image in bpy.data.images)
        return _world_box(objects).tolist(), [[m.name for m in obj.data.materials] for obj in objects], images

    first = built()
    assert built() == first
    assert len(imports) == 1
    [file] = (tmp_path / "cache" / "items").glob("*.blend")
    file.write_bytes(file.read_bytes()[:-100])  # damaged
    assert built() == first
    assert len(imports) == 2
    (tmp_path / "kit" / "another.png").write_bytes(b"")  # what is next to an item may belong to it
    assert built() == first
    assert len(imports) == 3
    monkeypatch.setattr(item_cache, "MOST_BYTES", 0)
    os.utime(tmp_path / "kit" / "kit.blend", (1, 1))
    assert built() == first
    assert not list((tmp_path / "cache" / "items").iterdir())
