"""Changing one's password, and a letter for who has forgotten it."""
