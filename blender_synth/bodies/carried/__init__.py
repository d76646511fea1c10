"""Carried items: one file per kind."""
