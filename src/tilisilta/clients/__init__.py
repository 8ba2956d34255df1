"""Talks to the outside: other services and files, their words in, our domain values out."""
