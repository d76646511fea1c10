"""The README's sheet of mirrors: a picture of each kind next to its labels (`make mirrors-page`).

Usage: python -m blender_synth.dev.mirrors_page [kind ...] [group=name ...]   these kinds only; config overrides
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from blender_synth.annotate.instances import annotate
from blender_synth.annotate.overlay import draw_labels
from blender_synth.annotate.ownership import GlassPolicy
from blender_synth.config import compose
from blender_synth.dev.sheets import Frames, developed, row, size_words, stack, text, write_jpeg
from blender_synth.develop.picture import shots

SHEET = Path(".docs/mirrors.jpg")
LARGEST_BYTES = 600_000
SIZE_PX = (400, 225)
CELL_PX = (400, 225)
COLUMNS = 2
_BAR_PX = 26
SCENES: dict[str, list[str]] = {
    "wall": ["seed=14"],
    "full_length": ["seed=11"],
    "panels": ["seed=6"],
    "convex": ["seed=4"],
    "dome": ["seed=0"],
    "car": ["seed=1", "camera=dashcam"],
    "shopfront": ["seed=3"],
    "glass_door": ["seed=8"],
    "facade": ["seed=0"],
    "polished_floor": ["seed=8", "mirrors.polished_floor.stone=black"],
    "puddles": ["seed=8"],
    "wet_street": ["seed=12"],
    "chrome": ["seed=18", "mirrors.chrome.distance_m=[2.6,4.0]", "mirrors.chrome.ball_share=1"],
    "mixed": ["seed=8"],
}
"""Config overrides that show each choice of `mirrors` well."""


def main(arguments: list[str]) -> None:
    """Render the scenes and write the sheet; with kinds given, only their part of it, as another file."""
    kinds = [a for a in arguments if a in SCENES] or list(SCENES)
    overrides = [a for a in arguments if a not in SCENES]
    with Frames() as frames:
        cells = [_cell(frames, kind, overrides) for kind in tqdm(kinds, unit="picture")]
    path = SHEET if len(kinds) == len(SCENES) else Path(f"out/mirrors-{'-'.join(kinds)}.jpg")
    write_jpeg(path, _sheet(cells), LARGEST_BYTES)


def words(kind: str) -> list[str]:
    """The config of one picture."""
    return [f"mirrors={kind}", "pedestrians=few", *size_words(SIZE_PX, 20), *SCENES[kind]]


def _cell(frames: Frames, kind: str, overrides: list[str]) -> np.ndarray:
    """Picture and labels of one kind side by side, below its name."""
    config = [*words(kind), *overrides]
    frame, settings = frames.frame(config), compose(config)
    picture = developed(frame, settings)
    found = annotate(frame, next(shots(frame, settings.develop)).mor_m, GlassPolicy(min_mix=0))
    both = [cv2.resize(p, CELL_PX, interpolation=cv2.INTER_AREA) for p in (picture, draw_labels(picture, found))]
    bar = text(f"mirrors={kind}", 2 * CELL_PX[0], _BAR_PX)
    return np.concatenate([bar, np.concatenate(both, axis=1)])


def _sheet(cells: list[np.ndarray]) -> np.ndarray:
    columns = min(COLUMNS, len(cells))
    cells = cells + [np.full_like(cells[0], 255)] * (-len(cells) % columns)
    return stack([row(cells[start : start + columns]) for start in range(0, len(cells), columns)])


if __name__ == "__main__":
    main(sys.argv[1:])
