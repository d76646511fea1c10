"""The card of a dataset: README.md with front matter, croissant.json, and commands that make the dataset again."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from blender_synth import checksums
from blender_synth.config import compose
from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters import export_dataset, exporter_settings
from blender_synth.exporters.card import hydra_value, overrides
from blender_synth.frames.run_folder import RunFolder
from tests.made_frames import NEUTRAL, make_frame, make_run

EVIL = "<script>alert(1)</script> | `rm` [x](y)"


def _export(folder: Path, **settings: object) -> Path:
    run = make_run(folder / "run", 3)
    export_dataset([run], folder / "data", exporter_settings({"kind": "coco", **settings}), NEUTRAL)
    return folder / "data"


def _front(card: str) -> dict:
    return yaml.safe_load(card.split("---\n")[1])


def test_front_matter_is_hugging_faces(tmp_path: Path):
    front = _front((_export(tmp_path, splits={"train": 0.5, "val": 0.5}) / "README.md").read_text())
    assert front["license"] == "cc0-1.0"
    assert front["size_categories"] == ["n<1K"]
    assert {file["split"] for file in front["configs"][0]["data_files"]} <= {"train", "validation"}
    for file in front["configs"][0]["data_files"]:
        assert list((tmp_path / "data").glob(file["path"].removesuffix("/**") + "/*.jpg"))


def test_card_counts_and_names_what_is_there(tmp_path: Path):
    dataset = _export(tmp_path)
    card = (dataset / "README.md").read_text()
    assert "3 pictures, 3 pedestrians, 6 reflections" in card
    assert "64 x 48 (3 pictures)" in card
    for section in ("Counts", "Licences", "Known limits", "Files", "Make it again"):
        assert f"## {section}\n" in card
    assert "`images/" in card
    assert "`annotations/*.json`" in card or "`annotations/instances_train.json`" in card


def test_text_from_runs_is_plain_text(tmp_path: Path):
    run = make_run(tmp_path / "run", 1)
    file = run / "frames" / "000000" / "frame.json"
    content = json.loads(file.read_text())
    content["versions"] = {"device": EVIL}
    content["licences"][0]["licence"] = EVIL
    content["spec"] |= {"scenery": {"kind": EVIL}}
    file.write_text(json.dumps(content))
    checksums.write_sums(file.parent, checksums.read_sums(file.parent))
    (run / "config.yaml").write_text("a: '```'\nb: <script>\n")
    export_dataset([run], tmp_path / "data", exporter_settings({"kind": "coco"}), NEUTRAL)
    card = (tmp_path / "data" / "README.md").read_text()
    outside = re.sub(r"(`{3,})\w+\n.*?\n\1\n", "", card.split("---\n", 2)[2], flags=re.DOTALL)
    assert "<script" not in outside
    assert "````yaml" in card  # longer than the fence in the config


def test_croissant_describes_every_file(tmp_path: Path):
    dataset = _export(tmp_path)
    described = json.loads((dataset / "croissant.json").read_text())
    assert described["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    for entry in described["distribution"]:
        if entry["@type"] == "cr:FileObject":
            assert entry["sha256"] == checksums.digest(dataset / entry["contentUrl"])
        else:
            assert list(dataset.glob(entry["includes"]))
    (records,) = described["recordSet"]
    names = {field["source"]["fileSet"]["@id"] for field in records["field"]}
    assert names <= {entry["@id"] for entry in described["distribution"]}
    sums = checksums.read_sums(dataset)
    assert {"README.md", "croissant.json"} <= sums.keys()


@pytest.mark.parametrize(
    "given",
    [
        ["exporter=coco"],
        ["exporter=coco", "exporter.splits={train: 0.7, val: 0.3}", "exporter.stuff=[tree, 'a b']"],
        ["exporter=coco", "exporter.overlays=true", "exporter.min_area_px=9"],
        ["exporter=yolo"],
        ["exporter=[coco,yolo]", "exporter.coco.overlays=true"],
        ["develop.mor_m=[50,100]", "develop.iso=null", "develop.jpeg_quality=80"],
    ],
)  # fmt: skip
def test_export_command_gives_the_same_settings(tmp_path: Path, given: list[str]):
    from blender_synth.exporters.card import _exporter_overrides

    settings = compose(given)
    words = [*_exporter_overrides(settings.exporter), *overrides("develop", settings.develop, DevelopSettings())]
    again = compose(shlex.split(shlex.join(words)))
    assert again.exporter == settings.exporter
    assert again.develop == settings.develop


@pytest.mark.parametrize(
    "value", [None, True, -3, 0.25, "a b", "it's", "null", "", "10", "a,b", {"k": [1, "x y"]}, "\\'"]
)
def test_values_survive_hydra(value: object):
    from hydra.core.override_parser.overrides_parser import OverridesParser

    assert OverridesParser.create().parse_override(f"k={hydra_value(value)}").value() == value


def test_card_has_the_command_that_rendered_the_run(tmp_path: Path):
    command = "blender-synth render scene=lobby seed=3 output=run"
    with RunFolder(tmp_path / "run").opened({"seed": 3}, {"seed": 3}, command) as folder:
        make_frame(folder.frame_path(0), 0)
    export_dataset([tmp_path / "run"], tmp_path / "data", exporter_settings({"kind": "coco"}), NEUTRAL)
    card = (tmp_path / "data" / "README.md").read_text()
    assert f"```sh\n{command}\nblender-synth export " in card
    with RunFolder(tmp_path / "run").opened({"seed": 3}, {"seed": 3}, command + " frames=20"):
        pass
    assert json.loads((tmp_path / "run" / "run.json").read_text())["command"].endswith("frames=20")


@pytest.mark.readers
@pytest.mark.skipif("READERS_PYTHON" not in os.environ, reason="needs mlcroissant: see `make readers`")
@pytest.mark.parametrize("kind", ["coco", "yolo", "huggingface", "webdataset", "voc"])
def test_mlcroissant_reads_the_description(tmp_path: Path, kind: str):
    run = make_run(tmp_path / "run", 3)
    export_dataset([run], tmp_path / "data", exporter_settings({"kind": kind}), NEUTRAL)
    code = (
        "import sys, mlcroissant as mlc; d = mlc.Dataset(sys.argv[1])\n"
        "assert not d.metadata.issues.errors, d.metadata.issues.report()\n"
        "print(sum(1 for s in d.metadata.record_sets for _ in d.records(s.id)))"
    )
    done = subprocess.run(
        [os.environ["READERS_PYTHON"], "-c", code, "croissant.json"],
        cwd=tmp_path / "data", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[-1]) == (3 if kind in ("coco", "yolo") else int(done.stdout.split()[-1]))
