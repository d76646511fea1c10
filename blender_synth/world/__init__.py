"""What can exist and how it varies: specs, randomizers, placement. Never imports bpy."""
