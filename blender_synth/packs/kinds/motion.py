"""Motion capture: a `.bvh` file from which poses are taken.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `start_s` | 0.0 | s | start of the part from which poses are taken; a rest pose in frame 0 is skipped |
| `end_s` | .inf | s | end of that part |
| `rest_frame` | null | | frame with the upright rest pose; null if that is the pose without any rotation, as usual |
| `map` | {} | | joint by part of the body (`world.people.motion.PARTS`), if the joints have unusual names |
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from blender_synth.packs.bvh import read_bvh
from blender_synth.packs.kinds.base import Terms
from blender_synth.packs.reading import check_once


class MotionTerms(Terms):
    """Keys of a motion; see the table above."""

    suffixes: ClassVar[tuple[str, ...]] = (".bvh",)

    start_s: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    end_s: float = Field(default=math.inf, ge=0)
    rest_frame: int | None = Field(default=None, ge=0)
    map: dict[str, str] = Field(default_factory=dict)

    def check_data(self, file: Path | None, root: Path) -> Mapping[str, str]:
        """Check that the file is a complete BVH. Whether its skeleton fits is checked where poses are taken from it.

        Raises:
            AssetError: it is not; with the line.
        """
        if file is not None:
            check_once(file, "motion", read_bvh)
        return {}


TERMS = MotionTerms
