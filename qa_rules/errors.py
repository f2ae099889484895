"""What can go wrong with rules.

RuleError
├── PackNotFound   no pack of that name
├── PackInvalid    a pack does not read; carries file, line and column of each fault
└── UnknownItem    no item of that id in the packs of a call
"""

from dataclasses import dataclass


class RuleError(Exception):
    """Any failure of a rule pack; `code` is stable, the message is for people."""

    code = "rule_error"


class PackNotFound(RuleError):
    """No pack of that name."""

    code = "pack_not_found"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a pack, where it is (from 1), and what to write instead."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        """Return file:line:column: message."""
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class PackInvalid(RuleError):
    """A pack does not read."""

    code = "pack_invalid"

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(f) for f in faults))
        self.faults = faults


class UnknownItem(RuleError):
    """No item of that id."""

    code = "unknown_item"
