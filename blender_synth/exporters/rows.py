"""Rows of the tables of `frames/table.py` for exported pictures, and the table of annotations that filters use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from blender_synth.annotate.instances import Instance
from blender_synth.categories import PEDESTRIAN, REFLECTION
from blender_synth.frames.table import PERSON_COLUMNS, Row, Value, frame_row
from blender_synth.strict_json import finite

if TYPE_CHECKING:
    from blender_synth.exporters.common import AnnotationRecord, ImageRecord

ANNOTATION_COLUMNS = (
    "category", "name", "visible_px", "amodal_px", "height_px", "width_px", "visibility", "truncation", "distance_m",
    "transmittance", "contrast", "mix", "overlap", "bounces", "is_reflection", "source_in_frame", "mirror_kind",
    "surface", "facing_camera_deg", "stature_m", "age_years", "age_group", "sex", "activity", "clothing", "carried",
)  # fmt: skip
"""Columns that `exporter.annotation_where` may name. Those of people are empty for everything else."""
_OF_PEOPLE = ("facing_camera_deg", "stature_m", "age_years", "age_group", "sex", "activity", "clothing", "carried")
JOINTS = ("joints_world_m", "joints_camera_m")
PERSON_ATTRIBUTES = tuple(
    column.name for column in PERSON_COLUMNS
    if column.name not in ("image", "image_id", "instance_id", "visible_px", "reflections_seen")
)  # fmt: skip
"""What an annotation of a person, or of a reflection, says of the person."""


def picture_row(record: ImageRecord) -> Row:
    """All columns of `FRAME_COLUMNS` for one picture."""
    shown = [entry.instance for entry in record.annotations]
    return {
        "image": record.name,
        "image_id": record.image_id,
        "split": record.split,
        "run": record.run,
        **frame_row(record.frame.meta),
        "hour": record.hour,
        "pair_image_id": None if record.twin is None else record.twin.image_id,
        "mor_m": record.shot.mor_m,
        "exposure_ev": record.shot.exposure_ev,
        "iso": None if record.shot.iso is None else round(record.shot.iso),
        "people_seen": sum(instance.category == PEDESTRIAN for instance in shown),
        "reflections_seen": sum(instance.category == REFLECTION for instance in shown),
        "annotations": len(shown),
    }


def people_rows(record: ImageRecord) -> list[Row]:
    """All columns of `PERSON_COLUMNS` for everybody in the scene of one picture, seen or not."""
    direct = {e.instance.instance_id: e.instance for e in record.annotations if e.instance.category == PEDESTRIAN}
    mirrored = [e.instance.reflection_of for e in record.annotations if e.instance.category == REFLECTION]
    rows: list[Row] = []
    for number, row in record.people.items():
        seen = direct.get(number)
        rows.append(
            {
                "image": record.name,
                "image_id": record.image_id,
                "visible_px": 0 if seen is None else seen.visible_px,
                "reflections_seen": mirrored.count(number),
                **row,
            }
        )
    return rows


def annotation_row(instance: Instance, category: str, contrast: float | None, people: Mapping[int, Row]) -> Row:
    """The columns of `ANNOTATION_COLUMNS` for one annotation.

    Args:
        category: under the policy for reflections. people: rows of `person_rows`.
    """
    source = people.get(instance.instance_id if instance.reflection_of is None else instance.reflection_of, {})
    return {
        "category": category,
        "name": instance.name,
        "visible_px": instance.visible_px,
        "amodal_px": instance.amodal_px,
        "width_px": instance.bbox_xywh_px[2],
        "height_px": instance.bbox_xywh_px[3],
        "visibility": instance.visibility,
        "truncation": instance.truncation,
        "distance_m": instance.distance_m,
        "transmittance": instance.transmittance,
        "contrast": contrast,
        "mix": instance.mix,
        "overlap": instance.overlap,
        "bounces": instance.bounces,
        "is_reflection": instance.reflection_of is not None,
        "source_in_frame": instance.source_in_frame,
        "mirror_kind": instance.mirror_kind,
        "surface": instance.surface,
        **{name: source.get(name) for name in _OF_PEOPLE},
    }


def person_attributes(entry: AnnotationRecord, people: Mapping[int, Row]) -> dict[str, object]:
    """`PERSON_ATTRIBUTES` of an annotation as JSON values; empty where it is neither a person nor a reflection of one.

    Those of a reflection are of the person itself, not of the mirror image.
    """
    instance = entry.instance
    row = people.get(instance.instance_id if instance.reflection_of is None else instance.reflection_of)
    return {} if row is None else json_row({name: row.get(name) for name in PERSON_ATTRIBUTES})


def json_row(row: Mapping[str, Value]) -> dict[str, object]:
    """A row as JSON values: NaN and infinity become null."""
    return {name: finite(value) for name, value in row.items()}
