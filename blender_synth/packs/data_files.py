"""Files of items that are no shapes: skies, motions, sets of textures. Each is read once before anything is drawn."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenEXR

from blender_synth.cache import cache_folder, write_atomically
from blender_synth.errors import AssetError
from blender_synth.packs.blendfile import read_contents
from blender_synth.packs.bvh import read_bvh
from blender_synth.packs.safety import check_file, inside

LARGEST_IMAGE_BYTES = 600_000_000
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".webp")
_NAMES = {
    "albedo": ("albedo", "basecolor", "base_color", "color", "colour", "diffuse", "diff", "col"),
    "normal": ("normalgl", "nor_gl", "normal_gl", "normal_opengl", "normal", "norm", "nrm", "nor"),
    "normal_dx": ("normaldx", "nor_dx", "normal_dx", "normal_directx"),
    "roughness": ("roughness", "rough", "rgh"),
    "metallic": ("metallic", "metalness", "metal"),
    "height": ("height", "displacement", "disp", "bump"),
    "ao": ("ambientocclusion", "ambient_occlusion", "occlusion", "ao"),
}
_WORDS = tuple((word, kind) for kind, words in _NAMES.items() for word in words)


def map_of(name: str) -> tuple[str, str]:
    """What a texture's file is of, by its name, and the name without that: `("", stem)` where it does not tell.

    Known are the usual words with `_`, `-`, `.` or a blank around them: `bricks_albedo.png`, `bricks_nor_gl_2k.jpg`.
    """
    stem = Path(name).stem
    best = ("", stem)
    end = length = -1
    for word, kind in _WORDS:  # the last word tells, and of two that end alike the longer: a metal plate may be rough
        for found in re.finditer(rf"(?:^|[_\-. ]){re.escape(word)}(?=$|[_\-. ])", stem, re.IGNORECASE):
            if (found.end(), len(word)) > (end, length):
                end, length = found.end(), len(word)
                best = (kind, stem[: found.start()] + stem[found.end() :])
    return best


def check_sky(file: Path, root: Path, terms: Any = None) -> dict[str, str]:
    """Check a panorama: it can be read, is twice as wide as high, its values are finite, there is light in it.

    Raises:
        AssetError: naming the file.
    """
    return _once(file, "sky", lambda: _check_sky(file))


def check_motion(file: Path, root: Path, terms: Any = None) -> dict[str, str]:
    """Check that a file is a whole BVH; whether its skeleton fits is for the people who move by it.

    Raises:
        AssetError: naming the file and the line.
    """
    return _once(file, "motion", lambda: _check_motion(file))


def check_material(file: Path, root: Path, terms: Any) -> dict[str, str]:
    """The maps of a set of textures, each an image; none for a `.blend`, whose material Blender looks up.

    Args:
        file: the albedo, or a `.blend`. root: the pack's folder, resolved. terms: `MaterialTerms`.

    Raises:
        AssetError: a map is missing, leads out of the pack or is no image.
    """
    if file.suffix.lower() == ".blend":
        check_file(file, root)
        names = read_contents(file, root).names["material"]
        if terms.material not in names and (terms.material or len(names) != 1):
            hint = f"name one of: {', '.join(sorted(names))}" if names else "give something in it a material"
            problem = "the file has no such material" if terms.material else "the file has several materials, or none"
            raise AssetError(problem, file=file, key="material", value=terms.material or sorted(names), hint=hint)
        return {}
    maps = maps_beside(file)
    for kind, relative in terms.maps.items():
        path = inside(root, root, relative)
        if path is None or not path.is_file():
            problem = "a path leads out of its pack" if path is None else "the file is missing"
            hint = "write it from the pack's folder on, with forward slashes, and put the file there"
            raise AssetError(problem, file=path or file, key=f"maps.{kind}", value=relative, hint=hint)
        if kind == "normal":
            maps.pop("normal_dx", None)
        maps[kind] = path
    for kind, path in maps.items():
        if not path.resolve().is_relative_to(root):
            raise AssetError("a path leads out of its pack", file=path, key=f"maps.{kind}", hint="copy the file there")
        _once(path, "map", lambda path=path: _check_image(path))
    return {kind: path.resolve().relative_to(root).as_posix() for kind, path in sorted(maps.items())}


def maps_beside(file: Path) -> dict[str, Path]:
    """The set that an albedo is one of: files of one name but for the word that says what they are of.

    Of two normal maps the OpenGL one is taken.
    """
    kind, name = map_of(file.name)
    maps = {"albedo": file}
    for other in sorted(file.parent.iterdir()) if kind == "albedo" else ():
        what, its = map_of(other.name)
        if what not in ("", "albedo") and its == name and other.suffix.lower() in IMAGE_SUFFIXES and other.is_file():
            maps.setdefault(what, other)
    if "normal" in maps:
        maps.pop("normal_dx", None)
    return maps


CHECKS: Mapping[str, Callable[[Path, Path, Any], dict[str, str]]] = {
    "sky": check_sky, "motion": check_motion, "material": check_material,
}  # fmt: skip
"""By kind: what reads an item's file, and tells which further files belong to it."""


def _once(file: Path, what: str, check: Callable[[], None]) -> dict[str, str]:
    """Check a file unless this very file has been found good before."""
    state = file.stat()
    name = repr((str(file.resolve()), state.st_size, state.st_mtime_ns, what, 1))
    known = cache_folder("files") / f"{hashlib.sha256(name.encode()).hexdigest()}.ok"
    if not known.exists():
        if state.st_size > LARGEST_IMAGE_BYTES:
            hint = f"keep it below {LARGEST_IMAGE_BYTES} bytes"
            raise AssetError("the file is too large", file=file, value=state.st_size, hint=hint)
        check()
        with contextlib.suppress(OSError):
            write_atomically(known, name)
    return {}


def _check_motion(file: Path) -> None:
    read_bvh(file)


def _check_image(file: Path) -> None:
    if _pixels(file) is None:
        raise AssetError("the texture is no image that can be read", file=file, hint="save it again as PNG or JPEG")


def _check_sky(file: Path) -> None:
    pixels = _pixels(file)
    if pixels is None:
        hint = "save it again as Radiance .hdr or OpenEXR .exr"
        raise AssetError("the sky is no image that can be read", file=file, hint=hint)
    rows, columns = pixels.shape[:2]
    if columns != 2 * rows or rows < 16:
        raise AssetError(
            "the sky is no panorama",
            file=file,
            value=f"{columns} x {rows} pixels",
            hint="give an equirectangular picture of the whole sphere, twice as wide as high",
        )
    wrong = int((~np.isfinite(pixels)).sum())
    if wrong:
        raise AssetError(
            "the sky holds values that are infinite or undefined",
            file=file,
            value=f"{wrong} of {pixels.size}",
            hint="clamp it to 65504 and save it again, or let it be saved as 32-bit float",
        )
    if not (pixels[: rows // 2] > 0).any():
        raise AssetError("the sky is black", file=file, hint="give one with light above its horizon, its zenith on top")


def _pixels(file: Path) -> np.ndarray | None:
    """(H, W, C) of an image, row 0 at its top; None where it is none."""
    if file.suffix.lower() == ".exr":
        try:
            with OpenEXR.File(str(file), separate_channels=True) as exr:
                channels = [c.pixels for c in exr.channels().values()]
                return np.stack(channels, axis=-1).astype(np.float32)
        except (RuntimeError, ValueError, TypeError, IndexError):
            return None
    try:
        image = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    return None if image is None else image.reshape(*image.shape[:2], -1)
