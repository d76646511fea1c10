"""Recorded motions: reading BVH, fitting it to the rig, drawing frames. No Blender."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from blender_synth.bodies.person import dressed_person
from blender_synth.bodies.skeleton import from_quaternion
from blender_synth.config import compose
from blender_synth.errors import AssetError, ConfigError
from blender_synth.packs.bvh import read_bvh
from blender_synth.seeds import Streams
from blender_synth.settings import randomizer_from
from blender_synth.world.people.motion import NEEDED, MotionClip, motion_frame
from blender_synth.world.people.pedestrian import Randomizer
from blender_synth.world.people.situation import Situation
from tests.joint_angles import joint_angles

CMU = Path(__file__).parent / "data" / "cmu_01_01.bvh"
JUMP = 5
"""A frame in the middle of the clip."""


def person(motion, number=0, **situation):
    streams = Streams(9, 0).child(f"people/{number}")
    return Randomizer(motion=motion).sample(streams, 1, situation=Situation(activity="walk", **situation))


def angle_deg(a, b) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1))))


def test_reads_a_real_file():
    bvh = read_bvh(CMU)
    assert (len(bvh.names), bvh.frames.shape) == (31, (37, 96))
    _, rest = bvh.pose(None)
    assert rest[bvh.index("LeftHand"), 0] > 10  # arms spread along x, y up
    assert rest[bvh.index("Head"), 1] > 0 > rest[bvh.index("LeftFoot"), 1]
    _, now = bvh.pose(JUMP)
    parents = [j.parent for j in bvh.joints]
    lengths = [[np.linalg.norm(at[i] - at[p]) for i, p in enumerate(parents) if p >= 0] for at in (rest, now)]
    assert np.allclose(*lengths, atol=1e-9)  # bones keep their lengths


@pytest.mark.parametrize("frame", [1, 5, 12, 20, 30])
def test_limbs_point_where_the_recording_points(frame):
    """Every limb of the posed body against the joint positions of the file, turned to the same heading."""
    bvh = read_bvh(CMU)
    _, at = bvh.pose(frame)
    spec = person({"file": CMU})
    motion = motion_frame(MotionClip(file=CMU), frame)
    joints = dressed_person(_with(spec, motion)).joints_m
    ours_from_file = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])  # x ahead is the file's z, left its x, up its y
    hips = ours_from_file @ (at[bvh.index("LeftUpLeg")] - at[bvh.index("RightUpLeg")])
    here = joints["left_hip"] - joints["right_hip"]
    turn = np.arctan2(here[1], here[0]) - np.arctan2(hips[1], hips[0])
    level = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]]) @ ours_from_file
    for side, word in (("left", "Left"), ("right", "Right")):
        for ours, theirs in (
            (("hip", "knee"), ("UpLeg", "Leg")),
            (("knee", "ankle"), ("Leg", "Foot")),
            (("shoulder", "elbow"), ("Arm", "ForeArm")),
            (("elbow", "wrist"), ("ForeArm", "Hand")),
        ):
            a, b = (joints[f"{side}_{n}"] for n in ours)
            c, d = (at[bvh.index(f"{word}{n}")] for n in theirs)
            assert angle_deg(b - a, level @ (d - c)) < 8.0, (frame, side, ours)


def _with(spec, motion):
    from dataclasses import replace

    pose = replace(spec.pose, activity="motion", legs="motion", left_arm="hang", right_arm="hang", motion=motion)
    return replace(spec, pose=pose)


def test_stands_on_the_ground_facing_ahead():
    for number in range(3):
        built = dressed_person(person({"file": CMU}, number))
        lowest = min(float(p.vertices[:, 2].min()) for p in built.parts if p.name.startswith("sole"))
        assert abs(lowest) < 0.01
        across = built.joints_m["left_hip"] - built.joints_m["right_hip"]
        assert abs(np.degrees(np.arctan2(across[1], across[0])) - 90) < 30
        assert np.abs(built.joints_m["bone/root"][:2]).max() < 0.2  # on the spot


def test_frames_are_drawn_and_repeat():
    specs = [person({"file": CMU}, n) for n in range(12)]
    frames = [s.pose.motion.frame for s in specs]
    assert len(set(frames)) > 6
    assert specs[3] == person({"file": CMU}, 3)
    for turn in specs[0].pose.motion.turns_wxyz.values():
        assert np.allclose(from_quaternion(turn) @ from_quaternion(turn).T, np.eye(3), atol=1e-5)


def test_a_rest_pose_at_the_start_is_left_out(tmp_path):
    lines = CMU.read_text().splitlines()
    first = lines.index("MOTION") + 3
    lines[first] = " ".join(["0"] * 96)
    lines[first - 2], lines[first + 2 :] = "Frames: 2", []
    file = tmp_path / "two.bvh"
    file.write_text("\n".join(lines))
    assert {person({"file": file}, n).pose.motion.frame for n in range(8)} == {1}


def test_clips_have_weights_and_shares():
    never, always = {"file": CMU, "weight": 0}, {"file": CMU, "start_s": 12.0, "end_s": 13.0}
    frames = {person([never, always], n).pose.motion.frame for n in range(10)}
    assert frames <= {20, 21}
    some = [person({"share": 0.4, "clips": [{"file": CMU}]}, n).pose.activity for n in range(40)]
    assert 8 <= some.count("motion") <= 26
    assert person({"file": CMU}, seat_m=0.45).pose.activity == "motion"
    told = Randomizer(motion={"file": CMU}).sample(Streams(9, 0), 1, situation=Situation(activity="talk"))
    assert told.pose.motion is None


def test_other_naming_fits_too(tmp_path):
    text = CMU.read_text()
    mixamo = tmp_path / "mixamo.bvh"
    mixamo.write_text(
        text.replace("JOINT Left", "JOINT mixamorig:Left").replace("JOINT Right", "JOINT mixamorig:Right")
    )
    classic = tmp_path / "classic.bvh"
    names = {
        "Shoulder": "Collar",
        "ForeArm": "Elbow",
        "Arm": "Shoulder",
        "Hand": "Wrist",
        "UpLeg": "Hip",
        "Leg": "Knee",
    }
    lines = []
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["JOINT"]:
            for side in ("Left", "Right"):
                old = words[1].removeprefix(side)
                if words[1].startswith(side) and old in names:
                    line = line.replace(words[1], side + names[old])
        lines.append(line)
    classic.write_text("\n".join(lines))
    expected = motion_frame(MotionClip(file=CMU), JUMP).turns_wxyz
    for file in (mixamo, classic):
        found = motion_frame(MotionClip(file=file), JUMP).turns_wxyz
        assert all(found[part] == expected[part] for part in NEEDED)


def test_a_map_names_unusual_joints(tmp_path):
    odd = tmp_path / "odd.bvh"
    odd.write_text(CMU.read_text().replace("JOINT LeftLeg", "JOINT schienbein_l"))
    with pytest.raises(AssetError) as error:
        person({"file": odd})
    message = str(error.value)
    assert "left_shin" in message
    assert "schienbein_l" in message
    assert "pedestrians.person.motion.map" in message
    spec = person({"file": odd, "map": {"left_shin": "schienbein_l"}})
    assert spec.pose.motion.turns_wxyz == person({"file": CMU}).pose.motion.turns_wxyz
    with pytest.raises(AssetError, match="not there"):
        person({"file": CMU, "map": {"left_shin": "nobody"}})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x00\xff\xfe\x01garbage", "not a BVH"),
        (b"solid cube\nfacet normal 0 0 0\n", "not a BVH"),
        (b"HIERARCHY\nROOT Hips\n{\n OFFSET 0 0\n}\nMOTION\nFrames: 1\nFrame Time: 1\n\n", "line 4"),
        (b"HIERARCHY\nROOT Hips\n{\n OFFSET 0 0 0\n CHANNELS 3 Xrotation Yrotation Zrotation\n}\nMOTION\n", "damaged"),
        (
            b"HIERARCHY\nROOT Hips\n{\n OFFSET 0 0 0\n CHANNELS 1 Xrotation\n}\nMOTION\nFrames: 2\nFrame Time: .1\n0\n",
            "fewer frames",
        ),
    ],
)
def test_what_is_no_bvh_is_told(tmp_path, content, told):
    file = tmp_path / "x.bvh"
    file.write_bytes(content)
    with pytest.raises(AssetError, match=told) as error:
        read_bvh(file)
    assert str(file) in str(error.value)
    assert "fix:" in str(error.value)


def test_a_lying_rest_pose_is_told(tmp_path):
    file = tmp_path / "flat.bvh"
    file.write_text(CMU.read_text().replace("OFFSET 2.44811 -6.72613 0.00000", "OFFSET 2.44811 0 6.7"))
    with pytest.raises(AssetError, match="upright") as error:
        person({"file": file})
    assert "rest_frame" in str(error.value)


def test_config_names_the_key(tmp_path):
    settings = compose([f"pedestrians.person.motion={{file: {CMU}}}"])
    assert settings.pedestrians.person.motion.clips[0].file == CMU
    with pytest.raises(AssetError, match="no such motion file"):
        compose([f"pedestrians.person.motion={{file: {tmp_path / 'none.bvh'}}}"])
    with pytest.raises(ConfigError, match="weight") as error:
        randomizer_from(
            "people", {"kind": "pedestrian", "motion": {"file": str(CMU), "weight": -1}}, "pedestrians.person"
        )
    assert "pedestrians.person.motion" in str(error.value)
    with pytest.raises(ConfigError, match="sum"):
        compose([f"pedestrians.person.motion=[{{file: {CMU}, weight: 0}}]"])


def test_elbows_and_knees_bend_the_right_way():
    for frame in (3, 9, 16, 25, 33):
        spec = _with(person({"file": CMU}), motion_frame(MotionClip(file=CMU), frame))
        from tests.test_poses import posed_body

        angles = joint_angles(posed_body(spec))
        for side in "LR":
            assert angles[f"knee.{side}"] > -6
            assert 0 <= angles[f"elbow.{side}"] < 150
