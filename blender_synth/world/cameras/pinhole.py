"""A pinhole camera as people mount them: its rig says on which camera anchors of the scene it may stand.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `rig` | handheld | name | which of the scene's camera anchors it uses: handheld, dashcam or cctv |
| `height_m` | [1.45, 1.75] | m | height of the optical centre above the anchor's ground |
| `focal_length_mm` | [4.2, 6.0] | mm | focal length as on the camera's data sheet |
| `sensor_width_mm` | 6.4 | mm | width of the sensor as on the camera's data sheet |
| `yaw_jitter_deg` | [-12.0, 12.0] | degrees | turn of the axis away from the anchor's direction |
| `pitch_deg` | [-6.0, 1.0] | degrees | elevation of the axis |
| `roll_deg` | [-1.5, 1.5] | degrees | roll around the axis |
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth import geometry
from blender_synth.seeds import Streams
from blender_synth.values import Range, Vec3, plain, uniform
from blender_synth.world.layout import CameraAnchor


@plain
class Spec:
    """A posed camera. `k()` and `world_from_camera()` give the OpenCV matrices."""

    kind: Literal["pinhole"] = "pinhole"
    rig: str
    anchor: str
    width_px: int
    height_px: int
    focal_length_mm: float
    sensor_width_mm: float
    position_m: Vec3
    yaw_deg: float
    pitch_deg: float
    roll_deg: float

    def k(self) -> np.ndarray:
        """Intrinsics (3, 3) in pixels."""
        return geometry.intrinsics(self.width_px, self.height_px, self.focal_length_mm, self.sensor_width_mm)

    def world_from_camera(self) -> np.ndarray:
        """Pose (4, 4), OpenCV axes."""
        return geometry.world_from_camera(self.position_m, self.yaw_deg, self.pitch_deg, self.roll_deg)

    def horizontal_view_deg(self) -> float:
        """Full horizontal angle of view."""
        return float(np.degrees(2 * np.arctan(self.sensor_width_mm / (2 * self.focal_length_mm))))


@plain
class Randomizer:
    """How cameras of one rig vary."""

    kind: Literal["pinhole"] = "pinhole"
    rig: str = "handheld"
    height_m: Range = (1.45, 1.75)
    focal_length_mm: Range = (4.2, 6.0)
    sensor_width_mm: float = Field(default=6.4, gt=0)
    yaw_jitter_deg: Range = (-12.0, 12.0)
    pitch_deg: Range = (-6.0, 1.0)
    roll_deg: Range = (-1.5, 1.5)

    def sample(self, streams: Streams, anchor: CameraAnchor, width_px: int, height_px: int) -> Spec:
        """A camera somewhere on `anchor`'s line, with the anchor's limits on height and its pitch where it has them."""
        rng = streams.rng("pose")
        start, end = np.array(anchor.start_xy_m), np.array(anchor.end_xy_m)
        x, y = start + rng.random() * (end - start)
        height = uniform(rng, self.height_m)
        if anchor.height_m is not None:
            height = min(max(height, anchor.height_m[0]), anchor.height_m[1])
        tilt_deg = anchor.tilt_deg
        if anchor.pitch_deg is not None:
            tilt_deg += anchor.pitch_deg - sum(self.pitch_deg) / 2
        return Spec(
            rig=self.rig,
            anchor=anchor.name,
            width_px=width_px,
            height_px=height_px,
            position_m=(float(x), float(y), anchor.base_z_m + height),
            yaw_deg=anchor.facing_deg + uniform(rng, self.yaw_jitter_deg),
            pitch_deg=uniform(rng, self.pitch_deg) + tilt_deg,
            roll_deg=uniform(rng, self.roll_deg),
            focal_length_mm=uniform(streams.rng("lens"), self.focal_length_mm),
            sensor_width_mm=self.sensor_width_mm,
        )
