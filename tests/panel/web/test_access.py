"""Who may open what: every route of the panel against every role, and nothing forgotten."""

from __future__ import annotations

import pytest
from flask import Flask

from broadcaster.domain.people.roles import PERMISSIONS, Role
from broadcaster.domain.people.scopes import Scope
from broadcaster.panel.web.access import PUBLIC, SIGNED_IN, access_of
from tests.kit.panel import SignIn
from tests.kit.routes import TABLE, routes
from tests.kit.seed import PEOPLE

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}
ROLE_OF = {username: roles[0] for username, _, roles in PEOPLE}


def test_the_table_of_permissions_is_the_one_that_was_decided(app: Flask) -> None:
    assert {name: access_of(view) for name, view in app.view_functions.items()} == TABLE
    assert len(routes(app)) * (len(ROLE_OF) + 1) >= 1578, "every method of every route, by each role and a stranger"


@pytest.mark.slow
@pytest.mark.parametrize("username", ROLE_OF)
def test_each_role_enters_exactly_where_its_permissions_lead(app: Flask, sign_in: SignIn, username: str) -> None:
    client = sign_in(username)
    for endpoint, method, address in routes(app):
        asked = TABLE[endpoint]
        if asked in {PUBLIC, SIGNED_IN}:
            continue
        if isinstance(asked, Scope):
            answer = client.open(address, method=method, environ_overrides=ELSEWHERE)
            assert answer.status_code == 401, f"a session opens {address}"
            continue
        answer = client.open(address, method=method)
        allowed = asked in PERMISSIONS[ROLE_OF[username]]
        assert (answer.status_code != 403) == allowed, f"{ROLE_OF[username]} {method} {address}: {answer.status_code}"
        assert answer.status_code < 500, f"{method} {address}: {answer.status_code}"
        answer.close()


def test_without_a_session_every_page_leads_to_the_sign_in_page(app: Flask) -> None:
    client = app.test_client()
    for endpoint, method, address in routes(app):
        here = {} if TABLE[endpoint] == PUBLIC else ELSEWHERE
        answer = client.open(address, method=method, environ_overrides=here)
        if TABLE[endpoint] == PUBLIC:
            fine = {200, 303, 308, 422} | ({503} if endpoint == "onair.healthz" else set())  # the seed's is not well
            assert answer.status_code in fine, address
        elif isinstance(TABLE[endpoint], Scope):
            assert answer.status_code == 401, address
        else:
            assert answer.status_code in {302, 303}, address
            assert answer.location.startswith("/login"), address
        answer.close()


def test_a_fragment_without_a_session_sends_the_whole_page_away(app: Flask) -> None:
    answer = app.test_client().get("/fragments/bar", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/login")


def test_every_role_has_at_least_one_permission_and_a_person_in_the_seed() -> None:
    assert set(ROLE_OF.values()) == set(Role)
