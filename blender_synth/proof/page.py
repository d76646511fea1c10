"""Stage 6: the page with tables, curves and pictures of hits and misses, and the table for the terminal."""

from __future__ import annotations

import math
import os
import shutil
import statistics
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import jinja2
import numpy as np

from blender_synth.cache import write_atomically
from blender_synth.exporters.pictures import write_image
from blender_synth.learn.curves import CURVE, read_curve
from blender_synth.proof.datasets import Dataset
from blender_synth.proof.measures import (
    PEDESTRIAN_ROW,
    REFLECTION_ROW,
    Matched,
    Seen,
    read_results,
)
from blender_synth.proof.settings import ProofSettings
from blender_synth.report.build import vega_script
from blender_synth.strict_json import json_in_page

if TYPE_CHECKING:
    from blender_synth.proof.comparison import Comparison, Difference
    from blender_synth.proof.stages import Row

FILES = "report_files"
_SHOWN = 10
_WIDTH_PX = 640
_MOST_BOXES = 15
"""Detections drawn in a picture, the best ones: a weak detector is measured at scores where it has a hundred."""
_GREEN, _MAGENTA, _YELLOW = (92, 163, 20), (180, 43, 208), (40, 190, 250)
"""Blue, green, red."""

Table = dict[str, Any]


def table_text(rows: Sequence[Row], recall: float, common: float) -> str:
    """The table of the test set `all` for a terminal."""
    return _as_text(_headline(rows, "all", recall, common))


def differences_text(differences: Mapping[str, Mapping[str, Comparison]], rows: Sequence[Row], common: float) -> str:
    """The differences between arms for a terminal."""
    return _as_text(_differences(differences, rows, common))


def _as_text(table: Table) -> str:
    lines = [table["columns"], *table["rows"]]
    widths = [max(len(str(line[i])) for line in lines) for i in range(len(table["columns"]))]
    return "\n".join(
        "  ".join(
            str(c).ljust(w) if i < 2 else str(c).rjust(w) for i, (c, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def write_page(
    settings: ProofSettings,
    rows: Sequence[Row],
    sets: Mapping[str, Dataset],
    facts: Mapping[str, Any],
    differences: Mapping[str, Mapping[str, Comparison]],
) -> Path:
    """Write report.html and its files; returns the page.

    Args:
        differences: by test set, then by pair of arms.
    """
    folder = settings.output / FILES
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copyfile(vega_script(), folder / "vega.js")
    common = float(facts["common_recall"])
    tables = [
        _headline(rows, "all", settings.recall, common),
        *([_differences(differences, rows, common)] if any(differences.values()) else []),
        _precision(rows, "all"),
        _by_test(rows, sets, common),
        _by_mirror(rows),
    ]
    tables += [table for table in (_lookalikes(rows),) if table["rows"]]
    tables += [_headline(rows, "photos", settings.recall, common)] if "photos" in sets else []
    charts = [*_learning_curves(rows), *_training_curves(settings, rows)]
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
        (resources.files("blender_synth.proof") / "page.html.j2").read_text(encoding="utf-8")
    )
    text = template.render(
        facts=facts, tables=tables, charts=charts, galleries=_galleries(settings, rows, sets, folder), files=FILES,
        hours=_hours, specs=json_in_page([chart["spec"] for chart in charts]),
    )  # fmt: skip
    page = settings.output / "report.html"
    write_atomically(page, text)
    return page


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.0f} min"


def _groups(rows: Sequence[Row], test: str) -> dict[tuple[str, str], list[Row]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.test == test:
            groups.setdefault((row.group, row.title), []).append(row)
    return groups


def mean_text(values: Sequence[float], percent: bool = True) -> str:
    """Mean and, of several, the standard deviation."""
    real = [value for value in values if math.isfinite(value)]
    if not real:
        return "–"
    scale, digits = (100, 1) if percent else (1, 2)
    text = f"{scale * statistics.fmean(real):.{digits}f}"
    return f"{text} ± {scale * statistics.stdev(real):.{digits}f}" if len(real) > 1 else text


def _interval(rows: Sequence[Row], common: bool) -> str:
    found = [row.common if common else row.measures.mistaken for row in rows]
    low, high = (statistics.fmean([getattr(m, name) for m in found]) for name in ("low", "high"))
    return f"{100 * low:.0f} – {100 * high:.0f}" if math.isfinite(low) else "–"


def _headline(rows: Sequence[Row], test: str, recall: float, common: float) -> Table:
    groups = _groups(rows, test)
    first = next(iter(groups.values()))[0].measures.mistaken if groups else None
    return {
        "title": "Reflections reported as pedestrians" + ("" if test == "all" else f": {test}"),
        "note": "In per cent. "
        + (f"{first.pedestrians} pedestrians and {first.reflections} reflections are measured. " if first else "")
        + "The score from which a detection counts is the one that finds the wanted share of the pedestrians, or the "
        "lowest one where a detector never finds as many; then at the share that all find. The range is that of 95 % "
        "of 1000 resamplings of the scenes. Separation: chance that a pedestrian scores higher than a reflection (50: "
        "a coin toss). ±: standard deviation between seeds.",
        "columns": [
            "arm", "trained on", "seeds", f"mistaken at recall {recall:.2f}", "95 %", "recall",
            "reflections called pedestrians, of those found", "pedestrians called reflections",
            "other false alarms / picture", f"mistaken at recall {common:.2f}", "95 % ", "separation",
            "missed < 1 m from a mirror", "missed elsewhere",
        ],
        "rows": [
            [
                group, title, len(found),
                mean_text([row.measures.mistaken.share for row in found]), _interval(found, False),
                mean_text([row.measures.mistaken.recall for row in found]),
                mean_text([row.measures.mistaken.confused for row in found]),
                mean_text([row.measures.mistaken.lost for row in found]),
                mean_text([row.measures.mistaken.false_per_picture for row in found], False),
                mean_text([row.common.share for row in found]), _interval(found, True),
                mean_text([row.separation for row in found]),
                mean_text([row.measures.missed_near for row in found]),
                mean_text([row.measures.missed_far for row in found]),
            ]
            for (group, title), found in groups.items()
        ],
    }  # fmt: skip


def _differences(differences: Mapping[str, Mapping[str, Comparison]], rows: Sequence[Row], common: float) -> Table:
    reflections = {row.test: row.measures.mistaken.reflections for row in rows}

    def texts(difference: Difference) -> tuple[str, str]:
        if not math.isfinite(difference.low):
            return "–", "–"
        return f"{100 * difference.value:+.1f}", f"{100 * difference.low:+.0f} to {100 * difference.high:+.0f}"

    return {
        "title": "Differences between arms",
        "note": "In percentage points, means over the seeds. Both arms see the same scenes, which are resampled in "
        "pairs: where the range does not hold 0, the difference is more than chance on scenes like these. How much it "
        "depends on the seed is not in the range. In brackets: number of reflections; a few say nothing.",
        "columns": ["difference", "pictures", f"mistaken at recall {common:.2f}", "95 %", "separation", "95 % "],
        "rows": [
            [name, f"{test} ({reflections[test]})", *texts(pair.mistaken), *texts(pair.separation)]
            for test, pairs in differences.items()
            for name, pair in pairs.items()
        ],
    }  # fmt: skip


def _precision(rows: Sequence[Row], test: str) -> Table:
    names = [f"{kind} {shape}{level}" for kind in (PEDESTRIAN_ROW, REFLECTION_ROW) for shape in ("box", "mask")
             for level in ("", " 50")]  # fmt: skip
    return {
        "title": "Average precision",
        "note": "COCO's AP (mean over IoU 0.5 to 0.95) and AP50, in per cent, by pycocotools.",
        "columns": ["arm", "trained on", *names],
        "rows": [
            [group, title, *(mean_text([row.measures.ap.get(name, math.nan) for row in found]) for name in names)]
            for (group, title), found in _groups(rows, test).items()
        ],
    }


def _by_test(rows: Sequence[Row], sets: Mapping[str, Dataset], common: float) -> Table:
    return {
        "title": "By test set",
        "note": f"Reflections reported as pedestrians at recall {common:.2f} of that set | AP50 of pedestrians | "
        "AP50 of reflections, in per cent.",
        "columns": ["arm", "trained on", *(f"{name} ({len(dataset.pictures)})" for name, dataset in sets.items())],
        "rows": [
            [group, title, *(
                " | ".join((
                    mean_text([row.common.share for row in found]),
                    mean_text([row.measures.ap.get("pedestrian box 50", math.nan) for row in found]),
                    mean_text([row.measures.ap.get("reflection box 50", math.nan) for row in found]),
                )) if (found := _groups(rows, name).get((group, title))) else "–"
                for name in sets
            )]
            for group, title in dict.fromkeys((row.group, row.title) for row in rows)
        ],
    }  # fmt: skip


def _shares(rows: Sequence[Row], title: str, note: str, of: Callable[[Row], Mapping[str, tuple[float, int]]]) -> Table:
    chosen = [row for row in rows if row.test == "all"]
    counts: dict[str, int] = {}
    for row in chosen:
        counts |= {name: count for name, (_, count) in of(row).items()}
    return {
        "title": title,
        "note": note,
        "columns": ["arm", "trained on", *(f"{name} ({count})" for name, count in sorted(counts.items()))],
        "rows": [
            [group, text, *(mean_text([_of(of(row), name) for row in found]) for name in sorted(counts))]
            for (group, text), found in _groups(chosen, "all").items()
        ] if counts else [],
    }  # fmt: skip


def _of(shares: Mapping[str, tuple[float, int]], name: str) -> float:
    return shares[name][0] if name in shares else math.nan


def _by_mirror(rows: Sequence[Row]) -> Table:
    note = "Reflections reported as pedestrians, in per cent, by the mirror that shows them, and their number."
    return _shares(rows, "By kind of mirror", note, lambda row: row.measures.by_mirror)


def _lookalikes(rows: Sequence[Row]) -> Table:
    note = "Look-alikes reported as pedestrians, in per cent, and their number."
    return _shares(rows, "Mannequins, posters, screens, statues", note, lambda row: row.measures.lookalikes)


def _learning_curves(rows: Sequence[Row]) -> list[dict[str, Any]]:
    values = [
        {"pictures": row.count, "seed": row.seed, "share": 100 * row.common.share,
         "AP50": 100 * row.measures.ap.get("reflection box 50", math.nan)}
        for row in rows if row.test == "all" and row.count is not None
    ]  # fmt: skip
    if not values:
        return []
    return [
        {"title": title, "spec": _spec(values, _line("pictures", "pictures", field, text, "log"))}
        for title, field, text in (
            ("Learning curve: mistaken reflections", "share", "per cent"),
            ("Learning curve: AP50 of reflections", "AP50", "per cent"),
        )
    ]


def _training_curves(settings: ProofSettings, rows: Sequence[Row]) -> list[dict[str, Any]]:
    names = dict.fromkeys(row.file.parent.name for row in rows if row.seed is not None)
    values = [
        {"training": name, "step": row["step"], "loss": row["loss"]}
        for name in names
        if (file := settings.output / "trainings" / name / CURVE).is_file()
        for row in read_curve(file)
        if "loss" in row
    ]
    encoding = {
        **_line("step", "step", "loss", "loss"),
        "color": {"field": "training", "type": "nominal", "title": None},
    }
    return [{"title": "Training loss", "spec": _spec(values, encoding)}] if values else []


def _line(x: str, x_title: str, y: str, y_title: str, scale: str = "linear") -> dict[str, Any]:
    return {
        "x": {"field": x, "type": "quantitative", "title": x_title, "scale": {"type": scale}},
        "y": {"field": y, "type": "quantitative", "title": y_title, "scale": {"zero": True}},
    }


def _spec(values: Sequence[Mapping[str, object]], encoding: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": list(values)},
        "mark": {"type": "line", "point": len(values) < 100},
        "encoding": encoding,
        "width": "container",
        "height": 260,
        "background": "transparent",
    }  # fmt: skip


def _galleries(
    settings: ProofSettings, rows: Sequence[Row], sets: Mapping[str, Dataset], folder: Path
) -> list[dict[str, Any]]:
    """Pictures of the first training with two classes, next to those of the one that learnt reflections as people."""
    ours = next((row for row in rows if row.test == "all" and row.group in ("c", "d", "e", "f", "g", "h")), None)
    if ours is None:
        ours = next((row for row in rows if row.test == "all"), None)
    if ours is None:
        return []
    other = next((row for row in rows if row.test == "all" and row.group == "b" and row is not ours), None)
    dataset, found = sets["all"], ours.found
    results = {row.file: read_results(row.file, dataset) for row in (other, ours) if row is not None}
    level = ours.measures.mistaken.threshold
    shown = [row for row in (other, ours) if row is not None]
    names = " and ".join(f"arm {row.group}" for row in shown)
    note = (
        f"{names}, left to right. Thin: labels; thick: the best detections (green pedestrians, magenta reflections), "
        "with the score of the likelier class and, where it counts too, that of the other."
    )
    groups: list[tuple[str, list[Seen]]] = [
        ("Reflections reported as pedestrians", _worst(found, REFLECTION_ROW, lambda s: s.score, level)),
        ("Pedestrians that are missed", [s for s in found.seen if s.kind == PEDESTRIAN_ROW and s.score < level]),
        ("Reflections that are neither found nor mistaken",
         [s for s in found.seen if s.kind == REFLECTION_ROW and s.score < level and s.as_reflection < level]),
        ("Reflections recognised as such", _worst(found, REFLECTION_ROW, lambda s: s.as_reflection, level)),
    ]  # fmt: skip
    galleries = []
    for number, (title, entries) in enumerate(groups):
        pictures = []
        for place, entry in enumerate(_one_per_picture(entries)[:_SHOWN]):
            file = folder / f"{number}-{place}.jpg"
            write_image(file, np.hstack([_drawn(dataset, entry, row, results[row.file]) for row in shown]), 85)
            image = dataset.pictures[entry.picture].image
            facts = [str(image.get(key)) for key in ("scene", "weather", "time_of_day") if image.get(key)]
            text = f"{', '.join(facts)}; {entry.kind}{f' in {entry.mirror}' if entry.mirror else ''}, "
            text += f"{entry.bbox[3]:.0f} px high"
            pictures.append({"file": f"{FILES}/{file.name}", "text": text})
        galleries.append({"title": f"{title} ({len(entries)})", "note": note, "pictures": pictures})
    return galleries


def _worst(found: Matched, kind: str, score: Callable[[Seen], float], level: float) -> list[Seen]:
    chosen = [entry for entry in found.seen if entry.kind == kind and score(entry) >= level]
    return sorted(chosen, key=lambda entry: -score(entry))


def _one_per_picture(entries: Sequence[Seen]) -> list[Seen]:
    return list({entry.picture: entry for entry in reversed(entries)}.values())[::-1]


def _drawn(dataset: Dataset, entry: Seen, row: Row, results: Mapping[int, Sequence[Mapping[str, Any]]]) -> np.ndarray:
    picture = dataset.pictures[entry.picture]
    image = cv2.imread(os.fspath(picture.file), cv2.IMREAD_COLOR)
    if image is None:
        return np.zeros((360, _WIDTH_PX, 3), np.uint8)
    scale = _WIDTH_PX / image.shape[1]
    image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)

    def box(bbox: Sequence[float], colour: tuple[int, int, int], thickness: int) -> tuple[int, int]:
        low = (round(bbox[0] * scale), round(bbox[1] * scale))
        high = (round((bbox[0] + bbox[2]) * scale), round((bbox[1] + bbox[3]) * scale))
        cv2.rectangle(image, low, high, colour, thickness, cv2.LINE_AA)
        return low

    names = dataset.categories
    for label in picture.annotations:
        name = names.get(int(label["category_id"]), "")
        if name in ("pedestrian", "person", "pedestrian_reflection"):
            box(label["bbox"], _MAGENTA if name.endswith("reflection") else _GREEN, 1)
    best: dict[tuple[float, ...], list[Mapping[str, Any]]] = {}  # an object has a row for each likely class
    for found in sorted(results[int(picture.image["id"])], key=lambda found: -float(found["score"])):
        if float(found["score"]) >= row.measures.mistaken.threshold:
            best.setdefault(tuple(found["bbox"]), []).append(found)
    for bbox, (likelier, *others) in list(best.items())[:_MOST_BOXES]:
        reflection = names.get(int(likelier["category_id"]), "").endswith("reflection")
        x, y = box(bbox, _MAGENTA if reflection else _GREEN, 2)
        text = ", ".join(f"{found['score']:.2f}" for found in (likelier, *others))
        cv2.putText(
            image, text, (x, max(10, y - 3)), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1, cv2.LINE_AA
        )  # fmt: skip
    box(entry.bbox, _YELLOW, 1)
    return image
