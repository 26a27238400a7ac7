"""The nouns: what BenchHub talks about, frozen and typed.

One meaning per word; ``docs/glossary.md`` says each in a sentence. Nothing here reads a file, a clock or a
database. Each module is a corner of the same picture:

- ``identity``   canonical JSON, hashes, run ids
- ``unit``       base units, and which way is better
- ``case``       cases, parameters, metrics, series
- ``record``     what a reader yields out of a tool's output
- ``place``      repository, project, target, spec, cell
- ``circumstance``  user, revision, machine, environment, subject
- ``run``        one execution and how it ended
- ``report``     the message that carries one run to a database
- ``registry``   what people declare of themselves, their projects and machines
"""
