"""Talks to Procountor for one of our accounts, and stores what its company looks like."""
