"""Benches: each prints what it measures and, as its last line, one name and one number.

python -m blender_synth.bench frame  [group=name ...]   our full frame against Blender's plain render
python -m blender_synth.bench wishes [group=name ...]   share of frames that fulfil the demo's wishes
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from dataclasses import asdict, replace

from tqdm import tqdm

from blender_synth.config import compose
from blender_synth.packs.search import find_packs
from blender_synth.preflight import draw
from blender_synth.workers import Worker, pack_entry

WISHES_SEEDS = 40


def frame(overrides: list[str]) -> None:
    """Runs in a process of its own, the only one here that loads Blender."""
    subprocess.run([sys.executable, "-m", "blender_synth.blender.bench_frame", *overrides], check=True)


def wishes(overrides: list[str]) -> None:
    """Draws the demo's frames for 40 seeds, as a run would before it renders their pictures."""
    settings = compose(["experiment=demo", "frames=1", *overrides])
    packs = find_packs(settings.packs)
    setup = {"render": asdict(settings.render), "packs": {pack.name: pack_entry(pack) for pack in packs}}
    worker = Worker(setup, settings.worker.timeout_s)
    fulfilled, attempts = [], []
    try:
        jobs = [(seed, index) for seed in range(WISHES_SEEDS) for index in range(settings.frames)]
        for seed, index in tqdm(jobs, unit="frame"):
            drawing = draw(replace(settings, seed=seed), packs, worker, index)
            fulfilled.append(drawing.fulfilled)
            attempts.append(drawing.spec.attempt + 1)
            if not drawing.fulfilled:
                tqdm.write(f"seed {seed} frame {index}: {drawing.shortfall}")
    finally:
        worker.stop()
    print(f"{len(fulfilled)} frames over {WISHES_SEEDS} seeds; drawings a frame: mean {statistics.mean(attempts):.2f}")
    print(f"share {sum(fulfilled) / len(fulfilled):.4f}")


BENCHES = {"frame": frame, "wishes": wishes}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in BENCHES:
        BENCHES[sys.argv[1]](sys.argv[2:])
    else:
        sys.exit(__doc__)
