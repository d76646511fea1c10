"""The rules of `assets check`, and what it finds without Blender."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blender_synth.packs.report import Finding, ImageReport, ItemReport, MeshReport, SkeletonReport
from blender_synth.packs.rules import RIGS, judge, rig_of
from blender_synth.packs.survey import survey
from tests.small_glb import write_box, write_pack

GOOD = MeshReport("seat", triangles=500)


def item(size=(0.5, 1.6, 0.8), low=None, category="bench", meshes=(GOOD,), **more) -> ItemReport:
    """An item of this size (depth, width, height) that stands on its origin unless `low` says otherwise."""
    low = (-size[0] / 2, -size[1] / 2, 0.0) if low is None else low
    high = tuple(a + b for a, b in zip(low, size, strict=True))
    terms = {"name": "thing", "file": "thing.glb", "stands": ("pavement",), "up_axis": "+y"}
    return ItemReport(**{**terms, "category": category, "box_m": (low, high), "meshes": meshes, **more})


def codes(report: ItemReport) -> dict[str, str]:
    return {finding.code: finding.severity for finding in judge(report)}


def test_a_good_item_is_left_in_peace():
    assert judge(item()) == []
    assert judge(item(size=(0.3, 0.3, 1.0), category="bollard")) == []
    assert judge(item(size=(0.4, 0.5, 1.8), category="pedestrian", kind="person")) == []


def test_reports_survive_json():
    report = item(
        images=(ImageReport("grain", 8, 8),),
        skeletons=(SkeletonReport("rig", ("a", "b")),),
        found=(Finding("missing_texture", "error", "gone"),),
        tags=("a",),
    )
    assert ItemReport.from_json(json.loads(json.dumps(report.to_json()))) == report


@pytest.mark.parametrize(
    ("size", "severity"),
    [
        ((25, 80, 40), "error"),
        ((0.01, 0.02, 0.01), "error"),
        ((0.5, 5.0, 0.8), "warning"),
        ((0.5, 0.8, 0.4), "warning"),
    ],
)
def test_absurd_size(size, severity):
    assert codes(item(size=size))["absurd_size"] == severity


def test_centimetres_and_millimetres_are_recognised():
    [cm] = [f for f in judge(item(size=(50, 160, 80))) if f.code == "absurd_size"]
    assert "`scale: 0.01`" in cm.hint
    [mm] = [f for f in judge(item(size=(500, 1600, 800))) if f.code == "absurd_size"]
    assert "`scale: 0.001`" in mm.hint


def test_the_size_is_judged_after_the_manifest_has_scaled_it():
    assert "absurd_size" not in codes(item(size=(50, 160, 80), scale=(0.01,) * 3, sized=True))
    assert codes(item(scale=(50.0,) * 3, sized=True))["absurd_size"] == "error"


def test_unknown_things_may_be_of_any_likely_size():
    assert "absurd_size" not in codes(item(size=(3, 9, 12), category="sculpture"))
    assert codes(item(size=(30, 90, 12), category="sculpture"))["absurd_size"] == "error"
    assert codes(item(size=(0.01, 0.01, 0.02), category="sculpture"))["absurd_size"] == "error"


def test_a_name_tells_what_a_thing_is_where_the_category_does_not():
    assert codes(item(size=(3, 9, 3), category="furniture", name="Bench_03"))["absurd_size"] == "warning"


def test_wrong_up_axis_of_what_stands_upright():
    lying = item(size=(1.0, 0.3, 0.3), category="bollard")
    assert codes(lying)["wrong_up_axis"] == "error"


def test_wrong_up_axis_of_what_has_its_origin_at_one_side():
    lying = item(size=(0.9, 0.8, 0.7), low=(0.0, -0.4, -0.35), category="kiosk_part")
    assert codes(lying)["wrong_up_axis"] == "warning"
    assert "wrong_up_axis" not in codes(item(size=(0.9, 0.8, 0.7), category="kiosk_part"))


def test_origin_not_at_the_feet():
    centred = item(low=(-0.25, -0.8, -0.4))
    assert codes(centred) == {"origin_not_at_feet": "warning"}
    assert codes(item(low=(-0.25, -0.8, -0.4), origin="file")) == {"origin_not_at_feet": "error"}
    assert codes(item(low=(4, 2, 0))) == {"origin_not_at_feet": "warning"}
    assert codes(item(low=(0.0, -0.8, 0.0), stands=("wall",))) == {}


@pytest.mark.parametrize(
    ("mesh", "expected"),
    [
        ({"mirrored": True, "scale": (-1, 1, 1)}, {"negative_scale": "warning"}),
        ({"scale": (2, 2, 2)}, {"unapplied_transforms": "warning"}),
        ({"rotation_deg": (90, 0, 0)}, {"unapplied_transforms": "warning"}),
        ({"rotation_deg": (90, 0, 0), "root": False}, {}),
        ({"glass": True}, {}),
        ({"glass": True, "crowded_edges": 3}, {"non_manifold_glass": "error"}),
        ({"glass": True, "open_edges": 4}, {"non_manifold_glass": "error"}),
        ({"glass": True, "open_edges": 4, "sheet": True}, {"non_manifold_glass": "warning"}),
        ({"open_edges": 4, "crowded_edges": 3}, {}),
        ({"inside_out": 1}, {"flipped_normals": "warning"}),
        ({"inside_out": 1, "glass": True}, {"flipped_normals": "error"}),
        ({"disagreeing_edges": 7}, {"flipped_normals": "warning"}),
        ({"zero_area": 3}, {"zero_area_faces": "warning"}),
        ({"zero_area": 400}, {"zero_area_faces": "error"}),
        ({"triangles": 300_000}, {"too_many_triangles": "warning"}),
        ({"triangles": 3_000_000}, {"too_many_triangles": "error"}),
        ({"triangles": 0}, {"no_mesh": "error"}),
        ({"images": ("wood.png",), "uv": False}, {"no_uv": "error"}),
        ({"images": ("wood.png",)}, {}),
        ({"materials": 0}, {"no_material": "warning"}),
    ],
)
def test_rules_of_meshes(mesh, expected):
    report = item(meshes=(MeshReport(**{"name": "part", "triangles": 500, **mesh}),))
    assert codes(report) == expected
    assert all(f.hint and f.file == "thing.glb" and f.item == "thing" for f in judge(report))


def test_huge_textures():
    assert codes(item(images=(ImageReport("a", 4096, 4096),))) == {}
    assert codes(item(images=(ImageReport("a", 8192, 16),))) == {"huge_texture": "warning"}
    assert codes(item(images=(ImageReport("a", 20000, 16),))) == {"huge_texture": "error"}


def test_rigs():
    odd = (SkeletonReport("rig", ("knochen1", "knochen2")),)
    person = {"size": (0.4, 0.5, 1.75), "category": "pedestrian", "kind": "person"}
    assert codes(item(skeletons=odd, **person)) == {"unknown_rig": "warning"}
    assert codes(item(skeletons=odd, keypoints=True, **person)) == {}
    assert codes(item(skeletons=odd)) == {"rig_on_prop": "warning"}
    for rig, bones in RIGS.items():
        names = tuple(f"mixamorig:{bone.split('|')[0].upper()}" for bone in bones)
        assert rig_of(names) in (rig, "Mixamo"), rig  # CMU's bones are named as Mixamo's
        assert codes(item(skeletons=(SkeletonReport("rig", names),), **person)) == {}


def test_what_the_loader_found_comes_first():
    report = item(found=(Finding("missing_texture", "error", "gone", "add it", object="wood"),), size=(25, 80, 40))
    assert [f.code for f in judge(report)] == ["missing_texture", "absurd_size"]
    assert judge(report)[0].item == "thing"


# --- the manifest


def found(folder: Path) -> set[tuple[str, str]]:
    return {(finding.code, finding.item) for finding in survey(folder).findings}


def test_a_good_manifest_has_nothing_to_be_told(tmp_path):
    pack = survey(write_pack(tmp_path / "p"))
    assert (pack.name, pack.findings) == ("bollards", ())
    assert [entry.name for entry in pack.entries] == ["bollard"]


def test_all_that_is_wrong_in_a_manifest_is_told_at_once(tmp_path):
    folder = write_pack(
        tmp_path / "p",
        """
name: bad name
colour: red
category: Bench
items:
  - {file: bollard.glb, height_m: -2, weight: heavy}
  - {file: ../outside.glb}
  - {file: /etc/passwd.glb}
  - {file: gone.glb}
  - {file: cut.glb}
  - {file: good.glb}
  - {file: good.glb}
  - {file: good.glb, name: nc, licence: CC-BY-NC-4.0, author: somebody}
  - {file: good.glb, name: by, licence: CC-BY-4.0}
  - {file: good.glb, name: odd, licence: mine}
""",
        "bollard.glb", "good.glb", "cut.glb", "spare.glb",
    )  # fmt: skip
    write_box(tmp_path / "outside.glb")
    (folder / "cut.glb").write_bytes((folder / "good.glb").read_bytes()[:200])
    told = survey(folder)
    assert found(folder) >= {
        ("manifest", ""), ("absent_licence", "bollard"), ("outside_path", "outside"), ("outside_path", "passwd"),
        ("missing_file", "gone"), ("doubled_name", "good"), ("restricted_licence", "nc"),
        ("unknown_licence", "odd"), ("unused_file", ""), ("manifest", "by"),
    }  # fmt: skip
    texts = "\n".join(finding.text for finding in told.findings)
    for key in ("name", "colour", "category", "items[0].height_m", "items[0].weight"):
        assert f"{key}: " in texts, key
    assert all(finding.hint for finding in told.findings)
    assert len(set(told.findings)) == len(told.findings)
    assert "bollard" in [entry.name for entry in told.entries]  # what can be looked into is


@pytest.mark.parametrize(
    "manifest",
    ["", "[1, 2]", "name: [", "\0", "name: x\nlicence: CC0-1.0\nitems: 7", "name: x\nitems: [7]\nlicence: MIT"],
)
def test_manifests_that_are_none(manifest, tmp_path):
    folder = write_pack(tmp_path / "p", manifest)
    told = survey(folder)
    assert told.findings
    assert {finding.severity for finding in told.findings} >= {"error"}


def test_a_folder_that_is_no_pack(tmp_path):
    assert [finding.code for finding in survey(tmp_path).findings] == ["manifest"]


def test_a_licence_may_stand_at_every_item_instead(tmp_path):
    folder = write_pack(tmp_path / "p", "name: p\nitems: [{file: bollard.glb, licence: MIT}]")
    assert found(folder) == set()
