"""What may be wrong with an asset: found by the safe loader and by `assets check`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file.

    Attributes:
        code: names the kind of fault (`missing_texture`, `outside_path`, `script_removed`, `driver_removed` ...).
        severity: of an `error` the item is not to be used; a `warning` says what was changed or looks odd.
        object: the object, material or other thing in the file that it concerns; "" for the file.
        text: what is wrong. hint: what the artist can do about it.
    """

    code: str
    severity: Literal["error", "warning"]
    object: str
    text: str
    hint: str
