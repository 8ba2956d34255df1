"""Clients of other services and readers of files; they return values of our domain."""
