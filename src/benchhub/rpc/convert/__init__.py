"""The proto mover: reports as messages, and messages as reports; what goes through it comes out the same.

Nothing is guessed: what a message says that no report can say is refused with the name of the field.
"""

from benchhub.rpc.convert.parts import PART_BYTES_MAX, PARTS_MAX, to_parts, to_report

__all__ = ["PARTS_MAX", "PART_BYTES_MAX", "to_parts", "to_report"]
