"""What a client wrote, read without ever raising: one reader for each kind of header, number and name.

    headers    dates, entity tags, ranges, media types: pure functions of a text
    request    the request that Flask's views see, its headers read by those
    numbers    whole numbers in addresses, forms and JSON

What cannot be read counts as not sent, as RFC 9110 has it for conditions and ranges, or is None, and the caller says
what would be right. The cost of every reader grows with the length of what it reads and no faster.
"""

from delmaal.http.asked.headers import date, is_strongly, media_type, names, one_range, parameter
from delmaal.http.asked.numbers import whole
from delmaal.http.asked.request import Asked

__all__ = ["Asked", "date", "is_strongly", "media_type", "names", "one_range", "parameter", "whole"]
