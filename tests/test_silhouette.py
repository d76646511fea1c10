"""Silhouettes against an independent test of every pixel centre, and consistency of geometry."""

from __future__ import annotations

import numpy as np
import pytest

from blender_synth import geometry
from blender_synth.optics.silhouette import cover, silhouette


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
