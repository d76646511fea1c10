"""Asset packs in Blender: the one safe way to read a stranger's file."""
