"""Rules of a scene.yaml about parts of a scene, chosen by name."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable

from pydantic import Field

from blender_synth.values import Range, plain


@plain
class Jitter:
    """How far a thing may be off its place, along x and y each, and turned."""

    shift_m: Range = (0.0, 0.0)
    turn_deg: Range = (0.0, 0.0)


@plain
class Spawn:
    """Rules for an area: how much likelier people are there than elsewhere, and how many may be there at most."""

    share: float = Field(default=1.0, ge=0)
    most: int | None = Field(default=None, ge=0)


@plain
class CameraRule:
    """What cameras of one rig do here, whatever the marks say."""

    height_m: Range | None = None
    pitch_deg: float | None = None


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """The names that a pattern means, whatever their case; `chair` also means `chair.001`.

    What comes with an instance of a collection (`instance/name`) is meant only by a pattern that says so.
    """
    pattern = pattern.lower()
    names = [n for n in names if pattern.count("/") == n.count("/")]
    numbered = re.compile(rf"{re.escape(pattern)}(\.\d{{3,}}|#\d+)*")
    return [n for n in names if fnmatch.fnmatchcase(n.lower(), pattern) or numbered.fullmatch(n.lower())]


def is_absent(within: Iterable[str], absent: set[str]) -> bool:
    return not absent.isdisjoint(within)
