"""`refine generate` with torch: training, resuming, painting, falling back. Needs the extra `refine`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from blender_synth.config import compose
from blender_synth.errors import RunError
from blender_synth.frames.run_folder import frames_of
from blender_synth.refine import main
from blender_synth.refine.settings import GenerateSettings
from tests.made_frames import make_run
from tests.test_refine import write_photos

torch = pytest.importorskip("torch", reason="needs the extra refine")
pytestmark = pytest.mark.learn

TINY = ("width=8", "batch=2", "crop_px=32", "steps=4", "labeller_steps=3", "segmenter_steps=2", "threads=1")
LOOSE = ("limits.edges=0", "limits.person_edges=0", "limits.iou_loss=1", "limits.reflection_ev=30", "limits.tone=99",
         "limits.vivid=0")  # fmt: skip


def words(folder: Path, output: Path, model: Path, *more: str) -> list[str]:
    return [f"photos={folder / 'photos'}", f"runs={folder / 'run'}", f"output={output}", f"model={model}", *TINY, *more]


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with `run`, `photos`, a `painter` of four steps, and `out`, the run with two variants of each frame."""
    folder = tmp_path_factory.mktemp("painter")
    make_run(folder / "run", 8)
    write_photos(folder / "photos", 6, (48, 64))
    main(["generate", *words(folder, folder / "out", folder / "painter", *LOOSE, "variants=2")])
    return folder


def weights_of(model: Path) -> dict:
    from blender_synth.learn.checkpoint import load_checkpoint

    return load_checkpoint(model / "painter.pt")["weights"]


def test_the_network_paints_any_size_from_labels_look_and_noise():
    from blender_synth.refine.layout import PAINT_PLANES
    from blender_synth.refine.looks import LOOK
    from blender_synth.refine.network import parameters_of
    from blender_synth.refine.painter_network import PainterNetwork

    torch.manual_seed(0)
    assert 1e6 < parameters_of(PainterNetwork()) < 5e6
    network = PainterNetwork(8)
    planes, look = torch.rand(1, PAINT_PLANES, 37, 50), torch.zeros(1, LOOK)
    made = network(planes, look)
    assert made.shape == (1, 3, 37, 50)
    assert made.abs().max() < 1
    assert not torch.equal(made, network(planes, look + 1))
    noisier = planes.clone()
    noisier[:, -1] += 1
    assert not torch.equal(made, network(noisier, look))


def test_generate_writes_painter_report_and_a_run_with_the_same_labels(painted: Path):
    facts = json.loads((painted / "painter/generate.json").read_text())
    assert set(facts["rows"]) == {"unrefined", "histogram", "fda", "generated", "photographs"}
    assert 0 <= facts["labelled"] <= 1
    assert set(facts["labels_found"]) <= {"sky", "ground", "mirror", "person", "reflection"}
    page = (painted / "painter/report.html").read_text()
    assert "generated from labels" in page
    assert "00_painted.jpg" in page
    frames, old = frames_of(painted / "out"), frames_of(painted / "run")
    assert len(frames) == 16
    assert [frame.meta.refined.variant for frame in frames[:4]] == [0, 1, 0, 1]
    assert all((frames[3].labels[name] == old[1].labels[name]).all() for name in old[1].labels)
    assert (frames[2].refined_picture != frames[3].refined_picture).any()
    assert len({frame.meta.refined.by for frame in frames}) == 1


def test_a_finished_painter_paints_the_same_again_without_photographs(painted: Path, tmp_path: Path):
    given = [word for word in words(painted, tmp_path / "again", painted / "painter", *LOOSE) if "photos=" not in word]
    main(["generate", *given, "variants=2", "workers=2"])
    for mine, other in zip(frames_of(tmp_path / "again"), frames_of(painted / "out"), strict=True):
        assert (mine.refined_picture == other.refined_picture).all()


def test_a_training_that_was_stopped_goes_on_to_the_same_painter(painted: Path, tmp_path: Path, monkeypatch):
    from blender_synth.refine.generate import ready_painter
    from blender_synth.refine.painter_training import PainterTrainer
    from blender_synth.refine.settings import read_words

    settings = read_words(words(painted, tmp_path / "out", tmp_path / "painter"), GenerateSettings, "generate")
    original = PainterTrainer.step

    def killed(self, number):
        if number == 2:
            self.training.save()
            raise KeyboardInterrupt
        return original(self, number)

    monkeypatch.setattr(PainterTrainer, "step", killed)
    with pytest.raises(KeyboardInterrupt):
        ready_painter(settings)
    with pytest.raises(RunError, match=r"(?s)not finished.*same `refine generate` command"):
        main(["generate", f"runs={painted / 'run'}", f"output={tmp_path / 'out'}", f"model={tmp_path / 'painter'}"])
    monkeypatch.setattr(PainterTrainer, "step", original)
    assert ready_painter(settings).model_hash
    for name, value in weights_of(painted / "painter").items():
        assert torch.equal(value, weights_of(tmp_path / "painter")[name]), name
    with pytest.raises(RunError, match="other settings"):
        ready_painter(read_words(words(painted, tmp_path / "out", tmp_path / "painter", "r1=2"),
                                 GenerateSettings, "generate"))  # fmt: skip


def test_a_model_of_the_other_kind_is_named(painted: Path, tmp_path: Path):
    with pytest.raises(RunError, match=r"(?s)is a painter.*refine generate"):
        main(["apply", f"model={painted / 'painter'}", f"runs={painted / 'run'}", f"output={tmp_path / 'out'}"])
    (tmp_path / "refiner").mkdir()
    (tmp_path / "refiner/model.pt").write_bytes(b"")
    for photos in ((), (f"photos={painted / 'photos'}",)):
        with pytest.raises(RunError, match=r"(?s)is a refiner.*refine apply"):
            main(
                ["generate", f"model={tmp_path / 'refiner'}", f"runs={painted / 'run'}", f"output={tmp_path}", *photos]
            )
    with pytest.raises(RunError, match=r"(?s)no painter.*photos=FOLDER"):
        main(["generate", f"model={tmp_path / 'none'}", f"runs={painted / 'run'}", f"output={tmp_path / 'out'}"])


def test_refused_pictures_fall_back_and_check_knows_the_limits_of_the_run(painted: Path, tmp_path: Path, capsys):
    strict = words(painted, tmp_path / "strict", painted / "painter", "limits.tone=0")
    main(["generate", *strict])
    assert "8 refused" in capsys.readouterr().out
    assert all(frame.refined_picture is None for frame in frames_of(tmp_path / "strict"))
    main(["check", f"runs={painted / 'out'}", f"model={painted / 'painter'}"])
    assert "16 of 16 pictures are refined and within the limits" in capsys.readouterr().out
    with pytest.raises(RunError, match="edges"):
        main(["check", f"runs={painted / 'out'}", "limits.edges=0.99"])


def test_a_painted_run_exports(painted: Path, tmp_path: Path):
    from blender_synth import pipeline

    pipeline.export(
        compose(["exporter=coco", f"dataset={tmp_path / 'data'}"]), runs=[str(painted / "out")], announce_next=False
    )
    files = list((tmp_path / "data/annotations").glob("instances_*.json"))
    images = [image for file in files for image in json.loads(file.read_text())["images"]]
    assert len(images) == 16
    assert all(image["refined_by"] for image in images)


def test_layouts_are_found_where_the_labeller_is_certain():
    from blender_synth.refine.labeller import found_layout
    from blender_synth.refine.layout import LAYOUT, UNKNOWN
    from blender_synth.refine.network import LabelNetwork

    network = LabelNetwork(4, 8, len(LAYOUT)).eval()
    with torch.no_grad():
        network.head.weight.zero_()
        network.head.bias.zero_()
        network.head.bias[4 * LAYOUT.index("person") : 4 * LAYOUT.index("person") + 4] = 5.0
    picture = np.full((40, 56, 3), 90, np.uint8)
    assert (found_layout(network, picture, 0.9) == LAYOUT.index("person")).all()
    assert (found_layout(network, picture, 0.999) == UNKNOWN).all()


@pytest.mark.parametrize("part", ["weights", "facts", "looks"])
def test_a_damaged_painter_is_named(painted: Path, tmp_path: Path, part: str):
    from blender_synth.learn.checkpoint import load_checkpoint, save_checkpoint
    from blender_synth.refine.painter import load_painter

    (tmp_path / "painter").mkdir()
    whole = load_checkpoint(painted / "painter/painter.pt")
    for state in ({k: v for k, v in whole.items() if k != part}, {**whole, "width": 10**6}, {**whole, "facts": {}}):
        save_checkpoint(tmp_path / "painter/painter.pt", state)
        with pytest.raises(RunError, match="damaged"):
            load_painter(tmp_path / "painter")


def test_a_painter_that_was_not_measured_is_not_said_to_be_worth_using(painted: Path, tmp_path: Path, monkeypatch):
    from blender_synth.refine import generate
    from blender_synth.refine.painter import load_painter

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(generate, "measure_painter", killed)
    with pytest.raises(KeyboardInterrupt):
        main(["generate", *words(painted, tmp_path / "out", tmp_path / "painter")])
    assert not load_painter(tmp_path / "painter").facts["nearer"]


def test_limits_of_a_run_from_somebody_else_are_checked(painted: Path, tmp_path: Path):
    import shutil

    from blender_synth.errors import BlenderSynthError

    shutil.copytree(painted / "out", tmp_path / "run")
    file = tmp_path / "run/run.json"
    state = json.loads(file.read_text())
    for identity in ("x", {"refine": {"limits": {"edges": "many"}}}, {"refine": {"limits": [1]}}):
        file.write_text(json.dumps({**state, "identity": identity}))
        with pytest.raises(BlenderSynthError, match=r"run\.json"):
            main(["check", f"runs={tmp_path / 'run'}"])
