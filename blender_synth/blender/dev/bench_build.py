"""Measures the processor time of building scenes in one process, as a worker does.

Usage: python -m blender_synth.blender.dev.bench_build COUNT [group=name ...]

`python -m blender_synth.dev.bench_build` runs it for every scene. With BENCH_PROFILE=FILE the builds after the first
two are profiled into that file (see `pstats`).
"""

from __future__ import annotations

import cProfile
import os
import sys
import time

PROFILE = "BENCH_PROFILE"
_WARM_UP = 2


def main(arguments: list[str]) -> None:
    """Print JSON: seconds until Blender was loaded, of the first build, and of each further one; peak size in MB.

    Each build is of another frame; sampling the specs is not counted. Two builds after the first are not reported.
    """
    from pathlib import Path

    from blender_synth.blender.build import build_scene
    from blender_synth.blender.dev.bench_common import finish, peak_mb
    from blender_synth.blender.quiet import quiet
    from blender_synth.config import compose
    from blender_synth.packs.search import find_packs
    from blender_synth.world.sample import sample_scene

    loaded_s = time.process_time()
    count, overrides = int(arguments[0]), arguments[1:]
    settings = compose(["render.width_px=256", "render.height_px=144", "seed=1", *overrides])
    packs = find_packs(settings.packs)
    roots = {pack.name: pack.folder for pack in packs}
    specs = [sample_scene(settings, packs, index) for index in range(count + _WARM_UP if count else 1)]
    spent, people = [], []
    profile = cProfile.Profile() if PROFILE in os.environ else None
    with quiet():
        for number, spec in enumerate(specs):
            if profile and number == _WARM_UP:
                profile.enable()
            start = time.process_time()
            build_scene(spec, roots, Path(settings.scenery.folder))
            spent.append(time.process_time() - start)
            people.append(len(spec.people))
    if profile:
        profile.disable()
        profile.dump_stats(os.environ[PROFILE])
    finish({
        "loaded_s": loaded_s, "first_s": spent[0], "build_s": spent[_WARM_UP:], "people": people[_WARM_UP:],
        "peak_mb": peak_mb(),
    })  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
