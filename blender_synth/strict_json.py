"""JSON that every reader takes: RFC 8259 has no NaN and no infinity, which Python writes as words of its own."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def json_text(value: object, indent: int | None = None) -> str:
    """JSON of a value; numbers that are not finite become null."""
    return json.dumps(finite(value), indent=indent, allow_nan=False)


def json_in_page(value: object) -> str:
    """Compact JSON for a script of a web page: ASCII, with `<` escaped; other values as their text."""
    text = json.dumps(finite(value), separators=(",", ":"), default=str, allow_nan=False)
    return text.replace("<", "\\u003c")


def finite(value: object) -> Any:
    """The same value with None in place of numbers that are not finite, in lists and mappings too."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(entry) for key, entry in value.items()}
    if isinstance(value, np.generic):
        return finite(value.item())
    return [finite(entry) for entry in value] if isinstance(value, list | tuple) else value
