"""A labelled map of a scene's layout: areas, seats, mirror mounts, cameras, prop spots."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike

from blender_synth import geometry
from blender_synth.world.layout import Layout

SIZE_PX = 1000
_PAPER, _INK = (250, 250, 248), (60, 60, 60)
_AREAS = {"pavement": (205, 228, 205), "indoors": (205, 228, 205), "crossing": (170, 215, 235), "road": (215, 215, 225)}
_BLOCKED, _MOUNT, _BUILT_IN = (150, 150, 155), (200, 120, 30), (190, 60, 190)
_CAMERA, _SEAT, _SPOT = (40, 60, 200), (60, 140, 60), (30, 150, 210)
_LEGEND = (
    ("walk", _AREAS["pavement"]), ("crossing", _AREAS["crossing"]), ("road", _AREAS["road"]), ("obstacle", _BLOCKED),
    ("seat", _SEAT), ("mirror mount", _MOUNT), ("built-in mirror, glass", _BUILT_IN),
    ("camera", _CAMERA), ("spot", _SPOT),
)  # fmt: skip
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_SHIFT = 4
"""Fractional bits of the coordinates that OpenCV draws with."""
Colour = tuple[int, int, int]


def draw_map(layout: Layout, size_px: int = SIZE_PX) -> np.ndarray:
    """The layout from above, +X to the right and +Y up, with a scale of metres.

    Args:
        size_px: longest edge of the map; the legend is added below.

    Returns:
        (H, W, 3) uint8, BGR.
    """
    points = np.concatenate([np.array(a.polygon_xy_m, float) for a in layout.areas] or [np.zeros((1, 2))])
    points = np.concatenate([points, *(np.array([c.start_xy_m, c.end_xy_m]) for c in layout.cameras)])
    low, high = points.min(axis=0) - 1.0, points.max(axis=0) + 1.0
    scale = size_px / float(max(*(high - low), 1.0))
    width, height = (int(v) for v in np.ceil((high - low) * scale))
    image = np.full((height, width, 3), _PAPER, np.uint8)

    def to_px(points_xy: ArrayLike) -> np.ndarray:
        p = np.asarray(points_xy, float).reshape(-1, 2)
        return np.stack([(p[:, 0] - low[0]) * scale, (high[1] - p[:, 1]) * scale], axis=1)

    def to_fixed_point(points_xy: ArrayLike) -> np.ndarray:
        return np.round(to_px(points_xy) * 2**_SHIFT).astype(np.int32)

    def fill(polygon: ArrayLike, colour: Colour) -> None:
        cv2.fillPoly(image, [to_fixed_point(polygon)], colour, cv2.LINE_AA, _SHIFT)

    def line(start: ArrayLike, end: ArrayLike, colour: Colour, width_px: int = 2) -> None:
        p, q = to_fixed_point(np.stack([np.asarray(start), np.asarray(end)])).tolist()
        cv2.line(image, p, q, colour, width_px, cv2.LINE_AA, _SHIFT)

    def arrow(start: ArrayLike, heading_deg: float, length_m: float, colour: Colour) -> None:
        a = np.asarray(start, float)[:2]
        p, q = to_px([a, a + length_m * geometry.direction(heading_deg)[:2]]).round().astype(int).tolist()
        cv2.arrowedLine(image, p, q, colour, 2, cv2.LINE_AA, tipLength=0.35)

    def label(text: str, point: ArrayLike, colour: Colour) -> None:
        x, y = to_px(point)[0].round().astype(int).tolist()
        (text_px, _), _ = cv2.getTextSize(text, _FONT, 0.4, 1)
        cv2.putText(image, text, (max(min(x + 7, width - text_px - 2), 2), y - 5), _FONT, 0.4, colour, 1, cv2.LINE_AA)

    for area in sorted(layout.areas, key=lambda a: a.z_m):
        fill(area.polygon_xy_m, _AREAS.get(area.use, _AREAS["pavement"]))
    for x in np.arange(np.ceil(low[0]), high[0]):
        line((x, low[1]), (x, high[1]), (235, 238, 235) if x % 5 else (215, 218, 215), 1)
    for y in np.arange(np.ceil(low[1]), high[1]):
        line((low[0], y), (high[0], y), (235, 238, 235) if y % 5 else (215, 218, 215), 1)
    for obstacle in layout.obstacles:
        fill(obstacle.polygon_xy_m, _BLOCKED)
    for area in layout.areas:
        middle = np.mean(area.polygon_xy_m, axis=0)
        if area.flow_deg is not None:
            arrow(middle, area.flow_deg, 1.2, _INK)
        label(area.name, middle, _INK)
    for mount in (*layout.mirror_mounts, *layout.hosts):
        line(mount.start_xy_m, mount.end_xy_m, _MOUNT, 4)
        middle = np.add(mount.start_xy_m, mount.end_xy_m) / 2
        arrow(middle, mount.facing_deg, 0.6, _MOUNT)
        label(mount.name, middle, _MOUNT)
    for mirror in layout.built_in_mirrors:
        for face in mirror.faces_m:
            cv2.polylines(image, [to_fixed_point([p[:2] for p in face])], True, _BUILT_IN, 3, cv2.LINE_AA, _SHIFT)
        label(mirror.part.split("|")[0], mirror.faces_m[0][0][:2], _BUILT_IN)
    for seat in layout.seats:
        cv2.circle(image, to_px(seat.position_m[:2])[0].round().astype(int).tolist(), 4, _SEAT, -1, cv2.LINE_AA)
        arrow(seat.position_m[:2], seat.heading_deg, 0.45, _SEAT)
    for spot in layout.prop_spots:
        middle = to_px(spot.position_m[:2])[0].round().astype(int).tolist()
        cv2.circle(image, middle, max(3, round(spot.room_m * scale)), _SPOT, 2, cv2.LINE_AA)
        label(spot.name, spot.position_m[:2], _SPOT)
    for camera in layout.cameras:
        middle = np.add(camera.start_xy_m, camera.end_xy_m) / 2
        line(camera.start_xy_m, camera.end_xy_m, _CAMERA, 3)
        for side in (-33.0, 33.0):
            line(middle, middle + 1.0 * geometry.direction(camera.facing_deg + side)[:2], _CAMERA, 1)
        arrow(middle, camera.facing_deg, 0.9, _CAMERA)
        label(camera.name, middle, _CAMERA)
    cv2.line(image, (12, height - 14), (12 + round(5 * scale), height - 14), _INK, 2)
    cv2.putText(image, "5 m", (14, height - 20), _FONT, 0.45, _INK, 1, cv2.LINE_AA)
    return np.concatenate([image, _legend(width)])


def _legend(width: int) -> np.ndarray:
    rows: list[list[tuple[str, Colour, int]]] = [[]]
    x = 12
    for text, colour in _LEGEND:
        entry_px = 26 + cv2.getTextSize(text, _FONT, 0.45, 1)[0][0] + 16
        if x + entry_px > width and rows[-1]:
            rows.append([])
            x = 12
        rows[-1].append((text, colour, x))
        x += entry_px
    image = np.full((26 * len(rows) + 8, width, 3), 255, np.uint8)
    for number, row in enumerate(rows):
        y = 20 + 26 * number
        for text, colour, left in row:
            cv2.rectangle(image, (left, y - 12), (left + 18, y + 2), colour, -1)
            cv2.putText(image, text, (left + 26, y), _FONT, 0.45, _INK, 1, cv2.LINE_AA)
    return image
