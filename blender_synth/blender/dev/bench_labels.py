"""Times all label passes against the picture, for 0, 1 and 8 mirrors, some of them glass.

Usage: python -m blender_synth.dev.bench labels [group=name ...]

The picture is rendered once with the render preset, the labels five times, of which the median is used.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from blender_synth.blender import label_pass
from blender_synth.blender.build import build_scene
from blender_synth.blender.dev.bench_common import first_scene, prepare_render
from blender_synth.blender.glass_light import render_with_shares
from blender_synth.blender.quiet import quiet
from blender_synth.config import compose
from blender_synth.world.scene_spec import SceneSpec

SCENES = {
    0: ["mirrors=none"],
    1: ["mirrors=wall"],
    8: ["mirrors=mixed", "mirrors.wall.count=1", "mirrors.convex.count=1", "mirrors.shopfront.count=2",
        "mirrors.facade.count=1", "mirrors.puddles.count=3"],
}  # fmt: skip
REPEATS = 5


def main(overrides: list[str]) -> None:
    """Print a line per scene and, as the last line, `percent <number>`: the largest ratio of label to picture time."""
    worst = 0.0
    for wanted, choice in SCENES.items():
        settings = compose(["pedestrians=few", "seed=1", *choice, *overrides])
        spec, roots = first_scene(settings, partial(_has_mirrors, wanted))
        with quiet():
            stage = build_scene(spec, roots)
            name = prepare_render(stage, settings)
            spent = []
            for _ in range(REPEATS):
                start = time.perf_counter()
                labels = label_pass.render_labels(stage)
                spent.append(time.perf_counter() - start)
            start = time.perf_counter()
            with tempfile.TemporaryDirectory() as folder:
                render_with_shares(stage, labels, Path(folder))
            picture_s = time.perf_counter() - start
        labels_s = statistics.median(spent)
        percent = 100 * labels_s / picture_s
        worst = max(worst, percent)
        render, glass = settings.render, len(stage.ids_with("glass", "water"))
        print(f"{len(spec.mirrors)} mirrors ({glass} of glass or water), {render.width_px}x{render.height_px}, "
              f"{render.samples} samples, {name}: labels {labels_s:.3f} s, picture {picture_s:.2f} s, {percent:.2f} %",
              flush=True)  # fmt: skip
    print(f"percent {worst:.3f}")


def _has_mirrors(count: int, spec: SceneSpec) -> bool:
    return len(spec.mirrors) == count


if __name__ == "__main__":
    main(sys.argv[1:])
