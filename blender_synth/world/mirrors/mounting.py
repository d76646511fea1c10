"""What mirrors on mounts of the layout share: finding a mount, the place of a sheet on it, the finish of its glass."""

from __future__ import annotations

from typing import ClassVar, Protocol, TypedDict

import numpy as np

from blender_synth.seeds import Streams
from blender_synth.values import Range, Vec3, uniform
from blender_synth.world.contracts import MirrorRandomizerDefaults, MirrorSpec
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.placement_context import PlacementContext


class OnMount:
    """Mixin of mirror specs that occupy a mount of the layout; the spec's own field `mount` names it."""

    mount: str

    @property
    def mount_name(self) -> str | None:
        """The mount."""
        return self.mount


class MountedRandomizer(MirrorRandomizerDefaults):
    """Mixin of randomizers whose mirrors occupy a mount: `propose` finds one, `sample` fills it.

    Attributes:
        USES: uses of mounts, the first that the layout has.
        REACH_M: how far such a mirror stands out from its wall.
    """

    USES: ClassVar[tuple[str, ...]] = ("wall",)
    REACH_M: ClassVar[float] = 0.0

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> MirrorSpec | None:
        """A mirror where the camera sees somebody, if possible; None where all mounts are taken or too shallow."""
        found = context.aim(streams.rng("aim"), self.USES, self.REACH_M)
        return None if found is None else self.sample(streams, ids, *found)

    def sample(self, streams: Streams, ids: tuple[int, int], mount: MirrorMount, along: float | None) -> MirrorSpec:
        """A mirror on `mount`, its middle as near to `along` as it fits.

        Args:
            ids: (instance id, frame instance id). along: 0 at the mount's start to 1 at its end; None draws it.
        """
        raise NotImplementedError


class SheetPlace(TypedDict):
    """The fields of a `Sheet` that say which and where it is."""

    instance_id: int
    frame_instance_id: int
    mount: str
    position_m: Vec3
    facing_deg: float


def sheet_place(
    ids: tuple[int, int], mount: MirrorMount, middle_m: float, out_m: float, base_height_m: float
) -> SheetPlace:
    """Place of a sheet whose middle lies `middle_m` along a mount.

    Args:
        out_m: from the wall to the sheet. base_height_m: of its lower edge above the ground.
    """
    x, y = mount.point_xy_m(middle_m, out_m)
    return {
        "instance_id": ids[0],
        "frame_instance_id": ids[1],
        "mount": mount.name,
        "position_m": (float(x), float(y), mount.base_z_m + base_height_m),
        "facing_deg": mount.facing_deg,
    }


class Finish(TypedDict):
    """The fields of a `Sheet` that say how clean and flat its glass is."""

    roughness: float
    dust: float
    waviness: float


class _Ranges(Protocol):
    @property
    def roughness(self) -> Range: ...

    @property
    def dust(self) -> Range: ...

    @property
    def waviness(self) -> Range: ...


def draw_finish(ranges: _Ranges, rng: np.random.Generator) -> Finish:
    """Roughness, dust and waviness, drawn in this order."""
    return {
        "roughness": uniform(rng, ranges.roughness),
        "dust": uniform(rng, ranges.dust),
        "waviness": uniform(rng, ranges.waviness),
    }


def draw_along(rng: np.random.Generator, along: float | None) -> float:
    """`along` as given, or drawn where it is None."""
    return float(rng.random()) if along is None else along
