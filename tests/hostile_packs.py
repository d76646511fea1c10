"""Writes hostile inputs of packs: small files that would take much time or memory, or that read what they should not.

Each function writes one pack into an empty folder; its docstring says what would happen. None is larger than 10 MB,
except where its name says so.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import zstandard

from tests.small_glb import box_document, glb_bytes

HEAD = "name: hostile\nlicence: CC0-1.0\n"
OBJ = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
Writer = Callable[[Path], None]


def _pack(folder: Path, name: str, data: bytes | str, manifest: str = HEAD) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(manifest)
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)


def _manifest(folder: Path, text: str | bytes) -> None:
    _pack(folder, "pack.yaml", text)
    (folder / "pack.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    (folder / "a.obj").write_text(OBJ)


def png(width: int, height: int, depth: int = 8, bands: int = 1) -> bytes:
    """A black picture, written without holding it."""
    packer = zlib.compressobj(9)
    row = bytes(1 + width * bands * depth // 8)
    data = b"".join([packer.compress(row) for _ in range(height)]) + packer.flush()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    colour = {1: 0, 3: 2, 4: 6}[bands]
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _textured(picture: bytes, mime: str = "image/png") -> bytes:
    document, binary = box_document((0, 0, 0), (1, 1, 1))
    document["bufferViews"].append({"buffer": 0, "byteOffset": len(binary), "byteLength": len(picture)})
    document["buffers"] = [{"byteLength": len(binary) + len(picture)}]
    document["images"] = [{"bufferView": 2, "mimeType": mime}]
    document["textures"] = [{"source": 0}]
    document["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"] = {"index": 0}
    return glb_bytes(document, binary + picture)


# --- manifests


def yaml_aliases(folder: Path) -> None:
    """500 bytes that become 10^10 values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    _manifest(folder, HEAD + "\n".join(lines))


def yaml_merges(folder: Path) -> None:
    """500 bytes of merge keys that take 1.7 GB."""
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 10)]
    _manifest(folder, HEAD + "\n".join(lines))


def yaml_nested(folder: Path) -> None:
    """Lists in lists, 400,000 deep."""
    _manifest(folder, HEAD + "x: " + "[" * 400_000)


def yaml_list(folder: Path) -> None:
    """4 MB of items."""
    _manifest(folder, HEAD + "items:\n" + "- {}\n" * 800_000)


def yaml_many_items(folder: Path) -> None:
    """As many items as a manifest may have values for."""
    _manifest(folder, HEAD + "items:\n" + "".join(f"- {{name: n{n}}}\n" for n in range(24_000)))


def yaml_long_licence(folder: Path) -> None:
    """A licence of 900 KB of brackets."""
    _manifest(folder, "name: hostile\nlicence: " + "(" * 450_000 + "MIT" + ")" * 450_000)


# --- text formats


def obj_continuations(folder: Path) -> None:
    """2 MB of continued lines: quadratic where they are joined one by one."""
    _pack(folder, "a.obj", OBJ + "\\\n" * 1_000_000)


def obj_faces(folder: Path) -> None:
    """One face of 2,000,000 corners."""
    _pack(folder, "a.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf" + " 1 2 3" * 660_000)


def obj_far_vertex(folder: Path) -> None:
    """Faces that refer to vertex 2,000,000,000, and sizes that overflow."""
    _pack(folder, "a.obj", "v 1e38 1e38 1e38\nv -1e38 0 0\nv 0 1 0\nf 1 2 2000000000\nf 1 2 3\n")


def mtl_words(folder: Path) -> None:
    """A 40 KB `map_Kd` line of words: each suffix of it was looked for on the disk."""
    _pack(folder, "a.obj", "mtllib a.mtl\n" + OBJ)
    (folder / "a.mtl").write_text("newmtl m\nmap_Kd " + "a " * 20_000 + "\n")


def mtl_many_lines(folder: Path) -> None:
    """9 MB of `map_Kd` lines of 4 KB."""
    _pack(folder, "a.obj", "mtllib a.mtl\n" + OBJ)
    (folder / "a.mtl").write_text("newmtl m\n" + ("map_Kd " + "a " * 2000 + "\n") * 2300)


def usda_brackets(folder: Path) -> None:
    """1 MB of opened quotes and brackets."""
    _pack(folder, "a.usda", "#usda 1.0\n" + '@"' * 500_000)


def usda_nested(folder: Path) -> None:
    """Prims in prims, 20,000 deep."""
    _pack(folder, "a.usda", "#usda 1.0\n" + 'def "a" {' * 20_000 + "}" * 20_000)


def usda_arrays(folder: Path) -> None:
    """A mesh of 10^9 faces of no points, and one sub-divided 100 times."""
    mesh = 'def Mesh "m" {\nint[] faceVertexCounts = [2000000000]\nint[] faceVertexIndices = [0]\n'
    _pack(folder, "a.usda", f"#usda 1.0\n{mesh}point3f[] points = [(0,0,0)]\n}}\n")


def _crate(tokens: bytes, unpacked: int, chunks: int = 0) -> bytes:
    start = 200
    section = struct.pack("<QQQ", 10, unpacked, len(tokens) + 1) + bytes([chunks]) + tokens
    table = struct.pack("<Q", 1) + struct.pack("<16sqq", b"TOKENS", start, len(section))
    head = b"PXR-USDC" + bytes([0, 8, 0, 0, 0, 0, 0, 0]) + struct.pack("<q", 88)
    return (head.ljust(88, b"\0") + table).ljust(start, b"\0") + section


def usdc_lz4(folder: Path) -> None:
    """1 MB of LZ4 that unpacks to 200 MB, byte by byte."""
    _pack(folder, "a.usdc", _crate(b"\x1fA\x01\x00" + b"\xff" * 780_000 + b"\0", 199_000_000))


def usdc_tokens(folder: Path) -> None:
    """A table of 2^60 tokens."""
    _pack(folder, "a.usdc", _crate(b"\x10A", 1 << 60))


def usdz_bomb(folder: Path) -> None:
    """10 MB of zip that unpack to 900 MB of layers."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for n in range(9):
            made.writestr(f"{n}.usda", b"#usda 1.0\n" + b'"' * 100_000_000)
    _pack(folder, "a.usdz", packed.getvalue())


# --- glTF


def glb_count(folder: Path) -> None:
    """1 KB; an accessor without data counts 6e8."""
    document, binary = box_document((0, 0, 0), (1, 1, 1))
    document["accessors"][0] |= {"count": 600_000_000}
    del document["accessors"][0]["bufferView"]
    _pack(folder, "a.glb", glb_bytes(document, binary))


def glb_sparse(folder: Path) -> None:
    """Sparse accessors, each just below what is allowed, 100 times."""
    document, binary = box_document((0, 0, 0), (1, 1, 1))
    zeros = {"componentType": 5126, "count": 6_000_000, "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 1]}
    document["accessors"] += [zeros] * 100
    attributes = [{"attributes": {"POSITION": 2 + n}, "material": 0} for n in range(100)]
    document["meshes"][0]["primitives"] += attributes
    _pack(folder, "a.glb", glb_bytes(document, binary))


def glb_reused(folder: Path) -> None:
    """One mesh of 100,000 triangles, drawn by 20,000 primitives."""
    document, binary = box_document((0, 0, 0), (1, 1, 1))
    document["meshes"][0]["primitives"] *= 20_000
    _pack(folder, "a.glb", glb_bytes(document, binary))


def glb_nodes(folder: Path) -> None:
    """50,000 nodes of one mesh."""
    document, binary = box_document((0, 0, 0), (1, 1, 1))
    document["nodes"] *= 50_000
    document["scenes"] = [{"nodes": list(range(50_000))}]
    _pack(folder, "a.glb", glb_bytes(document, binary))


def glb_draco(folder: Path) -> None:
    """Draco that is none."""
    document, binary = box_document((0, 0, 0), (1, 1, 1))
    primitive = document["meshes"][0]["primitives"][0]
    extension = {"bufferView": 0, "attributes": {"POSITION": 0}}
    primitive["extensions"] = {"KHR_draco_mesh_compression": extension}
    document["extensionsUsed"] = document["extensionsRequired"] = ["KHR_draco_mesh_compression"]
    document["accessors"][0]["count"] = 900_000_000
    del document["accessors"][0]["bufferView"]
    _pack(folder, "a.glb", glb_bytes(document, binary))


def glb_meshopt(folder: Path) -> None:
    """A view compressed by meshopt, of 2^31 bytes, as an optional extension."""
    document, binary = box_document((0, 0, 0), (1, 1, 1))
    extension = {"buffer": 0, "byteLength": 96, "count": 2**31, "byteStride": 12, "mode": "ATTRIBUTES"}
    document["bufferViews"][0]["extensions"] = {"EXT_meshopt_compression": extension}
    document["extensionsUsed"] = ["EXT_meshopt_compression"]
    _pack(folder, "a.glb", glb_bytes(document, binary))


def glb_picture(folder: Path) -> None:
    """A texture of 16,000 x 16,000 pixels."""
    _pack(folder, "a.glb", _textured(png(16_000, 16_000)))


def glb_picture_16_bit(folder: Path) -> None:
    """A texture of 8000 x 8000 pixels of 16 bits and four channels."""
    _pack(folder, "a.glb", _textured(png(8000, 8000, 16, 4)))


def glb_pictures(folder: Path) -> None:
    """20 textures of 8000 x 8000 pixels."""
    picture = png(8000, 8000)
    document, binary = box_document((0, 0, 0), (1, 1, 1))
    document["images"], document["textures"], document["materials"] = [], [], []
    document["meshes"][0]["primitives"] *= 20
    primitives = [dict(primitive) for primitive in document["meshes"][0]["primitives"]]
    for n in range(20):
        document["bufferViews"].append({"buffer": 0, "byteOffset": len(binary), "byteLength": len(picture)})
        binary += picture + b"\0" * (-len(picture) % 4)
        document["images"].append({"bufferView": 2 + n, "mimeType": "image/png", "name": f"i{n}"})
        document["textures"].append({"source": n})
        document["materials"].append({"pbrMetallicRoughness": {"baseColorTexture": {"index": n}}})
        primitives[n]["material"] = n
    document["meshes"][0]["primitives"] = primitives
    document["buffers"] = [{"byteLength": len(binary)}]
    _pack(folder, "a.glb", glb_bytes(document, binary))


def gltf_data_uri(folder: Path) -> None:
    """A `.gltf` of 9 MB whose buffer is a data URI that is too short."""
    document, _ = box_document((0, 0, 0), (1, 1, 1))
    document["buffers"] = [{"byteLength": 168, "uri": "data:application/octet-stream;base64," + "A" * 9_000_000}]
    _pack(folder, "a.gltf", json.dumps(document))


def gltf_large_json(folder: Path) -> None:
    """9 MB of empty lists: 200 MB of Python objects."""
    _pack(folder, "a.gltf", '{"asset": {"version": "2.0"}, "extras": [' + "[]," * 3_000_000 + "0]}")


def gltf_larger_than_10_mb(folder: Path) -> None:
    """100 MB of JSON."""
    _pack(folder, "a.gltf", '{"asset": {"version": "2.0"}, "extras": [' + "[]," * 33_000_000 + "0]}")


# --- .blend and .fbx


def blend_zstd(folder: Path) -> None:
    """500 KB that unpack to 3.9 GB."""
    block = b"DATA" + (65_536_000).to_bytes(4, "little") + bytes(16)
    packer = zstandard.ZstdCompressor().compressobj()
    parts = [packer.compress(b"BLENDER-v405")]
    for _ in range(58):
        parts.append(packer.compress(block))
        parts += [packer.compress(bytes(65_536)) for _ in range(1000)]
    _pack(folder, "a.blend", b"".join(parts) + packer.flush())


def blend_blocks(folder: Path) -> None:
    """A few KB that unpack to 19 million blocks."""
    block = b"DATA" + bytes(4) + bytes(16)
    packed = gzip.compress(b"BLENDER-v405" + block * 9_000_000)
    _pack(folder, "a.blend", packed)


def fbx_arrays(folder: Path) -> None:
    """An array of 2^31 numbers, compressed."""
    data = zlib.compress(bytes(50_000_000), 9)
    array = b"d" + struct.pack("<III", 2**28, 1, len(data)) + data
    node = struct.pack("<IIIB", 27 + 13 + 8 + len(array), 1, len(array), 8) + b"Vertices" + array
    head = b"Kaydara FBX Binary  \x00\x1a\x00" + struct.pack("<I", 7400)
    _pack(folder, "a.fbx", head + node + bytes(200))


# --- data files


def motion_frames(folder: Path) -> None:
    """A motion whose header counts 2^60 frames."""
    joints = "HIERARCHY\nROOT r\n{\nOFFSET 0 0 0\nCHANNELS 3 Xrotation Yrotation Zrotation\n}\n"
    _pack(folder, "a.bvh", joints + f"MOTION\nFrames: {2**60}\nFrame Time: 0.03\n0 0 0\n", HEAD + "kind: motion\n")


def motion_lines(folder: Path) -> None:
    """9 MB of lines of one character."""
    _pack(folder, "a.bvh", "HIERARCHY\nMOTION\n" + "0\n" * 4_500_000, HEAD + "kind: motion\n")


def motion_joints(folder: Path) -> None:
    """500,000 joints in joints."""
    joint = "JOINT j\n{\n"
    _pack(folder, "a.bvh", "HIERARCHY\n" + joint * 500_000 + "MOTION\n", HEAD + "kind: motion\n")


def sky_huge(folder: Path) -> None:
    """A Radiance picture of 200,000 x 100,000 pixels, of a few bytes."""
    head = "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 100000 +X 200000\n"
    _pack(folder, "a.hdr", head.encode() + bytes(4000), HEAD + "kind: sky\n")


def sky_window(folder: Path) -> None:
    """An OpenEXR whose window has 2^30 columns."""
    attribute = b"dataWindow\0box2i\0" + struct.pack("<I4i", 16, 0, 0, 2**30, 2**20)
    head = b"\x76\x2f\x31\x01\x02\x00\x00\x00" + b"channels\0chlist\0" + struct.pack("<I", 19)
    head += b"R\0" + struct.pack("<IB3xII", 2, 0, 1, 1) + b"\0" + b"compression\0compression\0\1\0\0\0\0"
    head += attribute + attribute.replace(b"dataWindow", b"displayWindow") + b"lineOrder\0lineOrder\0\1\0\0\0\0\0"
    _pack(folder, "a.exr", head + bytes(500), HEAD + "kind: sky\n")


def material_picture(folder: Path) -> None:
    """An albedo of 30,000 x 30,000 pixels."""
    _pack(folder, "a_albedo.png", png(30_000, 30_000), HEAD + "kind: material\n")


def material_tiff(folder: Path) -> None:
    """A TIFF that says it has 2^31 x 2^31 pixels."""
    tags = [(256, 4, 2**31 - 1), (257, 4, 2**31 - 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1)]
    tags += [(278, 4, 2**31 - 1), (279, 4, 100)]
    rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    data = struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + rows + bytes(104)
    _pack(folder, "a_albedo.tif", data, HEAD + "kind: material\n")


# --- archives


def zip_zeros(folder: Path) -> None:
    """5 MB that unpack to 5 GB."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("p/pack.yaml", HEAD)
        with made.open("p/zeros.bin", "w", force_zip64=True) as out:
            for _ in range(1500):
                out.write(bytes(1_000_000))


def zip_many(folder: Path) -> None:
    """60,000 empty files."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "a.zip", "w") as made:
        for n in range(60_000):
            made.writestr(f"p/{n}", b"")


def tar_header(folder: Path) -> None:
    """1 MB whose extended header has 1 GB: tarfile reads it at once."""
    folder.mkdir(parents=True)
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1_000_000_000
    with gzip.open(folder / "a.tar.gz", "wb", 9) as out:
        out.write(info.tobuf(tarfile.GNU_FORMAT))
        for _ in range(1000):
            out.write(bytes(1_000_000))


def tar_names(folder: Path) -> None:
    """Names of 60,000 characters, and 5000 folders deep."""
    folder.mkdir(parents=True)
    with tarfile.open(folder / "a.tar.gz", "w:gz") as made:
        for name in ("p/" + "n" * 60_000, "d/" * 5000 + "pack.yaml"):
            made.addfile(tarfile.TarInfo(name), io.BytesIO())


ALL: dict[str, Writer] = {
    name: value
    for name, value in list(globals().items())
    if callable(value) and not name.startswith("_") and getattr(value, "__module__", "") == __name__ and name != "png"
}
