"""report.html of a model: table, before and after, photographs, curves, strips."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import jinja2
import numpy as np

from blender_synth.cache import write_atomically
from blender_synth.exporters.pictures import write_image
from blender_synth.learn.curves import CURVE, read_curve
from blender_synth.report.build import vega_script
from blender_synth.strict_json import json_in_page

FILES = "report_files"
STRIPS = "strips"
_STRIP_PX = 320
_NAMES = {
    "unrefined": "unrefined frames", "histogram": "histogram matching", "fda": "FDA", "refined": "refined",
    "camera": "camera alone", "known camera": "through the camera itself",
    "photographs": "other photographs", "generated": "generated from labels",
}  # fmt: skip
_NUMBERS = (
    ("edges", 2), ("structure", 2), ("block", 2), ("flow_px", 2), ("reflection_ev", 2), ("tint", 1), ("iou_loss", 3),
    ("tone", 2), ("vivid", 2),
)  # fmt: skip


def write_model_page(
    folder: Path,
    facts: Mapping[str, Any],
    pictures: Sequence[Sequence[np.ndarray]],
    photographs: Sequence[np.ndarray],
    shown: Sequence[str] = ("before", "after"),
    title: str = "Refiner",
) -> Path:
    """Write the page; returns it. It shows photographs: it is for the owner of the model, as the model is.

    Args:
        pictures: of each frame as many as `shown` names, (H, W, 3) uint8 RGB.
    """
    files = folder / FILES
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir(parents=True)
    shutil.copyfile(vega_script(), files / "vega.js")
    frames = []
    for number, of_frame in enumerate(pictures):
        names = [f"{number:02d}_{kind}.jpg" for kind in shown]
        for name, picture in zip(names, of_frame, strict=True):
            write_image(files / name, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), 92)
        frames.append(list(zip(names, shown, strict=True)))
    photo_files = []
    for number, picture in enumerate(photographs):
        photo_files.append(f"photo_{number:02d}.jpg")
        write_image(files / photo_files[-1], cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), 90)
    strips = sorted(path.name for path in (folder / STRIPS).glob("*.jpg"))
    charts = _charts(folder)
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
        (resources.files("blender_synth.refine") / "page.html.j2").read_text(encoding="utf-8")
    )
    text = template.render(
        facts=facts, columns=[name.replace("_", " ") for name, _ in _numbers(facts)], rows=_rows(facts), frames=frames,
        photos=photo_files, strips=strips, charts=charts, files=FILES, shown=shown, title=title,
        specs=json_in_page([chart["spec"] for chart in charts]),
    )  # fmt: skip
    page = folder / "report.html"
    write_atomically(page, text)
    return page


def write_strip(file: Path, columns: Sequence[Sequence[np.ndarray]]) -> None:
    """A picture of several frames side by side, each with its pictures (H, W, 3) uint8 below each other."""
    shown = []
    for pictures in columns:
        column = np.vstack(pictures)
        size = (_STRIP_PX, round(_STRIP_PX * column.shape[0] / column.shape[1]))
        shown.append(cv2.resize(column, size, interpolation=cv2.INTER_AREA))
    least = min(column.shape[0] for column in shown)
    strip = np.hstack([column[:least] for column in shown])
    file.parent.mkdir(exist_ok=True)
    write_image(file, cv2.cvtColor(strip, cv2.COLOR_RGB2BGR), 90)


def _numbers(facts: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [*_NUMBERS, *(pair for pair in (("kid", 4), ("fid", 2)) if pair[0] in facts["rows"]["unrefined"])]


def _rows(facts: Mapping[str, Any]) -> list[list[str]]:
    first = facts["rows"]["unrefined"]["distance"]
    rows = []
    for name, row in facts["rows"].items():
        off = "" if name == "unrefined" or not first else f"{100 * (1 - row['distance'] / first):.0f} %"
        numbers = [_text(row.get(key), digits) for key, digits in _numbers(facts)]
        kept = f"{100 * row['kept']:.0f} %" if "kept" in row else "–"
        rows.append([_NAMES.get(name, name), f"{row['distance']:.3f}", off, kept, *numbers])
    return rows


def _text(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _charts(folder: Path) -> list[dict[str, Any]]:
    rows = read_curve(folder / CURVE) if (folder / CURVE).is_file() else []
    charts = []
    for title, names in (
        ("Losses", ("generator", "discriminator")),
        ("Parts of the generator's loss", ("content", "tint", "statistics", "features", "colour", "labels")),
        ("Share of patches that the discriminator gets right", ("right",)),
    ):
        values = [{"step": r["step"], "value": r[name], "name": name} for r in rows for name in names if name in r]
        spec = {
            "width": "container", "height": 200, "data": {"values": values}, "mark": {"type": "line"},
            "encoding": {
                "x": {"field": "step", "type": "quantitative"},
                "y": {"field": "value", "type": "quantitative", "title": None, "scale": {"zero": False}},
                "color": {"field": "name", "type": "nominal", "title": None},
            },
        }  # fmt: skip
        charts.append({"title": title, "spec": spec})
    return charts
