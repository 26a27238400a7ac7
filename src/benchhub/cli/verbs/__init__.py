"""One module per verb: `configure` declares its words, `run` does it and returns the exit code."""
