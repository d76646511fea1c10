"""What a scene offers to the things placed in it: where people walk, where mirrors hang, where cameras stand.

Every scenery spec answers `layout()` with one `Layout`. Metres, +Z up, angles in degrees counter-clockwise from +X.
"""

from __future__ import annotations

from blender_synth.world.values import Vec2, Vec3, plain


@plain
class Area:
    """A convex polygon on which people or props may stand.

    Attributes:
        name: unique in the scene, e.g. ``"pavement_left"``.
        use: ``"pavement"``, ``"road"``, ``"crossing"`` or ``"indoors"``.
        polygon_xy_m: corners, counter-clockwise.
        z_m: height of the ground.
        flow_deg: direction in which people walk here (or its opposite); None where they wander.
    """

    name: str
    use: str
    polygon_xy_m: tuple[Vec2, ...]
    z_m: float = 0.0
    flow_deg: float | None = None


@plain
class MirrorMount:
    """A stretch of wall free of openings, where a mirror may hang, lean or stand.

    Attributes:
        start_xy_m, end_xy_m: the stretch's foot; seen from the front, start is on the left.
        facing_deg: azimuth of the outward normal (into the open).
        base_z_m: height of the ground below.
        clear_height_m: free height above the ground.
    """

    name: str
    start_xy_m: Vec2
    end_xy_m: Vec2
    facing_deg: float
    base_z_m: float
    clear_height_m: float


@plain
class CameraAnchor:
    """Where a camera of some kind may be mounted; the camera randomizer varies it within its own ranges.

    Attributes:
        rig: ``"dashcam"``, ``"cctv"`` or ``"handheld"``.
        start_xy_m, end_xy_m: the camera stands anywhere on this line.
        base_z_m: the ground that the rig's height counts from.
        facing_deg: azimuth of the middle of the view.
    """

    name: str
    rig: str
    start_xy_m: Vec2
    end_xy_m: Vec2
    base_z_m: float
    facing_deg: float


@plain
class Obstacle:
    """A thing people and cameras must keep out of: an upright prism over a convex footprint."""

    name: str
    polygon_xy_m: tuple[Vec2, ...]
    height_m: float
    base_z_m: float = 0.0


@plain
class PropSpot:
    """A place where a prop from a pack may stand.

    Attributes:
        use: ``"pavement"``, ``"road"``, ``"wall"`` or ``"indoors"``.
        heading_deg: azimuth that the prop's front should face.
        room_m: radius of the free circle around it.
    """

    name: str
    use: str
    position_m: Vec3
    heading_deg: float
    room_m: float


@plain
class Layout:
    """All of the above for one scene."""

    areas: tuple[Area, ...]
    mirror_mounts: tuple[MirrorMount, ...] = ()
    cameras: tuple[CameraAnchor, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    prop_spots: tuple[PropSpot, ...] = ()
