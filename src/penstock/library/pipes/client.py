"""`PipesClient`: starts external processes of one kind, and the results of one that has ended."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from penstock.define.context import OpExecutionContext
from penstock.define.result import AssetCheckResult, MaterializeResult
from penstock.library.pipes.errors import pipes_error
from penstock.library.pipes.messages import PipesExecutionResult
from penstock.library.pipes.session import PipesSession
from penstock.library.pipes.wire import PipesExtras
from penstock.model.metadata import normalize_metadata


class PipesClient(ABC):
    """Starts external processes; a parameter with such an annotation is a resource."""

    is_penstock_resource = True

    @abstractmethod
    def run(
        self,
        *,
        context: OpExecutionContext,
        extras: PipesExtras | None = None,
        **kwargs: Any,
    ) -> PipesClientCompletedInvocation:
        """Run an external process to its end.

        Args:
            context: The context of the step.
            extras: What the process is to know beside the context.
            **kwargs: What a kind of process needs to be started.
        """


class PipesClientCompletedInvocation:
    """An external process that has ended.

    Args:
        session: The session that it ran in.
        metadata: Facts to add to each of its results.
    """

    def __init__(self, session: PipesSession, metadata: Mapping[str, object] | None = None) -> None:
        self._session = session
        self._metadata = normalize_metadata(metadata or {})

    @property
    def metadata(self) -> Mapping[str, object]:
        """The facts that are added to each result."""
        return self._metadata

    def get_results(
        self, *, implicit_materializations: bool = True
    ) -> Sequence[PipesExecutionResult]:
        """Return what the step is to return.

        Args:
            implicit_materializations: Whether an asset of the step that the process did not report
                was made all the same.
        """
        return self._session.get_results(
            implicit_materializations=implicit_materializations, metadata=self._metadata
        )

    def get_materialize_result(
        self, *, implicit_materialization: bool = True
    ) -> MaterializeResult[object]:
        """Return the result of the one asset, with the results of its checks in it.

        Args:
            implicit_materialization: Whether the asset was made though the process did not report
                it.

        Raises:
            PipesError: There is no asset, or there are several.
        """
        results = self.get_results(implicit_materializations=implicit_materialization)
        made = [each for each in results if isinstance(each, MaterializeResult)]
        if not made:
            raise pipes_error(
                "The external process reported no asset as made. Call report_asset_materialization "
                "in it, or take get_results() here."
            )
        if len(made) > 1:
            keys = [str(each.asset_key and each.asset_key.to_user_string()) for each in made]
            raise pipes_error(
                f"The step made {len(keys)} assets, and get_materialize_result() returns one: "
                f"{', '.join(sorted(keys))}. Take get_results() for all."
            )
        (result,) = made
        checks = [each for each in results if isinstance(each, AssetCheckResult)]
        return MaterializeResult[object](
            asset_key=result.asset_key,
            metadata=result.metadata,
            check_results=[*result.check_results, *checks],
            data_version=result.data_version,
            tags=result.tags,
        )

    def get_asset_check_result(self) -> AssetCheckResult:
        """Return the result of the one check.

        Raises:
            PipesError: There is none, or there are several.
        """
        results = self.get_results(implicit_materializations=False)
        checks = [each for each in results if isinstance(each, AssetCheckResult)]
        if not checks:
            raise pipes_error(
                "The external process reported no verdict of a check. Call report_asset_check in "
                "it, or take get_results() here."
            )
        if len(checks) > 1:
            names = sorted(str(each.check_name) for each in checks)
            raise pipes_error(
                f"The process reported {len(names)} verdicts, and get_asset_check_result() returns "
                f"one: {', '.join(names)}. Take get_results() for all."
            )
        return checks[0]

    def get_custom_messages(self) -> Sequence[Any]:
        """Return the payloads of the process's custom messages, in order."""
        return self._session.get_custom_messages()
