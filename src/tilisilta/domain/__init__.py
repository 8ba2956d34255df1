"""The rules: plain functions on plain values, without clock, network, database or Django."""
