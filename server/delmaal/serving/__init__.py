"""Publications over HTTP: the application, the front before it, its processes."""
