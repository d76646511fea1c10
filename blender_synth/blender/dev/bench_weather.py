"""Times a full frame (build, labels, picture, files) of each weather against a sunny one of the same seed.

Run by `python -m blender_synth.dev.bench weather`; its
arguments are config overrides. Each round renders a sunny frame and one
of every other; a warm-up comes first. On CPUs the seconds are those of all threads together, which do not grow when
others use the machine; on GPUs they are those of the clock. Then one frame is developed at four visibilities, and timed
against its render.
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
    jobs.insert(0, ("weather=sunny",))
    with tempfile.TemporaryDirectory() as folder, quiet():
        _seconds([*_BASE, *overrides, *jobs[0]], Path(folder) / "warm-up")
        rows: dict[str, list[float]] = {" ".join(job): [] for job in jobs}
        for number in range(ROUNDS):
            for job in jobs:
                name = " ".join(job)
                place = Path(folder) / f"{name.replace(' ', '-')}-{number}"
                rows[name].append(_seconds([*_BASE, *overrides, *job], place))
                print(name, f"{rows[name][-1]:.2f}", file=sys.stderr, flush=True)
        developed = _develop_seconds(Path(folder) / "weather=foggy-0")
    sunny = rows["weather=sunny"]
    ratios = {name: statistics.median(s / c for s, c in zip(spent, sunny, strict=True)) for name, spent in rows.items()}
    for name, spent in rows.items():
        print(f"{name:34s} {statistics.median(spent):7.2f} s a frame, ratio {ratios[name]:.3f}")
    share = 100 * developed / statistics.median(rows["weather=foggy"])
    print(f"develop at {len(FOUR_M)} visibilities {developed:.3f} s, {share:.2f} % of the frame's render")
    print(f"worst {max(ratios.values()):.3f}", flush=True)
    os._exit(0)  # Blender's module may wait for one of its threads for ever (4.5)


def _seconds(overrides: list[str], folder: Path) -> float:
    """Of one frame, from its spec to its files."""
    settings = compose(overrides)
    packs = find_packs(settings.packs)
    spec = sample_scene(settings, packs, 0)
    device, name = cycles.choose_device(settings.render.device)
    clock = _clock(device)
    start = clock()
    stage = build_scene(spec, {pack.name: pack.folder for pack in packs})
    cycles.use_device(stage.scene, device)
    cycles.apply_picture_settings(stage.scene, settings.render, 0)
    labels = label_pass.render_labels(stage)
    record.render_frame(folder, spec, stage, labels, ([], name), {})
    return clock() - start


def _clock(device: str):
    return time.process_time if device == "CPU" else time.perf_counter


def _develop_seconds(folder: Path) -> float:
    settings = DevelopSettings(
        mor_m=FOUR_M, iso=(100, 1600), vignetting_ev=0.3, blur_px=0.5, white_balance="auto", warmth_ev=(-0.1, 0.1)
    )
    clock = _clock(cycles.choose_device("auto")[0])
    start = clock()
    for _ in shots(RawFrame(folder), settings):
        pass
    return clock() - start


if __name__ == "__main__":
    main(sys.argv[1:])
