"""The requests, one file per noun. Order matters twice: `everything` needs an empty registry, and see below."""

from ..request import Scenario
from . import (
    aliases,
    everything,
    experiments,
    logged_models,
    model_versions,
    paging,
    prompts,
    registered_models,
    required_fields,
    runs,
    search_experiments,
    search_models,
    search_runs,
    search_versions,
    sources,
    stages,
    tags,
    transport,
)

SCENARIOS: list[Scenario] = [
    *everything.SCENARIOS,
    # Before anything is created that one server takes and the other does not: ids of experiments are counted.
    *search_experiments.SCENARIOS,
    *search_runs.SCENARIOS,
    *logged_models.FIRST,
    *transport.SCENARIOS,
    *required_fields.SCENARIOS,
    *registered_models.SCENARIOS,
    *model_versions.SCENARIOS,
    *sources.SCENARIOS,
    *stages.SCENARIOS,
    *tags.SCENARIOS,
    *aliases.SCENARIOS,
    *search_models.SCENARIOS,
    *search_versions.SCENARIOS,
    *paging.SCENARIOS,
    *prompts.SCENARIOS,
    *experiments.SCENARIOS,
    *runs.SCENARIOS,
    *logged_models.SCENARIOS,
    *experiments.LAST,
]
