"""Names in a scene's file that are almost those of marks: a slip of the pen must not change the scene silently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from blender_synth.suggestions import edit_distance
from blender_synth.world.scenery.shared.marks import (
    LAMP_KINDS,
    MARKS,
    SPOT_USES,
    SURFACES,
    WALK_USES,
    Record,
    mark_of,
    words,
)

RIGS = ("handheld", "cctv", "dashcam")
_USES: dict[str, tuple[str, ...]] = {
    "walk": WALK_USES, "spot": SPOT_USES, "lamp": tuple(LAMP_KINDS), "camera": RIGS, "mirror": ("front",),
}  # fmt: skip
"""Words that may follow a mark's own."""
_SHORT = 4
_OTHER_WORDS = frozenset(
    {
        "wall", "talk", "load", "toad", "rod", "rods", "read", "seal", "heat", "feat", "beat", "sea", "floor", "flower",
        "slow", "blow", "glow", "plow", "flaw", "slot", "sport", "pot", "pots", "shot", "spout", "damp", "camp", "ramp",
        "clamp", "lamb", "lump", "roof", "room", "mirrored",
    }
)  # fmt: skip
"""Words of objects that are one letter away from a mark and no mistake."""


@dataclass(frozen=True)
class NearMiss:
    """A name that is almost a mark.

    Attributes:
        name: of the object or material. meant: how it should begin.
    """

    name: str
    meant: str


def near_misses(records: Iterable[Record], materials: Iterable[str] = ()) -> Iterator[NearMiss]:
    """Names of objects, their property `bs`, and of materials, that are almost a mark, each once."""
    seen: set[NearMiss] = set()
    for record in records:
        override = record.properties.get("bs")
        names = [record.name, *record.collections, *([override] if isinstance(override, str) else [])]
        found = [(name, _meant(name, record.kind == "EMPTY", mark_of(record) is not None)) for name in names]
        for miss in (NearMiss(name, meant) for name, meant in found if meant):
            if miss not in seen:
                seen.add(miss)
                yield miss
    for name in materials:
        if (meant := _surface(words(name)[0])) and NearMiss(name, meant) not in seen:
            yield NearMiss(name, meant)


def _meant(name: str, is_empty: bool, is_mark: bool) -> str:
    """What a name was probably meant to begin with; empty where it is right, or something else."""
    first, *rest = words(name)
    if surface := _surface(first):
        return surface
    if not rest:
        return ""
    if first in MARKS:
        return _use(first, rest)
    if is_mark or first in _OTHER_WORDS:
        return ""
    for mark in MARKS:
        most = 1 if len(mark) <= _SHORT else 2
        if not 0 < edit_distance(first, mark, most) <= most:
            continue
        second = _nearest(rest[0], _USES.get(mark, ()))
        if len(mark) > _SHORT or is_empty or second:
            return f"{mark}.{second}" if second else f"{mark}."
    return ""


def _use(mark: str, rest: list[str]) -> str:
    """What was meant where the word after a mark is almost one of those that have a meaning there."""
    known = _USES.get(mark, ())
    if not rest[0] or rest[0] in known:
        return ""
    nearest = _nearest(rest[0], known)
    return f"{mark}.{nearest}" if nearest else ""


def _nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is spelled like another, or is it; empty if there is none."""
    for candidate in known:
        if edit_distance(word, candidate, 2) <= (1 if len(candidate) <= _SHORT else 2):
            return candidate
    return ""


def _surface(first: str) -> str:
    """`mirror!` and its like for a first word that is almost it."""
    if not first.endswith("!") or first[:-1] in SURFACES:
        return ""
    nearest = next((s for s in SURFACES if edit_distance(first[:-1], s, 2) <= 2), "")
    return f"{nearest}!" if nearest else ""
