"""`assets preview`: pictures of what is there, of random people or of everything in a pack."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pydantic import TypeAdapter
from tqdm import tqdm

from blender_synth.blender_process import BlenderProcess, JobError
from blender_synth.config import compose
from blender_synth.errors import AssetError, BlenderSynthError, RunError
from blender_synth.pack_tools import scenes
from blender_synth.pack_tools.numbers import count
from blender_synth.packs import Item, Pack, load_pack
from blender_synth.world.placement.props import PropSpec

COLUMNS = 6
SHEET_COLUMNS = 4
TURNS = 24
FEW_ITEMS = 3
"""A pack of so many items gets a turntable of each unless something else is asked for."""
CLOSE_UP_BELOW_M = 0.9
"""Smaller things fill their tile, and stand beside the figure in a corner of it."""
_CAPTION_PX, _HEAD_PX, _GAP_PX = 40, 34, 4
_PAPER, _INK, _PALE = (46, 44, 42), (236, 236, 236), (170, 172, 176)
_ROUND_MS = 2400
_TIMEOUT_S = 600.0
_PEOPLE_TIMEOUT_S = 24 * 3600.0
_MODULES = "blender_synth.blender.pack_tools"


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = commands.add_parser(
        "preview",
        help="render a contact sheet and turntables of a pack, or random people",
        description="Render every item of a pack beside a figure of 1.75 m in neutral light, and turntables "
        "(animated WebP) beside the sheet; or random people, front and back.",
    )
    parser.add_argument("what", help="folder of a pack or of a scene, or `people`")
    parser.add_argument("--out", type=Path, help="picture to write (out/<name of the pack>.jpg)")
    parser.add_argument("--samples", type=count, default=24, help="samples a pixel (%(default)s)")
    parser.add_argument("--height-px", type=count, default=300, help="height of a tile (%(default)s)")
    parser.add_argument(
        "--turntable", action="append", metavar="ITEM", default=[],
        help=f"item of the pack to turn, `all` or `none`; may be repeated (all, in packs of up to {FEW_ITEMS} items)",
    )  # fmt: skip
    parser.add_argument("--turns", type=count, default=TURNS, help="views of a turntable (%(default)s)")
    parser.add_argument("--count", type=count, default=48, help="how many people (%(default)s)")
    parser.add_argument(
        "overrides", nargs="*", help="config for people and scenes, e.g. seed=3 pedestrians=crowd weather=cloudy"
    )
    return parser


def run(options: argparse.Namespace) -> int:
    """Render the sheet."""
    if scenes.is_scene(Path(options.what)):
        return scenes.preview(options)
    return _people(options) if options.what == "people" else _pack(options)


def _people(options: argparse.Namespace) -> int:
    compose(options.overrides)  # a bad override is told before Blender starts
    out = options.out or Path("out/people.jpg")
    job = {key: getattr(options, key) for key in ("count", "height_px", "samples", "overrides")}
    job |= {"out": str(out.absolute()), "columns": COLUMNS}
    _make_folder(out)
    with tqdm(unit="row", disable=None) as bar:

        def show_progress(event: dict[str, Any]) -> None:
            bar.total, bar.n = event["total"], event["done"]
            bar.refresh()

        with BlenderProcess(f"{_MODULES}.preview_people", _PEOPLE_TIMEOUT_S, on_event=show_progress) as blender:
            try:
                blender.ask("sheet", **job)
            except JobError as error:
                raise BlenderSynthError("the preview could not be rendered", hint=error.details) from None
    print(f"{options.count} people in {out}")
    return 0


def _pack(options: argparse.Namespace) -> int:
    """1 where an item could not be shown: its tile says why."""
    pack = load_pack(Path(options.what), on_error="skip")
    out = options.out or Path("out") / f"{pack.name}.jpg"
    items = [item for item in pack.items if item.terms.shaped]
    if not items and not pack.broken:
        raise AssetError("the pack has no item that can be shown", file=pack.folder, hint="see `assets list`")
    turned = _turned(options.turntable, pack, items)
    _make_folder(out)
    tiles: list[np.ndarray] = []
    made, lost = [], len(pack.broken)
    with BlenderProcess(f"{_MODULES}.preview_items", _TIMEOUT_S) as studio, tempfile.TemporaryDirectory() as scratch:
        for item in tqdm(items, unit="item", disable=None):
            shot = _photographer(studio, Path(scratch) / "shot.png", options)
            try:
                known = _show(studio, pack, item)
                tile = _captioned(_portrait(shot, known), item.name, _facts(item, known))
                if item in turned:
                    file = out.with_name(f"{out.stem}_{item.name}.webp")
                    _write_animation(file, list(_turntable(shot, options.turns)))
                    made.append(file)
            except (JobError, AssetError) as error:
                lost += 1
                tile = _captioned(_blank(options.height_px, str(error)), item.name, item.kind)
            tiles.append(tile)
    for broken in pack.broken:
        tiles.append(_captioned(_blank(options.height_px, str(broken.error)), broken.item, "broken"))
    cv2.imwrite(str(out), _sheet(tiles, pack), [cv2.IMWRITE_JPEG_QUALITY, 93])
    print(f"{len(tiles)} items in {out}")
    for file in made:
        print(f"turntable in {file}")
    if not turned and not options.turntable:
        print("no turntables in so large a pack; --turntable ITEM or --turntable all makes them")
    if lost:
        print(f"{lost} could not be shown; `blender-synth assets check {options.what}` says more")
    return int(lost > 0)


def _turned(asked: list[str], pack: Pack, items: list[Item]) -> list[Item]:
    if asked == ["none"]:
        return []
    if asked == ["all"] or (not asked and len(items) <= FEW_ITEMS):
        return items
    chosen = [pack.item(name) for name in asked]
    for item in chosen:
        if item not in items:
            raise AssetError(f"a {item.kind} cannot be turned", file=pack.folder, value=item.name, hint="leave it out")
    return chosen


def _make_folder(out: Path) -> None:
    if not cv2.haveImageWriter(str(out)):
        raise RunError("no picture can be written under this name", file=out, hint="let it end in .jpg or .png")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError("the folder cannot be made", file=out.parent, hint=str(error)) from None


def _show(studio: BlenderProcess, pack: Pack, item: Item) -> dict[str, Any]:
    spec = TypeAdapter(PropSpec).dump_python(_standing(pack, item), mode="json")
    return studio.ask("show", spec=spec, folder=str(pack.folder))


def _standing(pack: Pack, item: Item) -> PropSpec:
    """The item at the world's origin, its front to +X."""
    origin = item.origin_m("pavement")
    low, high = ((item.box_m - np.array(origin)) * np.array(item.scale())).tolist()
    return PropSpec(
        instance_id=2101,
        category=item.terms.category,
        pack=pack.name,
        item=item.name,
        file=item.file,
        object=item.object,
        collection=item.collection,
        up_axis=item.terms.up_axis,
        front=item.terms.front,
        origin_m=origin,
        position_m=(0.0, 0.0, 0.0),
        heading_deg=0.0,
        scale=item.scale(),
        low_m=tuple(low),
        high_m=tuple(high),
        licence=item.terms.licence,
    )


Shot = Callable[..., np.ndarray]


def _photographer(studio: BlenderProcess, file: Path, options: argparse.Namespace) -> Shot:
    """Takes pictures of the item in the studio: (H, W, 3) uint8, BGR."""

    def shot(share: float = 1.0, **how: Any) -> np.ndarray:
        height = max(16, round(options.height_px * share))
        size = {"width_px": max(16, round(height * 1.2)), "height_px": height, "samples": options.samples}
        studio.ask("shot", **{"out": str(file), "turn_deg": 0.0, "figure": True, **size, **how})
        return cv2.imread(str(file))

    return shot


def _portrait(shot: Shot, known: dict[str, Any]) -> np.ndarray:
    """An item from the front left; small ones close by, with the figure in a corner."""
    if max(known["size_m"]) >= CLOSE_UP_BELOW_M:
        return shot()
    tile, inset = shot(figure=False, fill=0.66), shot(share=0.36)
    height, width, _ = inset.shape
    tile[:height, -width:] = inset
    cv2.line(tile, (tile.shape[1] - width - 1, 0), (tile.shape[1] - width - 1, height), _PAPER, 1)
    cv2.line(tile, (tile.shape[1] - width - 1, height), (tile.shape[1], height), _PAPER, 1)
    return tile


def _turntable(shot: Shot, turns: int) -> Iterator[np.ndarray]:
    for number in range(turns):
        yield shot(turn_deg=number * 360.0 / turns, whole=True)


def _write_animation(file: Path, frames: list[np.ndarray]) -> None:
    """An animated WebP that repeats for ever: every browser and OpenCV itself read it."""
    animation = cv2.Animation()
    animation.frames = frames
    animation.durations = np.full(len(frames), _ROUND_MS // len(frames), np.int32)
    animation.loop_count = 0
    if not cv2.imwriteanimation(str(file), animation, [cv2.IMWRITE_WEBP_QUALITY, 92]):
        raise BlenderSynthError("the turntable could not be written", file=file, hint="is there room on the disk?")


def _facts(item: Item, known: dict[str, Any]) -> str:
    """What stands below an item: category, size, triangles."""
    kind = item.terms.category if item.kind == "prop" else item.kind
    size = " x ".join(f"{side:.2f}" for side in known["size_m"]) + " m"
    return f"{kind}   {size}   {known['triangles']:,} tris"


def _captioned(picture: np.ndarray, name: str, facts: str) -> np.ndarray:
    """A tile with two lines below it."""
    strip = np.full((_CAPTION_PX, picture.shape[1], 3), _PAPER, np.uint8)
    _write(strip, name, (6, 16), 0.45, _INK)
    _write(strip, facts, (6, 33), 0.38, _PALE)
    return np.concatenate([picture, strip])


def _blank(height: int, why: str) -> np.ndarray:
    """A tile for an item that cannot be shown."""
    width = round(height * 1.2)
    tile = np.full((height, width, 3), (70, 66, 120), np.uint8)
    columns = max(10, width // 7)
    lines = [line[at : at + columns] for line in why.splitlines() for at in range(0, max(len(line), 1), columns)]
    for number, line in enumerate(lines[: height // 15 - 1]):
        _write(tile, line, (6, 16 + 15 * number), 0.38, _INK)
    return tile


def _sheet(tiles: list[np.ndarray], pack: Pack) -> np.ndarray:
    columns = min(SHEET_COLUMNS, len(tiles))
    height, width, _ = tiles[0].shape
    rows = -(-len(tiles) // columns)
    size = (_HEAD_PX + rows * (height + _GAP_PX), columns * (width + _GAP_PX) + _GAP_PX, 3)
    sheet = np.full(size, _PAPER, np.uint8)
    by = f", by {pack.author}" if pack.author else ""
    _write(sheet, f"{pack.name} {pack.version}   {pack.licence}{by}", (8, 22), 0.5, _INK)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        top, left = _HEAD_PX + row * (height + _GAP_PX), _GAP_PX + column * (width + _GAP_PX)
        sheet[top : top + height, left : left + width] = tile
    return sheet


def _write(picture: np.ndarray, text: str, at: tuple[int, int], size: float, colour: tuple[int, int, int]) -> None:
    plain = text.encode("ascii", "replace").decode()  # the font has no other letters
    room = picture.shape[1] - at[0]
    size = max(0.3, min(size, size * room / max(cv2.getTextSize(plain, cv2.FONT_HERSHEY_SIMPLEX, size, 1)[0][0], 1)))
    cv2.putText(picture, plain, at, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)
