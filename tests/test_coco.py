"""COCO exports, read back with pycocotools."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from pycocotools.coco import COCO

from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import FrameError, RunError
from blender_synth.exporters import export_dataset
from blender_synth.exporters.coco import Settings
from blender_synth.frames.meta import Rle
from blender_synth.frames.meta_json import to_plain
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import find_runs
from blender_synth.verify import verify
from tests.made_frames import (
    DEPTH_M,
    HEIGHT,
    HIDDEN_PERSON,
    MIRROR,
    MIRROR_BOX,
    NEUTRAL,
    PERSON,
    REFLECTED_PATH_M,
    WIDTH,
    layers,
    make_frame,
    make_run,
)

ONE_SPLIT = Settings(splits={"train": 1.0}, image_format="png")


@pytest.fixture
def dataset(tmp_path):
    """A dataset of one run of two frames, as a function of the exporter's settings."""
    run = make_run(tmp_path / "run", 2)

    def make(settings=ONE_SPLIT, develop=None):
        export_dataset([run], tmp_path / "data", settings, develop or DevelopSettings())
        return tmp_path / "data"

    return make


def _coco(dataset, kind="instances", split="train"):
    return COCO(str(dataset / "annotations" / f"{kind}_{split}.json"))


def test_masks_agree_with_the_label_layers_pixel_for_pixel(dataset):
    coco, made = _coco(dataset()), layers()
    assert [c["name"] for c in coco.loadCats([1, 2, 3])] == ["pedestrian", "pedestrian_reflection", "mirror"]
    (image, _) = coco.loadImgs(coco.getImgIds())
    assert (image["width"], image["height"]) == (WIDTH, HEIGHT)
    annotations = coco.loadAnns(coco.getAnnIds(imgIds=[image["id"]]))
    seen = {(a["category_id"], a.get("reflection_of") or a["object_id"]): a for a in annotations}
    expected = {
        (1, PERSON): made["surface_id"] == PERSON,
        (2, PERSON): made["reflected_id"] == PERSON,
        (2, HIDDEN_PERSON): made["reflected_id"] == HIDDEN_PERSON,
        (3, MIRROR): made["surface_id"] == MIRROR,
    }
    for key, mask in expected.items():
        decoded = coco.annToMask(seen[key])
        np.testing.assert_array_equal(decoded.astype(bool), mask)
        assert seen[key]["area"] == mask.sum()
        assert seen[key]["iscrowd"] == 0
        rows, columns = np.nonzero(mask)
        assert seen[key]["bbox"] == [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]
    people, reflections = (sum(coco.annToMask(a) for a in annotations if a["category_id"] == c) for c in (1, 2))
    assert (people * reflections).sum() == 0


def test_a_reflection_is_linked_to_its_source_and_its_mirror(dataset):
    coco = _coco(dataset())
    by_source = {a["reflection_of"]: a for a in coco.loadAnns(coco.getAnnIds(catIds=[2], imgIds=[1]))}
    assert by_source[PERSON]["via"] == by_source[HIDDEN_PERSON]["via"] == [MIRROR]
    assert by_source[PERSON]["bounces"] == 1
    assert by_source[PERSON]["source_in_frame"] is True
    assert by_source[HIDDEN_PERSON]["source_in_frame"] is False
    assert by_source[PERSON]["distance_m"] == REFLECTED_PATH_M
    (person,) = coco.loadAnns(coco.getAnnIds(catIds=[1], imgIds=[1]))
    assert person["visibility"] == pytest.approx(person["visible_px"] / 200, abs=1e-4)
    expected = np.exp(np.log(0.05) / 20_000 * person["distance_m"])
    assert person["transmittance"] == pytest.approx(expected, abs=1e-4)
    assert person["distance_m"] >= DEPTH_M


@pytest.mark.parametrize(
    ("policy", "categories", "crowds"),
    [("category", {1: 1, 2: 2}, 0), ("attribute", {1: 3}, 0), ("ignore", {1: 3}, 2), ("omit", {1: 1}, 0)],
)
def test_reflection_policies(dataset, policy, categories, crowds):
    coco = _coco(dataset(replace(ONE_SPLIT, reflections=policy)))
    names = {c["name"]: c["id"] for c in coco.loadCats(coco.getCatIds())}
    assert ("pedestrian_reflection" in names) == (policy == "category")
    assert names["mirror"] == 3
    annotations = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    assert {c: sum(a["category_id"] == c for a in annotations) for c in categories} == categories
    assert sum(a["iscrowd"] for a in annotations) == crowds


def test_splits_are_by_scene_and_do_not_depend_on_other_runs(tmp_path):
    runs = [make_run(tmp_path / "a", 30), make_run(tmp_path / "b", 5)]
    settings = Settings(splits={"train": 0.7, "val": 0.3}, panoptic=False)
    export_dataset(runs, tmp_path / "both", settings, DevelopSettings())
    export_dataset(runs[1:], tmp_path / "one", settings, DevelopSettings())

    def scenes(folder):
        return {s: {i["scene_index"] for i in _coco(folder, split=s).dataset["images"]} for s in ("train", "val")}

    both, one = scenes(tmp_path / "both"), scenes(tmp_path / "one")
    assert not both["train"] & both["val"]
    assert both["val"]
    for split in ("train", "val"):
        assert one[split] <= both[split]
    ids = [i["id"] for s in ("train", "val") for i in _coco(tmp_path / "both", split=s).dataset["images"]]
    assert len(set(ids)) == 35
    names = [i["file_name"] for s in ("train", "val") for i in _coco(tmp_path / "both", split=s).dataset["images"]]
    assert len(set(names)) == 35


def test_stuff_is_not_a_thing(tmp_path):
    """Indoor surfaces as well as outdoor ones; `stuff` adds a scene's own."""
    run = make_run(tmp_path / "run", 1)
    file = run / "frames/000000/frame.json"
    frame = json.loads(file.read_text())
    frame["categories"] += ["floor", "wall", "ceiling", "vehicle", "shingle"]
    file.write_text(json.dumps(frame))
    export_dataset([run], tmp_path / "data", replace(ONE_SPLIT, stuff=("shingle",)), DevelopSettings())
    content = json.loads((tmp_path / "data/panoptic/panoptic_train.json").read_text())
    stuff = {category["name"] for category in content["categories"] if not category["isthing"]}
    assert {"road", "floor", "wall", "ceiling", "shingle"} <= stuff
    assert not {"vehicle", "mirror", "pedestrian"} & stuff


def test_panoptic_gives_every_labelled_pixel_to_one_segment(dataset):
    folder = dataset()
    content = json.loads((folder / "panoptic" / "panoptic_train.json").read_text())
    entry = content["annotations"][0]
    coded = cv2.imread(str(folder / "panoptic" / "panoptic_train" / entry["file_name"])).astype(int)
    ids = coded[..., 2] + 256 * coded[..., 1] + 65536 * coded[..., 0]
    made = layers()
    assert ((ids > 0) == (made["surface_id"] > 0)).all()
    for segment in entry["segments_info"]:
        assert (ids == segment["id"]).sum() == segment["area"]
    mirror = next(s for s in entry["segments_info"] if s["id"] == MIRROR)
    shown = (made["reflected_id"][MIRROR_BOX] > 0).sum()
    assert mirror["area"] == (made["surface_id"] == MIRROR).sum() - shown


def test_a_damaged_frame_is_named_and_the_old_dataset_stays(dataset, tmp_path):
    folder = dataset()
    before = (folder / "annotations" / "instances_train.json").read_bytes()
    file = tmp_path / "run" / "frames" / "000001" / "labels.exr"
    file.write_bytes(file.read_bytes()[:300])
    with pytest.raises(FrameError, match=r"000001.labels\.exr"):
        dataset()
    assert (folder / "annotations" / "instances_train.json").read_bytes() == before
    assert not [p for p in tmp_path.iterdir() if p.name.endswith((".tmp", ".old"))]


def test_a_folder_with_other_things_is_not_touched(tmp_path):
    run = make_run(tmp_path / "run", 1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(RunError, match="other files"):
        export_dataset([run], tmp_path / "mine", ONE_SPLIT, DevelopSettings())
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_runs_are_found_by_name_in_folders_and_by_pattern(tmp_path):
    for name in ("sweep/a", "sweep/b", "single"):
        make_run(tmp_path / name, 1)
    assert [p.name for p in find_runs([str(tmp_path / "sweep"), str(tmp_path / "single")])] == ["a", "b", "single"]
    assert [p.name for p in find_runs([str(tmp_path / "sweep" / "*")])] == ["a", "b"]
    with pytest.raises(RunError, match="no run folder"):
        find_runs([str(tmp_path / "nothing")])


def test_an_interrupted_frame_is_not_exported(tmp_path):
    run = make_run(tmp_path / "run", 1)
    make_frame(run / "frames" / ".000001.77.tmp")
    assert export_dataset([run], tmp_path / "data", ONE_SPLIT, DevelopSettings()).startswith("1 pictures")


def test_keypoints_that_nobody_knows_are_not_labelled(tmp_path):
    run = make_run(tmp_path / "run", 1)
    file = run / "frames/000000/frame.json"
    frame = json.loads(file.read_text())
    frame["instances"][0]["keypoints_m"] = {"left_shoulder": [10.0, 3.5, -1.0]}  # of a rig without a face
    file.write_text(json.dumps(frame))
    export_dataset([run], tmp_path / "data", ONE_SPLIT, DevelopSettings())
    coco = _coco(tmp_path / "data", "person_keypoints")
    [person] = [a for a in coco.anns.values() if a["category_id"] == 1]
    points = np.array(person["keypoints"]).reshape(17, 3)
    assert person["num_keypoints"] == 1
    assert points[5].tolist() == [WIDTH / 2 - 17.5, HEIGHT / 2 + 5.0, 2]
    assert not np.delete(points, 5, axis=0).any()


def _with_object(folder, row):
    meta = json.loads((folder / "frame.json").read_text())
    next(entry for entry in meta["instances"] if entry["instance_id"] == MIRROR)["object"] = row
    (folder / "frame.json").write_text(json.dumps(meta))


def test_outlines_and_boxes_of_objects_are_exported(tmp_path):
    run = make_run(tmp_path / "run", 1)
    folder = run / "frames" / "000000"
    whole = np.zeros((HEIGHT, WIDTH), bool)
    whole[4:46, 28:62] = True
    amodal = {"amodal_px": int(whole.sum()), "truncation": 0.25, "rle": Rle.of(whole).coco()}
    row = {"position_m": [10.0, 1.0, 0.5], "heading_deg": 90.0, "box_m": [[-1.0, -0.1, 0.0], [1.0, 0.1, 2.0]],
           "amodal": amodal, "reflections": []}  # fmt: skip
    _with_object(folder, row)
    meta = RawFrame(folder).meta
    assert json.loads(json.dumps(to_plain(meta)["instances"]))[2]["object"] == row
    export_dataset([run], tmp_path / "data", Settings(splits={"train": 1}, amodal_masks=True), NEUTRAL)
    coco = COCO(tmp_path / "data" / "annotations" / "instances_train.json")
    (found,) = coco.loadAnns(coco.getAnnIds(catIds=[3]))
    assert (found["amodal_px"], found["truncation"]) == (whole.sum(), 0.25)
    assert found["visibility"] == pytest.approx(found["visible_px"] / whole.sum(), abs=1e-4)
    assert found["amodal_segmentation"] == amodal["rle"]
    assert found["object"]["box_center_world_m"] == [10.0, 1.0, 1.5]
    assert found["object"]["box_center_camera_m"] == pytest.approx([-1.0, -1.5, 10.0])  # the camera looks along +X
    assert found["object"]["box_size_m"] == pytest.approx([2.0, 0.2, 2.0])
    assert found["object"]["box_rotation_world"][:3] == pytest.approx([0, -1, 0], abs=1e-6)
    others = [entry for entry in coco.loadAnns(coco.getAnnIds()) if entry["category_id"] != 3]
    assert others
    assert not any("object" in entry for entry in others)
    assert not [fault for findings in verify(tmp_path / "data") for fault in findings.faults]
