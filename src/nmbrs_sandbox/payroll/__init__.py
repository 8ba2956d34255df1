"""The payroll world: debtors, companies, what was paid, and every order that changes them.

The SOAP services and the pages show this world in their own words. No module in here knows them.
"""
