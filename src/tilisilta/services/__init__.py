"""One function per thing the product does; a view, an endpoint and a command call one each."""
