"""The client of Procountor's API; it returns values of our domain."""
