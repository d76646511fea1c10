"""Pictures that a notebook shows by themselves and that can be saved; sheets of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from blender_synth.errors import RunError

_GAP_PX = 4


@dataclass(frozen=True)
class Picture:
    """A picture, (H, W, 3) uint8, R G B. A notebook shows it where it is the last value of a cell."""

    pixels: np.ndarray

    def png(self) -> bytes:
        """The picture as a PNG file."""
        _, data = cv2.imencode(".png", np.ascontiguousarray(self.pixels[..., ::-1]))
        return bytes(data)

    def save(self, path: str | Path) -> Path:
        """Write it as a PNG file; returns the path.

        Raises:
            RunError: the file cannot be written.
        """
        try:
            Path(path).write_bytes(self.png())
        except OSError as error:
            raise RunError(
                f"the picture cannot be written ({error.strerror})", file=Path(path), hint="choose another path"
            ) from None
        return Path(path)

    def _repr_png_(self) -> bytes:
        return self.png()


def sheet(pictures: Sequence[np.ndarray], columns: int = 2) -> Picture:
    """Pictures (H, W, 3) uint8, R G B, in rows, with white gaps. Smaller ones are filled up with white."""
    if not pictures or columns < 1:
        raise ValueError("a sheet needs a picture and a column at least")
    height = max(picture.shape[0] for picture in pictures)
    width = max(picture.shape[1] for picture in pictures)
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    whole = np.full((rows * (height + _GAP_PX) - _GAP_PX, columns * (width + _GAP_PX) - _GAP_PX, 3), 255, np.uint8)
    for number, picture in enumerate(pictures):
        top, left = number // columns * (height + _GAP_PX), number % columns * (width + _GAP_PX)
        whole[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return Picture(whole)
