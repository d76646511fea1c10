"""Time spent in the steps of an export, for `make bench-export`."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

seconds: dict[str, float] = defaultdict(float)
"""By step, of this process since its start."""


@contextmanager
def step(name: str) -> Iterator[None]:
    """Add the CPU time of the block to a step."""
    start = time.process_time()
    try:
        yield
    finally:
        seconds[name] += time.process_time() - start
