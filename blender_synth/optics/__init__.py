"""Geometry of light on its way to the camera: mirrors, outlines, extinction. numpy only."""
