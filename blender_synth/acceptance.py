"""Resamples a scene, a bounded number of times, until its label pass meets the acceptance criteria.

A label pass takes about 0.1 s where the picture takes 10 s or more.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypedDict, TypeVar

from blender_synth.packs.items import Pack
from blender_synth.settings import AcceptanceCriteria, RunSettings
from blender_synth.world.pack_items import FromPack
from blender_synth.world.placement.visibility_estimate import estimate_visibility
from blender_synth.world.sample import sample_scene
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


def sample_until_accepted(
    settings: RunSettings,
    packs: Sequence[Pack],
    prober: Prober,
    frame_index: int,
    broken: Container[tuple[str, str]] = (),
) -> Candidate:
    """Sample the scene of a frame until it meets the acceptance criteria.

    With `mirrors.paired` two frames share a scene, which is judged with its mirrors; the second frame has matt panels
    in their places. On return the prober holds the scene that is returned.

    Args:
        broken: items, as (pack, item), that turned out to be unusable. They are removed from the sampled scene, so that
            the rest of it does not depend on when that was found.
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
    criteria = settings.accept
    best: Candidate | None = None
    held: Candidate | None = None
    for attempt in range(criteria.max_attempts):
        spec = _without(sample_scene(settings, packs, scene_index, attempt), broken)
        spec = replace(spec, pair_role=pair_role)
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
