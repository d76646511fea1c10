"""Polygons of masks, and YOLO datasets."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import yaml

from blender_synth.exporters import export_dataset, exporter_settings
from blender_synth.exporters.polygons import loops, one_polygon
from blender_synth.exporters.yolo import flip_index
from tests.made_frames import HEIGHT, NEUTRAL, PERSON_BOX, WIDTH, make_run


def _filled(polygon, shape, scale=8):
    """The polygon rasterized finely by the even-odd rule, one value a pixel: the share that it covers."""
    height, width = shape
    fine = np.zeros((height * scale, width * scale), np.uint8)
    cv2.fillPoly(fine, [np.round(polygon * scale - 0.5).astype(np.int32)], 1)
    return fine.reshape(height, scale, width, scale).mean(axis=(1, 3))


def _iou(mask, polygon):
    covered = _filled(polygon, mask.shape) > 0.5
    return (covered & mask).sum() / (covered | mask).sum()


def _ring_and_part():
    mask = np.zeros((60, 80), np.uint8)
    cv2.circle(mask, (30, 30), 22, 1, -1)
    cv2.circle(mask, (30, 30), 10, 0, -1)
    mask[20:50, 60:70] = 1
    return mask.astype(bool)


def test_outlines_lie_on_the_edges_of_pixels():
    mask = np.zeros((20, 30), bool)
    mask[5:9, 10:17] = True
    (outline,) = loops(mask)
    assert {tuple(point) for point in outline} == {(10, 5), (17, 5), (17, 9), (10, 9)}
    mask[0, 0] = True
    assert len(loops(mask)) == 1  # a part of one pixel is left out beside a larger one
    mask[:] = False
    assert loops(mask) == []
    mask[3, 4] = True
    assert len(loops(mask)) == 1
    assert len(loops(np.ones((4, 4), bool))[0]) == 4


def test_holes_and_parts_are_joined_to_one_polygon():
    mask = _ring_and_part()
    found = loops(mask)
    assert len(found) == 3
    assert _iou(mask, one_polygon(found)) > 0.97
    assert _iou(mask, found[0]) < 0.8  # without the hole and the part


def test_random_blobs_keep_their_shape(rng):
    for _ in range(10):
        mask = cv2.GaussianBlur(rng.uniform(size=(60, 80)), (0, 0), 5) > 0.5
        assert _iou(mask, one_polygon(loops(mask, min_part_px=1))) > 0.93


def _export(tmp_path, **settings):
    run = make_run(tmp_path / "run", 3)
    folder = tmp_path / "data"
    summary = export_dataset([run], folder, exporter_settings({"kind": "yolo", **settings}), NEUTRAL)
    return folder, yaml.safe_load((folder / "data.yaml").read_text()), summary


def _labels(folder, split):
    return {
        file.stem: [[float(v) for v in line.split()] for line in file.read_text().splitlines()]
        for file in sorted((folder / "labels" / split).glob("*.txt"))
    }


def test_boxes_and_names(tmp_path):
    folder, data, summary = _export(tmp_path, splits={"train": 1, "val": 0})
    assert [data["names"][n] for n in range(3)] == ["pedestrian", "pedestrian_reflection", "mirror"]
    assert (data["train"], data["val"]) == ("images/train", "images/train")
    labels = _labels(folder, "train")
    assert set(labels) == {file.stem for file in (folder / "images" / "train").iterdir()}
    assert "3 pictures, 12 labels" in summary
    rows, columns = PERSON_BOX
    person = next(line for line in labels["run_000000"] if line[0] == 0)
    expected = [14 / WIDTH, 30 / HEIGHT, (columns.stop - columns.start) / WIDTH, (rows.stop - rows.start) / HEIGHT]
    assert person[1:] == pytest.approx(expected, abs=1e-5)


def test_polygons_cover_the_masks(tmp_path):
    folder, _, _ = _export(tmp_path, splits={"train": 1}, task="segment")
    person = next(line for line in _labels(folder, "train")["run_000000"] if line[0] == 0)
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[PERSON_BOX] = True
    assert _iou(mask, np.reshape(person[1:], (-1, 2)) * (WIDTH, HEIGHT)) == 1.0


def test_what_is_to_be_ignored_has_no_label_and_may_be_blank(tmp_path):
    folder, data, _ = _export(tmp_path, splits={"train": 1}, reflections="ignore", ignored="blank", image_format="png")
    assert [data["names"][n] for n in range(2)] == ["pedestrian", "mirror"]
    picture = cv2.imread(str(folder / "images" / "train" / "run_000000.png"))
    assert (picture[22:36, 34:40] == 114).all()
    assert not (picture[20:40, 10:18] == 114).all()
    assert sorted(line[0] for line in _labels(folder, "train")["run_000000"]) == [0, 1]


def test_left_and_right_change_places():
    assert flip_index() == [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]
