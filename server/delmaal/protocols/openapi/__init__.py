"""The OpenAPI description: `document.py` writes it, from its own rows and those of the modules beside it."""
