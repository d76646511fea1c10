"""`assets check` and `assets preview` of scenes: the folder of a scene, or the scenes in a pack's folder `scenes`."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from blender_synth import pipeline, scene_files
from blender_synth.config import compose
from blender_synth.errors import AssetError, RunError
from blender_synth.pack_tools.scene_map import draw_map
from blender_synth.packs.manifest import MANIFEST
from blender_synth.packs.report import Finding
from blender_synth.world.layout import Layout
from blender_synth.world.scenery.shared.marks import SceneProblem

_TILE_PX = (480, 270)
_COLUMNS = 3


def is_scene(folder: Path) -> bool:
    """Whether a folder is a scene and not a pack."""
    return (folder / scene_files.SCENE_FILE).is_file() and not (folder / MANIFEST).is_file()


def findings(folder: Path) -> list[Finding]:
    """Findings about the scene in a folder, or about all scenes of a pack."""
    if not is_scene(folder):
        return [
            found
            for file in sorted(folder.glob(f"scenes/*/{scene_files.SCENE_FILE}"))
            for found in findings(file.parent)
        ]
    problems, _ = scene_files.describe_scene(folder)
    return _as_findings(folder, problems)


def _as_findings(folder: Path, problems: Iterable[SceneProblem]) -> list[Finding]:
    return [
        Finding(p.code, p.severity, p.text, p.hint, f"{folder.name}/{scene_files.SCENE_FILE}", folder.name, p.object)
        for p in problems
    ]


def check(options: argparse.Namespace, lines: Callable[[list[Finding]], Iterable[str]]) -> int:
    """Print the findings about a scene; returns 1 if there are errors.

    Args:
        options: of `assets check`. lines: formats findings as lines of text.
    """
    folder = options.path.resolve()
    problems, layout = scene_files.describe_scene(folder)
    found = _as_findings(folder, problems)
    marks = {} if layout is None else marks_of(layout)
    errors = sum(f.severity == "error" for f in found)
    failed = errors > 0 or (options.strict and bool(found))
    if options.json:
        counts: dict[str, Any] = {
            "scene": options.path.resolve().name,
            "ok": not failed,
            "errors": errors,
            "warnings": len(found) - errors,
        }
        print(json.dumps(counts | {"marks": marks, "findings": [f.to_json() for f in found]}, indent=2))
    else:
        for line in lines(found):
            print(line)
        for kind, names in marks.items():
            print(f"{len(names):4} {kind}: {_shortened(names)}")
        print(f"scene {options.path.resolve().name}: {errors} errors, {len(found) - errors} warnings")
    return int(failed)


def marks_of(layout: Layout) -> dict[str, list[str]]:
    """Names of what a layout offers, by kind; kinds without any are left out."""
    areas = {use: [a.name for a in layout.areas if a.use == use] for use in dict.fromkeys(a.use for a in layout.areas)}
    rigs = dict.fromkeys(anchor.rig for anchor in layout.cameras)
    found = {
        **{f"walk.{use}": names for use, names in areas.items()},
        "seat": [seat.bench for seat in layout.seats],
        "mirror": [mount.name for mount in layout.mirror_mounts],
        "mirror.front": [mount.name for mount in layout.hosts],
        "built-in mirror or glass": [f"{mirror.surface} of {mirror.host}" for mirror in layout.built_in_mirrors],
        **{f"camera.{rig}": [anchor.name for anchor in layout.cameras if anchor.rig == rig] for rig in rigs},
        "spot": [spot.name for spot in layout.prop_spots],
        "obstacle": [obstacle.name for obstacle in layout.obstacles],
    }
    return {kind: names for kind, names in found.items() if names}


def _shortened(names: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(names))
    return ", ".join(distinct[:6]) + (f", ... ({len(distinct)} names)" if len(distinct) > 6 else "")


def preview(options: argparse.Namespace) -> int:
    """Render samples of the scene from each of its camera rigs, with a map of its marks below.

    Raises:
        AssetError: the scene cannot be used. RunError: the picture cannot be written.
    """
    folder = Path(options.what).resolve()
    out = options.out or Path("out") / f"{folder.name}.jpg"
    problems, layout = scene_files.describe_scene(folder)
    errors = [p for p in problems if p.severity == "error"]
    if errors or layout is None:
        raise AssetError(errors[0].text, file=folder / scene_files.SCENE_FILE, key=errors[0].object or None,
                         hint=f"{errors[0].hint}; blender-synth assets check {options.what} lists all")  # fmt: skip
    randomizer, digest = scene_files.load_scene(folder.name, folder, {})
    rigs = [rig for rig in ("handheld", "cctv", "dashcam") if any(c.rig == rig for c in layout.cameras)]
    tiles = []
    with tempfile.TemporaryDirectory() as temporary:
        for rig in rigs:
            base = [f"camera={rig}", "scene=studio", "mirrors=none", f"render.samples={options.samples}",
                    f"render.width_px={_TILE_PX[0]}", f"render.height_px={_TILE_PX[1]}", "frames=3",
                    f"output={temporary}/{rig}", f"dataset={temporary}/{rig}_data", *options.overrides]  # fmt: skip
            settings = replace(compose(base), scenery=randomizer, scene_digest=digest)
            if pipeline.render(settings):
                raise RunError("the scene could not be rendered", file=folder, hint="see the message above")
            pipeline.export(settings, runs=[str(settings.output)])
            tiles += [cv2.imread(str(f)) for f in sorted(settings.dataset.glob("images/*/*"))]
    sheet = _sheet(tiles, draw_map(layout, _COLUMNS * _TILE_PX[0]))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError("the folder cannot be created", file=out.parent, hint=str(error)) from None
    if not cv2.imwrite(str(out), sheet):
        raise RunError("the picture cannot be written", file=out, hint="use a name that ends in .jpg or .png")
    print(f"scene {folder.name} in {out}")
    return 0


def _sheet(tiles: list[np.ndarray], plan: np.ndarray) -> np.ndarray:
    width, height = _TILE_PX
    rows = []
    for start in range(0, len(tiles), _COLUMNS):
        row = [cv2.resize(tile, _TILE_PX) for tile in tiles[start : start + _COLUMNS]]
        row += [np.full((height, width, 3), 255, np.uint8)] * (_COLUMNS - len(row))
        rows.append(np.concatenate(row, axis=1))
    full = np.full((plan.shape[0], _COLUMNS * width, 3), 255, np.uint8)
    full[:, : plan.shape[1]] = plan[:, : full.shape[1]]
    return np.concatenate([*rows, full])
