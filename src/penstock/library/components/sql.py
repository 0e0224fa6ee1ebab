"""Components that run SQL."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field

from penstock.define.context import AssetExecutionContext
from penstock.define.result import MaterializeResult
from penstock.library.components.executable import Body, ExecutableComponent
from penstock.library.components.load_context import ComponentLoadContext
from penstock.library.components.resolution import ResolutionContext
from penstock.library.components.resolver import Resolver
from penstock.library.components.specs import OpSpec


class SQLClient(ABC):
    """Something that runs SQL."""

    @abstractmethod
    def connect_and_execute(self, sql: str) -> None:
        """Connect to the database and run SQL."""


def _given(context: ResolutionContext, value: object) -> object:
    return value


class SqlComponent(ExecutableComponent, ABC):
    """Assets that SQL makes; a subclass says where the SQL comes from.

    Attributes:
        connection: What runs it, as a template.
        execution: What is declared of the step.
    """

    connection: Annotated[
        SQLClient,
        Resolver(_given, model_field_type=str),
        Field(description="What runs the SQL."),
    ]
    execution: OpSpec | None = None

    @abstractmethod
    def get_sql_content(
        self, context: AssetExecutionContext, component_load_context: ComponentLoadContext
    ) -> str:
        """Return the SQL."""

    @abstractmethod
    def get_unique_name(self) -> str:
        """Return the name of the step, where none is given."""

    def execute(
        self, context: AssetExecutionContext, component_load_context: ComponentLoadContext
    ) -> None:
        """Run the SQL."""
        self.connection.connect_and_execute(self.get_sql_content(context, component_load_context))

    @property
    def op_spec(self) -> OpSpec:
        """What is declared of the step."""
        return self.execution or OpSpec(name=self.get_unique_name())

    def body(self, context: ComponentLoadContext) -> Body:
        """Return a function that runs the SQL."""
        load_context = context

        def run_sql(context: AssetExecutionContext) -> Iterator[MaterializeResult[None]]:
            self.execute(context, load_context)
            for asset in self.assets or ():
                yield MaterializeResult[None](asset_key=asset.key)

        return run_sql


class SqlFile(BaseModel):
    """A file with SQL."""

    path: str = Field(description="The file; a relative path begins beside the component's file.")


class TemplatedSqlComponent(SqlComponent):
    """Assets that SQL from a template makes.

    Attributes:
        sql_template: The template, or its file; it is rendered when the step runs.
        sql_template_vars: What the template can name.
    """

    sql_template: Annotated[
        str | SqlFile,
        Resolver.passthrough(description="The SQL, as text or as {path: ...}."),
    ]
    sql_template_vars: Annotated[
        Mapping[str, Any] | None, Field(description="What the template can name.")
    ] = None

    def get_sql_content(
        self, context: AssetExecutionContext, component_load_context: ComponentLoadContext
    ) -> str:
        """Render the template."""
        import jinja2  # noqa: PLC0415 - an extra; loaded by those who use templates

        text = self.sql_template
        if isinstance(text, SqlFile):
            at = component_load_context.path
            folder = at if at.is_dir() else at.parent
            text = (folder / text.path).read_text(encoding="utf-8")
        environment = jinja2.Environment(undefined=jinja2.StrictUndefined)  # noqa: S701 - no HTML
        return environment.from_string(text).render(**(self.sql_template_vars or {}))

    def get_unique_name(self) -> str:
        """Return a name that follows from the template and its variables."""
        template = self.sql_template
        text = template.path if isinstance(template, SqlFile) else template
        named = f"{text}:{sorted((self.sql_template_vars or {}).items())}"
        return "sql_" + hashlib.blake2b(named.encode(), digest_size=4).hexdigest()
