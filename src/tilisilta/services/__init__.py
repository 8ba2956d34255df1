"""One function per thing the product does."""
