"""`bh doctor`: what a person should know of tools, git, database, machine and permissions before believing a number.

``examine`` is the story; each module beside it looks at one thing. Nothing is changed, and nothing here fails: what
cannot be learned is a line that says why.
"""
