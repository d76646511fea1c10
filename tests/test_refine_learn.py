"""`refine` with torch: training, resuming, applying, falling back. Needs the extra `refine`."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from blender_synth.config import compose
from blender_synth.errors import ConfigError, RunError
from blender_synth.frames.run_folder import frames_of
from blender_synth.refine import main
from blender_synth.refine.settings import ApplySettings, FitSettings
from tests.made_frames import make_run
from tests.test_refine import write_photos

torch = pytest.importorskip("torch", reason="needs the extra refine")
pytestmark = pytest.mark.learn

TINY = {"width": 8, "style": 4, "batch": 2, "crop_px": 32, "segmenter_steps": 2, "camera_steps": 4, "threads": 1}


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with `run`, `photos` and a `model` of four steps."""
    from blender_synth.refine.fit import fit

    folder = tmp_path_factory.mktemp("refine")
    make_run(folder / "run", 8)
    write_photos(folder / "photos", 6, (48, 64))
    fit(settings_in(folder, folder / "model"))
    return folder


def settings_in(folder: Path, model: Path, **changes: object) -> FitSettings:
    given = {**TINY, "steps": 4, **changes}
    return FitSettings(photos=folder / "photos", runs=(str(folder / "run"),), model=model, **given)


def weights_of(model: Path) -> dict:
    from blender_synth.learn.checkpoint import load_checkpoint

    return load_checkpoint(model / "model.pt")["weights"]


def test_an_untrained_network_returns_its_input():
    from blender_synth.refine.inputs import PLANES
    from blender_synth.refine.network import Generator, parameters_of

    network = Generator()
    assert 1e6 < parameters_of(network) < 5e6
    planes = torch.rand(1, PLANES, 37, 50) * 2 - 1
    made = network(planes, torch.randn(1, 8))
    assert made.shape == (1, 3, 37, 50)
    assert torch.allclose(made, planes[:, :3])


def test_fit_writes_model_report_and_strips(learned: Path):
    model = learned / "model"
    facts = json.loads((model / "fit.json").read_text())
    assert set(facts["rows"]) == {"unrefined", "histogram", "fda", "camera", "refined", "photographs"}
    assert facts["photo_count"] == 6
    assert len(facts["hash"]) == 12
    page = (model / "report.html").read_text()
    assert "histogram matching" in page
    assert "00_after.jpg" in page
    assert list((model / "strips").glob("*.jpg"))
    assert (model / "curve.csv").is_file()


def test_a_fit_that_was_stopped_goes_on_to_the_same_model(learned: Path, tmp_path: Path, monkeypatch):
    from blender_synth.learn.training import Training
    from blender_synth.refine import fit as module

    original = module._Trainer.step

    def killed(self, number):
        if number == 2:
            self.training.save()
            raise KeyboardInterrupt
        return original(self, number)

    monkeypatch.setattr(module._Trainer, "step", killed)
    settings = settings_in(learned, tmp_path / "model")
    with pytest.raises(KeyboardInterrupt):
        module.fit(settings)
    monkeypatch.setattr(module._Trainer, "step", original)
    steps = []
    run = Training.run
    monkeypatch.setattr(Training, "run", lambda self, *a, **k: (steps.append(self.step), run(self, *a, **k))[1])
    module.fit(settings)
    assert steps == [2, 4, 2]  # of segmenter and camera, which were done, and of the generator
    for name, value in weights_of(learned / "model").items():
        assert torch.equal(value, weights_of(tmp_path / "model")[name]), name
    with pytest.raises(RunError, match="other settings"):
        module.fit(settings_in(learned, tmp_path / "model", style=2))
    with pytest.raises(RunError, match="other settings"):
        module.fit(settings_in(learned, tmp_path / "model", photo_px=64))


def test_apply_is_deterministic_resumes_and_keeps_labels(learned: Path, tmp_path: Path, capsys):
    from blender_synth.refine.apply import apply_to_run

    first, second = tmp_path / "a" / "run", tmp_path / "b" / "run"
    limits = {"block": -1, "structure": -1, "flow_px": 100, "edges": 0, "person_edges": 0, "iou_loss": 1, "tint": 99}
    loose = ApplySettings(model=learned / "model", output=first, variants=2, workers=2, limits=limits)
    apply_to_run(learned / "run", first, learned / "model", loose)
    apply_to_run(learned / "run", second, learned / "model", loose)
    frames = frames_of(first)
    assert len(frames) == 16
    assert [f.meta.refined.variant for f in frames[:4]] == [0, 1, 0, 1]
    old = frames_of(learned / "run")[1]
    assert frames[3].meta.refined.frame_index == 1
    assert frames[3].meta.scene_index == old.meta.scene_index
    assert all((frames[3].labels[name] == old.labels[name]).all() for name in old.labels)
    for mine, other in zip(frames, frames_of(second), strict=True):
        assert mine.refined_picture is not None
        assert (mine.refined_picture == other.refined_picture).all()
    assert (frames[2].refined_picture != frames[3].refined_picture).any()
    made = (first / "frames/000003/refined.png").stat().st_mtime_ns
    import shutil

    shutil.rmtree(first / "frames/000005")
    apply_to_run(learned / "run", first, learned / "model", loose)
    assert len(frames_of(first)) == 16
    assert (first / "frames/000003/refined.png").stat().st_mtime_ns == made
    assert "16 of 16 pictures refined" in capsys.readouterr().out
    with pytest.raises(RunError, match="another config"):
        apply_to_run(learned / "run", first, learned / "model", ApplySettings(model=learned / "model", output=first))
    with pytest.raises(RunError, match="refined already"):
        apply_to_run(first, tmp_path / "c", learned / "model", loose)
    from blender_synth import pipeline

    words = ["exporter=coco", "exporter.splits={train: 0.5, val: 0.5}", f"dataset={tmp_path / 'data'}"]
    pipeline.export(compose(words), runs=[str(first)], announce_next=False)
    groups: dict[str, set[str]] = {}
    for file in (tmp_path / "data/annotations").glob("instances_*.json"):
        for row in json.loads(file.read_text())["images"]:
            groups.setdefault(row["frame_group"], set()).add(file.name)
            assert row["refined_by"]
            assert row["refined_variant"] in (0, 1)
    assert len(groups) == 8
    assert all(len(files) == 1 for files in groups.values())


def _shifted(self, frame, variant=0, style_scale=0.0):
    return np.roll(frame.picture, 3, 1)


def test_a_bad_model_falls_back_and_is_counted(learned: Path, tmp_path: Path, monkeypatch, capsys):
    from blender_synth.refine.model import Refiner

    monkeypatch.setattr(Refiner, "refined", _shifted)
    main(["apply", f"model={learned / 'model'}", f"runs={learned / 'run'}", f"output={tmp_path / 'run'}"])
    printed = capsys.readouterr()
    assert "0 of 8 pictures refined" in printed.out
    assert "8 refused" in printed.out
    assert "refused: frame 0" in printed.err
    assert "more than half" in printed.err
    assert all(frame.refined_picture is None for frame in frames_of(tmp_path / "run"))
    assert not list((tmp_path / "run").rglob("refined.png"))


def test_a_segmenter_that_loses_a_person_is_noticed(rng):
    from blender_synth.refine import segmenter

    classes = np.zeros((40, 40), np.uint8)
    classes[10:30, 10:20] = 1
    picture = np.repeat(classes[..., None] * 200, 3, 2).astype(np.uint8)

    def found(_network, shown):
        return (shown[..., 0] > 100).astype(np.uint8)

    half = picture.copy()
    half[20:] = 0
    original = segmenter.found_classes
    segmenter.found_classes = found
    try:
        assert segmenter.iou_loss(None, picture, picture, classes) == 0
        assert segmenter.iou_loss(None, picture, half, classes) == pytest.approx(0.5)
        assert np.isnan(segmenter.iou_loss(None, picture, half, np.zeros_like(classes)))
    finally:
        segmenter.found_classes = original


def test_a_dataset_is_made_again_with_refined_pictures(learned: Path, tmp_path: Path):
    from blender_synth import pipeline

    words = ["exporter=yolo", "exporter.splits={train: 1}", f"dataset={tmp_path / 'data'}"]
    pipeline.export(compose(words), runs=[str(learned / "run")], announce_next=False)
    main(
        [
            "apply",
            f"model={learned / 'model'}",
            f"dataset={tmp_path / 'data'}",
            f"output={tmp_path / 'new'}",
            "limits={block: -1, structure: -1, flow_px: 99, edges: 0, person_edges: 0, iou_loss: 1, tint: 99}",
        ]
    )
    old, new = tmp_path / "data", tmp_path / "new"
    names = sorted(path.relative_to(old) for path in old.rglob("*.txt"))
    assert names
    assert all((old / name).read_bytes() == (new / name).read_bytes() for name in names)
    pictures = sorted(path.relative_to(old) for path in old.rglob("*.jpg"))
    assert len(pictures) == 8
    assert any((cv2.imread(str(old / n)) != cv2.imread(str(new / n))).any() for n in pictures)
    with pytest.raises(RunError, match="no dataset that can be made again"):
        main(["apply", f"model={learned / 'model'}", f"dataset={tmp_path}", f"output={tmp_path / 'x'}"])
    with pytest.raises(ConfigError, match="either dataset or runs"):
        main(["apply", f"model={learned / 'model'}", f"output={tmp_path / 'x'}"])


def _olive(self, frame, variant=0, style_scale=0.0):
    return (frame.picture * 0.5 + np.array([120, 120, 0])).astype(np.uint8)


def test_a_model_with_a_cast_over_everything_is_refused(learned: Path, tmp_path: Path, monkeypatch):
    from blender_synth.refine.model import Refiner

    monkeypatch.setattr(Refiner, "refined", _olive)
    main(["apply", f"model={learned / 'model'}", f"runs={learned / 'run'}", f"output={tmp_path / 'run'}"])
    lines = [json.loads(line) for line in (tmp_path / "run/refined.jsonl").read_text().splitlines()]
    assert len(lines) == 8
    assert all(any(text.startswith("tone") for text in line["failures"]) for line in lines)


class _Means(torch.nn.Module):
    """Eight numbers of a picture: means of quarters of its channels."""

    def forward(self, pictures):
        assert pictures.dtype == torch.uint8
        values = torch.nn.functional.adaptive_avg_pool2d(pictures.float() / 255, 2)
        return values.flatten(1)[:, :8]


class _Wrong(torch.nn.Module):
    def forward(self, pictures):
        return pictures.float()


def test_kid_and_fid_with_a_network_of_the_users_own(learned: Path, tmp_path: Path, capsys, rng):
    pytest.importorskip("torchmetrics")
    from blender_synth.refine.features import Extractor, FeatureDistance
    from blender_synth.refine.fit import fit

    file = tmp_path / "means.pt"
    torch.jit.script(_Means()).save(str(file))
    sets = [[rng.integers(low, low + 99, (40, 60, 3)).astype(np.uint8) for _ in range(12)] for low in (20, 22, 120)]
    # every picture of a set has another brightness, so that there is a spread
    sets = [
        [(p * factor).astype(np.uint8) for p, factor in zip(s, np.linspace(0.8, 1.1, 12), strict=True)] for s in sets
    ]
    target = FeatureDistance(Extractor(file), sets[0])
    near, far = target.scores(sets[1]), target.scores(sets[2])
    assert abs(near["kid"]) < 0.1 * far["kid"]
    assert 0 <= near["fid"] < 0.1 * far["fid"]
    assert target.scores(sets[2]) == far

    write_photos(tmp_path / "photos", 34, (48, 64))
    given = {"photos": tmp_path / "photos", "extractor": file, "steps": 1, "camera_steps": 0, "segmenter_steps": 0}
    fit(
        FitSettings(
            **{**TINY, **given}, runs=(str(learned / "run"), str(make_run(tmp_path / "more", 24))), model=tmp_path / "m"
        )
    )
    assert "KID" in (text := capsys.readouterr().out)
    assert "FID" in text
    assert "fid" in json.loads((tmp_path / "m/fit.json").read_text())["rows"]["refined"]
    assert "<th>fid</th>" in (tmp_path / "m/report.html").read_text()
    refined = f"runs={tmp_path / 'run'}"
    main(["apply", f"model={tmp_path / 'm'}", f"runs={learned / 'run'}", f"output={tmp_path / 'run'}"])
    main(["check", refined, f"photos={tmp_path / 'photos'}", f"extractor={file}", "limits.tone=99"])
    assert "FID to the photographs" in capsys.readouterr().out
    with pytest.raises(ConfigError, match="photos=FOLDER"):
        main(["check", refined, f"extractor={file}"])


def test_extractors_that_cannot_be_used_are_named_before_anything_is_trained(learned: Path, tmp_path: Path):
    pytest.importorskip("torchmetrics")
    from blender_synth.refine.features import Extractor
    from blender_synth.refine.fit import fit

    good, wrong = tmp_path / "good.pt", tmp_path / "wrong.pt"
    torch.jit.script(_Means()).save(str(good))
    torch.jit.script(_Wrong()).save(str(wrong))
    damaged, weights = tmp_path / "damaged.pt", tmp_path / "weights.pt"
    damaged.write_bytes(good.read_bytes()[:400])
    torch.save({"layer": torch.zeros(3)}, weights)
    for file, text in (
        (tmp_path / "none.pt", "no such file"), (damaged, "damaged or no TorchScript"),
        (weights, "damaged or no TorchScript"), (wrong, "does not return features"),
    ):  # fmt: skip
        with pytest.raises(RunError, match=text) as caught:
            Extractor(file)
        assert caught.value.key == "extractor"
        assert "torch.jit.save" in str(caught.value)
    with pytest.raises(RunError, match="too few for KID and FID"):
        fit(settings_in(learned, tmp_path / "model", extractor=good))
    assert not (tmp_path / "model").exists()


def test_models_that_cannot_be_used_are_named(learned: Path, tmp_path: Path):
    from blender_synth.learn.checkpoint import load_checkpoint, save_checkpoint
    from blender_synth.refine.model import load_model

    with pytest.raises(RunError, match="there is no model"):
        load_model(tmp_path)
    (tmp_path / "checkpoint.pt").write_bytes(b"")
    with pytest.raises(RunError, match="not finished"):
        load_model(tmp_path)
    state = load_checkpoint(learned / "model/model.pt")
    save_checkpoint(tmp_path / "model.pt", {**state, "model_version": 99})
    with pytest.raises(RunError, match="another version"):
        load_model(tmp_path)
    (tmp_path / "model.pt").write_bytes((learned / "model/model.pt").read_bytes()[:500])
    with pytest.raises(RunError, match="cannot be read"):
        load_model(tmp_path)


def test_a_full_disk_while_training_keeps_the_checkpoint(learned: Path, tmp_path: Path, monkeypatch):
    from blender_synth.learn import checkpoint
    from blender_synth.refine.fit import fit

    fit(settings_in(learned, tmp_path / "model", steps=2))
    before = (tmp_path / "model/checkpoint.pt").read_bytes()

    def full(file, data):
        raise OSError(errno.ENOSPC, "No space left on device", str(file))

    monkeypatch.setattr(checkpoint, "write_atomically", full)
    with pytest.raises(RunError, match="disk is full"):
        fit(settings_in(learned, tmp_path / "model", steps=2))
    assert (tmp_path / "model/checkpoint.pt").read_bytes() == before


def test_a_discriminator_that_wins_at_once_is_reported(learned: Path, tmp_path: Path, capsys):
    from blender_synth.refine.fit import _Trainer, fit

    trainer = object.__new__(_Trainer)
    trainer.settings, trainer.right, trainer.warned = settings_in(learned, tmp_path, steps=2000), [], False
    trainer._strip = lambda number: None  # type: ignore[method-assign]
    for number in range(200):
        trainer._watch(number, 0.8)
    assert not trainer.warned
    for number in range(200, 330):
        trainer._watch(number, 1.0)
    assert trainer.warned
    assert "show nothing alike" in capsys.readouterr().err
    (tmp_path / "none").mkdir()
    with pytest.raises(RunError, match="holds no photographs"):
        fit(FitSettings(photos=tmp_path / "none", runs=(str(learned / "run"),), model=tmp_path / "m"))


def test_losses_know_what_must_stay(rng):
    from blender_synth.refine.losses import content, statistics, tint

    first = torch.from_numpy(cv2.GaussianBlur(rng.standard_normal((48, 48, 3)).astype(np.float32), (0, 0), 2) * 3)
    before = first.permute(2, 0, 1)[None]
    ones = torch.ones(1, 1, 48, 48)
    generator = torch.Generator().manual_seed(0)
    assert content(before, before, ones, ones) < 1e-2
    assert content(before, before * 0.7 + 0.1, ones, ones) < 0.02
    assert content(before, before.roll(3, 3), ones, ones) > 0.3
    green = before.clone()
    green[:, 1, 24:] += 0.5
    assert tint(before, before * 0.7 + 0.1) < 0.1 < tint(before, green)
    assert statistics(before, before, generator) < 1e-6 < 0.1 < statistics(before, before * 0.5 + 0.3, generator)


def test_a_camera_starts_as_the_identity_and_learns_a_known_one(learned: Path, tmp_path: Path, rng):
    from dataclasses import replace

    from blender_synth.develop.settings import DevelopSettings
    from blender_synth.refine.camera import Camera, fit_camera, through, through_camera
    from blender_synth.refine.distance import Photographs
    from blender_synth.refine.inputs import frame_input, scaled

    coloured = []
    for number, frame in enumerate(frames_of(learned / "run")):
        noise = cv2.GaussianBlur(np.random.default_rng(number).normal(120, 400, (48, 64, 3)), (0, 0), 3)
        coloured.append(replace(frame_input(frame, DevelopSettings()), picture=noise.clip(0, 255).astype(np.uint8)))
        coloured[-1] = replace(coloured[-1], layers=coloured[-1].layers[:, :48, :64])
    camera = Camera(noise=0.0)
    with torch.no_grad():
        camera.haze.fill_(-20)  # it starts with a little of it, so that it can be learned
    assert np.abs(through(camera, coloured[0]) - scaled(coloured[0].picture)).max() < 0.04
    photos = [(f.picture * np.array([0.8, 0.6, 0.4])).astype(np.uint8) for f in coloured]
    fitted = fit_camera(tmp_path / "camera", coloured[:4], photos[:4], 30, 0, torch.device("cpu"))
    target = Photographs(photos[4:])
    made = [through_camera(fitted, frame).picture for frame in coloured[4:]]
    assert target.distance(made) < 0.5 * target.distance([frame.picture for frame in coloured[4:]])


def test_the_nearest_weights_are_kept_and_a_model_that_never_came_nearer_is_named(
    learned: Path, tmp_path: Path, monkeypatch, capsys
):
    from blender_synth.refine.fit import Best, _Trainer, fit

    network = torch.nn.Linear(1, 1)
    best = Best(network)
    best.offer(0.5, 3, network)
    kept = network.weight.clone()
    with torch.no_grad():
        network.weight += 1
    best.offer(0.6, 4, network)
    other = Best(network)
    other.load_state_dict(best.state_dict())
    assert (other.step, other.distance) == (3, 0.5)
    assert torch.equal(other.weights["weight"], kept)

    monkeypatch.setattr(_Trainer, "_distance", lambda self, pictures: 9.0)
    fit(settings_in(learned, tmp_path / "model", steps=2))
    assert "does not bring the frames nearer" in capsys.readouterr().err
    assert json.loads((tmp_path / "model/fit.json").read_text())["nearer"] is False
    main(["apply", f"model={tmp_path / 'model'}", f"runs={learned / 'run'}", f"output={tmp_path / 'run'}"])
    assert "does not bring the frames nearer" in capsys.readouterr().err
