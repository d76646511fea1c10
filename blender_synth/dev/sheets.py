"""Helpers for the README's sheets of labelled pictures."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from blender_synth.acceptance import sample_until_accepted
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.packs.search import find_packs
from blender_synth.settings import RunSettings
from blender_synth.workers import worker_for

GAP_PX = 4


@contextmanager
def first_frame(settings: RunSettings) -> Iterator[RawFrame]:
    """The first frame that a run would render; it is deleted at the end of the block."""
    packs = find_packs(settings.packs)
    worker = worker_for(settings, packs)
    with tempfile.TemporaryDirectory() as folder:
        try:
            worker.start()
            sample_until_accepted(settings, packs, worker, 0)
            worker.render(str(Path(folder) / "frame"))
        finally:
            worker.stop()
        yield RawFrame(Path(folder) / "frame")


def row(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Pictures (H, w, 3) of the same height side by side with gaps: (H, W, 3)."""
    spaced = [piece for part in parts for piece in (part, blank(GAP_PX, part.shape[0]))]
    return np.concatenate(spaced[:-1], axis=1)


def stack(rows: Sequence[np.ndarray]) -> np.ndarray:
    """Rows (h, W, 3) of the same width below each other with gaps: (H, W, 3)."""
    spaced = [piece for part in rows for piece in (part, blank(part.shape[1], GAP_PX))]
    return np.concatenate(spaced[:-1])


def blank(width_px: int, height_px: int) -> np.ndarray:
    """White (height_px, width_px, 3)."""
    return np.full((height_px, width_px, 3), 255, np.uint8)


def text(words: str, width_px: int, height_px: int) -> np.ndarray:
    """Text on white, vertically centred: (height_px, width_px, 3)."""
    area = blank(width_px, height_px)
    cv2.putText(area, words, (6, height_px // 2 + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40, 40, 40), 1, cv2.LINE_AA)
    return area


def write_jpeg(path: Path, sheet: np.ndarray, largest_bytes: int) -> None:
    """Write a sheet (H, W, 3), BGR, as a JPEG of the best quality that fits into `largest_bytes`."""
    for quality in range(92, 40, -3):
        _, data = cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if len(data) <= largest_bytes:
            break
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data.tobytes())
    print(f"{path}: {len(data)} bytes")
