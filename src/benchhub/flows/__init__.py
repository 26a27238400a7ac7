"""One user verb per file, told as a story."""
