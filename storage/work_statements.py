"""Statements about several rows of work, made once."""

from datetime import timedelta

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    Uuid,
    any_,
    bindparam,
    case,
    column,
    func,
    or_,
    select,
    update,
)

from storage.records import Work

A_LEASE = timedelta(seconds=20)

_WAITING = (
    select(Work.number)
    .where(
        Work.queue == bindparam("of_queue", type_=Work.queue.type),
        Work.kind == any_(bindparam("of_kinds", type_=ARRAY(Work.kind.type))),
        Work.done_at.is_(None),
        Work.gave_up_at.is_(None),
        Work.not_before <= func.now(),
        or_(Work.lease_until.is_(None), Work.lease_until < func.now()),
    )
    .limit(bindparam("most", type_=Integer()))
)
COUNT = select(func.count()).select_from(_WAITING.subquery())
# Materialized: PostgreSQL may look into a plain subquery several times, and lock other rows.
_DUE = (
    _WAITING.order_by(Work.not_before, Work.number)
    .with_for_update(skip_locked=True)
    .cte("due")
    .prefix_with("MATERIALIZED")
)
CLAIM = (
    update(Work)
    .where(Work.number == _DUE.c.number)
    .values(
        attempts=Work.attempts + case((Work.examining, 1), else_=0),
        last_error=case((Work.examining, "lost while examining"), else_=Work.last_error),
        examining=False,
        lease_token=bindparam("token", type_=Uuid()),
        lease_until=func.now() + A_LEASE,
    )
    .returning(
        Work.number, Work.kind, Work.subject_id, Work.offender_id, Work.attempts, Work.not_before
    )
    .execution_options(synchronize_session=False)
)
HELD = (
    func.unnest(
        bindparam("numbers", type_=ARRAY(BigInteger())), bindparam("tokens", type_=ARRAY(Uuid()))
    )
    .table_valued(column("number", BigInteger()), column("token", Uuid()), name="held")
    .render_derived()
)
