"""What a scene offers to the things placed in it: where people walk, where mirrors hang, where cameras stand.

Every scenery spec answers `layout()` with one `Layout`. Metres, +Z up, angles in degrees counter-clockwise from +X.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.values import Rgb, Vec2, Vec3, plain

CAMERA_CLEARANCE_M = 1.6
"""Distance that people usually keep from a camera."""


@plain
class Area:
    """A convex polygon on which people or props may stand.

    Attributes:
        name: unique in the scene, e.g. ``"pavement_left"``.
        use: ``"pavement"``, ``"road"``, ``"crossing"`` or ``"indoors"``.
        polygon_xy_m: corners, counter-clockwise.
        z_m: height of the ground.
        flow_deg: direction in which people walk here (or its opposite); None where they wander.
        ground_id: instance id of the ground.
        share: likelihood of people here relative to other ground of the same size. most: largest number of people who
            may stand here; None for no limit.
        walked: whether people walk and run here; where they do not, as in a lift, they stand.
    """

    name: str
    use: str
    polygon_xy_m: tuple[Vec2, ...]
    z_m: float = 0.0
    flow_deg: float | None = None
    ground_id: int | None = None
    share: float = Field(default=1.0, ge=0)
    most: int | None = Field(default=None, ge=0)
    walked: bool = True


@plain
class MirrorMount:
    """A stretch of wall without openings, where a mirror may hang, lean or stand; or a part of the scenery that can
    itself become a mirror.

    Attributes:
        use: ``"wall"``: a blank wall. ``"shop"``: the panes of a shopfront, from their lower edge up. ``"front"``: a
            whole ground floor that can be clad. ``"car"``: a parked car's side mirror, its middle at `base_z_m`.
        host_id: instance id of the part of the scenery that it belongs to.
        start_xy_m, end_xy_m: ends of the base line; seen from the front, start is on the left.
        facing_deg: azimuth of the outward normal (into the open).
        base_z_m: height of the ground below.
        clear_height_m: free height above the ground.
        depth_m: how far out from the wall a mirror here may reach; people keep out of this strip.
        display_top_m: height above `base_z_m` (negative: below it) of a platform for goods behind the panes of a shop,
            0.11 to 0.56 m behind them; None where there is none.
    """

    name: str
    start_xy_m: Vec2
    end_xy_m: Vec2
    facing_deg: float
    base_z_m: float
    clear_height_m: float
    use: Literal["wall", "shop", "front", "car"] = "wall"
    host_id: int | None = None
    depth_m: float = 0.7
    display_top_m: float | None = Field(default=None, exclude_if=lambda top_m: top_m is None)

    @property
    def length_m(self) -> float:
        """Length of the base line."""
        return math.dist(self.start_xy_m, self.end_xy_m)

    def middle_m(self, along: float, half_m: float) -> float:
        """Distance from the start to the middle of an object of half width `half_m`.

        It is as near to `along` (0 at the start to 1 at the end) as the object fits.
        """
        return min(max(along * self.length_m, half_m), self.length_m - half_m)

    def point_xy_m(self, along_m: float, out_m: float = 0.0) -> np.ndarray:
        """The point (2,) at a distance from the start along the base line, and at a distance out from the wall."""
        start, end = np.array(self.start_xy_m), np.array(self.end_xy_m)
        facing = np.radians(self.facing_deg)
        outward = np.array([np.cos(facing), np.sin(facing)])
        return start + (end - start) / self.length_m * along_m + out_m * outward


@plain
class CameraAnchor:
    """Where a camera of one rig may be mounted; the camera randomizer varies it within its own ranges.

    Attributes:
        rig: ``"dashcam"``, ``"cctv"`` or ``"handheld"``.
        start_xy_m, end_xy_m: the camera stands anywhere on this line.
        base_z_m: the ground that the rig's height counts from.
        facing_deg: azimuth of the middle of the view.
        height_m: lowest and highest height above base_z_m that is allowed, as under a ceiling; None for any.
        tilt_deg: how much further the camera looks up (down where negative) than its rig would.
        pitch_deg: elevation of the middle of the view, instead of the rig's; None keeps that of the rig.
    """

    name: str
    rig: str
    start_xy_m: Vec2
    end_xy_m: Vec2
    base_z_m: float
    facing_deg: float
    height_m: tuple[float, float] | None = None
    tilt_deg: float = 0.0
    pitch_deg: float | None = None


@plain
class Obstacle:
    """A volume that people and cameras keep out of: an upright prism over a convex footprint."""

    name: str
    polygon_xy_m: tuple[Vec2, ...]
    height_m: float
    base_z_m: float = 0.0


@plain
class Seat:
    """Where one person can sit.

    Attributes:
        bench: seats of one name are side by side, in order.
        position_m: the ground under the sitter's pelvis. heading_deg: azimuth the sitter faces.
        height_m: of the seat above that ground.
        front_m: from the pelvis to the seat's front edge; who has shorter legs sits further forward.
    """

    bench: str
    position_m: Vec3
    heading_deg: float
    height_m: float
    front_m: float = 0.2


@plain
class PropSpot:
    """A place where a prop from a pack may stand.

    Attributes:
        use: ``"pavement"``, ``"edge"`` (of a pavement), ``"road"``, ``"parking"``, ``"wall"`` or ``"indoors"``.
        heading_deg: azimuth that the prop's front should face.
        room_m: radius of the free circle around it.
        bay_m: instead of a circle, free length along the heading and width across it, with position_m in its middle;
            props there are not turned.
        wants: categories and tags, of which a prop must have one; empty for any prop.
    """

    name: str
    use: str
    position_m: Vec3
    heading_deg: float
    room_m: float
    bay_m: Vec2 | None = None
    wants: tuple[str, ...] = ()


@plain
class BuiltInMirror:
    """A flat mirror, pane or water that is part of the scenery itself, and always labelled.

    Attributes:
        part: name of the part of the scenery; unique in the scene.
        faces_m: its polygons, all in one plane, counter-clockwise as seen from the front.
        roughness: of the rendered surface. tint: reflectance, or transmittance of glass, by colour.
        host: category of the object that it belongs to.
    """

    part: str
    faces_m: tuple[tuple[Vec3, ...], ...]
    surface: Literal["mirror", "glass", "water", "polished"] = "mirror"
    roughness: float = Field(default=0.0, ge=0, le=1)
    tint: Rgb = (0.94, 0.95, 0.945)
    host: str = "building"


@plain
class PlacedProp:
    """An item of an asset pack that always stands here, in addition to the props that a run places.

    Attributes:
        wants: `pack/item`, or a category or tag from which one item is drawn.
    """

    name: str
    wants: str
    position_m: Vec3
    heading_deg: float


@plain
class Layout:
    """All of the above for one scene.

    Attributes:
        hosts: mounts of all uses other than ``"wall"``; people may stand before them.
        placed: props that the scene itself places.
        indoor_c: air temperature of a scene under a roof, which people there dress for; no rain or snow falls there and
            its air is clear. None outdoors.
        camera_clearance_m: nobody stands nearer to the lens than this; up to twice as far away people are rarer.
    """

    areas: tuple[Area, ...]
    mirror_mounts: tuple[MirrorMount, ...] = ()
    hosts: tuple[MirrorMount, ...] = ()
    cameras: tuple[CameraAnchor, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    prop_spots: tuple[PropSpot, ...] = ()
    seats: tuple[Seat, ...] = ()
    built_in_mirrors: tuple[BuiltInMirror, ...] = ()
    placed: tuple[PlacedProp, ...] = ()
    indoor_c: float | None = None
    camera_clearance_m: float = CAMERA_CLEARANCE_M
