"""The README's sheet of scenes: every scene with three seeds (`make scenes-page`).

Usage: python -m blender_synth.dev.scenes_page [scene ...] [group=name ...]   these only; config overrides

Frames are kept in out/sheets; those that exist there are not rendered again.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tqdm import tqdm

from blender_synth import resources
from blender_synth.dev.sheets import Frames, row, size_words, stack, text, write_jpeg

SHEET = Path(".docs/scenes.jpg")
LARGEST_BYTES = 600_000
SIZE_PX = (360, 202)
SEEDS = (1, 2, 3)
EXCLUDED = ("studio",)
"""Scenes for tests."""
CAMERAS = {"lift": ["camera=cctv"], "lobby": ["camera=cctv"]}
"""Overrides for scenes that a handheld camera does not show well."""


def main(arguments: list[str]) -> None:
    """Render what is missing, and write the sheet; with scenes given, only their pictures, as another file."""
    scenes = sorted(f.stem for f in (resources.conf_dir() / "scene").glob("*.yaml") if f.stem not in EXCLUDED)
    wanted = [a for a in arguments if a in scenes] or scenes
    overrides = [a for a in arguments if a not in scenes]
    rows = []
    with Frames() as frames, tqdm(total=len(wanted) * len(SEEDS), unit="picture") as bar:
        for scene in wanted:
            cells = [text(scene, 150, SIZE_PX[1])]
            for seed in SEEDS:
                cells.append(frames.picture([*words(scene, seed), *overrides]))
                bar.update()
            rows.append(row(cells))
    name = SHEET if wanted == scenes else Path(f"out/scenes-{'-'.join(wanted)}.jpg")
    write_jpeg(name, stack(rows), LARGEST_BYTES)


def words(scene: str, seed: int) -> list[str]:
    """The config of one picture."""
    return [f"scene={scene}", f"seed={seed}", *size_words(SIZE_PX, 20), *CAMERAS.get(scene, [])]


if __name__ == "__main__":
    main(sys.argv[1:])
