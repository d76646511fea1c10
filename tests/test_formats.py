"""Every dataset format, read back: by the library that owns it where it is light, by its rules otherwise."""

from __future__ import annotations

import io
import json
import sys
import tarfile
import xml.etree.ElementTree as ET
from pathlib import Path

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from blender_synth.categories import BUILT_IN
from blender_synth.errors import ConfigError
from blender_synth.exporters import export_dataset, exporter_kinds, exporter_settings, table_files
from blender_synth.exporters.cityscapes import label_ids
from blender_synth.exporters.kitti import level_from_world, placed, projection
from blender_synth.frames.raw_frame import RawFrame, read_exr
from blender_synth.frames.table import Box3d
from blender_synth.geometry import project
from tests.made_frames import HIDDEN_PERSON, MIRROR, MIRROR_BOX, NEUTRAL, PERSON, PERSON_BOX, REFLECTION_BOX, layers
from tests.test_selection import _run as run_in_3d


@pytest.fixture
def run(tmp_path):
    """Three frames in fog, haze and clear air."""
    return run_in_3d(tmp_path)


@pytest.fixture
def export(run, tmp_path):
    """A dataset of that run in a format, as a function of its settings."""

    def make(kind, name="data", **settings):
        given = {"kind": kind, "splits": {"train": 1}, **settings}
        export_dataset([run], tmp_path / name, exporter_settings(given), NEUTRAL)
        return tmp_path / name

    return make


@pytest.mark.parametrize("kind", exporter_kinds())
def test_every_format_has_the_tables(export, kind):
    pq = pytest.importorskip("pyarrow.parquet")
    data = export(kind)
    frames, people = (pq.read_table(data / f"{name}.parquet") for name in ("frames", "people"))
    assert frames.column("weather").to_pylist() == ["foggy", "hazy", "overcast"]
    assert frames.column("people_seen").to_pylist() == [1, 1, 1]
    assert frames.schema.field("mor_m").metadata[b"unit"] == b"m"
    assert people.column("instance_id").to_pylist() == [PERSON, HIDDEN_PERSON] * 3
    assert people.column("box_size_m").to_pylist()[:2] == [[0.9, 0.6, 1.8], None]
    assert (data / "ATTRIBUTION.md").is_file()


def test_processes_and_reflections_of_everything_work_in_every_format(run, tmp_path):
    kinds = exporter_kinds()
    common = {"splits": {"train": 1}, "reflected": "all", "layer_format": "npz"}
    data = {}
    for workers in (1, 2):
        settings = exporter_settings({k: {"kind": k} for k in kinds} | common | {"workers": workers})
        export_dataset([run], tmp_path / str(workers), settings, NEUTRAL)
        files = {f.relative_to(tmp_path / str(workers)): f for f in (tmp_path / str(workers)).rglob("*") if f.is_file()}
        data[workers] = {name: f.read_bytes() for name, f in files.items() if len(name.parts) > 1}
    assert data[1].keys() == data[2].keys()
    assert [name for name in data[1] if data[1][name] != data[2][name]] == []
    assert len({name.parts[0] for name in data[1]} & set(kinds)) == len(kinds)


def test_tables_are_csv_without_pyarrow(export, monkeypatch):
    def missing(*args):
        raise ImportError("no pyarrow")

    monkeypatch.setattr(table_files, "_Parquet", missing)
    lines = (export("yolo") / "frames.csv").read_text().splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("image,image_id,split,run")
    assert '"[""foggy"", ""overcast""]"' in lines[1]


@pytest.mark.parametrize(("kind", "settings"), [("webdataset", {}), ("huggingface", {"layout": "parquet"})])
def test_a_missing_library_is_named_with_the_fix(export, monkeypatch, kind, settings, tmp_path):
    for name in ("webdataset", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match=r"needs the library[\s\S]*pip install 'blender-synth-people\[formats\]'"):
        export(kind, **settings)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("kind", ["bbox", "segm"])
def test_cocos_evaluation_of_the_truth_against_itself_is_perfect(export, kind):
    coco = COCO(str(export("coco") / "annotations" / "instances_train.json"))
    truth = [a for a in coco.anns.values() if not a["iscrowd"]]
    evaluation = COCOeval(coco, coco.loadRes([{**a, "score": 1.0} for a in truth]), kind)
    evaluation.evaluate()
    evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    assert precision[precision > -1].min() == 1.0


# --- Pascal VOC


def test_voc_has_boxes_attributes_and_maps(export):
    root = export("voc", segmentation=True, reflections="ignore") / "VOCdevkit" / "VOC2012"
    tree = ET.parse(root / "Annotations" / "run_000000.xml").getroot()
    assert [e.findtext("name") for e in tree.iter("object")] == ["pedestrian", "mirror", "pedestrian", "pedestrian"]
    person = next(tree.iter("object"))
    assert [int(e.text) for e in person.find("bndbox")] == [11, 21, 18, 40]
    assert person.findtext("pose") == "Left"
    assert [e.findtext("difficult") for e in tree.iter("object")] == ["0", "0", "1", "1"]
    attributes = {e.findtext("name"): e.findtext("value") for e in tree.find("attributes")}
    assert (attributes["weather"], attributes["mor_m"]) == ("foggy", "100.0")
    classes = cv2.imread(str(root / "SegmentationClass" / "run_000000.png"))  # decoded with its palette
    assert classes[PERSON_BOX].reshape(-1, 3).max(axis=0).tolist() == [0, 0, 128]
    assert (classes[REFLECTION_BOX] == [192, 224, 224]).all()  # void
    assert (root / "ImageSets/Main/trainval.txt").read_text().split() == ["run_000000", "run_000001", "run_000002"]


# --- Cityscapes


def test_cityscapes_has_labels_and_instances(export):
    data = export("cityscapes")
    ids = {row["name"]: row["id"] for row in json.loads((data / "label_ids.json").read_text())}
    assert (ids["road"], ids["pedestrian"], ids["sky"]) == (7, 24, 23)
    stem = data / "gtFine/train/run/run_000000_gtFine"
    labels = cv2.imread(f"{stem}_labelIds.png", cv2.IMREAD_UNCHANGED)
    instances = cv2.imread(f"{stem}_instanceIds.png", cv2.IMREAD_UNCHANGED)
    assert labels.dtype == np.uint8
    assert instances.dtype == np.uint16
    assert (labels[:8] == 23).all()
    assert (labels[PERSON_BOX] == 24).all()
    assert (instances[PERSON_BOX] == 24000).all()
    assert len(np.unique(instances[MIRROR_BOX])) == 3  # the mirror and two reflections
    np.testing.assert_array_equal(np.where(instances < 1000, instances, instances // 1000), labels)
    objects = {o["instanceId"]: o for o in json.loads(Path(f"{stem}_objects.json").read_text())["objects"]}
    assert objects[24000]["object_id"] == PERSON
    assert set(objects) == {int(v) for v in np.unique(instances) if v >= 1000}


def test_classes_without_room_for_instances_are_told_apart_by_object(export):
    data = export("cityscapes", classes={"mirror": "my_thing"}, reflections="omit")
    stem = data / "gtFine/train/run/run_000000_gtFine"
    maps = {n: cv2.imread(f"{stem}_{n}.png", cv2.IMREAD_UNCHANGED) for n in ("labelIds", "instanceIds", "objectIds")}
    assert {name: set(np.unique(values[MIRROR_BOX])) for name, values in maps.items()} == {
        "labelIds": {254}, "instanceIds": {254}, "objectIds": {1},
    }  # fmt: skip
    objects = json.loads(Path(f"{stem}_objects.json").read_text())["objects"]
    assert [(o["number"], o["instanceId"], o["object_id"]) for o in objects] == [(1, 254, MIRROR), (2, 24000, PERSON)]
    assert (maps["objectIds"][PERSON_BOX] == 2).all()


def test_label_ids_do_not_depend_on_what_else_there_is():
    few, many = label_ids(["pedestrian", "bench"]), label_ids(["building", "pedestrian", "mirror", "bench", "my_thing"])
    assert few == {name: many[name] for name in few}
    assert many["my_thing"] == 254
    assert len(set(label_ids(list(BUILT_IN)).values())) >= len(BUILT_IN) - 1  # person and pedestrian are one
    with pytest.raises(ConfigError, match="no room"):
        label_ids([f"class_{number}" for number in range(230)])


# --- KITTI


def test_kitti_boxes_project_into_the_picture(export, run):
    data = export("kitti")
    lines = (data / "training/label_2/000000.txt").read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["Pedestrian", "DontCare", "DontCare"]
    values = [float(v) for v in lines[0].split()[1:]]
    assert values[3:7] == [10, 20, 18, 40]
    assert values[7:10] == [1.8, 0.6, 0.9]
    # The camera looks along +X and the box stands at (10, 1.95, 0): 1.95 m to its left; the person faces left.
    assert values[10:13] == pytest.approx([-1.95, 0, 10], abs=1e-3)
    assert abs(values[13]) == pytest.approx(np.pi, abs=1e-3)
    calibration = dict(line.split(": ") for line in (data / "training/calib/000000.txt").read_text().splitlines())
    p2 = np.array(calibration["P2"].split(), float).reshape(3, 4)
    x, y, w = p2 @ (*values[10:13], 1)
    pixel, _ = project(np.array([[10.0, 1.95, 0.0]]), (frame := RawFrame(run / "frames/000000")).pose, frame.k)
    assert (x / w, y / w) == pytest.approx(pixel[0])
    assert (data / "training/image_2/000002.png").is_file()
    assert (data / "ImageSets/train.txt").read_text().split() == ["000000", "000001", "000002"]


def test_kitti_is_exact_for_a_tilted_camera(rng):
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    pose = np.eye(4)
    pose[:3, :3] = rotation * np.sign(np.linalg.det(rotation))
    pose[:3, 3] = rng.normal(size=3)
    k = np.array([[300, 0, 160], [0, 300, 90], [0, 0, 1.0]])
    points = pose[:3, 3] + (rng.uniform(-1, 1, (20, 3)) + (0, 0, 4)) @ pose[:3, :3].T
    level = (points - pose[:3, 3]) @ level_from_world(pose).T
    homogeneous = np.hstack([level, np.ones((20, 1))]) @ projection(k, pose).T
    expected, _ = project(points, pose, k)
    np.testing.assert_allclose(homogeneous[:, :2] / homogeneous[:, 2:], expected, atol=1e-6)
    box = Box3d((*pose[:3, 3],), (1, 1, 2), np.degrees(np.arctan2(pose[1, 2], pose[0, 2])))
    bottom, rotation_y = placed(box, pose)  # a box around the camera that faces as the camera does
    assert bottom == pytest.approx([0, 1, 0], abs=1e-9)
    assert rotation_y == pytest.approx(-np.pi / 2)


# --- WebDataset


def _tars(data):
    return {file.relative_to(data).as_posix(): file.read_bytes() for file in sorted(data.rglob("*.tar"))}


def test_webdataset_is_deterministic_limited_and_shuffled(export):
    pytest.importorskip("webdataset")
    first, again = _tars(export("webdataset", shard_samples=2)), _tars(export("webdataset", "again", shard_samples=2))
    assert list(first) == ["train/train-000000.tar", "train/train-000001.tar"]
    assert first == again

    def order(tars):
        names: dict[str, None] = {}
        for data in tars.values():
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                names |= dict.fromkeys(member.name.split(".")[0] for member in tar)
        return list(names)

    plain = ["run_000000", "run_000001", "run_000002"]
    assert order(_tars(export("webdataset", "plain", shuffle=False))) == plain
    orders = {tuple(order(_tars(export("webdataset", f"s{seed}", shuffle_seed=seed)))) for seed in range(4)}
    assert len(orders) > 1
    assert {tuple(sorted(names)) for names in orders} == {tuple(plain)}
    small = export("webdataset", "small", shard_mb=0.02)
    assert all(len(data) <= 20_000 or count == 1 for data, count in _with_counts(small))


def _with_counts(data):
    for shard in json.loads((data / "shards.json").read_text()):
        yield (data / shard["file"]).read_bytes(), shard["samples"]


def test_webdataset_is_read_by_its_library(export):
    wds = pytest.importorskip("webdataset")
    data = export("webdataset", shuffle=False, reflections="ignore")
    (tar,) = data.rglob("*.tar")
    read = list(wds.WebDataset(str(tar), shardshuffle=False, empty_check=False))
    assert [s["__key__"] for s in read] == ["run_000000", "run_000001", "run_000002"]
    content = json.loads(read[0]["json"])
    assert (content["weather"], content["mor_m"]) == ("foggy", 100.0)
    person = content["annotations"][0]
    np.testing.assert_array_equal(coco_mask.decode(person["mask"]).astype(bool), layers()["surface_id"] == PERSON)
    assert person["person"]["box_size_m"] == [0.9, 0.6, 1.8]
    ids = cv2.imdecode(np.frombuffer(read[0]["ids.png"], np.uint8), cv2.IMREAD_UNCHANGED)
    assert (ids[PERSON_BOX] == 1).all()
    assert (ids[REFLECTION_BOX] == 65535).all()


# --- Hugging Face


def test_the_image_folder_names_its_pictures(export):
    folder = export("huggingface") / "data" / "train"
    rows = [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]
    assert [row["weather"] for row in rows] == ["foggy", "hazy", "overcast"]
    assert all((folder / row["file_name"]).is_file() for row in rows)
    assert rows[0]["objects"]["bbox"][0] == [10, 20, 8, 20]
    assert {len(values) for values in rows[0]["objects"].values()} == {5}


def test_parquet_has_pictures_and_masks(export):
    pq = pytest.importorskip("pyarrow.parquet")
    (file,) = (export("huggingface", layout="parquet") / "data").iterdir()
    assert file.name == "train-00000-of-00001.parquet"
    rows = pq.read_table(file).to_pylist()
    assert len(rows) == 3
    mask = cv2.imdecode(np.frombuffer(rows[0]["masks"][0]["bytes"], np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(mask > 0, layers()["surface_id"] == PERSON)
    picture = cv2.imdecode(np.frombuffer(rows[0]["image"]["bytes"], np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (48, 64, 3)
    limited = export("huggingface", "limited", layout="parquet", shard_mb=1e-9)
    assert [f.name for f in sorted((limited / "data").iterdir())] == ["train-00000-of-00001.parquet"]


# --- layers


@pytest.mark.parametrize("layer_format", ["png16", "exr", "npz"])
def test_layers_keep_their_values(export, run, layer_format):
    data = export("layers", layer_format=layer_format)
    made = layers()

    def read(layer):
        stem = data / layer / "train" / "run_000000"
        if layer_format == "npz":
            return np.load(f"{stem}.npz")[layer]
        if layer_format == "exr":
            channels = read_exr(Path(f"{stem}.exr"))
            return channels[layer] if layer != "normals" else np.stack([channels[c] for c in "XYZ"], axis=-1)
        return cv2.imread(f"{stem}.png", cv2.IMREAD_UNCHANGED)

    np.testing.assert_array_equal(read("ids"), made["surface_id"])
    np.testing.assert_array_equal(read("reflected"), made["reflected_id"])
    depth = read("depth")
    if layer_format == "png16":
        assert (depth[made["surface_id"] > 0] == 10 * 256).all()
        assert (depth[:8] == 0).all()
    else:
        np.testing.assert_array_equal(depth, made["depth_m"])
    assert set(json.loads((data / "layers.json").read_text())["layers"]) >= {"depth", "amodal", "path"}
    assert MIRROR in read("ids")


def test_class_numbers_do_not_depend_on_what_the_frames_show(tmp_path):
    from blender_synth.exporters.common import SourceFrame, object_classes
    from blender_synth.exporters.yolo import Settings
    from blender_synth.frames.raw_frame import RawFrame
    from tests.made_frames import make_run

    run = make_run(tmp_path / "run", 1)
    (tmp_path / "data").mkdir()
    shown = object_classes([SourceFrame(run, RawFrame(run / "frames" / "000000"))], Settings(), tmp_path / "data")
    assert shown == object_classes([], Settings(), tmp_path / "data")
    assert shown[:3] == ("pedestrian", "pedestrian_reflection", "mirror")
    assert "bicycle" in shown
