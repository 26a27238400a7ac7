"""What a path tells: configuration, labels, detection, who, which repository, revision and machine.

Nothing is asked, and nothing fails because a fact could not be learned: what is absent is ``None``, and the reason is
kept as an ``Absent``. In the order in which a run needs them:

- ``opening``      a path becomes a ``Workspace``: its root, its ``bh.toml`` files, its targets
- ``selection``    words of the user become targets and cells; the words themselves are read by ``label``
- ``matrix``       a target becomes cells, and a cell fills a target in
- ``settings``     what flags, variables and files say
- ``facts``        user, project, revision and machine, learned together from few calls of git; each in its own words in
  ``person``, ``hosting``, ``revision`` (with ``working_tree`` and ``ci``) and ``machine`` (with ``cpu``, ``cgroup`` and
  ``runner``)
- ``subject``      what a target measures when it is not the repository itself
- ``environment``  software facts, and what disturbs a machine at this moment
- ``mask``         hides credentials

This room starts no program but git and a subject's ``version_command``, and knows no framework by name.
"""
