"""A dome mirror under a ceiling, as shops hang to see round shelves: half a sphere that looks down.

Out of doors, and wherever a scene has no ceiling of its own, it hangs under a small canopy on a wall.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Vec2, plain, uniform
from blender_synth.world.contracts import MirrorRandomizerDefaults
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import Ball, OnMount


@plain
class Spec(OnMount, Ball):
    """One dome and its canopy.

    Attributes:
        mount: name of the wall's mount. wall_xy_m: the wall's foot behind it. facing_deg: the wall's normal.
        canopy_m: how far the canopy stands out. canopy_rgb: its colour.
    """

    kind: Literal["dome"] = "dome"
    mount: str
    surface: Literal["mirror"] = "mirror"
    wall_xy_m: Vec2
    facing_deg: float
    canopy_m: float = Field(gt=0)
    canopy_rgb: Rgb


@plain
class Randomizer(MirrorRandomizerDefaults):
    """How dome mirrors vary; makers sell hemispheres 0.45 to 1.2 m across.

    Attributes:
        diameter_m: of the dome. height_m: of the canopy's underside above the ground; it shrinks to what the wall
            offers. reflectance: of silvered acrylic.
    """

    kind: Literal["dome"] = "dome"
    diameter_m: Range = (0.8, 1.2)
    height_m: Range = (2.6, 3.0)
    reflectance: Range = (0.8, 0.92)
    roughness: Range = (0.0, 0.015)
    dust: Range = (0.1, 0.5)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """A dome under a canopy on one of the layout's walls; None where none is free."""
        rng, look = streams.rng("aim"), streams.rng("look")
        found = context.aim(rng, ("wall",))
        if found is None:
            return None
        mount, along = found
        radius = uniform(look, self.diameter_m) / 2
        out = radius + 0.12
        middle = mount.middle_m(0.5 if along is None else along, out)
        foot, xy = mount.point_xy_m(middle), mount.point_xy_m(middle, out)
        high = min(uniform(look, self.height_m), mount.clear_height_m - 0.1)
        shine, grey = uniform(look, self.reflectance), float(look.choice([0.05, 0.4, 0.6]))
        return Spec(
            instance_id=ids[0],
            frame_instance_id=ids[1],
            mount=mount.name,
            centre_m=(float(xy[0]), float(xy[1]), mount.base_z_m + high),
            radius_m=radius,
            axis=(0.0, 0.0, -1.0),
            half_angle_deg=90.0,
            roughness=uniform(look, self.roughness),
            tint=(shine, shine, shine),
            dust=uniform(look, self.dust),
            wall_xy_m=(float(foot[0]), float(foot[1])),
            facing_deg=mount.facing_deg,
            canopy_m=2 * out + 0.1,
            canopy_rgb=(grey, grey, grey),
        )
