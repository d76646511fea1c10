"""The README's sheet of scenes: every scene with three seeds (`make scenes-page`).

Usage: python -m blender_synth.dev.scenes_page [scene ...] [group=name ...]   these only; config overrides

Pictures are written to out/scenes-page first; those that exist are not rendered again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from blender_synth import resources
from blender_synth.config import compose
from blender_synth.dev.sheets import first_frame, row, stack, text, write_jpeg
from blender_synth.develop.picture import shots

SHEET, CELLS = Path(".docs/scenes.jpg"), Path("out/scenes-page")
LARGEST_BYTES = 600_000
SIZE_PX = (360, 202)
SEEDS = (1, 2, 3)
EXCLUDED = ("studio",)
"""Scenes for tests."""
CAMERAS = {"lift": ["camera=cctv"], "lobby": ["camera=cctv"]}
"""Overrides for scenes that a handheld camera does not show well."""


def main(arguments: list[str]) -> None:
    """Render what is missing, and write the sheet once all pictures exist."""
    scenes = sorted(f.stem for f in (resources.conf_dir() / "scene").glob("*.yaml") if f.stem not in EXCLUDED)
    wanted = [a for a in arguments if a in scenes] or scenes
    overrides = [a for a in arguments if a not in scenes]
    CELLS.mkdir(parents=True, exist_ok=True)
    for scene, seed in tqdm([(s, k) for s in wanted for k in SEEDS if not _cell(s, k).is_file()], unit="picture"):
        cv2.imwrite(str(_cell(scene, seed)), _render(scene, seed, overrides))
    missing = [f"{s} {k}" for s in scenes for k in SEEDS if not _cell(s, k).is_file()]
    if missing:
        print(f"{CELLS}: still missing {', '.join(missing)}")
        return
    rows = [[text(s, 150, SIZE_PX[1]), *(cv2.imread(str(_cell(s, k))) for k in SEEDS)] for s in scenes]
    write_jpeg(SHEET, stack([row(cells) for cells in rows]), LARGEST_BYTES)


def _cell(scene: str, seed: int) -> Path:
    return CELLS / f"{scene}-{seed}.png"


def _render(scene: str, seed: int, overrides: list[str]) -> np.ndarray:
    """The picture (H, W, 3), BGR, of a scene's first frame."""
    size = [f"render.width_px={SIZE_PX[0]}", f"render.height_px={SIZE_PX[1]}", "render.samples=20"]
    settings = compose([f"scene={scene}", f"seed={seed}", *size, *CAMERAS.get(scene, []), *overrides])
    with first_frame(settings) as frame:
        shot = next(shots(frame, settings.develop))
    return cv2.cvtColor(shot.picture, cv2.COLOR_RGB2BGR)


if __name__ == "__main__":
    main(sys.argv[1:])
