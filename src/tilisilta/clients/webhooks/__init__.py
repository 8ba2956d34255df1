"""Sends notices to receivers that others run: programs, Slack and Teams."""
