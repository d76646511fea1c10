"""A scene as plain data: all that is needed to rebuild it, readable and writable as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from blender_synth.values import Converted, plain
from blender_synth.world.contracts import CameraSpec, LookalikeSpec, MirrorSpec, PersonSpec, ScenerySpec, WeatherSpec
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.materials import SurfaceSpec
from blender_synth.world.pack_items import FromPack
from blender_synth.world.placement.props import PropSpec
from blender_synth.world.registry import spec_from

SPEC_VERSION = 1
MIRROR_IDS = range(1001, 1064)
"""Ids of mirrors; 63 is also as many as one scene's chain code can tell apart."""
PERSON_IDS = range(1, 1000)
CARRIED_IDS = range(10_001, 18_001)
"""Ids of what people carry, where it is an instance of its own: `INSTANCES_PER_PERSON` for each person."""
INSTANCES_PER_PERSON = 8
LOOKALIKE_IDS = range(18_101, 18_601)
"""Ids of look-alikes; what carries one has its id plus `LOOKALIKE_HOLDER_STEP`."""
LOOKALIKE_HOLDER_STEP = 1000


def _of(group: str) -> Converted:
    return Converted(partial(spec_from, group))


@plain
class SceneSpec:
    """One scene.

    Attributes:
        attempt: how often it was resampled (see `acceptance`).
        view: number of the view, from 0. views: how many views the scene has; they share all but the camera, or all but
            the light and air (`views.vary`).
        pair_role: tells the two frames of a paired scene apart: with its mirrors, or with matt panels for them.
        surfaces: materials of packs that parts of the scenery are made of.
        lookalikes: mannequins, posters and the like; not written where there are none, as in specs of older versions.
        people_wanted: how many people were asked for, which is more than there are where the ground was full.
    """

    version: int = SPEC_VERSION
    root_seed: int
    scene_index: int
    attempt: int = 0
    view: int = Field(default=0, exclude_if=lambda view: view == 0)
    views: int = Field(default=1, exclude_if=lambda views: views == 1)  # a scene of one view is written as ever
    pair_role: Literal["mirror", "matt"] | None = None
    scenery: Annotated[ScenerySpec, _of("scenery")]
    surfaces: tuple[SurfaceSpec, ...] = ()
    camera: Annotated[CameraSpec, _of("cameras")]
    people_wanted: int = 0
    people: tuple[Annotated[PersonSpec, _of("people")], ...] = ()
    mirrors: tuple[Annotated[MirrorSpec, _of("mirrors")], ...] = ()
    props: tuple[PropSpec, ...] = ()
    weather: Annotated[WeatherSpec, _of("weather")]
    lookalikes: tuple[Annotated[LookalikeSpec, _of("lookalikes")], ...] = Field(
        default=(), exclude_if=lambda lookalikes: not lookalikes
    )

    @property
    def frame_index(self) -> int:
        """Number of the frame in its run: the scene's views follow each other, those with matt panels come last."""
        if self.pair_role is None:
            return self.views * self.scene_index + self.view
        return self.views * (2 * self.scene_index + (self.pair_role == "matt")) + self.view

    @property
    def twin_index(self) -> int | None:
        """Number of the frame with the same view and the other `pair_role`."""
        if self.pair_role is None:
            return None
        return self.frame_index + (self.views if self.pair_role == "mirror" else -self.views)

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything with an instance id, in the order of the ids."""
        people = [instance for person in self.people for instance in person.labelled_instances()]
        mirrors = [instance for mirror in self.mirrors for instance in mirror.labelled_instances()]
        if self.pair_role == "matt":
            mirrors = [replace(m, category="matt_panel") if m.category == "mirror" else m for m in mirrors]
        props = [
            LabelledInstance(instance_id=p.instance_id, category=p.category, name=f"{p.pack}/{p.item}")
            for p in self.props
        ]
        lookalikes = [instance for lookalike in self.lookalikes for instance in lookalike.labelled_instances()]
        scenery = self.scenery.labelled_instances()
        return tuple(sorted([*people, *mirrors, *props, *lookalikes, *scenery], key=lambda i: i.instance_id))

    def pack_items(self) -> Iterator[FromPack]:
        """Every part of the scene that is made of an item of an asset pack, in the order of the spec's fields."""
        waiting: list[Any] = [self]
        while waiting:
            value = waiting.pop()
            if isinstance(value, tuple):
                waiting += reversed(value)
            elif is_dataclass(value):
                if isinstance(value, FromPack):
                    yield value
                waiting += [getattr(value, field.name) for field in reversed(fields(value))]


_ADAPTER = TypeAdapter(SceneSpec)


def spec_to_json(spec: SceneSpec) -> bytes:
    """The spec as JSON; equal specs give equal bytes."""
    return _ADAPTER.dump_json(spec)


def spec_from_json(data: bytes | str) -> SceneSpec:
    """The spec that `spec_to_json` wrote."""
    return _ADAPTER.validate_json(data)


def spec_to_plain(spec: SceneSpec) -> dict:
    """The spec as plain lists, numbers and mappings, ready for JSON."""
    return _ADAPTER.dump_python(spec, mode="json")
