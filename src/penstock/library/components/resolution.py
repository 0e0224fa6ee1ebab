"""`ResolutionContext`: templates into values, knowing where in the file each stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar, cast

from penstock.errors import ResolutionError
from penstock.library.components.scopes import default_scope
from penstock.library.located import Located

T = TypeVar("T")

_WHOLE = re.compile(r"\s*\{\{((?:(?!\{\{|\}\}).)*)\}\}\s*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The document that values come from.

    Attributes:
        root: The part of it whose paths begin at nothing.
        file: Its file; None for text that is in no file.
    """

    root: Located
    file: Path | None = None

    def told(self, path: Sequence[str | int]) -> str:
        """Return the place of a path: file, line, column, and the path itself."""
        place = self.root.place_of(tuple(path))
        name = str(self.file) if self.file is not None else "<text>"
        return f"{name}:{place.line}:{place.column}" + (f" - {dotted(path)}" if path else "")


def dotted(path: Sequence[str | int]) -> str:
    """Write a path as people do: `assets[0].key`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _no_stash() -> dict[str, object]:
    return {}


@dataclass(frozen=True, kw_only=True)
class ResolutionContext:
    """What a resolver may ask: values for templates, and where it stands.

    Attributes:
        scope: What templates can name.
        path: The keys and indexes that lead to the value in hand.
        source: The document, where there is one.
        stash: Things that resolvers hand each other.
    """

    scope: Mapping[str, object]
    path: Sequence[str | int] = ()
    source: Source | None = None
    stash: Mapping[str, object] = field(default_factory=_no_stash)

    @staticmethod
    def default(source: Source | None = None) -> ResolutionContext:
        """Return a context with the scope that every template has."""
        return ResolutionContext(scope=default_scope(), source=source)

    def at_path(self, path_part: str | int) -> ResolutionContext:
        """Return the context one step deeper."""
        return replace(self, path=(*self.path, path_part))

    def with_scope(self, **additional_scope: object) -> ResolutionContext:
        """Return a context in which templates can name more."""
        return replace(self, scope={**self.scope, **additional_scope})

    def with_stashed_value(self, key: str, value: object) -> ResolutionContext:
        """Return a context that carries one more thing for resolvers."""
        return replace(self, stash={**self.stash, key: value})

    def with_source(self, source: Source) -> ResolutionContext:
        """Return a context whose values come from a document."""
        return replace(self, source=source, path=())

    def resolve_value(self, val: object, as_type: type[T] | None = None) -> T:
        """Put values in place of templates, in a text or anywhere in a list or mapping.

        A text that is one template gives the value itself, of whatever type; a text with templates
        in it gives text. Text without a template stays as it is.

        Args:
            val: The value.
            as_type: The type to expect, for readers and type checkers; it is not enforced.

        Raises:
            ResolutionError: A template names what is not in the scope, or fails.
        """
        return cast("T", self._resolved(val))

    def resolve_source_relative_path(self, value: str) -> Path:
        """Return a path that is relative to the folder of the document."""
        path = Path(value)
        if path.is_absolute() or self.source is None or self.source.file is None:
            return path
        return (self.source.file.parent / path).resolve()

    def error(self, what: str) -> ResolutionError:
        """Return an error about the value in hand, with its place."""
        if self.source is not None:
            return ResolutionError(f"{self.source.told(self.path)}\n{what}")
        return ResolutionError(f"{dotted(self.path)}: {what}" if self.path else what)

    def _resolved(self, val: object) -> object:
        if isinstance(val, dict):
            entries = cast("dict[str, object]", val)
            return {key: self.at_path(key)._resolved(entry) for key, entry in entries.items()}
        if isinstance(val, list | tuple):
            items = cast("Sequence[object]", val)
            found = [self.at_path(n)._resolved(item) for n, item in enumerate(items)]
            return found if isinstance(val, list) else tuple(found)
        if isinstance(val, str) and ("{{" in val or "{%" in val):
            return self._render(val)
        return val

    def _render(self, text: str) -> object:
        import jinja2  # noqa: PLC0415 - an extra; loaded by those who use templates

        environment = jinja2.Environment(  # noqa: S701 - the result is no HTML
            undefined=jinja2.StrictUndefined, keep_trailing_newline=True
        )
        whole = _WHOLE.fullmatch(text)
        try:
            if whole is None:
                return environment.from_string(text).render(**self.scope)
            expression = environment.compile_expression(whole[1].strip(), undefined_to_none=False)
            found: object = expression(**self.scope)
            if isinstance(found, jinja2.Undefined):
                str(found)  # raises, and says what is undefined
            return found
        except ResolutionError as error:
            raise self.error(str(error)) from error
        except jinja2.UndefinedError as error:
            raise self.error(self._undefined(error.message or "")) from None
        except jinja2.TemplateSyntaxError as error:
            raise self.error(f"The template {text!r} is malformed: {error.message}") from None
        except Exception as error:  # the border to user code: a function of the scope raised
            raise self.error(
                f"The template {text!r} failed: {type(error).__name__}: {error}"
            ) from error

    def _undefined(self, message: str) -> str:
        name, is_undefined, _ = message.partition(" is undefined")
        if not is_undefined:
            return f"{message[:1].upper()}{message[1:]}."
        return f"{name} means nothing in this template. It can use: {', '.join(self.scope)}."
