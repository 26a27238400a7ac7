"""Places where programs run: one folder per place, found by entry point, imported by nobody."""
