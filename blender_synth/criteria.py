"""Acceptance criteria with numbers in place of null, and the refusal of those that no scene can meet."""

from __future__ import annotations

from dataclasses import replace

from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.settings import AcceptanceCriteria, RunSettings

_REFERENCE_PX = 960 * 540
_REFLECTED_PX = 400
"""Pixels of a reflection that counts, in a picture of `_REFERENCE_PX`."""


def checked_criteria(settings: RunSettings) -> AcceptanceCriteria:
    """The criteria of a run with what null stands for.

    Raises:
        ConfigError: they ask for what cannot be seen: more people than are placed, reflections without mirrors.
    """
    criteria, render = settings.accept, settings.render
    most = most_people(settings)
    placed = any(_most(group.count) > 0 for group in settings.mirrors.values())
    if criteria.min_reflected_people is None:
        wanted = int(placed and most != 0)
        criteria = replace(criteria, min_reflected_people=wanted)
    elif criteria.min_reflected_people > 0 and not placed and not _has_built_in_mirrors(settings):
        raise ConfigError(
            "there is no mirror that could show people",
            key="accept.min_reflected_people",
            value=criteria.min_reflected_people,
            hint="choose mirrors, e.g. mirrors=wall, or set accept.min_reflected_people=0",
        )
    if criteria.min_reflected_px is None:
        share = render.width_px * render.height_px / _REFERENCE_PX
        criteria = replace(criteria, min_reflected_px=max(criteria.min_visible_px, round(_REFLECTED_PX * share)))
    for key in ("min_people", "min_reflected_people"):
        minimum = getattr(criteria, key) or 0
        if most is not None and minimum > most:
            raise ConfigError(
                f"a scene has at most {most} people",
                key=f"accept.{key}",
                value=minimum,
                hint=f"raise pedestrians.count, or set accept.{key}={most} or less",
            )
    return criteria


def check_sizes(settings: RunSettings) -> None:
    """Check that people as large as they must be fit into the picture.

    Raises:
        ConfigError: they do not.
    """
    criteria, render = settings.accept, settings.render
    if not (criteria.min_people or criteria.min_reflected_people):
        return
    pixels = render.width_px * render.height_px
    most = {"min_height_px": render.height_px, "min_visible_px": pixels, "min_reflected_px": pixels}
    for key, limit in most.items():
        minimum = getattr(criteria, key) or 0
        if minimum > limit:
            raise ConfigError(
                f"nobody can be so large in a picture of {render.width_px} x {render.height_px}",
                key=f"accept.{key}",
                value=minimum,
                hint=f"set accept.{key} to {limit} at most, or render larger pictures",
            )


def most_people(settings: RunSettings) -> int | None:
    """The largest number of people that a scene can get; None where it depends on the scene."""
    crowd = settings.pedestrians
    return None if crowd.density_per_m2 is not None else _most(crowd.count)


def _most(count: tuple[float, float]) -> int:
    """The largest number that `counts.draw_count` makes of a range."""
    return round(count[1] + 0.49)


def _has_built_in_mirrors(settings: RunSettings) -> bool:
    """Whether the scene may have mirrors of its own."""
    scenery = settings.scenery.sample(Streams(settings.seed, 0, 0).child("scenery"))
    return bool(scenery.layout().built_in_mirrors)
