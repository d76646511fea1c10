"""Importing this module takes the working directory off the import path: commands import it before anything else."""

from blender_synth import safe_path

safe_path.secure()
