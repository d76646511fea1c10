"""Scenes are resampled until the criteria are met, a bounded number of times; infeasible ones are not built."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from blender_synth import geometry
from blender_synth.acceptance import judge, sample_until_accepted
from blender_synth.config import compose
from blender_synth.settings import AcceptanceCriteria
from blender_synth.world.placement.visibility_estimate import estimate_visibility, largest_height_px
from blender_synth.world.sample import sample_scene


class Prober:
    """Stands in for a worker: returns prepared answers and records the attempts that it was asked about."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def probe(self, spec_json):
        self.asked.append(json.loads(spec_json)["attempt"])
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def _seen(number, via=(), height=90, px=500):
    return {"instance_id": number, "via": list(via), "height_px": height, "visible_px": px}


BOTH = [_seen(1), _seen(2), _seen(1, [1001])]


@pytest.fixture(scope="module")
def settings():
    return compose(["experiment=demo", "scene=studio", "accept.max_attempts=5"])


def test_the_first_candidate_that_meets_the_criteria_is_returned(settings):
    prober = Prober([], [_seen(1)], BOTH)
    candidate = sample_until_accepted(settings, (), prober, 0)
    assert candidate.satisfied
    assert candidate.spec.attempt == prober.asked[-1]
    assert len(prober.asked) == 3


def test_if_none_does_the_best_is_returned_and_held_by_the_prober(settings):
    prober = Prober([], [_seen(1)], [])
    candidate = sample_until_accepted(settings, (), prober, 0)
    assert not candidate.satisfied
    assert "1 of 2 people" in candidate.shortfall
    assert candidate.spec.attempt == prober.asked[1] == prober.asked[-1]


def test_infeasible_scenes_are_not_built(settings):
    nobody = replace(settings, accept=AcceptanceCriteria(min_people=500, max_attempts=6))
    prober = Prober(BOTH)
    assert not sample_until_accepted(nobody, (), prober, 0).satisfied
    assert len(prober.asked) == 1


def test_the_visibility_estimate_follows_geometry(settings):
    spec = sample_scene(settings, (), 0)
    direct, reflected = estimate_visibility(spec, 0)
    assert 0 < direct <= len(spec.people)
    assert 0 < reflected <= len(spec.people)
    assert estimate_visibility(replace(spec, mirrors=()), 0) == (direct, 0)
    assert estimate_visibility(replace(spec, people=()), 0) == (0, 0)
    assert estimate_visibility(replace(spec, camera=replace(spec.camera, yaw_deg=spec.camera.yaw_deg + 180)), 0)[1] == 0
    assert estimate_visibility(spec, 5000) == (0, 0)


def test_the_largest_height_of_a_person_is_above_that_of_the_bare_body_and_not_far(settings):
    checked = 0
    for index in range(6):
        spec = sample_scene(settings, (), index)
        pose, k = spec.camera.world_from_camera(), spec.camera.k()
        for person in spec.people:
            column = np.array(person.position_m) + np.outer([0.0, person.body.stature_m], [0.0, 0.0, 1.0])
            for mirror in (None, *spec.mirrors):
                points = column if mirror is None else geometry.mirror_points(column, *mirror.plane())
                pixels, depth = geometry.project(points, pose, k)
                inside = (pixels >= 0).all() and (pixels <= (spec.camera.width_px, spec.camera.height_px)).all()
                if depth.min() < 2 or not inside or person.pose.legs == "sit":
                    continue
                if (
                    mirror is not None
                    and not mirror.reflection_points(np.array(spec.camera.position_m), column)[1].all()
                ):
                    continue
                bare_px = float(np.ptp(pixels[:, 1]))
                assert bare_px < largest_height_px(person, spec.camera, mirror) < 1.45 * bare_px + 2
                checked += 1
    assert checked > 20


def test_people_who_cannot_be_tall_enough_do_not_count(settings):
    spec = sample_scene(settings, (), 0)
    direct = [largest_height_px(person, spec.camera) for person in spec.people]
    mirrored = [largest_height_px(person, spec.camera, mirror) for person in spec.people for mirror in spec.mirrors]
    assert estimate_visibility(spec, 0.99 * min(*direct, *mirrored)) == estimate_visibility(spec, 0)
    assert estimate_visibility(spec, 1.01 * max(direct))[0] == 0
    assert estimate_visibility(spec, 1.01 * max(mirrored))[1] == 0


def test_candidates_do_not_depend_on_the_weather(settings):
    cloudy = compose(["experiment=demo", "scene=studio", "accept.max_attempts=5", "weather=cloudy"])
    first, other = (sample_until_accepted(s, (), Prober([], BOTH), 3).spec for s in (settings, cloudy))
    assert first.attempt == other.attempt
    assert [(p.body, p.position_m, p.heading_deg) for p in first.people] == [
        (p.body, p.position_m, p.heading_deg) for p in other.people
    ]


def test_criteria_count_each_person_once_and_only_if_large_enough():
    criteria = AcceptanceCriteria(min_people=2, min_reflected_people=1, min_height_px=40)
    both = [_seen(1), _seen(2, height=41), _seen(1, [1001], 50), _seen(1, [1002], 60)]
    assert judge(criteria, both) == (1.0, "")
    share, shortfall = judge(criteria, [_seen(1), _seen(2, height=39), _seen(3, [1001], 50, px=10)])
    assert share == pytest.approx(1 / 3)
    assert shortfall == "1 of 2 people, 0 of 1 reflected people"
    assert judge(AcceptanceCriteria(), []) == (1.0, "")
