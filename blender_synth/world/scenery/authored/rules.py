"""Rules of a scene.yaml about parts of a scene, chosen by name."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable

from pydantic import Field

from blender_synth.values import Range, plain


@plain
class Jitter:
    """Random displacement of an object.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `shift_m` | [0, 0] | m | distance, in a random direction |
    | `turn_deg` | [0, 0] | deg | rotation about the vertical |
    """

    shift_m: Range = (0.0, 0.0)
    turn_deg: Range = (0.0, 0.0)


@plain
class Spawn:
    """How many people stand in an area.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `share` | 1 | factor | density of people relative to other ground |
    | `most` | null | count | maximum number of people |
    """

    share: float = Field(default=1.0, ge=0)
    most: int | None = Field(default=None, ge=0)


@plain
class CameraRule:
    """Settings of all cameras of one rig, which replace those of the marks.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `height_m` | null | m | height above the ground |
    | `pitch_deg` | null | deg | elevation of the middle of the view |
    """

    height_m: Range | None = None
    pitch_deg: float | None = None


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """The names that match a pattern, ignoring case; `chair` also matches `chair.001`.

    Objects of a collection instance (`instance/name`) are matched only by patterns with a `/`.
    """
    pattern = pattern.lower()
    names = [n for n in names if pattern.count("/") == n.count("/")]
    numbered = re.compile(rf"{re.escape(pattern)}(\.\d{{3,}}|#\d+)*")
    return [n for n in names if fnmatch.fnmatchcase(n.lower(), pattern) or numbered.fullmatch(n.lower())]


def is_absent(within: Iterable[str], absent: set[str]) -> bool:
    return not absent.isdisjoint(within)
