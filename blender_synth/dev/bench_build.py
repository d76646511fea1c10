"""`make bench-build`: processor seconds to build a scene in a warm worker, for every scene, against the aims.

Usage: python -m blender_synth.dev.bench_build [--count N] [--against FOLDER] [NAME ...]

`--against` measures an older checkout of this repository as well, each row right after ours. NAME: rows to measure, all
by default. The last line is the worst ratio of a measured time to its aim. Times are of the processor, so that other
work on the machine counts little.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from blender_synth.blender_process import child_environment

_CHILD = Path(__file__).parents[1] / "blender" / "dev" / "bench_build.py"
_SCENES = ("crosswalk", "plaza", "car_park", "shopping_arcade", "lobby", "gym", "lift", "courtyard", "waiting_room",
           "hallway", "clothes_shop", "restaurant")  # fmt: skip
ROWS: dict[str, tuple[tuple[str, ...], float]] = {
    "street": (("scene=street", "pedestrians=street", "pedestrians.count=11"), 1.2),
    "street_60": (("scene=street", "pedestrians=crowd", "pedestrians.count=60"), 4.0),
    **{name: ((f"scene={name}", "mirrors=mixed"), 1.5) for name in _SCENES},
}
"""Config and aim in seconds of each row."""
FIRST_AIM_S = 3.0
"""Of the first scene of a process, `street`, where the cache folder is filled."""


def measure(count: int, overrides: tuple[str, ...], cache: str, checkout: Path | None = None) -> dict[str, Any]:
    """What `blender.dev.bench_build` prints, in a process of its own.

    Args:
        cache: the cache folder. checkout: of the code to measure instead of this one.
    """
    environment = child_environment() | {"BLENDER_SYNTH_CACHE": cache}
    if checkout:
        environment["PYTHONPATH"] = str(checkout.absolute())
    command = [sys.executable, "-P", str(_CHILD), str(count), *overrides]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


def main(arguments: list[str]) -> None:
    """Print a row for each scene, one for the first build of a process, and the worst ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20, help="scenes of `street`; other rows take a third of them")
    parser.add_argument("--against", type=Path)
    parser.add_argument("names", nargs="*", choices=[*ROWS, "first", []], metavar="NAME")
    options = parser.parse_args(arguments)
    names = options.names or [*ROWS, "first"]
    checkouts = [None, options.against] if options.against else [None]
    ratios = []
    print("scene             people   median s   slowest s   aim s   ratio   MB" + "   before s" * len(checkouts[1:]))
    with tempfile.TemporaryDirectory() as cache:
        for name in names:
            overrides, aim_s = ROWS["street" if name == "first" else name]
            count = options.count if name == "street" else max(options.count // 3, 3)
            medians = []
            for number, checkout in enumerate(checkouts):
                folder = os.path.join(cache, str(number))
                if name == "first":
                    if checkout is None and "street" not in names:
                        measure(0, overrides, folder)  # fills the cache
                    row, aim_s = measure(0, overrides, folder, checkout), FIRST_AIM_S
                    row |= {"build_s": [row["first_s"]], "people": [11]}
                else:
                    row = measure(count, overrides, folder, checkout)
                medians.append(statistics.median(row["build_s"]))
                if checkout is None:
                    ours = row
            ratios.append(medians[0] / aim_s)
            print(f"{name:16} {statistics.median(ours['people']):7.0f} {medians[0]:10.2f} {max(ours['build_s']):11.2f} "
                  f"{aim_s:7.1f} {ratios[-1]:7.2f} {ours['peak_mb']:6.0f}"
                  + "".join(f"{median:10.2f}" for median in medians[1:]), flush=True)  # fmt: skip
    print(f"worst {max(ratios):.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
