"""The end of a month: where each company stands, and signing that it is right."""
