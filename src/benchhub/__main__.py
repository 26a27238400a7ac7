"""`python -m benchhub` is `bh`."""

from benchhub.cli.entry import program

program()
