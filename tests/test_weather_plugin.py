"""A weather phenomenon that a plug-in folder adds by files alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from blender_synth.config import compose

PLUGINS = Path(__file__).parent / "data/plugins"
SAMPLE = """
import json, sys
from blender_synth.config import compose
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import spec_from_json, spec_to_json, spec_to_plain

found = {}
for name, overrides in json.loads(sys.argv[1]).items():
    spec = sample_scene(compose(["scene=studio", "pedestrians.count=1", "mirrors=none", "seed=3", *overrides]), (), 0)
    plain = spec_to_plain(spec)
    assert spec_from_json(spec_to_json(spec)) == spec
    found[name] = plain
print(json.dumps(found))
"""
RENDER = """
import sys
from blender_synth.blender import build
from blender_synth.config import compose
from blender_synth.world.sample import sample_scene

spec = sample_scene(compose(["scene=studio", "pedestrians=none", "mirrors=none", "weather=[hail,foggy]"]), (), 0)
stage = build.build_scene(spec, {})
[hail] = [o for o in stage.scene.objects if o.name.startswith("hail")]
assert len(hail.data.polygons) > 10
assert hail.pass_index == 0
print("built")
sys.stdout.flush()
import os
os._exit(0)
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "BLENDER_SYNTH_PLUGINS": str(PLUGINS)}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], env=environment, capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="module")
def scenes() -> dict:
    """Scenes by the weather that they were asked for."""
    asked = {
        "hail": ["weather=hail"],
        "heavy": ["weather=hail", "weather.hail_mm_h=40", "weather.mor_m=20000"],
        "hail and fog": ["weather=[hail,foggy]", "weather.mor_m=300"],
        "fog": ["weather=foggy", "weather.mor_m=300"],
    }
    done = run(SAMPLE, json.dumps(asked))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_phenomenon_is_added_by_files_alone(scenes):
    weather = scenes["hail"]["weather"]
    assert weather["kind"] == "combined"
    [hail] = weather["phenomena"]
    assert hail["kind"] == "hail"
    assert 5 <= hail["hail_mm_h"] <= 40
    assert weather["cloud_oktas"] >= 6


def test_its_keys_are_set_as_those_of_the_weather_and_it_affects_the_air(scenes):
    weather = scenes["heavy"]["weather"]
    assert weather["phenomena"][0]["hail_mm_h"] == 40
    assert weather["mor_m"] < 15_000


def test_it_combines_with_other_weathers(scenes):
    both, fog = scenes["hail and fog"], scenes["fog"]
    assert both["weather"]["mor_m"] < fog["weather"]["mor_m"] == pytest.approx(300)
    assert both["weather"]["phenomena"]
    assert "phenomena" not in fog["weather"]
    assert both["camera"] == fog["camera"]


def test_without_the_plug_in_there_is_no_such_weather():
    assert "combined" not in compose(["weather=[rainy,foggy]"]).plain["weather"]
    with pytest.raises(Exception, match="hail"):
        compose(["weather=hail"])


@pytest.mark.blender
def test_it_is_built():
    done = run(RENDER)
    assert "built" in done.stdout, done.stderr
