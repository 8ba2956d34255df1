"""The client of Nmbrs; it returns values of our domain."""
