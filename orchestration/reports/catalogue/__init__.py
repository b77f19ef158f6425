"""The catalogue of a publication: what each mart answers and means, and the questions with their answers.

Belongs here: gathering what is published (`content`), and laying it out (`pages`). Does not belong here: what a number
means (`data_contracts/metrics.yaml`), what a mart says of itself (its YAML beside the model).
"""

from orchestration.reports.catalogue.build import CATALOGUE_FOLDER, build_catalogue

__all__ = ["CATALOGUE_FOLDER", "build_catalogue"]
