"""What a file refers to, found before anything opens it: nothing that leads out of its pack is ever read.

A pack is a stranger's. Each format is looked through here, without Blender, for the other files that its importer would
open: buffers and images of glTF, material libraries and textures of OBJ, layers and textures of USD, libraries of
`.blend`. What only Blender can tell (textures of `.blend` and FBX) `blender.assets.load` checks in the same way.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from blender_synth.errors import AssetError
from blender_synth.packs import glb
from blender_synth.packs.blendfile import read_contents

SHAPE_SUFFIXES = (".blend", ".glb", ".gltf", ".fbx", ".obj", ".usd", ".usda", ".usdc", ".usdz")
USD_SUFFIXES = (".usd", ".usda", ".usdc", ".usdz")
LARGEST_FILE_BYTES = 1_000_000_000
_LARGEST_TEXT_BYTES = 400_000_000
_MOST_FILES = 200
_IMAGES = (".png", ".jpg", ".jpeg", ".exr", ".hdr", ".tif", ".tiff", ".tga", ".bmp", ".webp")
_USD_LIMIT_BYTES = 200_000_000


def check_file(file: Path, root: Path) -> None:
    """Check that a shape's file is there, whole as far as can be told, and keeps to its pack.

    Args:
        file: of one of `SHAPE_SUFFIXES`. root: the pack's folder.

    Raises:
        AssetError: missing, too large, of another format, damaged, or refers to something outside the pack.
    """
    root = root.resolve()
    suffix = file.suffix.lower()
    if suffix not in SHAPE_SUFFIXES:
        hint = f"use one of: {' '.join(SHAPE_SUFFIXES)}"
        raise AssetError("the file is of a format that cannot be read", file=file, value=suffix, hint=hint)
    if not file.resolve().is_relative_to(root):
        raise _outside(file, str(file))
    if not file.is_file():
        raise AssetError("the file is missing", file=file, hint="add it or correct the path")
    size = file.stat().st_size
    if size > LARGEST_FILE_BYTES:
        hint = f"keep it below {LARGEST_FILE_BYTES} bytes: fewer triangles, smaller textures, several files"
        raise AssetError("the file is too large", file=file, value=size, hint=hint)
    if size == 0:
        raise AssetError("the file is empty", file=file, hint="export it again")
    if suffix in (".glb", ".gltf"):
        document = glb.read_document(file)
        glb.check_references(file, document, lambda uri: _needed(file, root, uri))
    elif suffix == ".obj":
        _check_obj(file, root)
    elif suffix in USD_SUFFIXES:
        _check_usd(file, root)
    elif suffix == ".blend":
        _check_blend(file, root)
    elif suffix == ".fbx":
        with file.open("rb") as stream:
            if not stream.read(20).startswith(b"Kaydara FBX Binary"):
                raise AssetError(
                    "the file is no binary FBX", file=file, hint="export it as binary FBX 7.1 or newer, not as ASCII"
                )


def inside(root: Path, folder: Path, written: str) -> Path | None:
    """The file that a written path means, or None where it leads out of `root` (by `..`, absolutely, or by a link).

    Args:
        root: resolved. folder: what a relative path starts from. written: as it stands in the file; `//` at its
            beginning is Blender's way to say `folder`; both kinds of slashes.
    """
    text = written.strip()
    if "\0" in text or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text) or text.startswith("\\\\"):
        return None
    text = text.replace("\\", "/")
    if text.startswith("//"):
        text = "./" + text[2:].lstrip("/")
    try:
        path = (Path(text) if text.startswith("/") else folder / text).resolve()
    except (OSError, RuntimeError, ValueError):
        return None
    return path if path.is_relative_to(root) else None


def missing_beside(file: Path, root: Path) -> list[str]:
    """Files that an `.obj` or a USD layer names and that are not there, which their importers pass over in silence.

    Args:
        file, root: as for `check_file`, which it has passed.
    """
    if file.suffix.lower() == ".obj":
        named = [line[6:].strip().strip("\"'") for line in _lines(file) if line.startswith("mtllib")]
        absent = [name for name in named if not (file.parent / name).is_file()]
        return [n for n in absent if not all((file.parent / part).is_file() for part in n.split())]
    if file.suffix.lower() in USD_SUFFIXES and not zipfile.is_zipfile(file):
        words = {word for word in usd_words(file.read_bytes()) if word.lower().endswith(_IMAGES)}
        paths = {word: inside(root.resolve(), file.parent, word) for word in sorted(words)}
        return [word for word, path in paths.items() if path and not path.is_file() and "<" not in word]
    return []


def _outside(file: Path, written: str) -> AssetError:
    return AssetError(
        "the file refers to something outside its pack",
        file=file,
        value=written,
        hint="copy what it refers to into the pack's folder and export the file again with relative paths",
    )


def _needed(file: Path, root: Path, written: str) -> Path:
    """A file beside `file` that must be there."""
    if PurePosixPath(written).is_absolute() or "\\" in written:
        raise AssetError(
            "a path must be relative to its pack", file=file, value=written, hint="export the file with relative paths"
        )
    path = inside(root, file.parent, written)
    if path is None:
        raise AssetError(
            "a path leads out of its pack", file=file, value=written, hint="copy the file into the pack's folder"
        )
    if not path.is_file():
        raise AssetError("a file that it needs is missing", file=file, value=written, hint=f"add {path}")
    return path


# --- OBJ


def _check_obj(file: Path, root: Path) -> None:
    """Material libraries and their textures; missing ones are for the loader to tell."""
    libraries = []
    points = 0
    for line in _lines(file):
        if line.startswith("mtllib"):
            libraries.append(line[6:].strip())
        points += line.startswith(("v ", "v\t"))
    if not points:
        raise AssetError("the file shows no mesh", file=file, hint="export it again as Wavefront OBJ with its mesh")
    for written in libraries:
        for name in {written, *written.split()}:  # importers differ on whether a name may hold spaces
            if inside(root, file.parent, name.strip("\"'")) is None:
                raise _outside(file, name)
    names = {n.strip("\"'") for w in libraries for n in (w, *w.split())} | {file.stem + ".mtl"}
    for library in filter(Path.is_file, (file.parent / name for name in names)):
        if not library.resolve().is_relative_to(root):
            raise _outside(file, library.name)
        for line in _lines(library):
            words = texture_of(line).split()
            for number in range(len(words)):  # an option that is unknown here may be known there
                if inside(root, file.parent, written := " ".join(words[number:])) is None:
                    raise _outside(library, written)


def texture_of(line: str) -> str:
    """The texture's path in a line of an `.mtl`, without the options before it; "" where the line names none."""
    words = line.split()
    if len(words) < 2 or not re.fullmatch(r"(?i)map_\w+|bump|disp|decal|refl|norm", words[0]):
        return ""
    rest = words[1:]
    counts = {"-bm": 1, "-type": 1, "-clamp": 1, "-blendu": 1, "-blendv": 1, "-imfchan": 1, "-boost": 1, "-texres": 1}
    while rest and rest[0].startswith("-"):
        option = rest.pop(0).lower()
        if option in counts:
            rest = rest[counts[option] :]
        else:  # -o -s -t take one to three numbers, -mm two
            while rest and re.fullmatch(r"[-+.\deE]+", rest[0]):
                rest.pop(0)
    return " ".join(rest)


def _lines(file: Path) -> Iterator[str]:
    """Lines of a text file, continued ones joined."""
    if file.stat().st_size > _LARGEST_TEXT_BYTES:
        raise AssetError("the file is too large", file=file, value=file.stat().st_size, hint="use a binary format")
    held = ""
    with file.open("r", encoding="utf-8", errors="replace") as stream:
        for line in stream:
            line = held + line.strip()
            held = ""
            if line.endswith("\\"):
                held = line[:-1] + " "
                continue
            yield line
    if held:
        yield held


# --- USD


def _check_usd(file: Path, root: Path) -> None:
    """Every path in the file and in the layers that it refers to."""

    def layers(layer: Path) -> list[Path]:
        try:
            return _usd_layers(layer, file, root)
        except (ValueError, IndexError, struct.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise AssetError(
                "the file is no whole USD", file=layer, value=str(error), hint="export it again as .usd or .usdz"
            ) from None

    _follow(file, layers, "the file is made of too many layers", "flatten it")


def _follow(file: Path, referred: Callable[[Path], list[Path]], too_many: str, hint: str) -> None:
    """ShadingParams at a file, at those that it refers to, and at theirs, each once.

    Raises:
        AssetError: `too_many` with its `hint`, past `_MOST_FILES`; and whatever `referred` raises.
    """
    waiting, seen = [file], set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if len(seen) > _MOST_FILES:
            raise AssetError(too_many, file=file, value=len(seen), hint=hint)
        waiting += referred(one)


def _usd_layers(layer: Path, file: Path, root: Path) -> list[Path]:
    """Other layers that this one may refer to."""
    data = layer.read_bytes()
    if data[:4] == b"PK\3\4":
        with zipfile.ZipFile(layer) as archive:
            infos = archive.infolist()
            if len(infos) > 10_000 or sum(info.file_size for info in infos) > LARGEST_FILE_BYTES:
                raise ValueError("the archive holds too much")
            for info in infos:
                if inside(root, layer.parent, info.filename) is None or ".." in info.filename.split("/"):
                    raise _outside(file, info.filename)
                if info.filename.lower().endswith(USD_SUFFIXES):
                    for written in usd_words(archive.read(info)):
                        if ".." in PurePosixPath(written).parts or _leads_out(written, root, layer.parent):
                            raise _outside(file, written)
        return []
    found = []
    for written in usd_words(data):
        if _leads_out(written, root, layer.parent):
            raise _outside(file, written)
        path = inside(root, layer.parent, written.split("[")[0].split(":SDF_FORMAT_ARGS:")[0])
        if path is not None and path.suffix.lower() in USD_SUFFIXES and path.is_file():
            found.append(path)
    return found


def _leads_out(written: str, root: Path, folder: Path) -> bool:
    """Whether a word of a USD file, if it is a path, means a file outside.

    Paths of prims (`/World/chair`) look like absolute paths; only those of which such a file exists count.
    """
    text = written.replace("\\", "/")
    if "\n" in text or len(text) > 4096:
        return False
    if re.match(r"(?i)[a-z][a-z0-9+.-]*:|//", text):
        return text.lower().endswith((*USD_SUFFIXES, *_IMAGES))
    if ".." in text.split("/"):
        return inside(root, folder, text) is None and "." in text.rsplit("/", 1)[-1]
    if not text.startswith("/"):
        return inside(root, folder, text) is None and (folder / text).exists()
    path = Path(text.split("[")[0])
    try:
        return path.exists() and not path.resolve().is_relative_to(root) and path != Path("/")
    except OSError:
        return False


def usd_words(data: bytes) -> list[str]:
    """Whatever may be a path in a USD layer: of text what stands in quotes or between `@`, of a crate its tokens.

    Formats: OpenUSD's `usda` grammar and `crateFile.cpp` (versions 0.0 to 0.12).

    Raises:
        ValueError: neither, or damaged.
    """
    if data[:8] == b"PXR-USDC":
        return _crate_tokens(data)
    if data[:5] != b"#usda":
        raise ValueError("it does not begin as USD does")
    text = data.decode("utf-8", "replace")
    return [w for found in re.findall(r'@@@(.*?)@@@|@([^@\n]*)@|"([^"\n]*)"|\'([^\'\n]*)\'', text) for w in found if w]


def _crate_tokens(data: bytes) -> list[str]:
    version = tuple(data[8:11])
    (where,) = struct.unpack_from("<q", data, 16)
    (count,) = struct.unpack_from("<Q", data, where)
    if count > 64:
        raise ValueError("its sections cannot be told")
    for number in range(count):
        name, start, _ = struct.unpack_from("<16sqq", data, where + 8 + 32 * number)
        if name.rstrip(b"\0") != b"TOKENS":
            continue
        _, unpacked, packed = struct.unpack_from("<QQQ", data, start)
        if version < (0, 4, 0):
            return [w.decode("utf-8", "replace") for w in data[start + 16 : start + 16 + unpacked].split(b"\0")]
        if unpacked > _USD_LIMIT_BYTES or start + 24 + packed > len(data):
            raise ValueError("its words are not all there")
        raw = _fast_uncompressed(data[start + 24 : start + 24 + packed], unpacked)
        return [w.decode("utf-8", "replace") for w in raw.split(b"\0")]
    raise ValueError("it holds no words")


def _fast_uncompressed(data: bytes, limit: int) -> bytes:
    """OpenUSD's `TfFastCompression`: a count of chunks, then LZ4 blocks, with their sizes where there are several."""
    chunks, where = data[0], 1
    if chunks == 0:
        return _lz4(data[1:], limit)
    parts = []
    for _ in range(chunks):
        (size,) = struct.unpack_from("<i", data, where)
        parts.append(_lz4(data[where + 4 : where + 4 + size], limit))
        where += 4 + size
    return b"".join(parts)


def _lz4(data: bytes, limit: int) -> bytes:
    """One LZ4 block (lz4_Block_format.md)."""
    out, where = bytearray(), 0
    while where < len(data):
        token = data[where]
        where += 1
        length = token >> 4
        if length == 15:
            while True:
                length += data[where]
                where += 1
                if data[where - 1] != 255:
                    break
        out += data[where : where + length]
        where += length
        if where >= len(data):
            break
        back = data[where] | data[where + 1] << 8
        where += 2
        length = token & 15
        if length == 15:
            while True:
                length += data[where]
                where += 1
                if data[where - 1] != 255:
                    break
        length += 4
        if back == 0 or back > len(out) or len(out) + length > limit:
            raise ValueError("its words are damaged")
        start = len(out) - back
        piece = bytes(out[start : start + length])
        while len(piece) < length:
            piece += piece[: length - len(piece)]
        out += piece
    return bytes(out)


# --- .blend


def _check_blend(file: Path, root: Path) -> None:
    """The libraries that it links, and theirs."""
    _follow(file, lambda blend: _libraries(blend, root), "the file links too many others", "make its data local")


def _libraries(blend: Path, root: Path) -> list[Path]:
    libraries = []
    for written in read_contents(blend, root).libraries:
        library = inside(root, blend.parent, written)
        if library is None:
            raise AssetError(
                "the file links a library outside its pack",
                file=blend,
                value=written,
                hint="copy the library into the pack, or make its data local (Object > Relations > Make Local)",
            )
        if not library.is_file():
            raise AssetError(
                "a library that the file links is missing",
                file=blend,
                value=written,
                hint="copy it into the pack, or make its data local (Object > Relations > Make Local)",
            )
        libraries.append(library)
    return libraries
