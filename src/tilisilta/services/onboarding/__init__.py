"""Setting up many companies: a list is read, looked into, and linked row by row."""
