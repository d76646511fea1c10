"""Names that are almost marks are errors; names that are something else are not."""

from __future__ import annotations

import pytest

from blender_synth import resources
from blender_synth.config import compose
from blender_synth.errors import ConfigError
from blender_synth.packs.search import find_packs
from blender_synth.scene_files import describe_scene
from blender_synth.suggestions import edit_distance
from blender_synth.world.sample import check_packs
from blender_synth.world.scenery.shared.marks import Record
from blender_synth.world.scenery.shared.near_misses import near_misses
from blender_synth.world.scenery.shared.read_marks import MarkReader


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [("mirror", "miror", 1), ("walk", "wlak", 1), ("a", "abcd", 3), ("spot", "spot", 0), ("camera", "kammera", 2)],
)
def test_edit_distance_counts_swaps_once(first, second, distance):
    assert edit_distance(first, second, 2) == distance
    assert edit_distance(second, first, 2) == distance


@pytest.mark.parametrize(
    ("name", "kind", "meant"),
    [
        ("walk.pavment", "MESH", "walk.pavement"), ("Walk.Indoor.room.001", "MESH", "walk.indoors"),
        ("wlak.pavement", "MESH", "walk.pavement"), ("wak.road", "MESH", "walk.road"),
        ("miror.wall", "MESH", "mirror."), ("mirror.frnt.shop", "MESH", "mirror.front"),
        ("cammera.handheld", "CAMERA", "camera.handheld"), ("camera.handhled", "CAMERA", "camera.handheld"),
        ("camera.cctvv", "EMPTY", "camera.cctv"), ("seet.bench", "EMPTY", "seat."),
        ("lamp.lantren", "EMPTY", "lamp.lantern"),
        ("spot.pavment.plant", "EMPTY", "spot.pavement"), ("obstacel.column", "MESH", "obstacle."),
        ("crosing.north", "MESH", "crossing."), ("miror!", "MESH", "mirror!"), ("glas!.pane", "MESH", "glass!"),
        ("yard/walk.pavment", "MESH", "walk.pavement"),
    ],
)  # fmt: skip
def test_slips_of_the_pen_are_found(name, kind, meant):
    assert [miss.meant for miss in near_misses([Record(name=name, kind=kind)])] == [meant]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("walk.pavement.north", "MESH"), ("walk.yard", "MESH"), ("walk", "MESH"), ("wall.left", "MESH"),
        ("floor.indoors", "MESH"), ("ramp.mast", "MESH"), ("seat.bench", "EMPTY"), ("seats.wood", "MESH"),
        ("mirror.wall.east", "MESH"), ("camera.drone", "CAMERA"), ("Cube.001", "MESH"), ("spot.indoors.any", "EMPTY"),
        ("roof.tiles", "MESH"), ("lamp_post.iron", "MESH"), ("hey!", "MESH"), ("mirror!", "MESH"),
        ("water!.pond", "MESH"),
        ("cat.building", "MESH"), ("thing.shop.a", "MESH"), ("", "MESH"), (".x", "EMPTY"),
    ],
)  # fmt: skip
def test_other_names_are_left_alone(name, kind):
    assert list(near_misses([Record(name=name, kind=kind)])) == []


def test_collections_properties_and_materials_are_looked_at_and_reported_once():
    records = [
        Record(name="a", kind="MESH", collections=("Miror.hall",)),
        Record(name="b", kind="MESH", collections=("Miror.hall",)),
        Record(name="c", kind="MESH", properties={"bs": "walk.raod"}),
    ]
    found = {(miss.name, miss.meant) for miss in near_misses(records, ["polishd!.stone", "glass!"])}
    assert found == {("Miror.hall", "mirror."), ("walk.raod", "walk.road"), ("polishd!.stone", "polished!")}


def test_a_reader_reports_them_as_errors():
    marks = MarkReader(indoors=False).read([Record(name="walk.pavment", kind="MESH")], ["miror!"])
    found = [problem for problem in marks.problems if problem.code == "near_miss"]
    assert [(problem.object, problem.severity) for problem in found] == [("walk.pavment", "error"), ("miror!", "error")]
    assert "walk.pavement" in found[0].hint


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("walk.indoors.room", "walk.indors.room", "did you mean walk.indoors?"),
        ("camera.cctv.east", "camra.cctv.east", "did you mean camera.cctv?"),
        ("heading_deg: 55", "headng_deg: 55", "did you mean 'heading_deg'?"),
        ("heading_deg: 55", "heading_deg: x", "camera.handheld.door.heading_deg: a number is needed"),
        ("\nlicence:", "\nlicens:", "did you mean 'licence'?"),
        ("spot.indoors.*", "spot.indors.*", "did you mean 'spot.indoors.plant'?"),
    ],
)
def test_slips_in_a_scene_yaml_are_guessed(tmp_path, before, after, says):
    text = (resources.scenes_dir() / "waiting_room/scene.yaml").read_text()
    assert before in text
    folder = tmp_path / "wait"
    folder.mkdir()
    (folder / "scene.yaml").write_text(text.replace(before, after))
    problems, _ = describe_scene(folder)
    assert any(says in problem.hint for problem in problems if problem.severity == "error"), problems
    assert not any("Input should" in problem.hint for problem in problems)


def test_categories_of_props_are_guessed():
    settings = compose(["props.category=[plnt]"])
    with pytest.raises(ConfigError) as caught:
        check_packs(settings, find_packs(settings.packs))
    assert "did you mean 'plant'" in caught.value.hint
