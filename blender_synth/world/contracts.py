"""What every kind of scenery, camera, person, mirror and weather must offer, as Protocols.

A kind is a file `world/<group>/<kind>.py` with a `Spec` (frozen plain data, JSON) and a `Randomizer` (validated
settings that sample specs); `registry` finds it. Specs and randomizers are used through these Protocols only, so code
outside a kind's own files asks no spec for its `kind`. The `...Defaults` classes implement what most kinds share. They
are no dataclasses: a spec that derives from them gains no JSON field.

| group | spec | randomizer |
| --- | --- | --- |
| `scenery` | `ScenerySpec` | `SceneryRandomizer` |
| `cameras` | `CameraSpec` | `CameraRandomizer` |
| `people` | `PersonSpec` | `PersonRandomizer` |
| `mirrors` | `MirrorSpec` | `MirrorRandomizer`, which gives a `MirrorProposer` |
| `weather` | `WeatherSpec` | `WeatherRandomizer` |
| `lookalikes` | `LookalikeSpec` | `LookalikeRandomizer` |

Layouts (`layout.Layout`), props (`placement.props.PropSpec`), crowds (`placement.crowd.Crowd`) and materials
(`materials.MaterialSpec`) have one implementation each and are used as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

from blender_synth.optics.mirror_shapes import CurvedPart
from blender_synth.seeds import Streams
from blender_synth.values import Vec3
from blender_synth.world.labelled_instances import LabelledInstance

if TYPE_CHECKING:  # these modules import this one
    from blender_synth.packs.items import Pack
    from blender_synth.world.climate import Climate
    from blender_synth.world.layout import CameraAnchor, Layout, Obstacle
    from blender_synth.world.lookalikes.pictures import PictureSpec
    from blender_synth.world.lookalikes.placing import LookalikeContext
    from blender_synth.world.mirrors.placement_context import PlacementContext
    from blender_synth.world.pack_items import Attribution, Credit
    from blender_synth.world.people.situation import Footprint, Situation

Plane = tuple[np.ndarray, np.ndarray]
"""A point (3,) in metres and the unit normal (3,)."""


# --- scenery


class ScenerySpec(Protocol):
    """The built scene without people, props, mirrors and weather."""

    @property
    def kind(self) -> str: ...

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Every object of the scenery that has labels of its own."""

    def layout(self) -> Layout:
        """Where people walk, mirrors hang, cameras and props stand."""

    def attribution(self) -> Attribution | None:
        """Credit for the scenery's own files; None where it is generated."""


class SceneryRandomizer(Protocol):
    """How one kind of scenery varies."""

    @property
    def kind(self) -> str: ...

    @property
    def folder(self) -> str:
        """Absolute folder of the scene's own files; empty where it is generated."""

    def sample(self, streams: Streams) -> ScenerySpec:
        """One scenery."""


class SceneryDefaults:
    """Defaults of a `ScenerySpec`: generated, nobody to credit, its layout made once."""

    def layout(self) -> Layout:
        """See `ScenerySpec`: every attempt, view and stage of a scene asks for it."""
        return self._layout

    @cached_property
    def _layout(self) -> Layout:
        return self.make_layout()

    def make_layout(self) -> Layout:
        """What `layout` returns. Override one of the two."""
        raise NotImplementedError

    def attribution(self) -> Attribution | None:
        """Nobody to credit."""
        return None


class SceneryRandomizerDefaults:
    """Defaults of a `SceneryRandomizer`: generated, no folder."""

    folder: str = ""


# --- cameras


class CameraSpec(Protocol):
    """A posed camera with pinhole geometry. Pixels are continuous, axes are OpenCV's (see `geometry`)."""

    @property
    def kind(self) -> str: ...

    @property
    def rig(self) -> str:
        """How it is carried, e.g. ``"dashcam"``."""

    @property
    def width_px(self) -> int: ...

    @property
    def height_px(self) -> int: ...

    @property
    def position_m(self) -> Vec3:
        """Optical centre."""

    @property
    def yaw_deg(self) -> float:
        """Azimuth of the optical axis."""

    def k(self) -> np.ndarray:
        """Intrinsics (3, 3) in pixels."""

    def world_from_camera(self) -> np.ndarray:
        """Pose (4, 4)."""

    def horizontal_view_deg(self) -> float:
        """Full horizontal angle of view."""


class CameraRandomizer(Protocol):
    """How one camera model varies."""

    @property
    def kind(self) -> str: ...

    @property
    def rig(self) -> str:
        """Which of the scene's camera anchors it uses."""

    def sample(self, streams: Streams, anchor: CameraAnchor, width_px: int, height_px: int) -> CameraSpec:
        """A camera somewhere on an anchor's line."""


# --- people


class PersonSpec(Protocol):
    """One person, resolved. Local axes: +X front, +Y left, +Z up, origin on the ground under the pelvis."""

    @property
    def kind(self) -> str: ...

    @property
    def instance_id(self) -> int: ...

    @property
    def position_m(self) -> Vec3: ...

    @property
    def heading_deg(self) -> float: ...

    def placed(self, position_m: Vec3, heading_deg: float) -> Self:
        """The same person somewhere else."""

    def footprint(self) -> Footprint:
        """The ground that the person takes up, with what they push, pull and carry."""

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The person, and what they carry that is an instance of its own."""


class PersonRandomizer(Protocol):
    """How people vary, and what the crowd asks of them before one is drawn."""

    @property
    def child_share(self) -> float:
        """Share of children among all people, 0 to 1."""

    @property
    def activities(self) -> Mapping[str, float]:
        """Weights of the activities of groups."""

    def pace_mps(self, activity: str) -> tuple[float, float]:
        """Range of speeds of a group with an activity that goes somewhere."""

    def resolve_packs(self, packs: Sequence[Pack]) -> Self:
        """The same randomizer with the items that its settings name found in the packs.

        Raises:
            ConfigError: no pack has such an item.
        """

    def sample(
        self,
        streams: Streams,
        instance_id: int,
        position_m: Vec3 = ...,
        heading_deg: float = ...,
        situation: Situation | None = ...,
    ) -> PersonSpec:
        """One person."""


# --- mirrors


class MirrorSpec(Protocol):
    """One mirror: flat (`plane` is not None) or curved (`curved` is not empty)."""

    @property
    def kind(self) -> str: ...

    @property
    def instance_id(self) -> int:
        """Id of the reflecting surface."""

    @property
    def frame_instance_id(self) -> int:
        """Id of all that holds it."""

    @property
    def surface(self) -> str:
        """How the label pass treats it: mirror, glass, water, polished; or opaque, where it is too rough for labels."""

    @property
    def mount_name(self) -> str | None:
        """The layout's mount that it occupies; None where it needs none."""

    @property
    def from_rain(self) -> bool:
        """Whether the weather put it there, so that acceptance ignores it."""

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The reflecting surface and its frame, as far as each is there."""

    def plane(self) -> Plane | None:
        """Plane of a flat mirror, the normal pointing to its front; None for a curved one."""

    def curved(self) -> list[CurvedPart]:
        """Parts of a curved mirror; empty for a flat one."""

    def reflection_points(self, camera_position_m: np.ndarray, points_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where a camera at (3,) sees points (N, 3): points (N, 3) of its surface, and whether (N,) they lie on it."""

    def corners_m(self) -> np.ndarray:
        """Points (N, 3) around the reflecting surface, by which overlapping mirrors are found."""


class MirrorProposer(Protocol):
    """Proposes where a mirror could go."""

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> MirrorSpec | None:
        """A mirror with the given (instance id, frame instance id); None where it does not fit."""


class MirrorRandomizer(Protocol):
    """How one kind of mirror varies."""

    @property
    def kind(self) -> str: ...

    def resolve_packs(self, packs: Sequence[Pack], streams: Streams) -> MirrorProposer:
        """What proposes such mirrors, with the items that the settings name found in the packs.

        Raises:
            ConfigError: no pack has such an item.
        """


class MirrorDefaults:
    """Defaults of a `MirrorSpec`: neither flat nor curved, on no mount, not left by rain."""

    kind: str

    @property
    def mount_name(self) -> str | None:
        """On no mount."""
        return None

    @property
    def from_rain(self) -> bool:
        """Not left by rain."""
        return False

    def plane(self) -> Plane | None:
        """Not flat."""
        return None

    def curved(self) -> list[CurvedPart]:
        """Not curved."""
        return []


class MirrorRandomizerDefaults:
    """Defaults of a `MirrorRandomizer` that needs no packs and proposes its mirrors itself."""

    def resolve_packs(self, packs: Sequence[Pack], streams: Streams) -> Self:
        """Itself."""
        return self


# --- weather


class WeatherSpec(Protocol):
    """One weather and time of day."""

    @property
    def kind(self) -> str: ...

    @property
    def hdri(self) -> str | None:
        """A photographed sky; None for a computed one."""

    @property
    def hdri_credit(self) -> Credit | None:
        """Credit for a sky of a pack."""

    @property
    def mor_m(self) -> float:
        """Meteorological optical range, metres."""

    @property
    def puddles(self) -> int:
        """How many puddles rain has left where the camera looks."""

    def climate(self) -> Climate:
        """What people dress for."""

    def with_light_of(self, other: Self) -> Self:
        """The same ground, rain and snow, with the light and the air of another weather."""

    def resolve_packs(self, packs: Sequence[Pack]) -> Self:
        """The same weather with a sky of a pack found in the packs."""


class WeatherRandomizer(Protocol):
    """How one kind of weather varies."""

    @property
    def kind(self) -> str: ...

    def sky_files(self) -> tuple[str, ...]:
        """Names of the photographed skies that may be drawn."""

    def sample(self, streams: Streams) -> WeatherSpec:
        """One weather."""


# --- look-alikes


class LookalikeSpec(Protocol):
    """Something that looks like a person or like a mirror and is neither: a mannequin, a poster, an empty frame."""

    @property
    def kind(self) -> str: ...

    @property
    def instance_id(self) -> int:
        """Id of the figure, or of the whole object where it shows none."""

    @property
    def holder_instance_id(self) -> int:
        """Id of what carries the figure: a board, a screen, a plinth."""

    @property
    def position_m(self) -> Vec3:
        """The middle of its base."""

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The figure and what carries it, as far as each is there."""

    def obstacles(self) -> tuple[Obstacle, ...]:
        """The space that it takes up."""

    def pictures(self) -> tuple[PictureSpec, ...]:
        """Pictures of people that are rendered before the scene is built."""


class LookalikeRandomizer(Protocol):
    """How one kind of look-alike varies."""

    @property
    def kind(self) -> str: ...

    def propose(self, streams: Streams, ids: tuple[int, int], context: LookalikeContext) -> LookalikeSpec | None:
        """A look-alike with the given (instance id, holder instance id); None where no place for it was found."""


class LookalikeDefaults:
    """Defaults of a `LookalikeSpec`: takes up no space, shows no picture."""

    def obstacles(self) -> tuple[Obstacle, ...]:
        """None."""
        return ()

    def pictures(self) -> tuple[PictureSpec, ...]:
        """None."""
        return ()
