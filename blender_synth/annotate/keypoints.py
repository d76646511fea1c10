"""COCO keypoints of a person in one view: where each joint is in the picture, and whether it is seen. No bpy.

A joint lies inside the body, so what can be seen is the body's surface in front of it. It is visible (2) where the
pixel at the joint shows this person along this path of light, and the surface there belongs to the part that the joint
is in: the path to the surface is shorter than the path to the joint by no more than the joint's depth below the skin.
Where it is shorter by more, another part of the body, clothing or something carried hides the joint (1).

The depth is that of an adult in light clothes (`DEPTHS_M`) times the person's size; where it is more, as in a thick
coat, it is `DEPTH_FACTOR` times the distance from the joint to the person's mesh, which is measured when the frame is
rendered. Half a pixel is allowed for, as the layers hold what pixels' centres show.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from blender_synth.frames.meta import PersonRow, Vector
from blender_synth.geometry import project
from blender_synth.keypoints import COCO_KEYPOINTS
from blender_synth.optics.curved_mirrors import views_by_chain
from blender_synth.optics.mirror_shapes import MirrorShape

DEPTHS_M = {"nose": 0.005, "eye": 0.015, "ear": 0.025, "shoulder": 0.10, "elbow": 0.075, "wrist": 0.06, "hip": 0.175,
            "knee": 0.10, "ankle": 0.075}  # fmt: skip
"""By the last word of the name: how far the surface lies before the joint, seen level from any side from which
the joint's own part is in front (`tests/test_keypoints.py` measures it). The next part is about twice as far."""
DEPTH_FACTOR, MARGIN_M = 2.0, 0.01
THIGH_M = 0.43
_STEP_M = 0.01


def visible_keypoints(
    person: PersonRow,
    masks: Mapping[str, np.ndarray],
    paths_m: Mapping[str, np.ndarray],
    shapes: Sequence[MirrorShape],
    pose: np.ndarray,
    k: np.ndarray,
) -> np.ndarray | None:
    """COCO keypoints (17, 3) of one person along one chain of mirrors: x, y in pixels and the visibility flag.

    The flag is 2 where this part of the person is seen, 1 where it is inside the picture and hidden, and 0 (x and y
    too) outside the picture, off a curved mirror or unknown. Left stays the person's own left in a mirror.

    Args:
        person: from the instance table. masks: (H, W) bool by layer, the pixels that show the person along this chain.
        paths_m: (H, W) by layer, length of the light's path. shapes: of the mirrors, in the order in which a ray from
            the camera meets them. pose: world_from_camera (4, 4). k: intrinsics (3, 3).

    Returns:
        None where the chain holds two curved mirrors, or no joint is known.
    """
    joints_m = person.keypoints_m or {}
    known = [index for index, name in enumerate(COCO_KEYPOINTS) if name in joints_m]
    if not known:
        return None
    points_m = np.array([joints_m[COCO_KEYPOINTS[index]] for index in known])
    # each joint, and the same a step aside along each axis: how much of the person a pixel covers there
    steps = np.concatenate([np.zeros((1, 3)), _STEP_M * np.eye(3)])
    views = views_by_chain(shapes, pose[:3, 3], (points_m[None] + steps[:, None]).reshape(-1, 3))
    if views is None:
        return None
    apparent_m, valid, lengths_m = views
    pixels, depth_m = project(apparent_m, pose, k)
    pixels = pixels.reshape(4, -1, 2)
    per_pixel_m = _metres_per_pixel((pixels[1:] - pixels[0]) / _STEP_M)
    allowed_m = depths_m(person, [COCO_KEYPOINTS[index] for index in known])
    nearest_m = lengths_m[: len(known)] - allowed_m - MARGIN_M - per_pixel_m / 2
    height, width = next(iter(masks.values())).shape
    result = np.zeros((len(COCO_KEYPOINTS), 3))
    for n, index in enumerate(known):
        x, y = pixels[0, n]
        if depth_m[n] <= 0 or not valid[n] or not (0 <= x < width and 0 <= y < height):
            continue
        at = int(y), int(x)
        seen = any(mask[at] and paths_m[layer][at] >= nearest_m[n] for layer, mask in masks.items())
        result[index] = (x, y, 2 if seen else 1)
    return result


def _metres_per_pixel(slopes: np.ndarray) -> np.ndarray:
    """Greatest length (N,) that one pixel covers across the line of sight.

    Args:
        slopes: (3, N, 2) in pixels per metre along the world's axes.
    """
    scale = np.linalg.svd(slopes.transpose(1, 2, 0), compute_uv=False)  # (N, 2), of the two directions in the picture
    return 1.0 / np.maximum(scale[:, -1], 1e-6)


def depths_m(person: PersonRow, names: Sequence[str]) -> np.ndarray:
    """How far (N,) the surface may lie before each joint where the joint's own part is seen."""
    recorded = person.keypoint_depths_m or {}
    size = _size(person.keypoints_m or {})
    return np.array(
        [max(size * DEPTHS_M[name.rsplit("_", 1)[-1]], DEPTH_FACTOR * recorded.get(name, 0.0)) for name in names]
    )


def _size(joints_m: Mapping[str, Vector]) -> float:
    """Size of a body over an adult's, by its thighs, which no pose shortens; 1 where they are not known."""
    thighs_m = [
        math.dist(joints_m[f"{side}_hip"], joints_m[f"{side}_knee"])
        for side in ("left", "right")
        if f"{side}_hip" in joints_m and f"{side}_knee" in joints_m
    ]
    return float(np.clip(np.mean(thighs_m) / THIGH_M, 0.4, 1.3)) if thighs_m else 1.0
