"""Carried items: one file a kind."""
