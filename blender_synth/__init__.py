"""Labelled synthetic images of people, their reflections and weather, made with Blender."""

__version__ = "0.1.0"
