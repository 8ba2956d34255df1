"""Pages: read the input, call one service, show the outcome."""
