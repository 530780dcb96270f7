"""Delmål: a community plan, its figures and its links to SDG targets, as validated linked open data."""

__version__ = "0.1.0"
