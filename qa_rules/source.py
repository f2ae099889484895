"""A pack file's text: its data, and where in the file each piece of it stands.

YAML 1.1 reads `on`, `yes` and `no` as booleans; here only `true` and `false` are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from qa_rules.errors import Fault, PackInvalid

Path = Sequence[str | int]
_BOOL = "tag:yaml.org,2002:bool"


if TYPE_CHECKING:
    _Safe = yaml.SafeLoader
else:
    _Safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):
    """A safe loader that reads `on`, `yes` and `no` as words; in C where PyYAML has it."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if tag != _BOOL and not tag.endswith(":timestamp")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _first in "tf":
    _Loader.yaml_implicit_resolvers.setdefault(_first, []).append(
        (_BOOL, re.compile(r"^(?:true|false)$"))
    )


@dataclass(frozen=True, slots=True)
class Source:
    """A file's name, its data and its nodes."""

    file: str
    data: Any
    root: yaml.Node | None

    def where(self, path: Path, *, key: bool = False) -> tuple[int, int]:
        """Return line and column, from 1, of the deepest piece of `path` that is in the file.

        Parts of the path that the file does not have are skipped; `key` points at the last
        part's key instead of its value.
        """
        node = self.root
        mark = node.start_mark if node is not None else None
        for part in path:
            if isinstance(node, yaml.MappingNode):
                pair = next(((k, v) for k, v in node.value if k.value == part), None)
                if pair is not None:
                    mark = pair[0].start_mark if key else pair[1].start_mark
                    node = pair[1]
            elif (
                isinstance(node, yaml.SequenceNode)
                and isinstance(part, int)
                and part < len(node.value)
            ):
                node = node.value[part]
                mark = node.start_mark
        return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)

    def fault(self, path: Path, message: str, *, key: bool = False) -> Fault:
        """Return a fault at a place of this file."""
        line, column = self.where(path, key=key)
        return Fault(self.file, line, column, message)


def read_source(text: str, file: str) -> Source:
    """Read YAML, keeping its places.

    Raises:
        PackInvalid: the text is no YAML, or a mapping has a key twice.
    """
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise PackInvalid([Fault(file, 1, 1, "the file is empty: begin with `pack: <name>`")])
        _refuse_duplicates(root, file)
        return Source(file, loader.construct_document(root), root)
    except yaml.MarkedYAMLError as err:
        raise PackInvalid([_unreadable(err, text, file)]) from err
    finally:
        loader.dispose()


_QUOTE = 'put text that holds ": " or begins with a sign such as { in double quotes'


def _unreadable(err: yaml.MarkedYAMLError, text: str, file: str) -> Fault:
    """Return where YAML does not read, and what to write."""
    mark = err.problem_mark or err.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = [*text.splitlines(), ""]
    written = lines[min(line, len(lines)) - 1]
    problem = err.problem or "not readable as YAML"
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return Fault(file, line, column, "this line is indented with a tab: use blanks")
    if "quoted scalar" in (err.context or "") and err.context_mark is not None:
        at = err.context_mark
        return Fault(file, at.line + 1, at.column + 1, "a quotation mark is opened and not closed")
    own, above = _indent(written), _above(lines, line - 1)
    if "mapping values" in problem and above is not None and own > _indent(above):
        advice = "this line is indented deeper than the entry above, which has a value: align them"
        return Fault(file, line, own + 1, advice)
    if "'-' indicator" in problem:
        advice = "this line is not in line with its entry: indent it like the key after the `- `"
        return Fault(file, line, column, advice)
    if "expected key" in problem or "block end" in problem:
        advice = f"indent it like the entries around it; {_QUOTE}"
        return Fault(file, line, column, f"this does not belong to what is above: {advice}")
    return Fault(file, line, column, f"{problem}: {_QUOTE}")


def _indent(written: str) -> int:
    """Return the column of the first key of a line; `- ` before it counts as blanks."""
    return len(written) - len(written.lstrip(" -"))


def _above(lines: Sequence[str], n: int) -> str | None:
    """Return the line before line `n` that says something, None where there is none."""
    return next((t for t in reversed(lines[:n]) if t.strip() and t.strip()[0] != "#"), None)


def _refuse_duplicates(node: yaml.Node, file: str) -> None:
    faults: list[Fault] = []
    _collect_duplicates(node, file, faults)
    if faults:
        raise PackInvalid(faults)


def _collect_duplicates(node: yaml.Node, file: str, faults: list[Fault]) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                mark = key.start_mark
                faults.append(
                    Fault(file, mark.line + 1, mark.column + 1, f"`{key.value}` is given twice")
                )
            seen.add(key.value)
            _collect_duplicates(value, file, faults)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _collect_duplicates(value, file, faults)
