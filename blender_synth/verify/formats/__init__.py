"""Checkers of dataset formats, one file each, found by being here or in a plug-in folder.

Each has `check(dataset, frames, damaged, findings)`, which adds faults where it recognises files of its format:
`dataset` is the folder, `frames` a `SourceFrames`, `damaged` the paths whose checksums do not hold, and which are not
to be decoded.
"""

from blender_synth.plugins import plugin_paths

__path__ += plugin_paths("verify/formats")
