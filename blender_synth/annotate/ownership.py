"""Which person owns a pixel that shows two, one reflected in glass and one behind it, and the share of its light.

A pixel of glass has a reflected and a transmitted layer. Where only one of them shows a person, the pixel is that
person's: scenery takes no pixel from a person. Where both do, `GlassPolicy.glass` decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.frames.raw_frame import RawFrame, id_layers
from blender_synth.values import plain

_SHARES = {"reflected": "reflected_share", "transmitted": "transmitted_share"}


@plain
class GlassPolicy:
    """Attributes:
    glass: who owns a pixel that shows one person reflected in glass or water and another behind it. `radiance`: whoever
        contributes more of the pixel's light (the person behind, where the ray met the glass after a mirror, as no
        share is measured there); `reflected` or `transmitted`: always that one; `both`: each has it, flagged `overlap`.
    min_mix: sightings with a lower mean share of their pixels' light are dropped. 0.05 is the contrast at the end of
        visibility (see optics/extinction.py).
    """

    glass: Literal["radiance", "reflected", "transmitted", "both"] = "radiance"
    min_mix: float = Field(default=0.05, ge=0, le=1)


@dataclass
class Sighting:
    """A person seen by one chain of mirrors.

    Attributes:
        instance_id: of the person. via_code: of the chain (see `raw_frame.decode_via`), 0 for none.
        masks: (H, W) bool by layer (see `raw_frame.id_layers`).
        mix: mean share of its pixels' light that comes from it; None where it is not measured.
        overlap: whether it shares pixels with another.
    """

    instance_id: int
    via_code: int
    masks: dict[str, np.ndarray]
    mix: float | None = None
    overlap: bool = False

    @property
    def mask(self) -> np.ndarray:
        """All its pixels, (H, W) bool."""
        return np.logical_or.reduce(list(self.masks.values()))


def people_seen(frame: RawFrame, people: Sequence[int], policy: GlassPolicy) -> list[Sighting]:
    """Every (person, chain) that the frame shows under a policy, by instance id and chain code.

    Args:
        people: their instance ids; or those of other objects.
    """
    found: dict[tuple[int, int], Sighting] = {}
    layers = list(id_layers(frame.labels))
    wanted = np.zeros(max([*people, *(int(ids.max(initial=0)) for _, ids, _ in layers)]) + 1, bool)
    wanted[list(people)] = True
    for layer, ids, codes in layers:
        pixels = np.flatnonzero(wanted.take(ids.ravel()))
        if not len(pixels):
            continue
        keys = ids.ravel()[pixels].astype(np.uint64) << np.uint64(32) | codes.ravel()[pixels]
        order = np.argsort(keys, kind="stable")
        unique, starts = np.unique(keys[order], return_index=True)
        for key, where in zip(unique.tolist(), np.split(pixels[order], starts[1:]), strict=False):
            number, code = key >> 32, key & 0xFFFFFFFF
            mask = np.zeros(ids.size, bool)
            mask[where] = True
            found.setdefault((number, code), Sighting(number, code, {})).masks[layer] = mask.reshape(ids.shape)
    seen = [found[key] for key in sorted(found)]
    if not seen:
        return []
    shares = _shares(frame)
    for sighting in seen:
        sighting.mix = _mix(sighting, shares)
    seen = [s for s in seen if s.mix is None or s.mix >= policy.min_mix]
    _assign_shared_pixels(seen, shares, policy)
    return [s for s in seen if s.mask.any()]


def _shares(frame: RawFrame) -> dict[str, np.ndarray]:
    """Share (H, W) of the light by layer; nan where the first hit is not layered, or no share was measured."""
    if frame.shares is None:
        return {}
    layered = [row.instance_id for row in frame.meta.instances if row.mirror is not None and row.mirror.layered]
    surface = frame.labels["surface_id"]
    is_layered = np.zeros(max([*layered, int(surface.max(initial=0))]) + 1, bool)
    is_layered[layered] = True
    unmeasured = ~is_layered.take(surface)
    found = {layer: frame.shares[name].copy() for layer, name in _SHARES.items()}
    for share in found.values():
        share[unmeasured] = np.nan
    return found


def _mix(sighting: Sighting, shares: dict[str, np.ndarray]) -> float | None:
    """Mean share over its pixels; pixels without a measured share count as 1."""
    values = np.concatenate(
        [
            shares[layer][mask] if layer in shares else np.full(int(mask.sum()), np.nan)
            for layer, mask in sighting.masks.items()
        ]
    )
    if np.isnan(values).all():
        return None
    return round(float(np.where(np.isnan(values), 1.0, values).mean()), 4)


def _assign_shared_pixels(seen: list[Sighting], shares: dict[str, np.ndarray], policy: GlassPolicy) -> None:
    """Give pixels with a person in both layers to one of them, or flag both people."""
    reflected = [s for s in seen if "reflected" in s.masks]
    transmitted = [s for s in seen if "transmitted" in s.masks]
    for front in reflected:
        for back in transmitted:
            both = front.masks["reflected"] & back.masks["transmitted"]
            if front is back or not both.any():
                continue
            if policy.glass == "both":
                front.overlap = back.overlap = True
                continue
            front_owns = np.full(both.shape, policy.glass == "reflected")
            if policy.glass == "radiance" and shares:
                with np.errstate(invalid="ignore"):
                    front_owns = shares["reflected"] >= shares["transmitted"]
            front.masks["reflected"] &= ~both | front_owns
            back.masks["transmitted"] &= ~both | ~front_owns
