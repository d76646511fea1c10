"""Draws instances into a picture: people, their reflections and mirrors, each in a colour of its own."""

from __future__ import annotations

import cv2
import numpy as np

from blender_synth.annotate.instances import Instance
from blender_synth.categories import MIRROR, PEDESTRIAN, REFLECTION

_COLOURS_BGR = {PEDESTRIAN: (60, 200, 60), REFLECTION: (230, 60, 230), MIRROR: (255, 190, 40)}


def draw_overlay(picture_bgr: np.ndarray, instances: list[Instance]) -> np.ndarray:
    """The picture (H, W, 3) uint8 B G R with people green, reflections magenta and mirrors outlined in blue.

    A person and their reflections have the person's id written on them.
    """
    drawn = picture_bgr.copy()
    order = {MIRROR: 0, PEDESTRIAN: 1, REFLECTION: 2}
    for instance in sorted((i for i in instances if i.category in order), key=lambda i: order[i.category]):
        colour = _COLOURS_BGR[instance.category]
        outline, _ = cv2.findContours(instance.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        if instance.category != MIRROR:
            tint = np.array(colour, np.float32)
            drawn[instance.mask] = (0.55 * drawn[instance.mask] + 0.45 * tint).astype(np.uint8)
            x, y, width, _ = instance.bbox_xywh_px
            number = str(instance.reflection_of or instance.instance_id)
            _write(drawn, number, (x + width // 2 - 4 * len(number), max(11, y - 4)), colour)
        cv2.drawContours(drawn, outline, -1, colour, 1)
    return drawn


def draw_labels(picture_bgr: np.ndarray, instances: list[Instance]) -> np.ndarray:
    """The picture (H, W, 3) uint8 B G R in grey, mirrors filled blue, people green, reflections magenta."""
    grey = cv2.cvtColor(picture_bgr, cv2.COLOR_BGR2GRAY)[..., None].repeat(3, axis=2)
    drawn = (0.45 * grey + 40).astype(np.uint8)
    for category, strength in ((MIRROR, 0.4), (PEDESTRIAN, 0.75), (REFLECTION, 0.75)):
        for instance in (i for i in instances if i.category == category):
            tint = np.array(_COLOURS_BGR[category], np.float32)
            drawn[instance.mask] = ((1 - strength) * drawn[instance.mask] + strength * tint).astype(np.uint8)
    return drawn


def _write(image: np.ndarray, text: str, position: tuple[int, int], colour: tuple[int, int, int]) -> None:
    cv2.putText(image, text, position, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(image, text, position, cv2.FONT_HERSHEY_SIMPLEX, 0.42, colour, 1, cv2.LINE_AA)
