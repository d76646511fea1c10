"""`assets preview`: contact sheets and turntables of a pack, of random people or of a scene."""

from __future__ import annotations

import argparse
import shlex
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pydantic import TypeAdapter

from blender_synth.blender_process import BlenderProcess, JobError
from blender_synth.config import compose
from blender_synth.errors import AssetError, BlenderSynthError, RunError
from blender_synth.pack_tools import check, preview_page, preview_sheet, scenes
from blender_synth.pack_tools.numbers import count
from blender_synth.pack_tools.preview_sheet import Card, Title
from blender_synth.packs import Item
from blender_synth.packs.limits import MOST_MEMORY_BYTES
from blender_synth.packs.manifest import MANIFEST, read_manifest
from blender_synth.packs.report import Finding
from blender_synth.packs.survey import UNKNOWN_LICENCE, Entry, survey
from blender_synth.progress import Progress
from blender_synth.suggestions import hint_among
from blender_synth.world.placement.props import PropSpec

COLUMNS = 6
TURNS = 18
_TURN_SHARE, _TURN_SAMPLES = 0.75, 0.4
"""Height and samples of a turntable's views over those of the sheet."""
FEW_ITEMS = 3
"""Up to this number of items, every item gets a turntable by default."""
CLOSE_UP_BELOW_M = 0.9
"""Smaller items fill their tile; the figure is shown in an inset."""
_PAPER = (46, 44, 42)
_LONGEST_TEXT = 500
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
    """Render the sheet and the page of a pack; returns 1 if an item could not be shown, whose tile then says why."""
    folder = Path(options.what)
    head = read_manifest(folder / MANIFEST)
    folder = folder.resolve()
    if options.out is not None:
        _make_folder(options.out)
    pack = survey(folder)
    turntables = _turntable_entries(options.turntable, folder, pack.entries)
    findings = check.findings_of(folder, pack)
    if not findings and not any(entry.terms.shaped for entry in pack.entries):
        raise AssetError("the pack has no item that can be shown", file=folder, hint="see `assets list`")
    out = options.out or Path("out") / f"{pack.name}.jpg"
    _make_folder(out)
    cards = list(_cards(options, out, folder, pack.entries, findings, turntables))
    known = {card.name for card in cards}
    strays = [finding for finding in findings if finding.item not in known]
    for name in dict.fromkeys(finding.item for finding in strays if finding.item):
        cards.append(Card(name, "unusable", findings=_sorted(f for f in strays if f.item == name)))
    general = _sorted(finding for finding in strays if not finding.item)
    title = Title(pack.name, *(_text(head.get(key)) for key in ("version", "licence", "author", "description")))
    tiles = [card for card in cards if card.picture is not None or card.findings]
    sheet = preview_sheet.sheet(tiles, title, general, options.height_px)
    cv2.imwrite(str(out), sheet, [cv2.IMWRITE_JPEG_QUALITY, 93])
    page = preview_page.write(out.with_suffix(".html"), cards, title, general)
    print(f"{len(tiles)} items in {out}")
    print(f"page in {page}")
    for card in cards:
        if card.turntable is not None:
            print(f"turntable in {card.turntable}")
    if not turntables and not options.turntable:
        print("no turntables, because the pack is large; use --turntable ITEM or --turntable all")
    errors = sum(finding.severity == "error" for finding in findings)
    blank = sum(card.picture is None for card in tiles)
    if blank:
        print(f"{blank} could not be shown")
    if errors:
        print(f"{errors} errors are on the sheet; `blender-synth assets check {shlex.quote(options.what)}` has details")
    return int(blank > 0)


def _text(value: object) -> str:
    """A text or number of a manifest that was not checked."""
    return str(value)[:_LONGEST_TEXT] if isinstance(value, str | int | float) else ""


def _cards(
    options: argparse.Namespace,
    out: Path,
    folder: Path,
    entries: Sequence[Entry],
    findings: Sequence[Finding],
    turntables: Container[str],
) -> Iterator[Card]:
    """Each item, rendered if it is a shape that can be read."""
    pictures = sum(entry.terms.shaped for entry in entries) + options.turns * sum(e.name in turntables for e in entries)
    with (
        BlenderProcess(f"{_MODULES}.preview_items", _TIMEOUT_S, memory_limit_bytes=MOST_MEMORY_BYTES) as studio,
        tempfile.TemporaryDirectory() as scratch,
        Progress(pictures, "preview", "picture") as bar,
    ):
        for entry in entries:
            terms = entry.terms
            found = tuple(f for f in findings if f.item == entry.name)
            card = Card(
                entry.name, terms.kind, terms.category, entry.file, terms.licence, terms.author, findings=_sorted(found)
            )
            if terms.licence == UNKNOWN_LICENCE:
                card = replace(card, licence="")
            item = entry.item or entry.rough
            if not terms.shaped:
                yield card
                continue
            if item is not None and entry.readable:
                try:
                    turn = bar if entry.name in turntables else None
                    card = _shown(card, studio, folder, item, Path(scratch), out, options, turn)
                except (BlenderSynthError, JobError) as error:
                    text = f"it could not be shown: {error.problem if isinstance(error, BlenderSynthError) else error}"
                    failure = Finding("not_shown", "error", text, file=entry.file, item=entry.name)
                    size = tuple(float(side) for side in (item.box_m[1] - item.box_m[0]) * np.array(item.scale()))
                    card = replace(card, size_m=size, findings=_sorted([*card.findings, failure]))
            yield card
            bar.update()


def _shown(
    card: Card,
    studio: BlenderProcess,
    folder: Path,
    item: Item[Any],
    scratch: Path,
    out: Path,
    options: argparse.Namespace,
    turn: Progress | None,
) -> Card:
    """The card with pictures; `turn` counts those of its turntable, and is None where it gets none."""
    shot = camera(studio, scratch / "shot.png", options)
    shown = show(studio, item, folder)
    card = replace(card, size_m=tuple(shown["size_m"]), triangles=shown["triangles"], picture=portrait(shot, shown))
    if turn is None:
        return card
    file = out.with_name(f"{out.stem}_{item.name}.webp")
    _write_animation(file, list(_turntable(shot, shown, options.turns, turn)))
    return replace(card, turntable=file)


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.severity != "error"))


def _turntable_entries(asked: list[str], folder: Path, entries: Sequence[Entry]) -> set[str]:
    """Names of the items that get a turntable."""
    shapes = {entry.name for entry in entries if entry.terms.shaped}
    if asked == ["none"]:
        return set()
    if asked == ["all"] or (not asked and len(shapes) <= FEW_ITEMS):
        return shapes
    kinds = {entry.name: entry.terms.kind for entry in entries}
    for name in asked:
        if name not in kinds:
            raise AssetError("the pack has no such item", file=folder, value=name, hint=hint_among(name, sorted(kinds)))
        if name not in shapes:
            raise AssetError(f"a {kinds[name]} has no turntable", file=folder, value=name, hint="leave it out")
    return set(asked)


def _make_folder(out: Path) -> None:
    if not cv2.haveImageWriter(str(out)):
        raise RunError(
            "no picture can be written under this name", file=out, hint="use a name that ends in .jpg or .png"
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError("the folder cannot be created", file=out.parent, hint=str(error)) from None


def show(studio: BlenderProcess, item: Item[Any], folder: Path) -> dict[str, Any]:
    """Put an item of a pack in a folder into the studio; returns its size and triangles."""
    spec = TypeAdapter(PropSpec).dump_python(_centred_prop(item), mode="json")
    return studio.ask("show", spec=spec, folder=str(folder))


def _centred_prop(item: Item[Any]) -> PropSpec:
    """The item at the world's origin, facing +X."""
    origin = item.origin_m("pavement")
    low, high = ((item.box_m - np.array(origin)) * np.array(item.scale())).tolist()
    return PropSpec(
        instance_id=2101,
        category=item.terms.category,
        pack="preview",
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


def camera(studio: BlenderProcess, file: Path, options: argparse.Namespace) -> Shot:
    """A function that renders the item in the studio: (H, W, 3) uint8, BGR."""

    def shot(share: float = 1.0, samples_share: float = 1.0, **settings: Any) -> np.ndarray:
        height = max(16, round(options.height_px * share))
        size = {"width_px": max(16, round(height * 1.2)), "height_px": height}
        size["samples"] = max(1, round(options.samples * samples_share))
        studio.ask("shot", **{"out": str(file), "turn_deg": 0.0, "figure": True, **size, **settings})
        return cv2.imread(str(file))

    return shot


def portrait(shot: Shot, shown: dict[str, Any]) -> np.ndarray:
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
