"""Hangs mirrors where, from the camera, somebody can be seen in them. No bpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from blender_synth import geometry
from blender_synth.seeds import Streams
from blender_synth.world.layout import Layout, MirrorMount
from blender_synth.world.placement import CHEST_M, MIRROR_CLEARANCE_M, clear_line


def place_mirrors(
    randomizers: Mapping[str, Any],
    counts: Mapping[str, int],
    layout: Layout,
    camera: Any,
    people: Sequence[Any],
    streams: Streams,
    first_id: int,
) -> tuple[Any, ...]:
    """Mirrors on the layout's mounts, each aimed so that, if it can be, somebody is seen in it from the camera."""
    specs: list[Any] = []
    free = list(layout.mirror_mounts)
    next_id = first_id
    for name, randomizer in randomizers.items():
        for number in range(counts[name]):
            if not free:
                return tuple(specs)
            child = streams.child(f"{name}/{number}")
            aims = _aims(free, layout, camera, people)
            rng = child.rng("aim")
            if aims:
                best = max(score for score, _, _ in aims)
                good = [aim for aim in aims if aim[0] >= 0.6 * best]
                _, mount, along = good[int(rng.integers(len(good)))]
            else:
                mount, along = free[int(rng.integers(len(free)))], None
            spec = randomizer.sample(child, next_id, next_id + 1000, mount, along)
            free.remove(mount)
            specs.append(spec)
            next_id += 1
    return tuple(specs)


def _aims(mounts, layout: Layout, camera: Any, people: Sequence[Any]) -> list[tuple[float, MirrorMount, float]]:
    """(score, mount, along) for every mount and person whose reflection the camera could see there."""
    eye = np.array(camera.position_m)
    pose, k = camera.world_from_camera(), camera.k()
    aims = []
    for mount in mounts:
        start = np.array([*mount.start_xy_m, mount.base_z_m])
        end = np.array([*mount.end_xy_m, mount.base_z_m])
        normal = geometry.direction(mount.facing_deg)
        middle = ((start + end) / 2)[:2]
        length = float(np.linalg.norm(end - start))
        if (eye - start) @ normal < 0.5:
            continue
        hits = []
        for place in people:
            body = np.array(place.position_m) + (0, 0, CHEST_M)
            if (body - start) @ normal < MIRROR_CLEARANCE_M:
                continue
            virtual = geometry.mirror_points(body, start, normal)
            t = ((start - eye) @ normal) / ((virtual - eye) @ normal)
            hit = eye + t * (virtual - eye)
            along = float((hit - start) @ (end - start)) / length**2
            if not 0.0 < along < 1.0 or not 0.2 < hit[2] - mount.base_z_m < mount.clear_height_m:
                continue
            pixel, depth = geometry.project(hit, pose, k)
            margin = 0.04 * camera.width_px
            if depth <= 0.5 or not (margin < pixel[0] < camera.width_px - margin and 0 < pixel[1] < camera.height_px):
                continue
            if clear_line(eye, hit, layout, middle) and clear_line(hit, body, layout, middle):
                hits.append((along, float(np.linalg.norm(virtual - eye))))
        for along, distance in hits:
            near = sum(1 for other, _ in hits if abs(other - along) * length < 0.9)
            aims.append(((0.6 + 0.4 * near) * min(1.0, 12.0 / distance), mount, along))
    return aims
