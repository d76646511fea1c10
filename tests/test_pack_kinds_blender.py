"""Mirrors and materials of packs in Blender: labels against closed forms, colours in the picture."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from blender_synth.packs.pack import load_pack
from blender_synth.seeds import Streams
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.pack import Randomizer
from tests.ray_boxes import MirrorRectangle
from tests.small_kinds import circle, rectangle, write_manifest, write_mirror

bpy = pytest.importorskip("bpy")

from blender_synth.blender import label_pass  # noqa: E402
from blender_synth.blender.mirrors import pack as mirror_builder  # noqa: E402
from blender_synth.errors import ItemError  # noqa: E402
from tests.test_labels_blender import _answers, _stage  # noqa: E402

pytestmark = pytest.mark.blender

MOUNT = MirrorMount(
    name="w", start_xy_m=(-2.0, 2.0), end_xy_m=(2.0, 2.3), facing_deg=-85.7, base_z_m=0.0, clear_height_m=3.0
)


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    folder = write_manifest(
        tmp_path_factory.mktemp("mirrors"), "mirrors", "kind: mirror", "items:",
        "  - {file: tall.glb, size_m: [0.06, 2.4, 2.2], stands: leaning}",
        "  - {file: round.glb, scale: 2, surface: {material: Mirror, kind: glass}}",
    )  # fmt: skip
    write_mirror(folder / "tall.glb", rectangle(0.3, 0.05, 0.95), rotation=[0, 0.7071068, 0, 0.7071068])
    write_mirror(folder / "round.glb", circle(0.5, 0.6, 32))
    manifest = folder / "pack.yaml"
    manifest.write_text(manifest.read_text().replace("leaning}", "leaning, front: +x}"))
    return load_pack(folder)


def _built(pack, name):
    """Stage, camera and spec of one mirror in the middle of the mount."""
    chooser = Randomizer(lean_deg=6.0, middle_m=1.3).from_packs((pack,), Streams(0, 0))
    item = pack.item(name)
    spec = chooser.at(pack, item, item.terms.stands[0], MOUNT, 0.5, (1001, 2001), Streams(0, 0))
    stage, camera = _stage()
    stage.pack_roots = {pack.name: pack.folder}
    mirror_builder.build(spec, stage)
    bpy.context.view_layer.update()
    return stage, camera, spec


def test_a_turned_scaled_and_leaning_mirror_reflects_as_the_closed_form_says(pack):
    stage, camera, spec = _built(pack, "tall")
    corners = spec.corners_m()
    assert spec.tilt_deg == pytest.approx(6.0)
    assert spec.width_m == pytest.approx(2.4 * 0.3 / 0.38, rel=1e-3)
    sheet = MirrorRectangle(1001, 1, tuple(corners[0]), tuple(corners[1] - corners[0]), tuple(corners[3] - corners[0]))
    labels, expected = label_pass.render_labels(stage), _answers([sheet], camera)
    on = (labels["surface_id"] == 1001) & (expected["first"] == 1001)
    assert on.sum() > 400
    assert on.sum() >= 0.99 * (expected["first"] == 1001).sum()
    assert {1, 2} <= set(np.unique(expected["shown"][on]))
    np.testing.assert_array_equal(labels["reflected_id"][on], expected["shown"][on])
    np.testing.assert_array_equal(labels["reflected_via"][on], expected["code"][on])
    points, _ = stage.triangles(2001)
    assert points[:, 2].min() == pytest.approx(0.0, abs=1e-3)
    out = np.array([np.cos(np.radians(MOUNT.facing_deg)), np.sin(np.radians(MOUNT.facing_deg))])
    assert ((points[:, :2] - MOUNT.start_xy_m) @ out).min() == pytest.approx(0.012, abs=1e-3)


def test_a_round_pane_of_glass_is_round_and_seen_through(pack):
    stage, _, spec = _built(pack, "round")
    assert stage.surfaces == {1001: "glass"}
    labels = label_pass.render_labels(stage)
    pane = labels["surface_id"] == 1001
    assert pane.sum() > 300
    rows, columns = np.nonzero(pane)
    assert pane.sum() / (np.ptp(rows) + 1) / (np.ptp(columns) + 1) == pytest.approx(np.pi / 4, abs=0.03)
    assert (labels["transmitted_id"][pane] == 2001).all()  # the board behind it
    points, _ = stage.triangles(1001)
    assert np.abs((points - spec.plane()[0]) @ spec.plane()[1]).max() < 1e-5


def test_a_file_that_lost_its_pane_fails_that_item_by_name(pack):
    _, _, spec = _built(pack, "tall")
    stage, _ = _stage()
    stage.pack_roots = {pack.name: pack.folder}
    with pytest.raises(ItemError, match=r"mirrors/tall(.|\n)*Silver(.|\n)*Mirror, paint"):
        mirror_builder.build(dataclasses.replace(spec, material="Silver"), stage)
