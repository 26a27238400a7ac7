"""What travels between a program and a server: messages, their move to the model and back, and a small client.

``v1`` is made by ``make proto`` from ``proto/``, and committed. Its classes stay at this edge: only ``convert`` and
the server's services see them.
"""
