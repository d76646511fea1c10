"""The contract of extension: one plug-in folder adds a kind of everything by new files alone, and the command uses it.

The files are those of `tests/data/plugins/`, copied into a temporary folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from blender_synth import exporters
from blender_synth.config import compose
from blender_synth.errors import ConfigError
from blender_synth.exporters import export_dataset, exporter_kinds, exporter_settings
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.geometry import project
from tests.made_frames import NEUTRAL, make_run

FILES = Path(__file__).parent / "data/plugins"
FLOOR_ID, WALL_ID = 3001, 3002
COMMAND = [
    "scene=yard", "mirrors=tile", "weather=hail", "weather.hail_mm_h=40", "camera=rising", "exporter=counts",
    "exporter.splits={all: 1}", "exporter.separator=|", "pedestrians.count=2", "pedestrians.dress=fixed",
    "pedestrians.person.outfit.outers={poncho: 1}", "pedestrians.person.pose.gestures={salute: 1}",
    "pedestrians.person.pose.activity={stroll: 1}", "pedestrians.person.body.child_share=0", "props.count=0",
    "accept.max_attempts=30", "accept.min_people=1", "accept.min_reflected_people=1", "accept.min_visible_px=8",
    "accept.min_reflected_px=1", "frames=1", "seed=1", "render.device=cpu",
    "render.width_px=64", "render.height_px=48", "render.samples=1", "output=run", "dataset=data",
]  # fmt: skip
SAMPLE = """
import json
import numpy as np
from blender_synth.bodies.person import dressed_person
from blender_synth.config import compose
from blender_synth.seeds import Streams
from blender_synth.world.people.pedestrian import Randomizer
from blender_synth.world.people.situation import Situation
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import spec_from_json, spec_to_json, spec_to_plain

def sampled(*overrides):
    spec = sample_scene(compose(["scene=studio", "mirrors=none", "seed=3", *overrides]), (), 0)
    assert spec_from_json(spec_to_json(spec)) == spec
    return spec_to_plain(spec)

hail, fog = "weather=hail", "weather.mor_m=300"
default = Randomizer()
people = [default.sample(Streams(n, 0), 1, situation=Situation(seat_m=0.45)) for n in range(60)]
worn = [p for p in people if p.outfit.outer and p.outfit.outer.kind == "poncho"]
saluting = [p for p in people if "salute" in (p.pose.left_arm, p.pose.right_arm)]
built = dressed_person(worn[0], "low"), dressed_person(saluting[0], "low")
raised = max(built[1].joints_m[f"{side}_wrist"][2] for side in ("left", "right"))
print(json.dumps({
    "hail": sampled("pedestrians=none", hail, "weather.hail_mm_h=40", "weather.mor_m=20000")["weather"],
    "hail and fog": sampled("pedestrians.count=1", "weather=[hail,foggy]", fog),
    "fog": sampled("pedestrians.count=1", "weather=foggy", fog),
    "last": [list(w)[-1] for w in (default.outfit.outers, default.pose.gestures, default.pose.activity)],
    "worn": len(worn),
    "saluting": len(saluting),
    "strolling": sum(p.pose.activity == "stroll" for p in people),
    "parts": [p.name for p in built[0].parts],
    "finite": bool(all(np.isfinite(p.vertices).all() for b in built for p in b.parts)),
    "raised_m": raised - built[1].joints_m["nose"][2],
}))
"""
BUILD = """
import os, sys
from blender_synth.blender import build
from blender_synth.config import compose
from blender_synth.world.sample import sample_scene

spec = sample_scene(compose(["scene=yard", "pedestrians=none", "mirrors=none", "weather=[hail,foggy]"]), (), 0)
[hail] = [o for o in build.build_scene(spec, {}).scene.objects if o.name.startswith("hail")]
print(len(hail.data.polygons), hail.pass_index)
sys.stdout.flush()
os._exit(0)
"""


def _python(*arguments: str, folder: Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "BLENDER_SYNTH_PLUGINS": str(folder)}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def plugins(tmp_path_factory) -> Path:
    """The plug-in folder."""
    folder = tmp_path_factory.mktemp("plugins") / "mine"
    shutil.copytree(FILES, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def sampled(plugins) -> dict:
    """What a process with the plug-ins samples and builds without Blender."""
    done = _python("-c", SAMPLE, folder=plugins)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# --- everything at once, by the command


@pytest.fixture(scope="module")
def finished(plugins, tmp_path_factory) -> Path:
    """Folder with a run and a dataset of the command with one kind of everything."""
    folder = tmp_path_factory.mktemp("plugins_run")
    done = _python("-m", "blender_synth", "run", *COMMAND, folder=plugins, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def frame(finished) -> RawFrame:
    """The frame that the command rendered."""
    return RawFrame(finished / "run/frames/000000")


@pytest.mark.blender
def test_every_kind_is_in_the_spec(finished):
    spec = json.loads((finished / "run/frames/000000/frame.json").read_text())["spec"]
    assert spec["scenery"]["kind"] == "yard"
    assert [mirror["kind"] for mirror in spec["mirrors"]] == ["tile"]
    assert [phenomenon["kind"] for phenomenon in spec["weather"]["phenomena"]] == ["hail"]
    assert spec["camera"]["kind"] == "rising"
    assert {person["outfit"]["outer"]["kind"] for person in spec["people"]} == {"poncho"}
    assert {person["pose"]["activity"] for person in spec["people"]} == {"stroll"}
    assert all("salute" in (p["pose"]["left_arm"], p["pose"]["right_arm"]) for p in spec["people"])


@pytest.mark.blender
def test_scene_mirror_and_people_are_in_the_label_layers(frame):
    surface, reflected = frame.labels["surface_id"], frame.labels["reflected_id"]
    [mirror] = [i.instance_id for i in frame.meta.instances if i.category == "mirror"]
    assert {FLOOR_ID, WALL_ID, mirror} <= set(np.unique(surface))
    assert {1, 2} & set(np.unique(surface))
    assert {1, 2} & set(np.unique(reflected))
    assert (reflected[surface != mirror] == 0).all()


@pytest.mark.blender
def test_labels_agree_with_the_geometry_of_the_camera_model(frame):
    """The mirror's corners lie where the camera's shifted matrix projects them."""
    spec = json.loads((frame.folder / "frame.json").read_text())["spec"]["mirrors"][0]
    k = np.array(frame.meta.camera.k)
    assert k[1, 2] > 24 + 0.05 * 64 - 1e-6
    x, y, z = spec["position_m"]
    half, high = spec["width_m"] / 2, spec["height_m"]
    corners = np.array([(x + dx, y, z + dz) for dx in (-half, half) for dz in (0, high)])
    pixels, _ = project(corners, np.array(frame.meta.camera.world_from_camera), k)
    rows, columns = np.nonzero(np.isin(frame.labels["surface_id"], (spec["instance_id"], 1, 2)))
    inside = (columns + 0.5 > pixels[:, 0].min()) & (columns + 0.5 < pixels[:, 0].max())
    top = max(pixels[:, 1].min(), 0)
    assert abs(rows[inside].min() - top) <= 1.5
    found = frame.labels["surface_id"] == spec["instance_id"]
    rows, columns = np.nonzero(found)
    assert (columns + 0.5 > pixels[:, 0].min() - 0.6).all()
    assert (columns + 0.5 < pixels[:, 0].max() + 0.6).all()
    assert (rows + 0.5 > pixels[:, 1].min() - 0.6).all()
    assert (rows + 0.5 < pixels[:, 1].max() + 0.6).all()
    assert abs((rows.min()) - max(pixels[:, 1].min(), 0)) <= 1.5


@pytest.mark.blender
def test_the_dataset_is_written_by_the_exporter(finished):
    assert (finished / "data/counts.csv").read_text().startswith("all|run_000000|")
    assert int((finished / "data/counts.csv").read_text().split("|")[-1]) >= 3


@pytest.mark.blender
def test_weather_is_built_and_has_no_label(plugins):
    done = _python("-c", BUILD, folder=plugins)
    assert done.returncode == 0, done.stderr
    polygons, index = map(int, done.stdout.split()[-2:])
    assert polygons > 10
    assert index == 0


# --- weather


def test_keys_of_a_phenomenon_are_set_as_those_of_the_weather_and_it_affects_the_air(sampled):
    weather = sampled["hail"]
    assert weather["kind"] == "combined"
    assert [(p["kind"], p["hail_mm_h"]) for p in weather["phenomena"]] == [("hail", 40)]
    assert weather["cloud_oktas"] >= 6
    assert weather["mor_m"] < 15_000


def test_a_phenomenon_combines_with_other_weathers(sampled):
    both, fog = sampled["hail and fog"], sampled["fog"]
    assert both["weather"]["mor_m"] < fog["weather"]["mor_m"] == pytest.approx(300)
    assert 5 <= both["weather"]["phenomena"][0]["hail_mm_h"] <= 40
    assert "phenomena" not in fog["weather"]
    assert both["camera"] == fog["camera"]


def test_without_the_plug_in_there_is_no_such_weather():
    assert "combined" not in compose(["weather=[rainy,foggy]"]).plain["weather"]
    with pytest.raises(Exception, match="hail"):
        compose(["weather=hail"])


# --- people


def test_default_weights_of_a_cut_a_gesture_and_an_activity_apply(sampled):
    assert sampled["last"] == ["poncho", "salute", "stroll"]  # behind the built-in ones: draws depend on the order
    assert 20 < sampled["worn"] < 50
    assert sampled["saluting"] > 5
    assert 15 < sampled["strolling"] < 45


def test_the_body_wears_the_cut_and_makes_the_gesture(sampled):
    assert "outer0" in sampled["parts"]
    assert sampled["finite"]
    assert sampled["raised_m"] > -0.3


def test_a_file_without_its_constant_is_named(tmp_path):
    file = tmp_path / "world/people/activities/broken.py"
    file.parent.mkdir(parents=True)
    file.write_text("ACTIVTY = None\n")
    done = _python("-c", "from blender_synth.world.people.activities import activities; activities()", folder=tmp_path)
    assert "the file does not define ACTIVITY as Activity" in done.stderr
    assert "world.people.activities.broken" in done.stderr


# --- exporters


def test_settings_of_an_exporter_are_validated_and_used(plugins, tmp_path, monkeypatch):
    monkeypatch.setattr(exporters, "__path__", [*exporters.__path__, str(plugins / "exporters")])
    assert "counts" in exporter_kinds()
    settings = exporter_settings({"kind": "counts", "separator": ";", "splits": {"all": 1}})
    run = make_run(tmp_path / "run", 2)
    assert export_dataset([run], tmp_path / "data", settings, NEUTRAL).startswith("2 lines")
    lines = (tmp_path / "data" / "counts.csv").read_text().splitlines()
    assert [line.split(";") for line in lines] == [["all", "run_000000", "5"], ["all", "run_000001", "5"]]
    with pytest.raises(ConfigError, match=r"exporter\.separator"):
        exporter_settings({"kind": "counts", "separator": [1]})
