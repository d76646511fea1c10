"""Dataset formats are found by their files; what they share is in one place."""

from __future__ import annotations

import dataclasses

import pytest

from blender_synth import exporters
from blender_synth.config import compose
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError
from blender_synth.exporters import export_dataset, exporter_kinds, exporter_settings
from tests.made_frames import NEUTRAL, make_run

COUNTS = '''
"""Counts of the instances in each picture."""

from typing import Literal

from blender_synth.attribution import Credits
from blender_synth.exporters.common import CommonSettings, image_records
from blender_synth.values import plain


@plain
class Settings(CommonSettings):
    kind: Literal["counts"] = "counts"
    separator: str = ","


def write(frames, folder, settings, develop):
    lines = [
        settings.separator.join((record.split, record.name, str(len(record.annotations))))
        for record in image_records(frames, settings, develop, Credits())
    ]
    (folder / "counts.csv").write_text("\\n".join(lines))
    return f"{len(lines)} lines"
'''


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """A format in a folder of plug-ins."""
    (tmp_path / "exporters").mkdir()
    (tmp_path / "exporters" / "counts.py").write_text(COUNTS)
    monkeypatch.setattr(exporters, "__path__", [*exporters.__path__, str(tmp_path / "exporters")])


def test_modules_without_settings_and_write_are_no_formats():
    assert {"coco", "yolo"} <= set(exporter_kinds())
    assert not {"common", "contract", "streams", "rows"} & set(exporter_kinds())
    for kind in ("common", "contract", "nothing", None):
        with pytest.raises(ConfigError, match=r"use one of: [\w, ]*coco"):
            exporter_settings({"kind": kind})


def test_a_format_is_added_by_one_file(plugin, tmp_path):
    assert {"coco", "counts"} <= set(exporter_kinds())
    settings = exporter_settings({"kind": "counts", "separator": ";", "splits": {"all": 1}})
    run = make_run(tmp_path / "run", 2)
    assert export_dataset([run], tmp_path / "data", settings, NEUTRAL).startswith("2 lines")
    lines = (tmp_path / "data" / "counts.csv").read_text().splitlines()
    assert [line.split(";") for line in lines] == [["all", "run_000000", "5"], ["all", "run_000001", "5"]]
    with pytest.raises(ConfigError, match=r"exporter\.separator"):
        exporter_settings({"kind": "counts", "separator": [1]})


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
    assert summary.startswith("coco: 2 pictures, 2 pedestrians, 4 reflections; yolo: 2 pictures, 8 labels of 3 classes")
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


def test_a_format_with_other_common_settings_is_written_in_a_pass_of_its_own(tmp_path):
    run = make_run(tmp_path / "run", 2)
    settings = compose(["exporter=[coco,yolo]", "exporter.splits={a: 1}", "exporter.yolo.reflections=omit"]).exporter
    assert "yolo: 2 pictures, 4 labels of 2 classes" in export_dataset([run], tmp_path / "data", settings, NEUTRAL)
