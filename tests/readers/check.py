"""Other people's readers on an exported dataset: `python check.py NAME FOLDER`; run by test_readers.py.

Runs in an environment of its own (`make readers`), so that it imports nothing of this repository.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

CHECKS: dict[str, tuple[str, Callable[[Path], str]]] = {}
"""By name: the format that the check reads, and the check, which returns a line of what was read."""


def check(kind: str) -> Callable[[Callable[[Path], str]], Callable[[Path], str]]:
    def add(function: Callable[[Path], str]) -> Callable[[Path], str]:
        CHECKS[function.__name__] = kind, function
        return function

    return add


def _annotations(folder: Path, kind: str) -> list[Path]:
    files = sorted((folder / "annotations").glob(f"{kind}_*.json"))
    assert files, f"no {kind} files"
    return files


@check("coco")
def pycocotools(folder: Path) -> str:
    """Load, decode, and evaluate the truth against itself: boxes, masks and keypoints are all found."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    scores = []
    for file in _annotations(folder, "instances"):
        coco = COCO(str(file))
        assert all(coco.annToMask(a).sum() == a["area"] for a in coco.anns.values())
        for kind in ("bbox", "segm"):
            found = coco.loadRes([{**a, "score": 1.0} for a in coco.anns.values() if not a["iscrowd"]])
            scores.append(_score(COCOeval(coco, found, kind)))
    for file in _annotations(folder, "person_keypoints"):
        coco = COCO(str(file))
        truth = [a for a in coco.anns.values() if not a["iscrowd"] and a["num_keypoints"]]
        if truth:
            results = [{k: a[k] for k in ("image_id", "category_id", "keypoints")} | {"score": 1.0} for a in truth]
            scores.append(_score(COCOeval(coco, coco.loadRes(results), "keypoints")))
    assert min(scores) > 0.999, scores
    return f"AP of the truth against itself: {', '.join(f'{s:.3f}' for s in scores)}"


def _score(evaluation) -> float:
    evaluation.params.maxDets = [500] if evaluation.params.iouType == "keypoints" else [1, 10, 500]
    evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e10]], ["all"]
    evaluation.evaluate()
    evaluation.accumulate()
    precision = evaluation.eval["precision"][..., -1]  # with the most detections
    return float(precision[precision > -1].mean())


@check("coco")
def panopticapi_rules(folder: Path) -> str:
    """What panopticapi's evaluation asks of the ground truth: every id in the PNG is a segment, areas agree."""
    import cv2

    count = 0
    files = sorted(folder.rglob("panoptic_*.json"))
    assert files
    for file in files:
        data = json.loads(file.read_text())
        categories = {c["id"]: c for c in data["categories"]}
        assert all({"id", "name", "isthing"} <= set(c) for c in categories.values())
        assert {a["image_id"] for a in data["annotations"]} == {i["id"] for i in data["images"]}
        for annotation in data["annotations"]:
            (png,) = [p for p in file.parent.rglob(annotation["file_name"]) if file.stem in p.parts]
            bgr = cv2.imread(str(png)).astype(np.uint32)
            ids, areas = np.unique(bgr[..., 2] + 256 * bgr[..., 1] + 65536 * bgr[..., 0], return_counts=True)
            shown = {int(i): int(a) for i, a in zip(ids, areas, strict=True) if i}
            assert shown == {s["id"]: s["area"] for s in annotation["segments_info"]}
            assert all(s["category_id"] in categories for s in annotation["segments_info"])
            count += len(shown)
    return f"{count} segments"


@check("coco")
def cvat_rules(folder: Path) -> str:
    """CVAT's COCO import: ids unique, image sizes given, boxes inside, RLE only with `size` and `counts`."""
    count = 0
    for file in _annotations(folder, "instances"):
        data = json.loads(file.read_text())
        images = {image["id"]: image for image in data["images"]}
        assert len({a["id"] for a in data["annotations"]}) == len(data["annotations"])
        assert len({i["file_name"] for i in images.values()}) == len(images)
        names = {c["id"]: c["name"] for c in data["categories"]}
        assert len(set(names.values())) == len(names)
        for a in data["annotations"]:
            image = images[a["image_id"]]
            x, y, w, h = a["bbox"]
            assert 0 <= x < x + w <= image["width"]
            assert 0 <= y < y + h <= image["height"]
            segmentation = a["segmentation"]
            assert isinstance(segmentation, list) or set(segmentation) == {"size", "counts"}
            assert a["category_id"] in names
        count += len(data["annotations"])
    return f"{count} annotations"


@check("coco")
def cvat_datumaro(folder: Path) -> str:
    """Datumaro's importer, which CVAT reads COCO with."""
    from datumaro import Dataset

    data = Dataset.import_from(str(folder), "coco_instances")
    found = sum(len(item.annotations) for item in data)
    written = sum(len(json.loads(file.read_text())["annotations"]) for file in _annotations(folder, "instances"))
    assert found >= written, (found, written)
    assert all(item.media is not None for item in data)
    return f"{len(data)} items, {found} annotations"


@check("coco-polygon")
def label_studio(folder: Path) -> str:
    """Label Studio's converter, which takes boxes and polygons."""
    from label_studio_sdk.converter.imports.coco import convert_coco_to_ls

    tasks = results = 0
    for file in _annotations(folder, "instances"):
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / "tasks.json"
            convert_coco_to_ls(str(file), str(out), image_root_url="/data/local-files/?d=images")
            made = json.loads(out.read_text())
        tasks += len(made)
        results += sum(len(part["result"]) for task in made for part in task["annotations"])
        assert all(0 <= v <= 100.001 for t in made for p in t["annotations"] for r in p["result"]
                   for point in r["value"].get("points", []) for v in point)  # fmt: skip
    assert tasks
    return f"{tasks} tasks, {results} regions"


@check("coco")
def torchvision_coco(folder: Path) -> str:
    from torchvision.datasets import CocoDetection, wrap_dataset_for_transforms_v2

    count = 0
    for file in _annotations(folder, "instances"):
        images = folder / "images" / file.stem.removeprefix("instances_")
        data = wrap_dataset_for_transforms_v2(CocoDetection(images, file), target_keys=["boxes", "labels", "masks"])
        for picture, target in data:
            assert target["masks"].shape[1:] == picture.size[::-1]
            count += len(target["boxes"])
    return f"{count} boxes with masks"


@check("coco")
def supervision_coco(folder: Path) -> str:
    import supervision as sv

    count = 0
    for file in _annotations(folder, "instances"):
        images = folder / "images" / file.stem.removeprefix("instances_")
        data = sv.DetectionDataset.from_coco(str(images), str(file), force_masks=True)
        assert len(data) == len(json.loads(file.read_text())["images"])
        count += sum(len(detections) for _, _, detections in data)
    return f"{count} detections with masks"


@check("coco")
def fiftyone_coco(folder: Path) -> str:
    """FiftyOne's own importer, which `Dataset.from_dir` uses; it needs no database."""
    from fiftyone.utils.coco import COCODetectionDatasetImporter

    lines = []
    for file in _annotations(folder, "instances"):
        split = file.stem.removeprefix("instances_")
        importer = COCODetectionDatasetImporter(
            data_path=str(folder / "images" / split), labels_path=str(file),
            label_types=["detections", "segmentations"], extra_attrs=True,
        )  # fmt: skip
        lines.append(f"{split}: {_imported(importer)}")
    return "; ".join(lines)


def _imported(importer) -> str:
    samples = count = 0
    with importer:
        for path, _, labels in importer:
            assert Path(path).is_file()
            labels = labels if isinstance(labels, dict) else {"detections": labels}
            fields = [field for field in labels.values() if field is not None]
            count += sum(len(field.detections) for field in fields)
            assert all(-1e-5 <= v <= 1.001 for f in fields for d in f.detections for v in d.bounding_box)
            assert all(d.to_dict() for field in fields for d in field.detections)  # as the database takes it
            samples += 1
    return f"{samples} samples, {count} detections in {len(fields)} fields"


@check("voc")
def torchvision_voc(folder: Path) -> str:
    from torchvision.datasets import VOCDetection, VOCSegmentation

    data = VOCDetection(folder, year="2012", image_set="trainval")
    objects = 0
    for _, target in data:
        found = target["annotation"].get("object", [])
        assert all(1 <= int(o["bndbox"]["xmin"]) <= int(o["bndbox"]["xmax"]) for o in found)
        objects += len(found)
    maps = VOCSegmentation(folder, year="2012", image_set="trainval")
    classes = {int(v) for _, target in maps for v in np.unique(np.array(target))}
    names = (folder / "labels.txt").read_text().splitlines()
    assert max(classes - {255}) < len(names)
    return f"{len(data)} pictures, {objects} objects, {len(classes)} values in the maps"


@check("voc")
def supervision_voc(folder: Path) -> str:
    import supervision as sv

    root = folder / "VOCdevkit" / "VOC2012"
    data = sv.DetectionDataset.from_pascal_voc(str(root / "JPEGImages"), str(root / "Annotations"))
    return f"{len(data)} pictures, {sum(len(d) for _, _, d in data)} detections of {len(data.classes)} classes"


@check("cityscapes")
def torchvision_cityscapes(folder: Path) -> str:
    from torchvision.datasets import Cityscapes

    lines = []
    for split in sorted(p.name for p in (folder / "leftImg8bit").iterdir()):
        data = Cityscapes(folder, split=split, mode="fine", target_type=["instance", "semantic", "color"])
        for picture, (instances, labels, _) in data:
            ids, classes = np.array(instances), np.array(labels)
            assert ids.shape == picture.size[::-1]
            assert (np.where(ids < 1000, ids, ids // 1000) == classes).all()
        lines.append(f"{split}: {len(data)} pictures")
    return "; ".join(lines)


@check("kitti")
def torchvision_kitti(folder: Path) -> str:
    from torchvision.datasets import Kitti

    (folder / "Kitti").mkdir(exist_ok=True)
    raw = folder / "Kitti" / "raw"
    if not raw.exists():
        raw.mkdir()
        (raw / "training").symlink_to(folder / "training")
    data = Kitti(folder, train=True)
    boxes = [box for _, target in data for box in target]
    assert all(len(box["dimensions"]) == 3 and len(box["location"]) == 3 for box in boxes)
    return f"{len(data)} pictures, {len(boxes)} lines, types {sorted({box['type'] for box in boxes})}"


@check("kitti")
def fiftyone_kitti(folder: Path) -> str:
    from fiftyone.utils.kitti import KITTIDetectionDatasetImporter

    root = folder / "training"
    return _imported(KITTIDetectionDatasetImporter(data_path=str(root / "image_2"), labels_path=str(root / "label_2")))


@check("yolo-detect")
def fiftyone_yolo(folder: Path) -> str:
    from fiftyone.utils.yolo import YOLOv5DatasetImporter

    lines = [
        f"{split}: {_imported(YOLOv5DatasetImporter(dataset_dir=str(folder), yaml_path='data.yaml', split=split))}"
        for split in ("train", "val")
    ]
    return "; ".join(lines)


@check("yolo-segment")
def supervision_yolo(folder: Path) -> str:
    import supervision as sv

    count = 0
    for split in sorted(p.name for p in (folder / "images").iterdir()):
        data = sv.DetectionDataset.from_yolo(
            str(folder / "images" / split), str(folder / "labels" / split), str(folder / "data.yaml"), force_masks=True
        )
        count += sum(len(d) for _, _, d in data)
    return f"{count} detections with masks of {len(data.classes)} classes"


def _ultralytics(folder: Path, task: str, model: str) -> str:
    os.environ["YOLO_CONFIG_DIR"] = str(folder)
    os.environ["YOLO_OFFLINE"] = "true"
    from ultralytics import YOLO
    from ultralytics.data.utils import check_det_dataset

    data = check_det_dataset(str(folder / "data.yaml"))
    result = YOLO(model).train(
        data=str(folder / "data.yaml"), epochs=1, imgsz=160, batch=2, device="cpu", workers=0, plots=False, amp=False,
        project=str(folder / "runs"), exist_ok=True, verbose=False, seed=0,
    )  # fmt: skip
    from ultralytics.data.dataset import YOLODataset

    counts = {}
    for split in ("train", "val"):
        read = YOLODataset(img_path=data[split], data=data, task=task, augment=False)
        counts[split] = (len(read), sum(len(label["cls"]) for label in read.labels))
        assert len(read) == len(list(Path(data[split]).iterdir())), "pictures were refused"
    return f"{len(data['names'])} classes; {counts} (pictures, labels); one epoch: {sorted(result.results_dict)[:2]}"


@check("yolo-detect")
def ultralytics_detect(folder: Path) -> str:
    return _ultralytics(folder, "detect", "yolov8n.yaml")


@check("yolo-segment")
def ultralytics_segment(folder: Path) -> str:
    return _ultralytics(folder, "segment", "yolov8n-seg.yaml")


@check("yolo-pose")
def ultralytics_pose(folder: Path) -> str:
    return _ultralytics(folder, "pose", "yolov8n-pose.yaml")


@check("huggingface")
def datasets_imagefolder(folder: Path) -> str:
    return _datasets(folder, "imagefolder", str(folder / "data"))


@check("huggingface-parquet")
def datasets_parquet(folder: Path) -> str:
    return _datasets(folder, str(folder / "data"), None)


def _datasets(folder: Path, name: str, data_dir: str | None) -> str:
    os.environ["HF_HUB_OFFLINE"] = "1"
    from datasets import load_dataset

    data = load_dataset(name, data_dir=data_dir, cache_dir=str(folder / "cache"))
    lines = []
    for split, rows in data.items():
        row = rows[0]
        assert row["image"].size == (row["width_px"], row["height_px"])
        assert {len(values) for values in row["objects"].values()} == {row["annotations"]}
        if "masks" in row:
            assert [int((np.array(m) > 0).sum()) for m in row["masks"]] == row["objects"]["area"]
        lines.append(f"{split}: {len(rows)} rows, {len(rows.features)} columns")
    return "; ".join(lines)


@check("webdataset")
def webdataset(folder: Path) -> str:
    import webdataset as wds

    shards = json.loads((folder / "shards.json").read_text())
    read = wds.WebDataset([str(folder / s["file"]) for s in shards], shardshuffle=False).decode("rgb8")
    rows = list(read)
    assert len(rows) == sum(s["samples"] for s in shards)
    for row in rows:
        assert row["jpg"].shape[:2] == (row["json"]["height_px"], row["json"]["width_px"])
    return f"{len(rows)} samples, {sum(len(r['json']['annotations']) for r in rows)} annotations"


def main() -> None:
    names = list(CHECKS) if sys.argv[1] == "list" else [sys.argv[1]]
    for name in names:
        kind, function = CHECKS[name]
        if sys.argv[1] == "list":
            print(name, kind)
        else:
            print(f"{name}: {function(Path(sys.argv[2]).resolve())}")


if __name__ == "__main__":
    main()
