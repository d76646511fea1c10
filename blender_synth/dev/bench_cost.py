"""What frames cost: processor seconds, disk and memory for scenes and presets (`make bench-cost`).

A frame's cost without its picture is that of frames of 64 x 36 pixels; what starting takes is measured by itself and
taken off. Times on other machines are computed from processor seconds: that is exact for what is spread over all
cores, and a little too low elsewhere.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CASES = ("training:street", "training:plaza", "training:car_park", "training:lobby", "draft:street", "standard:street")
USUAL = (
    "pedestrians=few",
    "mirrors=mixed",
    "weather=sunny",
    "camera=handheld",
    "seed=1",
    "worker.count=1",
    "render.device=cpu",
)
TINY = ("render.width_px=64", "render.height_px=36", "render.samples=1")
FRAMES, MANY = 2, 10_000
_BUSY = 0.9
"""Share of its cores that a run keeps busy."""


@dataclass(frozen=True)
class Cost:
    """Processor seconds of a command, MB of a raw frame on disk, files of it, largest MB of a worker."""

    cpu_s: float
    frame_mb: float = 0.0
    worker_mb: float = 0.0
    picture_mb: float = 0.0


def measure(*overrides: str, frames: int) -> Cost:
    """Render frames into a temporary folder and export them."""
    with tempfile.TemporaryDirectory() as scratch:
        run, data = Path(scratch, "run"), Path(scratch, "data")
        before = _cpu_s()
        _command("render", *USUAL, *overrides, f"frames={frames}", f"output={run}")
        cpu_s = _cpu_s() - before
        _command("export", f"runs={run}", f"dataset={data}")
        files = [file for file in (run / "frames").rglob("*") if file.is_file()]
        pictures = [file for file in (data / "images").rglob("*") if file.is_file()]
        memory = json.loads((run / "run.json").read_text())["render"]["memory_mb"]
        return Cost(
            cpu_s,
            sum(file.stat().st_blocks * 512 for file in files) / frames / 1e6,
            float(memory["worker"]),
            sum(file.stat().st_size for file in pictures) / frames / 1e6,
        )


def _command(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "blender_synth", *words], check=True, stdout=subprocess.DEVNULL)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def hours(seconds: float) -> str:
    """A duration in hours or days, two figures."""
    return f"{seconds / 86400:.2g} days" if seconds > 48 * 3600 else f"{seconds / 3600:.2g} h"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench_cost", description="Seconds, disk and memory of frames.")
    parser.add_argument("cases", nargs="*", default=CASES, help="preset:scene (%(default)s)")
    parser.add_argument("--frames", type=int, default=FRAMES, help="for each case (%(default)s)")
    parser.add_argument(
        "--gpu-picture-s", type=float, default=1.0, help="assumed seconds of a GPU for a picture (%(default)s)"
    )
    options = parser.parse_args()
    start = measure(*TINY, "scene=studio", "mirrors=none", "pedestrians=none", frames=1).cpu_s
    print(
        f"start, with one frame of an empty studio: {start:.1f} s of processor time; {os.cpu_count()} cores\n",
        flush=True,
    )
    print("| preset | scene | CPU s a frame | of these not for the picture | raw MB | picture MB | worker MB "
          "| 10,000 on 2 cores | on 16 cores | one GPU, 2 workers |")  # fmt: skip
    print("|" + " --- |" * 10, flush=True)
    rest: dict[str, float] = {}
    for case in options.cases:
        preset, _, scene = case.partition(":")
        if scene not in rest:
            tiny = measure(*TINY, f"scene={scene}", "accept.max_attempts=1", frames=options.frames).cpu_s
            rest[scene] = max(0.0, tiny - start) / options.frames
        cost = measure(f"render={preset}", f"scene={scene}", frames=options.frames)
        cpu_s = (cost.cpu_s - start) / options.frames
        gpu_s = max(options.gpu_picture_s, rest[scene] / 2)
        print(
            f"| {preset} | {scene} | {cpu_s:.1f} | {rest[scene]:.1f} | {cost.frame_mb:.1f} | {cost.picture_mb:.2f} "
            f"| {cost.worker_mb:.0f} | {hours(MANY * cpu_s / 2 / _BUSY)} | {hours(MANY * cpu_s / 16 / _BUSY)} "
            f"| {hours(MANY * gpu_s)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
