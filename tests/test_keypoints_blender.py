"""Visibility of keypoints against rays traced by Embree: direct, in flat and curved mirrors, and behind glass."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from blender_synth.annotate.instances import Instance, annotate
from blender_synth.annotate.keypoints import MARGIN_M, depths_m
from blender_synth.annotate.ownership import GlassPolicy
from blender_synth.blender import build, cycles, label_pass, record
from blender_synth.blender.stage import Stage
from blender_synth.config import compose
from blender_synth.frames.meta_json import FILE, write_meta
from blender_synth.frames.raw_frame import RawFrame, encode_via
from blender_synth.keypoints import COCO_KEYPOINTS
from blender_synth.packs.search import find_packs
from blender_synth.world.sample import sample_scene
from tests.ray_mesh import Triangles, camera_rays, follow

pytestmark = pytest.mark.blender

SIZE = ("render=draft", "render.width_px=1280", "render.height_px=720", "pedestrians.count=[5,6]")
TALL_PX = 60
"""In smaller views one pixel covers as much as a limb is thick, so its centre and the joint may show two parts."""
_AROUND_PX = np.array([(0, 0), (0.7, 0), (-0.7, 0), (0, 0.7), (0, -0.7)])
FEW = (
    ("scene=lobby", "mirrors=wall", "camera=handheld", "seed=3"),
    ("scene=street", "mirrors=glass_door", "weather=cloudy", "camera=handheld", "seed=4"),
)
MANY = (
    ("scene=car_park", "mirrors=convex", "camera=cctv", "seed=19"),
    ("scene=gym", "mirrors=panels", "camera=handheld", "seed=25"),
    ("scene=plaza", "mirrors=shopfront", "weather=cloudy", "camera=handheld", "seed=18"),
    ("scene=lift", "mirrors=wall", "camera=handheld", "seed=28"),
    ("scene=shopping_arcade", "mirrors=polished_floor", "camera=handheld", "seed=22"),
    ("scene=street", "mirrors=dome", "weather=rainy", "camera=dashcam", "seed=8"),
    ("scene=lobby", "mirrors=mixed", "camera=cctv", "seed=24"),
    ("scene=waiting_room", "mirrors=wall", "camera=handheld", "seed=30"),
    ("scene=street", "mirrors=chrome", "weather=snowy", "camera=handheld", "seed=10"),
    ("scene=crosswalk", "mirrors=none", "pedestrians.count=[14,16]", "weather=cloudy", "camera=cctv", "seed=16"),
)


def labelled(folder: Path, overrides: tuple[str, ...]) -> tuple[Stage, RawFrame]:
    """A scene, built, and its raw frame without the picture."""
    settings = compose([*SIZE, *overrides])
    packs = tuple(find_packs(settings.packs, "stop"))
    spec = sample_scene(settings, packs, 0)
    stage = build.build_scene(spec, {pack.name: pack.folder for pack in packs}, Path(settings.scenery.folder))
    cycles.apply_picture_settings(stage.scene, settings.render, 0)
    labels = label_pass.render_labels(stage)
    bodies = {person.instance_id: stage.triangles(person.instance_id) for person in spec.people}
    rows = record._label_files(folder, spec, stage, labels, bodies, {})
    write_meta(folder / FILE, record._frame_meta(spec, stage, rows, record.Facts((), "cpu")))
    return stage, RawFrame(folder)


@dataclasses.dataclass
class Judged:
    """One joint inside the picture: its flag, whether rays find that it is seen, whether rays around it, 0.7 px away,
    say the same, whether that pixel is this person's, whether the person is seen directly from behind, and the height
    of the view."""

    name: str
    flag: int
    seen: bool
    certain: bool
    on_person: bool
    from_behind: bool
    tall_px: int


def judge(frame: RawFrame, instance: Instance, world: Triangles) -> list[Judged]:
    """Every keypoint of an instance that is inside the picture, against the rays."""
    number = instance.reflection_of or instance.instance_id
    person = frame.meta.by_id[number].person
    joints = np.array([person.keypoints_m[name] for name in COCO_KEYPOINTS])
    code = encode_via(instance.via, frame.meta.mirror_slots)
    reach = depths_m(person, COCO_KEYPOINTS) + MARGIN_M
    seen = np.zeros((len(_AROUND_PX), len(joints)), bool)
    for place, offset in enumerate(_AROUND_PX):
        origin, direction = camera_rays(instance.keypoints[:, :2] + offset, frame.pose, frame.k)
        for through in (False, True):
            _, end, codes, _, points = follow(world, origin, direction, through)
            seen[place] |= (end == number) & (codes == code) & (np.linalg.norm(points - joints, axis=1) <= reach)
    certain = (seen == seen[0]).all(0)
    front = np.cross(joints[5] - joints[6], [0.0, 0.0, 1.0])  # from the right shoulder to the left, so to the front
    from_behind = not instance.via and direction.mean(0) @ front / np.linalg.norm(front) > 0.5
    return [
        Judged(
            name,
            int(flag),
            bool(here),
            bool(sure),
            bool(instance.mask[int(y), int(x)]),
            from_behind,
            instance.bbox_xywh_px[3],
        )
        for name, (x, y, flag), here, sure in zip(COCO_KEYPOINTS, instance.keypoints, seen[0], certain, strict=True)
        if flag > 0
    ]


def judged(folder: Path, scenes) -> list[Judged]:
    """The keypoints of every instance of some scenes."""
    rows = []
    for number, overrides in enumerate(scenes):
        (folder / str(number)).mkdir()
        stage, frame = labelled(folder / str(number), overrides)
        world = Triangles(stage)
        for instance in annotate(frame, None, GlassPolicy(glass="both", min_mix=0.0)):
            if instance.keypoints is not None:
                rows += judge(frame, instance, world)
    return rows


def check(rows: list[Judged]) -> None:
    """Away from the edges of what covers a joint, the labels agree with the rays, and nearly so everywhere; a 2 is on
    the person, and nobody's face is seen from behind."""
    assert len(rows) > 50
    assert {row.flag for row in rows} == {1, 2}
    tall = [row for row in rows if row.tall_px >= TALL_PX]
    certain = [row for row in tall if row.certain]
    assert len(certain) > 0.8 * len(tall)
    assert np.mean([(row.flag == 2) == row.seen for row in certain]) >= 0.98
    assert np.mean([(row.flag == 2) == row.seen for row in tall]) >= 0.95
    assert np.mean([(row.flag == 2) == row.seen for row in rows]) >= 0.93
    assert all(row.on_person for row in rows if row.flag == 2)
    faces = [row for row in rows if row.from_behind and row.name in ("nose", "left_eye", "right_eye")]
    assert sum(row.flag == 2 for row in faces) <= 0.02 * len(faces)


def test_keypoints_agree_with_traced_rays(tmp_path):
    check(judged(tmp_path, FEW))


@pytest.mark.chaos
def test_keypoints_agree_with_traced_rays_in_many_scenes(tmp_path):
    check(judged(tmp_path, MANY))
