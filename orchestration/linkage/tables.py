"""The tables that the steps of linkage leave for one another in a connection: what each holds, who makes it, who reads.

Belongs here: every table that more than one module touches, with its columns and types; those the state keeps; and the
names of those a module makes for itself. Does not belong here: how any is made (the module named as its maker).

Tests hold all of it: what a run makes has these columns, and the SQL of each module names what is declared of it. A
module is named by its path in this room. A row of each table is what `holds` says in the plural.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

INPUT_TABLE = "linkage.person_records_to_link"
"""Table of the build database that linkage reads."""

LINKS_FILE = "person_links.parquet"
"""What it leaves in the linkage folder, who is who: the rows of `person_links`."""


@dataclass(frozen=True)
class StepTable:
    """A table that one step leaves for others.

    Attributes:
        name: in SQL; `state.` before it where the state keeps it.
        holds: what its rows are.
        columns: column -> type, as DuckDB names types.
        makers: modules that make it.
        readers: other modules that name it.
        has_further_columns: whether more columns follow, whose names depend on the rule or model.
    """

    name: str
    holds: str
    columns: Mapping[str, str]
    makers: tuple[str, ...]
    readers: tuple[str, ...]
    has_further_columns: bool = False


def _columns(declared: str) -> dict[str, str]:
    """Columns and types from text as in `create table`."""
    pairs = (column.split() for column in declared.split(","))
    return {name: type_name for name, type_name in pairs}


_STANDARD = """
    surname varchar, forename varchar, middle varchar, dob date, postcode varchar, address varchar, place varchar,
    email varchar, phone varchar, national_number varchar, area_code varchar, region varchar, birth_place varchar,
    occupation varchar, pnc_id varchar, cro_number varchar, noms_number varchar, crn varchar
"""
_SOUNDS = "surname_sound varchar, forename_sound varchar, formals varchar[]"
_RECORD = _columns(
    f"record_id varchar, digest varchar, agency varchar, first_extract_date date, {_STANDARD}, {_SOUNDS},"
    "asn varchar, ptiurn varchar, master_defendant_id varchar"
)
_SAID = _columns(f"""
    profile_id bigint, {_SOUNDS}, {_STANDARD}, asn varchar[], ptiurn varchar[], master_defendant_id varchar[],
    dob_text varchar, dob_key bigint, birth_year bigint, birth_day bigint, dob_is_weak boolean, postcode_sector varchar,
    postcode_district varchar, email_name varchar, email_house varchar, name_pair varchar
""")
_PROFILE = {**_SAID, "record_count": "bigint"}
_PAIR = _columns("profile_id_l bigint, profile_id_r bigint")
_WEIGHED_PAIR = {**_PAIR, "match_weight": "double"}
_SPLINK_PAIR = _columns("join_key_l bigint, join_key_r bigint")

STEP_TABLES = (
    StepTable(
        "input_records",
        "person records as delivered, all text, with a digest of what each says",
        _columns("""
            record_id varchar, agency varchar, first_extract_date varchar, surname varchar, forename varchar,
            middle_names varchar, date_of_birth varchar, postcode varchar, address varchar, place varchar,
            email varchar, phone varchar, national_number varchar, area_code varchar, region varchar,
            birth_place varchar, occupation varchar, pnc_id varchar, cro_number varchar, noms_number varchar,
            crn varchar, asn varchar, ptiurn varchar, master_defendant_id varchar, digest varchar
        """),
        makers=("matching/records", "matching/changes"),
        readers=("matching/linking",),
    ),
    StepTable(
        "cleaned_records",
        "records with standard names, dates and identifiers, each cleaned by itself",
        _RECORD,
        makers=("matching/records",),
        readers=("matching/changes", "matching/linking", "matching/state"),
    ),
    StepTable(
        "over_shared",
        "values that too many people share to be evidence of anything",
        _columns("column_name varchar, value varchar, record_count bigint"),
        makers=("matching/records", "matching/changes"),
        readers=("matching/state",),
    ),
    StepTable(
        "standard_records",
        "cleaned records without the values that too many people share",
        _RECORD,
        makers=("matching/records",),
        readers=("learning/training", "matching/incremental", "matching/overrides", "matching/pipeline"),
    ),
    StepTable(
        "record_digests",
        "all records there are, each with a digest of what it says",
        _columns("record_id varchar, digest varchar"),
        makers=("matching/linking", "matching/state"),
        readers=("person_id_history",),
    ),
    StepTable(
        "override_records",
        "decisions of people both of whose records exist",
        _columns("line bigint, decision varchar, record_a varchar, record_b varchar"),
        makers=("matching/overrides",),
        readers=("matching/incremental", "matching/pipeline", "matching/state"),
    ),
    StepTable(
        "record_profiles",
        "records with their profiles; place is the row among the standard records, null where those are yet to be made",
        _columns("place bigint, record_id varchar, content varchar, profile_id bigint"),
        makers=("matching/records", "matching/incremental"),
        readers=("accuracy/causes", "matching/pipeline", "review/sample"),
    ),
    StepTable(
        "profiles",
        "ways in which people are written down, with all they are compared and blocked by",
        _PROFILE,
        makers=("matching/records", "matching/incremental"),
        readers=(
            "accuracy/build",
            "accuracy/causes",
            "learning/expectation",
            "learning/training",
            "matching/blocking",
            "matching/clusters",
            "matching/linking",
            "matching/pipeline",
            "matching/rules",
            "matching/scoring",
            "matching/state",
        ),
    ),
    StepTable(
        "self_scores",
        "profiles paired with themselves: what two records weigh that say all a profile says",
        _WEIGHED_PAIR,
        makers=("matching/pipeline", "matching/incremental"),
        readers=("matching/state",),
    ),
    StepTable(
        "keyed",
        "profiles with each key of the one blocking rule at hand, key_0, key_1 and so on",
        _columns("profile_id bigint"),
        makers=("matching/blocking", "matching/touched_blocks"),
        readers=(),
        has_further_columns=True,
    ),
    StepTable(
        "every_pair",
        "pairs that a blocking rule brings together, once for each rule",
        {"rule": "integer", **_SPLINK_PAIR},
        makers=("matching/blocking",),
        readers=("matching/touched_blocks",),
    ),
    StepTable(
        "oversize_blocks",
        "keys too widely shared to be compared",
        _columns("rule integer, block_key varchar, block_size bigint"),
        makers=("matching/blocking",),
        readers=("matching/state",),
    ),
    StepTable(
        "blocked_pairs",
        "pairs to be compared, each once; match_key is the first rule that brings it together, or `decided`",
        {"match_key": "varchar", **_SPLINK_PAIR},
        makers=("matching/blocking",),
        readers=("learning/training", "matching/incremental", "matching/pipeline", "matching/state"),
    ),
    StepTable(
        "decided_pairs",
        "pairs that somebody decided must be one person, or must not",
        {**_PAIR, "together": "boolean"},
        makers=("matching/pipeline", "matching/clusters"),
        readers=("matching/incremental",),
    ),
    StepTable(
        "edges",
        "pairs that were compared, with what they weigh",
        _WEIGHED_PAIR,
        makers=("matching/pipeline", "matching/incremental", "learning/training"),
        readers=("accuracy/build", "accuracy/causes", "matching/clusters", "matching/state", "review/sample"),
    ),
    StepTable(
        "judged_profiles",
        "profiles as the rules see them",
        {**_PROFILE, "forename_is_known": "boolean", "forename_share": "double"},
        makers=("matching/rules",),
        readers=("matching/clusters",),
    ),
    StepTable(
        "conflicting_pairs",
        "pairs that a rule keeps apart",
        _SPLINK_PAIR,
        makers=("matching/rules",),
        readers=("learning/expectation",),
    ),
    StepTable(
        "profile_persons",
        "profiles with the person each is, the least profile of it, and what ties it there",
        _columns("""
            profile_id bigint, group_id bigint, person bigint, natural_person bigint, match_weight double,
            is_decided boolean
        """),
        makers=("matching/clusters",),
        readers=("learning/training", "matching/pipeline"),
    ),
    StepTable(
        "person_links",
        "records with the person each is of",
        _columns("""
            record_id varchar, person_id varchar, match_probability double, join_method varchar, model_version varchar
        """),
        makers=("matching/pipeline",),
        readers=(
            "accuracy/build",
            "accuracy/causes",
            "accuracy/reference_people",
            "evidence",
            "link",
            "matching/incremental",
            "matching/linking",
            "matching/state",
            "person_id_history",
        ),
    ),
    StepTable(
        "record_groups",
        "records with the group of links each was found in",
        _columns("record_id varchar, content varchar, profile_id bigint, group_id bigint, natural_person bigint"),
        makers=("matching/pipeline",),
        readers=("accuracy/build", "matching/incremental", "matching/overrides", "matching/state"),
    ),
    StepTable(
        "records_read",
        "records delivered now: their digests, and since when they are seen",
        _columns("record_id varchar, digest varchar, seen_date date"),
        makers=("matching/changes",),
        readers=("link",),
    ),
    StepTable(
        "changed_records",
        "records that are new, changed or gone",
        _columns("record_id varchar, change varchar"),
        makers=("matching/changes",),
        readers=("matching/incremental",),
    ),
    StepTable(
        "touched_records",
        "records that must be looked at again",
        _columns("record_id varchar"),
        makers=("matching/changes",),
        readers=("matching/incremental",),
    ),
    StepTable(
        "fresh_profiles",
        "profiles that are new or say something else",
        _SAID,
        makers=("matching/incremental",),
        readers=("matching/touched_blocks",),
    ),
    StepTable(
        "stale_profiles",
        "profiles as they were before they said something else",
        _SAID,
        makers=("matching/incremental",),
        readers=("matching/touched_blocks",),
    ),
    StepTable(
        "parted_pairs",
        "pairs that were compared and that no blocking rule brings together any longer",
        _WEIGHED_PAIR,
        makers=("matching/touched_blocks",),
        readers=("matching/incremental",),
    ),
)
"""What steps leave for others, in the order in which it is made."""

_BY_NAME = {table.name: table for table in STEP_TABLES}


def _kept(name: str, readers: tuple[str, ...], of: str | None = None) -> StepTable:
    """What the state keeps of a step's table."""
    step = _BY_NAME[of or name]
    return StepTable(f"state.{name}", step.holds, step.columns, ("matching/state",), readers)


STATE_TABLES = (
    _kept("records", ("matching/changes", "matching/incremental"), of="cleaned_records"),
    _kept("over_shared", ("matching/changes",)),
    _kept("profiles", ("matching/incremental", "matching/touched_blocks")),
    _kept("self_scores", ("matching/incremental",)),
    _kept("edges", ("matching/incremental", "matching/touched_blocks")),
    _kept("oversize_blocks", ("matching/touched_blocks",)),
    _kept("record_groups", ("matching/incremental",)),
    _kept("person_links", ("matching/incremental",)),
    StepTable(
        "state.decided_edges",
        "pairs that only a decision had compared",
        _PAIR,
        makers=("matching/state", "matching/incremental"),
        readers=(),
    ),
    StepTable(
        "state.rule_pairs",
        "blocking rules with the number of pairs each brings together",
        _columns("rule integer, pairs bigint"),
        makers=("matching/state",),
        readers=("matching/touched_blocks",),
    ),
    StepTable(
        "state.decisions",
        "decisions of people both of whose records exist",
        _columns("decision varchar, record_a varchar, record_b varchar"),
        makers=("matching/state",),
        readers=("matching/incremental",),
    ),
    StepTable(
        "state.made_with",
        "what all this depends on besides the records",
        _columns("name varchar, value varchar"),
        makers=("matching/state",),
        readers=(),
    ),
)
"""What one linkage remembers for the next."""

OWN_TABLES: Mapping[str, tuple[str, ...]] = {
    "accuracy/against_truth": (
        "cells",
        "groups_given",
        "linked_sizes",
        "links_given",
        "matched",
        "scored",
        "true_sizes",
        "truth_given",
        "units",
    ),
    "accuracy/build": ("every_profile_with_itself", "own_weights"),
    "accuracy/causes": ("placed", "truth_given", "weighed_pairs", "weights", "wrong_pairs"),
    "accuracy/labelled": ("dated", "file", "made", "source_rows"),
    "accuracy/reference_making": ("groups_given", "truth_given"),
    "accuracy/rows": ("links_given", "truth_given"),
    "accuracy/truth": ("errors", "ethnicities", "forces", "persons", "records"),
    "learning/adoption": ("links_after", "links_before"),
    "learning/training": ("guess", "guessed", "one_each"),
    "matching/changes": ("over_shared_now", "touched_values", "turned_values", "value_holders", "values_held"),
    "matching/clusters": (
        "candidates",
        "doubtful_pairs",
        "further_edges",
        "grouped",
        "inner_pairs",
        "links",
        "rebuilt",
        "unscored_pairs",
    ),
    "matching/incremental": (
        "chosen_records",
        "part_profiles",
        "part_records",
        "profiles_before",
        "touched_contents",
        "touched_profiles",
    ),
    "matching/overrides": ("overrides_given",),
    "matching/pipeline": ("decided_records", "founders", "identified", "taken_apart", "with_itself"),
    "matching/records": (
        "forename_sounds",
        "forename_sounds_arrow",
        "forename_standard",
        "middle_standard",
        "named_records",
        "profile_events",
        "profile_places",
        "surname_sounds",
        "surname_standard",
    ),
    "matching/rules": ("known_forenames",),
    "matching/scoring": ("known_frequencies",),
    "matching/touched_blocks": (
        "fresh_keys",
        "maybe_parted",
        "maybe_profiles",
        "members",
        "no_longer_keyed",
        "stale_keys",
        "touched_keys",
        "touched_sizes",
    ),
    "person_id_history": (
        "history_after",
        "history_before",
        "history_changes",
        "history_overridden",
        "history_rows",
    ),
    "review/sample": ("allocated", "built_links", "given_records", "population", "shown_records"),
}
"""What a module makes for itself: whoever changes one has the whole of its use before them."""
