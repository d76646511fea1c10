"""Resamples a scene, a bounded number of times, until its label pass meets the acceptance criteria.

A label pass takes about 0.1 s where the picture takes 10 s or more."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any, Protocol

from blender_synth.settings import AcceptanceCriteria, RunSettings
from blender_synth.world.pack_items import FromPack
from blender_synth.world.placement.visibility_estimate import estimate_visibility
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import SceneSpec, spec_to_json


class Prober(Protocol):
    """What can build a spec and tell who is seen in it (a `workers.Worker`)."""

    def probe(self, spec_json: bytes) -> list[dict[str, Any]]: ...


@dataclass(frozen=True)
class Candidate:
    """A sampled scene, built in the worker, and how far it meets the acceptance criteria.

    Attributes:
        share: of the required counts that is met, 0 to 1. shortfall: what is missing, in words; empty when satisfied.
    """

    spec: SceneSpec
    share: float
    shortfall: str

    @property
    def satisfied(self) -> bool:
        """Whether nothing is missing."""
        return not self.shortfall


def sample_until_accepted(
    settings: RunSettings, packs: tuple, prober: Prober, frame_index: int, broken: Container[tuple[str, str]] = ()
) -> Candidate:
    """Sample the scene of a frame; with `mirrors.paired` two frames share one, the second with matt panels for mirrors.

    Args:
        broken: items, as (pack, item), that turned out to be unusable; they are left out where they were drawn, so that
            all else is the same whenever that was found.

    Both show the candidate that was judged with its mirrors. On return the prober holds what is returned.
    """
    if not settings.paired:
        return _sample_scene(settings, packs, prober, frame_index, broken)
    candidate = _sample_scene(settings, packs, prober, frame_index // 2, broken, pair_role="mirror")
    if frame_index % 2 == 0:
        return candidate
    matt = replace(candidate.spec, pair_role="matt")
    prober.probe(spec_to_json(matt))
    return replace(candidate, spec=matt)


def _sample_scene(
    settings: RunSettings,
    packs: tuple,
    prober: Prober,
    scene_index: int,
    broken: Container[tuple[str, str]],
    pair_role: str | None = None,
) -> Candidate:
    """Sample a scene until it meets the criteria; after `accept.max_attempts` the best candidate is taken.

    On return the prober holds the candidate that is returned, ready to be rendered. Weather plays no part in it.
    """
    criteria = settings.accept
    best: Candidate | None = None
    latest: Candidate | None = None
    for attempt in range(criteria.max_attempts):
        spec = _without(sample_scene(settings, packs, scene_index, attempt), broken)
        spec = replace(spec, pair_role=pair_role)
        last_hope = best is None and attempt + 1 == criteria.max_attempts
        if not last_hope and _infeasible(spec, criteria):
            continue
        left_by_rain = {mirror.instance_id for mirror in spec.mirrors if mirror.from_rain}
        seen = [s for s in prober.probe(spec_to_json(spec)) if not left_by_rain & set(s["via"])]
        share, shortfall = judge(criteria, seen)
        latest = Candidate(spec, share, shortfall)
        if best is None or latest.share > best.share:
            best = latest
        if latest.satisfied:
            return latest
    if best is not latest:
        prober.probe(spec_to_json(best.spec))
    return best


def _without(spec: SceneSpec, broken: Container[tuple[str, str]]) -> SceneSpec:
    """The scene without what comes from broken items."""

    def whole(things: tuple) -> tuple:
        return tuple(t for t in things if not (isinstance(t, FromPack) and (t.pack, t.item) in broken))

    return replace(spec, props=whole(spec.props), people=whole(spec.people), mirrors=whole(spec.mirrors))


def _infeasible(spec: SceneSpec, criteria: AcceptanceCriteria) -> bool:
    """Whether geometry alone shows that the criteria cannot be met, which saves building the scene."""
    if not (criteria.min_people or criteria.min_reflected_people):
        return False
    lasting = tuple(mirror for mirror in spec.mirrors if not mirror.from_rain)
    people, reflected = estimate_visibility(replace(spec, mirrors=lasting), criteria.min_height_px)
    return people < criteria.min_people or reflected < (criteria.min_reflected_people or 0)


def judge(criteria: AcceptanceCriteria, seen: list[dict[str, Any]]) -> tuple[float, str]:
    """How far what is seen meets the criteria.

    Args:
        seen: entries with instance_id, via, visible_px and height_px (see `blender.instance_table.seen_people`).

    Returns:
        (share met, what is missing in words).
    """
    least = {False: criteria.min_visible_px, True: criteria.min_reflected_px or criteria.min_visible_px}
    counted = [s for s in seen if s["height_px"] >= criteria.min_height_px and s["visible_px"] >= least[bool(s["via"])]]
    people = len({s["instance_id"] for s in counted if not s["via"]})
    reflected = len({s["instance_id"] for s in counted if s["via"]})
    pairs = (
        (people, criteria.min_people, "people"),
        (reflected, criteria.min_reflected_people or 0, "reflected people"),
    )
    wanted = sum(want for _, want, _ in pairs)
    met = sum(min(have, want) for have, want, _ in pairs)
    lacking = [f"{have} of {want} {name}" for have, want, name in pairs if have < want]
    return (met / wanted if wanted else 1.0), ", ".join(lacking)
