"""Human bodies as numpy arrays. Never imports bpy.

`person` puts one together: the shape of the body (`shape`), garments (`outfit`, cut by `cuts/` from `cloth/`), a pose
(`pose/`, with one file per pose of an arm in `arm_poses/`), shoes, head, `hair/`, and what is carried (`carried/`).
"""
