"""The only package that imports bpy: a SceneSpec goes in, a raw frame comes out."""
