"""The search page and its JSON: `view.py` reads the request, `results.py` shows what was found."""
