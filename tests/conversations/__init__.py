"""A package, so that its test module may be called like that of the HTTP API."""
