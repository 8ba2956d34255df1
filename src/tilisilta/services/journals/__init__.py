"""Takes journals in, stores their revisions, checks them, and shows what would be sent."""
