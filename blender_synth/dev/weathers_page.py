"""The README's sheet of weathers: one seed in every weather by day, dusk and night (`make weathers-page`).

Usage: python -m blender_synth.dev.weathers_page [weather ...] [time ...] [group=name ...]   these only; overrides

Frames are kept in out/sheets; those that exist there are developed again, but not rendered again.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tqdm import tqdm

from blender_synth.dev.sheets import Frames, row, size_words, stack, text, write_jpeg

SHEET = Path(".docs/weathers.jpg")
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
    """Render what is missing, and write the sheet; with some given, only their pictures, as another file."""
    weathers = [a for a in arguments if a in WEATHERS] or list(WEATHERS)
    times = [a for a in arguments if a in TIMES] or list(TIMES)
    overrides = [a for a in arguments if a not in WEATHERS and a not in TIMES]
    width, height = SIZE_PX
    rows = [row([text("", 84, _BAR_PX), *(text(time, width, _BAR_PX) for time in times)])]
    with Frames() as frames, tqdm(total=len(weathers) * len(times), unit="picture") as bar:
        for weather in weathers:
            cells = [text(weather, 84, height)]
            for time in times:
                cells.append(frames.picture([*words(weather, time), *overrides]))
                bar.update()
            rows.append(row(cells))
    whole = (weathers, times) == (list(WEATHERS), list(TIMES))
    path = SHEET if whole else Path(f"out/weathers-{'-'.join([*weathers, *times])}.jpg")
    write_jpeg(path, stack(rows), LARGEST_BYTES)


def words(weather: str, time: str) -> list[str]:
    """The config of one picture."""
    which = ["experiment=weathers", f"weather={weather}", f"weather.time={time}"]
    return [*which, *WEATHERS[weather], *size_words(SIZE_PX, 12), "pedestrians.count=[5,6]"]


if __name__ == "__main__":
    main(sys.argv[1:])
