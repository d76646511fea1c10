"""The Python API, which the package `blender_synth` offers under its own name: `import blender_synth as bs`."""
