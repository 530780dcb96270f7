"""Dereferencing: what is said about a resource, in every format and as a page.

    resources.py    /id/…, /doc/…, /ns
    description.py  a page of a description as statements, its addresses and headers
    generic.py      the page of any resource;  shown.py  its values;  rows.py  labels and where they lead
"""
