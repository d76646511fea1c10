"""Hints for names that do not exist: the nearest ones by spelling, then all of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LISTED = 40


def hint_for(name: object, known: Iterable[str]) -> str:
    """A hint such as ``"did you mean 'sunny'? use one of: cloudy, sunny"`` for a name that is not among `known`."""
    names = sorted(set(map(str, known)))
    if not names:
        return "remove it"
    nearest = nearest_names(name, names)
    guess = f"did you mean {' or '.join(repr(near) for near in nearest)}? " if nearest else ""
    more = f", ... ({len(names)} in all)" if len(names) > _LISTED else ""
    return f"{guess}use one of: {', '.join(names[:_LISTED])}{more}"


def hint_among(name: object, known: Iterable[str], otherwise: str = "use one of: none") -> str:
    """As `hint_for`; another hint where nothing is known."""
    names = list(known)
    return hint_for(name, names) if names else otherwise


def nearest_names(name: object, known: Iterable[str]) -> list[str]:
    """At most two names that are spelled like `name`, the nearest first."""
    if not isinstance(name, str) or not name or len(name) > 200:
        return []
    by_lower = {candidate.lower(): candidate for candidate in known}
    return [by_lower[match] for match in difflib.get_close_matches(name.lower(), by_lower, n=2, cutoff=0.65)]


def edit_distance(first: str, second: str, most: int) -> int:
    """Letters to insert, remove, replace or swap with the next one; `most + 1` where there are more than `most`."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return min(row[-1], most + 1)
