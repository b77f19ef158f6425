"""Text that is safe to open in a spreadsheet.

Belongs here: what every room that writes CSV for people needs. Does not belong here: any table.
"""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet run a cell (OWASP, CSV injection)."""


def spreadsheet_safe(value: str) -> str:
    """The value with a leading apostrophe if a spreadsheet would run it as a formula."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
