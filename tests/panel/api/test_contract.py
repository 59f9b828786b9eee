"""The interface against its own description: whatever is sent, it answers as described and never breaks."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from broadcaster.clock import FrozenClock
from broadcaster.domain.people.scopes import Scope
from broadcaster.panel import create_app
from broadcaster.services.people import accounts, tokens, tries
from broadcaster.services.station import Station, open_station
from tests.kit import seed
from tests.kit.properties import examples

OPERATIONS = [
    "GET /api/v1/station",
    "GET /api/v1/onair",
    "GET /api/v1/zones",
    "GET /api/v1/zones/{code}/mute",
    "POST /api/v1/zones/{code}/mute",
    "POST /api/v1/zones/{code}/unmute",
    "GET /api/v1/scripts",
    "GET /api/v1/scripts/{number}",
    "POST /api/v1/scripts",
    "GET /api/v1/schedule",
    "GET /api/v1/log",
    "GET /api/v1/figures",
    "GET /api/v1/export/scripts",
    "GET /api/v1/export/schedule",
    "GET /api/v1/export/log",
    "GET /api/v1/export/zones",
    "GET /api/v1/emergencies",
    "GET /api/v1/emergencies/{number}",
    "POST /api/v1/emergencies",
    "POST /api/v1/emergencies/{number}/confirm",
    "POST /api/v1/emergencies/{number}/cancel",
    "POST /api/v1/emergencies/{number}/drop",
    "POST /api/v1/emergencies/{number}/prolong",
]


@pytest.fixture(scope="module")
def described(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], str, Station]]:
    """Every operation of the description, over a station of its own, and a key that opens them all."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import schemathesis
    root = tmp_path_factory.mktemp("api") / "station"
    shutil.copytree(seeded, root, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    station = open_station(root, clock=FrozenClock(seed.NOW))
    key = tokens.create(
        station, accounts.actor_named(station, "quantri"), "thu", [s.value for s in Scope], addresses="127.0.0.1"
    )
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", create_app(station, {"RATELIMIT_ENABLED": False}))
    yield {found.ok().label: found.ok() for found in schema.get_all_operations()}, key, station
    station.close()


@pytest.mark.medium
def test_the_description_names_every_operation(described: tuple[dict[str, Any], str, Station]) -> None:
    assert sorted(described[0]) == sorted(OPERATIONS)


@pytest.mark.slow
@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_is_sent_the_answer_is_one_that_was_described(
    described: tuple[dict[str, Any], str, Station], name: str
) -> None:
    from schemathesis.specs.openapi.checks import positive_data_acceptance, unsupported_method

    operations, key, station = described

    @settings(examples(25), suppress_health_check=list(HealthCheck))
    @given(case=operations[name].as_strategy())
    def ask(case: Any) -> None:
        with station.db.write() as session:  # whoever tries wrong keys too often rests, which is told elsewhere
            tries.forget(session, tries.TOKENS)
        # The rules of the station (a unit that exists, days in order) are more than a schema can say.
        beyond = [unsupported_method, positive_data_acceptance]
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, excluded_checks=beyond)

    ask()
