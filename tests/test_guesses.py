"""Numbers out of bounds, scenes by name, packs that leave files out, and parsers that guess."""

from __future__ import annotations

import dataclasses
import json
import random
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from blender_synth import resources
from blender_synth.bounds import BY_UNIT, bounds_of
from blender_synth.config import compose, settings_from_plain
from blender_synth.errors import BlenderSynthError, ConfigError
from blender_synth.key_reference import keys_of
from blender_synth.packs.left_out import lines, taken_of
from blender_synth.parameter_tables import table_of
from blender_synth.scene_files import load_scene
from tests.commands import run_here
from tests.made_frames import make_run
from tests.small_glb import write_box

_PHRASES = re.compile(
    r"Input should|Field required|[Vv]alidation error|pydantic|unexpected keyword|not in struct|hydra\.|omegaconf|"
    r"Traceback|object has no attribute|NoneType|[A-Z]\w+Error\b|Value error|Assertion failed|should be a valid|"
    r"unable to parse|kind that the documentation|object at 0x|unhashable|subscriptable|unsupported operand"
)
"""Phrases of libraries, which must not reach a person."""


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("mirrors.wall.count=-1", "mirrors.wall.count"), ("mirrors.wall.count=[1,9000]", "mirrors.wall.count[1]"),
        ("mirrors.wall.width_m=-3", "mirrors.wall.width_m"), ("mirrors.wall.height_m=400", "mirrors.wall.height_m"),
        ("scene.furniture_per_10_m=45045", "scene.furniture_per_10_m"), ("scene.length_m=1e6", "scene.length_m"),
        ("scene.bay_m=0", "scene.bay_m"), ("scene.storeys=900", "scene.storeys"),
        ("scene.car_share=[0,7]", "scene.car_share[1]"), ("pedestrians.count=99999", "pedestrians.count"),
        ("pedestrians.density_per_m2=1e9", "pedestrians.density_per_m2"), ("props.scatter=1e9", "props.scatter"),
        ("pedestrians.person.body.age_years=[-4,3]", "pedestrians.person.body.age_years[0]"),
        ("pedestrians.person.pose.walk_speed_mps=-9", "pedestrians.person.pose.walk_speed_mps"),
        ("weather.temperature_c=999", "weather.temperature_c"), ("weather.puddles=1e5", "weather.puddles"),
        ("camera.height_m=-2", "camera.height_m"), ("camera.focal_length_mm=-3", "camera.focal_length_mm"),
        ("develop.blur_px=1e12", "develop.blur_px"), ("worker.timeout_s=1e99", "worker.timeout_s"),
        ("worker.frames_per_worker=1e15", "worker.frames_per_worker"),
        ("accept.min_people=1e12", "accept.min_people"), ("exporter.workers=99999", "exporter.workers"),
    ],
)  # fmt: skip
def test_absurd_numbers_are_refused_with_their_bounds(override, key):
    with pytest.raises(ConfigError) as caught:
        compose([override])
    assert caught.value.key == key
    assert re.search(r"must|cannot be negative|share", caught.value.hint)


def test_the_numbers_of_a_scene_folder_are_bounded(tmp_path):
    folder = tmp_path / "yard"
    shutil.copytree(resources.scenes_dir() / "street", folder)
    file = folder / "scene.yaml"
    text = file.read_text()
    file.write_text(f"{text}\nfurniture_per_10_m: 45045\n")
    with pytest.raises(ConfigError) as caught:
        load_scene("yard", folder, {})
    assert (caught.value.key, Path(str(caught.value.file))) == ("scene.furniture_per_10_m", file)
    found = run_here("assets", "check", folder)
    assert found.returncode == 1
    assert "out of bounds" in found.stdout


def test_all_numbers_of_all_choices_are_within_their_bounds_and_most_have_some():
    settings = compose(["mirrors=mixed"])
    bounded = [key for key in keys_of(settings) if key.unit in BY_UNIT]
    assert len(bounded) > 120

    @dataclasses.dataclass(frozen=True)
    class Made:
        """A plug-in's settings.

        | key | default | unit | meaning |
        | --- | --- | --- | --- |
        | `size_m` | [1, 2] | m | of it |
        | `shift_m` | 0.0 | m | of it |
        | `name` | x | - | of it |
        """

        size_m: tuple[float, float] = (1.0, 2.0)
        shift_m: float = 0.0
        name: str = "x"

    Made.__module__ = "blender_synth.world.mirrors.made"
    fields = zip(dataclasses.fields(Made), table_of(Made), strict=True)
    size, shift, name = (bounds_of(Made, field, row) for field, row in fields)
    assert size == (0.083, 24.0)
    assert shift == (-1e5, 1e5)
    assert name is None


def _error_of(plain: dict) -> BlenderSynthError | None:
    try:
        settings_from_plain(plain)
    except BlenderSynthError as error:
        return error
    return None


def _try_values(count: int, seed: int) -> None:
    base = compose(["mirrors=mixed", "weather=rainy"])
    keys = [key.name for key in keys_of(base) if key.leaf and not key.name.startswith("exporter")]
    values = [
        "x", -1, 1e9, [], {}, [5, 1], float("nan"), True, [1, 2, 3], "", {"a": "b"}, [["x"]], -0.5, "1", 10**30,
        [None, None], {"wall": -1}, "2026-13-45", "25:61", [float("inf"), 1],
    ]  # fmt: skip
    draw = random.Random(seed)
    refused = 0
    for _ in range(count):
        plain = json.loads(json.dumps(base.plain))
        *parents, name = draw.choice(keys).split(".")
        below = plain
        for parent in parents:
            below = below.setdefault(parent, {}) if isinstance(below.get(parent, {}), dict) else {}
        below[name] = draw.choice(values)
        if (error := _error_of(plain)) is not None:
            refused += 1
            text = str(error)
            assert not _PHRASES.search(text), text
            assert error.key, text
            assert error.hint, text
    assert refused > 0.8 * count


def test_no_phrase_of_a_library_reaches_a_person():
    _try_values(40, 0)


@pytest.mark.chaos
def test_no_phrase_of_a_library_reaches_a_person_over_many_values():
    _try_values(2500, 1)


@pytest.mark.parametrize(
    ("override", "guess"),
    [
        ("render.device=cdua", "cuda"), ("develop.tone_curve=filmik", "filmic"), ("scene=stret", "street"),
        ("mirrors.wall.frame=wod", "wood"), ("packs_on_error=stopp", "stop"), ("pedestrians.dress=wether", "weather"),
    ],
)  # fmt: skip
def test_misspelled_choices_are_guessed(override, guess):
    with pytest.raises(BlenderSynthError) as caught:
        compose([override])
    assert f"did you mean '{guess}'" in str(caught.value)


# --- scenes


def test_a_scene_folder_is_chosen_as_built_in_scenes_are(tmp_path, monkeypatch):
    shutil.copytree(resources.scenes_dir() / "studio", tmp_path / "yard")
    monkeypatch.setenv("BLENDER_SYNTH_SCENES", str(tmp_path))
    assert compose(["scene=yard"]).plain["scene"] == {"name": "yard"}
    with pytest.raises(ConfigError) as caught:
        compose(["scene=yrd"])
    assert "did you mean 'yard'" in caught.value.hint
    assert "BLENDER_SYNTH_SCENES" in caught.value.hint


def test_check_of_a_scene_prints_the_marks_it_found():
    done = run_here("assets", "check", resources.scenes_dir() / "waiting_room")
    assert done.returncode == 0, done.stdout
    assert re.search(r"^ +6 seat: row\.1, row\.2", done.stdout, re.MULTILINE)
    assert "2 camera.cctv: camera.cctv.east, camera.cctv.west" in done.stdout


# --- packs


@pytest.fixture
def pack(tmp_path) -> Path:
    (tmp_path / "textures").mkdir()
    (tmp_path / "pack.yaml").write_text("name: mine\nversion: 1\nlicence: CC0-1.0\n")
    write_box(tmp_path / "box.glb", (1, 1, 1))
    for name in ("textures/Bricks_Color.png", "textures/Bricks_Roughness.png", "textures/wood.jpg"):
        cv2.imwrite(str(tmp_path / name), np.full((16, 16, 3), 120, np.uint8))
    cv2.imwrite(str(tmp_path / "noon.hdr"), np.full((16, 32, 3), 0.5, np.float32))
    (tmp_path / "walk.bvh").write_text("HIERARCHY\n")
    return tmp_path


def test_a_short_manifest_says_what_it_took_and_how_to_take_the_rest(pack):
    found = taken_of(pack)
    assert found.taken == ("box.glb",)
    assert found.left == {
        "material": ("textures/Bricks_Color.png",), "motion": ("walk.bvh",), "sky": ("noon.hdr",)
    }  # fmt: skip
    assert found.images == ("textures/Bricks_Roughness.png", "textures/wood.jpg")
    text = "\n".join(lines(found))
    assert "took box.glb" in text
    listed = text[text.index("    items:") :]
    (pack / "pack.yaml").write_text((pack / "pack.yaml").read_text() + listed.replace("    items:", "items:") + "\n")
    again = taken_of(pack)
    assert again.listed
    assert not again.left
    assert set(again.taken) == {"box.glb", "noon.hdr", "walk.bvh", "textures/Bricks_Color.png"}
    assert list(lines(again)) == []


def test_a_pack_of_one_kind_takes_its_files(pack):
    (pack / "pack.yaml").write_text("name: mine\nversion: 1\nlicence: CC0-1.0\nkind: sky\n")
    found = taken_of(pack)
    assert found.taken == ("noon.hdr",)
    assert set(found.left) == {"material", "motion"}


def test_assets_list_takes_a_folder(pack):
    done = run_here("assets", "list", pack)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("mine 1 (CC0-1.0)")


# --- categories and parsers


@pytest.mark.parametrize("key", ["reflected", "stuff"])
def test_unknown_categories_of_an_export_are_guessed(tmp_path, key):
    make_run(tmp_path / "run", 1)
    done = run_here(
        "export", f"runs={tmp_path / 'run'}", f"dataset={tmp_path / 'data'}", f"exporter.{key}=[pedestrain]"
    )
    assert done.returncode == 1
    assert f"exporter.{key}" in done.stderr
    assert "did you mean pedestrian" in done.stderr


@pytest.mark.parametrize(
    ("words", "guess"),
    [
        (["assets", "chek", "x"], "check"), (["status", "x", "--jsn"], "--json"), (["completion", "bahs"], "bash"),
        (["expotr"], "'export'"),
    ],
)  # fmt: skip
def test_parsers_guess(words, guess):
    done = run_here(*words)
    assert done.returncode == 2
    assert f"did you mean {guess}?" in done.stderr
