"""Dataset formats are found by their files, and their defaults are those of the config."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from blender_synth.config import compose
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError
from blender_synth.exporters import export_dataset, exporter_kinds, exporter_settings
from blender_synth.exporters.pictures import encoded_labels
from blender_synth.keys import values_at
from tests.made_frames import NEUTRAL, make_run


def test_modules_without_settings_and_write_are_no_formats():
    assert {"coco", "yolo"} <= set(exporter_kinds())
    assert not {"common", "contract", "streams", "rows"} & set(exporter_kinds())
    for kind in ("common", "contract", "nothing", None):
        with pytest.raises(ConfigError, match=r"use one of: [\w, ]*coco"):
            exporter_settings({"kind": kind})


def test_defaults_of_settings_are_those_of_the_config():
    settings = compose([])
    assert settings.develop == DevelopSettings()
    assert settings.exporter == exporter_settings({"kind": "coco"})
    assert {field.name for field in dataclasses.fields(DevelopSettings)} == set(settings.plain["develop"])


def test_several_formats_share_one_pass(tmp_path, monkeypatch):
    from blender_synth.exporters import common

    developed = []
    monkeypatch.setattr(common, "shots", lambda *args, _shots=common.shots: developed.append(1) or _shots(*args))
    run = make_run(tmp_path / "run", 2)
    settings = compose(["exporter=[coco,yolo]", "exporter.splits={train: 1}", "exporter.task=segment"]).exporter
    summary = export_dataset([run], tmp_path / "data", settings, NEUTRAL)
    assert summary.startswith("coco: 2 pictures, 2 pedestrians, 4 reflections; yolo: 2 pictures, 8 labels")
    assert len(developed) == 2
    pictures = [(tmp_path / "data" / kind / "images/train/run_000001.jpg").read_bytes() for kind in ("coco", "yolo")]
    assert pictures[0] == pictures[1]
    assert (tmp_path / "data/coco/annotations/instances_train.json").is_file()
    assert (tmp_path / "data/yolo/labels/train/run_000001.txt").is_file()
    assert {file.name for file in (tmp_path / "data/yolo").iterdir()} >= {"ATTRIBUTION.md", "data.yaml"}


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["exporter=[coco,yolo]", "exporter.tusk=pose"], r"no chosen exporter[\s\S]*exporter\.tusk[\s\S]*mean task"),
        (["exporter=[coco,yolo]", "exporter.yolo.task=walk"], r"exporter\.yolo\.task"),
        (["exporter=yolo", "exporter.overlays=true"], r"no such key[\s\S]*exporter\.overlays"),
    ],
)
def test_keys_of_several_formats_are_checked(overrides, message):
    with pytest.raises(ConfigError, match=message):
        compose(overrides)


def test_a_name_of_a_format_is_no_path():
    with pytest.raises(ConfigError, match="sub-folder"):
        exporter_settings({"../x": {"kind": "yolo"}, "coco": {"kind": "coco"}})


def test_keys_of_several_formats_are_listed_as_a_config_sets_them():
    settings = compose(["exporter=[coco,yolo]", "exporter.yolo.task=pose"])
    assert values_at(settings, "exporter.yolo.task") == "pose"


def test_a_format_with_other_common_settings_is_written_in_a_pass_of_its_own(tmp_path):
    run = make_run(tmp_path / "run", 2)
    settings = compose(["exporter=[coco,yolo]", "exporter.splits={a: 1}", "exporter.yolo.reflections=omit"]).exporter
    assert "yolo: 2 pictures, 4 labels" in export_dataset([run], tmp_path / "data", settings, NEUTRAL)


def test_label_maps_are_valid_pngs(rng):
    for shape in ((1, 1), (1, 7), (5, 1), (48, 64)):
        picture = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
        picture[shape[0] // 2 :] = (0, 3, 255)
        read = cv2.imdecode(np.frombuffer(encoded_labels(picture), np.uint8), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(read[..., ::-1], picture)
