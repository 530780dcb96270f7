"""What programs speak: SPARQL, history, search, reconciliation, dumps, discovery."""
