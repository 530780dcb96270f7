"""`python -m delmaal` is the command line."""

from delmaal.cli import main

main()
