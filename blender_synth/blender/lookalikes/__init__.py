"""Look-alikes in Blender: figures of one material, and flat pictures of people."""

from blender_synth.plugins import plugin_paths

__path__ += plugin_paths("blender/lookalikes")
