"""`import blender_synth as bs`: opening runs, pictures, instances, exports, and what is imported when."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

import blender_synth as bs
from blender_synth.api.stages import words_of
from blender_synth.config import compose
from blender_synth.errors import ConfigError, FrameError, RunError
from tests.commands import TINY
from tests.made_frames import HEIGHT, HIDDEN_PERSON, MIRROR, PERSON, PERSON_BOX, WIDTH, make_run


@pytest.fixture
def run(tmp_path: Path) -> bs.Run:
    return bs.open_run(make_run(tmp_path / "run", 3))


def test_importing_the_package_imports_nothing_heavy():
    heavy = {"bpy", "hydra", "omegaconf", "numpy", "cv2", "pydantic", "torch"}
    program = f"""
import sys, blender_synth as bs
dir(bs)
assert not {heavy!r} & set(sys.modules)
assert callable(bs.frames)
bs.open_run
assert not {{"bpy", "hydra", "omegaconf", "torch"}} & set(sys.modules)
bs.render
assert "bpy" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(bs.__file__).parents[1]
    )
    assert done.returncode == 0, done.stderr


def test_every_public_name_is_there():
    for name in bs.__all__:
        assert getattr(bs, name) is not None
        assert name in dir(bs)
    with pytest.raises(AttributeError, match="no attribute 'rendre'"):
        _ = bs.rendre


def test_a_run_is_a_sequence_of_frames(run: bs.Run):
    assert len(run) == 3
    assert [frame.index for frame in run] == [frame.index for frame in bs.frames(run.path)] == [0, 1, 2]
    assert run[-1].path == run.path / "frames/000002"
    assert [frame.index for frame in run[1:]] == [1, 2]
    assert run.failures == []
    assert run.config == {}


def test_frames_of_several_runs(tmp_path: Path):
    for name, count in (("a", 1), ("b", 2)):
        make_run(tmp_path / "out" / name, count)
    assert len(list(bs.frames(tmp_path / "out"))) == 3
    assert len(list(bs.frames(tmp_path / "out/a", f"{tmp_path}/out/[b]"))) == 3
    with pytest.raises(RunError, match="no run folder"):
        bs.frames(tmp_path / "none")
    with pytest.raises(RunError, match="not a run folder"):
        bs.open_run(tmp_path)


def test_pictures_are_those_of_the_chosen_air(run: bs.Run):
    frame = run[0]
    assert frame.labels["surface_id"].shape == frame.radiance.shape[:2] == (HEIGHT, WIDTH)
    clear, foggy = frame.picture(mor_m=20_000.0), frame.picture(mor_m=10.0)
    assert clear.shape == (HEIGHT, WIDTH, 3)
    assert clear.dtype == np.uint8
    np.testing.assert_array_equal(frame.picture(), clear)  # the frame's own visibility
    road = (slice(44, 48), slice(None))
    assert foggy[road].std() < clear[road].std() / 2
    assert frame.shot(mor_m=10.0).mor_m == 10.0
    brighter = frame.shot(exposure="fixed", exposure_ev=1)
    assert brighter.exposure_ev == pytest.approx(1.0)


def test_the_settings_of_the_run_are_used_where_a_call_gives_none(run: bs.Run):
    (run.path / "config.yaml").write_text(yaml.safe_dump({"develop": {"iso": None, "mor_m": [50.0]}}))
    frame = bs.open_run(run.path)[0]
    assert frame.shot().mor_m == 50.0
    assert frame.shot().iso is None
    assert frame.shot(mor_m=80, iso=[400, 400]).iso == 400
    (run.path / "config.yaml").write_text("develop: {iso: many}")
    assert bs.open_run(run.path)[0].shot().mor_m == 20_000.0


def test_instances_are_dataclasses_with_masks_and_links(run: bs.Run):
    by_name = {instance.name: instance for instance in run[0].instances()}
    person, reflection = by_name["person_1"], by_name["reflection of person_1"]
    assert isinstance(person, bs.Instance)
    assert person.mask[PERSON_BOX].all()
    assert person.mask.sum() == person.visible_px == 160
    assert (reflection.reflection_of, reflection.via, reflection.source_in_frame) == (PERSON, (MIRROR,), True)
    assert by_name["reflection of person_2"].reflection_of == HIDDEN_PERSON
    assert not [i for i in run[0].instances(reflected=()) if i.reflection_of]
    foggy = {instance.name: instance for instance in run[0].instances(mor_m=10.0)}
    assert foggy["person_1"].transmittance < 0.1 < person.transmittance
    assert set(run[0].people) == {PERSON, HIDDEN_PERSON}
    assert run[0].row["people"] == 2


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda frame: frame.picture(mor_m=-1), ConfigError, r"develop\.mor_m"),
        (lambda frame: frame.picture(mor="thick"), ConfigError, r"develop\.mor\b"),
        (lambda frame: frame.instances(glass="both sides"), ConfigError, r"instances\.glass"),
    ],
)
def test_wrong_values_are_named(run: bs.Run, call, error, message):
    with pytest.raises(error, match=message):
        call(run[0])


def test_air_that_was_rendered_cannot_be_changed(run: bs.Run):
    file = run.path / "frames/000000/frame.json"
    meta = json.loads(file.read_text())
    file.write_text(json.dumps({**meta, "medium": {"kind": "volume", "mor_m": 90.0}}))
    assert run[0].shot().mor_m == 90.0
    with pytest.raises(FrameError, match="cannot be changed"):
        run[0].picture(mor_m=100)
    with pytest.raises(FrameError, match="cannot be changed"):
        run[0].instances(mor_m=100)


def test_frames_and_sheets_show_themselves(run: bs.Run, tmp_path: Path):
    overlay = run[0].overlay()
    assert (overlay != run[0].picture()).any()
    decoded = cv2.imdecode(np.frombuffer(run[0]._repr_png_(), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    np.testing.assert_array_equal(decoded, overlay)
    sheet = bs.sheet([frame.picture() for frame in run], columns=2)
    assert sheet.pixels.shape == (2 * HEIGHT + 4, 2 * WIDTH + 4, 3)
    np.testing.assert_array_equal(sheet.pixels[HEIGHT + 4 :, :WIDTH], run[2].picture())
    assert cv2.imread(str(sheet.save(tmp_path / "sheet.png"))).shape == sheet.pixels.shape
    with pytest.raises(RunError, match="cannot be written"):
        sheet.save(tmp_path / "none/sheet.png")


def test_overrides_from_python_values_are_those_of_the_command_line():
    words = words_of(
        {
            "frames": range(2, 4),
            "output": Path("out/run (1)"),
            "weather": ["rainy", "foggy"],
            "accept": {"min_people": 1},
            "exporter": {"where": "weather == 'foggy'", "classes": {"pedestrian": "some one"}},
            "pedestrians.count": (3, 8),
            "develop": {"iso": None},
        }
    )
    settings = compose(words)
    assert settings.frames == range(2, 4)
    assert settings.output == Path("out/run (1)")
    assert settings.accept.min_people == 1
    assert settings.exporter.where == "weather == 'foggy'"
    assert settings.exporter.classes == {"pedestrian": "some one"}
    assert settings.plain["pedestrians"]["count"] == [3, 8]
    assert settings.develop.iso is None


def test_what_a_config_cannot_hold_is_refused():
    with pytest.raises(ConfigError, match=r"cannot hold a set[\s\S]*accept\.min_people"):
        words_of({"accept": {"min_people": {1}}})
    with pytest.raises(ConfigError, match="wether"):
        bs.render(wether="foggy")


def test_exports_from_python(run: bs.Run, tmp_path: Path):
    dataset = bs.export(run, tmp_path / "data", "exporter.splits={train: 1}", exporter="yolo")
    assert dataset == tmp_path / "data"
    assert len(list((dataset / "images/train").glob("*.jpg"))) == 3
    two = bs.export([run.path, run], tmp_path / "two", exporter={"where": "frame_index < 2", "splits": {"all": 1}})
    assert len(json.loads((two / "annotations/instances_all.json").read_text())["images"]) == 2
    with pytest.raises(RunError, match="no run folder"):
        bs.export(tmp_path / "none", tmp_path / "data")


@pytest.mark.blender
def test_renders_from_python(tmp_path: Path, capsys):
    rendered = bs.render(*TINY, frames=1, output=tmp_path / "run", seed=3)
    assert [frame.index for frame in rendered] == [0]
    assert rendered.config["seed"] == 3
    assert rendered[0].picture().shape == (36, 64, 3)
    assert "next:" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("develop: {iso: [200, 200]}\n", (200.0, 200.0)),
        ("develop: {iso: 7}\n", (100.0, 1600.0)),
        ("develop:\n", (100.0, 1600.0)),
        ("- a list\n", (100.0, 1600.0)),
        ("{", (100.0, 1600.0)),
        (None, (100.0, 1600.0)),
    ],
)
def test_a_runs_pictures_are_developed_as_its_config_says_where_that_is_valid(tmp_path, text, iso):
    run = make_run(tmp_path / "run", 1)
    if text is not None:
        (run / "config.yaml").write_text(text)
    assert bs.open_run(run).develop.iso == iso
