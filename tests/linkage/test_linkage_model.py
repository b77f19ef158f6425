"""The model artefact: complete, versioned, and the same scores every time."""

import copy

import pytest
from labelled_people import labelled_people

from orchestration.linkage import (
    StaleModelError,
    TrainingParameters,
    UntrainedModelError,
    evaluate,
    link_people,
    load_model,
    save_model,
    train_model,
)
from orchestration.linkage.matching.model import LinkageModel

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained():
    people = labelled_people(700, seed=8)
    return train_model(people.records, TrainingParameters(version="test-1", sampled_pairs=2e5))


def without_m(model: LinkageModel) -> LinkageModel:
    content = copy.deepcopy(model.as_dict())
    for comparison in content["settings"]["comparisons"]:
        if comparison["output_column_name"] == "surname":
            del comparison["comparison_levels"][1]["m_probability"]
    return LinkageModel.from_dict(content)


def test_the_model_ordinary_runs_use_is_complete():
    model = load_model()
    names = {comparison["output_column_name"] for comparison in model.settings["comparisons"]}
    assert {
        "surname",
        "forename",
        "middle",
        "date_of_birth",
        "postcode",
        "pnc_id",
        "cro_number",
        "noms_number",
    } <= names
    assert {"crn", "asn", "ptiurn"} <= names
    assert model.provenance["records"] > 10_000


def test_sex_and_ethnicity_are_never_compared():
    text = str(load_model().as_dict()["settings"]).lower()
    assert not any(word in text for word in ("sex_", "gender", "ethnic", "nationality"))


def test_an_untrained_model_is_refused_and_says_which_level():
    model = without_m(load_model())
    with pytest.raises(UntrainedModelError, match="surname: 'same surname' has m_probability None"):
        link_people(labelled_people(5, seed=1).records, model)


def test_an_untrained_model_is_never_saved(tmp_path):
    with pytest.raises(UntrainedModelError):
        save_model(without_m(load_model()), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_version_names_those_there_are():
    with pytest.raises(FileNotFoundError, match="justice-1"):
        load_model("no-such-model")


def test_a_model_trained_with_another_list_of_forenames_is_refused(tmp_path):
    content = load_model().as_dict() | {"names_digest": "0" * 16}
    path = save_model(LinkageModel.from_dict(content), tmp_path)
    with pytest.raises(StaleModelError, match=r"nicknames\.csv"):
        load_model(path)


def test_a_saved_model_comes_back_as_it_was(trained, tmp_path):
    back = load_model(save_model(trained, tmp_path))
    assert back.as_dict() == trained.as_dict()
    assert back.fingerprint == trained.fingerprint


def test_training_twice_gives_the_same_model(trained):
    people = labelled_people(700, seed=8)
    again = train_model(people.records, TrainingParameters(version="test-1", sampled_pairs=2e5))
    assert again.fingerprint == trained.fingerprint


def test_a_model_trained_on_one_population_links_another(trained):
    people = labelled_people(500, seed=19, twins=20, first_number=5000)
    report = evaluate(link_people(people.records, trained).links, people.truth)
    assert report.pairs.precision.value >= 0.995
    assert report.pairs.recall.value >= 0.97


def test_rare_names_are_not_written_into_the_artefact(trained):
    people = labelled_people(700, seed=8)
    written = {name.upper() for name in people.records["surname"].to_pylist()}
    assert 0 < len(trained.term_frequencies["surname"].values) < len(written) / 3
