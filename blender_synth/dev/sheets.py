"""Helpers for the sheets of pictures in the documents."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from blender_synth.acceptance import sample_until_accepted
from blender_synth.config import compose
from blender_synth.develop.picture import shots
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.packs.items import Pack
from blender_synth.packs.search import find_packs
from blender_synth.settings import RunSettings
from blender_synth.workers import Worker, worker_for, worker_setup

GAP_PX = 4


class Frames:
    """Renders first frames of runs, and keeps them in out/sheets: those that exist there are not rendered again.

    One process renders all frames whose settings allow it. Remove the folder after a change that pictures would show.
    """

    def __init__(self, folder: Path = Path("out/sheets")):
        self._folder = folder
        self._worker: Worker | None = None
        self._setup: dict[str, object] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._worker:
            self._worker.stop()

    def picture(self, words: Sequence[str]) -> np.ndarray:
        """The developed picture (H, W, 3), B G R, of the first frame of a config."""
        return developed(self.frame(words), compose(list(words)))

    def frame(self, words: Sequence[str]) -> RawFrame:
        """The first frame that a run with this config would render."""
        folder = self._folder / hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
        if not folder.is_dir():
            settings = compose(list(words))
            packs = find_packs(settings.packs)
            worker = self._worker_for(settings, packs)
            sample_until_accepted(settings, packs, worker, 0)
            self._folder.mkdir(parents=True, exist_ok=True)
            worker.render(str(folder.absolute()))
        return RawFrame(folder)

    def _worker_for(self, settings: RunSettings, packs: Sequence[Pack]) -> Worker:
        setup = worker_setup(settings, packs)
        if self._worker is None or setup != self._setup:
            if self._worker:
                self._worker.stop()
            self._worker, self._setup = worker_for(settings, packs), setup
            self._worker.start()
        return self._worker


def developed(frame: RawFrame, settings: RunSettings) -> np.ndarray:
    """The first picture (H, W, 3), B G R, of a raw frame."""
    return cv2.cvtColor(next(shots(frame, settings.develop)).picture, cv2.COLOR_RGB2BGR)


def size_words(size_px: tuple[int, int], samples: int) -> list[str]:
    """Config overrides for the size of pictures, as (width, height), and their samples per pixel."""
    return [f"render.width_px={size_px[0]}", f"render.height_px={size_px[1]}", f"render.samples={samples}"]


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


def text(words: str, width_px: int, height_px: int, size: float = 0.5) -> np.ndarray:
    """Text on white, vertically centred, smaller than `size` where there is no room: (height_px, width_px, 3)."""
    area = blank(width_px, height_px)
    font = cv2.FONT_HERSHEY_SIMPLEX
    size = min(size, size * (width_px - 8) / max(1, cv2.getTextSize(words, font, size, 1)[0][0]))
    cv2.putText(area, words, (6, height_px // 2 + 5), font, size, (40, 40, 40), 1, cv2.LINE_AA)
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
