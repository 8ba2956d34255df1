"""What the stand-ins for Procountor and Nmbrs have in common: serving, remembering, failing.

Nothing in here knows anything about either service, or about Tilisilta.
"""
