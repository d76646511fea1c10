"""Flat mirrors, panes and water that are part of an authored scene: labelled, whatever mirrors are chosen.

This kind has no parameters.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Rgb, Vec3, plain
from blender_synth.world.contracts import MirrorDefaults, MirrorRandomizerDefaults, Plane
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import BuiltInMirror
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import Surface, in_polygon, mirror_instances, on_plane


@plain
class Spec(MirrorDefaults):
    """One mirror, pane or water surface of the scenery.

    Attributes:
        part: name of the part of the scenery. faces_m: its polygons in one plane, counter-clockwise from the front.
        roughness, tint: as of `BuiltInMirror`. host: category of the object that it belongs to.
    """

    kind: Literal["built_in"] = "built_in"
    instance_id: int
    frame_instance_id: int
    part: str
    faces_m: tuple[tuple[Vec3, ...], ...] = Field(min_length=1)
    surface: Surface
    roughness: float = Field(ge=0, le=1)
    tint: Rgb
    host: str = "building"

    def plane(self) -> Plane:
        """A point (3,) of it in metres and the unit normal (3,) of its front."""
        total = np.zeros(3)
        for face in self.faces_m:
            corners = np.array(face, float)
            total += np.cross(corners, np.roll(corners, -1, axis=0)).sum(axis=0)
        return np.array(self.faces_m[0][0], float), total / np.linalg.norm(total)

    def _axes(self) -> np.ndarray:
        """(3, 2) unit vectors in the plane, so that (right, up, normal) is right-handed."""
        _, normal = self.plane()
        right = np.cross((0.0, 0.0, 1.0) if abs(normal[2]) < 0.9 else (1.0, 0.0, 0.0), normal)
        right /= np.linalg.norm(right)
        return np.stack([right, np.cross(normal, right)], axis=1)

    def corners_m(self) -> np.ndarray:
        """Corners (4, 3) of the rectangle around it."""
        point, _ = self.plane()
        axes = self._axes()
        flat = (np.concatenate([np.array(face, float) for face in self.faces_m]) - point) @ axes
        (x0, y0), (x1, y1) = flat.min(axis=0), flat.max(axis=0)
        return point + np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) @ axes.T

    def reflection_points(self, camera_m: np.ndarray, points_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where (N, 3) points (N, 3) are seen from a camera at (3,), and which (N,) of these lie on it."""
        point, normal = self.plane()
        side = 1.0 if (np.asarray(camera_m, float) - point) @ normal >= 0 else -1.0  # a sheet reflects on both sides
        hits, before = on_plane(point, side * normal, camera_m, points_m)
        axes = self._axes()
        flat = (hits - point) @ axes
        inside = [in_polygon(flat, (np.array(face, float) - point) @ axes) for face in self.faces_m]
        return hits, before & np.logical_or.reduce(inside)

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The reflecting surface; its frame belongs to the scenery."""
        return mirror_instances(self, rough=self.host)[:1]


@plain
class Randomizer(MirrorRandomizerDefaults):
    """Takes the built-in mirrors of the scenery, one after the other. Every scene with such mirrors uses it."""

    SPEC: ClassVar[type] = Spec
    kind: Literal["built_in"] = "built_in"

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """The next built-in mirror that is not placed yet; None when all are."""
        taken = {spec.part for spec in context.taken if isinstance(spec, Spec)}
        for built_in in context.layout.built_in_mirrors:
            if built_in.part not in taken:
                return spec_of(built_in, ids)
        return None


def spec_of(mirror: BuiltInMirror, ids: tuple[int, int]) -> Spec:
    """The spec of a built-in mirror of the layout."""
    return Spec(
        instance_id=ids[0],
        frame_instance_id=ids[1],
        part=mirror.part,
        faces_m=mirror.faces_m,
        surface=mirror.surface,
        roughness=mirror.roughness,
        tint=mirror.tint,
        host=mirror.host,
    )
