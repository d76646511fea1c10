"""`assets import sweethome3d` on small libraries made here: what is read, what is refused, what comes out."""

from __future__ import annotations

import stat
import subprocess
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from blender_synth.errors import AssetError, ConfigError
from blender_synth.pack_tools.importing import select
from blender_synth.packs import load_pack
from blender_synth.packs import sweethome3d as sh3f
from blender_synth.packs.glb import read_document
from tests.commands import run_here

# Twice as wide as deep, with a nose in front (+Z); centimetres are of no account: it is scaled.
CUBE = """mtllib cube.mtl
v 0 0 0
v 4 0 0
v 4 0 2
v 0 0 2
v 0 3 0
v 4 3 0
v 4 3 2
v 0 3 2
vt 0 0
vt 1 0
vt 1 1
vt 0 1
usemtl wood
f 1/1 2/2 3/3 4/4
f 8/1 7/2 6/3 5/4
usemtl chrome
f 1/1 5/2 6/3 2/4
f 2/1 6/2 7/3 3/4
f 3/1 7/2 8/3 4/4
f 4/1 8/2 5/3 1/4
v 1.9 1 2
v 2.1 1 2
v 2 1.2 2
usemtl nose
f 9/1 10/2 11/3
"""
MTL = "newmtl wood\nKd 0.5 0.3 0.1\nNs 900\nmap_Kd wood.png\nnewmtl chrome\nKd 1 1 1\nnewmtl nose\nKd 1 0 0\n"
BY = "These files are under the Creative Commons Attribution 3.0 United States license available at:"
ZERO = "This file is under the Creative Commons Zero (Public Domain) license"


def _png(size: int = 8) -> bytes:
    return cv2.imencode(".png", np.full((size, size, 3), (20, 60, 120), np.uint8))[1].tobytes()


def _piece(number: int, key: str, /, **more: object) -> str:
    values = {
        "id": f"test#{key}", "name": key, "category": "Exterior", "model": f"/models/{key}/cube.obj", "width": 100,
        "depth": 40, "height": 50, "creator": "Ann", "tags": "Wood, Garden",
    } | more  # fmt: skip
    return "".join(f"{key}#{number}={value}\n" for key, value in values.items() if value is not None)


def _library(file: Path, *pieces: str, licence: str = BY, files: dict | None = None, head: str = "") -> Path:
    """A `.sh3f` with these pieces, each with the cube as its model."""
    catalogue = "id=Test#lib\nname=Tests\nversion=2\n" + head + "".join(pieces)
    contents: dict = {"PluginFurnitureCatalog.properties": catalogue.encode("latin-1"), "LICENSE.TXT": licence}
    for line in catalogue.splitlines():
        if line.startswith("model#"):
            folder = line.split("=/")[-1].rsplit("/", 1)[0]
            contents |= {f"{folder}/cube.obj": CUBE, f"{folder}/cube.mtl": MTL, f"{folder}/wood.png": _png()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (contents | (files or {})).items():
            if content is not None:
                archive.writestr(name, content)
    return file


def _read(file: Path) -> list[sh3f.Piece]:
    pieces, problems = sh3f.read_libraries([file])
    assert problems == []
    return pieces


# --- reading


def test_a_piece_has_the_catalogues_size_place_licence_and_author(tmp_path):
    [bench] = _read(_library(tmp_path / "a.sh3f", _piece(1, "bench", name="Painted bench", creator=r"J\u00fcrgen")))
    assert (bench.name, bench.category, bench.stands) == ("cube", "bench", ("pavement",))
    assert bench.size_m == (1.0, 0.4, 0.5)
    assert (bench.licence, bench.author) == ("CC-BY-3.0-US", "Jürgen")
    assert "Tests 2" in bench.source
    assert "test#bench" in bench.source
    assert {"painted", "wood", "garden"} <= set(bench.tags)


def test_a_models_own_licence_counts_before_its_librarys(tmp_path):
    own = {"models/chair/7 - LICENSE.html": f"<b>{ZERO}</b> http://www.blendswap.com/blends/view/71943"}
    pieces = _read(_library(tmp_path / "a.sh3f", _piece(1, "chair"), _piece(2, "sofa"), files=own))
    assert [piece.licence for piece in pieces] == ["CC0-1.0", "CC-BY-3.0-US"]
    assert "https" not in pieces[1].source
    assert "blends/view/71943" in pieces[0].source


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        (ZERO, "CC0-1.0"),
        ("Public domain", "CC0-1.0"),
        ("Creative Commons Attribution 3.0 Unported license", "CC-BY-3.0"),
        ("Released under Creative Commons Attribution 4.0", "CC-BY-4.0"),
        (BY, "CC-BY-3.0-US"),
        ("Creative Commons Attribution-NonCommercial 3.0", ""),
        ("Creative Commons Attribution-ShareAlike 3.0", ""),
        ("All rights reserved", ""),
    ],
)
def test_licences_are_known_by_their_text(text, licence):
    assert sh3f.spdx_id(text) == licence


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"width": 0}, "size"),
        ({"height": "nan"}, "size"),
        ({"depth": 20_000}, "size"),
        ({"width": None}, "no width"),
        ({"width": "wide"}, "wide"),
        ({"model": "/../../etc/cube.obj"}, "out of the library"),
        ({"modelRotation": "1 0 0"}, "nine numbers"),
        ({"creator": ""}, "author"),
    ],
)
def test_a_broken_entry_is_named_and_the_others_stay(tmp_path, more, says):
    file = _library(tmp_path / "a.sh3f", _piece(1, "bad", **more), _piece(2, "good"))
    pieces, [problem] = sh3f.read_libraries([file])
    assert [piece.id for piece in pieces] == ["test#good"]
    assert "test#bad" in problem
    assert says in problem


def test_without_a_licence_nothing_is_taken(tmp_path):
    pieces, [problem] = sh3f.read_libraries([_library(tmp_path / "a.sh3f", _piece(1, "bench"), licence="ask me")])
    assert not pieces
    assert "licence" in problem


def test_names_are_unique_and_what_does_not_stand_never_appears(tmp_path):
    first = _library(tmp_path / "a.sh3f", _piece(1, "bench"), _piece(2, "socket", elevation=30))
    second = _library(tmp_path / "b.sh3f", _piece(1, "door", category="Doors and windows"), _piece(2, "cup", width=8,
                      depth=8, height=9))  # fmt: skip
    pieces, _ = sh3f.read_libraries([first, second])
    assert [piece.name for piece in pieces] == ["cube", "cube_2", "cube_3", "cube_4"]
    assert [piece.weight for piece in pieces] == [1.0, 0.0, 0.0, 1.0]
    assert pieces[3].stands == ("table",)


def test_a_person_who_stands_is_a_person(tmp_path):
    pieces = _read(_library(tmp_path / "a.sh3f", _piece(1, "f", name="Female", category="Characters", height=168),
                            _piece(2, "g", name="Sitting girl", category="Characters")))  # fmt: skip
    assert pieces[0].terms()["kind"] == "person"
    assert pieces[0].terms()["height_m"] == 1.68
    assert pieces[1].terms()["stands"] == ["indoors"]


def test_properties_are_read_as_java_reads_them():
    data = b"# no\n! no\n a\\ b = c\\\n   d\\u20ac\nkey:value=1\nempty\ntail\\\\\nnext=x\\ty\n"
    assert sh3f.parse_properties(data) == {
        "a b": "cd€", "key": "value=1", "empty": "", "tail\\": "", "next": "x\ty",
    }  # fmt: skip


# --- hostile files


def test_entries_cannot_leave_the_folder(tmp_path):
    file = _library(tmp_path / "a.sh3f", _piece(1, "bench"), files={"models/bench/../../../out.txt": "x"})
    (tmp_path / "to").mkdir()
    with pytest.raises(AssetError, match="leads out"):
        sh3f.unpack(_read(file)[0], tmp_path / "to")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.sh3f", "to"]


def test_a_link_is_no_file(tmp_path):
    file = _library(tmp_path / "a.sh3f", _piece(1, "bench"))
    with zipfile.ZipFile(file, "a") as archive:
        link = zipfile.ZipInfo("models/bench/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(AssetError, match="not a regular file"):
        sh3f.unpack(_read(file)[0], tmp_path)


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    bomb = {"models/bench/big.png": b"\0" * 20_000_000}
    file = _library(tmp_path / "a.sh3f", _piece(1, "bench"), files=bomb)
    with pytest.raises(AssetError, match=r"too large[\s\S]*big\.png"):
        sh3f.unpack(_read(file)[0], tmp_path)
    honest = {f"models/bench/{n}.png": np.random.default_rng(n).bytes(300_000) for n in range(4)}
    file = _library(tmp_path / "b.sh3f", _piece(1, "bench"), files=honest)
    monkeypatch.setattr(sh3f.unpacking, "LARGEST_PIECE_BYTES", 1_000_000)
    with pytest.raises(AssetError, match="too large"):
        sh3f.unpack(_read(file)[0], tmp_path)
    monkeypatch.setattr(sh3f.unpacking, "MOST_FILES_OF_PIECE", 3)
    with pytest.raises(AssetError, match="at most 3"):
        sh3f.unpack(_read(file)[0], tmp_path)
    monkeypatch.setattr(sh3f.unpacking, "MOST_ENTRIES", 3)
    with pytest.raises(AssetError, match="too many files"):
        sh3f.read_libraries([file])


@pytest.mark.parametrize("path", ["/etc/passwd", "../../secret.png", "C:\\\\x.png", "-s 1 1 1 /etc/passwd"])
def test_textures_from_elsewhere_are_left_out(tmp_path, path):
    mtl = {"models/bench/cube.mtl": f"newmtl wood\nmap_Kd {path}\nmap_Bump wood.png\n"}
    model, left_out = sh3f.unpack(_read(_library(tmp_path / "a.sh3f", _piece(1, "bench"), files=mtl))[0], tmp_path)
    assert len(left_out) == 1
    assert model.with_name("cube.mtl").read_text() == "newmtl wood\nmap_Bump wood.png\n"


def test_damaged_libraries_are_named(tmp_path):
    file = _library(tmp_path / "a.sh3f", _piece(1, "bench"))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AssetError, match=r"a\.sh3f"):
        sh3f.read_libraries([file])
    broken = bytearray(whole)
    at = whole.index(b"models/bench/cube.obj") + 30
    broken[at : at + 20] = bytes(20)
    file.write_bytes(broken)
    with pytest.raises(AssetError, match=r"cube\.obj"):
        sh3f.unpack(_read(file)[0], tmp_path)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("other.txt", "x")
    with pytest.raises(AssetError, match="not a furniture library"):
        sh3f.read_libraries([file])
    with pytest.raises(AssetError, match="apt-get install sweethome3d-furniture"):
        sh3f.find_libraries(tmp_path / "nowhere")


# --- the command


def _command(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run_here("assets", "import", "sweethome3d", *map(str, arguments), cwd=cwd)


def test_selection_is_by_category_name_and_licence(tmp_path):
    own = {"models/chair/LICENSE.html": ZERO}
    pieces = _read(_library(tmp_path / "a.sh3f", _piece(1, "chair", name="Chair"), _piece(2, "cone", name="Cone"),
                            files=own))  # fmt: skip
    assert [piece.category for piece in select(pieces, ["CONE"], [], [])] == ["cone"]
    assert [piece.category for piece in select(pieces, [], [], ["cc0-1.0"])] == ["chair"]
    assert len(select(pieces, ["exterior"], ["cube*"], [])) == 2
    with pytest.raises(ConfigError, match="chair, cone"):
        select(pieces, ["sofa"], [], [])
    with pytest.raises(ConfigError, match="SPDX"):
        select(pieces, [], [], ["free"])


def test_list_shows_and_writes_nothing(tmp_path):
    _library(tmp_path / "a.sh3f", _piece(1, "bench", name="Bench"))
    done = _command("a.sh3f", "--list", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1.00 x 0.40 x 0.50" in done.stdout
    assert "CC-BY-3.0-US" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["a.sh3f"]


def test_a_folder_with_other_things_is_not_touched(tmp_path):
    _library(tmp_path / "a.sh3f", _piece(1, "bench"))
    done = _command("a.sh3f", "--to", ".", cwd=tmp_path)
    assert done.returncode == 1
    assert "other files" in done.stderr


@pytest.mark.blender
def test_a_library_becomes_a_pack(tmp_path):
    """Sizes, fronts and turns come out right; a broken piece is left out and told; a second run keeps what is there."""
    turned = "0 0 1 0 1 0 -1 0 0"  # about the vertical by a quarter
    library = _library(
        tmp_path / "a.sh3f",
        _piece(1, "bench", name="Bench", model="/models/bench/cube.obj"),
        _piece(2, "turned", name="Chair", model="/models/turned/cube.obj", modelRotation=turned, width=50, depth=100),
        _piece(3, "broken", name="Sofa", model="/models/broken/sofa.obj"),
        files={"models/broken/sofa.obj": "v 0 0 0\n", "models/bench/wood.png": _png(64)},
    )
    done = _command(library, "--to", "pack", "--texture-px", 16, cwd=tmp_path)
    assert done.returncode == 1
    assert "sofa left out" in done.stderr
    assert "2 items in pack: 2 under CC-BY-3.0-US" in done.stdout
    pack = load_pack(tmp_path / "pack")
    bench, chair = pack.items
    assert (bench.terms.category, chair.terms.category) == ("bench", "chair")
    assert bench.terms.author == "Ann"
    assert np.allclose(bench.box_m, [[-0.2, -0.5, 0], [0.2, 0.5, 0.5]], atol=1e-5)  # depth, width, height
    assert np.allclose(chair.box_m, [[-0.5, -0.25, 0], [0.5, 0.25, 0.5]], atol=1e-5)
    assert np.allclose(_nose(tmp_path / "pack" / bench.file), [0, 0.5 * 1.1 / 3, 0.2], atol=1e-4)  # glTF's front is +Z
    assert np.allclose(_nose(tmp_path / "pack" / chair.file), [0.25, 0.5 * 1.1 / 3, 0], atol=1e-4)
    document = read_document(tmp_path / "pack" / bench.file)
    (image,) = document["images"]
    assert "uri" not in image
    looks = {m["name"]: m["pbrMetallicRoughness"] for m in document["materials"]}
    assert "baseColorTexture" in looks["wood"]
    assert looks["wood"]["roughnessFactor"] > 0.34  # shiny in the file
    assert looks["chrome"].get("metallicFactor", 1.0) == 1.0
    view = document["bufferViews"][image["bufferView"]]
    blob = (tmp_path / "pack" / bench.file).read_bytes()[-document["buffers"][0]["byteLength"] :]
    start = view.get("byteOffset", 0)
    picture = cv2.imdecode(np.frombuffer(blob[start : start + view["byteLength"]], np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape[:2] == (16, 16)
    stamp = (tmp_path / "pack" / bench.file).stat().st_mtime_ns
    again = _command(library, "--to", "pack", "--name", "cube*", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "pack" / bench.file).stat().st_mtime_ns == stamp


def _nose(file: Path) -> np.ndarray:
    """Middle of the part that wears the material `nose`, in the file's axes."""
    document = read_document(file)
    number = [material["name"] for material in document["materials"]].index("nose")
    (mesh,) = document["meshes"]
    [part] = [p for p in mesh["primitives"] if p["material"] == number]
    bounds = document["accessors"][part["attributes"]["POSITION"]]
    return (np.array(bounds["min"]) + bounds["max"]) / 2


@pytest.mark.blender
def test_leaves_are_thinned_and_solids_collapsed():
    """A ball of 8,000 triangles among 600 leaves: both stay, with a tenth of the triangles and the area."""
    import bpy  # isort: split

    import bmesh

    from blender_synth.blender.pack_loader.convert import simplify

    bpy.ops.wm.read_factory_settings(use_empty=True)
    rng = np.random.default_rng(1)
    bm = bmesh.new()
    bmesh.ops.create_uvsphere(bm, u_segments=80, v_segments=51, radius=0.5)
    for middle in rng.uniform(-2, 2, (600, 3)):
        corners = [bm.verts.new(middle + np.array(c) * 0.05) for c in ((0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1))]
        bm.faces.new(corners).material_index = 1
    mesh = bpy.data.meshes.new("tree")
    bm.to_mesh(mesh)
    bm.free()
    for name in ("bark", "leaf"):
        mesh.materials.append(bpy.data.materials.new(name))
    obj = bpy.data.objects.new("tree", mesh)
    bpy.context.scene.collection.objects.link(obj)

    def area(material: int) -> float:
        return sum(face.area for face in obj.data.polygons if face.material_index == material)

    before = area(0), area(1)
    simplify(obj, 900)
    assert sum(len(face.vertices) - 2 for face in obj.data.polygons) <= 950
    assert area(0) == pytest.approx(before[0], rel=0.1)
    assert area(1) == pytest.approx(before[1], rel=0.1)
    assert [m.name for m in obj.data.materials] == ["bark", "leaf"]
