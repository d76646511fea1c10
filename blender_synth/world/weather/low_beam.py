"""Luminous intensity of a car's dipped headlamp by direction, for right-hand traffic.

UNECE Regulation 112, class B (LED modules: 123), limits it by illuminances on a screen 25 m ahead: at least 12 lx at
75R and 50R, 6 lx at 50V, 2 lx at 25L and 25R; at most 12 lx at 75L, 15 lx at 50L, 0.4 lx at B50L and 0.7 lx anywhere
above the cut-off, which dips by 1 % and rises by 15 degrees towards the kerb. Further down the intensity falls so that
the road near the car is not brighter than far ahead (as in the medians of Schoettle et al. 2002, UMTRI-2002-19).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

PEAK_CD = 9500.0
"""Largest intensity."""
STRAY_DEG, STRAY_SHARE = (0.0, 6.0, 25.0), (0.022, 0.022, 0.0)
"""Share of the peak that is light above the cut-off, by angle from the horizontal."""
CUT_OFF_DEG = -0.57
CUT_OFF_RISE, HIGHEST_CUT_OFF_DEG = 0.268, 1.0
"""Slope of the cut-off on the side of the kerb (15 degrees), and where it ends."""
SOFT_DEG = 0.25
"""Half of the width of the cut-off."""
BELOW_DEG = (0.0, 0.9, 1.8, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 45.0)
BELOW_SHARE = (1.0, 1.0, 0.75, 0.40, 0.14, 0.065, 0.035, 0.016, 0.007, 0.0)
"""Share of the peak by angle below the cut-off."""
ASIDE_DEG = (0.0, 2.0, 5.0, 9.0, 15.0, 25.0, 40.0, 60.0)
ASIDE_SHARE = (1.0, 0.98, 0.75, 0.5, 0.3, 0.13, 0.04, 0.0)
"""The same by angle to either side."""


def intensity_cd(right_deg: ArrayLike, up_deg: ArrayLike) -> np.ndarray:
    """Intensity in candela towards directions given by their angles from straight ahead, of any common shape."""
    right, up = np.asarray(right_deg, float), np.asarray(up_deg, float)
    cut_off = CUT_OFF_DEG + np.clip(CUT_OFF_RISE * right, 0.0, HIGHEST_CUT_OFF_DEG - CUT_OFF_DEG)
    below = cut_off - up
    lit = np.clip((below + SOFT_DEG) / (2 * SOFT_DEG), 0, 1)
    beam = lit * lit * (3 - 2 * lit) * np.interp(below, BELOW_DEG, BELOW_SHARE)
    aside = np.interp(np.abs(right), ASIDE_DEG, ASIDE_SHARE)
    stray = np.interp(np.abs(up), STRAY_DEG, STRAY_SHARE)
    return PEAK_CD * np.maximum(beam, stray) * aside
