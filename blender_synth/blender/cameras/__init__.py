"""Builders of camera models: `<kind>.py` has `build(spec, stage)`, which adds the camera and makes it the scene's."""

from blender_synth.plugins import plugin_paths

__path__ += plugin_paths("blender/cameras")
