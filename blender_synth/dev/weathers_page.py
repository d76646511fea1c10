"""The README's sheet of weathers: one seed in every weather by day, dusk and night (`make weathers-page`).

Usage: python -m blender_synth.dev.weathers_page [weather ...] [time ...] [group=name ...]   these only; overrides

Raw frames are written to out/weathers-page first; those that exist are developed again, but not rendered again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from blender_synth.config import compose
from blender_synth.dev.sheets import row, stack, text, write_jpeg
from blender_synth.develop.picture import shots
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.packs.search import find_packs
from blender_synth.settings import RunSettings
from blender_synth.workers import Worker, worker_for
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import spec_to_json

SHEET, CELLS = Path(".docs/weathers.jpg"), Path("out/weathers-page")
LARGEST_BYTES = 500_000
SIZE_PX = (360, 202)
_BAR_PX = 20
WEATHERS = {
    "sunny": [],
    "cloudy": [],
    "overcast": [],
    "hazy": ["weather.mor_m=1500"],
    "foggy": ["weather.mor_m=120"],
    "rainy": ["weather.rain_mm_h=10"],
    "snowy": ["weather.snow_visibility_m=700", "weather.snow_depth_cm=5"],
}
"""Config overrides that show each weather well."""
TIMES = ("day", "dusk", "night")


def main(arguments: list[str]) -> None:
    """Render what is missing, and write the sheet once all pictures exist."""
    weathers = [a for a in arguments if a in WEATHERS] or list(WEATHERS)
    times = [a for a in arguments if a in TIMES] or list(TIMES)
    overrides = [a for a in arguments if a not in WEATHERS and a not in TIMES]
    CELLS.mkdir(parents=True, exist_ok=True)
    jobs = [(w, t) for w in weathers for t in times if not _cell(w, t).is_dir()]
    worker = None
    try:
        for weather, time in tqdm(jobs, unit="picture"):
            settings = _settings(weather, time, overrides)
            worker = worker or _worker(settings)
            worker.probe(spec_to_json(sample_scene(settings, find_packs(settings.packs), 0)))
            worker.render(str(_cell(weather, time)))
    finally:
        if worker:
            worker.stop()
    missing = [f"{w} by {t}" for w in WEATHERS for t in TIMES if not _cell(w, t).is_dir()]
    if missing:
        print(f"{CELLS}: still missing {', '.join(missing)}")
        return
    write_jpeg(SHEET, _sheet(overrides), LARGEST_BYTES)


def _cell(weather: str, time: str) -> Path:
    return CELLS / f"{weather}-{time}"


def _settings(weather: str, time: str, overrides: list[str]) -> RunSettings:
    size = [
        f"render.width_px={SIZE_PX[0]}",
        f"render.height_px={SIZE_PX[1]}",
        "render.samples=12",
        "pedestrians.count=[5,6]",
    ]
    which = ["experiment=weathers", f"weather={weather}", f"weather.time={time}"]
    return compose([*which, *WEATHERS[weather], *size, *overrides])


def _worker(settings: RunSettings) -> Worker:
    worker = worker_for(settings, find_packs(settings.packs))
    worker.start()
    return worker


def _picture(folder: Path, settings: RunSettings) -> np.ndarray:
    """The picture (H, W, 3), BGR, of a raw frame."""
    shot = next(shots(RawFrame(folder), settings.develop))
    return cv2.cvtColor(shot.picture, cv2.COLOR_RGB2BGR)


def _sheet(overrides: list[str]) -> np.ndarray:
    """Weathers in rows, times in columns, with their names."""
    width, height = SIZE_PX
    rows = [row([text("", 84, _BAR_PX), *(text(time, width, _BAR_PX) for time in TIMES)])]
    for weather in WEATHERS:
        cells = [_picture(_cell(weather, time), _settings(weather, time, overrides)) for time in TIMES]
        rows.append(row([text(weather, 84, height), *cells]))
    return stack(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
