"""Sends what a person asked for: committed first, looked for, posted, each receipt exactly once."""
