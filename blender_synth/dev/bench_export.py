"""`make bench-export RUNS="out/run ..."`: images per second of one core for COCO, and the share of each step.

Without RUNS four frames of 640 x 480 pixels are rendered first. Times are of the processor, so that other work on the
machine does not count.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from blender_synth.config import compose
from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters import coco, timing
from blender_synth.exporters.contract import SourceFrame
from blender_synth.frames.run_folder import find_runs, frames_of
from blender_synth.pipeline import render

_OVERRIDES = ("scene=street", "mirrors=shopfront", "render.width_px=640", "render.height_px=480", "render.samples=8")
_ROUNDS = 3


def main(runs: list[str]) -> None:
    """Print the table for the frames of these runs."""
    with tempfile.TemporaryDirectory() as folder:
        if not runs:
            render(compose([*_OVERRIDES, "frames=4", f"output={folder}/run"]))
            runs = [f"{folder}/run"]
        images, spent = 0, 0.0
        for number in range(_ROUNDS + 1):
            frames = [SourceFrame(run, frame) for run in find_runs(runs) for frame in frames_of(run)]
            dataset = Path(folder) / f"data{number}"
            dataset.mkdir()
            start = time.process_time()
            coco.write(frames, dataset, coco.Settings(), DevelopSettings())
            if number:  # the first round warms up
                spent += time.process_time() - start
                images += len(frames)
            else:
                timing.seconds.clear()
        width, height = frames[0].frame.size_px
    print(f"{images / spent:.1f} images/s per core at {width} x {height}")
    steps = dict(timing.seconds) | {"rest": spent - sum(timing.seconds.values())}
    for name, seconds in sorted(steps.items(), key=lambda step: -step[1]):
        print(f"  {name:12} {1000 * seconds / images:6.1f} ms  {seconds / spent:4.0%}")


if __name__ == "__main__":
    main(sys.argv[1:])
