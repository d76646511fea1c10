"""Annotations of glass: who owns a pixel that shows two people, shares of light, people behind panes."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from pycocotools.coco import COCO

from blender_synth.annotate.instances import annotate
from blender_synth.annotate.ownership import GlassPolicy
from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters import export_dataset
from blender_synth.exporters.coco import Settings
from blender_synth.frames.raw_frame import RawFrame, write_exr, write_frame
from blender_synth.frames.run_folder import RUN_VERSION
from blender_synth.geometry import project
from blender_synth.keypoints import COCO_KEYPOINTS
from blender_synth.optics.curved_mirrors import reflection_points
from blender_synth.optics.mirror_shapes import SpherePart
from tests import made_frames
from tests.made_frames import HIDDEN_PERSON, MIRROR, MIRROR_BOX, PERSON

BEHIND, BEHIND_PATH_M = 3, 12.0
BEHIND_BOX = (slice(22, 36), slice(38, 44))
"""Its two left columns lie over the reflection of PERSON."""
BOTH = (slice(22, 36), slice(38, 40))
REFLECTED_SHARE = 0.7


def _make(folder, reflected_share=REFLECTED_SHARE, with_shares=True):
    """The frame of `made_frames` with a pane for a mirror, and somebody behind it."""
    labels, meta = made_frames.layers(), made_frames.meta()
    labels["transmitted_path_m"][MIRROR_BOX] = np.inf
    labels["transmitted_id"][BEHIND_BOX] = BEHIND
    labels["transmitted_path_m"][BEHIND_BOX] = BEHIND_PATH_M
    shares = {name: np.zeros(labels["surface_id"].shape, np.float16) for name in ("reflected", "transmitted")}
    shares["reflected"][MIRROR_BOX], shares["transmitted"][MIRROR_BOX] = reflected_share, 1 - reflected_share
    for row in meta["instances"]:
        if row["instance_id"] == MIRROR:
            row["surface"] = "glass"
    meta["instances"].append({"instance_id": BEHIND, "category": "pedestrian", "name": "person_3", "amodal": None})
    radiance = np.full(labels["surface_id"].shape, 0.3, np.float16)

    def fill(temporary):
        write_exr(temporary / "radiance.exr", dict.fromkeys("RGB", radiance))
        write_exr(temporary / "labels.exr", labels)
        if with_shares:
            write_exr(temporary / "glass.exr", {f"{name}_share": values for name, values in shares.items()})
        (temporary / "frame.json").write_text(json.dumps(meta))

    folder.parent.mkdir(parents=True, exist_ok=True)
    write_frame(folder, fill)
    return RawFrame(folder), labels


def _by_key(found):
    return {(i.category, i.reflection_of or i.instance_id): i for i in found}


@pytest.mark.parametrize(
    ("glass", "share", "front_owns", "back_owns"),
    [
        ("radiance", 0.7, True, False),
        ("radiance", 0.2, False, True),
        ("reflected", 0.2, True, False),
        ("transmitted", 0.7, False, True),
        ("both", 0.7, True, True),
    ],
)
def test_the_policy_decides_who_owns_a_pixel_with_two_people(tmp_path, glass, share, front_owns, back_owns):
    frame, labels = _make(tmp_path / "frames/000000", share)
    found = _by_key(annotate(frame, None, GlassPolicy(glass=glass, min_mix=0)))
    front, back = found["pedestrian_reflection", PERSON], found["pedestrian", BEHIND]
    assert front.mask[BOTH].all() == front.mask[BOTH].any() == front_owns
    assert back.mask[BOTH].all() == back.mask[BOTH].any() == back_owns
    alone = np.ones(front.mask.shape, bool)
    alone[BOTH] = False
    np.testing.assert_array_equal(front.mask[alone], (labels["reflected_id"] == PERSON)[alone])
    np.testing.assert_array_equal(back.mask[alone], (labels["transmitted_id"] == BEHIND)[alone])
    assert front.overlap == back.overlap == (glass == "both")
    assert not found["pedestrian_reflection", HIDDEN_PERSON].overlap


def test_mix_is_the_share_of_light_and_faint_annotations_go(tmp_path):
    frame, _ = _make(tmp_path / "frames/000000", 0.9)
    found = _by_key(annotate(frame, None, GlassPolicy(min_mix=0)))
    assert found["pedestrian_reflection", PERSON].mix == pytest.approx(0.9, abs=1e-3)
    assert found["pedestrian", BEHIND].mix == pytest.approx(0.1, abs=1e-3)
    assert found["pedestrian", BEHIND].behind == (MIRROR,)
    assert found["pedestrian", BEHIND].distance_m == BEHIND_PATH_M
    assert found["pedestrian", PERSON].mix is None
    left = _by_key(annotate(frame, None, GlassPolicy(min_mix=0.2, glass="transmitted")))
    assert ("pedestrian", BEHIND) not in left
    # who is too faint to be seen takes no pixel from anybody
    np.testing.assert_array_equal(left["pedestrian_reflection", PERSON].mask, frame.labels["reflected_id"] == PERSON)


def test_without_measured_shares_what_is_behind_owns_the_pixel_and_mix_is_unknown(tmp_path):
    frame, _ = _make(tmp_path / "frames/000000", with_shares=False)
    found = _by_key(annotate(frame, None))
    assert found["pedestrian", BEHIND].mask[BOTH].all()
    assert not found["pedestrian_reflection", PERSON].mask[BOTH].any()
    assert found["pedestrian_reflection", PERSON].mix is None


def test_a_person_partly_behind_a_pane_is_one_annotation(tmp_path):
    frame, labels = _make(tmp_path / "frames/000000")
    labels["surface_id"][22:36, 60:63] = BEHIND
    labels["depth_m"][22:36, 60:63] = 11.0
    frame.labels.update(labels)
    (person,) = [i for i in annotate(frame, None) if i.instance_id == BEHIND]
    assert person.mask[22:36, 60:63].all()
    assert person.mask[BEHIND_BOX][:, 2:].all()
    beside, through = 14 * 3, 14 * 6
    assert person.mix == pytest.approx((beside + through * 0.3) / (beside + through), abs=2e-3)


def test_the_dataset_carries_mix_and_overlap_and_panoptic_stays_a_partition(tmp_path):
    run = tmp_path / "run"
    _make(run / "frames/000000")
    (run / "run.json").write_text(json.dumps({"run_version": RUN_VERSION, "identity": {}}))
    settings = Settings(splits={"train": 1.0}, image_format="png", glass="both")
    export_dataset([run], tmp_path / "data", settings, DevelopSettings())
    coco = COCO(str(tmp_path / "data/annotations/instances_train.json"))
    (front,) = [a for a in coco.loadAnns(coco.getAnnIds(catIds=[2])) if a["reflection_of"] == PERSON]
    (back,) = [a for a in coco.loadAnns(coco.getAnnIds(catIds=[1])) if a["object_id"] == BEHIND]
    assert front["overlap"] is back["overlap"] is True
    assert front["mix"] == pytest.approx(REFLECTED_SHARE, abs=1e-3)
    assert back["behind"] == [MIRROR]
    assert coco.annToMask(front).astype(bool)[BOTH].all()
    panoptic = json.loads((tmp_path / "data/panoptic/panoptic_train.json").read_text())["annotations"][0]
    areas = {s["id"]: s["area"] for s in panoptic["segments_info"]}
    assert areas[front["object_id"]] == front["area"]
    assert areas[BEHIND] == back["area"] - 14 * 2
    (mirror,) = coco.loadAnns(coco.getAnnIds(catIds=[3]))
    assert mirror["surface"] == "glass"


def test_frames_from_before_chains_behind_glass_are_still_read(tmp_path):
    frame, labels = _make(tmp_path / "frames/000000")
    del labels["transmitted_via"]
    (frame.folder / "labels.exr").unlink()
    write_exr(frame.folder / "labels.exr", labels)
    old = RawFrame(frame.folder)
    assert (old.labels["transmitted_via"] == 0).all()
    assert BEHIND in {i.instance_id for i in annotate(old, None)}


def test_joints_in_a_curved_mirror_are_where_its_surface_shows_them(tmp_path):
    ball = SpherePart(centre_m=(8.0, -1.5, 0.0), radius_m=2.0, axis=(-1.0, 0.0, 0.0), cap_cos=0.2)
    joints = {name: [2.0, -3.0 - 0.1 * n, 0.5 - 0.1 * n] for n, name in enumerate(COCO_KEYPOINTS)}
    joints["nose"] = [20.0, -1.5, 0.0]  # behind the ball: it shows nothing of it
    frame, _ = _make(tmp_path / "frames/000000")
    file = frame.folder / "frame.json"
    meta = json.loads(file.read_text())
    for row in meta["instances"]:
        if row["instance_id"] == MIRROR:
            row["curved"] = [dataclasses.asdict(ball)]
        if row["instance_id"] == PERSON:
            row["keypoints_m"] = joints
    file.write_text(json.dumps(meta))
    found = _by_key(annotate(frame, None, GlassPolicy(min_mix=0)))["pedestrian_reflection", PERSON]
    points = np.array([joints[name] for name in COCO_KEYPOINTS])
    at, valid = reflection_points([ball], np.zeros(3), points)
    pixels, _ = project(at, frame.pose, frame.k)
    assert not valid[0]
    assert (found.keypoints[0] == 0).all()
    inside = valid & (pixels >= 0).all(axis=1) & (pixels < (made_frames.WIDTH, made_frames.HEIGHT)).all(axis=1)
    assert inside.sum() >= 10
    np.testing.assert_allclose(found.keypoints[inside, :2], pixels[inside])
    shown = [
        found.mask[max(0, int(y) - 1) : int(y) + 2, max(0, int(x) - 1) : int(x) + 2].any() for x, y in pixels[inside]
    ]
    np.testing.assert_array_equal(found.keypoints[inside, 2], np.where(shown, 2, 1))
