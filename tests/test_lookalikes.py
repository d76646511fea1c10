"""Look-alikes: where they are placed, and that nothing else of a scene depends on them."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest

from blender_synth import categories
from blender_synth.config import Identity, compose
from blender_synth.errors import ConfigError
from blender_synth.geometry import in_convex
from blender_synth.seeds import Streams
from blender_synth.world.lookalikes.grounds import paint_ground
from blender_synth.world.lookalikes.mannequin import HALF_M
from blender_synth.world.lookalikes.pictures import GROUNDS, draw_picture
from blender_synth.world.people.pedestrian import Randomizer as People
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import SceneSpec, spec_from_json, spec_to_json, spec_to_plain
from tests.digests import built_in_packs

SCENES = ("street", "plaza", "shopping_arcade", "lobby")


@cache
def _scene(*overrides: str, index: int = 1) -> SceneSpec:
    return sample_scene(compose(["pedestrians=few", "seed=4", *overrides]), built_in_packs(), index)


@pytest.mark.parametrize("scene", SCENES)
def test_the_same_seed_shows_the_same_scene_with_look_alikes_and_without(scene: str):
    without, with_them = _scene(f"scene={scene}"), _scene(f"scene={scene}", "lookalikes=street")
    assert with_them.lookalikes
    assert "lookalikes" not in spec_to_plain(without)
    assert dataclasses.replace(with_them, lookalikes=()) == without


def test_configs_without_look_alikes_are_those_of_versions_without_them():
    assert "lookalikes" not in Identity.of(compose(["lookalikes=none"])).plain
    assert Identity.of(compose(["lookalikes=few"])).plain["lookalikes"]


def test_a_spec_with_look_alikes_survives_json():
    spec = _scene("scene=street", "lookalikes=street")
    assert spec_from_json(spec_to_json(spec)) == spec


@pytest.mark.parametrize("scene", SCENES)
def test_ids_are_unique_and_no_look_alike_is_a_pedestrian(scene: str):
    spec = _scene(f"scene={scene}", "lookalikes=street")
    instances = spec.labelled_instances()
    assert len({i.instance_id for i in instances}) == len(instances)
    ids = {n for look in spec.lookalikes for n in (look.instance_id, look.holder_instance_id)}
    assert {i.category for i in instances if i.instance_id in ids}.isdisjoint({"pedestrian", "person"})
    assert all(i.category in categories.BUILT_IN for i in instances)


def test_category_ids_are_fixed():
    expected = {"mannequin": 105, "statue": 106, "poster_person": 107, "screen_person": 108, "picture_frame": 109}
    assert {name: categories.BUILT_IN[name][0] for name in expected} == expected


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("index", range(2))
def test_they_stand_in_nothing(scene: str, index: int):
    spec = _scene(f"scene={scene}", "lookalikes=street", "mirrors=mixed", index=index)
    layout = spec.scenery.layout()
    taken = [*layout.obstacles, *(prop.obstacle() for prop in spec.props)]
    solids = [(look, o) for look in spec.lookalikes for o in look.obstacles()]
    for number, (look, solid) in enumerate(solids):
        middle = np.mean(solid.polygon_xy_m, axis=0)
        if getattr(look, "window", None) is None:
            others = taken + [o for other, o in solids[:number] if other is not look]
            for other in others:
                apart_z = solid.base_z_m >= other.base_z_m + other.height_m or (
                    other.base_z_m >= solid.base_z_m + solid.height_m
                )
                assert apart_z or not in_convex(middle, other.polygon_xy_m), (look.kind, other.name)
        for person in spec.people:
            away = np.hypot(*(middle - person.position_m[:2]))
            assert not in_convex(np.array(person.position_m[:2]), solid.polygon_xy_m), (look.kind, away)


def test_mannequins_stand_behind_windows():
    found = [
        look
        for index in range(3)
        for look in _scene(
            "scene=street", "lookalikes=mannequin", "lookalikes.mannequin.window_share=1", index=index
        ).lookalikes
    ]
    assert found
    assert all(look.host_id is not None and look.window for look in found)
    assert HALF_M < 0.5


def test_scenes_without_shops_have_no_mannequins_unless_asked_for():
    assert not _scene("scene=lobby", "lookalikes=mannequin", "lookalikes.mannequin.anywhere=false").lookalikes
    assert _scene("scene=lobby", "lookalikes=mannequin").lookalikes


def test_statues_stand_on_squares_and_in_halls_and_not_in_passages():
    assert _scene("scene=plaza", "lookalikes=statue", "mirrors=none").lookalikes
    assert not _scene("scene=shopping_arcade", "lookalikes=statue", "mirrors=none").lookalikes


@pytest.mark.parametrize("kind", ["screen_person", "empty_frame", "glass_screen"])
def test_rooms_have_the_other_kinds(kind: str):
    found = [look for index in range(2) for look in _scene("scene=lobby", f"lookalikes={kind}", index=index).lookalikes]
    assert found
    assert {look.kind for look in found} == {kind}


def test_wall_mirrors_without_a_frame():
    [mirror] = _scene("scene=street", "mirrors=wall", "mirrors.wall.frame=none").mirrors
    assert mirror.frame_style == "none"
    assert mirror.frame_width_m < 0.005


def test_a_run_has_a_limited_number_of_pictures_and_another_seed_has_others():
    few = ("lookalikes=poster_person", "lookalikes.poster_person.count=6", "lookalikes.poster_person.pictures=2")
    first, second = _scene("scene=plaza", *few), _scene("scene=plaza", *few, index=2)
    pictures = {look.picture.ground_seed for spec in (first, second) for look in spec.lookalikes}
    assert len(pictures) == 2
    other = _scene("scene=plaza", *few, "seed=5")
    assert pictures.isdisjoint(look.picture.ground_seed for look in other.lookalikes)


@pytest.mark.parametrize("ground", GROUNDS)
def test_grounds_are_pictures(ground: str):
    picture = draw_picture(People(), {"full": 1.0}, ((60, 80),), 3, Streams(1, 0))
    painted = paint_ground(dataclasses.replace(picture, ground=ground), 0.95)
    assert painted.shape == (80, 60, 3)
    assert painted.min() >= 0
    assert painted.max() <= 1
    assert painted.std() > 0.01


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("lookalikes.mannequin.head={bald: 1}", "head"),
        ("lookalikes.robot.count=1", "robot"),
        ("lookalikes.poster_person.pictures=0", "pictures"),
        ("lookalikes.mannequin=3", "lookalikes.mannequin"),
    ],
)
def test_wrong_settings_are_named(override: str, key: str):
    with pytest.raises(ConfigError, match=key):
        compose([override])
