"""Policies compare the scope inside of their subquery, so that PostgreSQL plans with what is there.

Of `(SELECT app_scope()) = 'verifier'` it supposes that one row in two hundred fulfils it, of every
table in a query anew: where four hundred rows would be read backwards in an index until six are
found, it sorted all of them. Of a subquery that is true or not, it supposes half.
"""

import re

from alembic import op
from sqlalchemy import text

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# As pg_policies writes it: what is compared is one word, or a list of them.
_OUTSIDE = re.compile(
    r"\( SELECT app_scope\(\) AS app_scope\)"
    r" ((?:=|<>) (?:'\w+'::text|(?:ANY|ALL) \(ARRAY\[[^\]]*\]\)))"
)
_POLICIES = text(
    "SELECT tablename, policyname, qual, with_check FROM pg_policies"
    " WHERE schemaname = current_schema() ORDER BY tablename, policyname"
)


def upgrade() -> None:
    """Apply."""
    connection = op.get_bind()
    for table, policy, seen, written in connection.execute(_POLICIES).all():
        words = [
            f" {word} ({_inside(condition)})"
            for word, condition in (("USING", seen), ("WITH CHECK", written))
            if condition is not None and _OUTSIDE.search(condition)
        ]
        if words:
            connection.exec_driver_sql(f"ALTER POLICY {policy} ON {table}{''.join(words)}")


def _inside(condition: str) -> str:
    return _OUTSIDE.sub(r"(SELECT app_scope() \1)", condition)
