"""Bad config is refused before Blender starts, with key, value and hint; good config means what it says."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys

import numpy as np
import pytest
import yaml

from blender_synth import plugins, resources
from blender_synth.config import Identity, compose
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import BlenderSynthError, ConfigError
from blender_synth.exporters import exporter_settings
from blender_synth.keys import values_at
from blender_synth.seeds import Streams, rng_for
from blender_synth.settings import AcceptanceCriteria, RenderSettings, WorkerSettings
from blender_synth.validation import validate
from blender_synth.world.placement.props import PropRandomizer
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import spec_from_json, spec_to_json
from tests.commands import run_here

SMALL = ["experiment=demo", "render.width_px=64", "render.height_px=36"]


def _command(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "blender_synth", *arguments], capture_output=True, text=True, cwd=cwd, timeout=120
    )


@pytest.mark.parametrize(
    ("override", "key", "says"),
    [
        ("frames=-1", "frames", "at least 0"),
        ("frames=many", "frames", "whole number"),
        ("seed=-3", "seed", "at least 0"),
        ("render.width_px=wide", "render.width_px", "whole number"),
        ("render.width_px=4", "render.width_px", "at least 16"),
        ("render.device=tpu", "render.device", "'cpu'"),
        ("render.sample=3", "render.sample", "samples"),
        ("camera.pitch_deg=[5,-5]", "camera.pitch_deg", "low 5 is greater than high -5"),
        ("camera.kind=fisheye", "cameras.kind", "pinhole"),
        ("mirrors.wall.kind=portal", "mirrors.kind", "wall"),
        ("scene.name=../../etc", "scene.name", "street"),
        ("scene.name=moon", "scene.name", "street"),
        ("accept.min_people=-1", "accept.min_people", "at least 0"),
        ("accept.min_persons=1", "accept.min_persons", "min_people"),
        ("exporter.kind=vok", "exporter.kind", "coco"),
        ("exporter.splits={train: -1}", "exporter.splits", "none negative"),
        ("develop.mor_m=0", "develop.mor_m", "greater than 0"),
        ("develop.mor_m=-50", "develop.mor_m", "greater than 0"),
        ("pedestrians.count=[5,2]", "pedestrians.count", "low 5 is greater than high 2"),
        ("worker.timeout_s=0", "worker.timeout_s", "greater than 0"),
        ("+frames_total=3", "frames_total", "frames"),
    ],
)
def test_errors_name_key_value_and_fix(override, key, says):
    with pytest.raises(ConfigError) as caught:
        compose([*SMALL, override])
    text = str(caught.value)
    assert f"key:   {key}" in text
    assert says in text
    assert "fix:" in text


def test_errors_are_printed_without_traceback(tmp_path):
    real = _command("render", "weather=sunnny", cwd=tmp_path)
    assert (real.returncode, real.stdout) == (1, "")
    assert "sunny" in real.stderr
    assert "Traceback" not in real.stderr
    for arguments, says in (
        (("render", "weather=sunnny"), "sunny"),
        (("render", "framez=3"), "framez"),
        (("render", "frames=-1"), "frames"),
        (("export", "runs=[]"), "runs"),
        (("export", f"runs={tmp_path}/none"), "none"),
    ):
        done = run_here(*arguments, cwd=tmp_path)
        assert done.returncode == 1, arguments
        assert says in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_usage():
    assert run_here().returncode == 2
    assert run_here("paint").returncode == 2
    helped = run_here("--help")
    assert helped.returncode == 0
    assert all(name in helped.stdout for name in ("render", "export", "run"))
    groups = run_here("render", "--help").stdout
    for group in ("scene", "pedestrians", "mirrors", "weather", "camera", "render", "exporter", "experiment"):
        assert f"{group}:" in groups
    job = yaml.safe_load(run_here("render", "--cfg", "job", "seed=5").stdout)
    assert job["seed"] == 5


def test_a_config_folder_of_the_user_is_added(tmp_path):
    (tmp_path / "conf" / "weather").mkdir(parents=True)
    sunny = yaml.safe_load((resources.conf_dir() / "weather" / "sunny.yaml").read_text())
    (tmp_path / "conf" / "weather" / "mine.yaml").write_text(yaml.safe_dump({**sunny, "mor_m": 1234}))
    done = run_here("render", "--config-dir", str(tmp_path / "conf"), "weather=mine", "--cfg", "job")
    assert yaml.safe_load(done.stdout)["weather"]["mor_m"] == 1234


def test_every_choice_begins_with_a_comment():
    for file in resources.conf_dir().glob("*/*.yaml"):
        lines = [line for line in file.read_text().splitlines() if line.startswith("# ") and "@package" not in line]
        assert lines, file


def test_every_choice_of_every_group_is_valid():
    """The first choices of all groups together, then the second ones, and so on: composing takes 0.1 s."""
    groups = ("scene", "pedestrians", "mirrors", "weather", "camera", "render", "exporter")
    choices = [[f"{g}={f.stem}" for f in sorted((resources.conf_dir() / g).glob("*.yaml"))] for g in groups]
    assert all(choices)
    for together in itertools.zip_longest(*choices):
        settings = compose([choice for choice in together if choice])
        assert settings.frames == range(10)


def test_sampling_is_deterministic_and_specs_survive_json():
    settings = compose(SMALL)
    first, again = (spec_to_json(sample_scene(settings, (), 3)) for _ in range(2))
    assert first == again
    assert spec_to_json(spec_from_json(first)) == first
    assert first != spec_to_json(sample_scene(settings, (), 4))
    assert first != spec_to_json(sample_scene(settings, (), 3, attempt=1))


def test_weather_changes_no_person_no_mirror_and_no_camera():
    names = sorted(file.stem for file in (resources.conf_dir() / "weather").glob("*.yaml"))
    assert len(names) >= 2
    fixed = [*SMALL, "pedestrians.count=2", "pedestrians.dress=fixed"]
    specs = [sample_scene(compose([*fixed, f"weather={name}"]), (), 1) for name in names]
    for spec in specs[1:]:
        assert spec.weather != specs[0].weather
        for part in ("people", "camera", "scenery", "props"):
            assert getattr(spec, part) == getattr(specs[0], part), part
        assert tuple(m for m in spec.mirrors if not m.from_rain) == specs[0].mirrors


def test_mirrors_change_no_person_and_no_camera():
    with_mirror, without = (sample_scene(compose([*SMALL, f"mirrors={m}"]), (), 1) for m in ("wall", "none"))
    assert with_mirror.mirrors
    assert not without.mirrors
    assert with_mirror.people == without.people
    assert with_mirror.camera == without.camera


def test_streams_depend_on_every_argument_and_on_nothing_else():
    draws = {
        rng_for(*key).integers(2**63)
        for key in ((0, 0, "a"), (1, 0, "a"), (0, 1, "a"), (0, 0, "b"), (0, 0, "a", 1), (2**40, 0, "a"))
    }
    assert len(draws) == 6
    assert Streams(7, 2).child("people").rng("pose").random() == rng_for(7, 2, "people/pose").random()


def test_what_cannot_change_a_frame_is_no_part_of_a_runs_identity():
    same = [[], ["frames=99"], ["output=elsewhere"], ["worker.count=4"], ["render.device=cpu"], ["develop.mor_m=50"]]
    assert len({str(Identity.of(compose([*SMALL, *o])).plain) for o in same}) == 1
    assert Identity.of(compose([*SMALL, "seed=77"])) != Identity.of(compose(SMALL))


def test_people_keep_a_distance_from_each_other():
    settings = compose([*SMALL, "pedestrians=street"])
    for index in range(3):
        spec = sample_scene(settings, (), index)
        places = np.array([p.position_m for p in spec.people])
        apart = np.linalg.norm(places[:, None] - places[None], axis=-1) + 9 * np.eye(len(places))
        assert apart.min() > 0.55  # those who belong together; strangers keep more


def test_all_errors_share_a_base_class():
    with pytest.raises(BlenderSynthError):
        compose(["seed=x"])


def test_every_printed_key_can_be_set():
    """`keys` prints values that the config takes back."""
    settings = compose([])
    person = values_at(settings, "pedestrians.person.pose")
    assert person["walk_speed_mps"] == [0.8, 1.7]
    for section in ("pedestrians.person.body", "weather", "render", "develop"):
        values = {n: v for n, v in values_at(settings, section).items() if v is not None and not isinstance(v, dict)}
        texts = {name: json.dumps(value).replace('"', "") for name, value in values.items()}
        again = values_at(compose([f"{section}.{name}={text}" for name, text in texts.items()]), section)
        assert {name: again[name] for name in values} == values
    with pytest.raises(ConfigError, match=r"pedestrians\.persons"):
        values_at(settings, "pedestrians.persons.body")


# --- plug-in folders


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """A plug-in folder with a weather made of built-in code, a mirror group and a scene."""
    folder = tmp_path / "plugin"
    for group, name, origin in (("weather", "murky", "foggy"), ("mirrors", "mine", "wall")):
        (folder / "conf" / group).mkdir(parents=True)
        text = (resources.conf_dir() / group / f"{origin}.yaml").read_text()
        (folder / "conf" / group / f"{name}.yaml").write_text(text)
    (folder / "scenes/yard").mkdir(parents=True)
    (folder / "scenes/yard/scene.yaml").write_text((resources.scenes_dir() / "studio/scene.yaml").read_text())
    monkeypatch.setenv(plugins.ENVIRONMENT, str(folder))
    return folder


def test_choices_and_scenes_of_plugin_folders_are_found(plugin):
    settings = compose(["weather=murky", "mirrors=mine", "scene.name=yard"])
    assert settings.plain["weather"] == compose(["weather=foggy"]).plain["weather"]
    assert list(settings.mirrors) == ["wall"]
    assert settings.plain["scene"] == {"name": "yard"}
    done = run_here("render", "weather=murky", "--cfg", "job")
    assert done.returncode == 0, done.stderr
    assert "murky" in run_here("render", "--help").stdout


def test_a_plugin_folder_that_does_not_exist_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv(plugins.ENVIRONMENT, str(tmp_path / "none"))
    with pytest.raises(ConfigError, match=plugins.ENVIRONMENT):
        compose([])
    done = run_here("render", "frames=0", cwd=tmp_path)
    assert done.returncode == 1
    assert plugins.ENVIRONMENT in done.stderr
    assert "Traceback" not in done.stderr


# --- former names


@pytest.mark.parametrize("override", ["wishes.min_people=3", "++wishes.min_people=3"])
def test_the_former_name_of_a_section_works_on_the_command_line(override, tmp_path):
    assert compose([override]).accept.min_people == 3
    job = yaml.safe_load(run_here("render", override, "--cfg", "job", cwd=tmp_path).stdout)
    assert job["accept"]["min_people"] == 3
    assert "wishes" not in job


def test_the_former_name_of_a_section_works_in_a_config_file(plugin):
    (plugin / "conf/experiment").mkdir()
    text = "# @package _global_\n# overlay\nwishes:\n  min_people: 3\n  min_height_px: 7\n"
    (plugin / "conf/experiment/old.yaml").write_text(text)
    accept = compose(["experiment=old"]).accept
    assert (accept.min_people, accept.min_height_px, accept.min_visible_px) == (3, 7, 50)
    for override in ("accept.min_people=5", "wishes.min_people=5"):  # the command line wins over a file
        accept = compose(["experiment=old", override]).accept
        assert (accept.min_people, accept.min_height_px) == (5, 7)
    with pytest.raises(ConfigError, match=r"accept\.min_persons"):
        compose(["wishes.min_persons=1"])


# --- defaults


@pytest.mark.parametrize(
    ("section", "settings"),
    [
        ("accept", AcceptanceCriteria), ("worker", WorkerSettings), ("develop", DevelopSettings),
        ("props", PropRandomizer), ("render", RenderSettings), ("exporter", None),
    ],
)  # fmt: skip
def test_conf_and_settings_have_the_same_defaults(section, settings):
    file = {"render": "render/standard.yaml", "exporter": "exporter/coco.yaml"}.get(section, "config.yaml")
    values = yaml.safe_load((resources.conf_dir() / file).read_text())
    values = values if section in ("render", "exporter") else values[section]
    values = values["coco"] if section == "exporter" else values
    cls = settings or type(exporter_settings(values))
    kind = {} if settings else {"kind": values["kind"]}
    defaults, written = validate(cls, kind, section), validate(cls, values, section)
    for name in values:
        assert getattr(written, name) == getattr(defaults, name), f"{section}.{name}"
