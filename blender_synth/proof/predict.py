"""Stage 4: what a trained network finds in a test set, as a COCO results file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from pycocotools import mask as rle_masks

from blender_synth.cache import write_atomically
from blender_synth.learn.seeding import best_device
from blender_synth.proof.datasets import PEOPLE_NAMES, REFLECTION_NAMES, Dataset, category_id
from blender_synth.proof.fit import computes_in_bfloat16, load_network, prepare
from blender_synth.proof.loading import Sample, batch_arrays, fitted
from blender_synth.proof.network import PROTOTYPE_STRIDE, Outputs
from blender_synth.proof.settings import ProofSettings

_LEAST_SCORE, _CANDIDATES, _MOST = 0.02, 400, 100
_SAME_OBJECT = 0.6
"""Overlap above which the better one of two boxes stays; an object has one box, with a score for each class."""
_BATCH = 16
_REFLECTION_ID = 2
"""Category of reflections in results on datasets that have none."""

Json = dict[str, Any]


def predict(checkpoint: Path, dataset: Dataset, file: Path, settings: ProofSettings) -> None:
    """Write the results file, unless it is there and of this checkpoint and dataset.

    Raises:
        RunError: the checkpoint or a picture cannot be read.
    """
    digest = hashlib.sha256(checkpoint.read_bytes())
    digest.update(json.dumps([[str(p.file), p.image["id"]] for p in dataset.pictures]).encode())
    mark = file.with_suffix(".made")
    if file.is_file() and mark.is_file() and mark.read_text(encoding="utf-8") == digest.hexdigest():
        return
    prepare(settings)
    network, size = load_network(checkpoint, settings)
    device = best_device(settings.device)
    ids = [category_id(dataset, PEOPLE_NAMES) or 1, category_id(dataset, REFLECTION_NAMES) or _REFLECTION_ID]
    results: list[Json] = []
    for start in range(0, len(dataset.pictures), _BATCH):
        pictures = dataset.pictures[start : start + _BATCH]
        samples = [fitted(picture, (int(size[0]), int(size[1]))) for picture in pictures]
        batch = torch.from_numpy(batch_arrays(samples)).to(device, memory_format=torch.channels_last)
        with (
            torch.inference_mode(),
            torch.autocast(device.type, torch.bfloat16, enabled=computes_in_bfloat16(settings, device)),
        ):
            outputs = network(batch)
        for number, (picture, sample) in enumerate(zip(pictures, samples, strict=True)):
            results += [
                {"image_id": int(picture.image["id"]), "category_id": ids[kind], **found}
                for kind, found in _detections(outputs, number, sample)
            ]
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, json.dumps(results))
    write_atomically(mark, digest.hexdigest())


def _detections(outputs: Outputs, number: int, sample: Sample) -> list[tuple[int, Json]]:
    """Class and COCO's keys of what is found in one picture of a batch; of an object, a row for each likely class."""
    scores = torch.sigmoid(outputs.found[number])
    by_class = outputs.scores[number].cpu().numpy()
    order = torch.argsort(scores, descending=True, stable=True)[:_CANDIDATES]
    order = order[scores[order] >= _LEAST_SCORE]
    boxes = outputs.boxes[number, order].cpu().numpy()
    kept = kept_boxes(boxes, _SAME_OBJECT)[:_MOST]
    found = []
    prototypes = outputs.prototypes[number].cpu().numpy()
    width, height = sample.size_px
    scale, offset = sample.matrix[0, 0], sample.matrix[:, 2]
    for place in kept:
        cell = int(order[place])
        ends = (boxes[place].reshape(2, 2) - offset) / scale
        (x0, y0), (x1, y1) = np.clip(ends, 0, (width, height))
        if x1 - x0 < 1 or y1 - y0 < 1:
            continue
        box = [round(float(v), 2) for v in (x0, y0, x1 - x0, y1 - y0)]
        rle = _rle(prototypes, outputs.coefficients[number, cell].cpu().numpy(), (x0, y0, x1, y1), sample)
        found += [
            (kind, {"bbox": box, "score": round(float(score), 5), "segmentation": rle})
            for kind, score in enumerate(by_class[cell])
            if score >= _LEAST_SCORE
        ]
    return found


def _rle(prototypes: np.ndarray, coefficients: np.ndarray, box: tuple[float, ...], sample: Sample) -> Json:
    width, height = sample.size_px
    logits = np.tensordot(coefficients, prototypes, 1).astype(np.float32)
    x0, y0, x1, y1 = int(box[0]), int(box[1]), int(np.ceil(box[2])), int(np.ceil(box[3]))
    small = sample.matrix / PROTOTYPE_STRIDE
    from_box = small.copy()  # from the pixels of the box, whose centres are integers in OpenCV, to those of the logits
    from_box[:, 2] += small[:, :2] @ [x0 + 0.5, y0 + 0.5] - 0.5
    inside = cv2.warpAffine(
        logits, from_box, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    mask = np.zeros((height, width), np.uint8)
    mask[y0:y1, x0:x1] = inside > 0
    rle = rle_masks.encode(np.asfortranarray(mask))
    return {"size": [height, width], "counts": rle["counts"].decode("ascii")}


def kept_boxes(boxes: np.ndarray, most: float) -> list[int]:
    """Positions of boxes (N, 4), best first, that no better one overlaps by more than `most`."""
    areas = (boxes[:, 2:] - boxes[:, :2]).clip(0).prod(1)
    waiting, kept = np.arange(len(boxes)), []
    while len(waiting):
        first, rest = waiting[0], waiting[1:]
        kept.append(int(first))
        low, high = np.maximum(boxes[first, :2], boxes[rest, :2]), np.minimum(boxes[first, 2:], boxes[rest, 2:])
        both = (high - low).clip(0).prod(1)
        waiting = rest[both / np.maximum(areas[first] + areas[rest] - both, 1e-6) <= most]
    return kept
