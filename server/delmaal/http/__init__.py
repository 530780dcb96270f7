"""A request becomes an answer: how it is read, which form it gets, on what conditions, and how it fails."""
