"""Whole stories: `bh` as a process, real tools, a real database; slow."""
