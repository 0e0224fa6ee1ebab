"""What is wrong between the declarations of a file: names, references, dependencies, cycles.

A reference such as `{orders.path}` is a dependency: it need not be repeated in `depends_on`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from penstock.base.dag import find_cycle
from penstock.base.text import did_you_mean, listed
from penstock.define.spec import AssetSpec
from penstock.errors import InvalidDefinitionError
from penstock.library.declarative import template
from penstock.library.declarative.attributes import declare
from penstock.library.declarative.document import Declaration, Dependency, Mistake, Written
from penstock.library.declarative.template import SELF, Reference

_ATTRIBUTES = ("path", "name", "partition")
_NAME = re.compile(r"[\w\-]+(/[\w\-]+)*")

Known = Mapping[str, Declaration]


def check(
    written: Written, *, elsewhere: AbstractSet[str] | None
) -> tuple[dict[str, Declaration], list[Mistake]]:
    """Return the declarations of a file by name, and every mistake in it by line.

    Args:
        written: The file.
        elsewhere: The names of assets that are declared elsewhere; None if any may be.
    """
    mistakes = list(written.mistakes)
    found: dict[str, Declaration] = {}
    lines: dict[str, int] = {}
    for block in written.blocks:
        if block.name in lines:
            what = (
                f"'{block.name}' is declared twice, first in line {lines[block.name]}. Rename one."
            )
            mistakes.append(Mistake(line=block.place.line, what=what))
            continue
        lines[block.name] = block.place.line
        found[block.name] = declare(block, mistakes)
    complete = {name: _with_implied(each) for name, each in found.items()}
    names = lines.keys()
    for each in complete.values():
        mistakes.extend(_of_spec(each))
        mistakes.extend(_of_references(each, complete, names))
        mistakes.extend(_of_dependencies(each, names, elsewhere))
    mistakes.extend(_shared_paths(complete.values()))
    mistakes.extend(_cycles(complete))
    return complete, sorted(mistakes, key=lambda mistake: mistake.line)


def _with_implied(each: Declaration) -> Declaration:
    """Add the dependencies that the references of a command imply."""
    if each.command is None:
        return each
    named = {dependency.name for dependency in each.depends_on}
    implied = [
        Dependency(name=reference.name, line=each.command_line)
        for reference in template.references(each.command)
        if reference.name not in (SELF, each.name) and reference.name not in named
    ]
    unique = {dependency.name: dependency for dependency in (*each.depends_on, *implied)}
    return replace(each, depends_on=tuple(unique.values()))


def _of_spec(each: Declaration) -> Iterator[Mistake]:
    if not _NAME.fullmatch(each.name) or each.name == SELF:
        what = (
            f"'{each.name}' is not a valid name. Use letters, digits, '_' and '-', in parts "
            f"separated by '/', and not '{SELF}'."
        )
        yield Mistake(line=each.line, what=what)
    try:
        AssetSpec(
            each.name, group_name=each.group, owners=each.owners, tags=each.tags, kinds=each.kinds
        )
    except InvalidDefinitionError as error:
        yield Mistake(line=each.line, what=str(error))


def _of_references(each: Declaration, known: Known, names: AbstractSet[str]) -> Iterator[Mistake]:
    texts = [(check.command, check.line) for check in each.checks]
    if each.command is not None:
        texts.append((each.command, each.command_line))
    for text, line in texts:
        yield from _of_command(each, text, line)
        for reference in template.references(text):
            yield from _of_reference(each, reference, line=line, known=known, names=names)
        for bare in template.bare_names(text):
            if bare == SELF or bare in names:
                what = f"'{{{bare}}}' lacks an attribute. Write '{{{bare}.path}}'."
                yield Mistake(line=line, what=what)
    for reference in template.references(each.path or ""):
        if reference != Reference(SELF, "partition"):
            what = (
                f"the path of '{each.name}' may hold '{{self.partition}}' and no other reference."
            )
            yield Mistake(line=each.path_line, what=what)
    if each.path is not None and (each.partitions is None) == (
        Reference(SELF, "partition") in template.references(each.path)
    ):
        yield Mistake(line=each.path_line, what=_partition_in_path(each))


def _partition_in_path(each: Declaration) -> str:
    if each.partitions is None:
        return f"the path of '{each.name}' has '{{self.partition}}', but it has no partitions."
    return (
        f"'{each.name}' has partitions, so its path must hold '{{self.partition}}': each partition "
        "is a file of its own."
    )


def _of_command(each: Declaration, text: str, line: int) -> Iterator[Mistake]:
    if each.shell:
        for reference in template.quoted_references(text):
            what = (
                f"'{{{reference.name}.{reference.attribute}}}' stands in quotes; its value is "
                "quoted already. Remove the quotes."
            )
            yield Mistake(line=line, what=what)
        return
    try:
        parts = shlex.split(text)
    except ValueError as error:
        yield Mistake(line=line, what=f"the command of '{each.name}' cannot be split: {error}.")
        return
    used = [part for part in parts if part in ("|", ">", ">>", "<", "&&", "||", ";", "2>", "&")]
    if used:
        what = (
            f"the command of '{each.name}' has {listed(used)}, which only a shell understands. Add "
            "'shell: true', or put it in a script."
        )
        yield Mistake(line=line, what=what)


def _of_reference(
    each: Declaration, reference: Reference, *, line: int, known: Known, names: AbstractSet[str]
) -> Iterator[Mistake]:
    written = f"{{{reference.name}.{reference.attribute}}}"
    target = each if reference.name == SELF else known.get(reference.name)
    if target is None:
        if reference.name not in names:
            near = did_you_mean(reference.name, names)
            what = (
                f"'{each.name}' refers to {written}, but this file declares no '{reference.name}'."
            )
            yield Mistake(line=line, what=what + near)
        return
    if reference.attribute not in _ATTRIBUTES:
        near = did_you_mean(reference.attribute, _ATTRIBUTES)
        what = f"{written} names an unknown attribute; there are {listed(_ATTRIBUTES)}.{near}"
        yield Mistake(line=line, what=what)
    elif reference.attribute == "path" and target.path is None:
        yield Mistake(line=line, what=f"{written} cannot be used: '{target.name}' has no path.")
    elif reference.attribute == "partition" and (target.partitions is None or target is not each):
        what = f"{written} cannot be used: only an asset with partitions has it, for itself."
        yield Mistake(line=line, what=what)
    elif target.partitions is not None and target.partitions != each.partitions:
        what = f"{written} cannot be used: '{each.name}' has other partitions than '{target.name}'."
        yield Mistake(line=line, what=what)


def _of_dependencies(
    each: Declaration, names: AbstractSet[str], elsewhere: AbstractSet[str] | None
) -> Iterator[Mistake]:
    referred = {r.name for r in template.references(each.command or "")}
    for dependency in each.depends_on:
        if dependency.name in names or dependency.name in referred:
            continue
        if elsewhere is not None and dependency.name not in elsewhere:
            near = did_you_mean(dependency.name, [*names, *elsewhere])
            what = f"'{each.name}' depends on '{dependency.name}', which nothing declares.{near}"
            yield Mistake(line=dependency.line, what=what)


def _shared_paths(declarations: Iterable[Declaration]) -> Iterator[Mistake]:
    first: dict[str, Declaration] = {}
    for each in declarations:
        if each.path is None:
            continue
        other = first.setdefault(each.path, each)
        if other is not each and not (other.is_source and each.is_source):
            what = (
                f"'{each.name}' and '{other.name}' (line {other.line}) have the same path "
                f"'{each.path}'. Give each its own."
            )
            yield Mistake(line=each.path_line, what=what)


def _cycles(known: Known) -> Iterator[Mistake]:
    names = list(known)
    numbers = {name: n for n, name in enumerate(names)}
    needs = [
        [numbers[d.name] for d in known[name].depends_on if d.name in numbers] for name in names
    ]
    while (cycle := find_cycle(needs)) is not None:
        path = " → ".join(names[n] for n in [*cycle, cycle[0]])
        first = known[names[cycle[0]]]
        if len(cycle) == 1:
            what = f"'{first.name}' depends on itself."
        else:
            what = (
                f"these depend on each other in a circle: {path}. Remove one of the dependencies."
            )
        yield Mistake(line=min(known[names[n]].line for n in cycle), what=what)
        for node, needed in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            needs[node] = [n for n in needs[node] if n != needed]
