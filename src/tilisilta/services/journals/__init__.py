"""Takes journals in, keeps their revisions, checks them, and shows what would be sent."""
