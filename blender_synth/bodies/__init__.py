"""Human bodies as numpy arrays: shape, pose, garments, hair, joints. Never imports bpy."""
