"""A COCO dataset of drawn people and reflections, as `proof` reads it: a figure, and another one inside a frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pycocotools import mask as rle_masks

from blender_synth.proof.datasets import Dataset, Picture

WIDTH, HEIGHT = 96, 64
CATEGORIES = [
    {"id": 1, "name": "pedestrian"}, {"id": 2, "name": "pedestrian_reflection"}, {"id": 3, "name": "mirror"},
    {"id": 77, "name": "mannequin"},
]  # fmt: skip


def made_dataset(folder: Path, count: int, scenes: int | None = None, lookalikes: bool = False) -> Dataset:
    """Pictures with one person on the left and one reflection in a blue frame on the right, from 1; every other person
    is near the mirror. `scenes`: number of scenes that they belong to; by default each has its own."""
    rng = np.random.Generator(np.random.PCG64(3))
    (folder / "images").mkdir(parents=True, exist_ok=True)
    pictures = []
    for number in range(1, count + 1):
        image = rng.integers(110, 140, (HEIGHT, WIDTH, 3)).astype(np.uint8)
        x, top = int(rng.integers(6, 20)), int(rng.integers(8, 16))
        image[4:60, 52:90] = (200, 80, 40)
        image[8:56, 56:86] = (170, 160, 150)
        colour = rng.integers(0, 90, 3)
        boxes = [(1, x, top, 14, 40), (2, 62, top + 2, 12, 34)]
        if lookalikes:
            boxes.append((77, 36, top, 10, 36))
        for _, left, upper, width, height in boxes:
            image[upper : upper + height, left : left + width] = colour
        file = folder / "images" / f"run_{number:06d}.png"
        cv2.imwrite(str(file), image)
        annotations: list[dict[str, Any]] = []
        for place, (category, left, upper, width, height) in enumerate(boxes, start=1):
            mask = np.zeros((HEIGHT, WIDTH), np.uint8)
            mask[upper : upper + height, left : left + width] = 1
            rle = rle_masks.encode(np.asfortranarray(mask))
            annotations.append({
                "id": 10 * number + place, "image_id": number, "category_id": category, "object_id": place,
                "bbox": (float(left), float(upper), float(width), float(height)), "area": width * height,
                "segmentation": {"size": [HEIGHT, WIDTH], "counts": rle["counts"].decode()}, "visibility": 1.0,
                "iscrowd": 0, **({"via": [9]} if category == 2 else {}),
            })  # fmt: skip
        pane = np.zeros((HEIGHT, WIDTH), np.uint8)
        pane[8:56, 56:86] = 1
        pane_rle = rle_masks.encode(np.asfortranarray(pane))
        mirror = {
            "id": 10 * number, "image_id": number, "category_id": 3, "object_id": 9, "bbox": (56.0, 8.0, 30.0, 48.0),
            "area": 1440, "segmentation": {"size": [HEIGHT, WIDTH], "counts": pane_rle["counts"].decode()},
            "mirror_kind": "wall", "iscrowd": 0,
        }  # fmt: skip
        scene = number if scenes is None else (number - 1) * scenes // count
        row = {"id": number, "file_name": file.name, "width": WIDTH, "height": HEIGHT, "run": "run",
               "frame_index": number, "scene_index": scene}  # fmt: skip
        near = {1: 0.4 if number % 2 == 0 else 3.0}
        pictures.append(Picture(file, row, (*annotations, mirror), near))
    return Dataset("made", tuple(pictures), {row["id"]: row["name"] for row in CATEGORIES})
