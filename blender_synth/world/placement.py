"""Puts cameras and people into a scene's layout. No bpy.

The order is camera, people, mirrors (`mirror_placement`): a mirror is hung where, from this camera, somebody can be
seen in it. So people and cameras are the same whatever mirrors are chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import Field

from blender_synth import geometry
from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.world.layout import Area, Layout, MirrorMount
from blender_synth.world.values import Range, plain, uniform

PERSONAL_SPACE_M = 0.95
"""Least distance between two people's centres."""
CAMERA_CLEARANCE_M = 1.6
"""Nobody stands nearer to the lens than this."""
CHEST_M = 1.2
MIRROR_CLEARANCE_M = 0.7


@plain
class Crowd:
    """How many people a scene gets and who they are.

    Attributes:
        count: people placed. view_share: share of them placed where the camera looks. person: draws one of them.
        dress: ``"weather"`` clothes people for the weather; ``"fixed"`` for a season drawn with them, whatever the
            weather, so that the same seed shows the same clothes in all weathers.
    """

    count: Range = (0, 0)
    view_share: float = Field(default=0.75, ge=0, le=1)
    dress: Literal["weather", "fixed"] = "weather"
    person: Any


@dataclass(frozen=True)
class Place:
    """Where a person stands: position (metres, on the ground) and azimuth of the front."""

    position_m: tuple[float, float, float]
    heading_deg: float


def place_camera(randomizer: Any, layout: Layout, streams: Streams, width_px: int, height_px: int) -> Any:
    """A camera on one of the anchors of its rig, never inside an obstacle.

    Raises:
        ConfigError: the scene has no anchor for this rig.
    """
    anchors = [a for a in layout.cameras if a.rig == randomizer.rig]
    if not anchors:
        rigs = sorted({a.rig for a in layout.cameras})
        raise ConfigError(
            "this scene has no place for such a camera",
            key="camera.rig",
            value=randomizer.rig,
            mend=f"use one of: {', '.join(rigs)}",
        )
    rng = streams.rng("anchor")
    for attempt in range(40):
        anchor = anchors[int(rng.integers(len(anchors)))]
        spec = randomizer.sample(streams.child(f"try_{attempt}"), anchor, width_px, height_px)
        if not any(_inside(spec.position_m, obstacle, 0.25) for obstacle in layout.obstacles):
            return spec
    raise ConfigError(
        "every place tried for the camera lies inside a thing",
        key="camera.rig",
        value=randomizer.rig,
        mend="mend the scene's camera anchors",
    )


def place_people(count: int, layout: Layout, camera: Any, streams: Streams, view_share: float) -> list[Place]:
    """Places for up to `count` people on the layout's areas.

    About `view_share` of them are drawn where the camera can see them, the rest anywhere near it. Fewer come back
    when no free place is found.
    """
    areas = [a for a in layout.areas if a.use in ("pavement", "crossing", "indoors")]
    eye, yaw = np.array(camera.position_m[:2]), camera.yaw_deg
    half_view = camera.horizontal_view_deg() / 2
    weights = np.array([_area_weight(a, eye) for a in areas])
    places: list[Place] = []
    for number in range(count):
        rng = streams.rng(f"{number}/place")
        wanted_in_view = rng.random() < view_share
        for _ in range(300):
            area = areas[int(rng.choice(len(areas), p=weights / weights.sum()))]
            xy = geometry.sample_in_convex(rng, area.polygon_xy_m)
            keep = rng.random()
            bearing, distance = _bearing(eye, xy, yaw)
            if distance < CAMERA_CLEARANCE_M or distance > 45 or keep > min(1.0, 14.0 / distance) ** 1.5:
                continue
            if wanted_in_view and abs(bearing) > half_view * 0.92:
                continue
            if not geometry.in_convex(xy, area.polygon_xy_m, 0.3) or not _free(xy, layout, places):
                continue
            if wanted_in_view and not clear_line(camera.position_m, (*xy, area.z_m + CHEST_M), layout):
                continue
            places.append(Place((float(xy[0]), float(xy[1]), area.z_m), _heading(rng, area)))
            break
    return places


def _heading(rng: np.random.Generator, area: Area) -> float:
    if area.flow_deg is None or rng.random() < 0.12:
        return float(rng.uniform(0, 360))
    return float((area.flow_deg + (180 if rng.random() < 0.5 else 0) + rng.normal(0, 9)) % 360)


def _area_weight(area: Area, eye: np.ndarray) -> float:
    centre = np.mean(np.array(area.polygon_xy_m), axis=0)
    size = geometry.polygon_area(area.polygon_xy_m)
    return size * (1.6 if area.use == "crossing" else 1.0) / (1.0 + 0.02 * float(np.linalg.norm(centre - eye)))


def _bearing(eye: np.ndarray, xy: np.ndarray, yaw_deg: float) -> tuple[float, float]:
    step = xy - eye
    angle = np.degrees(np.arctan2(step[1], step[0])) - yaw_deg
    return float((angle + 180) % 360 - 180), float(np.linalg.norm(step))


def _free(xy: np.ndarray, layout: Layout, places: Sequence[Place]) -> bool:
    if any(np.hypot(xy[0] - p.position_m[0], xy[1] - p.position_m[1]) < PERSONAL_SPACE_M for p in places):
        return False
    if any(geometry.in_convex(xy, o.polygon_xy_m, -0.4) for o in layout.obstacles):
        return False
    return not any(_before_mount(xy, mount) for mount in layout.mirror_mounts)


def _before_mount(xy: np.ndarray, mount: MirrorMount) -> bool:
    """Whether a place lies in the strip where a mirror on this mount would stand, used or not."""
    start, end = np.array(mount.start_xy_m), np.array(mount.end_xy_m)
    along = float((xy - start) @ (end - start)) / float(np.linalg.norm(end - start))
    out = float((xy - start) @ geometry.direction(mount.facing_deg)[:2])
    return -0.5 < along < float(np.linalg.norm(end - start)) + 0.5 and abs(out) < MIRROR_CLEARANCE_M


def _inside(position_m, obstacle, margin_m: float) -> bool:
    low, high = obstacle.base_z_m - margin_m, obstacle.base_z_m + obstacle.height_m + margin_m
    return low < position_m[2] < high and bool(
        geometry.in_convex(np.array(position_m[:2]), obstacle.polygon_xy_m, -margin_m)
    )


def clear_line(start_m, end_m, layout: Layout, wall_xy=None) -> bool:
    """Whether no obstacle stands between two points.

    Args:
        start_m, end_m: (3,). layout: whose obstacles. wall_xy: a point (2,) on a wall that one of the two touches;
            the obstacle that it belongs to does not count.
    """
    start, end = np.array(start_m, float), np.array(end_m, float)
    if wall_xy is not None:
        step = end - start
        start, end = start + 0.03 * step, end - 0.03 * step
    low = min(start[2], end[2])
    for obstacle in layout.obstacles:
        if obstacle.base_z_m + obstacle.height_m < low:
            continue
        if wall_xy is not None and geometry.in_convex(np.asarray(wall_xy), obstacle.polygon_xy_m, -0.3):
            continue
        if geometry.segment_hits_convex(start[:2], end[:2], obstacle.polygon_xy_m):
            return False
    return True


def draw_count(streams: Streams, purpose: str, interval: tuple[float, float]) -> int:
    """A whole number from a closed range."""
    return round(uniform(streams.rng(purpose), (interval[0] - 0.49, interval[1] + 0.49)))
