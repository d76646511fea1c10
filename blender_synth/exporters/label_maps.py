"""One instance for each pixel, for formats without overlapping masks, and PNG files of ids."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from blender_synth.exporters.common import AnnotationRecord


def painting_order(entries: Iterable[AnnotationRecord]) -> list[AnnotationRecord]:
    """Annotations so that later ones take pixels from earlier ones: people from everything else, and of two people in
    one pixel of glass the one that contributes more of the light."""
    return sorted(entries, key=_order)


def _order(entry: AnnotationRecord) -> tuple[bool, float]:
    instance = entry.instance
    return instance.is_person, 1.0 if instance.mix is None else instance.mix


def class_colours(count: int) -> np.ndarray:
    """(count, 3) uint8 R G B: the colour map of Pascal VOC's development kit; colour 0 is black."""
    colours = np.zeros((count, 3), np.uint8)
    for number in range(count):
        rest = number
        for bit in range(7, -1, -1):
            for channel in range(3):
                colours[number, channel] |= (rest >> channel & 1) << bit
            rest >>= 3
    return colours


def write_indexed_png(path: Path, indices: np.ndarray, colours: np.ndarray) -> None:
    """Write an (H, W) uint8 image of palette indices, which OpenCV cannot; `colours`: (256, 3) uint8 R G B."""
    height, width = indices.shape
    lines = np.zeros((height, width + 1), np.uint8)  # each line starts with its filter: none
    lines[:, 1:] = indices

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"PLTE", colours[:256].tobytes())
        + chunk(b"IDAT", zlib.compress(lines.tobytes(), 6))
        + chunk(b"IEND", b"")
    )
