"""Which part of the machine each render worker gets: its GPU, its processors, its number of threads.

A worker sees one GPU only, chosen by an environment variable that is set before Blender loads, so that two workers
never open the same device by accident. Threads are divided among the workers. Where the machine has several NUMA nodes,
a worker stays on the processors next to its GPU, or on the nodes in turn.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from blender_synth.errors import ConfigError
from blender_synth.gpus import VISIBLE, Gpu, driver_order, find_gpus
from blender_synth.settings import RunSettings

WORKER_MB = 1500
"""Of memory that `worker.count=auto` leaves for each worker: a street with 11 people took 1046 MB."""
_FRAMES_EACH = 4
"""`worker.count=auto` starts another worker for so many frames: starting one takes as long as one or two of them."""
_KINDS = {"cuda": "cuda", "optix": "cuda", "hip": "hip", "oneapi": "oneapi"}
"""Kind of driver, by `render.device`; with `auto` any kind will do."""
_CPU_WORKERS = 2
"""On the CPU with `worker.count=auto`: one builds a scene, which takes one thread, while the other renders."""


@dataclass(frozen=True)
class Machine:
    """What workers can be given.

    Attributes:
        cpus: that this process may run on. threads: that they may keep busy; fewer than `cpus` in a limited container.
        nodes: those of the CPUs on each NUMA node. gpus: that this process sees. memory_mb: that is free.
    """

    cpus: tuple[int, ...]
    threads: int
    nodes: tuple[tuple[int, ...], ...] = ()
    gpus: tuple[Gpu, ...] = ()
    memory_mb: int = 2**40


@dataclass(frozen=True)
class Slot:
    """The part of one worker.

    Attributes:
        environment: variables of its process. cpus: that it may run on; empty: all. threads: of Cycles; 0: all.
        gpu: its GPU, as the driver numbers it; empty on the CPU, or where the driver cannot be asked.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    cpus: tuple[int, ...] = ()
    threads: int = 0
    gpu: str = ""


WHOLE_MACHINE = Slot()
"""The part of a worker that has no others next to it."""


def this_machine(device: str) -> Machine:
    """This machine. `device`: the value of `render.device`; GPUs are counted only if it may be one."""
    cpus = _own_cpus()
    gpus = () if device in ("cpu", "metal") else find_gpus()
    return Machine(cpus, min(len(cpus), _cpu_quota()), _nodes(cpus), gpus, _free_mb())


def slots(settings: RunSettings, frames: int, machine: Machine | None = None) -> list[Slot]:
    """A slot for each worker of a run, at least one and at most one for each frame.

    Args:
        frames: that are still to be rendered. machine: by default this one.

    Raises:
        ConfigError: `worker.gpus` names a GPU that is not there.
    """
    machine = machine or this_machine(settings.render.device)
    gpus = _chosen_gpus(settings, machine)
    count = min(_count(settings, frames, machine, gpus), max(1, frames))
    homes = [_home(number, gpus, machine) for number in range(count)]
    return [_slot(number, homes, gpus, machine, settings.render.threads) for number in range(count)]


def _chosen_gpus(settings: RunSettings, machine: Machine) -> tuple[Gpu, ...]:
    device, wanted = settings.render.device, settings.worker.gpus
    there = [gpu for gpu in machine.gpus if device == "auto" or gpu.kind == _KINDS.get(device)]
    if wanted == "auto":
        return tuple(there)
    for number in wanted:
        if number >= len(there):
            numbers = f"those from 0 to {len(there) - 1}" if there else "none that its drivers list"
            raise ConfigError(
                "this machine has no such GPU for render.device=" + device,
                key="worker.gpus",
                value=number,
                hint=f"there are {numbers}; leave worker.gpus out to use all",
            )
    return tuple(there[number] for number in dict.fromkeys(wanted))


def _count(settings: RunSettings, frames: int, machine: Machine, gpus: Sequence[Gpu]) -> int:
    wanted = settings.worker.count
    if wanted != "auto":
        return wanted
    most = len(gpus) * settings.worker.per_gpu if gpus else min(_CPU_WORKERS, machine.threads)
    if not gpus and settings.render.device not in ("cpu", "auto"):
        most = 1  # a GPU whose driver cannot be asked
    by_memory = machine.memory_mb // WORKER_MB
    return max(1, min(most, by_memory, math.ceil(frames / _FRAMES_EACH)))


def _home(number: int, gpus: Sequence[Gpu], machine: Machine) -> int:
    """The NUMA node of a worker; -1 where it may run anywhere."""
    nodes = [index for index, cpus in enumerate(machine.nodes) if cpus]
    if len(nodes) < 2:
        return -1
    if gpus:
        near = gpus[number % len(gpus)].node
        return near if near in nodes else -1
    return nodes[number % len(nodes)]


def _slot(number: int, homes: Sequence[int], gpus: Sequence[Gpu], machine: Machine, threads: int) -> Slot:
    home = homes[number]
    if len(homes) == 1 and not gpus:
        return Slot(threads=threads)
    cpus = machine.nodes[home] if home >= 0 else ()
    sharing = homes.count(home) if home >= 0 else len(homes)
    room = min(len(cpus) or machine.threads, machine.threads)
    gpu = gpus[number % len(gpus)] if gpus else None
    environment = {} if gpu is None else {**driver_order(os.environ), VISIBLE[gpu.kind]: gpu.visible}
    return Slot(environment, cpus, threads or max(1, room // sharing), "" if gpu is None else gpu.visible)


def _own_cpus() -> tuple[int, ...]:
    try:
        return tuple(sorted(os.sched_getaffinity(0)))
    except (AttributeError, OSError):
        return tuple(range(os.cpu_count() or 1))


def _nodes(cpus: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """CPUs of each NUMA node that this process may run on, by the number of the node (Linux)."""
    found: dict[int, tuple[int, ...]] = {}
    for folder in Path("/sys/devices/system/node").glob("node[0-9]*"):
        try:
            listed = parse_cpu_list((folder / "cpulist").read_text())
        except (OSError, ValueError):
            continue
        found[int(folder.name.removeprefix("node"))] = tuple(cpu for cpu in listed if cpu in cpus)
    return tuple(found.get(number, ()) for number in range(max(found, default=-1) + 1))


def parse_cpu_list(text: str) -> list[int]:
    """Numbers of a list as the kernel writes it: ``"0-3,8"``."""
    numbers: list[int] = []
    for part in filter(None, text.strip().split(",")):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def _cpu_quota() -> int:
    """Processors that the container may keep busy (cgroup 2)."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):
        return 2**16


def _free_mb() -> int:
    """Memory that is free for programs, also within the container's limit (Linux); elsewhere any amount."""
    free = 2**40
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:"))
        limit, used = (int(Path(f"/sys/fs/cgroup/memory.{name}").read_text()) for name in ("max", "current"))
        free = min(free, (limit - used) // 2**20)
    except (OSError, ValueError, StopIteration):
        pass
    return free
