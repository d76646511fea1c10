"""What streets, crossings and squares have in common: rows of houses, pavements, cars, obstacles, prop spots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from blender_synth.values import Rgb, Vec2, seed_of
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Obstacle, PropSpot
from blender_synth.world.scenery.shared import street_palette as palette
from blender_synth.world.scenery.shared.choices import choose
from blender_synth.world.scenery.shared.street_parts import (
    Building,
    Car,
    CarBody,
    Furniture,
    Pavement,
    PavingPattern,
    rectangle,
)

CAR_FIRST_ID = 3401
CAR_BODIES: tuple[CarBody, ...] = ("hatchback", "saloon", "estate", "suv", "van")


def shop_names(rng: np.random.Generator) -> list[str]:
    """The words over shops in random order; `Houses.house` takes them from the end."""
    words = list(palette.SHOP_WORDS)
    rng.shuffle(words)
    return words


def leaf_colour(hue: float) -> Rgb:
    """Colour of leaves from blue-green (0) to yellow-green (1)."""
    return palette.blend((0.045, 0.085, 0.030), (0.115, 0.145, 0.035), hue)


def sample_pavements(
    rng: np.random.Generator, surfaces: Iterable[tuple[int, str, float, float]]
) -> tuple[Pavement, ...]:
    """Pavements of one paving, from (instance id, name, width in m, width of the furniture strip in m) of each."""
    patterns: tuple[PavingPattern, ...] = ("slabs", "bond", "pavers", "setts")
    pattern = choose(rng, patterns, (0.35, 0.3, 0.25, 0.1))
    rgb, kerb, dirt = palette.paving(rng, pattern), palette.kerb(rng), float(rng.uniform(0.25, 0.9))
    return tuple(
        Pavement(
            instance_id=instance_id,
            name=f"pavement_{name}",
            width_m=width,
            strip_m=strip,
            pattern=pattern,
            rgb=rgb,
            kerb_rgb=kerb,
            dirt=dirt,
            detail_seed=seed_of(rng),
        )
        for instance_id, name, width, strip in surfaces
    )


def make_car(
    number: int, body: CarBody, xy: Vec2, heading_deg: float, paint: tuple[Rgb, bool], dirt: float, seed: int
) -> Car:
    """The car of some number in its scene; `paint` is its colour and whether it is metallic."""
    return Car(
        instance_id=CAR_FIRST_ID + number,
        name=f"car_{number}",
        body=body,
        position_m=(float(xy[0]), float(xy[1]), 0.0),
        heading_deg=heading_deg % 360.0,
        rgb=paint[0],
        metallic=paint[1],
        dirt=dirt,
        detail_seed=seed,
    )


def front_houses(buildings: Iterable[Building], first_words: tuple[str, ...]) -> list[Building]:
    """The houses whose names begin with one of some words."""
    return [house for house in buildings if house.name.startswith(first_words)]


def town_instances(
    buildings: Iterable[Building] = (), furniture: Iterable[Furniture] = (), cars: Iterable[Car] = (),
    pavements: Iterable[Pavement] = (),
) -> tuple[LabelledInstance, ...]:  # fmt: skip
    """Labelled instances of pavements, houses, furniture and cars."""
    return (
        *(LabelledInstance(instance_id=p.instance_id, category="pavement", name=p.name) for p in pavements),
        *(LabelledInstance(instance_id=b.instance_id, category="building", name=b.name) for b in buildings),
        *(LabelledInstance(instance_id=f.instance_id, category=f.category, name=f.name) for f in furniture),
        *(LabelledInstance(instance_id=c.instance_id, category="vehicle", name=c.name) for c in cars),
    )


def town_obstacles(
    buildings: Sequence[Building], furniture: Sequence[Furniture], cars: Sequence[Car]
) -> tuple[Obstacle, ...]:
    """Houses, furniture and cars as obstacles."""
    return (
        *(Obstacle(name=b.name, polygon_xy_m=b.footprint(), height_m=b.eaves_m + 4.0) for b in buildings),
        *(
            Obstacle(name=f.name, polygon_xy_m=f.footprint(), height_m=f.height_m, base_z_m=f.position_m[2])
            for f in furniture
        ),
        *(Obstacle(name=c.name, polygon_xy_m=c.footprint(), height_m=c.height_m) for c in cars),
    )


def window_spots(
    houses: Iterable[Building], base_z_m: float, limit: int, reach_m: float = float("inf")
) -> list[PropSpot]:
    """Up to `limit` prop spots against walls, under ground-floor windows with abs(x) < `reach_m`."""
    spots: list[PropSpot] = []
    for house in houses:
        for bay in house.ground:
            start, end = house.bay_span(bay)
            x, y = house.point((start + end) / 2, 0.42)
            if bay.kind == "window" and abs(x) < reach_m and len(spots) < limit:
                spots.append(
                    PropSpot(
                        name=f"wall_{house.name}_{bay.first}",
                        use="wall",
                        position_m=(x, y, base_z_m),
                        heading_deg=house.facing_deg,
                        room_m=0.40,
                    )
                )
    return spots


def kerb_spot(name: str, xy: Vec2, z_m: float, heading_deg: float, room_m: float) -> PropSpot:
    """A prop spot on a pavement, by its kerb."""
    return PropSpot(
        name=name, use="edge", position_m=(xy[0], xy[1], z_m), heading_deg=heading_deg % 360.0, room_m=room_m
    )


def square(xy: Sequence[float], half_m: float) -> tuple[Vec2, ...]:
    """Outline of an axis-aligned square about a point."""
    return rectangle((float(xy[0]), float(xy[1])), 2 * half_m, 2 * half_m, 0.0)
