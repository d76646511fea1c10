"""Datasets are read by the tools that they are for: `make readers [READERS_PYTHON=/path/to/python]`.

The readers run in an environment of their own (versions in tests/readers/requirements.txt). READERS_RUN names a run to
export; without it, six small frames are rendered.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(__file__).parent / "readers" / "check.py"
PYTHON = os.environ.get("READERS_PYTHON", "")
LABELLING_PYTHON = os.environ.get("LABELLING_PYTHON", "")
LABELLING = ("cvat_datumaro", "label_studio")
"""Readers in the environment of requirements-labelling.txt."""
NAMES = [
    (name, kind) for kind, name in re.findall(r'^@check\("([\w-]+)"\)\ndef (\w+)', CHECK.read_text(), re.MULTILINE)
]
SETTINGS = {
    "coco-polygon": ["exporter=coco", "exporter.segmentation=polygon"],
    "yolo-detect": ["exporter=yolo"],
    "yolo-segment": ["exporter=yolo", "exporter.task=segment"],
    "yolo-pose": ["exporter=yolo", "exporter.task=pose"],
    "huggingface-parquet": ["exporter=huggingface", "exporter.layout=parquet"],
    "voc": ["exporter=voc", "exporter.segmentation=true"],
}

pytestmark = [
    pytest.mark.readers,
    pytest.mark.skipif(not PYTHON, reason="READERS_PYTHON names no environment with the readers: make readers"),
]


def _command(*arguments: str) -> None:
    program = [sys.executable, "-m", "blender_synth", *arguments]
    done = subprocess.run(program, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """A run of six frames with people and mirrors."""
    if given := os.environ.get("READERS_RUN"):
        return Path(given)
    folder = tmp_path_factory.mktemp("readers") / "run"
    _command(
        "render", "scene=studio", "pedestrians=few", "mirrors=wall", "frames=6", f"output={folder}",
        "render.width_px=320", "render.height_px=180", "render.samples=8", "accept.max_attempts=3",
    )  # fmt: skip
    return folder


@pytest.fixture(scope="session")
def dataset(run, tmp_path_factory):
    """A dataset in a format, made when it is first asked for."""
    made: dict[str, Path] = {}

    def make(kind: str) -> Path:
        if kind not in made:
            made[kind] = tmp_path_factory.mktemp(kind) / "data"
            settings = SETTINGS.get(kind, [f"exporter={kind}"])
            splits = "exporter.splits={train: 0.5, val: 0.5}"
            _command("export", f"runs={run}", f"dataset={made[kind]}", splits, *settings)
        return made[kind]

    return make


@pytest.mark.parametrize(("name", "kind"), NAMES)
def test_reader(dataset, name, kind):
    python = LABELLING_PYTHON if name in LABELLING else PYTHON
    if not python:
        pytest.skip("LABELLING_PYTHON names no environment with these readers: make readers")
    done = subprocess.run(
        [python, str(CHECK), name, str(dataset(kind))], capture_output=True, text=True, timeout=900, check=False
    )
    print(done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "")
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_training_of_train_tonight(run, tmp_path):
    """Its `yolo` commands as they are printed, for one epoch of small pictures, on a dataset with its classes."""
    from tests.doc_blocks import ROOT, blocks

    if not PYTHON:
        pytest.skip("READERS_PYTHON names no environment with the readers: make readers")
    classes = "exporter.classes={pedestrian: person, pedestrian_reflection: reflection, others: null}"
    data = f"dataset={tmp_path / 'out/tonight-yolo'}"
    _command("export", f"runs={run}", data, "exporter=yolo", classes, "exporter.splits={train: 0.5, val: 0.5}")
    [block] = [b for b in blocks(ROOT / ".docs/train-tonight.md") if b.text.startswith("yolo ")]
    program = [PYTHON, "-c", "from ultralytics.cfg import entrypoint; entrypoint()"]
    for words in block.commands():
        small = [w.replace("$PWD", str(tmp_path)) for w in words[1:] if not w.startswith(("epochs=", "imgsz="))]
        small += ["imgsz=96", *(["epochs=1", "workers=0"] if "train" in words else ["workers=0"])]
        done = subprocess.run([*program, *small], cwd=tmp_path, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "out/yolo/tonight/weights/best.pt").is_file()
    assert {"person", "reflection"} <= set(done.stdout.split())
