"""Limits on time and memory for reading one file of a pack, set by the process that reads it, for itself.

Every file of a pack is first opened in a child process (`packs.reader` for data, `blender.pack_loader.describe` for
shapes). A file of up to `SMALL_BYTES` may take `CPU_S` of processor time and `MEMORY_BYTES`; larger ones get more, in
proportion. The system enforces both: beyond the memory an allocation fails, beyond the time the process ends.
"""

from __future__ import annotations

import contextlib
import math
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from blender_synth.errors import AssetError

SMALL_BYTES = 10_000_000
CPU_S = 7.0
"""Of all threads together; with the start of Blender it stays below ten seconds."""
CPU_S_PER_BYTE = 1e-6
MOST_CPU_S = 180.0
MEMORY_BYTES = 640_000_000
"""On top of what the process has before it opens the file."""
MEMORY_PER_BYTE = 12
MOST_MEMORY_BYTES = 12 * 2**30
"""Of addresses, for a whole process; Blender alone takes some 2 GB."""

Result = TypeVar("Result")


class Report(Protocol):
    """Sends an event to the parent process."""

    def __call__(self, event: str, **fields: Any) -> None: ...


def cpu_limit_s(size_bytes: int) -> float:
    """Processor time for reading files of this size together."""
    return min(CPU_S + CPU_S_PER_BYTE * max(size_bytes - SMALL_BYTES, 0), MOST_CPU_S)


def memory_limit_bytes(size_bytes: int) -> int:
    """Memory for reading files of this size together."""
    return MEMORY_BYTES + MEMORY_PER_BYTE * max(size_bytes - SMALL_BYTES, 0)


def within_limits(report: Report, file: Path, size_bytes: int, do: Callable[[], Result]) -> Result:
    """What `do` returns, computed within the limits for files of `size_bytes`.

    Args:
        report: gets the event `limits` first, with `by_machine`: the machine allows less memory than our limit.
        file: for messages. do: reads the file.

    Raises:
        AssetError: the file needs more memory than our limit. MemoryError: it needs more than the machine allows.
    """
    before = resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU)
    by_machine = _limit_memory(memory_limit_bytes(size_bytes))
    _limit_cpu(cpu_limit_s(size_bytes))
    report("limits", by_machine=by_machine, cpu_s=cpu_limit_s(size_bytes))
    try:
        return do()
    except MemoryError:
        if by_machine:
            raise
        raise too_much_memory(file, size_bytes) from None
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before[0])
        resource.setrlimit(resource.RLIMIT_CPU, before[1])


def too_much_memory(file: Path, size_bytes: int) -> AssetError:
    """The error for a file that needs more memory than the limit for its size."""
    limit_mb = memory_limit_bytes(size_bytes) // 10**6
    hint = "use fewer triangles, smaller textures or lower modifiers, or split the file"
    return AssetError("the file needs more memory than the limit", file=file, value=f"{limit_mb} MB", hint=hint)


def too_much_time(file: Path, size_bytes: int) -> AssetError:
    """The error for a file that needs more processor time than the limit for its size."""
    hint = "use fewer triangles, smaller textures, lower modifiers or smaller numbers, or split the file"
    value = f"{cpu_limit_s(size_bytes):g} s"
    return AssetError("the file takes longer to read than the limit", file=file, value=value, hint=hint)


def _limit_memory(more_bytes: int) -> bool:
    """Limit the address space to what is in use and `more_bytes`; whether the machine's own limit is lower."""
    used = _address_space_bytes()
    if not used:
        return False
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = used + more_bytes
    lower = hard != resource.RLIM_INFINITY and hard < wanted
    resource.setrlimit(resource.RLIMIT_AS, (hard if lower else wanted, hard))
    return lower and hard < MOST_MEMORY_BYTES


def _address_space_bytes() -> int:
    """Addresses in use by this process; 0 where the system does not say (it is not Linux)."""
    with contextlib.suppress(OSError, ValueError):
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    return 0


def _limit_cpu(seconds: float) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
