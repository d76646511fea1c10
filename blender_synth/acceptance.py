"""Resamples a scene, a bounded number of times, until its label pass meets the acceptance criteria.

A label pass takes about 0.1 s where the picture takes 10 s or more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, TypedDict, TypeVar

from blender_synth.packs.items import Pack
from blender_synth.settings import AcceptanceCriteria, RunSettings
from blender_synth.world.pack_items import FromPack
from blender_synth.world.placement.visibility_estimate import estimate_visibility
from blender_synth.world.sample import sample_scene, sample_view
from blender_synth.world.scene_spec import SceneSpec, spec_to_json

T = TypeVar("T")


class SeenPerson(TypedDict):
    """One person as the label pass shows them directly, or through one chain of mirrors.

    Attributes:
        via: instance ids of the mirrors, in order from the camera. visible_px: pixels seen. height_px: of their box.
    """

    instance_id: int
    via: list[int]
    visible_px: int
    height_px: float


class Prober(Protocol):
    """Builds specs and finds who is seen in them (a `workers.Worker`)."""

    def probe(self, spec_json: bytes) -> list[SeenPerson]: ...


@dataclass(frozen=True)
class Candidate:
    """A sampled scene that the worker built, and how far it meets the acceptance criteria.

    Attributes:
        share: share of the required counts that is met, 0 to 1.
        shortfall: what is missing, in words; empty when satisfied.
    """

    spec: SceneSpec
    share: float
    shortfall: str

    @property
    def satisfied(self) -> bool:
        """Whether nothing is missing."""
        return not self.shortfall


@dataclass
class AcceptedViews:
    """Views that were accepted, so that further frames of their scene need not sample them again.

    What it holds changes no frame: without it the same views are found anew.
    """

    scene_index: int = -1
    broken: frozenset[tuple[str, str]] = frozenset()
    views: dict[int, Candidate] = field(default_factory=dict)

    def of(self, scene_index: int, broken: Collection[tuple[str, str]]) -> dict[int, Candidate]:
        """Those of one scene, by the number of the view; what is known of other scenes is dropped."""
        if (scene_index, frozenset(broken)) != (self.scene_index, self.broken):
            self.scene_index, self.broken, self.views = scene_index, frozenset(broken), {}
        return self.views


def sample_until_accepted(
    settings: RunSettings,
    packs: Sequence[Pack],
    prober: Prober,
    frame_index: int,
    broken: Collection[tuple[str, str]] = (),
    known: AcceptedViews | None = None,
) -> Candidate:
    """Sample the scene and the view of a frame until it meets the acceptance criteria.

    The scene is sampled by its first view; further views of it (`views_per_scene`) only move the camera. With
    `mirrors.paired` two frames share a view, which is judged with its mirrors; the second frame has matt panels in
    their places. On return the prober holds the scene that is returned.

    Args:
        broken: items, as (pack, item), that turned out to be unusable. They are removed from the sampled scene, so that
            the rest of it does not depend on when that was found.
        known: of earlier frames, which saves work; gets the views that are found.
    """
    scene_index, view, role = settings.scene_of(frame_index)
    views = (known or AcceptedViews()).of(scene_index, broken)
    judged: Literal["mirror"] | None = None if role is None else "mirror"
    held: Candidate | None = None
    if 0 not in views and view not in views:
        held = views[0] = _sample_scene(settings, packs, prober, scene_index, broken, judged)
    if view not in views:
        held = views[view] = _sample_view(settings, packs, prober, views[0], view)
    candidate = views[view] if role != "matt" else replace(views[view], spec=replace(views[view].spec, pair_role=role))
    if held is None or held.spec != candidate.spec:
        prober.probe(spec_to_json(candidate.spec))
    return candidate


def _sample_scene(
    settings: RunSettings,
    packs: Sequence[Pack],
    prober: Prober,
    scene_index: int,
    broken: Container[tuple[str, str]],
    pair_role: Literal["mirror", "matt"] | None = None,
) -> Candidate:
    """The first candidate that meets the criteria, or the best of `accept.max_attempts`.

    On return the prober holds that candidate, ready to be rendered. The result does not depend on the weather: mirrors
    that rain left are ignored.
    """

    def sample(attempt: int) -> SceneSpec:
        return replace(_without(sample_scene(settings, packs, scene_index, attempt), broken), pair_role=pair_role)

    return _first_accepted(settings.accept, prober, sample)


def _sample_view(
    settings: RunSettings, packs: Sequence[Pack], prober: Prober, scene: Candidate, view: int
) -> Candidate:
    """The same for a further view of a scene; no attempt builds the scene anew."""

    def sample(attempt: int) -> SceneSpec:
        return sample_view(settings, packs, scene.spec, view, attempt)

    if settings.views.vary == "weather":  # shows the same people
        spec = sample(0)
        prober.probe(spec_to_json(spec))
        return replace(scene, spec=spec)
    return _first_accepted(settings.accept, prober, sample)


def _first_accepted(criteria: AcceptanceCriteria, prober: Prober, sample: Callable[[int], SceneSpec]) -> Candidate:
    """The first of the candidates `sample(0)`, `sample(1)` ... that meets the criteria, or the best.

    On return the prober holds it.
    """
    best: Candidate | None = None
    held: Candidate | None = None
    for attempt in range(criteria.max_attempts):
        spec = sample(attempt)
        must_build = best is None and attempt + 1 == criteria.max_attempts
        if not must_build and _infeasible(spec, criteria):
            continue
        from_rain = {mirror.instance_id for mirror in spec.mirrors if mirror.from_rain}
        seen = [person for person in prober.probe(spec_to_json(spec)) if not from_rain & set(person["via"])]
        held = Candidate(spec, *judge(criteria, seen))
        if held.satisfied:
            return held
        if best is None or held.share > best.share:
            best = held
    assert best is not None  # the last attempt is built where none before was
    if best is not held:
        prober.probe(spec_to_json(best.spec))
    return best


def _without(spec: SceneSpec, broken: Container[tuple[str, str]]) -> SceneSpec:
    """The scene without props, people and mirrors that are broken items."""

    def usable(parts: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(p for p in parts if not (isinstance(p, FromPack) and (p.pack, p.item) in broken))

    return replace(spec, props=usable(spec.props), people=usable(spec.people), mirrors=usable(spec.mirrors))


def _infeasible(spec: SceneSpec, criteria: AcceptanceCriteria) -> bool:
    """Whether geometry alone shows that the criteria cannot be met, which saves building the scene."""
    if not (criteria.min_people or criteria.min_reflected_people):
        return False
    mirrors = tuple(mirror for mirror in spec.mirrors if not mirror.from_rain)
    people, reflected = estimate_visibility(replace(spec, mirrors=mirrors), criteria.min_height_px)
    return people < criteria.min_people or reflected < (criteria.min_reflected_people or 0)


def judge(criteria: AcceptanceCriteria, seen: Sequence[SeenPerson]) -> tuple[float, str]:
    """How far what is seen meets the criteria.

    Args:
        seen: people seen directly (`via` is empty) and in mirrors.

    Returns:
        (share of the required counts that is met, what is missing in words).
    """
    min_px = {False: criteria.min_visible_px, True: criteria.min_reflected_px or criteria.min_visible_px}
    counted = [
        s for s in seen if s["height_px"] >= criteria.min_height_px and s["visible_px"] >= min_px[bool(s["via"])]
    ]
    people = len({s["instance_id"] for s in counted if not s["via"]})
    reflected = len({s["instance_id"] for s in counted if s["via"]})
    counts = (
        (people, criteria.min_people, "people"),
        (reflected, criteria.min_reflected_people or 0, "reflected people"),
    )
    required = sum(minimum for _, minimum, _ in counts)
    met = sum(min(count, minimum) for count, minimum, _ in counts)
    missing = [f"{count} of {minimum} {name}" for count, minimum, name in counts if count < minimum]
    return (met / required if required else 1.0), ", ".join(missing)
