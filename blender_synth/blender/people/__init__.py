"""People in Blender: meshes and materials of pedestrians, and figures of asset packs."""

from blender_synth.plugins import plugin_paths

__path__ += plugin_paths("blender/people")
