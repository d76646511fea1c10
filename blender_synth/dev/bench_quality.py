"""`make bench-quality`: CPU seconds and error of the picture for each render preset and for variants of its settings.

Usage: python -m blender_synth.dev.bench_quality [--cases NAME ...] [--variants NAME ...] [--width N] [--samples N] ...

Every scene is rendered in a child process: first two references with other random numbers, without denoiser (kept in
the cache folder by their content), then every variant. Errors are of the developed picture without sensor noise.
The squared error of X against references A and B is the mean of (X - A)(X - B): their own noise, which is independent,
cancels, so that a hundred samples serve as a reference. FLIP is against the mean of both, where `flip_evaluator` is
installed. Pictures have the size of `--width`, because a denoiser's error depends on it, but only a window of them is
rendered, where most is seen of people and reflections. Seconds are of the processor and for the whole picture: the
window's, less what does not grow with the picture, in proportion to the area.

The last line is `speedup <number>`: seconds of the former `demo` settings (`old demo`) over those of the cheapest
variant whose errors are not worse, as medians over the cases.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from blender_synth.blender_process import child_environment
from blender_synth.cache import cache_folder
from blender_synth.config import compose
from blender_synth.develop.picture import develop
from blender_synth.develop.settings import DevelopSettings
from blender_synth.frames.raw_frame import RawFrame, read_exr

CASES: dict[str, list[str]] = {
    "street-day": ["scene=street", "mirrors=wall", "weather=sunny", "pedestrians=street"],
    "street-night": ["scene=street", "mirrors=shopfront", "++weather.time=night", "pedestrians=street"],
    "plaza-rain": ["scene=plaza", "mirrors=puddles", "weather=rainy", "pedestrians=street"],
    "lobby-day": ["scene=lobby", "mirrors=polished_floor", "pedestrians=street"],
    "crosswalk-dusk": [
        "scene=crosswalk",
        "mirrors=facade",
        "weather=cloudy",
        "++weather.time=dusk",
        "pedestrians=street",
    ],
    "gym-day": ["scene=gym", "mirrors=wall", "pedestrians=street"],
}
Variant = dict[str, dict[str, Any]]
"""`render`: fields of RenderSettings; `scene`: attributes of Blender's scene by dotted path, set after these. A path
that begins with `materials.NAME.` is of a material; for `WHOLE_MATERIALS` see `shading.indirect`."""
WHOLE_MATERIALS = "whole_materials"

BASELINE = "old demo"
"""The settings of `experiment=demo` before this bench was made, like `old standard`."""
_OLD: dict[str, Any] = {
    WHOLE_MATERIALS: True,
    "world.cycles.sampling_method": "MANUAL",
    "materials.glow.cycles.emission_sampling": "AUTO",
    "cycles.use_light_tree": True,
}


def _old(samples: int, threshold: float) -> Variant:
    render = {"samples": samples, "adaptive_threshold": threshold, "denoise_prefilter": "fast"}
    return {"render": render, "scene": _OLD}


def _new(samples: int, prefilter: str = "accurate", **scene: Any) -> Variant:
    render = {"samples": samples, "adaptive_threshold": 0, "denoise_prefilter": prefilter}
    return {"render": render, "scene": {path.replace("__", "."): value for path, value in scene.items()}}


VARIANTS: dict[str, Variant] = {
    BASELINE: _old(20, 0.1),
    "old standard": _old(32, 0.05),
    **{f"{samples} samples": _new(samples) for samples in (4, 8, 12, 16, 20)},
    "8, guides not prefiltered": _new(8, "fast"),
    "8, balanced denoiser": _new(8, cycles__denoising_quality="BALANCED"),
    "8, light tree": _new(8, cycles__use_light_tree=True),
    "8, whole materials": _new(8, whole_materials=True),
    "8, sky always sampled": _new(8, world__cycles__sampling_method="MANUAL"),
    "8, shop lights sampled by day": _new(
        8, materials__glow__cycles__emission_sampling="AUTO", cycles__use_light_tree=True
    ),
}
_REGIONS = ("whole", "people", "reflections", "mirrors")
_DECIDING = ("whole", "people", "reflections")
_TOLERANCE_DB = 0.05
_SMALLEST_MSE = 1e-7


@dataclass(frozen=True)
class Row:
    """One way to make pictures: CPU seconds; PSNR in dB by region (`_REGIONS`); FLIP, NaN where it is not installed."""

    seconds: float
    psnr_db: dict[str, float]
    flip: float


def main(arguments: Sequence[str]) -> None:
    """Render and print the table."""
    parser = argparse.ArgumentParser(prog="bench_quality", description=__doc__.splitlines()[0])
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--variants", nargs="+", help="names or beginnings of names; all")
    parser.add_argument("--width", type=int, default=640, help="of the pictures, which are 16:9 (%(default)s)")
    parser.add_argument("--crop", type=int, default=208, help="width of the window that is rendered (%(default)s)")
    parser.add_argument("--samples", type=int, default=192, help="of both references together (%(default)s)")
    parser.add_argument("--keep", type=Path, help="folder for the pictures")
    parser.add_argument("--more", type=Path, help="a JSON file with more variants")
    options = parser.parse_args(arguments)
    variants = dict(VARIANTS) | presets() | (json.loads(options.more.read_text()) if options.more else {})
    if options.variants:
        variants = {
            name: v for name, v in variants.items() if name == BASELINE or name.startswith(tuple(options.variants))
        }
    table: dict[str, dict[str, Row]] = {name: {} for name in variants}
    for case in options.cases:
        with tempfile.TemporaryDirectory() as temporary:
            folder = options.keep / case if options.keep else Path(temporary) / case
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for name, row in _case(case, variants, folder, options).items():
                table[name][case] = row
                print(_line(f"{case} {name}", row), flush=True)
    print_summary(table)


def presets() -> dict[str, Variant]:
    """The render presets and the demo's settings, at the size of the bench."""
    groups = {name: [f"render={name}"] for name in ("draft", "training", "standard")} | {"demo": ["experiment=demo"]}
    names = ("samples", "adaptive_threshold", "denoise", "denoise_prefilter", "max_bounces")
    composed = {name: compose(overrides).render for name, overrides in groups.items()}
    return {f"preset {name}": {"render": {key: getattr(render, key) for key in names}}
            for name, render in composed.items()}  # fmt: skip


def _case(case: str, variants: Mapping[str, Variant], folder: Path, options: argparse.Namespace) -> dict[str, Row]:
    width, height = options.width, round(options.width * 9 / 16)
    crop_px = [min(options.crop, width), min(round(options.crop * 9 / 16), height)]
    samples = max(1, options.samples // 2)
    reference: Variant = {"render": {"samples": samples, "adaptive_threshold": 0, "denoise": False}, "scene": _OLD}
    size = [f"render.width_px={width}", f"render.height_px={height}"]
    overrides = ["seed=1", *CASES[case], *size]
    job = {"overrides": overrides, "index": 0, "folder": str(folder), "crop_px": crop_px,
           "cache": str(cache_folder("bench_quality")), "reference": reference, "variants": variants}  # fmt: skip
    command = [sys.executable, "-m", "blender_synth.blender.dev.bench_quality", json.dumps(job)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=child_environment())
    result = json.loads(done.stdout.splitlines()[-1])
    left, top, right, bottom = result["crop"]
    crop = (slice(top, bottom), slice(left, right))
    print(f"{case}: scene {result['index']}, {result['device']}, window {result['crop']}, "
          f"{result['fixed_s']:.2f} s whatever the size", flush=True)  # fmt: skip
    settings = replace(compose(overrides).develop, iso=None)
    masks = {name: mask[crop] for name, mask in regions(RawFrame(folder / "frame")).items()}
    references = [_developed(folder, f"reference-{half}", crop, settings) for half in range(2)]
    rows = {}
    for name in variants:
        picture = _developed(folder, name, crop, settings)
        psnr_db = {region: psnr(picture, references, mask) for region, mask in masks.items()}
        grown = (result["seconds"][name] - result["fixed_s"]) * width * height / (crop_px[0] * crop_px[1])
        rows[name] = Row(result["fixed_s"] + grown, psnr_db, flip_error(picture, references))
    return rows


def regions(frame: RawFrame) -> dict[str, np.ndarray]:
    """Masks (H, W) bool by name (`_REGIONS`): everything, people, reflections of people, all that mirrors show."""
    people = [row.instance_id for row in frame.meta.instances if row.category == "pedestrian"]
    labels = frame.labels
    return {
        "whole": np.ones(labels["surface_id"].shape, bool),
        "people": np.isin(labels["surface_id"], people),
        "reflections": np.isin(labels["reflected_id"], people),
        "mirrors": labels["reflected_via"] > 0,
    }


def _developed(folder: Path, name: str, crop: tuple[slice, slice], settings: DevelopSettings) -> np.ndarray:
    """The window (h, w, 3) of a variant, 0 to 1, developed as part of the whole frame. It is also written as a PNG."""
    frame = RawFrame(folder / "frame")
    channels = read_exr(folder / name / "radiance.exr")
    frame.radiance[crop] = np.stack([channels[c] for c in "RGB"], axis=-1).astype(np.float32)
    picture = develop(frame, settings)[crop]
    cv2.imwrite(str(folder / f"{name}.png"), picture[..., ::-1])
    return picture / 255.0


def psnr(picture: np.ndarray, references: Sequence[np.ndarray], mask: np.ndarray) -> float:
    """PSNR in dB of pixels in a mask; the noise of two independent references cancels (see the module's docstring)."""
    if not mask.any():
        return math.nan
    first, second = (picture[mask] - reference[mask] for reference in references)
    return -10 * math.log10(max(float((first * second).mean()), _SMALLEST_MSE))


def flip_error(picture: np.ndarray, references: Sequence[np.ndarray]) -> float:
    """FLIP of a picture (h, w, 3), 0 to 1, against the mean of references; NaN without `flip_evaluator`."""
    try:
        import flip_evaluator
    except ImportError:
        return math.nan
    mean = np.mean(references, axis=0)
    return float(
        flip_evaluator.evaluate(mean.astype(np.float32), picture.astype(np.float32), "LDR", applyMagma=False)[1]
    )


def _line(name: str, row: Row) -> str:
    psnrs = " ".join(f"{row.psnr_db[region]:6.2f}" for region in _REGIONS)
    return f"{name:40} {row.seconds:7.2f} s  {psnrs} dB  {row.flip:.4f}"


def print_summary(table: Mapping[str, Mapping[str, Row]]) -> None:
    """Print medians over the cases relative to the baseline, and the speedup."""
    base = table[BASELINE]
    print(f"\nmedians over {len(base)} cases, relative to `{BASELINE}`")
    print(f"{'variant':28} {'seconds':>8} {'share':>6}  " + " ".join(f"{r:>11}" for r in _REGIONS) + "     FLIP")
    good = {}
    for name, rows in table.items():
        share = statistics.median(rows[case].seconds / base[case].seconds for case in base)
        gains = {region: _median([rows[case].psnr_db[region] - base[case].psnr_db[region] for case in base])
                 for region in _REGIONS}  # fmt: skip
        flip = _median([rows[case].flip - base[case].flip for case in base])
        if all(not gains[region] < -_TOLERANCE_DB for region in _DECIDING):
            good[name] = share
        print(f"{name:28} {statistics.median(row.seconds for row in rows.values()):8.2f} {share:6.2f}  "
              + " ".join(f"{gains[region]:+8.2f} dB" for region in _REGIONS) + f"  {flip:+.4f}")  # fmt: skip
    best = min(good, key=lambda name: good[name])
    print(f"cheapest that is not worse (by {_TOLERANCE_DB} dB whole, in people and in reflections): {best}")
    print(f"speedup {1 / good[best]:.2f}")


def _median(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return statistics.median(known) if known else math.nan


if __name__ == "__main__":
    main(sys.argv[1:])
