"""Builds one street with a given number of people in a fresh process and prints what that costs, as JSON.

Run by `python -m blender_synth.dev.bench people`; arguments are the number and config overrides.
"""

from __future__ import annotations

import dataclasses
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from blender_synth.blender import cycles, label_pass
from blender_synth.blender.build import build_people, build_scene
from blender_synth.blender.quiet import quiet
from blender_synth.config import compose
from blender_synth.packs.search import find_packs
from blender_synth.world.sample import sample_scene


def main(arguments: list[str]) -> None:
    """Print people, triangles, seconds for the whole scene (in a fresh process, then again) and for its people, and the
    process's largest size in MB after the labels and a one-sample picture."""
    count, overrides = int(arguments[0]), arguments[1:]
    fixed = ["scene=street", "mirrors=none", "seed=1", f"pedestrians.count={count}", "render.samples=1"]
    settings = compose([*fixed, *overrides])
    packs = find_packs(settings.packs)
    roots = {pack.name: pack.folder for pack in packs}
    spec = sample_scene(settings, packs, 0)
    with quiet(), tempfile.TemporaryDirectory() as folder:
        seconds = []
        for _ in range(2):
            start = time.perf_counter()
            stage = build_scene(spec, roots)
            seconds.append(time.perf_counter() - start)
        triangles = sum(len(stage.triangles(person.instance_id)[1]) for person in spec.people)
        cycles.use_device(stage.scene, cycles.choose_device("cpu")[0])
        cycles.apply_picture_settings(stage.scene, settings.render, 0)
        label_pass.render_labels(stage)
        cycles.render_picture(stage.scene, Path(folder) / "picture.exr")
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        stage = build_scene(dataclasses.replace(spec, people=()), roots)
        start = time.perf_counter()
        build_people(spec, stage)
        people_s = time.perf_counter() - start
    print(json.dumps({
        "people": len(spec.people), "triangles": triangles, "first_s": seconds[0], "again_s": seconds[1],
        "people_s": people_s, "peak_mb": peak_mb,
    }), flush=True)  # fmt: skip
    os._exit(0)  # Blender 4.5 may hang when its module is unloaded


if __name__ == "__main__":
    main(sys.argv[1:])
