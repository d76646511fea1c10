"""From a few axes to a body: weighted sums of MakeHuman's macro and detail targets, fitted to a stature."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from blender_synth.bodies.data import BodyData
from blender_synth.world.people.body import BodySpec

_AGE_ANCHORS = ((10.0, "child"), (25.0, "young"), (90.0, "old"))  # years at which MakeHuman's age targets stand
_MAX_HEIGHT_AXIS = 1.0


def _between(value: float, anchors: tuple[tuple[float, str], ...]) -> dict[str, float]:
    """Linear weights of the two anchors around `value`; the ends hold beyond themselves."""
    places, names = zip(*anchors, strict=True)
    value = min(max(value, places[0]), places[-1])
    k = min(int(np.searchsorted(places, value, side="right")) - 1, len(places) - 2)
    t = (value - places[k]) / (places[k + 1] - places[k])
    return {n: w for n, w in ((names[k], 1 - t), (names[k + 1], t)) if w > 1e-9}


def _three(value: float, axis: str) -> dict[str, float]:
    if value > 1:  # beyond the last target along the same line
        return {f"average{axis}": 2 - 2 * value, f"max{axis}": 2 * value - 1}
    return _between(value, ((0.0, f"min{axis}"), (0.5, f"average{axis}"), (1.0, f"max{axis}")))


def _macro_row(data: BodyData, body: BodySpec) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Component weights (K,) of the body at middle height, and what a full step taller or shorter adds."""
    sex = {"female": 1 - body.masculinity, "male": body.masculinity}
    age = _between(body.age_years, _AGE_ANCHORS)
    muscle, weight = _three(body.muscle, "muscle"), _three(body.weight, "weight")
    total = sum(body.ancestry)
    ancestry = dict(zip(("african", "asian", "caucasian"), (a / total for a in body.ancestry), strict=True))
    p = 2 * body.proportions - 1
    proportions = {"idealproportions" if p > 0 else "uncommonproportions": abs(p)}
    c = 2 * body.cup - 1
    cup = {"maxcup" if c > 0 else "mincup": abs(c)}

    def gather(pattern: str, *axes: dict[str, float]) -> np.ndarray:
        row = np.zeros(data.macro_coefficients.shape[1], np.float64)
        for combination in itertools.product(*(a.items() for a in axes)):
            factor = float(np.prod([w for _, w in combination]))
            index = data.macro_rows.get(pattern.format(*(n for n, _ in combination)))
            if index is not None and abs(factor) > 1e-6:
                row += factor * data.macro_coefficients[index]
        return row

    middle = gather("{}-{}-{}", ancestry, sex, age)
    middle += gather("universal-{}-{}-{}-{}", sex, age, muscle, weight)
    middle += gather("proportions/{}-{}-{}-{}-{}", sex, age, muscle, weight, proportions)
    middle += gather("breast/{}-{}-{}-{}-{}-averagefirmness", sex, age, muscle, weight, cup)
    taller = gather("height/{}-{}-{}-{}-{}", sex, age, muscle, weight, {"maxheight": 1.0})
    smaller = gather("height/{}-{}-{}-{}-{}", sex, age, muscle, weight, {"minheight": 1.0})
    return middle, taller, smaller


_HEAD_GROWTH = 0.024  # per year below ten; see `_with_childs_head`


def _with_childs_head(data: BodyData, points: np.ndarray, age_years: float) -> np.ndarray:
    """Give children under ten, the youngest of MakeHuman's shapes here, the larger heads of their age.

    Heads are almost fully grown at five: head to stature is about 1 : 5.6 then and 1 : 6.4 at ten (C. H. Stratz, Der
    Koerper des Kindes, 1903), where a ten-year-old scaled down would keep the latter.
    """
    if age_years >= 10:
        return points
    head = data.bone("head")
    eyes = [data.bone("eye.L"), data.bone("eye.R")]
    share = np.zeros(len(points))
    share[: data.vertex_count] = data.weights[:, [head, *eyes]].sum(1)
    names = ("head:tail", "eye.L", "eye.R")
    share[[data.point(n) for n in data.point_names if n.startswith(names)]] = 1
    base = points[data.point("head")]
    grown = 1 + _HEAD_GROWTH * (10 - max(age_years, 3.0))
    return points + share[:, None] * (grown - 1) * (points - base)


def stature_of(data: BodyData, points: np.ndarray) -> float:
    """Height of the bare body from soles to crown, metres."""
    z = points[data.skin_vertices, 2]
    return float(z.max() - z.min())


_prepared: dict[int, np.ndarray] = {}
"""Shapes of the bodies that are being built, by `id`."""
_AT_ONCE = 16


def _macro_shapes(data: BodyData, bodies: Sequence[BodySpec]) -> np.ndarray:
    """(bodies, 3, P * 3) float32: body at middle height, and what a full step taller or shorter adds."""
    rows = np.stack([row for body in bodies for row in _macro_row(data, body)]).astype(np.float32)
    return (rows @ data.macro_basis_m).reshape(len(bodies), 3, -1)


@contextmanager
def prepared(data: BodyData, bodies: Sequence[BodySpec]) -> Iterator[None]:
    """Compute the shapes of several bodies together for `shaped_points` inside the `with` block.

    Reading the basis dominates the cost, and is done once for up to `_AT_ONCE` bodies.
    """
    try:
        for first in range(0, len(bodies), _AT_ONCE):
            some = bodies[first : first + _AT_ONCE]
            _prepared.update(zip(map(id, some), _macro_shapes(data, some), strict=True))
        yield
    finally:
        _prepared.clear()


def shaped_points(data: BodyData, body: BodySpec) -> np.ndarray:
    """The body in its rest pose, soles at z = 0, with the stature that the spec asks for.

    The stature is met with MakeHuman's height targets (which keep heads from growing with legs) as far as they go,
    and by a uniform scale beyond.

    Returns:
        (P, 3) float64 points, metres.
    """
    base = data.base_m.astype(np.float64)
    for name, value in body.details.items():
        entry = data.details.get(f"{name}{'+' if value > 0 else '-'}")
        if entry is not None:
            base[entry[0]] += abs(value) * entry[1]

    rows = _prepared.get(id(body))
    if rows is None:
        rows = _macro_shapes(data, [body])[0]
    middle, taller, smaller = rows.reshape(3, -1, 3)
    points = base + middle
    height = stature_of(data, points)
    step = taller if body.stature_m > height else smaller
    full = stature_of(data, points + step)
    share = float(np.clip((body.stature_m - height) / (full - height), 0, _MAX_HEIGHT_AXIS))
    points = _with_childs_head(data, points + share * step, body.age_years)
    points *= body.stature_m / stature_of(data, points)
    hips = points[[data.point("upperleg01.L"), data.point("upperleg01.R")]].mean(0)
    body_z = points[data.skin_vertices, 2].min()
    return points - [hips[0], hips[1], body_z]
