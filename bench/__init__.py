"""Speed, size and memory, measured: `python -m bench`, or one part of it."""
