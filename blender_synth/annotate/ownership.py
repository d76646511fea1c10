"""Who owns a pixel that shows two people: one mirrored in a pane, one behind it. And how much of its light is whose.

A pane's pixel has a reflected and a transmitted layer. Where only one of them shows a person the pixel is that
person's; scenery takes no pixel off a person. Where both do, `GlassPolicy.glass` decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.frames.raw_frame import RawFrame, sightings
from blender_synth.values import plain

_LAYERED = ("glass", "water", "polished")
_SHARES = {"reflected": "reflected_share", "transmitted": "transmitted_share"}


@plain
class GlassPolicy:
    """Attributes:
    glass: who owns a pixel that shows a person mirrored in glass or water and another behind it. `radiance`: whoever
        sends more of the picture's light there (behind it, where glass was met after a mirror, as no share is
        measured there); `reflected` or `transmitted`: always that one; `both`: each has it, flagged `overlap`.
    min_mix: annotations are dropped below this mean share of their pixels' light. 0.05 is the contrast at which WMO
        puts the end of visibility (see develop/air.py).
    """

    glass: Literal["radiance", "reflected", "transmitted", "both"] = "radiance"
    min_mix: float = Field(default=0.05, ge=0, le=1)


@dataclass
class Sighting:
    """A person seen by one chain of mirrors.

    Attributes:
        number: of the person. code: the chain, 0 when there is none. masks: (H, W) bool by layer (see
            `frames.sightings`). mix: mean share of its pixels' light that comes from it; None where none is measured.
        overlap: whether it shares pixels with another.
    """

    number: int
    code: int
    masks: dict[str, np.ndarray]
    mix: float | None = None
    overlap: bool = False

    @property
    def mask(self) -> np.ndarray:
        """All its pixels, (H, W) bool."""
        return np.logical_or.reduce(list(self.masks.values()))


def people_seen(frame: RawFrame, people: list[int], policy: GlassPolicy) -> list[Sighting]:
    """Every (person, chain) that the frame shows under a policy, by number and chain."""
    found: dict[tuple[int, int], Sighting] = {}
    for layer, ids, codes in sightings(frame.labels):
        rows, columns = np.nonzero(np.isin(ids, people))
        keys = np.stack([ids[rows, columns], codes[rows, columns]])
        for number, code in np.unique(keys, axis=1).T.tolist():
            sighting = found.setdefault((number, code), Sighting(number, code, {}))
            sighting.masks[layer] = (ids == number) & (codes == code)
    seen = [found[key] for key in sorted(found)]
    shares = _shares(frame)
    for sighting in seen:
        sighting.mix = _mix(sighting, shares)
    seen = [s for s in seen if s.mix is None or s.mix >= policy.min_mix]
    _settle(seen, shares, policy)
    return [s for s in seen if s.mask.any()]


def _shares(frame: RawFrame) -> dict[str, np.ndarray]:
    """Share (H, W) of the light by layer; nan where the surface met first is not layered, or was not measured."""
    if frame.shares is None:
        return {}
    layered = [row["instance_id"] for row in frame.meta["instances"] if row.get("surface") in _LAYERED]
    measured = np.isin(frame.labels["surface_id"], layered)
    return {layer: np.where(measured, frame.shares[name], np.nan) for layer, name in _SHARES.items()}


def _mix(sighting: Sighting, shares: dict[str, np.ndarray]) -> float | None:
    """Mean over its pixels; those beside the glass are all its own."""
    values = [
        shares[layer][mask] if layer in shares else np.full(int(mask.sum()), np.nan)
        for layer, mask in sighting.masks.items()
    ]
    together = np.concatenate(values)
    if np.isnan(together).all():
        return None
    return round(float(np.where(np.isnan(together), 1.0, together).mean()), 4)


def _settle(seen: list[Sighting], shares: dict[str, np.ndarray], policy: GlassPolicy) -> None:
    """Give pixels with a person in either layer to one of them, or flag both."""
    mirrored = [s for s in seen if "reflected" in s.masks]
    behind = [s for s in seen if "transmitted" in s.masks]
    for front in mirrored:
        for back in behind:
            both = front.masks["reflected"] & back.masks["transmitted"]
            if front is back or not both.any():
                continue
            if policy.glass == "both":
                front.overlap = back.overlap = True
                continue
            wins = np.full(both.shape, policy.glass == "reflected")
            if policy.glass == "radiance" and shares:
                with np.errstate(invalid="ignore"):
                    wins = shares["reflected"] >= shares["transmitted"]
            front.masks["reflected"] &= ~both | wins
            back.masks["transmitted"] &= ~both | ~wins
