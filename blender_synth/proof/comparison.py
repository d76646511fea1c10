"""Whether one group of trainings tells reflections from pedestrians better than another.

Both groups look at the same pictures, so the difference is resampled in pairs: each draw takes whole scenes, with
replacement, and measures both groups on them, each at its own threshold for that draw. Two separate ranges that overlap
say little; a range of the difference that does not hold zero says that one group is better on scenes like these. Seeds
are averaged within a draw. How much a training varies with its seed is not in the range: look at the seeds as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blender_synth.proof.measures import PEDESTRIAN_ROW, REFLECTION_ROW, RESAMPLINGS, Matched
from blender_synth.seeds import rng_for


@dataclass(frozen=True)
class Difference:
    """First group minus second group: value on all scenes, and what 95 % of the resamplings lie between."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Two groups of trainings on one test set.

    Attributes:
        mistaken: share of reflections reported as pedestrians, at the same recall of pedestrians.
        separation: see `separation`.
    """

    mistaken: Difference
    separation: Difference


def separation(found: Matched) -> float:
    """Area under the ROC curve of pedestrians against reflections, by the score of class pedestrian: the chance that a
    pedestrian scores higher than a reflection, ties counted half, what is not found as 0. 0.5 is a coin toss. NaN
    without pedestrians or reflections."""
    scores = _Scores.of(found)
    return scores.separation(np.ones(len(scores.scenes)))


def compared(first: Sequence[Matched], second: Sequence[Matched], recall: float, seed: int = 0) -> Comparison:
    """The first group minus the second; each has one `Matched` of the same test set for each seed."""
    groups = [[_Scores.of(found) for found in group] for group in (first, second)]
    scenes = groups[0][0].scenes
    draws = rng_for(seed, 0, "proof/compare").integers(len(scenes), size=(RESAMPLINGS, len(scenes))) if scenes else ()
    weights = [np.ones(len(scenes)), *(np.bincount(draw, minlength=len(scenes)).astype(float) for draw in draws)]
    mistaken, separated = [], []
    for weight in weights:
        shares = [np.mean([scores.mistaken(weight, recall) for scores in group]) for group in groups]
        areas = [np.mean([scores.separation(weight) for scores in group]) for group in groups]
        mistaken.append(float(shares[0] - shares[1]))
        separated.append(float(areas[0] - areas[1]))
    return Comparison(_difference(mistaken), _difference(separated))


def _difference(values: Sequence[float]) -> Difference:
    drawn = np.array([value for value in values[1:] if np.isfinite(value)])
    low, high = np.quantile(drawn, (0.025, 0.975)) if len(drawn) else (np.nan, np.nan)
    return Difference(float(values[0]), float(low), float(high))


@dataclass(frozen=True)
class _Scores:
    """Scores of class pedestrian: (P,) of pedestrians, falling, and (R,) of reflections, with numbers of their scenes;
    higher (P, R): 1 where the pedestrian scores higher, 0.5 where both are equal."""

    scenes: tuple[str, ...]
    pedestrians: np.ndarray
    pedestrian_scenes: np.ndarray
    reflections: np.ndarray
    reflection_scenes: np.ndarray
    higher: np.ndarray

    @classmethod
    def of(cls, found: Matched) -> _Scores:
        scenes = tuple(sorted({entry.scene for entry in found.seen}))
        places = {scene: number for number, scene in enumerate(scenes)}

        def of_kind(kind: str) -> tuple[np.ndarray, np.ndarray]:
            entries = sorted((entry for entry in found.seen if entry.kind == kind), key=lambda entry: -entry.score)
            numbers = np.array([places[entry.scene] for entry in entries], int)
            return np.array([entry.score for entry in entries], float), numbers

        pedestrians, pedestrian_scenes = of_kind(PEDESTRIAN_ROW)
        reflections, reflection_scenes = of_kind(REFLECTION_ROW)
        over = pedestrians[:, None] - reflections
        return cls(
            scenes, pedestrians, pedestrian_scenes, reflections, reflection_scenes, (over > 0) + 0.5 * (over == 0)
        )

    def mistaken(self, weights: np.ndarray, recall: float) -> float:
        """Share of reflections at or above the score that finds `recall` of the pedestrians, or at any score where the
        detector never finds as many. weights: (S,) of the scenes."""
        people, mirrored = weights[self.pedestrian_scenes], weights[self.reflection_scenes]
        if not people.sum() or not mirrored.sum():
            return float("nan")
        reached = np.cumsum(people) >= recall * people.sum() - 1e-9
        threshold = self.pedestrians[int(reached.argmax())]
        counted = self.reflections >= threshold if threshold > 0 else self.reflections > 0
        return float(mirrored @ counted / mirrored.sum())

    def separation(self, weights: np.ndarray) -> float:
        people, mirrored = weights[self.pedestrian_scenes], weights[self.reflection_scenes]
        pairs = people.sum() * mirrored.sum()
        return float(people @ self.higher @ mirrored / pairs) if pairs else float("nan")
