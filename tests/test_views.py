"""Several views of one scene: the same people and mirrors, other cameras; numbers, criteria and splits of frames."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from blender_synth.acceptance import AcceptedViews, sample_until_accepted
from blender_synth.config import Identity, compose
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError
from blender_synth.exporters import export_dataset, exporter_settings
from blender_synth.world.sample import sample_scene, sample_view
from blender_synth.world.scene_spec import spec_from_json, spec_to_json, spec_to_plain
from tests.made_frames import make_run

SEEN = [{"instance_id": n, "via": via, "height_px": 90, "visible_px": 900} for n in (1, 2) for via in ([], [1001])]


class Prober:
    """Stands in for a worker; nobody is seen in the views whose (view, number of the question) are listed."""

    def __init__(self, *empty):
        self.empty, self.asked = empty, []

    def probe(self, spec_json):
        spec = json.loads(spec_json)
        view = spec.get("view", 0)
        self.asked.append((spec["scene_index"], spec["attempt"], view, spec["pair_role"]))
        number = sum(asked[2] == view for asked in self.asked)
        return [] if (view, number) in self.empty else SEEN


@pytest.fixture(scope="module")
def settings():
    return compose(["experiment=demo", "scene=studio", "props.count=0", "views_per_scene=3", "accept.max_attempts=4"])


def _frames(settings, indices, prober, known=None):
    return [sample_until_accepted(settings, (), prober, index, (), known) for index in indices]


def test_one_view_is_todays_scene_and_is_written_as_before(settings):
    one = sample_scene(replace(settings, views_per_scene=1), (), 2)
    assert not {"view", "views"} & set(spec_to_plain(one))
    assert sample_scene(settings, (), 2) == replace(one, views=3)
    assert spec_from_json(spec_to_json(one)) == one


def test_people_and_mirrors_stay_while_the_camera_moves(settings):
    scene = sample_scene(settings, (), 2)
    views = [sample_view(settings, (), scene, view) for view in (1, 2)]
    assert [replace(view, view=0, camera=scene.camera) for view in views] == [scene, scene]
    assert len({spec.camera.position_m for spec in (scene, *views)}) == 3
    assert views[0] == sample_view(settings, (), scene, 1)
    assert views[0].camera != sample_view(settings, (), scene, 1, attempt=1).camera
    assert spec_from_json(spec_to_json(views[1])) == views[1]


def test_light_and_air_change_before_one_camera():
    words = ["scene=street", "pedestrians=few", "weather=rainy", "views_per_scene=3", "views.vary=weather"]
    settings = compose([*words, "weather.sun_elevation_deg=[-30,60]", "weather.mor_m=[50,5000]"])
    scene = sample_scene(settings, (), 2)
    views = [scene, *(sample_view(settings, (), scene, view) for view in (1, 2))]
    assert [replace(view, view=0, weather=scene.weather) for view in views] == [scene] * 3
    for name, different in (
        ("sun_elevation_deg", 3),
        ("cloud_seed", 3),
        ("mor_m", 3),
        ("wetness", 1),
        ("rain_mm_h", 1),
    ):
        assert len({getattr(view.weather, name) for view in views}) == different, name
    found = _frames(settings, (0, 1, 2), prober := Prober((1, 1)), AcceptedViews())
    assert [frame.satisfied for frame in found] == [True] * 3  # who is seen does not depend on the light
    assert len(prober.asked) == 3


@pytest.mark.parametrize("scene", ["street", "lift", "lobby"])
def test_the_camera_of_a_view_keeps_away_from_people_and_mirrors(scene):
    settings = compose([f"scene={scene}", "pedestrians=street", "views_per_scene=9", "props.count=0", "mirrors=mixed"])
    base = sample_scene(settings, (), 0)
    clearance_m = base.scenery.layout().camera_clearance_m
    for view in range(1, 9):
        x, y, _ = sample_view(settings, (), base, view).camera.position_m
        assert min(np.hypot(x - p.position_m[0], y - p.position_m[1]) for p in base.people) > 0.6 * clearance_m


@pytest.mark.parametrize("paired", [False, True])
def test_numbers_of_frames(settings, paired):
    settings = replace(settings, paired=paired)
    specs = [frame.spec for frame in _frames(settings, range(13), Prober())]
    assert [spec.frame_index for spec in specs] == list(range(13))
    assert [(spec.scene_index, spec.view) for spec in specs] == [settings.scene_of(index)[:2] for index in range(13)]
    if not paired:
        assert [(spec.scene_index, spec.view) for spec in specs] == [(k // 3, k % 3) for k in range(13)]
        assert {spec.twin_index for spec in specs} == {None}
        return
    for spec in specs[:12]:
        twin = specs[spec.twin_index]
        assert replace(twin, pair_role=spec.pair_role) == spec
        assert twin.pair_role != spec.pair_role


def test_a_bad_view_is_resampled_alone(settings):
    prober = Prober((0, 1), (1, 1), (1, 2))  # the scene's first candidate and two cameras of view 1 show nobody
    first, second, third = _frames(settings, (0, 1, 2), prober, AcceptedViews())
    scenes = [(view, attempt) for _, attempt, view, _ in prober.asked]
    attempt = first.spec.attempt
    assert attempt == 1
    assert scenes == [(0, 0), (0, 1), (1, attempt), (1, attempt), (1, attempt), (2, attempt)]
    assert second.spec == sample_view(settings, (), first.spec, 1, attempt=2)
    assert third.spec == sample_view(settings, (), first.spec, 2)
    assert all(frame.satisfied for frame in (first, second, third))


def test_a_view_that_shows_nobody_is_kept_or_fails_alone(settings):
    prober = Prober(*((1, number) for number in range(1, 9)))
    found = _frames(settings, (0, 1, 2), prober, AcceptedViews())
    assert [frame.satisfied for frame in found] == [True, False, True]


def test_a_view_does_not_depend_on_what_was_sampled_before(settings):
    in_order = _frames(settings, range(6), Prober(), AcceptedViews())
    backwards = _frames(settings, reversed(range(6)), Prober(), AcceptedViews())
    alone = [_frames(settings, [index], Prober())[0] for index in range(6)]
    assert in_order == backwards[::-1] == alone


def test_what_is_held_is_what_is_returned(settings):
    settings, known = replace(settings, paired=True), AcceptedViews()
    for index in (0, 3, 4, 1, 1):
        prober = Prober()
        spec = sample_until_accepted(settings, (), prober, index, (), known).spec
        assert prober.asked[-1] == (spec.scene_index, spec.attempt, spec.view, spec.pair_role)


def test_a_run_of_single_views_goes_on_as_before(settings):
    one, three = (Identity.of(compose([f"views_per_scene={n}"])).plain for n in (1, 3))
    assert not {"views", "views_per_scene"} & set(one)
    assert three["views_per_scene"] == 3
    for bad in ("0", "-1", "2.5", "many", "1001"):
        with pytest.raises(ConfigError, match="views_per_scene"):
            compose([f"views_per_scene={bad}"])


def test_views_of_a_scene_are_in_one_split_and_in_one_group(tmp_path: Path):
    run = make_run(tmp_path / "run", 12)
    for index in range(12):
        file = run / f"frames/{index:06d}/frame.json"
        meta = json.loads(file.read_text())
        meta["spec"] |= {"scene_index": index // 3, "view": index % 3, "views": 3}
        file.write_text(json.dumps(meta))
    settings = exporter_settings({"kind": "coco", "splits": {"a": 0.5, "b": 0.5}, "panoptic": False})
    export_dataset([run], tmp_path / "data", settings, DevelopSettings())
    rows = pq.read_table(tmp_path / "data/frames.parquet").to_pylist()
    assert [(row["scene_group"], row["view"]) for row in rows] == [(f"0-{k // 3}", k % 3) for k in range(12)]
    groups = {row["scene_group"]: row["split"] for row in rows}
    assert all(groups[row["scene_group"]] == row["split"] for row in rows)
    assert len(set(groups.values())) == 2
    images = json.loads((tmp_path / "data/annotations/instances_a.json").read_text())["images"]
    assert {image["scene_group"] for image in images} == {group for group, split in groups.items() if split == "a"}
