"""Great Expectations is asked for less than it would do by itself, and gives the same."""

from orchestration.quality.expectations import configurations_kept, load_great_expectations


def test_an_expectation_keeps_its_configuration_until_a_field_changes() -> None:
    gx = load_great_expectations()
    listed = gx.expectations.ExpectColumnValuesToBeInSet(column="code", value_set=["A", "B"])
    anew = listed.configuration
    with configurations_kept():
        assert listed.configuration is listed.configuration
        assert listed.configuration == anew
        listed.value_set = ["A"]
        assert listed.configuration.kwargs["value_set"] == ["A"]
    assert listed.configuration is not listed.configuration
