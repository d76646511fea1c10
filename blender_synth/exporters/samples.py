"""One picture with all that is known of it as JSON values, for formats that keep samples together."""

from __future__ import annotations

import importlib
from types import ModuleType

from blender_synth.errors import ConfigError
from blender_synth.exporters.common import AnnotationRecord, ImageRecord
from blender_synth.exporters.rows import annotation_row, json_row, person_attributes, picture_row
from blender_synth.frames.meta import Rle


def sample(record: ImageRecord) -> dict[str, object]:
    """The picture's row, its camera, its licences and its annotations."""
    camera = record.frame.meta.camera
    return {
        **json_row(picture_row(record)),
        "camera": {"k": camera.k, "world_from_camera": camera.world_from_camera},
        "licences": [licence.name for licence in record.frame.meta.licences],
        "annotations": [annotation(entry, record) for entry in record.annotations],
    }


def annotation(entry: AnnotationRecord, record: ImageRecord) -> dict[str, object]:
    """One annotation: class, box, mask (COCO's run-length encoding), links, keypoints and attributes."""
    instance = entry.instance
    row = json_row(annotation_row(instance, entry.category, entry.contrast, record.people))
    keypoints = instance.keypoints
    return {
        **row,
        "object_id": instance.instance_id,
        "ignore": entry.ignore,
        "bbox_xywh_px": list(instance.bbox_xywh_px),
        "mask": Rle.of(instance.mask).coco(),
        "reflection_of": instance.reflection_of,
        "via": list(instance.via),
        "keypoints": None if keypoints is None else [[round(float(v), 2) for v in point] for point in keypoints],
        "person": person_attributes(entry, record.people) or None,
    }


def needed(module: str, package: str, kind: str) -> ModuleType:
    """A library that a format needs.

    Raises:
        ConfigError: it is not installed, or does not work with the other libraries.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ConfigError(
            f"exporter={kind} needs the library {package} ({str(error)[:200]})",
            key="exporter",
            value=kind,
            hint="pip install 'blender-synth-people[formats]'",
        ) from None
