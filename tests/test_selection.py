"""The table of frames and people, filters over it, and classes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from blender_synth.config import compose
from blender_synth.errors import ConfigError, RunError
from blender_synth.exporters import export_dataset, exporter_settings
from blender_synth.exporters.expressions import Expression
from blender_synth.exporters.rows import ANNOTATION_COLUMNS
from blender_synth.exporters.selection import all_class_names, class_names, class_of
from blender_synth.frames.scene_facts import WeatherFacts
from blender_synth.frames.table import FRAME_COLUMNS, PERSON_COLUMNS, boxes_3d, person_rows, time_of_day, weathers
from tests.made_frames import HIDDEN_PERSON, PERSON, make_run
from tests.made_frames import NEUTRAL as CAMERA

ROW = {"mor_m": 120.0, "weather": "foggy", "weathers": ["foggy", "cloudy"], "people": 3, "iso": None, "indoors": False}


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("weather == 'foggy' and mor_m < 200", True),
        ("weather != 'foggy' or not indoors", True),
        ("'cloudy' in weathers and weather in ['foggy', 'hazy']", True),
        ("weather not in ('foggy', 'hazy')", False),
        ("50 <= mor_m < 120", False),
        ("(people + 1) * 2 % 5 == 3 and mor_m / 10 - 2 == 10", True),
        ("iso < 100", False),
        ("iso >= 100", False),
        ("iso + 1 == None", True),
        ("iso is None and -people == -3", True),
        ("people / 0 > 1", False),
        ("'fog' in weather", True),
        ("weather < 'z'", True),
    ],
)
def test_a_filter_is_evaluated_over_a_row(text, passes):
    assert Expression(text, ROW)(ROW) is passes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wether == 'foggy'", "no column wether; did you mean weather"),
        ("qqq > 1", "use one of: indoors"),
        ("__import__('os').system('true')", "not allowed"),
        ("weather.upper() == 'A'", "not allowed"),
        ("[x for x in weathers]", "not allowed"),
        ("people ** 9 ** 9 ** 9 > 1", "Pow is not allowed"),
        ("lambda: 1", "not allowed"),
        ("f'{people}' == '3'", "not allowed"),
        ("(people := 3)", "cannot be read|not allowed"),
        ("weathers[0] == 'foggy'", "not allowed"),
        ("people == 3j", "not allowed"),
        ("5", "names no column"),
        ("True", "names no column"),
        ("people ==", "cannot be read"),
        ("people = 3", "cannot be read"),
        ("", "cannot be read"),
        ("(" * 900 + "1" + ")" * 900, "cannot be read"),
        ("1" * 3000, "at most 2000"),
        ("people == 3 # \0", "cannot be read"),
    ],
)
def test_what_is_no_filter_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        Expression(text, ROW)


@pytest.mark.parametrize(
    "text", ["weather < 3", "weather + 1 == 2", "people in 3", "-weather == 1", "weather * 9 == 'a'"]
)
def test_values_that_cannot_be_compared_are_an_error(text):
    with pytest.raises(ValueError, match="needs"):
        Expression(text, ROW)(ROW)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"cloud_oktas": 1, "mor_m": 40_000}, ["sunny"]),
        ({"cloud_oktas": 6, "mor_m": 20_000}, ["cloudy"]),
        ({"cloud_oktas": 8, "mor_m": 20_000}, ["overcast"]),
        ({"cloud_oktas": 3, "mor_m": 300}, ["foggy", "sunny"]),
        ({"cloud_oktas": 3, "mor_m": 4000}, ["hazy", "sunny"]),
        ({"cloud_oktas": 8, "mor_m": 7000, "rain_mm_h": 4}, ["rainy", "overcast"]),
        ({"cloud_oktas": 8, "mor_m": 300, "rain_mm_h": 4}, ["rainy", "foggy", "overcast"]),
        ({"cloud_oktas": 8, "mor_m": 700, "snow_mm_h": 2}, ["snowy", "overcast"]),
        ({"cloud_oktas": 2, "mor_m": 40_000, "phenomena": ("hail",)}, ["hail", "sunny"]),
        ({}, []),
    ],
)
def test_weather_has_names(facts, expected):
    assert weathers(WeatherFacts(**facts)) == expected


def test_the_time_of_day_follows_from_the_sun():
    assert [time_of_day(e) for e in (30, 3, -2, -10, None)] == ["day", "golden", "dusk", "night", None]


def test_classes_rename_merge_and_leave_out():
    classes = {"pedestrian": "person", "pedestrian_reflection": "person", "others": None}
    assert class_names(("pedestrian", "pedestrian_reflection", "mirror"), classes) == ("person",)
    assert class_of("mirror", {"road": None}) == "mirror"
    fixed = {"car": "car", "pedestrian": "person", "bus": None, "others": None}
    assert all_class_names(("mirror", "pedestrian"), fixed) == ("car", "person")
    assert class_of("road", {"road": None}) is None


def _run(tmp_path: Path, frames: int = 3) -> Path:
    """A run whose frames differ in weather and whose first person is known in 3D."""
    run = make_run(tmp_path / "run", frames)
    for index in range(frames):
        file = run / "frames" / f"{index:06d}" / "frame.json"
        data = json.loads(file.read_text())
        data["spec"] |= {
            "weather": {"kind": "sky", "mor_m": 100.0 * 10**index, "cloud_oktas": 8.0, "sun_elevation_deg": 20.0},
            "people": [
                {"instance_id": PERSON, "body": {"age_years": 40.0, "stature_m": 1.7, "sex": "male"},
                 "pose": {"activity": "walk"}, "outfit": {"top": {"kind": "shirt"}}},
            ],
        }  # fmt: skip
        data["medium"]["mor_m"] = 100.0 * 10**index
        data["instances"][0] |= {
            "position_m": [10.0, 2.0, 0.0],
            "heading_deg": 90.0,
            "bounds_m": [[9.7, 1.5, 0.0], [10.3, 2.4, 1.8]],
            "box_m": [[-0.5, -0.3, 0.0], [0.4, 0.3, 1.8]],
            "keypoints_m": {"nose": [10.0, 2.1, 1.6]},
        }
        file.write_text(json.dumps(data))
    return run


def _export(run: Path, folder: Path, **settings):
    export_dataset([run], folder, exporter_settings({"kind": "coco", "splits": {"all": 1}, **settings}), CAMERA)
    return json.loads((folder / "annotations" / "instances_all.json").read_text())


def test_where_keeps_pictures_and_their_ids(tmp_path):
    run = _run(tmp_path)
    whole = _export(run, tmp_path / "whole")
    foggy = _export(run, tmp_path / "foggy", where="weather == 'foggy' and mor_m < 200 and people_seen == 1")
    assert [image["weather"] for image in whole["images"]] == ["foggy", "hazy", "overcast"]
    assert foggy["images"] == whole["images"][:1]
    assert foggy["annotations"] == [a for a in whole["annotations"] if a["image_id"] == 1]
    hazy = _export(run, tmp_path / "hazy", where="mor_m >= 1000", annotation_where="category == 'mirror'")
    assert [a["image_id"] for a in hazy["annotations"]] == [2, 3]


@pytest.mark.parametrize(
    "text",
    [
        "weather == 'foggy' and mor_m < 200",
        "'foggy' == weather or scene == 'street'",
        "weather in ['foggy', 'hazy']",
        'weather == "foggy"',
        "scene == 'it\\'s' and mor_m/10 % 3 < 2",
        "",
    ],
)
def test_filters_need_no_quotes_of_hydra(text):
    assert compose([f"exporter.where={text}"]).exporter.where == text
    several = compose(["exporter=[coco,yolo]", f"exporter.yolo.where={text}"]).exporter.parts
    assert (several["yolo"].where, several["coco"].where) == (text, "")
    if "\\" not in text:
        quoted = "'" + text.replace("'", "\\'") + "'"
        assert compose([f"exporter.where={quoted}"]).exporter.where == text


def test_nothing_left_names_the_values_that_occur(tmp_path):
    run = _run(tmp_path)
    with pytest.raises(RunError, match=r"no picture is left[\s\S]*mor_m: 100 to 10000; weather: 'foggy', 'hazy'"):
        _export(run, tmp_path / "data", where="weather == 'snowy' and mor_m < 1")
    assert not (tmp_path / "data").exists()
    with pytest.raises(ConfigError, match=r"comparison needs numbers[\s\S]*exporter\.where"):
        _export(run, tmp_path / "data", where="weather < 3")
    with pytest.raises(ConfigError, match=r"exporter\.where[\s\S]*did you mean weather"):
        exporter_settings({"kind": "coco", "where": "wether == 1"})


def test_annotations_are_filtered_or_ignored(tmp_path):
    run = _run(tmp_path, 1)
    near = _export(run, tmp_path / "near", max_distance_m=20)
    assert {a["category_id"] for a in near["annotations"]} == {1, 3, 13}
    ignored = _export(run, tmp_path / "ignored", max_distance_m=20, filtered="ignore")
    assert {a["object_id"]: a["iscrowd"] for a in ignored["annotations"]} == {
        PERSON: 0, 1001: 0, 3001: 0, 100001: 1, 100002: 1,
    }  # fmt: skip
    tall = _export(run, tmp_path / "tall", min_height_px=15)
    assert {a["object_id"] for a in tall["annotations"]} == {PERSON, 1001, 3001}


def test_classes_in_a_dataset(tmp_path):
    run = _run(tmp_path, 1)
    data = _export(
        run, tmp_path / "data", classes={"pedestrian": "person", "pedestrian_reflection": "person", "others": None}
    )
    assert [c["name"] for c in data["categories"]] == ["person"]
    assert {a["category_id"] for a in data["annotations"]} == {1}
    assert len(data["annotations"]) == 3
    with pytest.raises(ConfigError, match=r"exporter\.classes\.pedestrain[\s\S]*did you mean pedestrian"):
        _export(run, tmp_path / "data", classes={"pedestrain": "person"})


def test_people_are_known_in_three_dimensions(tmp_path):
    from blender_synth.frames.raw_frame import RawFrame

    meta = RawFrame(_run(tmp_path, 1) / "frames" / "000000").meta
    rows = person_rows(meta)
    row = rows[PERSON]
    # Faces +Y: the box reaches 0.5 m back and 0.4 m ahead of (10, 2); the camera stands at 0 and looks along +X.
    assert row["box_center_world_m"] == pytest.approx([10.0, 1.95, 0.9])
    assert row["box_size_m"] == pytest.approx([0.9, 0.6, 1.8])
    assert row["box_center_camera_m"] == pytest.approx([-1.95, -0.9, 10.0])
    assert row["joints_camera_m"][:3] == pytest.approx([-2.1, -1.6, 10.0])
    assert np.isnan(row["joints_world_m"][3:]).all()
    assert row["facing_camera_deg"] == pytest.approx(90 - (180 + np.degrees(np.arctan2(2, 10))), abs=0.01)
    assert (row["age_group"], row["activity"], row["clothing"]) == ("adult", "walk", ["top:shirt"])
    assert rows[HIDDEN_PERSON]["box_center_world_m"] is None
    assert set(boxes_3d(meta)) == {PERSON}
    annotation = _export(tmp_path / "run", tmp_path / "data")["annotations"][0]
    assert annotation["person"]["box_size_m"] == row["box_size_m"]


@pytest.mark.parametrize(
    ("config", "hour"),
    [
        ("weather: {sunny: {kind: sky}, clock: '18:30'}", 18.5),
        ("weather: {kind: sky, clock: 18:30}", 18.5),
        ("weather: {kind: sky, clock: null}", None),
        ("weather: [", None),
    ],
)
def test_the_hour_is_that_of_the_run(tmp_path, config, hour):
    run = _run(tmp_path, 1)
    (run / "config.yaml").write_text(config)
    assert _export(run, tmp_path / "data")["images"][0]["hour"] == hour


def test_every_column_is_documented_with_its_unit():
    page = (Path(__file__).parents[1] / ".docs" / "tables.md").read_text()
    for column in (*FRAME_COLUMNS, *PERSON_COLUMNS):
        assert f"| `{column.name}` | {column.type} | {column.unit} | {column.meaning} |" in page
    for name in ANNOTATION_COLUMNS:
        assert f"`{name}`" in page
