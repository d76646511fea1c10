"""Asset packs in Blender: the only code that reads untrusted files."""
