"""Fetches what Nmbrs has: debtors and companies, runs and their journals, cost objects."""
