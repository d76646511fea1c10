"""Instance ids and sizes of a shopping arcade."""

from __future__ import annotations

LEFT_ID, RIGHT_ID, END_IDS = 3011, 3012, {"east": 3013, "west": 3014}
DEPTH_M = 2.5
"""Of the shops, behind their fronts."""
GALLERY_M = 1.0
"""How far a gallery stands out."""
