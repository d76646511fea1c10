"""What the report shows of a picture, wherever it is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

MarkKind = Literal["person", "reflection", "mirror", "other"]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One annotation of a picture.

    Attributes:
        outline: SVG path data in pixels, filled by the even-odd rule. bbox: x, y, width, height in pixels.
        source: `number` of the object that a reflection shows. via: `number`s of the mirrors on the light's path.
        keypoints: x, y, flag of each of `COCO_KEYPOINTS`; empty where there are none.
        values: all further attributes, as JSON values.
    """

    kind: MarkKind
    number: int
    category: str
    name: str
    outline: str
    bbox: tuple[float, float, float, float]
    source: int | None = None
    via: tuple[int, ...] = ()
    keypoints: tuple[tuple[float, float, int], ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One picture.

    Attributes:
        picture: (H, W, 3) uint8 R G B. file: where it is on disk, if a browser can show that file.
        group: pictures of one group show the same scene, and are no near-duplicates of each other.
        facts: of the whole picture, as JSON values by the names of `frames.table.FRAME_COLUMNS`.
        depth_m: (H, W) float32, inf for sky; None where it is not known. seconds: by stage of the render.
        credits: asset, licence, author and source of what the picture shows.
    """

    name: str
    group: str
    picture: np.ndarray
    file: Path | None
    facts: Mapping[str, object]
    marks: tuple[Mark, ...]
    depth_m: np.ndarray | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    credits: tuple[tuple[str, str, str, str], ...] = ()
