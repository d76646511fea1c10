"""Times a full frame (build, labels, picture, files) of each weather against a sunny one of the same seed.

Usage: python -m blender_synth.dev.bench weather [group=name ...]

Each round renders a sunny frame and one of every other weather; a warm-up comes first. On CPUs the CPU time of all
threads is measured, which does not depend on other load; on GPUs wall-clock time. Then one frame is developed at four
visibilities, and timed against its render.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from blender_synth.blender import cycles, label_pass, record
from blender_synth.blender.build import build_scene
from blender_synth.blender.dev.bench_common import first_scene, prepare_render
from blender_synth.blender.quiet import quiet
from blender_synth.config import compose
from blender_synth.develop.picture import shots
from blender_synth.develop.settings import DevelopSettings
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.resources import conf_dir

_BASE = ["pedestrians=few", "pedestrians.dress=fixed", "mirrors=none", "camera=dashcam", "seed=5", "render=draft"]
_NIGHT = ("sunny", "rainy", "snowy")
ROUNDS = 2
FOUR_M = (50.0, 100.0, 200.0, 1000.0)


def main(overrides: list[str]) -> None:
    """Print seconds per frame and ratios over sunny; as the last line, `worst <ratio>`."""
    names = [file.stem for file in sorted((conf_dir() / "weather").glob("*.yaml")) if file.stem != "sunny"]
    jobs: list[tuple[str, ...]] = [(f"weather={name}",) for name in names]
    jobs += [(f"weather={name}", "weather.time=night") for name in _NIGHT]
    jobs.insert(0, ("weather=sunny",))
    with tempfile.TemporaryDirectory() as folder, quiet():
        _seconds([*_BASE, *overrides, *jobs[0]], Path(folder) / "warm-up")
        rows: dict[str, list[float]] = {" ".join(job): [] for job in jobs}
        for number in range(ROUNDS):
            for job in jobs:
                name = " ".join(job)
                frame_folder = Path(folder) / f"{name.replace(' ', '-')}-{number}"
                rows[name].append(_seconds([*_BASE, *overrides, *job], frame_folder))
                print(name, f"{rows[name][-1]:.2f}", file=sys.stderr, flush=True)
        developed = _develop_seconds(Path(folder) / "weather=foggy-0")
    sunny = rows["weather=sunny"]
    ratios = {name: statistics.median(s / c for s, c in zip(spent, sunny, strict=True)) for name, spent in rows.items()}
    for name, spent in rows.items():
        print(f"{name:34s} {statistics.median(spent):7.2f} s a frame, ratio {ratios[name]:.3f}")
    share = 100 * developed / statistics.median(rows["weather=foggy"])
    print(f"develop at {len(FOUR_M)} visibilities {developed:.3f} s, {share:.2f} % of the frame's render")
    print(f"worst {max(ratios.values()):.3f}", flush=True)
    os._exit(0)  # Blender 4.5 may hang when its module is unloaded


def _seconds(overrides: list[str], folder: Path) -> float:
    """Seconds for one frame, from its spec to its files."""
    settings = compose(overrides)
    spec, roots = first_scene(settings)
    clock = _clock(cycles.choose_device(settings.render.device)[0])
    start = clock()
    stage = build_scene(spec, roots)
    name = prepare_render(stage, settings)
    labels = label_pass.render_labels(stage)
    record.render_frame(folder, spec, stage, labels, record.Facts([], name))
    return clock() - start


def _clock(device: str) -> Callable[[], float]:
    return time.process_time if device == "CPU" else time.perf_counter


def _develop_seconds(folder: Path) -> float:
    settings = DevelopSettings(
        mor_m=FOUR_M,
        iso=(100, 1600),
        vignetting_ev=(0.3, 0.3),
        blur_px=(0.5, 0.5),
        white_balance="auto",
        warmth_ev=(-0.1, 0.1),
    )
    clock = _clock(cycles.choose_device("auto")[0])
    start = clock()
    for _ in shots(RawFrame(folder), settings):
        pass
    return clock() - start


if __name__ == "__main__":
    main(sys.argv[1:])
