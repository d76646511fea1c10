"""Times a full frame (labels, picture, files) against Blender's plain render of the same scene.

Usage: python -m blender_synth.dev.bench frame [group=name ...]

The two alternate, so that a slowdown of the machine affects both. A warm-up with one sample comes first.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from blender_synth.blender import cycles, label_pass, record
from blender_synth.blender.build import build_scene
from blender_synth.blender.dev.bench_common import first_scene, prepare_render, seconds
from blender_synth.blender.quiet import quiet
from blender_synth.blender.stage import Stage
from blender_synth.config import compose
from blender_synth.world.scene_spec import SceneSpec

PAIRS = 5


def main(overrides: list[str]) -> None:
    """Print medians and, as the last line, `ratio <number>`: the median over pairs of full frame / plain render."""
    settings = compose(["pedestrians=street", "seed=1", "render.width_px=640", "render.height_px=480", *overrides])
    spec, roots = first_scene(settings)
    with quiet():
        stage = build_scene(spec, roots)
        name = prepare_render(stage, settings)
        pairs = []
        with tempfile.TemporaryDirectory() as folder:
            for number in range(PAIRS + 1):
                stage.scene.cycles.samples = settings.render.samples if number else 1
                plain = seconds(cycles.render_picture, stage.scene, Path(folder) / "plain.exr")
                parts: dict[str, float] = {}
                ours = seconds(_full_frame, spec, stage, Path(folder) / f"{number:06d}", parts)
                print(f"pair {number} of {PAIRS}", file=sys.stderr)
                if number:
                    pairs.append((plain, ours, ours - parts["picture"]))
    print(f"{settings.render.width_px}x{settings.render.height_px}, {settings.render.samples} samples, {name}, "
          f"{len(spec.people)} people, {len(stage.mirror_slots)} mirrors, {PAIRS} pairs")  # fmt: skip
    print(f"plain render     {statistics.median(p for p, _, _ in pairs):8.3f} s a frame")
    print(f"full frame       {statistics.median(o for _, o, _ in pairs):8.3f} s a frame")
    print(f"without the path tracing {statistics.median(b for _, _, b in pairs):.3f} s (labels, silhouettes, files)")
    print(f"ratio {statistics.median(o / p for p, o, _ in pairs):.4f}")


def _full_frame(spec: SceneSpec, stage: Stage, folder: Path, parts: dict[str, float]) -> None:
    labels = label_pass.render_labels(stage)
    parts |= record.render_frame(folder, spec, stage, labels, record.Facts([], "bench"))


if __name__ == "__main__":
    main(sys.argv[1:])
