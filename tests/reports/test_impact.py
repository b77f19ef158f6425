"""Which rules cost most, what they move and what is said of them, on a feed whose faults are laid out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from orchestration.contracts import DeliveryRuleKind
from orchestration.lineage.query import ROWS
from orchestration.lineage.reach import Mart, Origin, Reach
from orchestration.reports.owner.case_views import case_view, cost_sentence
from orchestration.reports.owner.figures import FeedFigures, Refusal, RowCounts, RuleHistory, Tally
from orchestration.reports.owner.impact import RuleCase, dearest, rule_cases
from orchestration.reports.owner.present import FaultyRow, PresentState, RuleCost, Standing
from orchestration.reports.owner.views import agency_view, feed_state
from tests.ingest.small_feeds import CUSTODY

JANUARY, MARCH = date(2024, 1, 3), date(2024, 3, 3)
SEX = "POL-CUS-CLOSED_CODES-sex"
SURNAME = "POL-CUS-REQUIRED-surname"
OFFENCE = "POL-CUS-CODE_LIST-offence_code"
FILE = CUSTODY.delivery_rule(DeliveryRuleKind.UNKNOWN_COLUMN).code
EMPTY = CUSTODY.delivery_rule(DeliveryRuleKind.EMPTY_FILE).code
FEED = CUSTODY.key


def origins(*columns: str, linked: bool = False, exact: bool = True) -> frozenset[Origin]:
    return frozenset(Origin(FEED, column, linked, exact) for column in columns)


ARRESTS = Mart(
    "marts.arrests", "Who is arrested?", {"n": origins("offence_code", ROWS), "sex": origins("sex")}, origins(ROWS)
)
PEOPLE = Mart("marts.people", "Who comes back?", {"persons": origins("surname", ROWS, linked=True)}, frozenset())
ELSEWHERE = Mart("marts.elsewhere", "Not ours.", {"n": frozenset({Origin("laa/orders", ROWS)})}, frozenset())
REACH = Reach((ARRESTS, PEOPLE, ELSEWHERE), {}, {})


def fault(number: int, code: str, standing: Standing, record: str = "") -> FaultyRow:
    return FaultyRow("d", "d.csv", MARCH, number, code, (), standing, record or str(number), ())


def history(code: str, checked: int, failed: int, since: date | None = MARCH) -> RuleHistory:
    tally = Tally(checked, failed)
    return RuleHistory(CUSTODY.rule(code), tally, tally, MARCH, since if failed else None, MARCH if failed else JANUARY)


def figures(*rules: RuleHistory, refusals: tuple[Refusal, ...] = (), **facts: object) -> FeedFigures:
    known: dict[str, object] = {
        "contract": CUSTODY,
        "deliveries": 2,
        "refused": len(refusals),
        "rows": RowCounts(200, 3, 0),
        "newest_rows": RowCounts(100, 3, 0),
        "newest_received": MARCH,
        "newest_used": MARCH,
        "days_late": 0,
        "dimensions": {"validity": Tally(100, 4)},
        "trend": {JANUARY: {"validity": Tally(100, 2)}, MARCH: {"validity": Tally(100, 4)}},
        "row_trend": {JANUARY: RowCounts(100, 0, 0), MARCH: RowCounts(100, 3, 0)},
        "refusals": refusals,
        "excepted": (),
        "rules": rules,
    }
    return FeedFigures(**{**known, **facts})  # type: ignore[arg-type]


PRESENT = PresentState(
    50,
    (
        fault(1, SEX, Standing.WITHHELD),
        fault(2, SEX, Standing.WITHHELD, "1"),  # another row of record 1
        fault(3, SEX, Standing.OUTDATED),
        *(fault(number, OFFENCE, Standing.KEPT) for number in range(10, 15)),
    ),
)
RULES = (history(FILE, 1, 1), history(SEX, 100, 3), history(SURNAME, 100, 0), history(OFFENCE, 80, 5))


def cases(**facts: object) -> dict[str, RuleCase]:
    return {case.rule.code: case for case in rule_cases(figures(*RULES, **facts), PRESENT, REACH)}  # type: ignore[arg-type]


def test_rules_are_ranked_by_what_they_withhold_then_by_what_they_affect() -> None:
    found = rule_cases(figures(*RULES), PRESENT, REACH)
    assert [case.rule.code for case in found] == [SEX, OFFENCE, FILE]
    assert [case.cost for case in found] == [RuleCost(1, 1, 0), RuleCost(0, 0, 5), RuleCost()]


def test_a_rule_whose_faults_are_all_mended_costs_nothing() -> None:
    mended = history(SEX, 100, 0)
    assert rule_cases(figures(mended), PresentState(50, ()), REACH) == ()


def test_a_refused_file_costs_its_rows_until_another_stands_in_its_place() -> None:
    lost = Refusal("lost.csv", JANUARY, 700, (EMPTY,), "cut off", None)
    rules = (*RULES, history(EMPTY, 1, 0))
    found = rule_cases(figures(*rules, refusals=(lost,)), PRESENT, REACH)
    assert (found[0].rule.code, found[0].refused_files, found[0].refused_rows) == (EMPTY, 1, 700)
    mended = replace(lost, mended_by="again.csv")
    assert EMPTY not in {case.rule.code for case in rule_cases(figures(*rules, refusals=(mended,)), PRESENT, REACH)}


def test_a_withheld_record_moves_every_mart_the_feed_reaches() -> None:
    assert [touch.mart.name for touch in cases()[SEX].touches] == ["marts.arrests", "marts.people"]


def test_a_warning_moves_only_marts_that_use_its_column() -> None:
    (touch,) = cases()[OFFENCE].touches
    assert (touch.mart.name, touch.columns, touch.bears_on_rows) == ("marts.arrests", ("n",), False)
    (touch,) = REACH.touched(FEED, {"surname"})
    assert (touch.mart.name, touch.columns, touch.linked_columns) == ("marts.people", (), ("persons",))
    assert touch.through_linkage_only


def test_a_warning_about_the_file_moves_nothing_and_says_so() -> None:
    view = case_view(cases()[FILE], 50)
    assert view.touches == ()
    assert "about the file as a whole" in view.moves_nothing


def test_what_a_rule_costs_is_said_in_records_and_shares() -> None:
    found = cases()
    assert cost_sentence(found[SEX], 50) == "1 record withheld (2.0%); 1 record used in an older version."
    assert cost_sentence(found[OFFENCE], 50) == "5 records kept with this fault (10.0%)."
    view = case_view(found[SEX], 50)
    assert [(move.name, move.at_most) for move in view.moves] == [
        ("marts.arrests", "2 records (4.0%)"),
        ("marts.people", "2 records (4.0%)"),
    ]
    assert view.newest_sentence == "3 March 2024: 3 of 100 rows failed (3.0%). Agreed limit: 0%."
    assert view.since_sentence == "3 March 2024, the newest delivery; the one before held."


def test_a_mart_known_only_as_a_whole_says_so() -> None:
    whole = Mart("marts.whole", "", {"n": origins("sex", exact=False)}, frozenset())
    found = rule_cases(figures(*RULES), PRESENT, Reach((whole,), {}, {}))
    assert "as a whole" in case_view(found[0], 50).moves[0].what


def test_only_ten_rules_are_dearest() -> None:
    many = tuple(replace(cases()[SEX], refused_rows=rows, refused_files=1) for rows in range(15))
    assert [case.refused_rows for case in dearest(many)] == list(range(14, 4, -1))


@pytest.mark.parametrize(
    ("facts", "present", "words"),
    [
        ({"deliveries": 0, "newest_received": None, "newest_used": None}, RuleCost(), "Nothing delivered yet"),
        ({"newest_used": None}, RuleCost(), "No file was ever accepted"),
        ({"days_late": 3}, RuleCost(), "Late by 3 days"),
        ({"refusals": (Refusal("a", MARCH, 1, (), "", None),), "days_late": 3}, RuleCost(), "Newest file refused"),
        ({"refusals": (Refusal("a", MARCH, 1, (), "", "b"),)}, RuleCost(), "Nothing to mend"),
        ({"refusals": (Refusal("a", JANUARY, 1, (), "", None),)}, RuleCost(), "An earlier file is still missing"),
        ({"newest_rows": RowCounts(100, 6, 0)}, RuleCost(6), "More rows withheld than agreed"),
        ({}, RuleCost(outdated=1), "Some records withheld"),
        ({}, RuleCost(kept=1), "Within the agreed limits"),
        ({}, RuleCost(), "Nothing to mend"),
    ],
)
def test_a_feed_is_in_the_worst_state_that_is_true_of_it(
    facts: dict[str, object], present: RuleCost, words: str
) -> None:
    assert feed_state(figures(**facts), present, ()).words == words


def test_faults_beyond_the_agreed_share_are_said_to_be_so() -> None:
    case = cases()[OFFENCE]

    def state(agreed_share: float) -> str:
        rule = replace(case.rule, soft_share=agreed_share)
        return feed_state(figures(), RuleCost(kept=5), (replace(case, history=replace(case.history, rule=rule)),)).words

    assert state(0.06) == "More faults than agreed"  # 5 of 80 failed
    assert state(0.0625) == "Within the agreed limits"


def test_the_page_tells_an_agency_its_own_figures() -> None:
    facts = figures(*RULES)
    view = agency_view("police", [(facts, PRESENT, rule_cases(facts, PRESENT, REACH))], None)
    assert view.summary == (
        "1 record is missing from the published answers because of faults. 1 record is used in an older version."
    )
    feed = view.feeds[0]
    assert feed.withheld_sentence == (
        "The warehouse holds 50 records of this feed now. 1 record is withheld (2.0% of what should be there). "
        "1 record is used in an older version. 5 records are kept with a fault (10.0%)."
    )
    (line,) = feed.dimension_lines
    assert (line.passed, line.counts, line.change) == ("96.0%", "4 of 100", "Down 2.0 points")
    assert feed.trend_alt == (
        "Line charts of the share of checks passed at 2 deliveries: validity 96.0% in the newest, lowest 96.0% on "
        "3 March 2024."
    )
