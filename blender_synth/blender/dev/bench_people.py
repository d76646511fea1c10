"""Measures time and memory of building a street with a given number of people, in a fresh process.

Usage: python -m blender_synth.blender.dev.bench_people COUNT [group=name ...]

`python -m blender_synth.dev.bench people` runs it for several counts.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import time
from pathlib import Path

from blender_synth.blender import cycles, label_pass
from blender_synth.blender.build import build_people, build_scene
from blender_synth.blender.dev.bench_common import finish, first_scene, peak_mb, prepare_render
from blender_synth.blender.quiet import quiet
from blender_synth.config import compose


def main(arguments: list[str]) -> None:
    """Print JSON: people, triangles, seconds to build the scene (first and second time) and its people alone, and the
    peak size of the process in MB after the labels and a picture of one sample."""
    count, overrides = int(arguments[0]), arguments[1:]
    fixed = ["scene=street", "mirrors=none", "seed=1", f"pedestrians.count={count}", "render.samples=1"]
    settings = compose([*fixed, *overrides])
    spec, roots = first_scene(settings)
    with quiet(), tempfile.TemporaryDirectory() as folder:
        build_s = []
        for _ in range(2):
            start = time.perf_counter()
            stage = build_scene(spec, roots)
            build_s.append(time.perf_counter() - start)
        triangles = sum(len(stage.triangles(person.instance_id)[1]) for person in spec.people)
        prepare_render(stage, settings, "cpu")
        label_pass.render_labels(stage)
        cycles.render_picture(stage.scene, Path(folder) / "picture.exr")
        peak = peak_mb()
        stage = build_scene(dataclasses.replace(spec, people=()), roots)
        start = time.perf_counter()
        build_people(spec, stage)
        people_s = time.perf_counter() - start
    finish({
        "people": len(spec.people), "triangles": triangles, "first_s": build_s[0], "again_s": build_s[1],
        "people_s": people_s, "peak_mb": peak,
    })  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
