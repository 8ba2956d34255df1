"""Sending by rule: what was every month the same goes out with no person looking."""
