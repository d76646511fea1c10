"""Silhouettes against an independent test of every pixel centre, and consistency of geometry."""

from __future__ import annotations

import numpy as np
import pytest

from blender_synth import geometry
from blender_synth.frames.table import heading_rotation
from blender_synth.optics.silhouette import cover, silhouette
from blender_synth.optics.upright_box import upright_box


def test_covered_centres_are_those_inside_a_triangle(rng):
    corners = rng.uniform(-10, 50, (60, 3, 2))
    flat = corners.reshape(-1, 2)
    mask = cover(flat[:, 0], flat[:, 1], np.arange(180).reshape(60, 3), (40, 48))
    y, x = np.mgrid[0:40, 0:48] + 0.5
    expected = np.zeros((40, 48), bool)
    for triangle in corners:
        if geometry.polygon_area(triangle) < 0:
            triangle = triangle[::-1]
        expected |= geometry.in_convex(np.stack([x, y], -1), triangle)
    np.testing.assert_array_equal(mask, expected)


def test_truncation_is_the_share_outside_the_picture():
    square = np.array([[0.0, -1, 0], [0, 1, 0], [0, 1, 2], [0, -1, 2]])
    triangles = np.array([[0, 1, 2], [0, 2, 3]])
    k = geometry.intrinsics(100, 100, 10.0, 10.0)
    for aside, share in ((0.0, 0.0), (5.0, 0.5), (5.5, 0.75)):
        pose = geometry.world_from_camera((-10.0, aside, 1.0), 0.0, 0.0, 0.0)
        assert silhouette(square, triangles, pose, k, (100, 100)).truncation == pytest.approx(share, abs=0.06)
    away = geometry.world_from_camera((-10.0, 0.0, 1.0), 180.0, 0.0, 0.0)
    assert silhouette(square, triangles, away, k, (100, 100)) is None


def test_projection_follows_opencv():
    k = geometry.intrinsics(640, 480, 5.0, 6.4)
    pose = geometry.world_from_camera((0.0, 0.0, 1.5), 90.0, 0.0, 0.0)
    pixels, depth = geometry.project(np.array([[0.0, 10.0, 1.5], [1.0, 10.0, 1.5], [0.0, 10.0, 2.5]]), pose, k)
    np.testing.assert_allclose(depth, 10.0)
    np.testing.assert_allclose(pixels, [[320, 240], [370, 240], [320, 190]])
    assert np.linalg.det(pose[:3, :3]) == pytest.approx(1.0)


def test_a_mirrored_point_is_as_far_behind_the_plane(rng):
    points, normal = rng.normal(size=(50, 3)), geometry.direction(30.0, 10.0)
    mirrored = geometry.mirror_points(points, (1.0, 2.0, 3.0), normal)
    np.testing.assert_allclose((mirrored - (1, 2, 3)) @ normal, -((points - (1, 2, 3)) @ normal))
    np.testing.assert_allclose(geometry.mirror_points(mirrored, (1.0, 2.0, 3.0), normal), points)


def test_segments_meet_polygons():
    square = ((0, 0), (1, 0), (1, 1), (0, 1))
    assert geometry.segment_hits_convex((-1, 0.5), (2, 0.5), square)
    assert geometry.segment_hits_convex((0.2, 0.2), (0.4, 0.4), square)
    assert not geometry.segment_hits_convex((-1, -0.5), (2, -0.5), square)
    assert not geometry.segment_hits_convex((-1, 0.5), (-0.2, 0.5), square)


@pytest.mark.parametrize("own_deg", [None, 30.0, 31.5, 120.0, -60.0])
def test_an_upright_box_is_tight_whatever_axes_the_object_has(own_deg):
    corners = np.array([(x, y, z) for x in (-1.0, 1.0) for y in (-0.25, 0.25) for z in (0.2, 1.7)])
    world = corners @ heading_rotation(30.0).T + (5, 6, 0)
    box = upright_box(world, own_deg)
    assert box.heading_deg % 90 == pytest.approx(30.0, abs=1e-3)
    assert abs((box.heading_deg - (own_deg or 0) + 180) % 360 - 180) <= 45.0 + 1e-3
    along = (2.0, 0.5) if round(box.heading_deg - 30) % 180 == 0 else (0.5, 2.0)
    np.testing.assert_allclose(box.high_m - box.low_m, (*along, 1.5), atol=1e-4)
    np.testing.assert_allclose(box.position_m, (5, 6, 0.2), atol=1e-4)
    assert box.low_m[2] == pytest.approx(0)


def test_an_upright_box_keeps_the_axes_of_a_round_object():
    angle = np.linspace(0, 2 * np.pi, 200)
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros(200)], axis=1)
    assert upright_box(ring, 77.0).heading_deg == 77.0
    assert upright_box(ring[:1], 77.0).position_m == pytest.approx(ring[0])
