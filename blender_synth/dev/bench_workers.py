"""How well workers share a machine, and what they cost.

Usage: python -m blender_synth.dev.bench_workers [--frames=N] [key=value ...]

Renders a tiny scene (64 x 36 pixels, two people) with 1, 2 ... workers of one thread each and compares the frames per
second; then one worker renders `--frames` of them (500) while its memory is watched. Other programs on the machine make
the speed meaningless, so their share of its processor time is printed, and the cost of a frame in processor time, too.
The last line has the speed of the most workers over that of one, the memory of a worker, and the largest change of that
from frame 20 on.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from blender_synth.acceptance import sample_until_accepted
from blender_synth.config import compose
from blender_synth.packs.search import find_packs
from blender_synth.settings import RunSettings
from blender_synth.worker_slots import Slot, this_machine
from blender_synth.workers import Worker, worker_for

TINY = (
    "scene=studio", "pedestrians.count=2", "props.count=0", "render.width_px=64", "render.height_px=36",
    "render.samples=4", "render.device=cpu", "accept.max_attempts=1",
)  # fmt: skip
EACH = 12
"""Frames that each worker renders in the first part."""
SETTLED = 20
"""Frame from which on a worker's memory should not change."""


@dataclass(frozen=True)
class Measured:
    """Frames of some workers: per second, processor seconds for each, share of the machine that others used."""

    per_s: float
    cpu_s: float
    others: float
    memory_mb: int


def measure(settings: RunSettings, workers: int, threads: int, each: int = EACH) -> Measured:
    """Render `each` frames with each of so many workers of so many threads, after one more that is not timed."""
    packs = find_packs(settings.packs)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        slots = [Slot(threads=threads)] * workers
        started = [stack.enter_context(closing(worker_for(settings, packs, slot))) for slot in slots]
        for worker in started:
            worker.start()  # in this thread: the system ends a worker with the thread that started it

        def frames(worker: Worker, numbers: range) -> None:
            for number in numbers:
                sample_until_accepted(settings, packs, worker, number)
                worker.render(str(folder / str(number)))
                shutil.rmtree(folder / str(number))

        def all_of_them(first: int, count: int) -> None:
            threads = [
                threading.Thread(target=frames, args=(worker, range(first + k * count, first + (k + 1) * count)))
                for k, worker in enumerate(started)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        all_of_them(0, 1)
        own = _cpu_s(started) + time.process_time()
        busy, start = _machine_cpu_s(), time.perf_counter()
        all_of_them(1000, each)
        wall_s = time.perf_counter() - start
        own = _cpu_s(started) + time.process_time() - own
        others = max(0.0, _machine_cpu_s() - busy - own) / (wall_s * (os.cpu_count() or 1))
        memory_mb = max(worker.memory_mb for worker in started)
        return Measured(workers * each / wall_s, own / (workers * each), others, memory_mb)


def scaling(settings: RunSettings, show: Callable[[str], None]) -> tuple[int, float, float]:
    """1, 2, 4 ... workers up to one for each processor; returns (most workers, their speed over that of one, cost)."""
    most = this_machine("cpu").threads
    counts = sorted({1, most, *(2**k for k in range(1, 9) if 2**k < most)})
    show("workers  threads  frames/s  over one  cpu s/frame  others' share  memory of one")
    one = Measured(1.0, 1.0, 0.0, 0)
    rows: list[tuple[int, int]] = [(count, 1) for count in counts] + ([(1, most)] if most > 1 else [])
    best = (1, 1.0, 1.0)
    for count, threads in rows:
        row = measure(settings, count, threads)
        one = row if (count, threads) == (1, 1) else one
        speed, cost = row.per_s / one.per_s, row.cpu_s / one.cpu_s
        show(f"{count:7d}  {threads:7d}  {row.per_s:8.2f}  {speed:8.2f}  {row.cpu_s:11.2f}  {row.others:13.0%}"
             f"  {row.memory_mb:9d} MB")  # fmt: skip
        if threads == 1:
            best = (count, speed, cost)
    return best


def memory(settings: RunSettings, frames: int, show: Callable[[str], None]) -> tuple[int, float]:
    """One worker's memory over many frames: (largest MB, largest change from frame `SETTLED` on, as a share)."""
    packs = find_packs(settings.packs)
    sizes: list[int] = []
    show("frame  resident  largest so far")
    with closing(worker_for(settings, packs)) as worker, tempfile.TemporaryDirectory() as folder:
        for number in range(frames):
            sample_until_accepted(settings, packs, worker, number)
            worker.render(f"{folder}/{number}")
            shutil.rmtree(f"{folder}/{number}")
            sizes.append(_resident_mb(worker.pid))
            if number + 1 in (1, SETTLED) or (number + 1) % 50 == 0 or number + 1 == frames:
                show(f"{number + 1:5d}  {sizes[-1]:5d} MB  {worker.memory_mb:5d} MB")
        largest = worker.memory_mb
    settled = statistics.median(sizes[SETTLED - 1 : SETTLED + 4]) if frames > SETTLED else sizes[-1]
    return largest, max((abs(size - settled) / settled for size in sizes[SETTLED:]), default=0.0)


def _resident_mb(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def _cpu_s(workers: list[Worker]) -> float:
    """Processor seconds that the workers' processes have used."""
    total = 0
    for worker in workers:
        fields = Path(f"/proc/{worker.pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def _machine_cpu_s() -> float:
    """Processor seconds that all processes of the machine have used."""
    user, nice, system = (int(field) for field in Path("/proc/stat").read_text().split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def main(arguments: list[str]) -> None:
    """Print both tables."""
    frames = next((int(word.partition("=")[2]) for word in arguments if word.startswith("--frames=")), 500)
    settings = compose([*TINY, *(word for word in arguments if not word.startswith("--"))])
    workers, speed, cost = scaling(settings, lambda line: print(line, flush=True))
    largest_mb, drift = memory(settings, frames, lambda line: print(line, flush=True))
    print(f"workers {workers} speed {speed:.2f} cost {cost:.2f} memory_mb {largest_mb} drift {drift:.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
