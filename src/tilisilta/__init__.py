"""Carries payroll journals from Nmbrs into Procountor, each exactly once."""

__version__ = "0.1.0"
