"""Checks of the files of unshaped items: skies and textures. They run in a child process, see `packs.reading`."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import OpenEXR

from blender_synth.errors import AssetError

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
_WORDS = tuple((word, role) for role, words in _NAMES.items() for word in words)


@lru_cache(maxsize=100_000)
def map_of(name: str) -> tuple[str, str]:
    """The role of a texture according to its file name, and the name without the word for it.

    The usual words are known, with `_`, `-`, `.` or a blank around them: `bricks_albedo.png`, `bricks_nor_gl_2k.jpg`.
    Without such a word the result is `("", stem)`.
    """
    stem = Path(name).stem
    best = ("", stem)
    end = length = -1
    for word, role in _WORDS:  # the last word decides; of two that end together, the longer one
        for match in re.finditer(rf"(?:^|[_\-. ]){re.escape(word)}(?=$|[_\-. ])", stem, re.IGNORECASE):
            if (match.end(), len(word)) > (end, length):
                end, length = match.end(), len(word)
                best = (role, stem[: match.start()] + stem[match.end() :])
    return best


def maps_beside(file: Path) -> dict[str, Path]:
    """The texture set of an albedo: files in its folder whose names differ only in the word for the role.

    Of two normal maps the OpenGL one is taken.
    """
    role, name = map_of(file.name)
    maps = {"albedo": file}
    for other in sorted(file.parent.iterdir()) if role == "albedo" else ():
        other_role, other_name = map_of(other.name)
        same_set = other_role not in ("", "albedo") and other_name == name
        if same_set and other.suffix.lower() in IMAGE_SUFFIXES and other.is_file():
            maps.setdefault(other_role, other)
    if "normal" in maps:
        maps.pop("normal_dx", None)
    return maps


def check_image(file: Path) -> None:
    """Check that a texture is a readable image.

    Raises:
        AssetError: it is not.
    """
    if _pixels(file) is None:
        hint = "save it again as PNG or JPEG"
        raise AssetError("the texture is not a readable image", file=file, hint=hint)


def check_panorama(file: Path) -> None:
    """Check that a sky is readable, twice as wide as high, finite and not black above the horizon.

    Raises:
        AssetError: it is not.
    """
    pixels = _pixels(file)
    if pixels is None:
        hint = "save it again as Radiance .hdr or OpenEXR .exr"
        raise AssetError("the sky is not a readable image", file=file, hint=hint)
    rows, columns = pixels.shape[:2]
    if columns != 2 * rows or rows < 16:
        raise AssetError(
            "the sky is not an equirectangular panorama",
            file=file,
            value=f"{columns} x {rows} pixels",
            hint="give an equirectangular picture of the whole sphere, twice as wide as high",
        )
    not_finite = int((~np.isfinite(pixels)).sum())
    if not_finite:
        raise AssetError(
            "the sky contains values that are infinite or undefined",
            file=file,
            value=f"{not_finite} of {pixels.size}",
            hint="clamp it to 65504 and save it again, or save it as 32-bit float",
        )
    if not (pixels[: rows // 2] > 0).any():
        raise AssetError("the sky is black", file=file, hint="use one with light above the horizon, zenith on top")


def _pixels(file: Path) -> np.ndarray | None:
    """(H, W, C) of an image, row 0 at the top; None if it cannot be read.

    Raises:
        AssetError: too large a file. MemoryError: too large a picture.
    """
    size = file.stat().st_size
    if size > LARGEST_IMAGE_BYTES:
        hint = f"keep it below {LARGEST_IMAGE_BYTES} bytes"
        raise AssetError("the file is too large", file=file, value=size, hint=hint)
    if file.suffix.lower() == ".exr":
        try:
            with OpenEXR.File(str(file), separate_channels=True) as exr:
                channels = [c.pixels for c in exr.channels().values()]
                return np.stack(channels, axis=-1).astype(np.float32)
        except (RuntimeError, ValueError, TypeError, LookupError, OSError) as error:
            if "alloc" in str(error).lower() or "memory" in str(error).lower():
                raise MemoryError from None
            return None
    try:
        image = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        if "memory" in str(error).lower() or "CV_IO_MAX_IMAGE" in str(error):
            raise MemoryError from None
        return None
    return None if image is None else image.reshape(*image.shape[:2], -1)
