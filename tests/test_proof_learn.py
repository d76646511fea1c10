"""The detector of `proof`: network, losses, training, detection, and the whole command at the scale tiny."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `learn`")

from blender_synth.errors import RunError  # noqa: E402
from blender_synth.learn.curves import read_curve  # noqa: E402
from blender_synth.proof.arms import ARMS  # noqa: E402
from blender_synth.proof.datasets import Dataset, Picture  # noqa: E402
from blender_synth.proof.fit import chosen_pictures, fit, load_network  # noqa: E402
from blender_synth.proof.loading import augmented, batch_arrays, fitted  # noqa: E402
from blender_synth.proof.losses import Target, assigned, losses, overlap  # noqa: E402
from blender_synth.proof.measures import Limits, measure  # noqa: E402
from blender_synth.proof.network import STRIDES, Detector, cells_of  # noqa: E402
from blender_synth.proof.predict import kept_boxes, predict  # noqa: E402
from blender_synth.proof.settings import ProofSettings, read_settings  # noqa: E402
from tests.commands import run_here  # noqa: E402
from tests.made_people import HEIGHT, WIDTH, made_dataset  # noqa: E402

pytestmark = pytest.mark.learn

NO_SURFACE = torch.zeros(16, 24)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _settings(folder: Path, **changes: object) -> ProofSettings:
    words = ["scale=tiny", f"output={folder}", "compute=float32", "batch=4", "device=cpu"]
    return replace(read_settings(words), **changes)


def _quick(folder: Path, steps: int, width: float) -> ProofSettings:
    """Settings that learn a made dataset in seconds."""
    size = {"crop": (0.8, 1.0), "input_px": (WIDTH, HEIGHT)}
    return _settings(folder, steps=steps, learning_rate=0.004, width=width, **size)


def test_the_network_covers_the_picture():
    network = Detector(2, 0.4).eval()
    with torch.inference_mode():
        outputs = network(torch.rand(2, 3, 64, 96))
    centres, strides = cells_of(96, 64)
    cells = sum(96 // s * (64 // s) for s in STRIDES)
    assert outputs.found.shape == (2, cells)
    assert outputs.scores.shape == (2, cells, 2)
    torch.testing.assert_close(outputs.scores.sum(-1), outputs.found.sigmoid())
    assert outputs.boxes.shape == (2, cells, 4)
    assert outputs.prototypes.shape[-2:] == (16, 24)
    assert len(centres) == len(strides) == cells
    inside = (outputs.boxes[0, :, :2] < centres) & (centres < outputs.boxes[0, :, 2:])
    assert bool(inside.all())
    assert 0.5e6 < sum(p.numel() for p in Detector(2).parameters()) < 2e6


def test_every_object_gets_a_cell_and_ignored_regions_none():
    centres, strides = cells_of(96, 64)
    boxes = torch.tensor([[10.0, 10, 13, 16], [40, 4, 70, 60], [80, 0, 96, 20]])
    owner, ignored = assigned(
        centres, strides, Target(boxes, torch.tensor([0, 1, -1]), torch.zeros(3, 16, 24), NO_SURFACE)
    )
    assert set(owner.tolist()) == {-1, 0, 1}
    assert bool(ignored.any())
    assert not bool((ignored & (owner >= 0)).any())
    x, y = centres[ignored].T
    assert bool(((x > 80) & (y < 20)).all())
    nobody, none = assigned(
        centres, strides, Target(boxes[:0], torch.zeros(0, dtype=torch.long), torch.zeros(0, 16, 24), NO_SURFACE)
    )
    assert nobody.max() == -1
    assert not bool(none.any())


def test_overlaps_are_those_of_the_definition():
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10]])
    others = torch.tensor([[0.0, 0, 10, 10], [5, 0, 15, 10], [20, 0, 30, 10]])
    iou, giou = overlap(boxes, others)
    assert iou.tolist() == pytest.approx([1, 1 / 3, 0])
    assert giou.tolist() == pytest.approx([1, 1 / 3, -1 / 3])


def test_losses_of_empty_pictures_are_finite():
    network = Detector(2, 0.4)
    nothing = Target(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long), torch.zeros(0, 16, 24), NO_SURFACE)
    parts = losses(network(torch.rand(2, 3, 64, 96)), [nothing, nothing], cells_of(96, 64))
    sum(parts.values()).backward()
    assert all(bool(torch.isfinite(value)) for value in parts.values())


def test_the_kind_is_learnt_where_somebody_is():
    outputs = Detector(2, 0.4)(torch.rand(1, 3, 64, 96))
    boxes, classes = torch.tensor([[10.0, 10, 30, 50], [50, 10, 80, 60]]), torch.tensor([0, 1])
    target = Target(boxes, classes, torch.zeros(2, 16, 24), NO_SURFACE)
    owner, _ = assigned(*cells_of(96, 64), target)
    undecided = replace(outputs, kinds=torch.zeros_like(outputs.kinds))
    assert losses(undecided, [target], cells_of(96, 64))["kind"].item() == pytest.approx(np.log(2))
    right = torch.nn.functional.one_hot(classes[owner.clamp(min=0)], 2)[None] * 20.0
    right[0, owner < 0] = torch.tensor([7.0, -7.0])  # where nobody is, it does not matter
    assert losses(replace(outputs, kinds=right), [target], cells_of(96, 64))["kind"].item() < 1e-6


def test_of_overlapping_boxes_the_better_one_stays():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10], [0, 0, 10, 11]], float)
    assert kept_boxes(boxes, 0.6) == [0, 2]
    assert kept_boxes(boxes[:0], 0.6) == []


def test_boxes_and_masks_follow_the_picture(tmp_path: Path):
    picture = made_dataset(tmp_path, 1).pictures[0]
    for seed in range(12):
        rng = np.random.Generator(np.random.PCG64(seed))
        sample = augmented(picture, (192, 128), (0.5, 1.0), {1: 0, 2: 1}, rng)
        assert sample.picture.shape == (128, 192, 3)
        for box, mask in zip(sample.boxes / 4, sample.masks, strict=True):
            rows, columns = np.nonzero(mask)
            if len(rows) > 20:
                seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
                np.testing.assert_allclose(seen, box, atol=1.2)
        assert not sample.surfaces.any()
        mirrored = augmented(picture, (192, 128), (0.5, 1.0), {2: 0}, np.random.Generator(np.random.PCG64(seed)),
                             surfaces=(3,))  # fmt: skip
        for mask in mirrored.masks:
            if mask.sum() > 20:
                assert (mirrored.surfaces[mask > 0] == 1).mean() > 0.95
        assert mirrored.surfaces.mean() < 0.6
    whole = fitted(picture, (192, 160))
    assert whole.matrix[0, 0] == 2
    assert (whole.picture[130:] == 114).all()


def test_what_is_too_hidden_or_too_faint_counts_neither_way(tmp_path: Path):
    picture = made_dataset(tmp_path, 1).pictures[0]
    boxes = [[10, 10, 20, 40], [35, 10, 20, 40], [60, 10, 20, 40], [5, 5, 8, 20], [0, 20, 4, 40]]
    hidden, cut = {"visibility": 0.19}, {"visibility": 0.9, "truncation": 0.8}
    known = [hidden, {"visibility": 0.21, "truncation": 0.0}, {"visibility": 0.9, "mix": 0.1}, {}, cut]
    rows = [{"category_id": 1, "bbox": box, **values} for box, values in zip(boxes, known, strict=True)]
    picture = replace(picture, annotations=tuple(rows))
    for least, wanted in ((0.2, [-1, 0, -1, 0, -1]), (0.0, [0, 0, -1, 0, 0])):
        rng = np.random.Generator(np.random.PCG64(0))
        sample = augmented(picture, (192, 128), (1.0, 1.0), {1: 0}, rng, min_visibility=least)
        assert sample.classes.tolist() == wanted


def _numbered(count: int, twins: int = 0) -> Dataset:
    pictures = []
    for number in range(count + twins):
        role = None if not twins else "mirror" if number < count else "matt"
        row = {"id": number, "run": "r", "frame_index": number, "scene_index": number % count, "pair_role": role}
        pictures.append(Picture(Path(f"{number:04d}.png"), row, ()))
    return Dataset("d", tuple(pictures), {1: "pedestrian"})


def test_smaller_sets_are_parts_of_larger_ones():
    few, many = (chosen_pictures(_numbered(40), ARMS["c"], count) for count in (10, 25))
    assert (len(few), len(many)) == (10, 25)
    assert {p.file for p in few} < {p.file for p in many}


def test_pairs_are_as_many_pictures_of_half_the_scenes():
    dataset = _numbered(20, twins=20)
    plain, pairs, matt = (chosen_pictures(dataset, ARMS[name], None) for name in ("c", "d", "m"))
    assert len(plain) == len(pairs) == len(matt) == 20
    roles = [picture.image["pair_role"] for picture in pairs]
    assert roles.count("matt") == roles.count("mirror") == 10
    scenes = {role: {p.image["scene_index"] for p in pairs if p.image["pair_role"] == role} for role in set(roles)}
    assert scenes["matt"] == scenes["mirror"]
    assert all(picture.image["pair_role"] == "mirror" for picture in plain)
    with pytest.raises(RunError, match="needs twins"):
        chosen_pictures(_numbered(4), ARMS["d"], None)


def test_it_learns_goes_on_and_finds(tmp_path: Path):
    dataset = made_dataset(tmp_path, 12)
    settings = _quick(tmp_path, steps=150, width=0.6)
    trained = fit(tmp_path / "c", dataset, ARMS["c"], settings, 0)
    curve = read_curve(tmp_path / "c" / "curve.csv")
    assert curve[-1]["loss"] < 0.5 * curve[0]["loss"]
    assert curve[-1]["kind"] < 0.1
    file = tmp_path / "results.json"
    predict(trained.checkpoint, dataset, file, settings)
    written = file.stat().st_mtime_ns
    predict(trained.checkpoint, dataset, file, settings)
    assert file.stat().st_mtime_ns == written  # nothing has changed
    measures, *_ = measure(dataset, file, Limits(10, 0.5), 0.9, 0.5)
    assert measures.ap["pedestrian box 50"] > 0.8
    assert measures.ap["reflection box 50"] > 0.8
    assert measures.ap["pedestrian mask 50"] > 0.5
    assert measures.mistaken.share < 0.2
    before = trained.checkpoint.read_bytes()
    fit(tmp_path / "c", dataset, ARMS["c"], settings, 0)
    assert trained.checkpoint.read_bytes() == before
    with pytest.raises(RunError, match=r"other settings \(learning_rate\)"):
        fit(tmp_path / "c", dataset, ARMS["c"], replace(settings, learning_rate=0.001), 0)


def test_arm_h_learns_where_mirrors_are(tmp_path: Path):
    dataset = made_dataset(tmp_path, 12)
    settings = _quick(tmp_path, steps=100, width=0.5)
    trained = fit(tmp_path / "h", dataset, ARMS["h"], settings, 0)
    curve = read_curve(tmp_path / "h" / "curve.csv")
    assert curve[-1]["surface"] < 0.5 * curve[0]["surface"]
    network, size = load_network(trained.checkpoint, settings)
    sample = fitted(dataset.pictures[0], (size[0], size[1]))
    with torch.inference_mode():
        found = network(torch.from_numpy(batch_arrays([sample]))).surfaces[0].sigmoid()
    assert found[2:6, 8:10].min() > 0.5  # inside the pane, in cells of 8 px
    assert found[:, :5].max() < 0.3
    file = tmp_path / "results.json"
    predict(trained.checkpoint, dataset, file, settings)
    assert json.loads(file.read_text())
    nowhere = replace(dataset, categories={1: "pedestrian", 2: "pedestrian_reflection"})
    with pytest.raises(RunError, match="no category of reflecting surfaces"):
        fit(tmp_path / "other", nowhere, ARMS["h"], settings, 0)


@pytest.mark.blender
def test_the_whole_command(tmp_path: Path):
    words = ["proof", "scale=tiny", f"output={tmp_path}", "workers=1", "threads=1"]
    words += ["arms=[b,c,d]", "steps=3", "device=cpu"]
    first = run_here(*words)
    assert first.returncode == 0, first.stderr
    text = first.stdout
    first_two = [line.split()[:2] for line in text.splitlines() if line[:2] in ("b ", "c ", "d ")]
    assert [arm for arm, other in first_two if other != "-"] == ["b", "c", "d"]
    assert [arm for arm, other in first_two if other == "-"] == ["c", "d"]  # differences
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Reflections reported as pedestrians" in page
    assert "Differences between arms" in page
    content = json.loads((tmp_path / "measures.json").read_text(), parse_constant=pytest.fail)
    rows = content["rows"]
    assert list(content["comparisons"]) == ["c - b", "d - c"]
    assert {test: list(pairs) for test, pairs in content["comparisons_by_test"].items()} == {
        "unseen_scenes": ["c - b", "d - c"], "fog": ["c - b", "d - c"]
    }  # fmt: skip
    assert {row["test"] for row in rows} == {"all", "unseen_scenes", "fog"}
    frames = sorted(path.stat().st_mtime_ns for path in tmp_path.rglob("radiance.exr"))
    theirs = tmp_path / "theirs.json"
    ids = [image["id"] for image in json.loads((tmp_path / "tests" / "all.json").read_text())["images"]]
    theirs.write_text(json.dumps([{"image_id": ids[0], "category_id": 1, "bbox": [1, 2, 30, 40], "score": 0.5}]))
    again = run_here(*words, f"results={{yolo/all: {theirs}}}")
    assert again.returncode == 0, again.stderr
    assert "yolo" in again.stdout
    differences = json.loads((tmp_path / "measures.json").read_text())["comparisons"]
    assert list(differences) == ["c - b", "d - c", "yolo - c"]
    assert sorted(path.stat().st_mtime_ns for path in tmp_path.rglob("radiance.exr")) == frames
