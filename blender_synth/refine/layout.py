"""What is where in a picture, in few classes: what a painter is given, for frames and for photographs alike.

Frames have it from their labels, photographs from a network that learned it on frames (see `labeller`).
"""

from __future__ import annotations

import numpy as np

from blender_synth.categories import supercategory
from blender_synth.frames.meta import FrameMeta
from blender_synth.refine.checks import borders_of
from blender_synth.seeds import rng_for

LAYOUT = ("sky", "structure", "ground", "vegetation", "vehicle", "object", "mirror", "person", "reflection")
UNKNOWN = 255
"""Of pixels of photographs whose class is uncertain."""
PEOPLE = (LAYOUT.index("person"), LAYOUT.index("reflection"))
LABEL_PLANES = len(LAYOUT) + 1
"""Classes and borders."""
PAINT_PLANES = LABEL_PLANES + 2
"""These, how far down in the picture, and noise."""
_OF_SUPERCATEGORY = {
    "structure": "structure",
    "ground": "ground",
    "nature": "vegetation",
    "vehicle": "vehicle",
    "mirror": "structure",  # frames and matt panels
}
_COLOURS = np.array(
    [
        (150, 195, 235), (125, 120, 130), (205, 190, 165), (95, 160, 85), (60, 90, 190), (200, 130, 60),
        (120, 220, 215), (215, 50, 60), (240, 150, 200),
    ],
    np.uint8,
)  # fmt: skip


def layout_of(meta: FrameMeta, ids: np.ndarray, person: np.ndarray, reflection: np.ndarray) -> np.ndarray:
    """Classes of the pixels of a frame, (H, W) uint8 of `LAYOUT`.

    Args:
        ids: (H, W) surface ids. person, reflection: (H, W) bool, pixels of people and of people's reflections.
    """
    table = np.full(int(ids.max(initial=0)) + 1, LAYOUT.index("object"), np.uint8)
    table[0] = LAYOUT.index("sky")
    for row in meta.instances:
        if row.instance_id < len(table):
            if row.mirror is not None:
                name = "mirror"
            elif row.category == "sky":
                name = "sky"
            else:
                name = _OF_SUPERCATEGORY.get(supercategory(row.category), "object")
            table[row.instance_id] = LAYOUT.index(name)
    layout = table[ids]
    layout[person] = LAYOUT.index("person")
    layout[reflection] = LAYOUT.index("reflection")
    return layout


def borders_in(layout: np.ndarray, people: np.ndarray | None = None) -> np.ndarray:
    """Pixels at borders of known classes and of people, (H, W) bool; what is unknown has none.

    Args:
        layout: (H, W) uint8. people: (H, W) ids of the people in it, anything where there are none.
    """
    regions = layout.astype(np.int64)
    if people is not None:
        regions = np.where(layout == LAYOUT.index("person"), len(LAYOUT) + people.astype(np.int64), regions)
    return np.asarray(borders_of(regions, 1) & ~borders_of(layout == UNKNOWN, 1))


def label_planes(layout: np.ndarray, borders: np.ndarray) -> np.ndarray:
    """Classes of a picture (H, W) and its borders (H, W) bool as planes (LABEL_PLANES, H, W) float32, 0 or 1."""
    planes = [layout == number for number in range(len(LAYOUT))]
    return np.stack([*planes, borders]).astype(np.float32)


def paint_planes(layout: np.ndarray, borders: np.ndarray, seed: tuple[int, int], variant: int = 0) -> np.ndarray:
    """All that a painter sees of a whole picture but its look, (PAINT_PLANES, H, W) float32.

    Args:
        layout, borders: see `label_planes`. seed: of the frame. variant: number of the noise.
    """
    height, width = layout.shape
    down = np.broadcast_to(heights(height)[:, None], (height, width))
    noise = rng_for(*seed, f"refine/paint/noise/{variant}").standard_normal((height, width), np.float32)
    return np.concatenate([label_planes(layout, borders), down[None], noise[None]])


def heights(height: int) -> np.ndarray:
    """How far down the rows of a picture are, (height,) float32 from -1 to 1."""
    return (np.arange(height, dtype=np.float32) + 0.5) / height * 2 - 1


def shares_of(layout: np.ndarray) -> np.ndarray:
    """Share of each class in a picture, (len(LAYOUT),) float32."""
    counts = np.bincount(layout.ravel(), minlength=256)[: len(LAYOUT)]
    return (counts / layout.size).astype(np.float32)


def coloured(layout: np.ndarray, borders: np.ndarray) -> np.ndarray:
    """Classes as colours for people to look at, (H, W, 3) uint8 RGB; borders are dark, what is unknown is white."""
    picture = np.full((*layout.shape, 3), 255, np.uint8)
    known = layout < len(LAYOUT)
    picture[known] = _COLOURS[layout[known]]
    picture[borders] = picture[borders] // 2
    return picture
