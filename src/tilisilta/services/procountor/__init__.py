"""Talks to Procountor for one of our accounts, and stores what is known of its company."""
