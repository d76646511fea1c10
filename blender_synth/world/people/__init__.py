from blender_synth.plugins import plugin_paths

__path__ += plugin_paths("world/people")
