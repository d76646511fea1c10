"""The safe loader: every format as Blender writes it, and hostile files of each kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from blender_synth.errors import AssetError
from blender_synth.packs.safety import SHAPE_SUFFIXES
from tests.made_assets import export, fresh, make_crate, world_box

pytestmark = pytest.mark.blender


@pytest.mark.parametrize("suffix", SHAPE_SUFFIXES)
def test_every_format_comes_in_upright_and_in_metres(tmp_path: Path, suffix: str):
    from blender_synth.blender.pack_loader.load import load_file

    make_crate(tmp_path)
    file = export(tmp_path / f"crate{suffix}")
    bpy = fresh()
    loaded = load_file(file, tmp_path)
    assert loaded.problems == []
    assert np.allclose(world_box(loaded.objects), [[0.75, -0.5, 0], [1.25, 0.5, 2]], atol=1e-5)
    assert [m.name for m in loaded.materials] == ["wood"]
    assert [tuple(image.size) for image in bpy.data.images] == [(8, 8)]  # read it, too
    loaded.drop()
    assert not bpy.data.objects
    assert not bpy.data.meshes
    assert not bpy.data.libraries


# --- hostile .blend files


def _evil_blend(file: Path, canary: Path) -> Path:
    """A file with everything in it that Blender can be made to run: each part would create `canary`."""
    import bpy

    crate = make_crate(file.parent)
    text = bpy.data.texts.new("register.py")
    text.write(
        f"import bpy\nopen({str(canary)!r}, 'a').write('module ')\n"
        "def seen(*_):\n"
        f"    open({str(canary)!r}, 'a').write('handler ')\n"
        "bpy.app.handlers.frame_change_post.append(seen)\n"
    )
    text.use_module = True
    driver = crate.driver_add("location", 0).driver
    driver.type, driver.expression = "SCRIPTED", f"open({str(canary)!r}, 'a').write('driver ')"
    nodes = crate.data.materials[0].node_tree
    nodes.driver_add('nodes["Principled BSDF"].inputs["Roughness"].default_value').driver.expression = "1 / 3"
    script = nodes.nodes.new("ShaderNodeScript")
    script.mode, script.script = "INTERNAL", text
    crate["keeps the text with the object"] = text
    return export(file)


def test_nothing_in_a_blend_runs(tmp_path: Path):
    from blender_synth.blender.pack_loader.load import load_file

    canary = tmp_path / "ran"
    file = _evil_blend(tmp_path / "pack/evil.blend", canary)
    canary.unlink(missing_ok=True)
    bpy = fresh()
    loaded = load_file(file, file.parent)
    bpy.context.view_layer.update()
    bpy.context.scene.frame_set(3)
    assert not canary.exists()
    assert {p.code for p in loaded.problems} == {"driver_removed", "script_removed"}
    assert {p.object for p in loaded.problems if p.code == "driver_removed"} == {"crate", "wood"}
    assert not bpy.data.texts
    assert not loaded.objects[0].animation_data or not loaded.objects[0].animation_data.drivers
    assert not any(n.bl_idname == "ShaderNodeScript" for n in loaded.materials[0].node_tree.nodes)
    # The sample is a real one: opened by somebody who trusts it, all three run.
    bpy.ops.wm.open_mainfile(filepath=str(file), use_scripts=True)
    bpy.context.scene.frame_set(4)
    assert {"module", "driver", "handler"} <= set(canary.read_text().split())
    # And trust is not left over.
    canary.unlink()
    fresh()
    load_file(file, file.parent)
    bpy.context.scene.frame_set(5)
    assert not bpy.context.preferences.filepaths.use_scripts_auto_execute
    assert not canary.exists()


def test_textures_outside_the_pack_are_dropped_unread(tmp_path: Path):
    import bpy

    from blender_synth.blender.pack_loader.load import load_file

    crate = make_crate(tmp_path / "pack/sub")
    nodes = crate.data.materials[0].node_tree.nodes
    secret = bpy.data.images.new("secret", 4, 4)
    secret.filepath_raw, secret.file_format = str(tmp_path / "secret.png"), "PNG"
    secret.save()
    nodes.new("ShaderNodeTexImage").image = secret
    (tmp_path / "pack/link.png").symlink_to(tmp_path / "secret.png")
    nodes.new("ShaderNodeTexImage").image = bpy.data.images.load(str(tmp_path / "pack/link.png"))
    ies = nodes.new("ShaderNodeTexIES")
    ies.mode, ies.filepath = "EXTERNAL", str(tmp_path / "secret.ies")
    cache = crate.modifiers.new("cache", "MESH_CACHE")
    cache.filepath = str(tmp_path / "secret.mdd")
    packed = bpy.data.images.load(str(tmp_path / "secret.png"), check_existing=False)
    packed.pack()
    nodes.new("ShaderNodeTexImage").image = packed
    file = export(tmp_path / "pack/sub/crate.blend")
    bpy = fresh()
    loaded = load_file(file, tmp_path / "pack")
    assert [p.code for p in loaded.problems] == ["outside_path"] * 4
    assert any("../../secret.png" in p.text or str(tmp_path / "secret.png") in p.text for p in loaded.problems)
    kept = [image for image in bpy.data.images if image.source == "FILE"]
    assert len(kept) == 2  # the grain beside the file, and the packed one
    assert not any(node.bl_idname == "ShaderNodeTexIES" for node in loaded.materials[0].node_tree.nodes)
    assert not loaded.objects[0].modifiers
    with pytest.raises(AssetError, match=r"outside the pack(.|\n)*crate\.blend"):
        loaded.raise_errors()


def test_missing_textures_are_told(tmp_path: Path):
    from blender_synth.blender.pack_loader.load import load_file

    make_crate(tmp_path)
    files = [export(tmp_path / f"crate{suffix}") for suffix in (".blend", ".fbx", ".obj", ".usda")]
    (tmp_path / "grain.png").unlink()
    (tmp_path / "textures/grain.png").unlink()
    for file in files:
        fresh()
        loaded = load_file(file, tmp_path)
        assert [(p.code, p.severity) for p in loaded.problems] == [("missing_texture", "error")], file


def test_fbx_textures_are_found_in_the_pack_by_name_and_nowhere_else(tmp_path: Path):
    from blender_synth.blender.pack_loader.load import load_file

    make_crate(tmp_path / "artist")
    file = export(tmp_path / "crate.fbx")
    pack = tmp_path / "pack"
    (pack / "textures").mkdir(parents=True)
    file = file.rename(pack / "crate.fbx")  # still names the texture on the artist's machine, which is there
    fresh()
    assert [p.code for p in load_file(file, pack).problems] == ["missing_texture"]
    (tmp_path / "artist/grain.png").rename(pack / "textures/grain.png")
    bpy = fresh()
    assert load_file(file, pack).problems == []
    assert Path(bpy.data.images[0].filepath) == pack / "textures/grain.png"


def test_libraries_outside_the_pack_are_refused_and_those_inside_are_not(tmp_path: Path):
    from blender_synth.blender.pack_loader.load import load_file

    pack = tmp_path / "pack"
    make_crate(pack)
    library = export(pack / "library.blend")
    bpy = fresh()
    with bpy.data.libraries.load(str(library), link=True) as (_, wanted):
        wanted.objects = ["crate"]
    bpy.context.scene.collection.objects.link(wanted.objects[0])
    file = export(pack / "uses.blend")
    fresh()
    loaded = load_file(file, pack)
    assert [obj.name for obj in loaded.objects] == ["crate"]
    library.rename(tmp_path / "library.blend")
    with pytest.raises(AssetError, match="library that the file links is missing"):
        load_file(file, pack)
    library.symlink_to(tmp_path / "library.blend")
    with pytest.raises(AssetError, match="links a library outside its pack"):
        load_file(file, pack)


def test_named_things_come_with_what_hangs_under_them_and_nothing_else(tmp_path: Path):
    import bpy

    from blender_synth.blender.pack_loader.load import load_file

    crate = make_crate(tmp_path)
    for name, parent in (("lid", crate), ("other", None)):
        obj = bpy.data.objects.new(name, crate.data)
        bpy.context.scene.collection.objects.link(obj)
        obj.parent = parent
    group = bpy.data.collections.new("pair")
    bpy.context.scene.collection.children.link(group)
    group.objects.link(bpy.data.objects["other"])
    file = export(tmp_path / "kit.blend")
    fresh()
    assert {o.name for o in load_file(file, tmp_path, objects=("crate",)).objects} == {"crate", "lid"}
    fresh()
    assert {o.name for o in load_file(file, tmp_path, collection="pair").objects} == {"other"}
    fresh()
    assert {o.name for o in load_file(file, tmp_path).objects} == {"crate", "lid", "other"}
    assert len(bpy.data.scenes) == 1
    with pytest.raises(AssetError, match=r"no such object(.|\n)*crate, lid, other"):
        load_file(file, tmp_path, objects=("crat",))


@pytest.mark.parametrize("suffix", SHAPE_SUFFIXES)
def test_a_file_cut_short_is_refused_by_name(tmp_path: Path, suffix: str):
    from blender_synth.blender.pack_loader.load import load_file

    make_crate(tmp_path)
    file = export(tmp_path / f"crate{suffix}")
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2] if suffix != ".obj" else data[:40])
    bpy = fresh()
    with pytest.raises(AssetError, match=rf"crate\{suffix}"):
        load_file(file, tmp_path)
    assert not bpy.data.objects


def test_nodes_caches_and_tiles_that_read_elsewhere(tmp_path: Path):
    import bpy

    from blender_synth.blender.pack_loader.load import load_file

    crate = make_crate(tmp_path / "pack")
    tree = bpy.data.node_groups.new("reader", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    node, out = tree.nodes.new("GeometryNodeImportOBJ"), tree.nodes.new("NodeGroupOutput")
    node.inputs["Path"].default_value = str(tmp_path / "secret.obj")
    tree.links.new(node.outputs[0], out.inputs[0])
    crate.modifiers.new("reader", "NODES").node_group = tree
    cloth = crate.modifiers.new("cloth", "CLOTH")
    cloth.point_cache.use_external, cloth.point_cache.filepath = True, str(tmp_path / "cache")
    tiles = bpy.data.images.new("tiles", 4, 4, tiled=True)
    tiles.filepath_raw, tiles.file_format = str(tmp_path / "pack/tiles.<UDIM>.png"), "PNG"
    tiles.save()
    crate.data.materials[0].node_tree.nodes.new("ShaderNodeTexImage").image = tiles
    file = export(tmp_path / "pack/crate.blend")
    (tmp_path / "secret.obj").write_text("v 0 0 0\nv 9 0 0\nv 0 9 0\nf 1 2 3\n")
    fresh()
    first = load_file(file, file.parent)
    assert sorted(p.code for p in first.problems) == ["import_node_removed", "outside_path"]
    assert [m.type for m in first.objects[0].modifiers] == ["NODES"]
    (tmp_path / "pack/tiles.1001.png").rename(tmp_path / "tiles.png")
    (tmp_path / "pack/tiles.1001.png").symlink_to(tmp_path / "tiles.png")
    fresh()
    again = load_file(file, file.parent)
    assert sorted(p.code for p in again.problems) == ["import_node_removed", "outside_path", "outside_path"]


def test_the_sky_that_an_artist_previewed_with_is_no_part_of_a_shape(tmp_path: Path):
    import bpy

    from blender_synth.blender.pack_loader.load import load_file

    make_crate(tmp_path / "pack")
    world = bpy.data.worlds.new("studio")
    world.use_nodes = True
    sky = bpy.data.images.new("sky", 4, 2)
    sky.filepath_raw, sky.file_format = str(tmp_path / "sky.png"), "PNG"
    sky.save()
    world.node_tree.nodes.new("ShaderNodeTexEnvironment").image = sky
    bpy.context.scene.world = world
    file = export(tmp_path / "pack/crate.blend")
    bpy = fresh()
    assert load_file(file, file.parent, worlds=False).problems == []
    assert [image.name for image in bpy.data.images] == ["grain"]
    assert not bpy.data.worlds
    fresh()
    loaded = load_file(file, file.parent)
    assert [world.name for world in loaded.worlds] == ["studio"]
    assert [p.code for p in loaded.problems] == ["outside_path"]
