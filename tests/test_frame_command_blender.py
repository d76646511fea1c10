"""`blender-synth frame`: facts of a frame, and a `.blend` that shows the same objects when it is opened again."""

from __future__ import annotations

import shlex

import numpy as np
import pytest

from blender_synth.blender_process import BlenderProcess
from blender_synth.config import compose
from blender_synth.develop.picture import shots
from blender_synth.frame_command import settings_of
from blender_synth.frames.raw_frame import RawFrame
from tests.commands import TINY, run_here
from tests.made_frames import make_run

pytestmark = pytest.mark.blender


def test_a_frame_opens_in_blender_with_the_same_objects_and_labels(rendered, tmp_path):
    frame = RawFrame(rendered / "run/frames/000001")
    file = tmp_path / "sub/scene.blend"
    done = run_here("frame", rendered / "run", "1", "--open", file)
    assert done.returncode == 0, done.stderr
    assert "2 people" in done.stdout
    with BlenderProcess("tests.opened_blend", 120.0, setup={}) as blender:
        seen = blender.ask("look", file=str(file), labels=str(tmp_path / "labels.npz"), picture=str(tmp_path / "p.exr"))
    labels = np.load(tmp_path / "labels.npz")
    for layer in ("surface_id", "reflected_id", "reflected_via", "transmitted_id"):
        np.testing.assert_array_equal(labels[layer], frame.labels[layer])
    assert (seen["outside"], seen["libraries"], seen["camera"], seen["spec"]) == ([], 0, "camera", True)
    assert {"pedestrian", "mirror", "lights", "camera"} <= set(seen["collections"]) | {"lights"}
    shot = next(shots(frame, settings_of(rendered / "run").develop))
    assert seen["exposure_ev"] == pytest.approx(shot.exposure_ev, abs=0.001)  # by day, a unit is 100 W m^-2 sr^-1
    names = {row.name: row.instance_id for row in frame.meta.instances}
    shown = {name: number for name, number in seen["named"].items() if name in names}
    assert shown == {name: names[name] for name in shown}
    assert {row.name for row in frame.meta.instances if row.person} <= set(shown)
    assert seen["materials"] > 3
    assert seen["picture"] > 1000


def test_facts_of_a_frame_and_how_to_render_it_again(rendered):
    done = run_here("frame", rendered / "run", "2")
    assert done.returncode == 0, done.stderr
    again = next(line for line in done.stdout.splitlines() if line.startswith("again"))
    words = shlex.split(again.removeprefix("again"))
    assert words[:2] == ["blender-synth", "render"]
    settings = compose(words[2:])
    assert (list(settings.frames), settings.output.name) == ([2], "run-frame-2")
    assert "2 people in the scene" in done.stdout
    assert settings.plain["render"] == compose(TINY).plain["render"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["7"], "use one of: 0, 1"),
        (["0", "--open", "x.png"], "end in .blend"),
        (["0", "--open", "x.blend"], "config cannot be read"),
    ],
)
def test_what_cannot_be_opened_is_refused(tmp_path, words, says):
    make_run(tmp_path / "run", 2)
    done = run_here("frame", tmp_path / "run", *words, cwd=tmp_path)
    assert done.returncode == 1
    assert says in done.stderr
