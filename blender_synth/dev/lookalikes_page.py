"""The sheet of look-alikes: a picture of each kind next to its labels (`make lookalikes-page`).

Usage: python -m blender_synth.dev.lookalikes_page [group=name ...]   config overrides
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from blender_synth.annotate.instances import annotate
from blender_synth.annotate.overlay import draw_labels
from blender_synth.annotate.ownership import GlassPolicy
from blender_synth.categories import BUILT_IN
from blender_synth.config import compose
from blender_synth.dev.sheets import Frames, developed, row, size_words, stack, text, write_jpeg
from blender_synth.develop.picture import shots
from blender_synth.frames.raw_frame import RawFrame

SHEET = Path(".docs/lookalikes.jpg")
LARGEST_BYTES = 500_000
SIZE_PX = (400, 225)
COLUMNS = 2
_BAR_PX = 26
_ORANGE = (0, 140, 255)
SCENES: dict[str, list[str]] = {
    "mannequin": ["scene=plaza", "seed=3"],
    "poster_person": ["scene=plaza", "seed=8"],
    "screen_person": ["scene=lobby", "seed=7"],
    "statue": ["scene=plaza", "seed=2"],
    "empty_frame": ["scene=waiting_room", "seed=2"],
    "glass_screen": ["scene=gym", "seed=8"],
}
"""Config overrides that show each kind well."""


def main(overrides: list[str]) -> None:
    """Render the scenes and write the sheet."""
    with Frames() as frames:
        cells = [_cell(frames, kind, overrides) for kind in tqdm(SCENES, unit="picture")]
    write_jpeg(SHEET, stack([row(cells[k : k + COLUMNS]) for k in range(0, len(cells), COLUMNS)]), LARGEST_BYTES)


def words(kind: str) -> list[str]:
    """The config of one picture."""
    usual = ["mirrors=wall", "pedestrians=few", "accept.min_reflected_people=0"]
    return [f"lookalikes={kind}", *usual, *size_words(SIZE_PX, 12), *SCENES[kind]]


def _cell(frames: Frames, kind: str, overrides: list[str]) -> np.ndarray:
    """Picture and labels of one kind side by side, below its name."""
    config = [*words(kind), *overrides]
    frame, settings = frames.frame(config), compose(config)
    picture = developed(frame, settings)
    found = annotate(frame, next(shots(frame, settings.develop)).mor_m, GlassPolicy(min_mix=0))
    labels = _with_lookalikes(draw_labels(picture, found), frame)
    width = SIZE_PX[0]
    return np.concatenate([text(f"lookalikes={kind}", 2 * width, _BAR_PX), np.concatenate([picture, labels], axis=1)])


def _with_lookalikes(picture: np.ndarray, frame: RawFrame) -> np.ndarray:
    """A picture (H, W, 3), B G R, with look-alikes and empty frames in orange, however they are seen."""
    shown = [name for name, (_, group) in BUILT_IN.items() if group == "lookalike"] + ["picture_frame"]
    ids = [instance.instance_id for instance in frame.meta.instances if instance.category in shown]
    mask = np.logical_or.reduce(
        [np.isin(frame.labels[name], ids) for name in ("surface_id", "reflected_id", "transmitted_id")]
    )
    mixed = picture.copy()
    mixed[mask] = 0.45 * picture[mask] + 0.55 * np.array(_ORANGE)
    return mixed


if __name__ == "__main__":
    main(sys.argv[1:])
