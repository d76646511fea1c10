"""Changes settings inside a `with` block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def temporary_settings(owner: Any, **values: Any) -> Iterator[None]:
    """Set attributes of `owner`; on leaving, put the former values back in reverse order."""
    before = {name: getattr(owner, name) for name in values}
    try:
        for name, value in values.items():
            setattr(owner, name, value)
        yield
    finally:
        for name in reversed(values):
            setattr(owner, name, before[name])
