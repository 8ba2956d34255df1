"""Webhooks: made and changed by people, filled by notices, and sent to their receivers."""
