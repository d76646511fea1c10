"""Props that a scene itself places, in addition to those of the run. No bpy."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from blender_synth.errors import ConfigError
from blender_synth.packs.items import Pack
from blender_synth.seeds import Streams
from blender_synth.suggestions import hint_among
from blender_synth.world.layout import Layout, PlacedProp, PropSpot
from blender_synth.world.placement.props import PROP_IDS, PropRandomizer, PropSpec, may_stand

_ROOM_M = 1000.0
_ALONE = PropRandomizer(count=(1.0, 1.0), turn_deg=(0.0, 0.0), scale=(1.0, 1.0))


def with_placed(
    props: Sequence[PropSpec], placed: Sequence[PlacedProp], packs: Sequence[Pack], streams: Streams
) -> tuple[PropSpec, ...]:
    """The props of a scene with those that it places itself, which have ids from the end of `PROP_IDS` down.

    Args:
        props: placed by the run. placed: of the layout. packs: from `packs.find_packs`. streams: for the choice between
            items of one category or tag.

    Raises:
        ConfigError: no pack has such an item, or the scene places too many props.
    """
    if len(placed) > len(PROP_IDS):
        raise ConfigError("the scene places too many props", key="scene.parts", value=len(placed),
                          hint=f"place at most {len(PROP_IDS)}")  # fmt: skip
    scene_props = [
        _prop_at(place, packs, streams.child(place.name), PROP_IDS[-1 - n]) for n, place in enumerate(placed)
    ]
    return (*props[: len(PROP_IDS) - len(scene_props)], *scene_props)


def _prop_at(place: PlacedProp, packs: Sequence[Pack], streams: Streams, instance_id: int) -> PropSpec:
    candidates = [(pack, item) for pack in packs for item in pack.items if item.kind == "prop"]
    named = [(pack, item) for pack, item in candidates if f"{pack.name}/{item.name}" == place.wants]
    asked = named or [(p, i) for p, i in candidates if place.wants in (i.terms.category, *i.terms.tags)]
    if not asked:
        known = sorted(
            {f"{pack.name}/{item.name}" for pack, item in candidates} | {i.terms.category for _, i in candidates}
        )
        hint = hint_among(place.wants, known, "add the pack: packs=[FOLDER]")
        raise ConfigError("no asset pack has what the scene places", key=f"scene.parts.{place.name}.item",
                          value=place.wants, hint=hint)  # fmt: skip
    weights = np.array([item.terms.weight for _, item in asked])
    shares = weights / weights.sum() if weights.sum() > 0 else None
    pack, item = asked[int(streams.rng("choice").choice(len(asked), p=shares))]
    spot = PropSpot(name=place.name, use=item.terms.stands[0], position_m=place.position_m,
                    heading_deg=place.heading_deg, room_m=_ROOM_M)  # fmt: skip
    indoor_c = 20.0 if spot.use == "wall" and not may_stand(item.terms.stands, "wall", indoors=False) else None
    only = dataclasses.replace(pack, items=(dataclasses.replace(item, terms=_weighty(item.terms)),))
    (prop,) = _ALONE.sample(streams, Layout(areas=(), prop_spots=(spot,), indoor_c=indoor_c), [only])
    return dataclasses.replace(prop, instance_id=instance_id)


def _weighty(terms: Any) -> Any:
    """The terms with a weight above 0, so that the item is not excluded."""
    return terms.model_copy(update={"weight": 1.0})
