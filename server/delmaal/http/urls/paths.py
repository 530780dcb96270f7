"""Paths that more than the answer depends on: what the server in front tells requests apart by."""

from __future__ import annotations

DESCRIPTIONS = ("/doc", "/id/", "/iri/")
"""What the addresses of things and of their descriptions begin with: what is asked for most, and answered in place
where it is no page with pictures."""

SPARQL, RECONCILE, READY, SEARCH = "/sparql", "/reconcile", "/ready", "/search"
AT_ONCE = ("/health", READY, "/metrics", "/static/")
"""What watches whether the server is well, and what takes less than going to a thread and back."""
