"""Journals that come as files: four formats become one canonical journal (decision 0004)."""
