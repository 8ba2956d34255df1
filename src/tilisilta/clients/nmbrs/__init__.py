"""Nmbrs: its words in, our domain values out."""
