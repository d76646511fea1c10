"""`assets preview`: contact sheets and turntables of a pack, of random people or of a scene."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pydantic import TypeAdapter

from blender_synth.blender_process import BlenderProcess, JobError
from blender_synth.config import compose
from blender_synth.errors import AssetError, BlenderSynthError, RunError
from blender_synth.pack_tools import scenes
from blender_synth.pack_tools.numbers import count
from blender_synth.packs import Item, Pack, load_pack
from blender_synth.progress import Progress
from blender_synth.world.placement.props import PropSpec

COLUMNS = 6
SHEET_COLUMNS = 4
TURNS = 18
_TURN_SHARE, _TURN_SAMPLES = 0.75, 0.4
"""Height and samples of a turntable's views over those of the sheet."""
FEW_ITEMS = 3
"""Up to this number of items, every item gets a turntable by default."""
CLOSE_UP_BELOW_M = 0.9
"""Smaller items fill their tile; the figure is shown in an inset."""
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
        description="Render every item of a pack next to a figure of 1.75 m in neutral light, and turntables "
        "(animated WebP); or random people, front and back.",
    )
    parser.add_argument("what", help="folder of a pack or of a scene, or `people`")
    parser.add_argument("--out", type=Path, help="picture to write (out/<name of the pack>.jpg)")
    parser.add_argument("--samples", type=count, default=16, help="samples per pixel (%(default)s)")
    parser.add_argument("--height-px", type=count, default=300, help="height of a tile (%(default)s)")
    parser.add_argument(
        "--turntable", action="append", metavar="ITEM", default=[],
        help=f"item that gets a turntable, `all` or `none`; may be repeated (all, in packs of up to {FEW_ITEMS} items)",
    )  # fmt: skip
    parser.add_argument("--turns", type=count, default=TURNS, help="views of a turntable (%(default)s)")
    parser.add_argument("--count", type=count, default=48, help="number of people (%(default)s)")
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
    compose(options.overrides)  # reports a bad override before Blender starts
    out = options.out or Path("out/people.jpg")
    job: dict[str, Any] = {key: getattr(options, key) for key in ("count", "height_px", "samples", "overrides")}
    job |= {"out": str(out.absolute()), "columns": COLUMNS}
    _make_folder(out)
    with Progress(None, "preview", "row") as bar:

        def show_progress(event: dict[str, Any]) -> None:
            bar.show(event["done"], event["total"])

        with BlenderProcess(f"{_MODULES}.preview_people", _PEOPLE_TIMEOUT_S, on_event=show_progress) as blender:
            try:
                blender.ask("sheet", **job)
            except JobError as error:
                raise BlenderSynthError("the preview could not be rendered", hint=error.details) from None
    print(f"{options.count} people in {out}")
    return 0


def _pack(options: argparse.Namespace) -> int:
    """Render the sheet of a pack; returns 1 if an item could not be shown, whose tile then says why."""
    pack = load_pack(Path(options.what), on_error="skip")
    out = options.out or Path("out") / f"{pack.name}.jpg"
    items = [item for item in pack.items if item.terms.shaped]
    if not items and not pack.broken:
        raise AssetError("the pack has no item that can be shown", file=pack.folder, hint="see `assets list`")
    turntables = _turntable_items(options.turntable, pack, items)
    _make_folder(out)
    tiles: list[np.ndarray] = []
    written: list[Path] = []
    failed = len(pack.broken)
    pictures = len(items) + options.turns * len(turntables)
    with (
        BlenderProcess(f"{_MODULES}.preview_items", _TIMEOUT_S) as studio,
        tempfile.TemporaryDirectory() as scratch,
        Progress(pictures, "preview", "picture") as bar,
    ):
        for item in items:
            shot = _camera(studio, Path(scratch) / "shot.png", options)
            try:
                shown = _show(studio, pack, item)
                tile = _captioned(_portrait(shot, shown), item.name, _facts(item, shown))
                if item in turntables:
                    file = out.with_name(f"{out.stem}_{item.name}.webp")
                    _write_animation(file, list(_turntable(shot, shown, options.turns, bar)))
                    written.append(file)
            except (JobError, AssetError) as error:
                failed += 1
                tile = _captioned(_blank(options.height_px, str(error)), item.name, item.kind)
            tiles.append(tile)
            bar.update()
    for broken in pack.broken:
        tiles.append(_captioned(_blank(options.height_px, str(broken.error)), broken.item, "broken"))
    cv2.imwrite(str(out), _sheet(tiles, pack), [cv2.IMWRITE_JPEG_QUALITY, 93])
    print(f"{len(tiles)} items in {out}")
    for file in written:
        print(f"turntable in {file}")
    if not turntables and not options.turntable:
        print("no turntables, because the pack is large; use --turntable ITEM or --turntable all")
    if failed:
        print(f"{failed} could not be shown; `blender-synth assets check {options.what}` has details")
    return int(failed > 0)


def _turntable_items(asked: list[str], pack: Pack, items: list[Item[Any]]) -> list[Item[Any]]:
    if asked == ["none"]:
        return []
    if asked == ["all"] or (not asked and len(items) <= FEW_ITEMS):
        return items
    chosen = [pack.item(name) for name in asked]
    for item in chosen:
        if item not in items:
            raise AssetError(f"a {item.kind} has no turntable", file=pack.folder, value=item.name, hint="leave it out")
    return chosen


def _make_folder(out: Path) -> None:
    if not cv2.haveImageWriter(str(out)):
        raise RunError(
            "no picture can be written under this name", file=out, hint="use a name that ends in .jpg or .png"
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError("the folder cannot be created", file=out.parent, hint=str(error)) from None


def _show(studio: BlenderProcess, pack: Pack, item: Item[Any]) -> dict[str, Any]:
    spec = TypeAdapter(PropSpec).dump_python(_centred_prop(pack, item), mode="json")
    return studio.ask("show", spec=spec, folder=str(pack.folder))


def _centred_prop(pack: Pack, item: Item[Any]) -> PropSpec:
    """The item at the world's origin, facing +X."""
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


def _camera(studio: BlenderProcess, file: Path, options: argparse.Namespace) -> Shot:
    """A function that renders the item in the studio: (H, W, 3) uint8, BGR."""

    def shot(share: float = 1.0, samples_share: float = 1.0, **settings: Any) -> np.ndarray:
        height = max(16, round(options.height_px * share))
        size = {"width_px": max(16, round(height * 1.2)), "height_px": height}
        size["samples"] = max(1, round(options.samples * samples_share))
        studio.ask("shot", **{"out": str(file), "turn_deg": 0.0, "figure": True, **size, **settings})
        return cv2.imread(str(file))

    return shot


def _portrait(shot: Shot, shown: dict[str, Any]) -> np.ndarray:
    """An item from the front left; small ones as close-ups, with the figure in an inset."""
    if max(shown["size_m"]) >= CLOSE_UP_BELOW_M:
        return shot()
    tile, inset = shot(figure=False, fill=0.66), shot(share=0.36)
    height, width, _ = inset.shape
    tile[:height, -width:] = inset
    cv2.line(tile, (tile.shape[1] - width - 1, 0), (tile.shape[1] - width - 1, height), _PAPER, 1)
    cv2.line(tile, (tile.shape[1] - width - 1, height), (tile.shape[1], height), _PAPER, 1)
    return tile


def _turntable(shot: Shot, shown: dict[str, Any], turns: int, bar: Progress) -> Iterator[np.ndarray]:
    """Views from all sides; the figure stands next to large items only."""
    settings: dict[str, Any] = {"whole": True, "bounces": 1, "figure": max(shown["size_m"]) >= CLOSE_UP_BELOW_M}
    for number in range(turns):
        yield shot(_TURN_SHARE, _TURN_SAMPLES, turn_deg=number * 360.0 / turns, **settings)
        bar.update()


def _write_animation(file: Path, frames: list[np.ndarray]) -> None:
    """Write an animated WebP that repeats forever. Every browser and OpenCV can read it."""
    animation = cv2.Animation()
    animation.frames = frames
    animation.durations = [_ROUND_MS // len(frames)] * len(frames)
    animation.loop_count = 0
    if not cv2.imwriteanimation(str(file), animation, [cv2.IMWRITE_WEBP_QUALITY, 92]):
        raise BlenderSynthError("the turntable could not be written", file=file, hint="check that the disk is not full")


def _facts(item: Item[Any], shown: dict[str, Any]) -> str:
    """The caption of an item: category, size, triangles."""
    kind = item.terms.category if item.kind == "prop" else item.kind
    size = " x ".join(f"{side:.2f}" for side in shown["size_m"]) + " m"
    return f"{kind}   {size}   {shown['triangles']:,} tris"


def _captioned(picture: np.ndarray, name: str, facts: str) -> np.ndarray:
    """A tile with two lines of text below it."""
    strip = np.full((_CAPTION_PX, picture.shape[1], 3), _PAPER, np.uint8)
    _write(strip, name, (6, 16), 0.45, _INK)
    _write(strip, facts, (6, 33), 0.38, _PALE)
    return np.concatenate([picture, strip])


def _blank(height: int, why: str) -> np.ndarray:
    """A tile for an item that cannot be shown."""
    width = round(height * 1.2)
    tile = np.full((height, width, 3), (70, 66, 120), np.uint8)
    columns = max(10, width // 7)
    lines = [line[k : k + columns] for line in why.splitlines() for k in range(0, max(len(line), 1), columns)]
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


def _write(
    picture: np.ndarray, text: str, position: tuple[int, int], size: float, colour: tuple[int, int, int]
) -> None:
    plain = text.encode("ascii", "replace").decode()  # the font has no other characters
    room = picture.shape[1] - position[0]
    size = max(0.3, min(size, size * room / max(cv2.getTextSize(plain, cv2.FONT_HERSHEY_SIMPLEX, size, 1)[0][0], 1)))
    cv2.putText(picture, plain, position, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)
