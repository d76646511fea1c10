"""Encoding and writing of pictures."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from blender_synth.develop.picture import Shot

ImageFormat = Literal["jpg", "png", "png16"]
_PNG_COMPRESSION = 4
_PNG_UP, _PNG_RGB = 2, 2
"""PNG's filter that subtracts the row above, and its colour type without alpha."""
_last: list[tuple[Shot, ImageFormat, bytes]] = []


def picture_file_name(name: str, image_format: ImageFormat) -> str:
    """File name of a picture with its extension."""
    return f"{name}.{image_format.removesuffix('16')}"


def write_picture(path: Path, shot: Shot, image_format: ImageFormat) -> None:
    """Encode a picture in one of the image formats."""
    path.write_bytes(encoded_picture(shot, image_format))


def keep_encoded(shot: Shot, image_format: ImageFormat, data: bytes) -> None:
    """Remember the file's bytes of a picture that another process has encoded."""
    _last[:] = [(shot, image_format, data)]


def encoded_picture(shot: Shot, image_format: ImageFormat) -> bytes:
    """A picture as a file's bytes. The last one is kept, so that several formats encode it once."""
    for known, known_format, data in _last:
        if known is shot and known_format == image_format:
            return data
    pixels = shot.linear16() if image_format == "png16" else shot.picture
    data = encoded(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), f".{image_format.removesuffix('16')}", shot.jpeg_quality)
    keep_encoded(shot, image_format, data)
    return data


def write_image(path: Path, image: np.ndarray, jpeg_quality: int = 95, png_level: int = _PNG_COMPRESSION) -> None:
    """Encode an image (H, W, 3), B G R, or (H, W), uint8 or uint16, in the format of the path's extension."""
    path.write_bytes(encoded(image, path.suffix, jpeg_quality, png_level))


def encoded_labels(rgb: np.ndarray) -> bytes:
    """An (H, W, 3) uint8 map of few colours, R G B, as a PNG file's bytes.

    libpng by way of OpenCV takes four times as long and makes larger files: it neither subtracts the row above nor
    looks for runs only.
    """
    height, width = rgb.shape[:2]
    flat = rgb.reshape(height, 3 * width)
    rows = np.empty((height, 1 + 3 * width), np.uint8)
    rows[:, 0] = _PNG_UP
    rows[0, 1:] = flat[0]
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])
    deflate = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
    header = struct.pack(">IIBBBBB", width, height, 8, _PNG_RGB, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", deflate.compress(rows.tobytes()) + deflate.flush()), (b"IEND", b""))
    chunks = (struct.pack(">I", len(data)) + kind + data + _crc(kind + data) for kind, data in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _crc(data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(data))


def encoded(image: np.ndarray, suffix: str, jpeg_quality: int = 95, png_level: int = _PNG_COMPRESSION) -> bytes:
    """An image as `write_image` writes it. `suffix`: ``".jpg"`` or ``".png"``."""
    jpeg = suffix == ".jpg"
    options = [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality] if jpeg else [cv2.IMWRITE_PNG_COMPRESSION, png_level]
    ok, data = cv2.imencode(suffix, image, options)
    if not ok:
        raise OSError(f"an image of {image.shape} {image.dtype} could not be encoded as {suffix}")
    return bytes(data)
