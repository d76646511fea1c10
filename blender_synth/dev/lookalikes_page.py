"""The sheet of look-alikes: a picture of each kind next to its labels (`make lookalikes-page`).

Usage: python -m blender_synth.dev.lookalikes_page [group=name ...]   config overrides
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
from blender_synth.categories import BUILT_IN
from blender_synth.config import compose
from blender_synth.dev.sheets import first_frame, row, stack, text, write_jpeg
from blender_synth.develop.picture import shots
from blender_synth.frames.raw_frame import RawFrame

SHEET = Path(".docs/lookalikes.jpg")
LARGEST_BYTES = 500_000
SIZE_PX = (400, 225)
COLUMNS = 2
_BAR_PX = 26
_ORANGE = (0, 140, 255)
SCENES: dict[str, list[str]] = {
    "mannequin": ["scene=street", "seed=2", "lookalikes.mannequin.window_share=1"],
    "poster_person": ["scene=plaza", "seed=8"],
    "screen_person": ["scene=lobby", "seed=7"],
    "statue": ["scene=plaza", "seed=1"],
    "empty_frame": ["scene=lobby", "seed=3"],
    "glass_screen": ["scene=gym", "seed=8"],
}
"""Config overrides that show each kind well."""


def main(overrides: list[str]) -> None:
    """Render the scenes and write the sheet."""
    cells = [_cell(kind, overrides) for kind in tqdm(SCENES, unit="picture")]
    write_jpeg(SHEET, stack([row(cells[k : k + COLUMNS]) for k in range(0, len(cells), COLUMNS)]), LARGEST_BYTES)


def _cell(kind: str, overrides: list[str]) -> np.ndarray:
    """Picture and labels of one kind side by side, below its name."""
    width, height = SIZE_PX
    settings = compose(
        [
            f"lookalikes={kind}", "mirrors=wall", "pedestrians=few", "accept.min_reflected_people=0",
            f"render.width_px={width}", f"render.height_px={height}", "render.samples=12", *SCENES[kind], *overrides,
        ]
    )  # fmt: skip
    with first_frame(settings) as frame:
        shot = next(shots(frame, settings.develop))
        found = annotate(frame, shot.mor_m, GlassPolicy(min_mix=0))
        picture = cv2.cvtColor(shot.picture, cv2.COLOR_RGB2BGR)
        labels = _with_lookalikes(draw_labels(picture, found), frame)
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
