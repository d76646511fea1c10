"""Cloth: shells, panels, necklines, folds, and how all of it settles."""
