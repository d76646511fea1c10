"""`proof`: plans, measures, pages and errors, without PyTorch and without Blender."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from blender_synth.errors import ConfigError, RunError
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.proof import main
from blender_synth.proof.arms import ARMS, PAIRS, arm_of
from blender_synth.proof.comparison import compared, separation
from blender_synth.proof.datasets import near_mirrors, read_coco
from blender_synth.proof.fourier import adapted
from blender_synth.proof.loading import read_picture
from blender_synth.proof.measures import (
    PEDESTRIAN_ROW,
    REFLECTION_ROW,
    Limits,
    Matched,
    Seen,
    matched,
    measure,
    mistaken_at,
    read_results,
    threshold_for,
)
from blender_synth.proof.settings import parts_to_test, read_settings, train_parts
from blender_synth.proof.stages import all_parts, check_results, photograph_set, trainings
from tests.made_frames import make_run
from tests.made_people import made_dataset

LIMITS = Limits(10, 0.5)


# --- plans


@pytest.mark.parametrize("scale", ["tiny", "small", "ablation", "medium", "full"])
def test_every_part_of_every_scale_is_a_config(scale: str):
    from blender_synth.config import compose

    settings = read_settings([f"scale={scale}"])
    for changes in settings.ablation_plans.values():
        part = train_parts(settings, changes)[0]
        compose([*part.overrides, *part.develop, f"frames={part.frames}"])
    parts = train_parts(settings) + [part for name in settings.tests for part in parts_to_test(settings, name)]
    for part in {part.overrides[:4]: part for part in parts}.values():
        compose([*part.overrides, *part.develop, f"frames={part.frames}"])
    folders = [(part.folder, part.develop) for part in parts]
    assert len(set(folders)) == len(folders)
    for name in settings.arms:
        arm_of(name)


@pytest.mark.parametrize("scale", ["small", "medium", "full"])
def test_no_test_scene_is_trained_on(scale: str):
    settings = read_settings([f"scale={scale}"])
    trained = {part["scene"] for part in settings.train}
    tested = {part["scene"] for parts in settings.tests.values() for part in parts}
    assert not trained & tested
    seeds = [word for part in train_parts(settings) for word in part.overrides if word.startswith("seed=")]
    assert len(set(seeds)) == len(seeds)


def test_a_part_keeps_its_seed_and_folder_when_others_are_added(tmp_path: Path):
    first = {"frames": 2, "scene": "street", "mirrors": "wall"}
    other = {"frames": 2, "scene": "plaza", "mirrors": "wall"}
    before = train_parts(read_settings([f"train={json.dumps([first])}"]))
    after = train_parts(read_settings([f"train={json.dumps([other, {**first, 'frames': 9}])}"]))
    assert before[0].folder == after[1].folder
    assert before[0].overrides == after[1].overrides
    twice = train_parts(read_settings([f"train={json.dumps([first, first])}"]))
    assert twice[0].folder == before[0].folder != twice[1].folder


def test_development_is_not_rendered_again():
    settings = read_settings(["scale=small"])
    plain = train_parts(settings)
    other = train_parts(settings, {"develop.mor_m": 50})
    assert [part.folder for part in plain] == [part.folder for part in other]
    assert other[0].develop == ("develop.mor_m=50",)
    assert train_parts(settings, {"props.count": 0})[0].folder != plain[0].folder


def test_pairs_double_the_frames():
    part = {"frames": 3, "scene": "street", "mirrors": "wall", "paired": True}
    [paired] = train_parts(read_settings([f"train={json.dumps([part])}"]))
    assert paired.frames == 6
    assert "mirrors.paired=true" in paired.overrides


def test_trainings_are_arms_curves_and_ablations_by_seed():
    settings = read_settings(["scale=small", "seeds=[0,1]", "arms=[b,c]", "curve=[10]", "ablations=[no_props]"])
    names = [plan.name for plan in trainings(settings)]
    assert names == [f"{g}-seed{s}" for g in ("b", "c", "c-10", "c-no_props") for s in (0, 1)]


def test_an_ablation_renders_only_the_parts_that_it_changes():
    settings = read_settings(["scale=ablation"])
    assert set(settings.ablations) == set(settings.ablation_plans)
    plain, mirrors, people = (
        {part.folder for part in train_parts(settings, settings.ablation_plans[name])}
        for name in ("plain_sensor", "one_mirror", "few_people")
    )
    reference = {part.folder for part in train_parts(settings)}
    assert plain == reference
    assert 0 < len(mirrors & reference) < len(reference)
    assert not people & reference
    rendered = {part.folder for part in all_parts(settings, trainings(settings))}
    assert rendered >= plain | mirrors | people
    pooled = read_settings(["scale=ablation", "pool=true", "arms=[b,c]"])
    assert [plan.group for plan in trainings(pooled)] == ["b", "b", "c", "c"]
    assert {part.folder for part in train_parts(pooled)} >= reference | mirrors | people
    assert rendered == {part.folder for part in all_parts(pooled, trainings(pooled))}
    more = read_settings(["scale=ablation", "pool=true", "train_more=[{frames: 3, scene: hallway}]"])
    added = {part.folder for part in train_parts(more)} - {part.folder for part in train_parts(pooled)}
    assert len(added) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["scale=smal"], r"no such scale[\s\S]*did you mean small"),
        (["steps"], "no key=value"),
        (["stepps=3"], r"no such key[\s\S]*steps"),
        (["steps=0"], "at least 1"),
        (["input_px=[100,64]"], "multiples of 32"),
        (["crop=[0.9,0.5]"], "smaller one first"),
        (["train=[{scene: street}]"], "number of its frames"),
        (["tests={a: []}"], "at least one part"),
        (["proof.until=tomorrow"], "use one of"),
        (["arms=[z]"], r"no such arm[\s\S]*two classes"),
        (["arms=[f]"], r"needs proof\.photos"),
        (["ablations=[nothing]"], r"no such ablation[\s\S]*no_props"),
        (["results={yolo: r.json}"], "named detector/test set"),
    ],
)
def test_wrong_words_are_named(words: list[str], message: str):
    with pytest.raises(ConfigError, match=message):
        _checked(words)


def _checked(words: list[str]) -> None:
    settings = read_settings(words)
    trainings(settings)
    check_results(settings)


def test_help_needs_nothing(capsys: pytest.CaptureFixture[str]):
    main(["--help"])
    assert "scale=tiny|small|full" in capsys.readouterr().out


def test_arms_export_what_they_are_called():
    assert ARMS["a"].export == ("exporter.reflections=omit",)
    assert ARMS["b"].export == ("exporter.reflections=attribute",)
    assert ARMS["b"].classes == 1 < ARMS["c"].classes == 2


# --- measures


def _results(tmp_path: Path, rows: list[dict[str, Any]]) -> Path:
    file = tmp_path / "results.json"
    file.write_text(json.dumps(rows))
    return file


def _truth_as_results(dataset: Any, classes: dict[int, int]) -> list[dict[str, Any]]:
    return [
        {"image_id": picture.image["id"], "category_id": classes[row["category_id"]], "bbox": list(row["bbox"]),
         "segmentation": row["segmentation"], "score": 0.9 - 0.01 * number}
        for number, picture in enumerate(dataset.pictures) for row in picture.annotations
        if row["category_id"] in classes
    ]  # fmt: skip


def test_a_perfect_detector_makes_no_mistake(tmp_path: Path):
    dataset = made_dataset(tmp_path, 6)
    file = _results(tmp_path, _truth_as_results(dataset, {1: 1, 2: 2}))
    measures, *_ = measure(dataset, file, LIMITS, 0.9, 0.5)
    assert measures.mistaken.share == measures.mistaken.confused == measures.mistaken.lost == 0
    assert measures.mistaken.recall >= 0.9
    assert measures.mistaken.reflections == 6
    assert {round(value, 6) for value in measures.ap.values()} == {1}
    assert set(measures.ap) == {f"{k} {s}{n}" for k in ("pedestrian", "reflection") for s in ("box", "mask")
                                for n in ("", " 50")}  # fmt: skip
    assert measures.by_mirror == {"wall": (0, 6)}


def test_a_detector_that_calls_all_people_mistakes_every_reflection(tmp_path: Path):
    dataset = made_dataset(tmp_path, 6)
    file = _results(tmp_path, _truth_as_results(dataset, {1: 1, 2: 1}))
    measures, common, _ = measure(dataset, file, LIMITS, 0.9, 0.5)
    assert measures.mistaken.share >= 0.8
    assert measures.mistaken.confused == 1
    assert measures.ap["pedestrian box 50"] < 0.9
    assert measures.ap["reflection box 50"] == 0
    assert common.recall == pytest.approx(0.5)
    assert 0 < common.low <= common.share <= common.high <= 1


def test_near_and_far_are_told_apart(tmp_path: Path):
    dataset = made_dataset(tmp_path, 4)
    rows = [row for row in _truth_as_results(dataset, {1: 1, 2: 2}) if row["image_id"] % 2]  # those far from mirrors
    measures, *_ = measure(dataset, _results(tmp_path, rows), LIMITS, 0.9, 0.5)
    assert (measures.near, measures.missed_near, measures.missed_far) == (2, 1, 0)


def test_small_and_hidden_people_count_neither_way(tmp_path: Path):
    dataset = made_dataset(tmp_path, 2)
    for picture in dataset.pictures:
        picture.annotations[0]["visibility"] = 0.2
        picture.annotations[1]["mix"] = 0.1
    rows = _truth_as_results(dataset, {1: 1, 2: 1})
    found = matched(dataset, read_results(_results(tmp_path, rows), dataset), LIMITS)
    assert found.seen == ()
    assert found.false_scores == ()


def test_detections_of_nothing_are_false_alarms(tmp_path: Path):
    dataset = made_dataset(tmp_path, 2)
    rows = [
        {"image_id": 1, "category_id": 1, "bbox": [1, 1, 6, 9], "score": 0.7},
        *_truth_as_results(dataset, {1: 1, 2: 2}),
    ]
    found = matched(dataset, read_results(_results(tmp_path, rows), dataset), LIMITS)
    assert mistaken_at(found, 0.99).false_per_picture == 0
    assert [score for score, _ in found.false_scores] == [0.7]


def test_look_alikes_have_rows_of_their_own(tmp_path: Path):
    dataset = made_dataset(tmp_path, 2, lookalikes=True)
    rows = _truth_as_results(dataset, {1: 1, 2: 2, 77: 1})
    measures, *_ = measure(dataset, _results(tmp_path, rows), LIMITS, 0.9, 0.5)
    assert measures.lookalikes == {"mannequin": (1, 2)}


def test_the_threshold_finds_the_wanted_share():
    assert threshold_for([0.9, 0.8, 0.7, 0.6], 0.5) == 0.8
    assert threshold_for([0.9, 0.8, 0, 0], 0.9) == 0.8  # as many as it can
    assert threshold_for([0, 0], 0.9) == 1


def test_resampling_scenes_is_wider_than_resampling_reflections(tmp_path: Path):
    dataset = made_dataset(tmp_path, 20, scenes=4)
    rows = [row for row in _truth_as_results(dataset, {1: 1, 2: 1}) if row["image_id"] <= 10]
    found = matched(dataset, read_results(_results(tmp_path, rows), dataset), LIMITS)
    mistaken = mistaken_at(found, 0.5)  # all of two scenes, none of the two others
    assert mistaken.share == pytest.approx(0.5)
    assert mistaken.low <= 0.25
    assert mistaken.high >= 0.75


def _scored(pedestrians: list[float], reflections: list[float], scenes: int = 6) -> Matched:
    """One pedestrian and one reflection after the other, scene by scene."""
    seen = [
        Seen(kind, f"s{number % scenes}", number, (0, 0, 10, 40), "", 9.0, score, 0.0)
        for kind, scores in ((PEDESTRIAN_ROW, pedestrians), (REFLECTION_ROW, reflections))
        for number, score in enumerate(scores)
    ]
    return Matched(tuple(seen), (), scenes)


def test_separation_is_the_share_of_pairs_in_order():
    assert separation(_scored([0.9, 0.8], [0.1, 0.2, 0.0])) == 1
    assert separation(_scored([0.5, 0.0], [0.7, 0.2, 0.0])) == pytest.approx((0 + 1 + 1 + 0 + 0 + 0.5) / 6)
    assert separation(_scored([0.3] * 4, [0.3] * 5)) == 0.5
    assert math.isnan(separation(_scored([0.3], [])))


def test_a_difference_is_resampled_in_pairs():
    """Reflections of the second group score as its pedestrians do, every other one of the first far below."""
    rng = np.random.default_rng(3)
    people = list(rng.uniform(0.5, 1, 60))
    mirrored = list(rng.uniform(0.5, 1, 60))
    halved = [score if number % 2 else score - 0.45 for number, score in enumerate(mirrored)]
    better, worse = _scored(people, halved, 11), _scored(people, mirrored, 11)
    pair = compared([better, better], [worse], 0.98)
    assert pair.mistaken.value == pytest.approx(-0.5, abs=0.06)
    assert pair.mistaken.low <= pair.mistaken.value <= pair.mistaken.high < -0.3
    assert pair.separation.low > 0.1
    same = compared([worse], [worse], 0.9)
    assert (same.mistaken.value, same.mistaken.low, same.mistaken.high) == (0, 0, 0)
    back = compared([worse], [better], 0.98)
    assert back.mistaken.value == -pair.mistaken.value
    at_zero = mistaken_at(better, 0.9).share
    assert compared([better], [_scored(people, [0.0] * 60, 11)], 0.9).mistaken.value == pytest.approx(at_zero)


def test_comparisons_are_of_trained_pairs_only():
    assert all(first in ARMS and second in ARMS for first, second in PAIRS)
    nothing = compared([_scored([], [])], [_scored([], [])], 0.9)
    assert math.isnan(nothing.mistaken.value)
    assert math.isnan(nothing.separation.low)


_ROW = {"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "no COCO results file"),
        ("{}", "no COCO results file"),
        ("[" * 5000, "no COCO results file"),
        ('[{"image_id": 1}]', r"a key is missing[\s\S]*\[0\]\.category_id"),
        (
            json.dumps([_ROW, {k: v for k, v in _ROW.items() if k != "category_id"}]),
            r"missing[\s\S]*\[1\]\.category_id",
        ),
        (json.dumps([{**_ROW, "bbox": [0, 0, math.nan, 1]}]), r"\[0\]\.bbox\[2\]"),
        (json.dumps([{**_ROW, "bbox": [0, 0, -1, 1]}]), r"bbox\[2\][\s\S]*-1[\s\S]*at least 0"),
        (json.dumps([{**_ROW, "bbox": [0, 0, 1]}]), r"\[0\]\.bbox"),
        (json.dumps([{**_ROW, "score": "high"}]), r"\[0\]\.score[\s\S]*high[\s\S]*number"),
        (json.dumps([{**_ROW, "score": math.inf}]), r"\[0\]\.score"),
        (json.dumps([{**_ROW, "image_id": 999}]), "other pictures"),
    ],
)
def test_wrong_results_are_named(tmp_path: Path, text: str, message: str):
    dataset = made_dataset(tmp_path, 1)
    file = tmp_path / "theirs.json"
    file.write_text(text)
    with pytest.raises(RunError, match=message) as raised:
        read_results(file, dataset)
    assert "theirs.json" in str(raised.value)


@pytest.mark.parametrize(
    "segmentation",
    [
        {"size": [0, 0], "counts": "04"},
        {"size": [96, 64], "counts": "04"},
        {"size": [64, 96], "counts": "~" * 999},
        {"size": [64, 96], "counts": [-5, 2**40]},
        {"size": [64, 96]},
        [[1, 2, "x", 4, 5, 6]],
        [[0, 0, 1e12, 0, 1e12, 1e12]],
        [[0, 0, math.nan, 5, 5, 5]],
        [[0, 0, 5, 5]],
        [[]],
        "mask",
    ],
)
@pytest.mark.parametrize("of", ["results", "dataset"])
def test_wrong_masks_are_named(tmp_path: Path, segmentation: Any, of: str):
    dataset = made_dataset(tmp_path, 1)
    rows = _truth_as_results(dataset, {1: 1, 2: 2})
    if of == "results":
        rows[0]["segmentation"] = segmentation
    else:
        first = dataset.pictures[0]
        changed = ({**first.annotations[0], "segmentation": segmentation}, *first.annotations[1:])
        dataset = replace(dataset, pictures=(replace(first, annotations=changed), *dataset.pictures[1:]))
    with pytest.raises(RunError, match="a mask cannot be used"):
        measure(dataset, _results(tmp_path, rows), LIMITS, 0.9, 0.5)


def test_distances_to_mirrors_come_from_the_labels(tmp_path: Path):
    frame = RawFrame(make_run(tmp_path / "run", 1) / "frames" / "000000")
    found = near_mirrors(frame)
    assert all(np.isfinite(value) and value >= 0 for value in found.values())


# --- photographs


_IMAGE = {"id": 1, "file_name": "a.jpg", "width": 30, "height": 20}
_BOX = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 9]}


def _coco(image: dict[str, Any] | None = None, box: dict[str, Any] | None = None) -> str:
    """A COCO file with these values in place of its own."""
    return json.dumps({"images": [{**_IMAGE, **(image or {})}], "annotations": [{**_BOX, **(box or {})}],
                       "categories": [{"id": 1, "name": "person"}]})  # fmt: skip


def test_photographs_are_found_below_the_file(tmp_path: Path):
    folder = tmp_path / "photos"
    (folder / "pictures").mkdir(parents=True)
    cv2.imwrite(str(folder / "pictures" / "a.jpg"), np.zeros((20, 30, 3), np.uint8))
    (folder / "people.json").write_text(_coco())
    dataset = photograph_set(folder)
    assert dataset.pictures[0].file == folder / "pictures" / "a.jpg"
    (folder / "pictures" / "a.jpg").rename(folder / "pictures" / "a [1].jpg")
    with pytest.raises(RunError, match=r"photograph[\s\S]*a\.jpg"):
        photograph_set(folder)
    for name in ("a [1].jpg", "../upload/7/a [1].jpg", "C:\\labels\\a [1].jpg"):
        (folder / "people.json").write_text(_coco({"file_name": name}))
        assert read_picture(photograph_set(folder).pictures[0]).shape == (20, 30, 3)


def test_photographs_elsewhere_are_not_read(tmp_path: Path):
    folder = tmp_path / "photos"
    folder.mkdir()
    cv2.imwrite(str(tmp_path / "other.jpg"), np.zeros((20, 30, 3), np.uint8))
    for name in ("../other.jpg", str(tmp_path / "other.jpg")):
        (folder / "people.json").write_text(_coco({"file_name": name}))
        with pytest.raises(RunError, match=r"missing[\s\S]*other\.jpg"):
            photograph_set(folder)


def test_photographs_of_another_size_than_their_labels_are_named(tmp_path: Path):
    cv2.imwrite(str(tmp_path / "a.jpg"), np.zeros((30, 20, 3), np.uint8))
    (tmp_path / "people.json").write_text(_coco())
    with pytest.raises(RunError, match=r"size[\s\S]*a\.jpg[\s\S]*\[30, 20\]"):
        read_picture(photograph_set(tmp_path).pictures[0])


@pytest.mark.parametrize("files", [[], ["a.json", "b.json"]])
def test_a_folder_of_photographs_has_one_coco_file(tmp_path: Path, files: list[str]):
    for name in files:
        (tmp_path / name).write_text("{}")
    with pytest.raises(RunError, match="one COCO file"):
        photograph_set(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "no COCO file"),
        ("{}", "missing[\\s\\S]*images"),
        ("no", "no COCO file"),
        ('{"images": [], "annotations": [], "categories": [1]}', r"categories\[0\]"),
        (_coco({"width": 0}), r"images\[0\]\.width"),
        (_coco({"width": 2**20, "height": 2**20}), r"images\[0\]"),
        (_coco({"file_name": ""}), r"images\[0\]\.file_name"),
        (_coco({"id": None}), r"images\[0\]\.id"),
        (_coco(box={"bbox": [0, 0, math.inf, 5]}), r"annotations\[0\]\.bbox\[2\]"),
        (_coco(box={"bbox": "1 2 3 4"}), r"annotations\[0\]\.bbox"),
        (_coco(box={"iscrowd": "perhaps"}), r"annotations\[0\]\.iscrowd"),
        (_coco(box={"visibility": "full"}), r"annotations\[0\]\.visibility"),
        (_coco(box={"via": "wall"}), r"annotations\[0\]\.via"),
    ],
)
def test_wrong_coco_files_are_named(tmp_path: Path, text: str, message: str):
    file = tmp_path / "boxes.json"
    file.write_text(text)
    with pytest.raises(RunError, match=message) as raised:
        read_coco(file, tmp_path)
    assert "boxes.json" in str(raised.value)


def test_images_have_ids_of_their_own(tmp_path: Path):
    content = json.loads(_coco())
    content["images"] *= 2
    (tmp_path / "boxes.json").write_text(json.dumps(content))
    with pytest.raises(RunError, match="each image needs an id of its own"):
        read_coco(tmp_path / "boxes.json", tmp_path)


def test_other_keys_of_coco_files_stay(tmp_path: Path):
    (tmp_path / "boxes.json").write_text(_coco({"license": 3}, {"iscrowd": 1, "attributes": {"occluded": True}}))
    picture = read_coco(tmp_path / "boxes.json", tmp_path).pictures[0]
    assert picture.image == {**_IMAGE, "license": 3}
    assert picture.annotations == ({**_BOX, "bbox": (1, 1, 5, 9), "iscrowd": 1, "attributes": {"occluded": True}},)


def test_fourier_adaptation_takes_colours_and_keeps_edges(rng: np.random.Generator):
    picture = (rng.uniform(size=(10, 15, 3)).repeat(4, 0).repeat(4, 1) * 120 + 60).astype(np.uint8)
    photograph = np.full((50, 50, 3), (150, 120, 100), np.uint8)
    result = adapted(picture, photograph, 0.02)
    assert result.shape == picture.shape
    assert np.abs(result.mean((0, 1)) - (150, 120, 100)).max() < 5
    edges = [cv2.Laplacian(image.astype(np.float32), cv2.CV_32F).ravel() for image in (picture, result)]
    assert np.corrcoef(*edges)[0, 1] > 0.95
