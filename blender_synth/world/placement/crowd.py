"""Crowds: how many people a scene gets, who walks with whom, and where they are. No bpy.

People go about in groups. A group's activity is drawn first, then its members, then a place where all of them find
room, with what they push, pull and carry; so who people are never depends on where they end up.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field

from blender_synth import geometry
from blender_synth.packs.items import Pack
from blender_synth.seeds import Streams
from blender_synth.values import Converted, NonNegativeRange, Vec3, Weights, pick, plain, uniform
from blender_synth.world.climate import Climate
from blender_synth.world.contracts import CameraSpec, PersonRandomizer, PersonSpec
from blender_synth.world.layout import Layout, Seat
from blender_synth.world.people.activities import activities
from blender_synth.world.people.figure import Randomizer as FigureRandomizer
from blender_synth.world.people.situation import Canopy, Situation
from blender_synth.world.placement.counts import draw_count
from blender_synth.world.placement.ground import CELL_M, Ground, footprint_discs

SEASONS_C = (0.0, 28.0)
"""Temperatures that people are dressed for with `dress=fixed`, degrees Celsius."""
STRANGERS_M = 0.35
"""Room between the outlines of people of different groups, where there is plenty."""
SLOWER_MPS = 0.06
"""Groups walk slower by this for each further member (Moussaid et al. 2010, figure 1)."""
CALVES_AHEAD = 0.155
"""Distance from the pelvis to the back of the calves of somebody who sits, over the stature."""
HEAD_M = 0.14
"""Radius of a head with hair."""
TALK_SHARE, GLANCE_SHARE = 0.75, 0.3
"""Of the groups that stand, how many talk; of those who walk in company, how many look at each other."""


def _group_sizes(weights: dict[str, float]) -> dict[str, float]:
    for name in weights:
        if name not in ("1", "2", "3", "4"):
            raise ValueError(f"there are no groups of {name}; use some of: 1, 2, 3, 4")
    return weights


def _text_keys(value: Any) -> Any:
    return {str(k): v for k, v in value.items()} if isinstance(value, dict) else value


GroupSizes = Annotated[Weights, AfterValidator(_group_sizes), BeforeValidator(_text_keys)]


@plain
class Crowd:
    """How many people a scene gets and who they are.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `count` | 0 | people | people placed |
    | `density_per_m2` | null | 1/m² | people per area of walkable ground in view; overrules `count` |
    | `view_share` | 0.75 | 0 to 1 | share of the groups that are placed where the camera sees them (with `count`) |
    | `group_size` | {1: 0.66, 2: 0.25, 3: 0.06, 4: 0.03} | weights | sizes of groups, 1 to 4 |
    | `dress` | weather | name | `weather`: clothes for the weather; `fixed`: for a drawn season, whatever the weather |
    | `figures` | … | settings | people modelled in asset packs, see `figure` |
    | `person` | required | settings | how people vary, see `pedestrian` |

    About half of all pedestrians are in company (Moussaid et al., PLoS ONE 5(4), 2010, count 55 to 70 % in shopping
    streets). With `dress=fixed` one seed shows the same people in the same clothes in all weathers. A share
    `person.body.child_share` of all people are children, with an adult wherever groups allow.
    """

    count: NonNegativeRange = (0, 0)
    density_per_m2: NonNegativeRange | None = None
    view_share: float = Field(default=0.75, ge=0, le=1)
    group_size: GroupSizes = Field(default_factory=lambda: {"1": 0.66, "2": 0.25, "3": 0.06, "4": 0.03})
    dress: Literal["weather", "fixed"] = "weather"
    figures: FigureRandomizer = Field(default_factory=FigureRandomizer)
    person: Annotated[PersonRandomizer, Converted()]

    def child_chance(self) -> float:
        """Chance that a further member of a group is a child, so that `child_share` of all people are."""
        total = sum(self.group_size.values())
        size = sum(int(n) * w for n, w in self.group_size.items()) / total
        return min(0.9, self.person.child_share * size / (size - 1)) if size > 1 else 0.0

    def figure_chance(self) -> float:
        """Chance that somebody alone is a figure, so that `figures.share` of all people are."""
        total = sum(self.group_size.values())
        size = sum(int(n) * w for n, w in self.group_size.items()) / total
        return min(1.0, self.figures.share * size * total / self.group_size.get("1", 1e-9))


@dataclass(frozen=True)
class _Group:
    """People who belong together, in a frame of their own: x ahead, y left, metres.

    Attributes:
        people: dressed and equipped for the weather. outlines: the same in dry weather, by whose footprints they are
            placed: an umbrella moves nobody, so people are where they are in all weathers.
        bare: the same as `people` without open umbrellas, for those who have no room for one.
        stays: nobody of them walks or runs.
    """

    people: tuple[PersonSpec, ...]
    outlines: tuple[PersonSpec, ...]
    bare: tuple[PersonSpec, ...]
    activity: str
    stays: bool
    offsets_m: np.ndarray
    turns_deg: np.ndarray
    seats: tuple[Seat, ...]


def draw_people(
    crowd: Crowd,
    layout: Layout,
    camera: CameraSpec,
    weather: Climate,
    packs: Sequence[Pack],
    streams: Streams,
    ids: range,
) -> tuple[tuple[PersonSpec, ...], int]:
    """The people of a scene.

    Args:
        weather: as people feel it. packs: asset packs with figures. streams: of the people. ids: their numbers in
            the label pass.

    Returns:
        (specs in the order of their ids, how many were asked for); fewer come back than were asked for when there is no
        room for more.
    """
    ground = Ground(layout, camera)
    dense = crowd.density_per_m2 is not None
    if crowd.density_per_m2 is not None:
        wanted = round(uniform(streams.rng("density"), crowd.density_per_m2) * ground.seen_m2)
    else:
        wanted = draw_count(streams, "count", crowd.count)
    season = Climate(temperature_c=uniform(streams.rng("season"), SEASONS_C))
    climate = weather if crowd.dress == "weather" else season
    gap_m = float(np.clip(STRANGERS_M * (1.2 - wanted / max(ground.seen_m2, 1.0)), 0.04, STRANGERS_M))
    figures = crowd.figures.choices(packs)
    crowd = dataclasses.replace(crowd, person=crowd.person.resolve_packs(packs))
    people: list[PersonSpec] = []
    bare: list[PersonSpec] = []
    first = 0
    for order, size in enumerate(_sizes(crowd, min(wanted, len(ids)), streams)):
        here = streams.child(f"group/{order}")
        if size == 1 and figures and here.rng("figure").random() < crowd.figure_chance():
            group = _lone(crowd.figures.sample(streams.child(str(first)), ids[first], figures))
        else:
            group = _draw_group(crowd, range(first, first + size), (climate, season), ground, here, streams, ids)
        first += size
        places = _placed(group, ground, here, None if dense else crowd.view_share, gap_m)
        for person, outline, without, (position_m, heading_deg) in zip(
            group.people, group.outlines, group.bare, places, strict=bool(places)
        ):
            people.append(person.placed(position_m, heading_deg))
            bare.append(without.placed(position_m, heading_deg))
            ground.occupy(outline.placed(position_m, heading_deg))
    return with_room_for_umbrellas(people, bare, ground), wanted


def _sitting_m(seat: Seat, person: PersonSpec) -> Vec3:
    """Where somebody sits: so far forward that the calves are before the seat."""
    forward_m = max(0.0, seat.front_m - CALVES_AHEAD * person.footprint().height_m)
    x, y, z = np.array(seat.position_m) + forward_m * geometry.direction(seat.heading_deg)
    return float(x), float(y), float(z)


def with_room_for_umbrellas(
    people: Sequence[PersonSpec], bare: Sequence[PersonSpec], ground: Ground
) -> tuple[PersonSpec, ...]:
    """The people of a scene; those whose umbrella would hit somebody, another umbrella or the scenery go without.

    Args:
        people: as placed. bare: the same people without umbrellas. ground: of the scene.
    """
    kept = list(people)
    for number, person in enumerate(people):
        canopy = person.footprint().canopy
        if canopy is not None and not _canopy_fits(person, canopy, kept[:number] + kept[number + 1 :], ground):
            kept[number] = bare[number]
    return tuple(kept)


def _canopy_fits(person: PersonSpec, canopy: Canopy, others: Sequence[PersonSpec], ground: Ground) -> bool:
    """Whether an open umbrella touches nobody's head, no other umbrella and nothing of the scenery."""
    middle, low_m = _canopy_xy_m(person, canopy), person.position_m[2] + canopy.low_m
    for other in others:
        outline, z_m = other.footprint(), other.position_m[2]
        head_apart = math.dist(middle, other.position_m[:2]) - canopy.radius_m - HEAD_M
        if head_apart < 0 and z_m + outline.height_m > low_m - 0.02:
            return False
        if outline.canopy is None:
            continue
        apart = math.dist(middle, _canopy_xy_m(other, outline.canopy)) - canopy.radius_m - outline.canopy.radius_m
        same_height = (
            z_m + outline.canopy.high_m > low_m
            and person.position_m[2] + canopy.high_m > z_m + outline.canopy.low_m
        )  # fmt: skip
        if apart < 0.02 and same_height:
            return False
    return ground.clear_above(np.array(middle), canopy.radius_m, low_m)


def _canopy_xy_m(person: PersonSpec, canopy: Canopy) -> tuple[float, float]:
    ahead = geometry.direction(person.heading_deg)[:2]
    x, y = np.array(person.position_m[:2]) + canopy.ahead_m * ahead + canopy.left_m * np.array([-ahead[1], ahead[0]])
    return float(x), float(y)


def _sizes(crowd: Crowd, count: int, streams: Streams) -> Iterator[int]:
    rng = streams.rng("groups")
    while count > 0:
        size = min(int(pick(rng, crowd.group_size)), count)
        count -= size
        yield size


def _lone(person: PersonSpec) -> _Group:
    """Somebody alone, who stays where they are."""
    alone = (person,)
    return _Group(alone, alone, alone, "stand", True, np.zeros((1, 2)), np.zeros(1), seats=())


def _draw_group(
    crowd: Crowd,
    numbers: range,
    climates: tuple[Climate, Climate],
    ground: Ground,
    here: Streams,
    people: Streams,
    ids: range,
) -> _Group:
    """A group's activity, its members, and how they stand to each other."""
    rng, size = here.rng("plan"), len(numbers)
    activity, chat = pick(rng, crowd.person.activities), rng.random()
    seats = ground.take_seats(size, here.rng("seats")) if activities()[activity].legs == "sit" else ()
    if activities()[activity].legs == "sit" and not seats:
        activity = activities()[activity].instead
    stays = here.rng("stays").random() < ground.standing_share
    if stays and activities()[activity].moves:
        activity = "stand"
    if size > 1 and activities()[activity].companions_talk and chat < TALK_SHARE:
        activity = "talk"
    elif size == 1 and activity == "talk":
        activity = "stand"
    doing = activities()[activity]
    moving = doing.moves
    pace = uniform(rng, crowd.person.pace_mps(activity))
    chance = crowd.child_chance()
    formation = _formation(rng, activity, size)
    members: list[tuple[PersonSpec, ...]] = []
    for n, number in enumerate(numbers):
        offset, turn = formation[n]
        child, looks, other = rng.random() < chance, rng.random() < GLANCE_SHARE, int(rng.integers(max(size - 1, 1)))
        look = None
        if size > 1 and (not moving or looks):
            to = formation[(n + 1 + other) % size][0] - offset
            look = float(np.clip((np.degrees(np.arctan2(to[1], to[0])) - turn + 180) % 360 - 180, -50, 50))
        situation = Situation(
            activity=doing.instead if doing.pushes and n else activity,  # one pram a group
            speed_mps=max(0.6, pace - SLOWER_MPS * (size - 1)) if moving and size > 1 else None,
            generation=None if chance == 0.0 else "child" if n and child else "adult",
            look_deg=look,
            seat_m=seats[n].height_m if seats else None,
            stays=stays,
        )
        situations = [dataclasses.replace(situation, climate=climate) for climate in climates]
        one = people.child(str(number))
        worn, dry = (crowd.person.sample(one, ids[number], situation=s) for s in situations)
        bare = worn
        if worn.footprint().canopy is not None:
            without = dataclasses.replace(situations[0], umbrella=False)
            bare = crowd.person.sample(one, ids[number], situation=without)
        members.append((worn, dry, bare))
    turns_deg = np.array([f[1] for f in formation]) + rng.normal(0, 4, size)
    return _Group(
        people=tuple(worn for worn, _, _ in members),
        outlines=tuple(dry for _, dry, _ in members),
        bare=tuple(bare for _, _, bare in members),
        activity=activity,
        stays=stays or not (moving or doing.walks_on_share),
        offsets_m=_spread(np.array([f[0] for f in formation]), turns_deg, [dry for _, dry, _ in members]),
        turns_deg=turns_deg,
        seats=seats,
    )


def _formation(rng: np.random.Generator, activity: str, size: int) -> list[tuple[np.ndarray, float]]:
    """(offset (2,), turn in degrees) of each member.

    Walkers go abreast, from three on in a V whose middle lags (Moussaid et al. 2010); talkers stand on a circle, facing
    inwards.
    """
    if size == 1:
        return [(np.zeros(2), 0.0)]
    if activity == "talk":
        radius = float(rng.uniform(0.44, 0.56) if size == 2 else rng.uniform(0.55, 0.72))
        angles = np.arange(size) * 360 / size + rng.uniform(-14, 14, size)
        where = radius * np.stack([np.cos(np.radians(angles)), np.sin(np.radians(angles))], 1)
        return list(zip(where, angles + 180 + rng.uniform(-18, 18, size), strict=True))
    lateral = (np.arange(size) - (size - 1) / 2) * float(rng.uniform(0.62, 0.8))
    ahead = rng.normal(0, 0.09, size) + (0.35 * np.abs(lateral) if size > 2 else 0.0)
    return [(np.array([ahead[k], lateral[k]]), 0.0) for k in rng.permutation(size)]


def _spread(offsets: np.ndarray, turns_deg: np.ndarray, people: list[PersonSpec]) -> np.ndarray:
    """Offsets (N, 2) widened from the middle on until nobody, with their things, reaches into a neighbour."""
    for factor in np.arange(1.0, 3.0, 0.08):
        discs = [
            footprint_discs([p], o[None], t[None]) for p, o, t in zip(people, factor * offsets, turns_deg, strict=True)
        ]
        gaps = [
            (np.linalg.norm(xy[:, None] - other[None], axis=2) - r[:, None] - r_other[None]).min()
            for n, (xy, r) in enumerate(discs)
            for other, r_other in discs[:n]
        ]
        if min(gaps, default=1.0) > 0.02:
            break
    return factor * offsets


def _placed(
    group: _Group, ground: Ground, here: Streams, view_share: float | None, gap_m: float
) -> list[tuple[Vec3, float]]:
    """(position, heading) of each member; nothing where there is no room."""
    rng = here.rng("place")
    if group.seats:
        return [
            (_sitting_m(seat, person), seat.heading_deg)
            for seat, person in zip(group.seats, group.outlines, strict=True)
        ]
    in_view = view_share is not None and rng.random() < view_share
    for looked_at in (in_view, False):
        for cell in ground.draw_cells(rng, looked_at, view_share is None, group.activity, group.stays):
            middle = ground.cells_xy_m[cell] + rng.uniform(-CELL_M / 2, CELL_M / 2, 2)
            heading = ground.heading_deg(rng, cell, group.activity, activities()[group.activity].moves)
            ahead = geometry.direction(heading)[:2]
            where = middle + group.offsets_m @ np.array([ahead, [-ahead[1], ahead[0]]])
            headings = (heading + group.turns_deg) % 360
            heights = ground.room_for(group.outlines, where, headings, gap_m)
            if heights is not None:
                return [
                    ((float(x), float(y), float(z)), float(turn))
                    for (x, y), z, turn in zip(where, heights, headings, strict=True)
                ]
    return []
