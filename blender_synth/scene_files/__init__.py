"""Scenes as folders: finding them, reading and checking their files. Never imports bpy.

A scene is a folder with a `scene.yaml`. One of kind `authored` may come with a `.blend`, whose marks Blender reads
once in a child process.
"""

from blender_synth.scene_files.checking import describe_scene
from blender_synth.scene_files.finding import ENVIRONMENT, find_scene, scene_folders, scene_folders_of_packs
from blender_synth.scene_files.loading import load_scene
from blender_synth.scene_files.reading import SCENE_FILE

__all__ = [
    "ENVIRONMENT", "SCENE_FILE", "describe_scene", "find_scene", "load_scene", "scene_folders",
    "scene_folders_of_packs",
]  # fmt: skip
