"""Adds falling hail to the scene."""

from __future__ import annotations

import numpy as np
from blender_synth.world.weather.hail import Spec

from blender_synth.blender.weather.falling import Particles, add_particles
from blender_synth.blender.weather.outdoors import Outdoors


def build(spec: Spec, outdoors: Outdoors) -> None:
    """Add the stones, which fall at 3.3 times the root of their diameter in mm (Matson & Huggins 1980)."""
    stones = Particles(
        name="hail",
        sizes=spec.sizes(),
        min_mm=2.0,
        max_mm=25.0,
        reach_m=20.0,
        diameter_mm=np.asarray,
        speed_mps=lambda size_mm: 3.3 * np.sqrt(size_mm),
        wind_spread=0.1,
        sky_share=0.75,
        lamp_share=0.8,
    )
    add_particles(stones, outdoors, np.random.default_rng(spec.fall_seed))
