"""Completion: a shell asks `bh _complete` what could stand where the cursor is.

``answer``  the hidden verb: what a shell hands over, and what it wants back
``line``    bash's line, split as bash does; pure
``words``   verbs and options, read from the parsers of the verbs
``values``  labels, runs, cases, views …: what the workspace and the database know

Nothing is listed here that a parser or the database knows, and nothing here fails: a broken `bh.toml` completes less.
"""
