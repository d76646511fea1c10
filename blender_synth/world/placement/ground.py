"""The ground that people can stand on in a scene, and which parts of it are occupied. No bpy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from blender_synth import geometry
from blender_synth.world.contracts import CameraSpec, PersonSpec
from blender_synth.world.layout import Layout, MirrorMount, Seat
from blender_synth.world.people.activities import activities
from blender_synth.world.placement.line_of_sight import CHEST_M

REACH_M = 45.0
"""People are placed no further from the camera than this."""
DENSITY_REACH_M = 30.0
"""With a density, people are placed up to this distance in view, and up to a third of it elsewhere."""
CELL_M = 0.3
WAITING_M = 2.2
"""People who wait to cross stand no further from the crossing than this."""
_TRIES = 120
_EDGE_M, _OBSTACLE_M = 0.3, 0.1


class Ground:
    """Free cells of the walkable areas around a camera, and the people placed there so far.

    Attributes:
        cells_xy_m: (N, 2) middles of the cells. seen_m2: walkable area that a density counts for.
        standing_share: share of the ground in view on which people stand only.
    """

    def __init__(self, layout: Layout, camera: CameraSpec) -> None:
        self._layout, self._camera_m = layout, np.array(camera.position_m, float)
        self._areas = [a for a in layout.areas if a.use in ("pavement", "crossing", "indoors")]
        self._seats = list(layout.seats)
        self._taken_xy, self._taken_r = np.zeros((0, 2)), np.zeros(0)
        self._standing_xy = np.zeros((0, 2))
        self._planes, self._tops_m = (
            _half_planes([o.polygon_xy_m for o in layout.obstacles]),
            np.array([o.base_z_m + o.height_m for o in layout.obstacles]),
        )
        cells, areas = [np.zeros((0, 2))], [np.zeros(0, int)]
        for number, area in enumerate(self._areas):
            low, high = np.min(area.polygon_xy_m, 0), np.max(area.polygon_xy_m, 0)
            low, high = np.maximum(low, self._camera_m[:2] - REACH_M), np.minimum(high, self._camera_m[:2] + REACH_M)
            grid = np.stack(np.meshgrid(*(np.arange(a, b, CELL_M) for a, b in zip(low, high, strict=True))), -1)
            points = grid.reshape(-1, 2) + CELL_M / 2
            points = points[geometry.in_convex(points, area.polygon_xy_m, _EDGE_M)]
            cells.append(points)
            areas.append(np.full(len(points), number))
        points, owner = np.concatenate(cells), np.concatenate(areas)
        free = self._clearance_m(points) > 0.3
        self.cells_xy_m, self._owner = points[free], owner[free]
        self._share = np.array([a.share for a in self._areas])[self._owner] if self._areas else np.zeros(0)
        step = self.cells_xy_m - self._camera_m[:2]
        self._distance = np.linalg.norm(step, axis=1)
        bearing = (np.degrees(np.arctan2(step[:, 1], step[:, 0])) - camera.yaw_deg + 180) % 360 - 180
        self._in_view = np.abs(bearing) < 0.46 * camera.horizontal_view_deg()
        chests = np.array([a.z_m for a in self._areas])[self._owner] + CHEST_M if self._areas else np.zeros(0)
        self._seen = self._in_view.copy()
        self._seen[self._in_view] = self._sees(self.cells_xy_m[self._in_view], chests[self._in_view])
        self._on_crossing, self._at_crossing = self._crossings()
        self._counted = self._distance < np.where(self._in_view, DENSITY_REACH_M, DENSITY_REACH_M / 3)
        self.seen_m2 = float(self._counted.sum()) * CELL_M**2
        self._walked = np.array([a.walked for a in self._areas], bool)[self._owner]
        self.standing_share = float((self._seen & ~self._walked).sum() / max(self._seen.sum(), 1))

    def draw_cells(
        self, rng: np.random.Generator, in_view: bool, spread_evenly: bool, activity: str, stays: bool = False
    ) -> Iterator[int]:
        """Cells to try, likeliest where the camera has a good look.

        Args:
            in_view: only where the camera sees somebody's chest. spread_evenly: every cell that a density counts alike.
            activity: its `place` holds if the scene has a crossing. stays: the group stands still; others need ground
                where people walk.
        """
        weights = np.minimum(1.0, 14.0 / np.maximum(self._distance, 1.0)) ** 1.5
        weights *= np.where([a.use == "crossing" for a in self._areas], 1.6, 1.0)[self._owner] if self._areas else 1.0
        if spread_evenly:
            weights = self._counted.astype(float)
        clear = self._layout.camera_clearance_m
        near = np.clip((self._distance - clear) / clear, 0, 1)
        weights = weights * np.where(self._in_view, near, self._distance > clear)
        if in_view:
            weights = weights * self._seen
        weights = weights * (self._distance < REACH_M) * self._share
        if not stays:
            weights = weights * self._walked
        places = {"crossing": self._on_crossing, "crossing_end": self._at_crossing >= 0}
        fitting = weights * places.get(activities()[activity].place, True)
        weights = fitting if fitting.sum() > 0 else weights
        if weights.sum() > 0:
            yield from rng.choice(len(weights), size=_TRIES, p=weights / weights.sum()).tolist()

    def heading_deg(self, rng: np.random.Generator, cell: int, activity: str, moving: bool) -> float:
        """Azimuth that somebody at a cell faces: along the flow, over the crossing for those waiting at it, or any."""
        flow = self._areas[self._owner[cell]].flow_deg
        if activities()[activity].place == "crossing_end" and self._at_crossing[cell] >= 0:
            crossing = self._areas[self._at_crossing[cell]]
            over = np.mean(crossing.polygon_xy_m, axis=0) - self.cells_xy_m[cell]
            across = geometry.direction(crossing.flow_deg or 0.0)[:2]
            return float(((crossing.flow_deg or 0.0) + (180 if over @ across < 0 else 0) + rng.normal(0, 12)) % 360)
        astray = 0.05 if moving else 0.6
        if flow is None or rng.random() < astray:
            return float(rng.uniform(0, 360))
        return float((flow + (180 if rng.random() < 0.5 else 0) + rng.normal(0, 9)) % 360)

    def room_for(
        self, people: Sequence[PersonSpec], where_m: np.ndarray, headings_deg: np.ndarray, gap_m: float
    ) -> np.ndarray | None:
        """Heights (N,) of the ground under people at (N, 2), or None when one of them does not fit there.

        Args:
            gap_m: room that must stay between them and whoever is there already.
        """
        heights = np.full(len(people), np.nan)
        for area in self._areas:
            inside = geometry.in_convex(where_m, area.polygon_xy_m, 0.15)
            heights[inside] = area.z_m
            if area.most is not None and inside.any():
                there = int(geometry.in_convex(self._standing_xy, area.polygon_xy_m).sum())
                if there + int(inside.sum()) > area.most:
                    return None
        near = np.linalg.norm(where_m - self._camera_m[:2], axis=1) < self._layout.camera_clearance_m
        if np.isnan(heights).any() or near.any():
            return None
        xy, radius = footprint_discs(people, where_m, headings_deg)
        apart = np.linalg.norm(xy[:, None] - self._taken_xy[None], axis=2)
        if (apart < radius[:, None] + self._taken_r[None] + gap_m).any():
            return None
        return heights if (self._clearance_m(xy) > radius + _OBSTACLE_M).all() else None

    def occupy(self, person: PersonSpec) -> None:
        """Mark the ground under a person as occupied."""
        xy, radius = footprint_discs([person], np.array([person.position_m[:2]]), np.array([person.heading_deg]))
        self._taken_xy = np.concatenate([self._taken_xy, xy])
        self._taken_r = np.concatenate([self._taken_r, radius])
        self._standing_xy = np.concatenate([self._standing_xy, [person.position_m[:2]]])

    def clear_above(self, xy_m: np.ndarray, radius_m: float, low_m: float) -> bool:
        """Whether nothing that reaches higher than `low_m` stands within a radius of a point (2,)."""
        high = self._tops_m > low_m
        return not high.any() or bool(self._outside(xy_m[None])[0, high].max(1).min() > radius_m)

    def take_seats(self, count: int, rng: np.random.Generator) -> tuple[Seat, ...]:
        """`count` free seats side by side within reach, which are then occupied; empty when there are none."""
        near = [s for s in self._seats if np.linalg.norm(np.subtract(s.position_m[:2], self._camera_m[:2])) < REACH_M]
        benches: dict[str, list[Seat]] = {}
        for seat in near:
            benches.setdefault(seat.bench, []).append(seat)
        large = [bench for bench, seats in benches.items() if len(seats) >= count]
        if not large:
            return ()
        chosen = benches[large[int(rng.integers(len(large)))]]
        start = int(rng.integers(len(chosen) - count + 1))
        seats = tuple(chosen[start : start + count])
        self._seats = [s for s in self._seats if s not in seats]
        return seats

    def _crossings(self) -> tuple[np.ndarray, np.ndarray]:
        """For every cell: whether it is on a crossing, and the number of the crossing that it lies before, or -1."""
        on, before = np.zeros(len(self._owner), bool), np.full(len(self._owner), -1)
        for number, area in enumerate(self._areas):
            if area.use == "crossing":
                on |= self._owner == number
                near = geometry.in_convex(self.cells_xy_m, area.polygon_xy_m, -WAITING_M) & (self._owner != number)
                before[near] = number
        return on, before

    def _sees(self, xy_m: np.ndarray, heights_m: np.ndarray) -> np.ndarray:
        """(N,) whether no obstacle as high as the lower end is between the camera and points (N, 2) at heights (N,)."""
        if not len(self._planes):
            return np.ones(len(xy_m), bool)
        seen = np.ones(len(xy_m), bool)
        for start in range(0, len(xy_m), 512):
            part = slice(start, start + 512)
            at_camera = self._outside(self._camera_m[None, :2])  # (1, M, K)
            at_point = self._outside(xy_m[part])  # (P, M, K)
            fall = at_point - at_camera
            with np.errstate(divide="ignore", invalid="ignore"):
                crossing = -at_camera / fall
            enter = np.where(fall < 0, crossing, np.where(at_camera > 0, np.inf, 0)).max(2)
            leave = np.where(fall > 0, crossing, 1.0).min(2)
            hit = np.maximum(enter, 0) < np.minimum(leave, 1)
            low = np.minimum(self._camera_m[2], heights_m[part])
            seen[part] = ~(hit & (self._tops_m[None] >= low[:, None])).any(1)
        return seen

    def _outside(self, xy_m: np.ndarray) -> np.ndarray:
        """(N, M, K) signed distances of points (N, 2) from the M obstacles' edges, positive outside."""
        return (
            xy_m[:, 0, None, None] * self._planes[..., 0]
            + xy_m[:, 1, None, None] * self._planes[..., 1]
            - self._planes[..., 2]
        )

    def _clearance_m(self, xy_m: np.ndarray) -> np.ndarray:
        """(N,) room between points (N, 2) and the next obstacle; none where a mirror may stand."""
        room = np.full(len(xy_m), np.inf)
        if len(self._planes):
            for start in range(0, len(xy_m), 1024):
                part = slice(start, start + 1024)
                room[part] = self._outside(xy_m[part]).max(2).min(1)
        for mount in self._layout.mirror_mounts:
            room[_before_mount(xy_m, mount)] = -np.inf
        return room


def _half_planes(polygons: Sequence[Sequence[Sequence[float]]]) -> np.ndarray:
    """(M, K, 3) outward unit normal and offset of every edge of M counter-clockwise convex polygons; the first edge is
    repeated where a polygon has fewer than K."""
    most = max((len(p) for p in polygons), default=0)
    planes = np.zeros((len(polygons), most, 3))
    for number, polygon in enumerate(polygons):
        corners = np.array(polygon, float)
        edges = np.roll(corners, -1, axis=0) - corners
        normals = np.stack([edges[:, 1], -edges[:, 0]], 1) / np.linalg.norm(edges, axis=1, keepdims=True)
        rows = np.concatenate([normals, (normals * corners).sum(1, keepdims=True)], 1)
        planes[number] = rows[np.r_[np.arange(len(rows)), np.zeros(most - len(rows), int)]]
    return planes


def footprint_discs(
    people: Sequence[PersonSpec], where_m: np.ndarray, headings_deg: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Discs (M, 2) with radii (M,) that cover people's footprints."""
    middles, radii = [], []
    for person, xy, heading in zip(people, where_m, headings_deg, strict=True):
        f = person.footprint()
        front, back = f.front_m - f.half_width_m, f.back_m - f.half_width_m
        along = np.linspace(-back, front, max(1, round(2 * (front + back) / f.half_width_m) + 1))
        middles.append(xy + along[:, None] * geometry.direction(heading)[:2])
        radii.append(np.full(len(along), f.half_width_m))
    return np.concatenate(middles), np.concatenate(radii)


def _before_mount(points: np.ndarray, mount: MirrorMount) -> np.ndarray:
    """(N,) whether points lie in the strip where a mirror on this mount would stand, used or not."""
    start, end = np.array(mount.start_xy_m), np.array(mount.end_xy_m)
    length = float(np.linalg.norm(end - start))
    along = (points - start) @ (end - start) / length
    out = (points - start) @ geometry.direction(mount.facing_deg)[:2]
    return (along > -0.5) & (along < length + 0.5) & (np.abs(out) < mount.depth_m)
