"""The door from the shell: parse, call a flow, print, exit."""
