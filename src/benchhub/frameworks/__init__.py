"""Tools of the plug-ins: one folder per tool, found by entry point, imported by nobody."""
