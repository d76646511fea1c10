"""Where look-alikes can go: free stretches of walls, displays of shops, free ground; how well they are seen there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np

from blender_synth import geometry
from blender_synth.values import Vec2, Vec3, vec3
from blender_synth.world.contracts import CameraSpec, LookalikeSpec, MirrorSpec, PersonSpec
from blender_synth.world.layout import Layout, MirrorMount, Obstacle
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.placement.ground import footprint_discs
from blender_synth.world.placement.line_of_sight import CHEST_M

_T = TypeVar("_T")
TRIES = 24
_GOOD_SHARE = 0.3
"""Of the places tried, one is drawn from those that show at least this share of the best one's pixels."""
_WALL_GAP_M = 0.12
_BEFORE_WALL_M = 0.9
"""What is nearer to a wall than this takes up a part of it."""
_APART_M = 0.5
"""Between two look-alikes on the ground."""
WALKED = ("pavement", "indoors")
"""Uses of ground that look-alikes may stand on."""


@dataclass(frozen=True)
class WallPlace:
    """A free place on a wall.

    Attributes:
        mount: the stretch of wall. along_m: from its start to the middle of the place.
    """

    mount: MirrorMount
    along_m: float


@dataclass(frozen=True)
class GroundPlace:
    """A free place on the ground.

    Attributes:
        position_m: on the ground. heading_deg: azimuth that a front there should face.
    """

    position_m: Vec3
    heading_deg: float


@dataclass(frozen=True)
class LookalikeContext:
    """What the randomizer of a look-alike knows when it proposes a place.

    Attributes:
        layout: of the scene, with its props as obstacles. camera, people, mirrors: as placed.
        taken: look-alikes that are there already.
    """

    layout: Layout
    camera: CameraSpec
    people: Sequence[PersonSpec]
    mirrors: Sequence[MirrorSpec]
    taken: list[LookalikeSpec] = field(default_factory=list)

    @cached_property
    def sight(self) -> PlacementContext:
        """Lines of sight and obstacles of the scene."""
        return PlacementContext(self.layout, self.camera, self.people, list(self.mirrors))

    @cached_property
    def _mirror_outlines(self) -> list[np.ndarray]:
        """Corners (N, 2) of every mirror, seen from above."""
        return [np.asarray(mirror.corners_m())[:, :2] for mirror in self.mirrors]

    @cached_property
    def _people_discs(self) -> tuple[np.ndarray, np.ndarray]:
        if not self.people:
            return np.zeros((0, 2)), np.zeros(0)
        where = np.array([p.position_m[:2] for p in self.people])
        return footprint_discs(self.people, where, np.array([p.heading_deg for p in self.people]))

    @cached_property
    def _views_of_people(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """(start, end), (3,) each, of the lines along which the camera sees people directly and in mirrors."""
        camera_m, lines = self.sight.camera_m, []
        chests = [np.array(p.position_m) + (0.0, 0.0, CHEST_M) for p in self.people]
        for chest in chests:
            if self._in_picture(chest[None])[0]:
                lines.append((camera_m, chest))
            for mirror in self.mirrors:
                hits, inside = mirror.reflection_points(camera_m, chest[None])
                if inside[0] and self._in_picture(hits)[0]:
                    lines += [(camera_m, hits[0]), (hits[0], chest)]
        return lines

    def _in_picture(self, points_m: np.ndarray) -> np.ndarray:
        """(N,) whether the camera's picture contains points (N, 3)."""
        pixels, depth = geometry.project(points_m, self.camera.world_from_camera(), self.camera.k())
        size = (self.camera.width_px, self.camera.height_px)
        inside: np.ndarray = (depth > 0.3) & (pixels >= 0).all(axis=-1) & (pixels <= size).all(axis=-1)
        return inside

    # --- how well a place is seen

    def shown_px(self, points_m: np.ndarray, facing_deg: float | None = None) -> tuple[float, float]:
        """Estimated pixels of the box around points (N, 3), directly and in the mirror that shows most of it.

        Args:
            facing_deg: azimuth of the only side from which it can be seen; None for all sides.
        """
        camera_m, middle = self.sight.camera_m, points_m.mean(axis=0)
        front = None if facing_deg is None else geometry.direction(facing_deg)
        direct = 0.0
        if front is None or (camera_m - middle) @ front > 0:
            direct = self._box_px(points_m, np.ones(len(points_m), bool))
            if direct and not self.sight.clear(camera_m, middle, middle[:2]):
                direct = 0.0
        mirrored = 0.0
        for mirror, outline in zip(self.mirrors, self._mirror_outlines, strict=True):
            hits, inside = mirror.reflection_points(camera_m, points_m)
            if not inside.any() or (front is not None and (hits[inside].mean(axis=0) - middle) @ front <= 0):
                continue
            size = self._box_px(hits, inside)
            if size > mirrored:
                hit, host = hits[inside][0], outline.mean(axis=0)
                if self.sight.clear(camera_m, hit, host) and self.sight.clear(hit, points_m[inside][0], host):
                    mirrored = size
        return direct, mirrored

    def _box_px(self, points_m: np.ndarray, valid: np.ndarray) -> float:
        with np.errstate(invalid="ignore", divide="ignore"):
            pixels, depth = geometry.project(points_m, self.camera.world_from_camera(), self.camera.k())
        valid = valid & (depth > 0.3)
        if not valid.any():
            return 0.0
        pixels = np.clip(pixels[valid], 0, (self.camera.width_px, self.camera.height_px))
        width, height = np.ptp(pixels, axis=0)
        return float(width * height)

    def best(
        self, rng: np.random.Generator, places: Sequence[_T], shown: Callable[[_T], tuple[float, float]]
    ) -> _T | None:
        """One of the places that the camera sees well; with mirrors, half of all draws go by what those show.

        Args:
            shown: pixels directly and in mirrors, as `shown_px` returns.
        """
        by_mirror, number = rng.random() < 0.5, int(rng.integers(2**31))
        if not places:
            return None
        pixels = np.array([shown(place) for place in places])
        column = 1 if by_mirror and pixels[:, 1].max() > 0 else 0 if pixels[:, 0].max() > 0 else 1
        good = np.flatnonzero(pixels[:, column] >= _GOOD_SHARE * pixels[:, column].max())
        return places[int(good[number % len(good)])]

    # --- walls

    def wall_places(
        self, rng: np.random.Generator, width_m: float, top_m: float, depth_m: float, base_m: float = 0.0
    ) -> list[WallPlace]:
        """Free places on walls for something of a width and height of its upper edge, `TRIES` at most.

        Args:
            depth_m: how far it stands out from the wall. base_m: height of its lower edge.
        """
        spans = [
            (mount, low, high)
            for mount in self.layout.mirror_mounts
            if mount.clear_height_m >= top_m and mount.depth_m >= depth_m
            for low, high in self._free_spans(mount, base_m, top_m, depth_m)
            if high - low >= width_m + 2 * _WALL_GAP_M
        ]
        places = []
        for _ in range(TRIES if spans else 0):
            mount, low, high = spans[int(rng.integers(len(spans)))]
            half = width_m / 2 + _WALL_GAP_M
            places.append(WallPlace(mount, float(rng.uniform(low + half, high - half))))
        return places

    def wall_is_free(self, mount: MirrorMount, middle_m: float, half_m: float, depth_m: float) -> bool:
        """Whether a stretch of a mount is free over its whole height."""
        spans = self._free_spans(mount, 0.02, mount.clear_height_m, depth_m)
        return any(low <= middle_m - half_m and middle_m + half_m <= high for low, high in spans)

    def _free_spans(
        self, mount: MirrorMount, base_m: float, top_m: float, depth_m: float
    ) -> Iterator[tuple[float, float]]:
        """Stretches of a mount, in metres from its start, before which nothing hangs or stands."""
        start = np.array(mount.start_xy_m)
        right = (np.array(mount.end_xy_m) - start) / mount.length_m
        out = geometry.direction(mount.facing_deg)[:2]
        blocked = []
        outlines = list(self._mirror_outlines)
        standing = [*self.layout.obstacles, *(o for lookalike in self.taken for o in lookalike.obstacles())]
        low_z, high_z = mount.base_z_m + base_m, mount.base_z_m + top_m
        outlines += [
            np.array(o.polygon_xy_m) for o in standing if o.base_z_m < high_z and o.base_z_m + o.height_m > low_z
        ]
        for number, outline in enumerate(outlines):
            reach = _BEFORE_WALL_M if number < len(self.mirrors) else depth_m + 0.03
            away = (outline - start) @ out
            if away.max() < 0.015 or away.min() > reach:
                continue
            along = (outline - start) @ right
            blocked.append((float(along.min()), float(along.max())))
        x = 0.0
        for low, high in [*sorted(blocked), (mount.length_m, mount.length_m)]:
            if low > x:
                yield x, min(low, mount.length_m)
            x = max(x, high)

    # --- displays of shops

    def display_places(self, half_m: float, height_m: float) -> list[tuple[MirrorMount, float]]:
        """(shop, metres from its start) of free places on platforms behind panes that one can look through."""
        by_name = {mirror.mount_name: mirror for mirror in self.mirrors if mirror.mount_name is not None}
        clad = {m.host_id for m in self.layout.hosts if m.use == "front" and m.name in by_name}
        places: list[tuple[MirrorMount, float]] = []
        for shop in self.layout.hosts:
            if shop.use != "shop" or shop.display_top_m is None or shop.host_id in clad:
                continue
            mirror = by_name.get(shop.name)
            if mirror is not None and mirror.surface != "glass":
                continue
            if shop.display_top_m + height_m > shop.clear_height_m:
                continue
            ends = WINDOW_EDGE_M + half_m
            for along in np.arange(ends, shop.length_m - ends, 0.3):
                at = shop.point_xy_m(float(along), -DISPLAY_BEHIND_M)
                if all(np.hypot(*(at - s.position_m[:2])) > 2 * half_m + 0.12 for s in self.taken):
                    places.append((shop, float(along)))
        return places

    def shop_front_places(self, rng: np.random.Generator, room_m: float, height_m: float) -> list[GroundPlace]:
        """Free places on the ground right before shops, `TRIES` at most; the front faces away from the shop."""
        shops = [m for m in self.layout.hosts if m.use == "shop" and m.display_top_m is not None]
        places: list[GroundPlace] = []
        for _ in range(3 * TRIES if shops else 0):
            shop = shops[int(rng.integers(len(shops)))]
            at = shop.point_xy_m(float(rng.uniform(0.0, shop.length_m)), float(rng.uniform(room_m + 0.3, room_m + 0.9)))
            turn = float(rng.normal(0, 20))
            area = self.sight.ground(at, WALKED)
            if area is None or len(places) >= TRIES:
                continue
            position = vec3((at[0], at[1], area.z_m))
            if self._is_free(position, room_m, height_m):
                places.append(GroundPlace(position, (shop.facing_deg + turn) % 360.0))
        return places

    # --- ground

    def ground_places(
        self, rng: np.random.Generator, room_m: float, height_m: float, edge_m: float, near_m: float, far_m: float
    ) -> list[GroundPlace]:
        """Free places on walkable ground, `TRIES` at most, from which nothing hides people from the camera.

        Args:
            room_m: radius of the free circle. height_m: of what stands there. edge_m: how far from the edge of the
                ground. near_m, far_m: distances from the camera.
        """
        places: list[GroundPlace] = []
        for number in range(6 * TRIES):
            if number % 4:
                at = self.sight.before_camera(rng, near_m, far_m)
            else:  # anywhere: mirrors show what is behind the camera
                angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(near_m, far_m)
                at = self.sight.camera_m[:2] + away * np.array([np.cos(angle), np.sin(angle)])
            turn = float(rng.normal(0, 35))
            if len(places) >= TRIES:
                continue  # every try draws the same numbers
            area = self.sight.ground(at, WALKED)
            if area is None or not geometry.in_convex(at, area.polygon_xy_m, edge_m):
                continue
            position = vec3((at[0], at[1], area.z_m))
            if self._is_free(position, room_m, height_m):
                to_camera = self.sight.camera_m[:2] - at
                facing = float(np.degrees(np.arctan2(to_camera[1], to_camera[0])) + turn) % 360.0
                places.append(GroundPlace(position, facing))
        return places

    def is_seen(self, person: PersonSpec) -> bool:
        """Whether the camera sees somebody's chest directly."""
        chest = np.array(person.position_m) + (0.0, 0.0, CHEST_M)
        return bool(self._in_picture(chest[None])[0]) and self.sight.clear(self.sight.camera_m, chest, chest[:2])

    def is_free_of_things(self, at: np.ndarray, room_m: float) -> bool:
        """Whether a disc around a point (2,) of the ground touches nothing and nobody."""
        if self.sight.obstacles.holding(at, room_m).any() or np.hypot(*(at - self.sight.camera_m[:2])) < room_m + 0.8:
            return False
        xy, radius = self._people_discs
        if len(xy) and (np.linalg.norm(xy - at, axis=1) < radius + room_m).any():
            return False
        if any((np.linalg.norm(outline - at, axis=1) < room_m + 0.4).any() for outline in self._mirror_outlines):
            return False
        standing = (obstacle for lookalike in self.taken for obstacle in lookalike.obstacles())
        return not any(geometry.in_convex(at, o.polygon_xy_m, -room_m - _APART_M) for o in standing)

    def _is_free(self, position_m: Vec3, room_m: float, height_m: float) -> bool:
        at = np.array(position_m[:2])
        if np.hypot(*(at - self.sight.camera_m[:2])) < room_m + 1.2 or not self.is_free_of_things(at, room_m):
            return False
        for mount in self.layout.mirror_mounts:  # walls stay free for what hangs or leans there
            if mount.depth_m > 0 and _before(mount, at, room_m):
                return False
        return not self._hides_people(at, position_m[2] + height_m, room_m)

    def _hides_people(self, at: np.ndarray, top_m: float, room_m: float) -> bool:
        for start, end in self._views_of_people:
            step = end - start
            along = float(np.clip((at - start[:2]) @ step[:2] / max(step[:2] @ step[:2], 1e-9), 0, 1))
            nearest = start + along * step
            if np.hypot(*(nearest[:2] - at)) < room_m + 0.25 and nearest[2] < top_m:
                return True
        return False


_HANGING_M = 1.0
"""Height of the lower edge of what hangs on walls; lower where it is tall."""
DISPLAY_BEHIND_M = 0.335
"""From a shop's panes to the middle of the platform behind them."""
WINDOW_EDGE_M = 0.12
"""Between a figure and the end of its shop's panes."""


def _before(mount: MirrorMount, at: np.ndarray, room_m: float) -> bool:
    """Whether a disc around (2,) reaches into the strip where mirrors hang and lean."""
    start = np.array(mount.start_xy_m)
    along = (at - start) @ (np.array(mount.end_xy_m) - start) / mount.length_m
    out = (at - start) @ geometry.direction(mount.facing_deg)[:2]
    return bool(-room_m < along < mount.length_m + room_m and -room_m < out < min(mount.depth_m, 0.4) + room_m)


def rectangle_points(middle_m: np.ndarray, right: np.ndarray, width_m: float, height_m: float) -> np.ndarray:
    """(9, 3) points of an upright rectangle: `middle_m` (3,) is the middle of its base, `right` a unit vector (3,)."""
    return np.array(
        [middle_m + x * width_m * right + (0.0, 0.0, z * height_m) for x in (-0.5, 0.0, 0.5) for z in (0.0, 0.5, 1.0)]
    )


def disc_outline(xy_m: Sequence[float], radius_m: float, sides: int = 8) -> tuple[Vec2, ...]:
    """A counter-clockwise polygon around a disc."""
    angles = np.arange(sides) * 2 * np.pi / sides
    reach = radius_m / np.cos(np.pi / sides)
    return tuple((float(xy_m[0] + reach * np.cos(a)), float(xy_m[1] + reach * np.sin(a))) for a in angles)


def upright_obstacle(name: str, position_m: Vec3, radius_m: float, height_m: float) -> Obstacle:
    """The space of something round."""
    return Obstacle(
        name=name, polygon_xy_m=disc_outline(position_m, radius_m), height_m=height_m, base_z_m=position_m[2]
    )


def wall_spot(
    rng: np.random.Generator, height: float, aspect: float, frame_m: float, depth_m: float, context: LookalikeContext
) -> tuple[Vec3, float, float, float] | None:
    """(position, facing, height of the ground, height of the picture) on a wall, smaller where the wall has no room."""
    for factor in (1.0, 0.8, 0.6):
        tall = height * factor
        base = max(0.35, min(_HANGING_M, 2.25 - tall))
        width = tall * aspect + 2 * frame_m
        places = context.wall_places(rng, width, base + tall + frame_m, depth_m, base - frame_m)

        def seen(at: WallPlace, tall: float = tall, base: float = base) -> tuple[float, float]:
            x, y = at.mount.point_xy_m(at.along_m, depth_m)
            right = geometry.direction(at.mount.facing_deg + 90.0)
            foot = np.array([x, y, at.mount.base_z_m + base])
            return context.shown_px(rectangle_points(foot, right, tall * aspect, tall), at.mount.facing_deg)

        chosen = context.best(rng, places, seen)
        if chosen is not None:
            x, y = chosen.mount.point_xy_m(chosen.along_m, depth_m)
            position = (float(x), float(y), chosen.mount.base_z_m + base)
            return position, chosen.mount.facing_deg, chosen.mount.base_z_m, tall
    return None
