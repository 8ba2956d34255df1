"""Nmbrs by REST: the identity service that gives tokens, and the API that takes them."""
