"""`assets new --from` and `assets fix`: manifests for files that are there, repaired copies of packs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from blender_synth.pack_tools import fix, guesses, preview_sheet
from blender_synth.packs import load_pack
from blender_synth.packs.report import Finding
from tests.commands import run_here
from tests.small_glb import write_box, write_pack

pytestmark = pytest.mark.blender
OBJ = "mtllib {name}.mtl\nv 0 0 0\nv 80 0 0\nv 80 80 0\nv 0 0 80\nvt 0 0\nusemtl wood\nf 1/1 2/1 3/1\nf 1/1 3/1 4/1\n"


def command(*arguments, cwd: Path):
    return run_here("assets", *arguments, cwd=cwd)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def write_image(file: Path, level: int = 90) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(file), np.full((8, 8, 3), level, np.uint8))
    return file


def write_crate(folder: Path, texture: str) -> None:
    """An `.obj` of 80 units with a texture."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "crate.obj").write_text(OBJ.format(name="crate"))
    (folder / "crate.mtl").write_text(f"newmtl wood\nKd 1 1 1\nmap_Kd -s 1 1 1 {texture}\n")


@pytest.fixture
def files(tmp_path) -> Path:
    """What an artist has: models, a set of textures, a sky, a motion, and other files."""
    folder = tmp_path / "my stuff"
    write_box(folder / "Park Bench 01.glb", (-0.7, 0, -0.3), (0.7, 0.8, 0.3))
    write_box(folder / "models/iron_bollard.glb", (-15, 0, -15), (15, 100, 15))
    write_crate(folder / "models", "textures/wood.png")
    for role in ("albedo", "normal", "roughness"):
        write_image(folder / "walls" / f"bricks_{role}.png")
    write_image(folder / "spare/wood.png")
    cv2.imwrite(str(folder / "noon.hdr"), np.full((16, 32, 3), 0.5, np.float32))
    (folder / "walk.bvh").write_text("HIERARCHY\nROOT Hips\n")
    (folder / "broken.glb").write_bytes(b"glTF")
    (folder / "notes.docx").write_bytes(b"-")
    (folder / "LICENSE.txt").write_text("Released under CC0 1.0 Universal.\n")
    os.symlink("/etc/hostname", folder / "link.glb")
    return folder


def test_a_manifest_is_written_for_the_files_of_a_folder(files, tmp_path):
    before = contents(files)
    done = command("new", "--from", files.name, "--author", "Ada", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (files / "pack.yaml").read_text()
    data = yaml.safe_load(text)
    assert (data["name"], data["licence"], data["author"]) == ("my_stuff", "CC0-1.0", "Ada")
    items = {item["file"]: item for item in data["items"]}
    assert items["Park Bench 01.glb"]["category"] == "bench"
    assert "scale" not in items["Park Bench 01.glb"]
    assert items["models/iron_bollard.glb"]["category"] == "bollard"
    assert items["models/iron_bollard.glb"]["scale"] == 0.01
    assert "scale: 0.01  # guess: the file seems to be in centimetres" in text
    kinds = {file: item["kind"] for file, item in items.items() if "kind" in item}
    assert kinds == {"walls/bricks_albedo.png": "material", "noon.hdr": "sky", "walk.bvh": "motion"}
    for key in ("category", "kind", "scale", "stands", "tile_m"):
        assert all("# guess: " in line for line in text.splitlines() if line.strip(" -").startswith(f"{key}:")), key
    for name in ("broken.glb", "notes.docx", "link.glb", "spare/wood.png"):
        assert f"#   {name}: " in text, name
    assert "missing_texture" in done.stdout  # what check finds
    after = contents(files)
    assert after.pop("pack.yaml")
    assert after == before


def test_a_new_pack_from_files_loads_once_what_is_wrong_is_gone(files, tmp_path):
    (files / "models/crate.obj").unlink()
    (files / "walk.bvh").unlink()
    done = command("new", "stuff", "--from", files.name, "--at", "packs", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "stuff: 4 items, 0 errors" in done.stdout
    pack = load_pack(tmp_path / "packs/stuff")
    bollard = pack.item("iron_bollard")
    assert (bollard.box_m[1] - bollard.box_m[0])[2] * bollard.scale()[2] == pytest.approx(1.0)
    assert not (files / "pack.yaml").exists()
    assert not (tmp_path / "packs/stuff/link.glb").exists()


def test_names_from_files_are_quoted_and_unique(tmp_path):
    folder = tmp_path / "f"
    for name in ("a: b.glb", "[b]: #c.glb", "x/man.glb", "y/man.glb", "null.glb"):
        write_box(folder / name)
    done = command("new", "--from", "f", "--licence", "MIT", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    data = yaml.safe_load((folder / "pack.yaml").read_text())
    assert [item["file"] for item in data["items"]] == ["[b]: #c.glb", "null.glb", "x/man.glb", "y/man.glb"]
    assert [item.name for item in load_pack(folder).items][2:] == ["man", "man_2"]


def test_a_manifest_that_is_there_stays(files, tmp_path):
    (files / "pack.yaml").write_text("name: mine\n")
    done = command("new", "--from", files.name, cwd=tmp_path)
    assert done.returncode == 1
    assert "has a manifest already" in done.stderr
    assert (files / "pack.yaml").read_text() == "name: mine\n"


@pytest.mark.parametrize("most", ["MOST_FILES", "MOST_MODELS"])
def test_folders_that_are_no_pack_are_refused(files, monkeypatch, most):
    monkeypatch.setattr(guesses, most, 1)
    with pytest.raises(guesses.AssetError, match="the folder holds"):
        guesses.guess(files)


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / "e").mkdir()
    done = command("new", "--from", "e", cwd=tmp_path)
    assert (done.returncode, list((tmp_path / "e").iterdir())) == (1, [])
    assert "nothing that can be an item" in done.stderr


@pytest.fixture
def faulty(tmp_path) -> Path:
    manifest = (
        "name: p\nlicence: CC0-1.0\nitems:\n"
        "  - {file: small.glb, weigth: 2}\n  - {file: bollard.glb, category: bollard}\n"
        "  - {file: off.glb, origin: file}\n  - {file: crate.obj, category: crate}\n  - {file: small.glb}\n"
    )
    folder = write_pack(tmp_path / "p", manifest, "small.glb")
    write_box(folder / "bollard.glb", (-15, 0, -15), (15, 100, 15))
    write_box(folder / "off.glb", (-0.5, 3, -0.5), (0.5, 4, 0.5))
    write_crate(folder, "C:\\art\\wood.png")
    write_image(folder / "pictures/wood.png")
    return folder


def test_a_copy_is_repaired(faulty, tmp_path):
    before = contents(faulty)
    done = command("fix", "p", "--height-m", "crate=0.5", "--output", "q", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert contents(faulty) == before
    items = yaml.safe_load((tmp_path / "q/pack.yaml").read_text())["items"]
    assert items == [
        {"file": "small.glb", "weight": 2},
        {"file": "bollard.glb", "category": "bollard", "scale": 0.01},
        {"file": "off.glb", "origin": "foot"},
        {"file": "crate.obj", "category": "crate", "height_m": 0.5},
        {"file": "small.glb", "name": "small_2"},
    ]
    assert "map_Kd -s 1 1 1 pictures/wood.png" in (tmp_path / "q/crate.mtl").read_text()
    assert "p: 5 items, 0 errors" in done.stdout
    load_pack(tmp_path / "q")


def test_a_missing_texture_is_copied_to_where_the_model_looks_for_it(tmp_path):
    from tests.made_assets import export, make_crate

    folder = write_pack(tmp_path / "p", "name: p\nlicence: MIT\n")
    for file in folder.glob("*.glb"):
        file.unlink()
    make_crate(folder)
    export(folder / "crate.fbx")
    (folder / "old").mkdir()
    (folder / "grain.png").rename(folder / "old/grain.png")
    assert "missing_texture" in command("check", "p", cwd=tmp_path).stdout
    done = command("fix", "p", cwd=tmp_path)
    assert "old/grain.png copied to textures/grain.png" in done.stdout
    assert done.returncode == 0, done.stdout


def test_textures_of_one_name_that_differ_are_not_chosen_from(faulty, tmp_path):
    write_image(faulty / "others/wood.png", 10)
    done = command("fix", "p", "--output", "q", cwd=tmp_path)
    assert done.returncode == 1
    assert "C:" in (tmp_path / "q/crate.mtl").read_text()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["p", "--output", "p"], "the output exists already"),
        (["p", "--output", "p/q"], "the output is inside the pack"),
        (["p", "--height-m", "crat=1"], "did you mean 'crate'?"),
        (["p", "--height-m", "crate=tall"], "this is no height"),
        (["nowhere"], "not an asset pack"),
    ],
)
def test_fix_refuses_and_changes_nothing(faulty, tmp_path, arguments, says):
    before = contents(tmp_path)
    done = command("fix", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert says in done.stderr
    assert contents(tmp_path) == before


def test_a_pack_without_faults_is_copied_as_it_is(tmp_path):
    folder = write_pack(tmp_path / "p", "# mine\nname: p\nlicence: MIT  # yes\n")
    done = command("fix", "p", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "0 repairs" in done.stdout
    assert contents(tmp_path / "p_fixed") == contents(folder)


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("//textures/wood.png", "textures/wood.png"),
        ("wood.png", "wood.png"),
        ("//sub/../wood.png", "wood.png"),
        ("//sub/../../p/wood.png", "wood.png"),
        ("//sub/../../wood.png", None),
        ("/etc/wood.png", None),
    ],
)
def test_textures_are_only_written_into_the_copy(tmp_path, written, target):
    source, copy = tmp_path / "p", tmp_path / "q"
    for folder in (source, copy):
        (folder / "sub").mkdir(parents=True)
    write_image(copy / "old/wood.png")
    repair = fix._Repair(copy, source, {}, {})
    finding = Finding("missing_texture", "error", "gone", file="box.blend", item="box", written=written)
    fix._find_textures(repair, [finding])
    written_files = set(contents(tmp_path)) - {"q/old/wood.png"}
    assert written_files == ({f"q/{target}"} if target else set())


def test_long_paths_leave_room_for_what_is_wrong_on_the_sheet():
    path = "/a/folder" * 9 + "/wood.png"
    lines = preview_sheet._lines([Finding("missing_texture", "error", f"the texture '{path}' is missing")], 240)
    assert " ".join(text for text, _ in lines) == "error: the texture '.../wood.png' is missing"


def test_references_of_a_gltf_are_corrected_whatever_is_escaped_in_them(tmp_path):
    from blender_synth.pack_tools import fix

    write_image(tmp_path / "maps/old wood.png")
    write_image(tmp_path / "here.png")
    images = [{"uri": "C:/art/old%20wood.png"}, {"uri": "here.png"}, {"uri": "data:image/png;base64,AA=="}, {"uri": 3}]
    file = tmp_path / "models/a.gltf"
    file.parent.mkdir()
    file.write_text(json.dumps({"images": images}))
    repair = fix._Repair(tmp_path.resolve(), tmp_path, {}, {})
    found = {name.name.lower(): [name] for name in tmp_path.resolve().rglob("*.png")}
    fix._point_inside(repair, file.resolve(), found)
    written = [row["uri"] for row in json.loads(file.read_text())["images"]]
    assert written == ["../maps/old%20wood.png", "../here.png", "data:image/png;base64,AA==", 3]
