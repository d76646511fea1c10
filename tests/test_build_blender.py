"""Building scenes: what a scene is does not depend on those that the process built before."""

from __future__ import annotations

import hashlib
from pathlib import Path

import bpy
import numpy as np
import OpenEXR
import pytest

from blender_synth.blender import build, cycles, label_pass, shelf
from blender_synth.blender.scenery import textures
from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.meshes import Part, box, join, quad
from blender_synth.bodies.data import body_data
from blender_synth.bodies.shape import prepared, shaped_points
from blender_synth.config import compose
from blender_synth.world.sample import sample_scene
from tests.digests import built_in_packs

_TINY = ("render.width_px=96", "render.height_px=54", "render.samples=2", "render.denoise=false")
_BEFORE = (
    ("scene=street", "weather=snowy", "weather.time=night", "mirrors=mixed", "props.parked=1", "seed=11"),
    ("scene=crosswalk", "weather=rainy", "mirrors=none", "props.count=[8,8]", "seed=12"),
    ("scene=courtyard", "mirrors=wall", "seed=13"),
    ("scene=lobby", "weather.time=night", "mirrors=full_length", "seed=14"),
)
_SCENE = ("scene=street", "mirrors=wall", "pedestrians.count=3", "props.count=[4,4]", "weather=rainy", "seed=5")


def _build(overrides: tuple[str, ...], people: bool = True):
    settings = compose([*overrides, *(() if people else ("pedestrians=none",)), *_TINY])
    spec = sample_scene(settings, built_in_packs(), 5)
    roots = {pack.name: pack.folder for pack in built_in_packs()}
    stage = build.build_scene(spec, roots, Path(settings.scenery.folder))
    cycles.apply_picture_settings(stage.scene, settings.render, 1)
    return stage


def _tree(tree: bpy.types.NodeTree) -> list:
    def plain(value: object) -> object:
        return tuple(value) if hasattr(value, "__len__") and not isinstance(value, str) else value

    nodes = [
        (
            node.name,
            [
                plain(socket.default_value)
                for socket in (*node.inputs, *node.outputs)
                if hasattr(socket, "default_value")
            ],
            node.image.name if getattr(node, "image", None) else None,
            _tree(node.node_tree) if node.type == "GROUP" else None,
        )
        for node in tree.nodes
    ]
    links = [(k.from_node.name, k.from_socket.identifier, k.to_node.name, k.to_socket.identifier) for k in tree.links]
    return [nodes, sorted(links)]


def _contents(stage) -> dict[str, object]:
    """Objects, meshes, materials and images of a scene as plain data."""
    found: dict[str, object] = {}
    for obj in stage.scene.objects:
        found[obj.name] = [obj.type, obj.pass_index, [tuple(row) for row in obj.matrix_basis], sorted(obj.keys())]
        if obj.type != "MESH":
            continue
        points = np.empty(3 * len(obj.data.vertices), np.float32)
        obj.data.attributes["position"].data.foreach_get("vector", points)
        found[obj.name] += [hashlib.sha256(points.tobytes()).hexdigest(), [m and m.name for m in obj.data.materials]]
        for material in obj.data.materials:
            if material is not None and material.use_nodes:
                found[f"material {material.name}"] = _tree(material.node_tree)
    return found


def test_a_scene_is_the_same_after_others_and_alone(tmp_path: Path):
    found = []
    for before in (_BEFORE, ()):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        for overrides in before:
            _build(overrides, people=False)
        stage = _build(_SCENE)
        assert not any(shelf.is_kept(obj) or shelf.is_kept(obj.data) for obj in stage.scene.objects if obj.data)
        contents = _contents(stage)
        labels = label_pass.render_labels(stage)
        cycles.render_picture(stage.scene, tmp_path / "picture.exr")
        with OpenEXR.File(str(tmp_path / "picture.exr")) as file:  # its header has the time of day
            found.append((contents, labels, file.channels()["RGB"].pixels))
    after, alone = found
    assert after[0] == alone[0]
    for name, layer in after[1].items():
        np.testing.assert_array_equal(layer, alone[1][name], err_msg=name)
    np.testing.assert_array_equal(after[2], alone[2])


@pytest.mark.parametrize("scene", ["courtyard", "waiting_room"])
def test_scenes_of_files_take_nothing_that_is_kept(scene: str):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    shelf.new_scene()
    letters(f"KEPT {scene}")  # other words each time: the shapes of words are cached
    stage = _build((f"scene={scene}", "mirrors=none", "seed=1"), people=False)
    assert any(shelf.is_kept(obj) for obj in bpy.data.objects)
    assert not [obj.name for obj in stage.scene.objects if shelf.is_kept(obj)]


def test_what_is_kept_is_never_changed_by_a_scene():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    _build(_BEFORE[0], people=False)
    kept = {m.name: _tree(m.node_tree) for m in bpy.data.materials if shelf.is_kept(m)}
    assert len(kept) > 20
    for overrides in (_BEFORE[0], _BEFORE[1]):  # snow and lit windows, water
        _build(overrides, people=False)
    for name, tree in kept.items():
        assert _tree(bpy.data.materials[name].node_tree) == tree, name


def test_shapes_are_given_up_when_they_grow_too_large(monkeypatch: pytest.MonkeyPatch):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    shelf.new_scene()
    for key in ("old", "new"):
        mesh = bpy.data.meshes.new(key)
        mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
        shelf.keep_shape((key,), shelf.Shape([mesh], {}))
    monkeypatch.setattr(shelf, "MOST_VALUES", 40)  # room for one
    shelf.new_scene()
    assert shelf.shape(("old",)) is None
    assert [mesh.name for mesh in shelf.shape(("new",)).meshes] == ["new"]
    assert {mesh.name for mesh in shelf.live(bpy.data.meshes)} == {"new"}


def test_after_some_scenes_everything_is_made_anew(monkeypatch: pytest.MonkeyPatch):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    monkeypatch.setattr(shelf, "SCENES", 2)
    made = []

    def make() -> bpy.types.Material:
        made.append(1)
        return bpy.data.materials.new("stone")

    for _ in range(4):
        shelf.new_scene()
        assert [shelf.material(("stone",), make).name for _ in range(2)] == ["stone", "stone.001"]
    assert len(made) == 2


def test_boxes_and_quads_are_the_same_alone_and_joined():
    parts = [
        box((0, 0, 0), (1, 2, 3), "stone", (0.1, 0.2, 0.3)),
        quad((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), "paint", (1, 0, 0, 0.5)),
        box((-1, 0, 0.1), (1.5, 2, 3), "paint", without=("+y", "-z")),
        box((0, 0, 0), (1, 1, 1), "stone").moved((3, 0, 0)),
    ]
    made = [Part(p.points, p.faces, p.uvs, p.tints, p.materials, p.names, p.smooth) for p in map(_again, parts)]
    together, alone = join(parts), join(made)
    assert together.names == alone.names == ("stone", "paint")
    for name in ("points", "faces", "uvs", "tints", "materials", "smooth"):
        np.testing.assert_array_equal(getattr(together, name), getattr(alone, name))
    assert together.triangle_count() == 2 * (6 + 1 + 4 + 6)


def _again(part: Part) -> Part:
    """The part with its arrays made one by one."""
    return part.moved((0, 0, 0))


def test_bodies_computed_together_are_those_computed_alone():
    people = sample_scene(compose(["scene=studio", "pedestrians.count=5"]), built_in_packs(), 0).people
    bodies = [person.body for person in people]
    alone = [shaped_points(body_data(), body) for body in bodies]
    with prepared(body_data(), bodies):
        for points, body in zip(alone, bodies, strict=True):
            np.testing.assert_allclose(shaped_points(body_data(), body), points, atol=1e-7)


def test_a_released_scene_has_no_kept_data():
    stage = _build(_BEFORE[3], people=False)
    shelf.release()
    assert len(stage.scene.objects) > 10
    for blocks in (bpy.data.materials, bpy.data.images, bpy.data.meshes, bpy.data.scenes, bpy.data.objects):
        assert not [block.name for block in blocks if shelf.is_kept(block)]
    assert "grunge" in bpy.data.images
    label_pass.render_labels(stage)


def test_maps_are_kept_in_the_cache_and_made_again_when_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path))
    made = textures.texture.__wrapped__("bark")
    [file] = (tmp_path / "textures").iterdir()
    np.testing.assert_array_equal(textures.texture.__wrapped__("bark"), made)
    file.write_bytes(file.read_bytes()[:1000])
    np.testing.assert_array_equal(textures.texture.__wrapped__("bark"), made)
    assert made.std() > 0.05
    monkeypatch.setitem(textures._MAKERS, "bark", None)  # not made: read
    np.testing.assert_array_equal(textures.texture.__wrapped__("bark"), made)


def test_the_light_tree_is_for_scenes_with_lamps():
    """Sun and sky alone are sampled without it; anything else that gives light turns it on, also deep in a group."""
    scene = _build((*_SCENE[:3], "weather=sunny", "seed=5")).scene
    assert not scene.cycles.use_light_tree
    group = bpy.data.node_groups.new("bulb", "ShaderNodeTree")
    group.nodes.new("ShaderNodeEmission")
    material = bpy.data.materials.new("bulbs")
    material.use_nodes = True
    material.node_tree.nodes.new("ShaderNodeGroup").node_tree = group
    mesh = bpy.data.meshes.new("bulbs")
    mesh.materials.append(material)
    scene.collection.objects.link(bpy.data.objects.new("bulbs", mesh))
    settings = compose([*_SCENE, *_TINY]).render
    cycles.apply_picture_settings(scene, settings, 1)
    assert scene.cycles.use_light_tree
    material.cycles.emission_sampling = "NONE"
    cycles.apply_picture_settings(scene, settings, 1)
    assert not scene.cycles.use_light_tree
    assert _build(
        ("scene=street", "mirrors=none", "weather.time=night", "seed=5"), people=False
    ).scene.cycles.use_light_tree
