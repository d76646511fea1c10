"""One table of what a frame is, and one of the people in it: names, types and units of the columns, and their values.

The columns are described for users in `.docs/tables.md`; a test compares that page with `FRAME_COLUMNS` and
`PERSON_COLUMNS`. What depends on the developed picture (its visibility, exposure and counts of what is seen) is added
by `exporters/rows.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import yaml

from blender_synth.frames.meta import FrameMeta, InstanceRow
from blender_synth.frames.scene_facts import PersonFacts, WeatherFacts
from blender_synth.keypoints import COCO_KEYPOINTS

Value = str | int | float | bool | None | list[str] | list[float]
Row = dict[str, Value]
Type = Literal["text", "integer", "number", "flag", "texts", "numbers"]

FOG_MOR_M, HAZE_MOR_M = 1000.0, 10_000.0
"""Fog and mist or haze end at these visibilities (WMO No. 306, code table 4677)."""
CLOUDY_OKTAS, OVERCAST_OKTAS = 5.0, 7.95
GOLDEN_BELOW_DEG, DUSK_BELOW_DEG, NIGHT_BELOW_DEG = 6.0, -0.833, -6.0
"""Elevations of the sun: low light, sunset (with refraction), end of civil twilight."""


@dataclass(frozen=True)
class Column:
    """A column of a table. `unit` is ``"-"`` where there is none."""

    name: str
    type: Type
    unit: str
    meaning: str


def _columns(text: str) -> tuple[Column, ...]:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return tuple(Column(name, type_, unit, meaning) for name, type_, unit, meaning in rows)  # type: ignore[arg-type]


FRAME_COLUMNS = _columns("""
image | text | - | name of the picture, unique in the dataset
image_id | integer | - | the same as a number, from 1
split | text | - | part of the dataset that the scene belongs to
run | text | - | short name of the run folder
frame_index | integer | - | number of the frame in its run
scene_index | integer | - | number of the scene in its run; its views and paired frames share one
seed | integer | - | seed of the run
view | integer | - | number of the view of its scene, from 0
scene_group | text | - | the same for all pictures of one scene, which are in one split
pair_role | text | - | of a run with `mirrors.paired`: `mirror` or `matt`
pair_image_id | integer | - | the paired picture, where it is in the dataset
refined_by | text | - | hash of the model that refined the picture; empty where it is as it was rendered
refined_photos | text | - | hash of the photographs that the model learned from
refined_score | number | 0 to 1 | how well the labels fit the refined picture
refined_variant | integer | - | number of the look, from 0
scene | text | - | name of the scene
indoors | flag | - | whether the whole scene is under a roof
weather | text | - | the main one of `weathers`
weathers | texts | - | all that hold: snowy, rainy, foggy, hazy, overcast, cloudy, sunny, and kinds of phenomena
time_of_day | text | - | day, golden (sun below 6 degrees), dusk or night (below -6 degrees)
hour | number | h | local time, where the weather was given by place and clock
mor_m | number | m | visibility (meteorological optical range) of the picture; empty for perfectly clear air
scene_mor_m | number | m | visibility of the weather as sampled, whatever the picture was developed with
rain_mm_h | number | mm/h | rate of rain
snow_mm_h | number | mm/h | rate of snowfall, as water
snow_depth_cm | number | cm | lying snow
cloud_oktas | number | oktas | cloud cover, 0 to 8
sun_elevation_deg | number | degrees | of the sun above the horizon
sun_azimuth_deg | number | degrees | of the sun, counter-clockwise from +X
temperature_c | number | degrees C | of the air
wind_mps | number | m/s | speed of the wind
wetness | number | 0 to 1 | of the ground
ice | number | 0 to 1 | share of ice on the ground
headlights | flag | - | whether cars have their lights on
sky | text | - | the photographed sky, if any
width_px | integer | px | width of the picture
height_px | integer | px | height of the picture
camera_model | text | - | camera model, such as pinhole
rig | text | - | how the camera is mounted: handheld, cctv, dashcam
focal_length_mm | number | mm | of the lens
sensor_width_mm | number | mm | of the sensor
field_of_view_deg | number | degrees | horizontal field of view
camera_height_m | number | m | of the camera above the ground of the scene's origin
camera_yaw_deg | number | degrees | azimuth of the optical axis, counter-clockwise from +X
camera_pitch_deg | number | degrees | elevation of the optical axis
camera_roll_deg | number | degrees | about the optical axis
exposure_ev | number | stops | log2 of the factor from the radiance of radiance.exr to the picture's
iso | number | ISO | speed of the sensor; empty without noise
mirrors | integer | count | reflecting surfaces in the scene
mirror_kinds | texts | - | their kinds
people | integer | count | people in the scene, seen or not
people_seen | integer | count | annotated people that are seen directly or through glass
reflections_seen | integer | count | annotated reflections of people
annotations | integer | count | everything annotated
""")
PERSON_COLUMNS = _columns("""
image | text | - | name of the picture
image_id | integer | - | the same as a number
instance_id | integer | - | of the person, as in the label layers
visible_px | integer | px | pixels that show the person directly; 0 where it is not seen
reflections_seen | integer | count | annotated reflections of the person
distance_m | number | m | from the camera to the centre of the box, in a straight line
heading_deg | number | degrees | azimuth that the person faces, counter-clockwise from +X of the world
facing_camera_deg | number | degrees | heading against the direction to the camera; 0 faces it, 180 shows the back
stature_m | number | m | body height without shoes
age_years | number | years | age
age_group | text | - | child (below 13), teenager (below 18), adult (below 65), senior
sex | text | - | of the body
activity | text | - | such as walk
speed_mps | number | m/s | of walking
clothing | texts | - | `slot:kind` of each garment
carried | texts | - | kinds of carried items
asset | text | - | `pack/item` of a model from a pack
position_world_m | numbers | m | x y z of the ground below the pelvis
box_center_world_m | numbers | m | x y z of the centre of the oriented box, clothes and carried items included
box_center_camera_m | numbers | m | the same in the camera's axes (x right, y down, z forward)
box_size_m | numbers | m | length along the heading, width, height
box_rotation_world | numbers | - | 3 x 3 by rows; columns are the box's axes (ahead, left, up) in the world
box_rotation_camera | numbers | - | the same in the camera's axes
joints_world_m | numbers | m | x y z of COCO's 17 keypoints, one after the other; NaN where not known
joints_camera_m | numbers | m | the same in the camera's axes
""")


def frame_row(meta: FrameMeta) -> Row:
    """The columns of `FRAME_COLUMNS` that follow from a frame's metadata alone."""
    weather, rig, width = meta.weather, meta.rig, meta.camera.width_px
    kinds = [] if meta.medium.indoors else weathers(weather)
    mirrors = [row.mirror for row in meta.instances if row.mirror is not None]
    pair = meta.pair
    refined = meta.refined if meta.refined is not None and meta.refined.accepted else None
    return {
        "frame_index": meta.frame_index,
        "scene_index": meta.scene_index,
        "seed": meta.root_seed,
        "view": meta.view,
        "scene_group": meta.scene_group,
        "pair_role": None if pair is None else pair.role,
        "refined_by": None if refined is None else refined.by,
        "refined_photos": None if refined is None else refined.photos,
        "refined_score": None if refined is None else refined.score,
        "refined_variant": None if refined is None else refined.variant,
        "scene": meta.scene,
        "indoors": meta.medium.indoors,
        "weather": "indoors" if meta.medium.indoors else (kinds[0] if kinds else None),
        "weathers": kinds,
        "time_of_day": time_of_day(weather.sun_elevation_deg),
        "scene_mor_m": weather.mor_m if weather.mor_m is not None else meta.medium.mor_m,
        "rain_mm_h": weather.rain_mm_h,
        "snow_mm_h": weather.snow_mm_h,
        "snow_depth_cm": weather.snow_depth_cm,
        "cloud_oktas": weather.cloud_oktas,
        "sun_elevation_deg": weather.sun_elevation_deg,
        "sun_azimuth_deg": weather.sun_azimuth_deg,
        "temperature_c": weather.temperature_c,
        "wind_mps": weather.wind_mps,
        "wetness": weather.wetness,
        "ice": weather.ice,
        "headlights": weather.headlights,
        "sky": weather.hdri,
        "width_px": width,
        "height_px": meta.camera.height_px,
        "camera_model": rig.kind,
        "rig": rig.rig,
        "focal_length_mm": rig.focal_length_mm,
        "sensor_width_mm": rig.sensor_width_mm,
        "field_of_view_deg": round(float(np.degrees(2 * np.arctan(width / 2 / meta.camera.intrinsics[0, 0]))), 3),
        "camera_height_m": round(float(meta.camera.pose[2, 3]), 4),
        "camera_yaw_deg": rig.yaw_deg,
        "camera_pitch_deg": rig.pitch_deg,
        "camera_roll_deg": rig.roll_deg,
        "mirrors": len(mirrors),
        "mirror_kinds": sorted({mirror.mirror_kind for mirror in mirrors}),
        "people": sum(row.person is not None for row in meta.instances),
    }


@lru_cache(maxsize=64)
def hour_of_run(run: Path) -> float | None:
    """Local time of a run whose weather was given by place, date and clock; None for other runs."""
    try:
        config = yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8"))
        weather = config["weather"]
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError):
        return None
    parts = [weather, *weather.values()] if isinstance(weather, Mapping) else []
    for part in parts:
        clock = part.get("clock") if isinstance(part, Mapping) else None
        if isinstance(clock, int):  # YAML 1.1 reads 18:30 as a number of minutes
            return round(clock / 60, 4)
        if isinstance(clock, str) and (found := re.match(r"(\d+):(\d+)", clock)):
            return round(int(found[1]) + int(found[2]) / 60, 4)
    return None


def weathers(weather: WeatherFacts) -> list[str]:
    """Every kind of weather that holds, the one that affects pictures most first."""
    falls_snow, falls_rain = bool(weather.snow_mm_h), bool(weather.rain_mm_h)
    mor_m, oktas = weather.mor_m, weather.cloud_oktas
    found = []
    if falls_snow or weather.snow_depth_cm:
        found.append("snowy")
    if falls_rain:
        found.append("rainy")
    if mor_m is not None and mor_m < FOG_MOR_M and not falls_snow:  # falling snow alone may hide things as fog does
        found.append("foggy")
    found += weather.phenomena
    if mor_m is not None and FOG_MOR_M <= mor_m < HAZE_MOR_M and not (falls_snow or falls_rain):
        found.append("hazy")
    if oktas is not None:
        found.append("sunny" if oktas < CLOUDY_OKTAS else "cloudy" if oktas < OVERCAST_OKTAS else "overcast")
    return found


def time_of_day(sun_elevation_deg: float | None) -> str | None:
    """`day`, `golden`, `dusk` or `night`; None where the sun's elevation is not known."""
    if sun_elevation_deg is None:
        return None
    if sun_elevation_deg < NIGHT_BELOW_DEG:
        return "night"
    if sun_elevation_deg < DUSK_BELOW_DEG:
        return "dusk"
    return "golden" if sun_elevation_deg < GOLDEN_BELOW_DEG else "day"


def age_group(age_years: float | None) -> str | None:
    """`child`, `teenager`, `adult` or `senior`; None where the age is not known."""
    if age_years is None:
        return None
    return "child" if age_years < 13 else "teenager" if age_years < 18 else "adult" if age_years < 65 else "senior"


@dataclass(frozen=True)
class Box3d:
    """An oriented box that stands upright.

    Attributes:
        center_m: world. size_m: along the heading, to the left, up. heading_deg: counter-clockwise from +X.
    """

    center_m: tuple[float, float, float]
    size_m: tuple[float, float, float]
    heading_deg: float

    @property
    def rotation(self) -> np.ndarray:
        """(3, 3): columns are the box's axes (ahead, left, up) in the world."""
        return heading_rotation(self.heading_deg)


def heading_rotation(heading_deg: float) -> np.ndarray:
    """(3, 3) rotation about the world's z axis."""
    cosine, sine = np.cos(np.radians(heading_deg)), np.sin(np.radians(heading_deg))
    return np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def boxes_3d(meta: FrameMeta) -> dict[int, Box3d]:
    """Oriented boxes by instance id: of people, of objects from asset packs, and of other objects that are seen, where
    the frame records them."""
    people = {row.instance_id: box for row in meta.instances if (box := _person_box(row)) is not None}
    return people | object_boxes_3d(meta)


def object_boxes_3d(meta: FrameMeta) -> dict[int, Box3d]:
    """`boxes_3d` without people."""
    boxes = {}
    for row in meta.instances:
        if (solid := row.object) is not None:
            low, high = (np.array(corner) for corner in solid.box_m)
            boxes[row.instance_id] = _box(low, high, np.array(solid.position_m), solid.heading_deg)
    for prop in meta.spec.get("props", ()):
        if "low_m" in prop and "high_m" in prop:
            low, high = np.array(prop["low_m"], float), np.array(prop["high_m"], float)
            box = _box(low, high, np.array(prop["position_m"], float), float(prop["heading_deg"]))
            boxes[int(prop["instance_id"])] = box
    return boxes


def box_row(box: Box3d, pose: np.ndarray) -> Row:
    """A box as columns of `PERSON_COLUMNS`. `pose`: world_from_camera (4, 4)."""
    return {
        "box_center_world_m": list(box.center_m),
        "box_center_camera_m": _numbers(in_camera(np.array(box.center_m), pose)),
        "box_size_m": list(box.size_m),
        "box_rotation_world": _numbers(box.rotation, 6),
        "box_rotation_camera": _numbers(pose[:3, :3].T @ box.rotation, 6),
    }


_NO_BOX: Row = dict.fromkeys(
    ("box_center_world_m", "box_center_camera_m", "box_size_m", "box_rotation_world", "box_rotation_camera")
)


def _person_box(row: InstanceRow) -> Box3d | None:
    """The box of a person; from the axis-aligned one and the joints where the frame is too old to have it."""
    person = row.person
    if person is None or person.position_m is None or person.heading_deg is None:
        return None
    origin = np.array(person.position_m)
    if person.box_m is not None:
        low, high = np.array(person.box_m)
        return _box(low, high, origin, person.heading_deg)
    if person.bounds_m is None:
        return None
    low, high = np.array(person.bounds_m) - origin
    if person.keypoints_m:
        joints = (np.array(list(person.keypoints_m.values())) - origin) @ heading_rotation(person.heading_deg)
        low[:2], high[:2] = joints.min(axis=0)[:2] - 0.1, joints.max(axis=0)[:2] + 0.1
    else:
        half = float((high - low)[:2].mean()) / 2
        low[:2], high[:2] = -half, half
    return _box(low, high, origin, person.heading_deg)


def _box(low: np.ndarray, high: np.ndarray, origin: np.ndarray, heading_deg: float) -> Box3d:
    x, y, z = (round(float(v), 5) for v in origin + heading_rotation(heading_deg) @ ((low + high) / 2))
    length, width, height = (round(float(v), 5) for v in high - low)
    return Box3d((x, y, z), (length, width, height), heading_deg)


def person_rows(meta: FrameMeta) -> dict[int, Row]:
    """The columns of `PERSON_COLUMNS` that follow from a frame's metadata alone, by instance id."""
    facts = {person.instance_id: person for person in meta.people}
    boxes, pose = boxes_3d(meta), meta.camera.pose
    rows: dict[int, Row] = {}
    for row in meta.instances:
        if row.person is not None:
            fact = facts.get(row.instance_id, PersonFacts(instance_id=row.instance_id))
            rows[row.instance_id] = _person_row(row, fact, boxes.get(row.instance_id), pose)
    return rows


def _person_row(row: InstanceRow, fact: PersonFacts, box: Box3d | None, pose: np.ndarray) -> Row:
    person = row.person
    assert person is not None
    position = person.position_m if person.position_m is not None else fact.position_m
    heading = person.heading_deg if person.heading_deg is not None else fact.heading_deg
    facing = None
    if position is not None and heading is not None:
        to_camera = np.degrees(np.arctan2(pose[1, 3] - position[1], pose[0, 3] - position[0]))
        facing = round(float((heading - to_camera + 180) % 360 - 180), 3)
    return {
        "instance_id": row.instance_id,
        "distance_m": None if box is None else round(float(np.linalg.norm(np.array(box.center_m) - pose[:3, 3])), 4),
        "heading_deg": None if heading is None else round(float(heading) % 360, 3),
        "facing_camera_deg": facing,
        "stature_m": fact.stature_m,
        "age_years": fact.age_years,
        "age_group": age_group(fact.age_years),
        "sex": fact.sex,
        "activity": fact.activity,
        "speed_mps": fact.speed_mps,
        "clothing": [f"{slot}:{kind}" for slot, kind in sorted(fact.garments.items())],
        "carried": list(fact.carried),
        "asset": fact.asset,
        "position_world_m": _numbers(position),
        **(_NO_BOX if box is None else box_row(box, pose)),
        **_joints(person.keypoints_m, pose),
    }


def _joints(joints_m: Mapping[str, tuple[float, float, float]] | None, pose: np.ndarray) -> Row:
    if not joints_m:
        return {"joints_world_m": None, "joints_camera_m": None}
    unknown = (np.nan,) * 3
    world = np.array([joints_m.get(name, unknown) for name in COCO_KEYPOINTS])
    return {"joints_world_m": _numbers(world), "joints_camera_m": _numbers(in_camera(world, pose))}


def in_camera(points_m: np.ndarray, pose: np.ndarray) -> np.ndarray:
    """World points (..., 3) in the axes of a camera with the pose world_from_camera (4, 4)."""
    return (points_m - pose[:3, 3]) @ pose[:3, :3]


def _numbers(values: object, decimals: int = 4) -> list[float] | None:
    return None if values is None else [round(float(v), decimals) for v in np.ravel(np.asarray(values, float))]
