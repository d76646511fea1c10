"""Hair on the head and in the face."""
