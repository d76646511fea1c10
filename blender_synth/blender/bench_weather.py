"""Times a full frame (build, labels, picture, files) of each weather against a sunny one of the same seed.

Run by `python -m blender_synth.bench weather`; arguments are config overrides. A sunny frame is rendered beside each of
the others, so that a machine that slows down slows both; a warm-up comes first. Then one frame is developed at four
visibilities, and timed against its render.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from blender_synth.blender import cycles, label_pass, record
from blender_synth.blender.build import build_scene
from blender_synth.blender.quiet import quiet
from blender_synth.config import compose
from blender_synth.develop.picture import shots
from blender_synth.develop.settings import DevelopSettings
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.packs.search import find_packs
from blender_synth.resources import conf_dir
from blender_synth.world.sample import sample_scene

_BASE = ["pedestrians=few", "pedestrians.dress=fixed", "mirrors=none", "camera=dashcam", "seed=5", "render=draft"]
_NIGHT = ("sunny", "rainy", "snowy")
ROUNDS = 2
FOUR_M = (50.0, 100.0, 200.0, 1000.0)


def main(overrides: list[str]) -> None:
    """Print seconds a frame and ratios over sunny; last, `worst <ratio>`."""
    names = [file.stem for file in sorted((conf_dir() / "weather").glob("*.yaml")) if file.stem != "sunny"]
    jobs = [(f"weather={name}",) for name in names]
    jobs += [(f"weather={name}", "weather.time=night") for name in _NIGHT]
    sunny = ("weather=sunny",)
    with tempfile.TemporaryDirectory() as folder, quiet():
        _seconds([*_BASE, *overrides, *sunny], Path(folder) / "warm-up")
        rows = {}
        for job in jobs:
            pairs = []
            for number in range(ROUNDS):
                both = [
                    _seconds([*_BASE, *overrides, *which], Path(folder) / f"{len(rows)}-{number}-{order}")
                    for order, which in enumerate((sunny, job))
                ]
                pairs.append(both)
            rows[" ".join(job)] = pairs
            print(" ".join(job), [f"{b / a:.2f}" for a, b in pairs], file=sys.stderr, flush=True)
        developed = _develop_seconds(Path(folder) / "0-0-1")
    ratios = {}
    for name, pairs in rows.items():
        ratios[name] = statistics.median(b / a for a, b in pairs)
        print(f"{name:34s} {statistics.median(b for _, b in pairs):7.2f} s a frame, sunny beside it "
              f"{statistics.median(a for a, _ in pairs):7.2f} s, ratio {ratios[name]:.3f}")  # fmt: skip
    render = statistics.median(a for pairs in rows.values() for a, _ in pairs)
    print(f"develop at {len(FOUR_M)} visibilities {developed:.3f} s, {100 * developed / render:.2f} % of a render")
    print(f"worst {max(ratios.values()):.3f}", flush=True)
    os._exit(0)  # Blender's module may wait for one of its threads for ever (4.5)


def _seconds(overrides: list[str], folder: Path) -> float:
    """Of one frame, from its spec to its files."""
    settings = compose(overrides)
    packs = find_packs(settings.packs)
    spec = sample_scene(settings, packs, 0)
    device, name = cycles.choose_device(settings.render.device)
    start = time.perf_counter()
    stage = build_scene(spec, {pack.name: pack.folder for pack in packs})
    cycles.use_device(stage.scene, device)
    cycles.apply_picture_settings(stage.scene, settings.render, 0)
    labels = label_pass.render_labels(stage)
    record.render_frame(folder, spec, stage, labels, ([], name), {})
    return time.perf_counter() - start


def _develop_seconds(folder: Path) -> float:
    settings = DevelopSettings(
        mor_m=FOUR_M, iso=(100, 1600), vignetting_ev=0.3, blur_px=0.5, white_balance="auto", warmth_ev=(-0.1, 0.1)
    )
    start = time.perf_counter()
    for _ in shots(RawFrame(folder), settings):
        pass
    return time.perf_counter() - start


if __name__ == "__main__":
    main(sys.argv[1:])
