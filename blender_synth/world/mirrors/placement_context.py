"""What a mirror's randomizer knows when it proposes a place: mounts, camera, people, and what a mirror would show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from blender_synth import geometry
from blender_synth.world.contracts import CameraSpec, MirrorSpec, PersonSpec
from blender_synth.world.layout import Area, Layout, MirrorMount
from blender_synth.world.placement.line_of_sight import CHEST_M

_HEIGHTS_M = (0.06, 0.45, 0.85, 1.2, 1.5, 1.65)
_HALF_BODY_M = 0.2
_BODY_FILL = 0.6
"""Share of its bounding box that a standing person covers."""
_GROUND_USES = ("pavement", "crossing", "indoors", "road")


class Obstacles:
    """All obstacles of a layout as arrays: edges (N, E, 2) counter-clockwise, shorter outlines end in empty edges."""

    def __init__(self, layout: Layout):
        outlines = [np.array(o.polygon_xy_m, float) for o in layout.obstacles]
        count = max((len(o) for o in outlines), default=1)
        closed = [np.concatenate([o, np.repeat(o[:1], count + 1 - len(o), axis=0)]) for o in outlines]
        corners = np.array(closed).reshape(len(outlines), count + 1, 2)
        self.names = [o.name for o in layout.obstacles]
        self.start = corners[:, :-1]
        edges = corners[:, 1:] - self.start
        inward = np.stack([-edges[..., 1], edges[..., 0]], axis=-1)
        self.inward = inward / np.maximum(np.linalg.norm(inward, axis=-1, keepdims=True), 1e-12)
        self.low = np.array([o.base_z_m for o in layout.obstacles])
        self.high = self.low + np.array([o.height_m for o in layout.obstacles])

    def holding(self, xy: ArrayLike, margin_m: float = 0.0) -> np.ndarray:
        """Which (N,) contain a point (2,), or come as near to it as `margin_m`."""
        inside = ((np.asarray(xy, float) - self.start) * self.inward).sum(axis=-1)
        return (inside >= -margin_m).all(axis=1)

    def between(self, start_m: np.ndarray, end_m: np.ndarray) -> np.ndarray:
        """Which (N,) block the segment from one point (3,) to another (Cyrus-Beck clipping, then heights)."""
        step = end_m - start_m
        speed = self.inward @ step[:2]
        offset = ((start_m[:2] - self.start) * self.inward).sum(axis=-1)
        level = np.abs(speed) < 1e-12
        t = -offset / np.where(level, 1.0, speed)
        enter = np.where(~level & (speed > 0), t, 0.0).max(axis=1, initial=0.0)
        leave = np.where(~level & (speed < 0), t, 1.0).min(axis=1, initial=1.0)
        crossed = (enter <= leave) & ~(level & (offset < 0)).any(axis=1)
        heights = start_m[2] + np.stack([enter, leave]) * step[2]
        return crossed & (heights.min(axis=0) <= self.high) & (heights.max(axis=0) >= self.low)


@dataclass(frozen=True)
class PlacementContext:
    """Attributes:
    layout: of the scene. camera: its spec. people: their specs. taken: mirrors that are there already.
    """

    layout: Layout
    camera: CameraSpec
    people: Sequence[PersonSpec]
    taken: list[MirrorSpec] = field(default_factory=list)

    @cached_property
    def camera_m(self) -> np.ndarray:
        """Optical centre (3,)."""
        return np.array(self.camera.position_m, float)

    @cached_property
    def obstacles(self) -> Obstacles:
        """Obstacles of the layout, as arrays."""
        return Obstacles(self.layout)

    @cached_property
    def feet_m(self) -> np.ndarray:
        """Positions (P, 3) of the people on the ground."""
        return np.array([p.position_m for p in self.people], float).reshape(-1, 3)

    def mounts(self, use: str) -> list[MirrorMount]:
        """Free mounts of one use; a building with a clad front gets no other mirror."""
        every = (*self.layout.mirror_mounts, *self.layout.hosts)
        named = {spec.mount_name for spec in self.taken}
        used = [m for m in every if m.name in named and m.host_id is not None]
        hosts = {m.host_id for m in used if "front" in (use, m.use)}
        return [m for m in every if m.use == use and m.name not in named and m.host_id not in hosts]

    def ground(self, xy: ArrayLike, uses: Sequence[str] = _GROUND_USES) -> Area | None:
        """The area that a point (2,) lies in."""
        for area in self.layout.areas:
            if area.use in uses and geometry.in_convex(np.asarray(xy, float), area.polygon_xy_m):
                return area
        return None

    def free(self, xy: ArrayLike, room_m: float, people_m: float = 0.5) -> bool:
        """Whether a point (2,) is at least this far from obstacles, people and the camera."""
        at = np.asarray(xy, float)
        if np.hypot(*(at - self.camera_m[:2])) < room_m + 0.9:
            return False
        if len(self.feet_m) and np.hypot(*(self.feet_m[:, :2] - at).T).min() < room_m + people_m:
            return False
        return not self.obstacles.holding(at, room_m).any()

    @cached_property
    def _aims(self) -> dict[str, list[tuple[float, MirrorMount, float]]]:
        return {}

    def aims(self, mounts: Sequence[MirrorMount]) -> list[tuple[float, MirrorMount, float]]:
        """(score, mount, along 0 to 1) for every mount and person whose reflection the camera could see there."""
        for mount in mounts:
            if mount.name not in self._aims:
                self._aims[mount.name] = self._aims_at(mount)
        return [aim for mount in mounts for aim in self._aims[mount.name]]

    def _aims_at(self, mount: MirrorMount) -> list[tuple[float, MirrorMount, float]]:
        pose, k = self.camera.world_from_camera(), self.camera.k()
        aims: list[tuple[float, MirrorMount, float]] = []
        start = np.array([*mount.start_xy_m, mount.base_z_m])
        end = np.array([*mount.end_xy_m, mount.base_z_m])
        normal = geometry.direction(mount.facing_deg)
        middle, length = ((start + end) / 2)[:2], float(np.linalg.norm(end - start))
        if (self.camera_m - start) @ normal < 0.5 or length < 0.1:
            return aims
        hits = []
        for foot in self.feet_m:
            body = foot + (0, 0, CHEST_M)
            if (body - start) @ normal < mount.depth_m:
                continue
            virtual = geometry.mirror_points(body, start, normal)
            t = ((start - self.camera_m) @ normal) / ((virtual - self.camera_m) @ normal)
            hit = self.camera_m + t * (virtual - self.camera_m)
            along = float((hit - start) @ (end - start)) / length**2
            if not 0.0 < along < 1.0 or not -0.3 < hit[2] - mount.base_z_m < mount.clear_height_m:
                continue
            pixel, depth = geometry.project(hit, pose, k)
            margin = 0.04 * self.camera.width_px
            inside = margin < pixel[0] < self.camera.width_px - margin and 0 < pixel[1] < self.camera.height_px
            if depth <= 0.5 or not inside:
                continue
            if self.clear(self.camera_m, hit, middle) and self.clear(hit, body, middle):
                hits.append((along, float(np.linalg.norm(virtual - self.camera_m))))
        for along, distance in hits:
            near = sum(1 for other, _ in hits if abs(other - along) * length < 0.9)
            aims.append(((0.6 + 0.4 * near) * min(1.0, 12.0 / distance), mount, along))
        return aims

    def aim(
        self, rng: np.random.Generator, uses: Sequence[str], reach_m: float = 0.0
    ) -> tuple[MirrorMount, float | None] | None:
        """A mount of the first use that the layout has, and where along it; None for `along` when nobody can be seen
        there. None when all of that use are taken, or none is `reach_m` deep."""
        every = (*self.layout.mirror_mounts, *self.layout.hosts)
        for use in uses:
            if not any(mount.use == use for mount in every):
                continue
            mounts = [m for m in self.mounts(use) if use != "wall" or m.depth_m >= reach_m]
            if not mounts:
                return None
            aims = self.aims(mounts)
            if not aims:
                return mounts[int(rng.integers(len(mounts)))], None
            best = max(score for score, _, _ in aims)
            good = [aim for aim in aims if aim[0] >= 0.6 * best]
            _, mount, along = good[int(rng.integers(len(good)))]
            return mount, along
        return None

    def clear(self, start_m: np.ndarray, end_m: np.ndarray, host_xy: ArrayLike) -> bool:
        """Whether no obstacle is between two points (3,), except what carries the mirror at `host_xy` (2,)."""
        step = end_m - start_m
        blocked = self.obstacles.between(start_m + 0.02 * step, end_m - 0.02 * step)
        return not (blocked & ~self.obstacles.holding(host_xy, 0.3)).any()

    def predicted_px(self, mirror: MirrorSpec) -> float:
        """Estimated pixels of the person who appears largest in a mirror."""
        if not len(self.feet_m):
            return 0.0
        count = len(self.feet_m)
        to_camera = self.camera_m[:2] - self.feet_m[:, :2]
        aside = np.column_stack([-to_camera[:, 1], to_camera[:, 0], np.zeros(count)])
        aside *= _HALF_BODY_M / np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-9)
        rows = [self.feet_m + (0, 0, h) + s * aside for h in _HEIGHTS_M for s in (-1, 0, 1)]
        points = np.stack(rows, axis=1)
        hits, inside = mirror.reflection_points(self.camera_m, points.reshape(-1, 3))
        pixels, depth = geometry.project(hits, self.camera.world_from_camera(), self.camera.k())
        width, height = self.camera.width_px, self.camera.height_px
        inside &= (depth > 0.2) & (pixels >= 0).all(axis=1) & (pixels <= (width, height)).all(axis=1)
        inside, hits = inside.reshape(count, -1), hits.reshape(count, -1, 3)
        with np.errstate(invalid="ignore"):
            boxes = np.ptp(self._where_shown(pixels.reshape(count, -1, 2), inside), axis=1)
        area = _BODY_FILL * boxes[:, 0] * boxes[:, 1]
        host = mirror.corners_m()[:, :2].mean(axis=0)
        for person in np.argsort(-area):
            if area[person] <= 0:
                return 0.0
            shown = np.flatnonzero(inside[person])
            at = shown[len(shown) // 2]
            hit = hits[person, at]
            if self.clear(self.camera_m, hit, host) and self.clear(hit, points[person, at], host):
                return float(area[person])
        return 0.0

    @staticmethod
    def _where_shown(pixels: np.ndarray, inside: np.ndarray) -> np.ndarray:
        """Pixels (P, N, 2), those not shown moved onto one that is, so that they add nothing to a box."""
        first = np.take_along_axis(pixels, inside.argmax(axis=1)[:, None, None].repeat(2, axis=2), axis=1)
        return np.where(inside[..., None], pixels, first)

    def roadside(
        self, rng: np.random.Generator, near_m: float, far_m: float, aside_m: float = 0.22
    ) -> tuple[float, float, float] | None:
        """A place on the ground in view beside where people walk, by the kerb or by the wall; indoors anywhere."""
        wanted = self.before_camera(rng, near_m, far_m)
        tall = self.obstacles.high > 3.0
        sides = []
        for area in self.layout.areas:
            if area.use == "indoors" and geometry.in_convex(wanted, area.polygon_xy_m, 0.5):
                x, y = self._beside_tall(wanted, area, aside_m)
                return (float(x), float(y), area.z_m)
            if area.use != "pavement":
                continue
            corners = np.array(area.polygon_xy_m)
            for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
                along = end - start
                length = float(np.linalg.norm(along))
                if length < 20.0:
                    continue
                outward = np.array([along[1], -along[0]]) / length
                at = start + np.clip((wanted - start) @ along / length**2, 0.05, 0.95) * along
                by_wall = (tall & self.obstacles.holding(at + outward)).any()
                at = at + (-aside_m if by_wall else aside_m) * outward
                sides.append((float(np.linalg.norm(at - wanted)), at, area.z_m))
        if not sides:
            return None
        near = sorted(sides, key=lambda side: side[0])[:2]
        _, at, z = near[int(rng.random() < 0.4 and len(near) > 1)]
        return (float(at[0]), float(at[1]), z)

    def _beside_tall(self, wanted: np.ndarray, area: Area, aside_m: float, reach_m: float = 3.0) -> np.ndarray:
        """The place (2,) nearest to a wanted one that is beside a wall or a column of a room; that one itself where
        there is none within `reach_m`."""
        tall = self.obstacles.high - self.obstacles.low > 2.0
        start, inward = self.obstacles.start[tall].reshape(-1, 2), self.obstacles.inward[tall].reshape(-1, 2)
        edge = np.roll(self.obstacles.start[tall], -1, axis=1).reshape(-1, 2) - start
        length = np.maximum((edge**2).sum(axis=1), 1e-12)
        along = np.clip(((wanted - start) * edge).sum(axis=1) / length, 0.0, 1.0)
        places = start + along[:, None] * edge - aside_m * inward
        away = np.linalg.norm(places - wanted, axis=1)
        away[~geometry.in_convex(places, area.polygon_xy_m, -aside_m)] = np.inf
        away[(inward**2).sum(axis=1) < 0.5] = np.inf  # the empty edges of shorter outlines
        if not len(away) or away.min() > reach_m:
            return wanted
        return places[int(away.argmin())]

    def before_camera(
        self, rng: np.random.Generator, near_m: float, far_m: float, half_view: float = 0.85
    ) -> np.ndarray:
        """A point (2,) on the ground in view, drawn by distance and bearing."""
        bearing = math.radians(
            self.camera.yaw_deg + rng.uniform(-0.5, 0.5) * half_view * self.camera.horizontal_view_deg()
        )
        distance = rng.uniform(near_m, far_m)
        return self.camera_m[:2] + distance * np.array([math.cos(bearing), math.sin(bearing)])
