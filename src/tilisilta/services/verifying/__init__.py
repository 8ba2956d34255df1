"""Compares payroll with the ledger: reads Procountor only, and stores the result by month."""
