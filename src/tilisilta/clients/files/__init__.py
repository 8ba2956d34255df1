"""Journals that come as files: four formats in, one canonical journal out (decision 0004)."""
