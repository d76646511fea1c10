"""Times all label passes against the picture, for 0, 1 and 8 mirrors with glass among them.

Run by `python -m blender_synth.dev.bench labels`; arguments are config overrides. The picture is rendered once with the
preset as it is, the labels five times, of which the median counts.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from blender_synth.blender import cycles, label_pass
from blender_synth.blender.build import build_scene
from blender_synth.blender.glass_light import render_with_shares
from blender_synth.blender.quiet import quiet
from blender_synth.config import compose
from blender_synth.packs.search import find_packs
from blender_synth.world.sample import sample_scene

SCENES = {
    0: ["mirrors=none"],
    1: ["mirrors=wall"],
    8: ["mirrors=mixed", "mirrors.wall.count=1", "mirrors.convex.count=1", "mirrors.shopfront.count=2",
        "mirrors.facade.count=1", "mirrors.puddles.count=3"],
}  # fmt: skip
REPEATS = 5


def main(overrides: list[str]) -> None:
    """Print a line per scene and, last, `percent <number>`: the labels' worst share of the picture's time."""
    worst = 0.0
    for wanted, choice in SCENES.items():
        settings = compose(["pedestrians=few", "seed=1", *choice, *overrides])
        packs = find_packs(settings.packs)
        spec = next(
            (s for s in (sample_scene(settings, packs, n) for n in range(20)) if len(s.mirrors) == wanted), None
        )
        if spec is None:
            raise SystemExit(f"no scene of this config takes {wanted} mirrors")
        with quiet():
            stage = build_scene(spec, {pack.name: pack.folder for pack in packs})
            device, name = cycles.choose_device(settings.render.device)
            cycles.use_device(stage.scene, device)
            cycles.apply_picture_settings(stage.scene, settings.render, 0)
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


if __name__ == "__main__":
    main(sys.argv[1:])
