"""Completion scripts: run by the shells that are there."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.commands import run_here

_BASH = """
source "$1"
COMP_LINE="$2" COMP_POINT=${#2} COMPREPLY=()
_blender_synth
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory) -> dict[str, Path]:
    """The script of each shell."""
    folder = tmp_path_factory.mktemp("completion")
    found = {}
    for shell in ("bash", "zsh", "fish"):
        done = run_here("completion", shell)
        assert done.returncode == 0, done.stderr
        found[shell] = folder / shell
        found[shell].write_text(done.stdout)
    return found


def _shell(*command: str | Path) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("blender-synth re", ["render", "report", "refine"]),
        ("blender-synth render weather=s", ["snowy", "sunny"]),  # bash breaks words at =, and wants the rest
        ("blender-synth render weather=[rainy,f", ["[rainy,foggy"]),
        ("blender-synth render weather=sunny,cl", ["sunny,cloudy"]),
        ("blender-synth render ++render.device=c", ["cpu", "cuda"]),
        ("blender-synth -m render experiment=de", ["demo"]),
        ("blender-synth render render.dev", ["render.device="]),
        ("blender-synth run pedestrians.person.pose.walk_s", ["pedestrians.person.pose.walk_speed_mps="]),
        ("blender-synth render mirrors.chr", ["mirrors.chrome."]),  # keys of choices that are not the default
        ("blender-synth export weather=", []),  # not read by export
        ("blender-synth export exporter=k", ["kitti"]),
        ("blender-synth export exporter.segm", ["exporter.segmentation="]),
        ("blender-synth keys weather.mor", ["weather.mor_m"]),
        ("blender-synth render --conf", ["--config-dir"]),
        ("blender-synth completion f", ["fish"]),
        ("blender-synth assets pre", ["preview"]),
        ("blender-synth render output=", []),  # bash then completes files
    ],
)
def test_bash_completes_groups_choices_and_keys(scripts, line, expected):
    assert _shell("bash", "-c", _BASH, "bash", scripts["bash"], line) == expected


def test_bash_completes_a_whole_word_where_words_do_not_break_at_equals_signs(scripts):
    code = "COMP_WORDBREAKS=' '; " + _BASH
    assert _shell("bash", "-c", code, "bash", scripts["bash"], "blender-synth render camera=c") == ["camera=cctv"]


def test_completing_takes_less_than_half_a_second(scripts):
    start = time.perf_counter()
    _shell("bash", "-c", _BASH, "bash", scripts["bash"], "blender-synth render ")
    assert time.perf_counter() - start < 0.5


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_completes_with_meanings(scripts):
    code = "source $argv[1]; complete -C $argv[2]"
    lines = _shell("fish", "--no-config", "-c", code, scripts["fish"], "blender-synth render weather=s")
    assert [line.split("\t")[0] for line in lines] == ["weather=snowy", "weather=sunny"]
    assert all(line.split("\t")[1] for line in lines)


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_finds_the_same_words(scripts):
    code = 'compdef() { :; }; source "$1"; _blender_synth_words render "mirrors=[wall,c"'
    lines = _shell("zsh", "-f", "-c", code, "zsh", scripts["zsh"])
    assert [line.split("\t")[0] for line in lines] == [
        "mirrors=[wall,car",
        "mirrors=[wall,chrome",
        "mirrors=[wall,convex",
    ]


def test_another_shell_is_refused():
    assert run_here("completion", "csh").returncode == 2
