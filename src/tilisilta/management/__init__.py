"""Commands: the command line and the worker."""
