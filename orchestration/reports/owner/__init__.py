"""The owner's quality report: what each agency's data owner reads about what the agency sent.

Belongs here: its figures, what each failing rule moves in the published answers, its pages, charts and lists of rows.
Does not belong here: verdicts (the gate's), rules (`contracts`), when it is made (`publish`, `console`).
"""

from orchestration.reports.owner.build import REPORTS_FOLDER, ReportOutcome, build_reports

__all__ = ["REPORTS_FOLDER", "ReportOutcome", "build_reports"]
