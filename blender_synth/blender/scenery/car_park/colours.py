"""Colours and dimensions that several parts of a car park share."""

from __future__ import annotations

YELLOW, BLACK, WHITE = (0.58, 0.40, 0.02), (0.02, 0.02, 0.02), (0.62, 0.62, 0.60)
GREEN, BLUE, RED = (0.02, 0.30, 0.12), (0.02, 0.09, 0.36), (0.38, 0.03, 0.02)
STEEL, ZINC = (0.42, 0.43, 0.44), (0.34, 0.35, 0.36)
LIT_GREEN, LIT_WHITE, LIT_AMBER = (0.005, 0.05, 0.02), (0.05, 0.055, 0.05), (0.06, 0.03, 0.005)
"""Radiance of exit signs and buttons in units of the scenery's lights: some 400 cd/m2 (EN 1838 asks for 2 and more)."""
MOUTH_M = 2.5
"""Height of the opening to the ramp."""
