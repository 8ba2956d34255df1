"""The REST API: the same services as the pages, the same JSON as the commands."""
