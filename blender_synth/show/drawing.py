"""Draws the marks of a picture: people green, reflections magenta, mirrors blue, other objects orange."""

from __future__ import annotations

import re

import cv2
import numpy as np

from blender_synth.categories import is_thing
from blender_synth.keypoints import COCO_SKELETON
from blender_synth.report.entry import Entry, Mark

_COLOURS = {"person": (60, 200, 60), "reflection": (230, 60, 230), "mirror": (40, 190, 255), "other": (255, 170, 60)}
"""R G B by kind of mark."""
_FILLED = ("person", "reflection")
_WIDTH_PX = 1280
"""Least width of what is drawn: small pictures are enlarged by a whole number, so that names can be read."""
_CORNERS = re.compile(r"(-?[\d.e+-]+) (-?[\d.e+-]+)")


def drawn(entry: Entry) -> np.ndarray:
    """The picture, enlarged if it is small, with its marks: (H, W, 3) uint8 R G B."""
    height, width = entry.picture.shape[:2]
    scale = max(1, -(-_WIDTH_PX // width))
    canvas = cv2.resize(entry.picture, (width * scale, height * scale), interpolation=cv2.INTER_CUBIC)
    marks = [mark for mark in entry.marks if is_thing(mark.category)]
    marks.sort(key=lambda mark: ("other", "mirror", "person", "reflection").index(mark.kind))
    for mark in marks:
        canvas = _with_mask(canvas, mark, scale)
    for mark in marks:
        _draw_box(canvas, mark, scale)
    _draw_links(canvas, marks, scale)
    for mark in marks:
        _draw_keypoints(canvas, mark, scale)
    for mark in marks:
        _write_name(canvas, mark, scale)
    return canvas


def _with_mask(canvas: np.ndarray, mark: Mark, scale: int) -> np.ndarray:
    rings = [
        np.array([(float(x) * scale, float(y) * scale) for x, y in _CORNERS.findall(piece)]).round().astype(np.int32)
        for piece in mark.outline.split("Z")
        if piece
    ]
    if not rings:
        return canvas
    colour = _COLOURS[mark.kind]
    if mark.kind in _FILLED:
        filled = cv2.fillPoly(canvas.copy(), rings, colour)  # even-odd, so that holes stay open
        canvas = cv2.addWeighted(canvas, 0.6, filled, 0.4, 0)
    cv2.polylines(canvas, rings, True, colour, 1, cv2.LINE_AA)
    return canvas


def _draw_box(canvas: np.ndarray, mark: Mark, scale: int) -> None:
    x, y, width, height = (round(value * scale) for value in mark.bbox)
    cv2.rectangle(canvas, (x, y), (x + width - 1, y + height - 1), _COLOURS[mark.kind], 1)


def _draw_links(canvas: np.ndarray, marks: list[Mark], scale: int) -> None:
    """Lines between the centres of each reflection and of what it shows, where that is in the picture."""
    direct = {mark.number: mark for mark in marks if mark.source is None}
    for mark in marks:
        if mark.source is not None and (source := direct.get(mark.source)):
            ends = [_centre(mark, scale), _centre(source, scale)]
            cv2.line(canvas, ends[0], ends[1], (0, 0, 0), 4, cv2.LINE_AA)
            cv2.line(canvas, ends[0], ends[1], (255, 255, 255), 2, cv2.LINE_AA)
            cv2.circle(canvas, ends[0], 4, _COLOURS["reflection"], -1, cv2.LINE_AA)


def _centre(mark: Mark, scale: int) -> tuple[int, int]:
    x, y, width, height = mark.bbox
    return round((x + width / 2) * scale), round((y + height / 2) * scale)


def _draw_keypoints(canvas: np.ndarray, mark: Mark, scale: int) -> None:
    """Bones, and joints: filled where they are visible, rings where they are hidden."""
    points = [(round(x * scale), round(y * scale), flag) for x, y, flag in mark.keypoints]
    for a, b in COCO_SKELETON if points else ():
        if points[a - 1][2] and points[b - 1][2]:
            cv2.line(canvas, points[a - 1][:2], points[b - 1][:2], (255, 255, 255), 1, cv2.LINE_AA)
    for x, y, flag in points:
        if flag:
            cv2.circle(canvas, (x, y), 3, _COLOURS[mark.kind], -1 if flag == 2 else 1, cv2.LINE_AA)


def _write_name(canvas: np.ndarray, mark: Mark, scale: int) -> None:
    """The mark's name above its box, or in it where there is no room."""
    text = "".join(c if c.isascii() and c.isprintable() else "?" for c in mark.name)
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.42, 1)
    x = min(max(0, round(mark.bbox[0] * scale)), max(0, canvas.shape[1] - width - 6))
    y = max(height + 4, round(mark.bbox[1] * scale) - 3)
    cv2.rectangle(canvas, (x, y - height - 3), (x + width + 4, y + 3), (20, 20, 20), -1)
    cv2.putText(canvas, text, (x + 2, y), cv2.FONT_HERSHEY_SIMPLEX, 0.42, _COLOURS[mark.kind], 1, cv2.LINE_AA)
