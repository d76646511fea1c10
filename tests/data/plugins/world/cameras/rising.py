"""A camera whose lens slides upwards, as architects use it: verticals stay vertical.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `rig` | handheld | name | which of the scene's camera anchors it uses |
| `height_m` | [1.5, 1.7] | m | height of the optical centre above the anchor's ground |
| `rise` | [0.05, 0.1] | 0 to 1 | shift of the lens, as a share of the picture's width |
| `focal_length_mm` | 24 | mm | focal length behind a sensor 36 mm wide |
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth import geometry
from blender_synth.seeds import Streams
from blender_synth.values import Range, Vec3, plain, uniform
from blender_synth.world.layout import CameraAnchor

SENSOR_WIDTH_MM = 36.0


@plain
class Spec:
    """A level camera; its principal point lies below the middle of the picture."""

    kind: Literal["rising"] = "rising"
    rig: str
    width_px: int
    height_px: int
    focal_length_mm: float
    rise: float
    position_m: Vec3
    yaw_deg: float

    def k(self) -> np.ndarray:
        """Intrinsics (3, 3) in pixels."""
        k = geometry.intrinsics(self.width_px, self.height_px, self.focal_length_mm, SENSOR_WIDTH_MM)
        k[1, 2] += self.rise * self.width_px
        return k

    def world_from_camera(self) -> np.ndarray:
        """Pose (4, 4), OpenCV axes."""
        return geometry.world_from_camera(self.position_m, self.yaw_deg, 0.0, 0.0)

    def horizontal_view_deg(self) -> float:
        """Full horizontal angle of view."""
        return float(np.degrees(2 * np.arctan(SENSOR_WIDTH_MM / (2 * self.focal_length_mm))))


@plain
class Randomizer:
    """How such cameras vary."""

    kind: Literal["rising"] = "rising"
    rig: str = "handheld"
    height_m: Range = (1.5, 1.7)
    rise: Range = (0.05, 0.1)
    focal_length_mm: float = Field(default=24.0, gt=0)

    def sample(self, streams: Streams, anchor: CameraAnchor, width_px: int, height_px: int) -> Spec:
        """A camera somewhere on the anchor's line."""
        rng = streams.rng("pose")
        start, end = np.array(anchor.start_xy_m), np.array(anchor.end_xy_m)
        x, y = start + rng.random() * (end - start)
        return Spec(
            rig=self.rig,
            width_px=width_px,
            height_px=height_px,
            focal_length_mm=self.focal_length_mm,
            rise=uniform(rng, self.rise),
            position_m=(float(x), float(y), anchor.base_z_m + uniform(rng, self.height_m)),
            yaw_deg=anchor.facing_deg,
        )
