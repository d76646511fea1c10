"""Named random streams: every random number comes from one, so that no effect changes another."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np


def rng_for(root_seed: int, scene_index: int, purpose: str, attempt: int = 0) -> np.random.Generator:
    """The generator of one purpose in one scene.

    Args:
        root_seed: the run's `seed`.
        scene_index: number of the scene in the run.
        purpose: name of the stream, e.g. ``"weather/rain"``.
        attempt: how often acceptance has resampled this scene.

    Returns:
        A PCG64 generator that depends on all four arguments and on nothing else.
    """
    digest = hashlib.sha256(purpose.encode()).digest()
    words = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]
    entropy = [root_seed & 0xFFFFFFFF, root_seed >> 32, scene_index, attempt, *words]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))


@dataclass(frozen=True)
class Streams:
    """All named streams of one scene; `child` narrows the names to a sub-tree.

    `Streams(7, 0).child("people/3").rng("pose")` draws what `rng_for(7, 0, "people/3/pose")` draws.
    """

    root_seed: int
    scene_index: int
    attempt: int = 0
    prefix: str = ""

    def child(self, name: str) -> Streams:
        """The streams whose purposes begin with `name`."""
        return Streams(self.root_seed, self.scene_index, self.attempt, f"{self.prefix}{name}/")

    def rng(self, purpose: str) -> np.random.Generator:
        """A fresh generator for `purpose`; asking twice gives the same draws twice."""
        return rng_for(self.root_seed, self.scene_index, self.prefix + purpose, self.attempt)
