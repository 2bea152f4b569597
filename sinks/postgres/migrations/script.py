"""Runs the SQL of a migration: the file beside it, whole, as it stands.

The text goes to the server without parameters, so percent signs and colons in it mean nothing to the driver.
"""

from pathlib import Path

from alembic import op


def execute_file(module: str) -> None:
    """Run the `.sql` file that has the name of the migration `module` (its `__file__`)."""
    execute(Path(module).with_suffix(".sql").read_text(encoding="utf-8"))


def execute(sql: str) -> None:
    """Run `sql`, which may be several statements; in a dry run print it."""
    context = op.get_context()
    if context.as_sql:
        context.impl.static_output(sql)
    else:
        op.get_bind().exec_driver_sql(sql, execution_options={"no_parameters": True})
