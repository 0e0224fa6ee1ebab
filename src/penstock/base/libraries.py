"""Which libraries for Penstock were loaded, and in which version: they tell so themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from penstock.errors import ParameterCheckError


class LibraryRegistry:
    """The libraries of this process by name."""

    _versions: ClassVar[dict[str, str]] = {}

    @classmethod
    def register(cls, name: str, version: str, *, is_dagster_package: bool = True) -> None:
        """Tell that a library was loaded; a later version of the same name wins.

        Args:
            name: The name of its distribution.
            version: Its version.
            is_dagster_package: Accepted; the versions of libraries are not tied to Penstock's.

        Raises:
            ParameterCheckError: The name or the version is no text.
        """
        del is_dagster_package
        for what, text in (("name", name), ("version", version)):
            if not isinstance(text, str) or not text:  # pyright: ignore[reportUnnecessaryIsInstance] - a user's argument
                raise ParameterCheckError(
                    f"LibraryRegistry.register({what}=...) must be text, not {text!r}."
                )
        cls._versions[name] = version

    @classmethod
    def get(cls) -> Mapping[str, str]:
        """Return the version of each library by its name."""
        return dict(sorted(cls._versions.items()))
