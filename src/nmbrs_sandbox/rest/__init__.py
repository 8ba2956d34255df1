"""The REST face of the stand-in: signing in, the API, and the documents it makes."""
