"""Talks to Procountor for one of our accounts, and knows what its company looks like."""
