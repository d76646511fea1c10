"""Hostile and damaged files, refused without Blender: paths that lead out, archives, bombs."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from blender_synth.errors import AssetError
from blender_synth.packs import archive, find_packs, safety
from blender_synth.packs.blendfile import read_contents
from blender_synth.packs.safety import check_file, inside, texture_of, usd_words
from tests.small_glb import box_document, write_box

OBJ = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
MANIFEST = "name: my-pack\nlicence: MIT\nversion: 1\n"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack's folder with a secret beside it."""
    (tmp_path / "secret.png").write_bytes(b"x")
    (tmp_path / "secret.usda").write_text("#usda 1.0\n")
    (tmp_path / "pack/sub").mkdir(parents=True)
    return tmp_path / "pack"


def _refused(file: Path, root: Path, says: str) -> None:
    with pytest.raises(AssetError, match=says) as caught:
        check_file(file, root)
    assert file.name in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("written", "stays"),
    [
        ("a.png", True),
        ("//a.png", True),
        ("../a.png", True),
        ("sub/../../a.png", True),
        ("//../../a.png", False),
        ("../../a.png", False),
        ("..\\..\\a.png", False),
        ("/etc/passwd", False),
        ("C:\\a.png", False),
        ("C:/a.png", False),
        ("file:///etc/passwd", False),
        ("\\\\host\\a.png", False),
        ("//deep/er/a.png", True),
        ("a\0b", False),
    ],
)
def test_where_written_paths_lead(pack: Path, written: str, stays: bool):
    found = inside(pack, pack / "sub", written)
    assert (found is not None) == stays
    assert found is None or found.is_relative_to(pack)


@pytest.mark.parametrize(
    "line", ["mtllib ../../secret.mtl", "mtllib /etc/passwd", "mtllib ok.mtl \\\n ../../secret.mtl"]
)
def test_material_libraries_outside(pack: Path, line: str):
    (pack / "sub/a.obj").write_text(f"{line}\n{OBJ}")
    _refused(pack / "sub/a.obj", pack, "outside its pack")


@pytest.mark.parametrize("library", ["a.mtl", "other.mtl"])
@pytest.mark.parametrize(
    "line",
    [
        "map_Kd ../../secret.png",
        "map_Bump -bm 0.3 /etc/passwd",
        "norm -s 1 1 C:\\x.png",
        "map_Kd -new on ../../secret.png",
    ],
)
def test_textures_of_material_libraries_outside(pack: Path, library: str, line: str):
    mtllib = "" if library == "a.mtl" else f"mtllib {library}\n"  # importers take the file of the same name unasked
    (pack / "sub/a.obj").write_text(mtllib + OBJ)
    (pack / "sub" / library).write_text(f"newmtl m\n{line}\n")
    with pytest.raises(AssetError, match="outside its pack"):
        check_file(pack / "sub/a.obj", pack)
    (pack / "sub" / library).write_text("newmtl m\nmap_Kd ../fine.png\n")
    check_file(pack / "sub/a.obj", pack)


def test_options_before_a_texture():
    assert texture_of("map_Kd -s 1 2.5 1 -o 0 0 -clamp on my wood.png") == "my wood.png"
    assert texture_of("bump -bm 0.2 a.png") == "a.png"
    assert texture_of("Kd 1 1 1") == ""


@pytest.mark.parametrize("uri", ["../../secret.bin", "/etc/passwd", "file:///etc/passwd", "%2e%2e/%2e%2e/secret.bin"])
def test_buffers_of_gltf_outside(pack: Path, uri: str):
    document, _ = box_document((0, 0, 0), (1, 1, 1))
    document["buffers"][0]["uri"] = uri
    (pack / "sub/a.gltf").write_text(json.dumps(document))
    with pytest.raises(AssetError, match=r"out of its pack|outside its pack|relative to its pack"):
        check_file(pack / "sub/a.gltf", pack)


@pytest.mark.parametrize(
    "line",
    [
        "(subLayers = [@../../secret.usda@])",
        'def "a" (references = @@@../../secret.usda@@@) {}',
        'def "a" (payload = @/etc/passwd@) {}',
        "asset inputs:file = @../../secret.png@",
        "asset inputs:file = @http://example.org/a.png@",
        "asset inputs:file = @../linked.png@",
    ],
)
def test_usd_that_reads_elsewhere(pack: Path, line: str):
    (pack / "linked.png").symlink_to(pack.parent / "secret.png")
    (pack / "sub/a.usda").write_text(f"#usda 1.0\n{line}\n")
    _refused(pack / "sub/a.usda", pack, "outside its pack")


def test_layers_of_layers_are_looked_into(pack: Path):
    (pack / "sub/a.usda").write_text('#usda 1.0\ndef "a" (references = @./b.usda@) {}\n')
    (pack / "sub/b.usda").write_text("#usda 1.0\n(subLayers = [@../../secret.usda@])\n")
    with pytest.raises(AssetError, match="outside its pack"):
        check_file(pack / "sub/a.usda", pack)
    (pack / "sub/b.usda").write_text("#usda 1.0\n(subLayers = [@./a.usda@])\n")  # a ring ends
    check_file(pack / "sub/a.usda", pack)


def test_a_usdz_keeps_to_itself(pack: Path):
    for name, text in (("../../secret.usda", "#usda 1.0\n"), ("a.usda", "#usda 1.0\n(subLayers = [@../secret.usda@])")):
        with zipfile.ZipFile(pack / "a.usdz", "w") as made:
            made.writestr(name, text)
        _refused(pack / "a.usdz", pack, "outside its pack")


@pytest.mark.parametrize("data", [b"", b"junk", b"PXR-USDC" + bytes(80), b"PXR-USDC\0\x08\0" + b"\xff" * 80])
def test_usd_that_is_none(pack: Path, data: bytes):
    (pack / "a.usd").write_bytes(data)
    _refused(pack / "a.usd", pack, "empty|truncated or corrupt USD")


def test_words_of_a_text_layer():
    text = "#usda 1.0\n(a = @x.usd@ b = @@@y@z.usd@@@ c = \"d.png\" e = 'f')"
    assert usd_words(text.encode()) == ["x.usd", "y@z.usd", "d.png", "f"]


@pytest.mark.parametrize(
    "data",
    [
        b"BLENDER-v405",
        b"BLENDER-v405" + bytes(24),
        b"BLENDER-V405" + bytes(99),
        b"BLENDER-v405REND" + b"\xff" * 20,
        b"\x28\xb5\x2f\xfdxx",
        b"\x1f\x8b" + bytes(20),
    ],
)
def test_blends_that_are_none(pack: Path, data: bytes):
    (pack / "a.blend").write_bytes(data)
    _refused(pack / "a.blend", pack, r"truncated or corrupt \.blend")


def test_a_blend_that_unpacks_without_end_is_refused(pack: Path, monkeypatch):
    import zstandard

    monkeypatch.setattr("blender_synth.packs.blendfile.LARGEST_UNPACKED_BYTES", 10_000_000)
    block = b"DATA" + (50_000_000).to_bytes(4, "little") + bytes(8 + 8) + bytes(50_000_000)
    bomb = zstandard.ZstdCompressor().compress(b"BLENDER-v405" + block)
    assert len(bomb) < 10_000
    (pack / "a.blend").write_bytes(bomb)
    with pytest.raises(AssetError, match="invalid size"):
        read_contents(pack / "a.blend")


def test_huge_and_foreign_files(pack: Path, monkeypatch):
    monkeypatch.setattr(safety, "LARGEST_FILE_BYTES", 100)
    _refused(write_box(pack / "a.glb"), pack, "too large")
    (pack / "a.fbx").write_bytes(b"; FBX 7.3.0 project file")
    _refused(pack / "a.fbx", pack, "not a binary FBX")
    (pack / "a.stl").write_bytes(b"solid")
    _refused(pack / "a.stl", pack, "cannot be read")
    (pack / "out.obj").symlink_to(pack.parent / "secret.png")
    _refused(pack / "out.obj", pack, "outside its pack")


# --- archives


def _zip(file: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return file


def _tar(file: Path, entries: dict[str, bytes | tarfile.TarInfo]) -> Path:
    with tarfile.open(file, "w:gz") as made:
        for name, data in entries.items():
            if isinstance(data, tarfile.TarInfo):
                made.addfile(data)
                continue
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return file


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    return {"my/pack.yaml": MANIFEST.encode(), "my/box.glb": write_box(tmp_path / "box.glb").read_bytes()}


@pytest.mark.parametrize(("make", "name"), [(_zip, "a.zip"), (_tar, "a.tar.gz")])
def test_packs_come_as_archives(tmp_path: Path, files: dict, make, name: str):
    made = make(tmp_path / name, files)
    for _ in range(2):  # the second time from the cache
        packs = [pack for pack in find_packs([made]) if pack.name == "my-pack"]
        assert [[item.name for item in pack.items] for pack in packs] == [["box"]]
    assert packs[0].folder.is_relative_to(archive.cache_folder("archives"))


@pytest.mark.parametrize("bad", ["../out.glb", "/tmp/out.glb", "my/../../out.glb", "C:/out.glb", "my\\..\\..\\out.glb"])
@pytest.mark.parametrize(("make", "name"), [(_zip, "a.zip"), (_tar, "a.tar.gz")])
def test_archives_do_not_write_elsewhere(tmp_path: Path, files: dict, make, name: str, bad: str):
    made = make(tmp_path / name, {**files, bad: b"x"})
    with pytest.raises(AssetError, match="leads out of it") as caught:
        find_packs([made])
    assert str(made) in str(caught.value)
    assert not list(archive.cache_folder("archives").iterdir())
    assert not Path("/tmp/out.glb").exists()


def _link(kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo("my/link.glb")
    info.type, info.linkname = kind, "/etc/passwd"
    return info


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_archives_hold_plain_files_only(tmp_path: Path, files: dict, kind: bytes):
    made = _tar(tmp_path / "a.tar.gz", {**files, "my/link.glb": _link(kind)})
    with pytest.raises(AssetError, match="not a regular file"):
        find_packs([made])


def test_links_in_zips_are_refused(tmp_path: Path, files: dict):
    made = _zip(tmp_path / "a.zip", files)
    with zipfile.ZipFile(made, "a") as opened:
        info = zipfile.ZipInfo("my/link.glb")
        info.external_attr = 0o120777 << 16
        opened.writestr(info, "/etc/passwd")
    with pytest.raises(AssetError, match="not a regular file"):
        find_packs([made])


def test_archives_have_limits(tmp_path: Path, files: dict, monkeypatch):
    bomb = _zip(tmp_path / "bomb.zip", {**files, "my/zeros.png": bytes(30_000_000)})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(AssetError, match=r"compression ratio(.|\n)*bomb"):
        find_packs([bomb])
    monkeypatch.setattr(archive, "MOST_FILES", 1)  # in this process, unlike `find_packs`
    with pytest.raises(AssetError, match="too many files"):
        archive.unpack_into(_zip(tmp_path / "many.zip", files), tmp_path / "many")
    monkeypatch.setattr(archive, "MOST_FILES", 9)
    monkeypatch.setattr(archive, "LARGEST_BYTES", 100)
    with pytest.raises(AssetError, match="too large when unpacked"):
        archive.unpack_into(_zip(tmp_path / "large.zip", files), tmp_path / "large")


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_damaged_archives(tmp_path: Path, files: dict, name: str):
    made = (_zip if name.endswith("zip") else _tar)(tmp_path / name, files)
    whole = made.read_bytes()
    for data in (b"", b"junk" * 9, whole[: len(whole) // 2], whole[:60] + bytes(60) + whole[120:]):
        made.write_bytes(data)
        with pytest.raises(AssetError, match=name.replace(".", r"\.")):
            find_packs([made])
