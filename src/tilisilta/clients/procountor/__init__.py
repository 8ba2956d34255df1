"""Procountor's API: its words in, our domain values out."""
