"""Benchmarks. Each prints its measurements and, as the last line, one name and one number.

Usage: python -m blender_synth.dev.bench NAME [group=name ...]

    frame    time of a full frame over that of Blender's plain render
    accept   share of frames that meet the acceptance criteria of the demo
    mirrors  share of frames that show a reflected person
    labels   time of the label passes over that of the picture
    people   seconds and memory to build a street with 1, 10, 60, 200 people
    props    seconds and memory of a street with 0, 50 and 500 props
    weather  time of a frame in each weather over that in sunny weather
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from typing import Any

from tqdm import tqdm

from blender_synth.acceptance import sample_until_accepted
from blender_synth.blender_process import child_environment
from blender_synth.config import compose
from blender_synth.dev import bench_mirrors
from blender_synth.packs.search import find_packs
from blender_synth.workers import worker_for

ACCEPT_SEEDS = 40
CROWDS = (1, 10, 60, 200)
PROPS = (0, 50, 500)


def _run(name: str, arguments: list[str]) -> None:
    """Run a bench that loads Blender, in a child process."""
    subprocess.run([sys.executable, "-m", f"blender_synth.blender.dev.bench_{name}", *arguments], check=True)


def _measure(name: str, arguments: list[str]) -> dict[str, Any]:
    """The same for a bench whose last line is JSON, in the environment of a worker."""
    command = [sys.executable, "-m", f"blender_synth.blender.dev.bench_{name}", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=child_environment())
    return json.loads(done.stdout.splitlines()[-1])


def frame(overrides: list[str]) -> None:
    """Full frame against plain render."""
    _run("frame", overrides)


def people(overrides: list[str]) -> None:
    """Streets with increasing numbers of people, each in a child process.

    The last line is the cost of a scene in a run; the first build of a worker also loads bodies and textures.
    """
    print("people  triangles  first build  next build  of it people  largest size")
    for count in CROWDS:
        row = _measure("people", [str(count), *overrides])
        print(f"{row['people']:6d} {row['triangles']:10,d} {row['first_s']:10.2f} s {row['again_s']:9.2f} s "
              f"{row['people_s']:11.2f} s {row['peak_mb']:10.0f} MB", flush=True)  # fmt: skip
        if count == 60:
            result = f"seconds_60 {row['again_s']:.2f} mb_60 {row['peak_mb']:.0f}"
    print(result)


def props(overrides: list[str]) -> None:
    """Streets with increasing numbers of props, each in a child process; the last line is the cost of 500."""
    print("props  triangles    of meshes   build     labels    picture   largest size")
    with tempfile.TemporaryDirectory() as folder:
        for count in PROPS:
            row = _measure("props", [str(count), folder, *overrides])
            print(f"{row['props']:5d} {row['triangles']:10,d} {row['meshes']:5d} {row['own_triangles']:10,d} "
                  f"{row['build_s']:6.2f} s {row['labels_s']:7.2f} s {row['picture_s']:7.2f} s "
                  f"{row['peak_mb']:9.0f} MB", flush=True)  # fmt: skip
    if row["props"] < count:
        raise SystemExit(f"only {row['props']} of {count} props found a spot")
    seconds = row["build_s"] + row["labels_s"] + row["picture_s"]
    print(f"seconds_500 {seconds:.2f} mb_500 {row['peak_mb']:.0f}")


def labels(overrides: list[str]) -> None:
    """Label passes against the picture."""
    _run("labels", overrides)


def weather(overrides: list[str]) -> None:
    """Each weather against sunny."""
    _run("weather", overrides)


def mirrors(overrides: list[str]) -> None:
    """Share of frames with a reflected person."""
    bench_mirrors.main(overrides)


def accept(overrides: list[str]) -> None:
    """Samples the demo's frames for 40 seeds, as a run does before it renders the pictures."""
    settings = compose(["experiment=demo", "frames=1", *overrides])
    packs = find_packs(settings.packs)
    worker = worker_for(settings, packs)
    satisfied, attempts = [], []
    try:
        jobs = [(seed, index) for seed in range(ACCEPT_SEEDS) for index in settings.frames]
        for seed, index in tqdm(jobs, unit="frame"):
            candidate = sample_until_accepted(replace(settings, seed=seed), packs, worker, index)
            satisfied.append(candidate.satisfied)
            attempts.append(candidate.spec.attempt + 1)
            if not candidate.satisfied:
                tqdm.write(f"seed {seed} frame {index}: {candidate.shortfall}")
    finally:
        worker.stop()
    print(
        f"{len(satisfied)} frames over {ACCEPT_SEEDS} seeds; attempts per frame: mean {statistics.mean(attempts):.2f}"
    )
    print(f"share {sum(satisfied) / len(satisfied):.4f}")


BENCHES = {
    "frame": frame, "accept": accept, "mirrors": mirrors, "labels": labels, "people": people, "props": props,
    "weather": weather,
}  # fmt: skip

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in BENCHES:
        BENCHES[sys.argv[1]](sys.argv[2:])
    else:
        sys.exit(__doc__)
