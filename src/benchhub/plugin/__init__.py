"""The contract that frameworks and runtimes sign, and the suites that check it.

A plug-in imports ``benchhub.plugin.contract``, ``benchhub.model`` and ``benchhub.errors``, and nothing else of
BenchHub. It is found by entry point (``benchhub.frameworks``, ``benchhub.runtimes``); built-ins enter by the same
door. ``registry`` is for the core, ``conformance`` is for the tests of whoever writes a plug-in.
"""
