"""Packs of every format as a run reads them: measured once, kept in the cache, broken items told or left out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from blender_synth.cache import cache_folder
from blender_synth.errors import AssetError, ItemError, SystemLibraryError
from blender_synth.packs import ingest, load_pack
from tests.small_glb import write_box

OBJ = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
MANIFEST = "name: mix\nlicence: CC0-1.0\nversion: 1\n"
CATALOGUE = "11111111-2222-4333-8444-555555555555"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path_factory.mktemp("cache")))


def _never(*_):
    raise AssertionError("Blender was started")


# --- the processes, with a stand-in for Blender


@pytest.fixture
def describer():
    """Keeps the client of the child process, which is tested here."""


@pytest.fixture
def folder(describer: None, tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setattr(ingest, "_MODULE", "tests.fake_describer")
    monkeypatch.setattr(ingest, "TIME_LIMIT_S", 4.0)
    (tmp_path / "pack.yaml").write_text(MANIFEST)
    for name in ("a", "b_crash", "c", "d_hang", "e"):
        (tmp_path / f"{name}.obj").write_text(OBJ)
    return tmp_path


def test_a_file_that_kills_blender_fails_alone(folder: Path):
    shapes = [ingest.Shape(file, folder) for file in sorted(folder.glob("*.obj"))]
    found = ingest.describe(shapes)
    assert [isinstance(f, ingest.Description) for f in found] == [True, False, True, False, True]
    assert "crash" in str(found[1])
    assert "SIGSEGV" in str(found[1])
    assert "longer than 4 s" in str(found[3])
    assert len({f.triangles for f in found[::2]}) == 3  # a fresh process after each loss


def test_a_broken_item_stops_or_is_left_out(folder: Path):
    (folder / "d_hang.obj").unlink()
    with pytest.raises(ItemError, match=r"mix/b_crash: (.|\n)*b_crash\.obj"):
        load_pack(folder)
    pack = load_pack(folder, on_error="skip")
    assert [item.name for item in pack.items] == ["a", "c", "e"]
    assert [(b.pack, b.item) for b in pack.broken] == [("mix", "b_crash")]


def test_a_machine_without_blender_is_no_fault_of_the_file(folder: Path, monkeypatch, tmp_path_factory):
    monkeypatch.setattr(ingest, "_MODULE", "no_such_module")
    with pytest.raises(SystemLibraryError, match="'no_such_module' is not installed"):
        load_pack(folder, on_error="skip")
    modules = tmp_path_factory.mktemp("modules")
    (modules / "dies.py").write_text("import os; os._exit(7)")
    monkeypatch.setenv("PYTHONPATH", str(modules))
    monkeypatch.setattr(ingest, "_MODULE", "dies")
    with pytest.raises(SystemLibraryError, match=r"did not start \(exit status 7\)"):
        load_pack(folder, on_error="skip")


def test_a_file_that_needs_too_much_memory_or_time_fails(folder: Path, monkeypatch):
    shapes = []
    for name in ("large", "slow", "c"):
        (folder / f"{name}.obj").write_text(OBJ)
        shapes.append(ingest.Shape(folder / f"{name}.obj", folder))
    monkeypatch.setattr(ingest, "TIME_LIMIT_S", 60.0)
    large, slow, plain = ingest.describe(shapes)
    assert "more memory than the limit" in str(large)
    assert "takes longer to read than the limit" in str(slow)
    assert isinstance(plain, ingest.Description)


def test_a_machine_that_allows_too_little_memory_is_no_fault_of_the_file(folder: Path):
    (folder / "large.obj").write_text(OBJ)
    code = (
        "import sys; from pathlib import Path; from blender_synth.packs import ingest;"
        "ingest._MODULE = 'tests.fake_describer'; folder = Path(sys.argv[1]);"
        "print(*ingest.describe([ingest.Shape(folder / 'large.obj', folder)]))"
    )
    command = f'ulimit -v 600000; exec "{sys.executable}" -c "{code}" "{folder}"'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert "this machine allows one process too little memory" in done.stderr
    assert "ulimit -v" in done.stderr


def test_a_mistake_in_the_manifest_always_stops(folder: Path):
    (folder / "pack.yaml").write_text(MANIFEST + "items: [{file: gone.obj}]\n")
    with pytest.raises(AssetError, match="missing"):
        load_pack(folder, on_error="skip")


def test_what_was_found_out_is_kept_until_something_changes(folder: Path, monkeypatch):
    def ids() -> list[int]:
        return [d.triangles for d in ingest.describe([ingest.Shape(folder / f"{n}.obj", folder) for n in "ac"])]

    first = ids()
    assert first[0] == first[1]  # one process for both
    monkeypatch.setattr(ingest, "_ask_blender", lambda shapes: [_never()] if shapes else [])
    assert ids() == first


def test_the_cache_notices_changes(folder: Path, monkeypatch):
    shape = ingest.Shape(folder / "a.obj", folder)
    [first] = ingest.describe([shape])
    for change in (
        lambda: (folder / "a.obj").write_text(OBJ + "# more\n"),
        lambda: (folder / "a.mtl").write_text("newmtl x\n"),
        lambda: monkeypatch.setattr(ingest, "_code_version", lambda: "newer"),
    ):
        change()
        [again] = ingest.describe([shape])
        assert again.triangles != first.triangles
        first = again
    known = list(cache_folder("shapes").glob("*.json"))
    assert len(known) == 4
    for file in known:
        file.write_text("{ damaged")
    assert ingest.describe([shape])[0].triangles != first.triangles


def test_without_a_place_for_a_cache_there_is_one_elsewhere(tmp_path: Path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path / "file/below"))
    assert cache_folder("shapes").is_dir()


# --- with Blender


@pytest.mark.blender
def test_a_folder_of_every_format_is_a_pack(tmp_path: Path, monkeypatch):
    from tests.made_assets import export, make_crate

    pack = tmp_path / "pack"
    for name in ("a.obj", "b.fbx", "c.gltf", "d.usdz", "e.usda"):
        make_crate(pack)
        export(pack / name)
    crate = make_crate(pack, "bin")
    crate.asset_mark()
    for tag in ("rubbish", "steel"):
        crate.asset_data.tags.new(tag)
    crate.asset_data.description, crate.asset_data.author = "A bin of steel", "Ann"
    crate.asset_data.license, crate.asset_data.catalog_id = "CC-BY-4.0", CATALOGUE
    (pack / "blender_assets.cats.txt").write_text(f"VERSION 1\n\n{CATALOGUE}:Street/Litter Bins:Street-Litter Bins\n")
    import bpy

    group = bpy.data.collections.new("pair")
    bpy.context.scene.collection.children.link(group)
    for n in range(2):
        obj = bpy.data.objects.new(f"part_{n}", crate.data)
        obj.location.y = 3.0 * n
        group.objects.link(obj)
    group.asset_mark()
    crate.data.materials[0].asset_mark()  # for others to take
    export(pack / "kit.blend")
    write_box(pack / "z.glb")
    (pack / "pack.yaml").write_text(MANIFEST)
    loaded = load_pack(pack)
    items = {item.name: item for item in loaded.items}
    assert list(items) == ["a", "b", "c", "d", "e", "bin", "pair", "z"]
    for name in ("a", "b", "c", "d", "e", "bin"):
        # 1 m deep, 0.5 m wide, 2 m high, its middle at +X in Blender, which is to the left of a front that is -Y
        assert np.allclose(items[name].box_m, [[-0.5, 0.75, 0], [0.5, 1.25, 2]], atol=1e-5), name
        assert items[name].triangles == 12
        assert items[name].materials == ("wood",)
    found = items["bin"]
    assert (found.terms.category, found.terms.tags) == ("litter_bins", ("rubbish", "steel"))
    assert (found.terms.author, found.terms.licence, found.description) == ("Ann", "CC-BY-4.0", "A bin of steel")
    assert (found.object, items["pair"].collection) == ("bin", "pair")
    assert np.allclose(items["pair"].box_m[1] - items["pair"].box_m[0], [4.0, 0.5, 2.0], atol=1e-5)
    monkeypatch.setattr(ingest, "_answer", _never)
    assert [item.name for item in load_pack(pack).items] == list(items)  # all from the cache
    # With a list, one part of the file under a name and a category of the manifest's own.
    listed = "items: [{file: kit.blend, object: bin, name: can, category: trash, height_m: 1}]\n"
    (pack / "pack.yaml").write_text(MANIFEST + listed)
    [can] = load_pack(pack).items
    assert (can.name, can.terms.category, can.scale()) == ("can", "trash", pytest.approx((0.5,) * 3))


@pytest.mark.blender
def test_what_the_loader_drops_breaks_the_item(tmp_path: Path):
    from tests.made_assets import export, make_crate

    make_crate(tmp_path / "art")
    pack = tmp_path / "pack"
    pack.mkdir()
    export(pack / "crate.blend")  # its texture stays on the artist's disk
    (pack / "pack.yaml").write_text(MANIFEST)
    with pytest.raises(ItemError, match=r"mix/crate: it reads (.|\n)*outside the pack"):
        load_pack(pack)


@pytest.mark.blender
def test_a_person_with_a_skeleton_has_keypoints(tmp_path: Path):
    from tests.made_assets import export, make_crate

    make_crate(tmp_path)
    import bpy

    bpy.ops.object.armature_add()
    rig = bpy.context.object
    rig.location = (1, 0, 0)
    rig.data.bones[0].name = "upper_arm.L"
    export(tmp_path / "ann.blend")
    skeleton = "{left_shoulder: upper_arm.L, left_elbow: 'upper_arm.L:tail'}"
    terms = f"kind: person\nheight_m: 1.8\nskeleton: {skeleton}\n"
    (tmp_path / "pack.yaml").write_text(MANIFEST + terms)
    [ann] = load_pack(tmp_path).items
    assert {name: point.tolist() for name, point in ann.keypoints_m().items()} == {
        "left_shoulder": [0, 1, 0],
        "left_elbow": [0, 1, 1],
    }
    (tmp_path / "pack.yaml").write_text(MANIFEST + terms.replace("upper_arm.L:tail", "forearm.L"))
    with pytest.raises(ItemError, match=r"no such bone(.|\n)*skeleton\.left_elbow(.|\n)*use one of: upper_arm\.L"):
        load_pack(tmp_path)


@pytest.mark.blender
def test_textures_that_cannot_be_read_break_the_item(tmp_path: Path):
    from tests.made_assets import export, make_crate

    make_crate(tmp_path)
    export(tmp_path / "crate.blend")
    (tmp_path / "grain.png").write_bytes((tmp_path / "grain.png").read_bytes()[:40])
    (tmp_path / "pack.yaml").write_text(MANIFEST)
    with pytest.raises(ItemError, match=r"mix/crate: the texture cannot be read(.|\n)*grain"):
        load_pack(tmp_path)
