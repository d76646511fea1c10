"""Checks the references of 3D files before anything opens them: nothing outside the pack is ever read.

Packs are untrusted. Each format is searched here, without Blender, for the other files that its importer would open:
buffers and images of glTF, material libraries and textures of OBJ, layers and textures of USD, libraries of `.blend`.
What only Blender can read (textures of `.blend` and FBX) is checked by `blender.pack_loader` in the same way.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from blender_synth.errors import AssetError, BlenderSynthError
from blender_synth.packs import glb
from blender_synth.packs.blendfile import read_contents
from blender_synth.packs.usd import usd_words

SHAPE_SUFFIXES = (".blend", ".glb", ".gltf", ".fbx", ".obj", ".usd", ".usda", ".usdc", ".usdz")
USD_SUFFIXES = (".usd", ".usda", ".usdc", ".usdz")
LARGEST_FILE_BYTES = 1_000_000_000
_LARGEST_TEXT_BYTES = 400_000_000
_MOST_FILES = 200
_LONGEST_LINE = 1_000_000
_LONGEST_PATH = 4096
_IMAGES = (".png", ".jpg", ".jpeg", ".exr", ".hdr", ".tif", ".tiff", ".tga", ".bmp", ".webp")


def check_file(file: Path, root: Path) -> None:
    """Check that a 3D file exists, seems complete, and refers to nothing outside its pack.

    Args:
        file: of one of `SHAPE_SUFFIXES`. root: the pack's folder.

    Raises:
        AssetError: missing, too large, of another format, damaged, or refers to something outside the pack.
    """
    root = root.resolve()
    suffix = file.suffix.lower()
    if suffix not in SHAPE_SUFFIXES:
        hint = f"use one of: {' '.join(SHAPE_SUFFIXES)}"
        raise AssetError("files of this format cannot be read", file=file, value=suffix, hint=hint)
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
        glb.check(file, lambda uri: _needed(file, root, uri))
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
                    "the file is not a binary FBX", file=file, hint="export it as binary FBX 7.1 or newer, not as ASCII"
                )


def inside(root: Path, folder: Path, written: str) -> Path | None:
    """The target of a path, or None if it is outside `root` (by `..`, absolutely, or by a link).

    Args:
        root: resolved. folder: base of relative paths. written: the path as it is in the file, with either kind of
            slashes; Blender's `//` at its beginning stands for `folder`.
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
    """Missing files that an `.obj` or a USD layer refers to, which their importers ignore silently.

    Args:
        file, root: as for `check_file`, which has passed.
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
    """The target of a reference that must exist."""
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
        raise AssetError("a file that it refers to is missing", file=file, value=written, hint=f"add {path}")
    return path


# --- OBJ


def _check_obj(file: Path, root: Path) -> None:
    """Material libraries and their textures; the loader reports missing ones."""
    libraries = []
    points = 0
    for line in _lines(file):
        if line.startswith("mtllib"):
            libraries.append(_short_enough(file, line[6:].strip()))
            if len(libraries) > _MOST_FILES:
                hint = "merge its material libraries"
                raise AssetError("the file names too many material libraries", file=file, hint=hint)
        points += line.startswith(("v ", "v\t"))
    if not points:
        raise AssetError("the file shows no mesh", file=file, hint="export it again as Wavefront OBJ with its mesh")
    for written in libraries:
        for name in {written, *written.split()}:  # importers differ on whether names may contain spaces
            if inside(root, file.parent, name.strip("\"'")) is None:
                raise _outside(file, name)
    names = {n.strip("\"'") for w in libraries for n in (w, *w.split())} | {file.stem + ".mtl"}
    for library in filter(Path.is_file, (file.parent / name for name in names)):
        if not library.resolve().is_relative_to(root):
            raise _outside(file, library.name)
        for line in _lines(library):
            words = _short_enough(library, texture_of(line)).split()
            for number in range(len(words)):  # the importer may know options that are unknown here
                if inside(root, file.parent, written := " ".join(words[number:])) is None:
                    raise _outside(library, written)


def _short_enough(file: Path, written: str) -> str:
    if len(written) > _LONGEST_PATH:
        hint = "export it again; no system has such long paths"
        raise AssetError("the file refers to a path that is too long", file=file, value=written, hint=hint)
    return written


def texture_of(line: str) -> str:
    """The path of the texture in a line of an `.mtl`, without the options before it; "" if it names none."""
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
    """Lines of a text file, with continued lines joined."""
    if file.stat().st_size > _LARGEST_TEXT_BYTES:
        raise AssetError("the file is too large", file=file, value=file.stat().st_size, hint="use a binary format")
    parts: list[str] = []
    length = 0
    with file.open("r", encoding="utf-8", errors="replace") as stream:
        for raw in stream:
            line = raw.strip()
            length += len(line)
            if length > _LONGEST_LINE:
                hint = "export it again; no exporter writes such lines"
                raise AssetError("the file has a line that is too long", file=file, value=length, hint=hint)
            if line.endswith("\\"):
                parts.append(line[:-1])
                continue
            yield " ".join([*parts, line])
            parts, length = [], 0
    if parts:
        yield " ".join(parts)


# --- USD


def _check_usd(file: Path, root: Path) -> None:
    """All paths in the file and in the layers that it refers to."""

    def layers(layer: Path) -> list[Path]:
        try:
            return _usd_layers(layer, file, root)
        except (BlenderSynthError, MemoryError):
            raise
        except Exception as error:  # whatever damaged numbers and archives lead to
            raise AssetError(
                "truncated or corrupt USD", file=layer, value=str(error), hint="export it again as .usd or .usdz"
            ) from None

    _follow(file, layers, "the file consists of too many layers", "flatten it")


def _follow(file: Path, referred: Callable[[Path], list[Path]], too_many: str, hint: str) -> None:
    """Visit a file and, recursively, the files that it refers to, each once.

    Raises:
        AssetError: `too_many` with its `hint`, above `_MOST_FILES`; and what `referred` raises.
    """
    waiting, seen = [file], set[Path]()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if len(seen) > _MOST_FILES:
            raise AssetError(too_many, file=file, value=len(seen), hint=hint)
        waiting += referred(one)


def _usd_layers(layer: Path, file: Path, root: Path) -> list[Path]:
    """Layers that this one may refer to."""
    data = layer.read_bytes()
    if data[:4] == b"PK\3\4":
        with zipfile.ZipFile(layer) as archive:
            infos = archive.infolist()
            if len(infos) > 10_000 or sum(info.file_size for info in infos) > LARGEST_FILE_BYTES:
                raise ValueError("the archive contains too much data")
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
    """Whether a string of a USD file, if it is a path, leads out of the pack.

    Paths of prims (`/World/chair`) look like absolute paths; they count only if such a file exists.
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


# --- .blend


def _check_blend(file: Path, root: Path) -> None:
    """The libraries that it links, recursively."""
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
