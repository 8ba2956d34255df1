"""Procountor's documented API, one module per resource."""
