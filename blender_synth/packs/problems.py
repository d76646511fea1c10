"""Problems that the safe loader finds in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """One problem of a file.

    Attributes:
        code: the kind of problem (`missing_texture`, `outside_path`, `script_removed`, `driver_removed` ...).
        severity: an `error` makes the item unusable; a `warning` is about something that was changed or looks odd.
        object: name of the object, material or other data-block in the file; "" for the whole file.
        text: what is wrong. hint: how the artist can fix it.
        written: path of the file that is missing, as the loader has it; "" for other problems.
    """

    code: str
    severity: Literal["error", "warning"]
    object: str
    text: str
    hint: str
    written: str = ""
