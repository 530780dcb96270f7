"""An opened release: what every page and protocol reads of it."""
