"""The pictures of the page of choices, and their tables in it: .docs/choices.md (`make choices-page`).

Usage: python -m blender_synth.dev.choices_page [name ...]   pictures of these groups, keys or sheets only
       python -m blender_synth.dev.choices_page tables       no picture, only the tables

Frames are kept in out/sheets; those that exist there are developed again, but not rendered again.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from blender_synth import resources
from blender_synth.blender_process import BlenderProcess
from blender_synth.config import compose
from blender_synth.dev.choices import (
    DEVELOPED,
    DEVELOPED_FRAME,
    PEOPLE,
    PICTURES,
    SIZE_PX,
    VIEWS,
    WITHOUT_PICTURE,
    Portraits,
)
from blender_synth.dev.sheets import Frames, blank, developed, row, stack, text
from blender_synth.key_reference import groups
from blender_synth.pack_tools.preview import camera, portrait, show
from blender_synth.packs import load_pack

PAGE, FOLDER = Path(".docs/choices.md"), Path(".docs/choices")
COLUMNS, PORTRAIT_COLUMNS, PROP_COLUMNS, DEVELOPED_COLUMNS = 3, 9, 7, 4
PROP_PX = 116
QUALITY, _SAMPLES, _TIMEOUT_S = 86, 24, 600.0
_PART = re.compile(r"(<!-- pictures: ([\w.]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main(arguments: list[str]) -> None:
    """Render the pictures and write the page's tables."""
    known = {**dict.fromkeys(PICTURES, _group), "develop": _develop, "props": _props, **dict.fromkeys(PEOPLE, _people)}
    if unknown := set(arguments) - {*known, "tables"}:
        sys.exit(f"no such pictures: {', '.join(sorted(unknown))}; there are {', '.join(known)}, or `tables` alone")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with Frames() as frames:
        for name in [a for a in arguments if a != "tables"] if arguments else known:
            known[name](name, frames)
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


# --- pictures


def _group(name: str, frames: Frames) -> None:
    """A picture of each choice of a group."""
    for choice, words in tqdm(PICTURES[name].items(), desc=name, unit="picture"):
        picture = frames.picture(words)
        _write(picture_file(name, choice), cv2.resize(picture, SIZE_PX, interpolation=cv2.INTER_AREA))


def _develop(name: str, frames: Frames) -> None:
    """One frame with several settings of the camera."""
    frame = frames.frame(DEVELOPED_FRAME)
    tiles = []
    for label, words in DEVELOPED.items():
        picture = developed(frame, compose([*DEVELOPED_FRAME, *words]))
        tiles.append(_captioned(cv2.resize(picture, (240, 135), interpolation=cv2.INTER_AREA), label))
    _write(f"{name}.jpg", _rows(tiles, DEVELOPED_COLUMNS))


def _people(name: str, _: Frames) -> None:
    """A sheet of people who differ in one key."""
    portraits = PEOPLE[name]
    with _blender("preview_people") as blender, tempfile.TemporaryDirectory() as scratch:
        shown = tqdm(portraits.values, desc=name, unit="picture")
        tiles = [_captioned(_person(blender, Path(scratch), portraits, value), value) for value in shown]
    _write(f"{name}.jpg", _rows(tiles, PORTRAIT_COLUMNS))


def _person(blender: BlenderProcess, scratch: Path, portraits: Portraits, value: str) -> np.ndarray:
    view, file = VIEWS[portraits.view], scratch / "person.png"
    blender.ask(
        "person", overrides=portraits.overrides(value), out=str(file), size_px=view.size_px, samples=_SAMPLES,
        height_m=view.height_m, top_m=view.top_m, aside_m=view.aside_m,
        turn_deg=portraits.turns.get(value, portraits.turn_deg),
    )  # fmt: skip
    return cv2.imread(str(file))


def _props(name: str, _: Frames) -> None:
    """The first item of each category of the starter pack."""
    pack = load_pack(resources.built_in_packs_dir() / "starter")
    first = {item.terms.category: item for item in reversed(pack.items) if item.terms.shaped}
    options = argparse.Namespace(height_px=PROP_PX * 5 // 6, samples=_SAMPLES)
    tiles = []
    with _blender("preview_items") as studio, tempfile.TemporaryDirectory() as scratch:
        for category in tqdm(sorted(first), desc=name, unit="picture"):
            shot = camera(studio, Path(scratch) / "shot.png", options)
            tiles.append(_captioned(portrait(shot, show(studio, first[category], pack.folder)), category))
    _write(f"{name}.jpg", _rows(tiles, PROP_COLUMNS))


def _blender(module: str) -> BlenderProcess:
    return BlenderProcess(f"blender_synth.blender.pack_tools.{module}", _TIMEOUT_S)


def _captioned(picture: np.ndarray, words: str) -> np.ndarray:
    return np.concatenate([picture, text(words, picture.shape[1], 20, size=0.4)])


def _rows(tiles: list[np.ndarray], columns: int) -> np.ndarray:
    columns = min(columns, len(tiles))
    height, width, _ = tiles[0].shape
    tiles = tiles + [blank(width, height)] * (-len(tiles) % columns)
    return stack([row(tiles[start : start + columns]) for start in range(0, len(tiles), columns)])


def _write(name: str, picture: np.ndarray) -> None:
    cv2.imwrite(str(FOLDER / name), picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


def picture_file(group: str, choice: str) -> str:
    """Name of the picture of a choice in the folder of pictures."""
    return f"{group.replace('.', '-')}-{choice}.jpg"


# --- the page


def with_tables(page: str) -> str:
    """The page with its tables of pictures made anew; each stands between `<!-- pictures: NAME -->` and `end`."""
    return _PART.sub(lambda part: part[1] + "\n".join(_table(part[2])) + "\n" + part[3], page)


def shown_in(page: str) -> set[str]:
    """The groups, keys and sheets that the page has tables for."""
    return {part[2] for part in _PART.finditer(page)}


def _table(name: str) -> Iterator[str]:
    """Lines of Markdown: choices of a group in rows of pictures, or one sheet."""
    if name not in PICTURES:
        yield _linked(_described(name), f"{name}.jpg")
        return
    meanings = groups().get(name, {})
    cells = [_cell(name, choice, meanings.get(choice, "")) for choice in PICTURES[name]]
    for choice, meaning in meanings.items():
        if reason := WITHOUT_PICTURE.get(f"{name}={choice}"):
            cells.append(f"`{name}={choice}`<br>{meaning}; no picture: {reason}")
    yield "|" + " |" * COLUMNS
    yield "|" + " --- |" * COLUMNS
    for start in range(0, len(cells), COLUMNS):
        line = cells[start : start + COLUMNS]
        yield "| " + " | ".join(line + [""] * (COLUMNS - len(line))) + " |"


def _described(name: str) -> str:
    if name not in PEOPLE:
        return {"develop": "One frame developed with several settings", "props": "An item of each category"}[name]
    return f"{', '.join(PEOPLE[name].values)}"


def _cell(group: str, choice: str, meaning: str) -> str:
    words = f"{{{choice}: 1}}" if group == "weather.hdri" else choice
    tail = f"<br>{meaning.replace('|', chr(92) + '|')}" if meaning else ""
    return f"{_linked(choice, picture_file(group, choice))}<br>`{group}={words}`{tail}"


def _linked(description: str, file: str) -> str:
    """A picture that leads to itself, since columns make it small."""
    return f"[![{description}](choices/{file})](choices/{file})"


if __name__ == "__main__":
    main(sys.argv[1:])
