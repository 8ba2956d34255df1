"""What stops a month, by reason, and what puts a reason right in all companies at once."""
