"""Draws a scene again, boundedly, until its label pass shows what the wishes ask for: 0.1 s to save 10."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any, Protocol

from blender_synth.settings import RunSettings, Wishes
from blender_synth.world.forecast import forecast
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import SceneSpec, spec_to_json


class Prober(Protocol):
    """What can build a spec and tell who is seen in it (a `workers.Worker`)."""

    def probe(self, spec_json: bytes) -> list[dict[str, Any]]: ...


@dataclass(frozen=True)
class Drawing:
    """A drawn scene, built in the worker, and how it fares against the wishes.

    Attributes:
        share: of the wishes' counts that is met, 0 to 1. shortfall: in words, empty when fulfilled.
    """

    spec: SceneSpec
    share: float
    shortfall: str

    @property
    def fulfilled(self) -> bool:
        """Whether nothing is missing."""
        return not self.shortfall


def draw(
    settings: RunSettings, packs: tuple, prober: Prober, frame_index: int, broken: Container[tuple[str, str]] = ()
) -> Drawing:
    """Draw the scene of a frame; with `mirrors.paired` two frames share one, the second with matt panels for mirrors.

    Args:
        broken: items, as (pack, item), that turned out to be unusable; they are left out where they were drawn, so that
            all else is the same whenever that came to light.

    Both are the drawing that the mirrors were judged by. On return the prober holds what is returned.
    """
    if not settings.paired:
        return _draw_scene(settings, packs, prober, frame_index, broken)
    drawing = _draw_scene(settings, packs, prober, frame_index // 2, broken, pair_role="mirror")
    if frame_index % 2 == 0:
        return drawing
    matt = replace(drawing.spec, pair_role="matt")
    prober.probe(spec_to_json(matt))
    return replace(drawing, spec=matt)


def _draw_scene(
    settings: RunSettings,
    packs: tuple,
    prober: Prober,
    scene_index: int,
    broken: Container[tuple[str, str]],
    pair_role: str | None = None,
) -> Drawing:
    """Draw a scene until the wishes are met or `wishes.max_attempts` are used up; then the best drawing is taken.

    On return the prober holds the drawing that is returned, ready to be rendered. Weather plays no part in it.
    """
    wishes = settings.wishes
    best: Drawing | None = None
    latest: Drawing | None = None
    for attempt in range(wishes.max_attempts):
        spec = _without(sample_scene(settings, packs, scene_index, attempt), broken)
        spec = replace(spec, pair_role=pair_role)
        last_hope = best is None and attempt + 1 == wishes.max_attempts
        if not last_hope and _hopeless(spec, wishes):
            continue
        left_by_rain = {mirror.instance_id for mirror in spec.mirrors if getattr(mirror, "rain", False)}
        seen = [s for s in prober.probe(spec_to_json(spec)) if not left_by_rain & set(s["via"])]
        share, shortfall = judge(wishes, seen)
        latest = Drawing(spec, share, shortfall)
        if best is None or latest.share > best.share:
            best = latest
        if latest.fulfilled:
            return latest
    if best is not latest:
        prober.probe(spec_to_json(best.spec))
    return best


def _without(spec: SceneSpec, broken: Container[tuple[str, str]]) -> SceneSpec:
    """The scene without what comes from broken items."""

    def whole(things: tuple) -> tuple:
        return tuple(t for t in things if (getattr(t, "pack", ""), getattr(t, "item", "")) not in broken)

    return replace(spec, props=whole(spec.props), people=whole(spec.people), mirrors=whole(spec.mirrors))


def _hopeless(spec: SceneSpec, wishes: Wishes) -> bool:
    """Whether geometry alone tells that the wishes cannot come true, which saves building the scene."""
    if not (wishes.min_people or wishes.min_reflected_people):
        return False
    lasting = tuple(mirror for mirror in spec.mirrors if not getattr(mirror, "rain", False))
    people, reflected = forecast(replace(spec, mirrors=lasting), wishes.min_height_px)
    return people < wishes.min_people or reflected < (wishes.min_reflected_people or 0)


def judge(wishes: Wishes, seen: list[dict[str, Any]]) -> tuple[float, str]:
    """How far what is seen meets the wishes.

    Args:
        seen: entries with instance_id, via, visible_px and height_px (see `blender.record.seen_people`).

    Returns:
        (share met, what is missing in words).
    """
    least = {False: wishes.min_visible_px, True: wishes.min_reflected_px or wishes.min_visible_px}
    counted = [s for s in seen if s["height_px"] >= wishes.min_height_px and s["visible_px"] >= least[bool(s["via"])]]
    people = len({s["instance_id"] for s in counted if not s["via"]})
    reflected = len({s["instance_id"] for s in counted if s["via"]})
    pairs = ((people, wishes.min_people, "people"), (reflected, wishes.min_reflected_people or 0, "reflected people"))
    wanted = sum(want for _, want, _ in pairs)
    met = sum(min(have, want) for have, want, _ in pairs)
    lacking = [f"{have} of {want} {name}" for have, want, name in pairs if have < want]
    return (met / wanted if wanted else 1.0), ", ".join(lacking)
