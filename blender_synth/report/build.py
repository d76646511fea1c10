"""Writes the report: the page, thumbnails, and JSON in scripts, since a page at `file://` may load scripts only.

index.html  app/*.js  app/style.css  app/vega.js
data/summary.js          totals, near-duplicates, credits, failures
data/0000.js ...         what filters and charts need, 500 pictures each
frames/000000.js ...     outlines, keypoints and all attributes of a picture
thumbnails/  depth/      pictures/ (only where the browser cannot show the source itself)
report.json              marks the folder as a report
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from importlib import metadata, resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

import cv2
import jinja2
import numpy as np
import vl_convert

from blender_synth import __version__
from blender_synth.cache import cache_folder, write_atomically
from blender_synth.categories import PEDESTRIAN, REFLECTION
from blender_synth.durable import take_place
from blender_synth.errors import RunError
from blender_synth.exporters.pictures import write_image
from blender_synth.frames.run_folder import disk_errors
from blender_synth.keypoints import COCO_KEYPOINTS, COCO_SKELETON
from blender_synth.progress import Progress
from blender_synth.report.duplicates import difference_hash, near_duplicates
from blender_synth.report.entry import Entry, Mark
from blender_synth.report.outlines import depth_picture
from blender_synth.report.sources import Source, open_source
from blender_synth.strict_json import json_in_page

MARKER = "report.json"
CHUNK = 500
_THUMBNAIL_PX, _DEPTH_PX = 320, 640
_MOST_DUPLICATES = 500
_VEGA_SNIPPET = "window.vegaEmbed = vegaEmbed;"
_FACETS = ("weather", "scene", "time_of_day", "split", "rig", "run")


def write_report(path: Path, output: Path | None = None) -> Path:
    """Write the report of a run or dataset; a former report is replaced once the new one is complete.

    Args:
        output: folder of the report; by default `report` in `path`.

    Returns:
        The page.

    Raises:
        RunError: there is nothing to show, the folder holds other files, or the disk is full.
    """
    folder = Path(output) if output is not None else Path(path) / "report"
    if folder.exists() and not (folder / MARKER).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunError(
            "the report folder holds other files",
            file=folder, key="--output", value=str(folder), hint="choose another folder, or empty it",
        )  # fmt: skip
    source = open_source(Path(path))
    with disk_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        try:
            write_pages(source, temporary, folder)
            shutil.rmtree(folder, ignore_errors=True)
            take_place(temporary, folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return folder / "index.html"


def write_pages(source: Source, folder: Path, final: Path) -> None:
    """Write all files of a report into an empty folder, which will then be at `final`."""
    for name in ("app", "data", "frames", "thumbnails", "depth", "pictures"):
        (folder / name).mkdir()
    rows: list[dict[str, Any]] = []
    hashes, groups = [], []
    totals: Counter[str] = Counter()
    credits: Counter[tuple[str, str, str, str]] = Counter()
    with Progress(source.count, "report", "picture") as bar:
        for index, entry in enumerate(source.entries):
            rows.append(_write_entry(index, entry, folder, final))
            hashes.append(difference_hash(entry.picture))
            groups.append(_scene(entry))
            totals.update(mark.kind for mark in entry.marks)
            credits.update(set(entry.credits))
            if len(rows) == CHUNK:
                _write_chunk(folder, index // CHUNK, rows)
                rows = []
            bar.update()
    if rows:
        _write_chunk(folder, (len(groups) - 1) // CHUNK, rows)
    pairs = near_duplicates(np.array(hashes, np.uint16).reshape(-1, 16), groups)
    summary = {
        "title": source.path.resolve().name,
        "kind": source.kind,
        "path": str(source.path),
        "pictures": len(groups),
        "chunks": math.ceil(len(groups) / CHUNK),
        "totals": dict(totals),
        "joints": COCO_KEYPOINTS,
        "skeleton": COCO_SKELETON,
        "facets": _FACETS,
        "duplicates": pairs[:_MOST_DUPLICATES],
        "duplicates_found": len(pairs),
        "credits": [[*credit, number] for credit, number in sorted(credits.items())],
        "failures": source.failures,
        "runs": [str(run) for run in source.runs],
        "version": __version__,
    }
    _write_script(folder / "data" / "summary.js", "summary", summary)
    _write_app(folder, summary)
    for name in ("depth", "pictures"):
        if not any((folder / name).iterdir()):
            (folder / name).rmdir()
    write_atomically(folder / MARKER, json.dumps({"blender_synth": __version__, "pictures": len(groups)}) + "\n")


def _scene(entry: Entry) -> str:
    """What pictures share that are alike on purpose: paired frames, several visibilities."""
    facts = entry.facts
    if "scene_index" not in facts:
        return entry.group
    return "/".join(str(facts.get(name, "")) for name in ("run", "root_seed", "seed", "scene_index", "scene"))


def _write_app(folder: Path, summary: Mapping[str, Any]) -> None:
    static = resources.files("blender_synth.report") / "static"
    for file in static.iterdir():
        if file.name.endswith((".js", ".css")):
            (folder / "app" / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "app" / "vega.js").write_bytes(vega_script().read_bytes())
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
        (static / "index.html.j2").read_text(encoding="utf-8")
    )
    (folder / "index.html").write_text(template.render(summary), encoding="utf-8")


def vega_script() -> Path:
    """Vega, Vega-Lite and Vega-Embed as one script, from the package that ships them; kept in the cache."""
    version = metadata.version("vl-convert-python")
    file = cache_folder("report") / f"vega-{version}.js"
    if not file.is_file():
        write_atomically(file, vl_convert.javascript_bundle(_VEGA_SNIPPET))
    return file


def _write_chunk(folder: Path, number: int, rows: list[dict[str, Any]]) -> None:
    _write_script(folder / "data" / f"{number:04d}.js", "rows", rows)


def _write_script(file: Path, call: str, *arguments: object) -> None:
    text = ", ".join(json_in_page(argument) for argument in arguments)
    file.write_text(f"report.{call}({text});\n", encoding="ascii")


def _write_entry(index: int, entry: Entry, folder: Path, final: Path) -> dict[str, Any]:
    """Write the files of one picture; returns its row for filters and charts."""
    height, width = entry.picture.shape[:2]
    bgr = cv2.cvtColor(entry.picture, cv2.COLOR_RGB2BGR)
    scale = min(1.0, _THUMBNAIL_PX / width)
    small = cv2.resize(bgr, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA)
    write_image(folder / "thumbnails" / f"{index:06d}.jpg", small, 82)
    if entry.file is not None:
        picture = quote(os.path.relpath(entry.file.resolve(), final.resolve()).replace(os.sep, "/"))
    else:
        picture = f"pictures/{index:06d}.jpg"
        write_image(folder / picture, bgr, 92)
    depth = None
    if entry.depth_m is not None:
        depth = f"depth/{index:06d}.png"
        write_image(folder / depth, depth_picture(entry.depth_m, _DEPTH_PX))
    details = {
        "picture": picture,
        "depth": depth,
        "facts": entry.facts,
        "seconds": entry.seconds,
        "marks": [_mark(mark) for mark in entry.marks],
        "credits": entry.credits,
    }
    _write_script(folder / "frames" / f"{index:06d}.js", "details", index, details)
    return _row(entry, width, height)


def _mark(mark: Mark) -> dict[str, Any]:
    return {
        "kind": mark.kind,
        "faint": mark.kind == "reflection" and not _shows_person(mark),
        "id": mark.number,
        "category": mark.category,
        "name": mark.name,
        "outline": mark.outline,
        "box": [round(value, 1) for value in mark.bbox],
        "of": mark.source,
        "via": mark.via,
        "points": [[round(x, 1), round(y, 1), flag] for x, y, flag in mark.keypoints],
        "values": mark.values,
    }


def _shows_person(mark: Mark) -> bool:
    """Whether a mark is a person or the reflection of one."""
    return mark.kind == "person" or (mark.kind == "reflection" and mark.category in (REFLECTION, PEDESTRIAN))


def _row(entry: Entry, width: int, height: int) -> dict[str, Any]:
    facts = entry.facts
    mirrors = {mark.number: str(mark.values["mirror_kind"]) for mark in entry.marks if "mirror_kind" in mark.values}
    kinds = facts.get("mirror_kinds")
    return {
        "name": entry.name,
        "size": [width, height],
        **{name: str(facts[name]) for name in _FACETS if facts.get(name) not in (None, "")},
        "hour": facts.get("hour"),
        "mor": facts.get("mor_m"),
        "mirrors": sorted({*mirrors.values(), *(map(str, kinds) if isinstance(kinds, list) else ())}),
        "seconds": entry.seconds,
        "people": [_person(mark, mirrors, width, height) for mark in entry.marks if _shows_person(mark)],
    }


def _person(mark: Mark, mirrors: Mapping[int, str], width: int, height: int) -> list[Any]:
    """One person or reflection for charts: whether it is a reflection, height in pixels, visibility, distance,
    transmittance, centre x and y (0 to 1), kind of its first mirror, flags of the joints."""
    x, y, w, h = mark.bbox
    values = mark.values
    kind = mirrors.get(mark.via[0], "not in view") if mark.via else None
    return [
        int(mark.kind == "reflection"),
        round(h),
        *(values.get(name) for name in ("visibility", "distance_m", "transmittance")),
        round((x + w / 2) / width, 3),
        round((y + h / 2) / height, 3),
        kind,
        "".join(str(flag) for _, _, flag in mark.keypoints),
    ]
