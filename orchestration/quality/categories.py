"""How often each code, and each month of events, comes in a delivery.

Belongs here: which columns are counted, and the SQL that counts them. Does not belong here: what the counts say
(`findings`, `earlier_deliveries`).

Only codes of a list are ever counted by name; all other text is one number. With columns shifted, a name may stand
where a code belongs, and the gate's files hold no names.
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.contracts import Column, ColumnType, FeedContract
from orchestration.quality.checks import DELIVERY_ID, code_table
from orchestration.quality.judged_rows import JUDGED, WEIGHT
from orchestration.quality.reference_lists import CLASS_SEPARATOR
from orchestration.quality.typed_sql import literal, name, text_name

BLANK = "(blank)"
NOT_LISTED = "(not in the list)"

_GROUP_SEPARATOR = " - "


def counted_columns(contract: FeedContract) -> tuple[str, ...]:
    """The columns that are counted, in the contract's order."""
    return tuple(column.name for column in contract.columns if column.has_categories or column.is_event_date)


def counts_query(contract: FeedContract, columns: Sequence[str]) -> str:
    """SQL for delivery_id, column_name, value and rows of these counted columns, over `judged_rows` with its weights.

    A value is a code, `(blank)` or `(not in the list)`; of a date of events, its month as `YYYY-MM`.
    """
    counted = [contract.column(column) for column in columns]
    parts = [_codes_query(column) for column in counted if column.has_categories]
    parts += [_months_query(contract, column) for column in counted if column.is_event_date]
    return " union all ".join(parts)


def _codes_query(column: Column) -> str:
    value, listed = _value(column)
    wanted = f"case when given is null then {literal(BLANK)} when {listed} then given else {literal(NOT_LISTED)} end"
    return f"""
        select delivery_id, {literal(column.name)} as column_name, {wanted} as value,
            cast(sum(rows) as bigint) as rows
        from (
            select {DELIVERY_ID} as delivery_id, {value} as given, sum({WEIGHT}) as rows from {JUDGED} group by all
        ) group by all
    """


def _value(column: Column) -> tuple[str, str]:
    """SQL of the value counted, and SQL that is true where it is of the list (`given` is the value)."""
    text = text_name(column.name)
    if column.type is ColumnType.YES_NO:
        read = name(column.name)
        no_sense = literal(NOT_LISTED)
        return f"case when {text} is not null then coalesce({read}::varchar, {no_sense}) end", "true"
    codes = column.closed_codes or column.expected_codes
    if codes:
        return text, f"given in ({', '.join(map(literal, codes))})"
    if column.code_list is not None:
        if column.code_list_class is not None:
            text = f"{text_name(column.code_list_class)} || {literal(CLASS_SEPARATOR)} || {text}"
        return text, f"given in (select code from {code_table(column.code_list)})"
    groups = f"(select code from {code_table(column.group_list or '')})"
    whole = f"lower({text})"
    group = f"split_part({whole}, {literal(_GROUP_SEPARATOR)}, 1)"
    return f"case when {whole} in {groups} then {whole} else {group} end", f"given in {groups}"


def _months_query(contract: FeedContract, column: Column) -> str:
    moment = name(column.name)
    if column.type is ColumnType.TIMESTAMP and contract.delivery.timezone == "UTC":
        # the month in London: at the end of March to September the clocks there are an hour ahead
        moment = f"{moment} + case when month({moment}) between 3 and 9 then interval 1 hour else interval 0 hour end"
    return f"""
        select {DELIVERY_ID} as delivery_id, {literal(column.name)} as column_name,
            strftime({moment}, '%Y-%m') as value, cast(sum({WEIGHT}) as bigint) as rows
        from {JUDGED} where {name(column.name)} is not null group by all
    """
