"""`--help` and `keys` explain every key; Hydra's flags may stand anywhere."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from blender_synth.config import compose
from blender_synth.errors import ConfigError
from blender_synth.help_text import command_help
from blender_synth.hydra_flags import split_flags
from blender_synth.key_reference import GROUPS, choices_of, groups, keys_of, top_level
from tests.commands import run_here


def test_every_key_has_a_meaning():
    for overrides in ([], ["mirrors=mixed", "weather=[rainy,foggy]", "exporter=[coco,yolo]", "scene=lobby"]):
        keys = [key for key in keys_of(compose(overrides)) if key.leaf]
        assert len(keys) > 200
        assert not [key.name for key in keys if not key.explained]


def test_all_top_level_keys_are_explained():
    known = yaml.safe_load(run_here("render", "--cfg", "job").stdout)
    assert set(top_level()) | set(GROUPS) >= set(known)


def test_every_choice_is_explained():
    for group, choices in groups().items():
        assert choices, group
        assert all(choices.values()), group


def test_help_of_render_shows_choices_and_keys_with_units():
    text = run_here("render", "--help", "weather=foggy").stdout
    assert re.search(r"^    puddles +one to three puddles", text, re.MULTILINE)
    assert re.search(r"^    weather\.mor_m=\[[\d., ]+\] +m: meteorological optical range", text, re.MULTILINE)
    assert re.search(r"^  frames=10 +number of frames", text, re.MULTILINE)
    assert "exporter.splits=" in text


def test_help_of_export_shows_its_own_keys_only():
    text = run_here("export", "exporter=yolo", "--help").stdout
    assert "exporter.task=" in text
    assert "develop.mor_m=" in text
    assert "dataset=" in text
    assert not re.search(r"^ *(weather|mirrors|pedestrians|render|seed|frames|scene|camera)\b", text, re.MULTILINE)


def test_help_with_a_wrong_override_is_an_error_that_guesses():
    done = run_here("render", "weather=fogy", "--help")
    assert done.returncode == 1
    assert "did you mean 'foggy'" in done.stderr


def test_keys_say_unit_and_meaning():
    done = run_here("keys", "render")
    assert yaml.safe_load(done.stdout)["samples"] == 24
    assert re.search(r"^width_px: 960 +# px: width of the picture", done.stdout, re.MULTILINE)
    assert (
        run_here("keys", "render.samples").stdout
        == "24  # per pixel: number of samples; the highest number with adaptive sampling\n"
    )
    listed = {key["name"]: key for key in json.loads(run_here("keys", "--json").stdout, parse_constant=pytest.fail)}
    assert listed["develop.tone_curve"]["choices"] == ["filmic", "linear"]
    assert any(key["bounds"] and key["bounds"][1] is None for key in listed.values())  # without an upper bound
    whole = yaml.safe_load(run_here("keys").stdout)
    assert whole["pedestrians"]["person"]["pose"]["walk_speed_mps"] == [0.8, 1.7]


def test_choices_of_types():
    from typing import Annotated, Literal

    assert choices_of(bool) == ("true", "false")
    assert choices_of(Annotated[Literal["a", "b"] | None, 1]) == ("a", "b")
    assert choices_of(int) == choices_of(list[str]) == ()


# --- flags


@pytest.mark.parametrize(
    "words",
    [
        ["seed=5", "--cfg", "job", "frames=3"],
        ["--cfg=job", "seed=5", "frames=3"],
        ["seed=5", "frames=3", "-c", "job"],
    ],
)  # fmt: skip
def test_flags_may_stand_anywhere(words):
    done = run_here("render", *words)
    assert done.returncode == 0, done.stderr
    job = yaml.safe_load(done.stdout)
    assert (job["seed"], job["frames"]) == (5, 3)


def test_flags_may_stand_before_the_command():
    done = run_here("--cfg", "job", "render", "seed=6")
    assert done.returncode == 0, done.stderr
    assert yaml.safe_load(done.stdout)["seed"] == 6


def test_info_takes_no_override_for_its_value():
    assert split_flags(["-i", "seed=5"]) == (["--info=all"], ["seed=5"])
    assert split_flags(["--info", "plugins", "x=1"]) == (["--info=plugins"], ["x=1"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--cgf", "job"], "did you mean '--cfg'"),
        (["--multi-run"], "did you mean '--multirun'"),
        (["--frames", "3"], "frames=..."),
        (["--cfg"], "write --cfg job"),
        (["--cfg", "jop"], "did you mean 'job'"),
        (["--config-name", "x"], "--config-dir"),
        (["-sc"], "completion bash"),
    ],
)
def test_wrong_flags_are_explained(words, says):
    with pytest.raises(ConfigError) as caught:
        split_flags([*words, "seed=1"] if len(words) != 1 or words[0] != "--cfg" else words)
    assert says in str(caught.value)


def test_help_for_a_sweep_falls_back_to_the_defaults():
    assert "weather.mor_m=" in run_here("render", "-m", "weather=sunny,foggy", "--help").stdout
    assert "render.samples=24" in command_help("render", "Render.", compose([]))
