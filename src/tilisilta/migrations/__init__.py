"""The history of the tables, one change each."""
