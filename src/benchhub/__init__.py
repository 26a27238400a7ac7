"""BenchHub runs tests and benchmarks, keeps every result in SQL, and says honestly what changed.

The path of a result, each step in the room named:

1. ``cli``         words become patterns and options
2. ``workspace``   a path tells targets and cells, who, which repository, which revision, which machine
3. ``frameworks``  ``plan``: a target becomes commands, as data
4. ``runtimes``    commands become captured bytes; the only place that starts a measured program
5. ``frameworks``  ``read``: bytes become records; never raises
6. ``store``       ingest: the report, durable
7. ``store``       projection: the report becomes native and common tables
8. ``store``       views answer the command line, pages, and people's SQL

Imports go only downward; ``flows`` tells each user verb as a story over these rooms.
"""

__version__ = "0.1.0"
