"""Reads COCO files of this and of other programs: splits, attributes, masks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as _coco_mask

Json = dict[str, Any]
_FAR = 4
"""Corners of polygons may be so many times as far from the picture's corner as it is long."""
_FORMER_NAMES = {"instance_id": ("instance_id", "object_id")}


def split_files(dataset: Path, kind: str) -> Iterator[tuple[str, Path]]:
    """(split, file) of every `<kind>_<split>.json` in folders named annotations (or panoptic) of a dataset."""
    found = {*dataset.glob(f"**/annotations/{kind}_*.json"), *dataset.glob(f"**/annotations/**/{kind}_*.json")}
    if kind == "panoptic":
        found |= {*dataset.glob("**/panoptic/panoptic_*.json")}
    for file in sorted(found):
        if "report" not in file.relative_to(dataset).parts:
            yield file.stem.removeprefix(f"{kind}_"), file


def load(file: Path) -> Json:
    """The content of a COCO file, whose `images`, `annotations` and `categories` are lists of mappings.

    Raises:
        OSError: it cannot be read. ValueError: it is not JSON, or not of COCO's form.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("the file is nested too deeply") from None
    if not isinstance(content, dict):
        raise ValueError("the file holds no keys")
    for key in ("images", "annotations", "categories"):
        if not isinstance(content.get(key), list) or not all(isinstance(row, dict) for row in content[key]):
            raise ValueError(f"`{key}` is not a list of mappings")
    return content


def attribute(row: Mapping[str, Any], name: str) -> Any:
    """A value of an image or annotation, from the row itself or from its `attributes`; None where it has none."""
    nested = row.get("attributes")
    for key in _FORMER_NAMES.get(name, (name,)):
        for place in (row, nested if isinstance(nested, dict) else {}):
            if key in place:
                return place[key]
    return None


def mask_of(segmentation: Any, height: int, width: int) -> np.ndarray:
    """The mask (H, W) bool of a run-length encoding or of polygons.

    Raises:
        ValueError: it is neither, is damaged, or is of another size.
    """
    try:
        if isinstance(segmentation, dict):
            rle = segmentation
            if list(rle.get("size", ())) != [height, width]:
                raise ValueError(f"the mask is of the size {rle.get('size')}, not {[height, width]}")
            if isinstance(rle["counts"], list):
                if not all(isinstance(count, int) and 0 <= count <= height * width for count in rle["counts"]):
                    raise ValueError("`counts` holds something else than numbers of pixels")
                rle = _coco_mask.frPyObjects(rle, height, width)
            elif not isinstance(rle["counts"], str) or not rle["counts"].isascii():
                raise ValueError("`counts` is no text")
            return _coco_mask.decode(rle).astype(bool)
        if not isinstance(segmentation, list) or not segmentation:
            raise ValueError("there is no segmentation")
        far = _FAR * max(height, width)  # pycocotools walks along the outlines, and ends the process on far ones
        for polygon in segmentation:
            if not isinstance(polygon, list) or len(polygon) < 6 or len(polygon) % 2:
                raise ValueError("a polygon is no list of x, y of three corners or more")
            if not all(isinstance(value, int | float) and -far <= value <= far for value in polygon):
                raise ValueError("a polygon has a corner that is no number, or far outside of the picture")
        rle = _coco_mask.merge(_coco_mask.frPyObjects(segmentation, height, width))
        return _coco_mask.decode(rle).astype(bool)
    except ValueError:
        raise
    except Exception as error:  # pycocotools raises several kinds
        raise ValueError(f"the mask cannot be decoded ({error})") from None


def box_of(mask: np.ndarray) -> list[int]:
    """x, y, width, height of an (H, W) bool mask; zeros where it is empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return [0, 0, 0, 0]
    x, y = int(columns[0]), int(rows[0])
    return [x, y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1]
