"""Measures what hostile packs take: `python -m tests.measure_hostile [NAME ...]` prints a table."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests import hostile_packs

_CODE = (
    "import sys\nfrom pathlib import Path\nfrom blender_synth.errors import BlenderSynthError\n"
    "from blender_synth.packs import load_pack\nfrom blender_synth.packs.search import pack_folders\n"
    "folder = Path(sys.argv[1])\narchives = [f for f in folder.iterdir() if f.suffix in ('.zip', '.gz')]\n"
    "try:\n"
    "    [load_pack(f) for f in pack_folders(archives or [folder])[-1:]]\n"
    "    print('accepted')\n"
    "except BlenderSynthError as error:\n    print(error)\n"
)


@dataclass(frozen=True)
class Taken:
    """What one input took: of all processes, and the largest of them; `said` is what was printed."""

    wall_s: float
    cpu_s: float
    memory_mb: float
    said: str


def measure(name: str, folder: Path) -> Taken:
    """Load a hostile pack in a fresh process, within 12 GB."""
    hostile_packs.ALL[name](folder / name)
    log = folder / f"{name}.log"
    environment = os.environ | {"BLENDER_SYNTH_CACHE": str(folder / "cache"), "PYTHONPATH": ""}
    command = f'ulimit -v 14000000; exec "{sys.executable}" -P -c "$CODE" "{folder / name}"'
    start = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["bash", "-c", command], stdout=out, stderr=out, env=environment | {"CODE": _CODE}
        )  # fmt: skip
        _, _, used = os.wait4(process.pid, 0)
    wall_s = time.monotonic() - start
    return Taken(wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000, log.read_text(errors="replace"))


def main(names: list[str]) -> None:
    """Print a row for each input."""
    print("| input | wall s | processor s | memory MB | result |\n| --- | --- | --- | --- | --- |")
    for name in names or hostile_packs.ALL:
        with tempfile.TemporaryDirectory() as folder:
            taken = measure(name, Path(folder))
            said = taken.said.strip().splitlines()
            first = said[-1] if any(line.startswith("Traceback") for line in said) else said[0] if said else ""
            row = (name, f"{taken.wall_s:.1f}", f"{taken.cpu_s:.1f}", f"{taken.memory_mb:.0f}", first[:90])
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
