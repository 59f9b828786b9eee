"""Who may open what: every route of the panel against every role, and nothing forgotten."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from broadcaster.domain.roles import PERMISSIONS, Permission, Role
from broadcaster.domain.scopes import Scope
from broadcaster.panel.access import PUBLIC, SIGNED_IN, access_of
from broadcaster.services import feeds
from tests.panel.conftest import SignIn
from tests.panel.seed import PEOPLE

ROLE_OF = {username: roles[0] for username, _, roles in PEOPLE}
VALUES = {
    "script_id": 2,
    "rendition_id": 1,
    "number": 7,
    "item_no": 1,
    "code": "am01",
    "name": "chuong",
    "username": "xem",
    "verb": "skip",
    "entry_id": 1,
    "draft_id": "0" * 32,
    "index": 0,
    "sha256": "0" * 64,
    "filename": "app.css",
    "log_entry": "1-1-am01",
    "seq": 1,
    "section": "hours",
    "token": "0" * 32,
    "piece": 0,
}
TABLE = {
    "static": PUBLIC,
    "auth.login": PUBLIC,
    "auth.logout": SIGNED_IN,
    "auth.password": SIGNED_IN,
    "auth.sign_out_everywhere": SIGNED_IN,
    "auth.code": PUBLIC,
    "auth.account": SIGNED_IN,
    "auth.sign_out_one": SIGNED_IN,
    "auth.second_step": SIGNED_IN,
    "onair.healthz": PUBLIC,
    "onair.favicon": PUBLIC,
    "preferences.save": PUBLIC,
    "onair.index": Permission.VIEW,
    "onair.bar": Permission.VIEW,
    "onair.now": Permission.VIEW,
    "onair.health": Permission.VIEW,
    "onair.incidents": Permission.VIEW,
    "onair.level": Permission.VIEW,
    "onair.resume": Permission.OPERATE,
    "onair.stop": Permission.OPERATE,
    "onair.mute": Permission.OPERATE,
    "onair.trust_clock": Permission.OPERATE,
    "emergency.index": Permission.EMERGENCY,
    "emergency.cap": Permission.EMERGENCY,
    "emergency.edit": Permission.EMERGENCY,
    "emergency.confirm": Permission.EMERGENCY,
    "emergency.dismiss": Permission.EMERGENCY,
    "emergency.show": Permission.VIEW,
    "emergency.sound": Permission.VIEW,
    "emergency.cancel": Permission.EMERGENCY,
    "emergency.review": Permission.APPROVE,
    "outlook.index": Permission.VIEW,
    "outlook.week": Permission.VIEW,
    "live.index": Permission.OPERATE,
    "live.talk": Permission.OPERATE,
    "live.start": Permission.OPERATE,
    "live.take": Permission.OPERATE,
    "live.state": Permission.OPERATE,
    "live.end": Permission.OPERATE,
    "outlook.ics": PUBLIC,
    "outlook.renew": Permission.SCHEDULE,
    "scripts.index": Permission.VIEW,
    "scripts.show": Permission.VIEW,
    "scripts.speaking_state": Permission.VIEW,
    "scripts.sound": Permission.VIEW,
    "scripts.captions": Permission.VIEW,
    "preview.hear_one": Permission.WRITE,
    "scripts.revision": Permission.VIEW,
    "editor.new": Permission.WRITE,
    "editor.upload": Permission.WRITE,
    "editor.edit": Permission.WRITE,
    "preview.preview": Permission.WRITE,
    "scripts.speak": Permission.WRITE,
    "scripts.state": Permission.WRITE,
    "approving.index": Permission.APPROVE,
    "approving.show": Permission.APPROVE,
    "approving.delegations": Permission.APPROVE,
    "approving.revoke": Permission.APPROVE,
    "calendar.index": Permission.VIEW,
    "calendar.show": Permission.VIEW,
    "calendar.sound": Permission.VIEW,
    "calendar.hear": Permission.VIEW,
    "calendar.command": Permission.OPERATE,
    "calendar.plan": Permission.SCHEDULE,
    "calendar.day": Permission.SCHEDULE,
    "calendar.rotation_list": Permission.VIEW,
    "calendar.rotation_file": Permission.VIEW,
    "calendar.rotation_versions": Permission.VIEW,
    "calendar.rotation_back": Permission.SCHEDULE,
    "slots.new": Permission.SCHEDULE,
    "new_rotation.new": Permission.SCHEDULE,
    "new_rotation.first_slot": Permission.SCHEDULE,
    "slots.edit": Permission.SCHEDULE,
    "slots.upload": Permission.SCHEDULE,
    "slots.put": Permission.SCHEDULE,
    "timetable.events": Permission.VIEW,
    "timetable.move": Permission.SCHEDULE,
    "timetable.copy": Permission.SCHEDULE,
    "timetable.move_back": Permission.SCHEDULE,
    "timetable.leave_out": Permission.SCHEDULE,
    "timetable.take_back": Permission.SCHEDULE,
    "timetable.new": Permission.SCHEDULE,
    "timetable.rundown": Permission.SCHEDULE,
    "timetable.release": Permission.SCHEDULE,
    "journal.index": Permission.VIEW,
    "journal.book": Permission.VIEW,
    "journal.verify": Permission.VIEW,
    "journal.entry": Permission.VIEW,
    "journal.recording": Permission.VIEW,
    "journal.workbook": Permission.VIEW,
    "journal.export": Permission.VIEW,
    "reports.index": Permission.REPORT,
    "journal.book_file": Permission.VIEW,
    "journal.correct": Permission.OPERATE,
    "reports.show": Permission.REPORT,
    "reports.file": Permission.REPORT,
    "zones.index": Permission.VIEW,
    "zones.edit": Permission.SCHEDULE,
    "zones.new": Permission.SCHEDULE,
    "zones.tone": Permission.SCHEDULE,
    "zones.note": Permission.OPERATE,
    "zones.close_note": Permission.OPERATE,
    "zones.group": Permission.SCHEDULE,
    "zones.new_group": Permission.SCHEDULE,
    "sounds.index": Permission.VIEW,
    "sounds.sound": Permission.VIEW,
    "sounds.new": Permission.SCHEDULE,
    "sounds.edit": Permission.SCHEDULE,
    "sounds.act": Permission.SCHEDULE,
    "lexicon.index": Permission.VIEW,
    "lexicon.new": Permission.WRITE,
    "lexicon.edit": Permission.WRITE,
    "editor.drop": Permission.WRITE,
    "scripts.peaks": Permission.VIEW,
    "scripts.listening_state": Permission.VIEW,
    "recordings.take": Permission.WRITE,
    "recordings.again": Permission.WRITE,
    "listening.listen": Permission.WRITE,
    "slogans.index": Permission.VIEW,
    "scripts.reading": Permission.WRITE,
    "lexicon.remove": Permission.WRITE,
    "lexicon.try_out": Permission.WRITE,
    "lexicon.hear_it": Permission.WRITE,
    "lexicon.export": Permission.VIEW,
    "lexicon.take_in": Permission.WRITE,
    "lexicon.versions": Permission.VIEW,
    "tracker.index": Permission.VIEW,
    "tracker.gap": Permission.SCHEDULE,
    "activities.index": Permission.VIEW,
    "activities.show": Permission.VIEW,
    "activities.new": Permission.WRITE,
    "activities.edit": Permission.WRITE,
    "activities.state": Permission.WRITE,
    "activities.add_proof": Permission.WRITE,
    "activities.proof": Permission.VIEW,
    "activities.parts": Permission.WRITE,
    "reports.check": Permission.REPORT,
    "reports.redraw": Permission.REPORT,
    "reports.issue": Permission.REPORT,
    "reports.entries": Permission.REPORT,
    "reports.drawing": Permission.REPORT,
    "reports.stop": Permission.REPORT,
    "plans.index": Permission.VIEW,
    "plans.show": Permission.VIEW,
    "plans.upload": Permission.REPORT,
    "plans.confirm": Permission.REPORT,
    "plans.new": Permission.REPORT,
    "plans.edit": Permission.REPORT,
    "plans.state": Permission.REPORT,
    "users.index": Permission.MANAGE,
    "users.new": Permission.MANAGE,
    "users.edit": Permission.MANAGE,
    "users.act": Permission.MANAGE,
    "audit.index": Permission.MANAGE,
    "settings.index": Permission.VIEW,
    "guide.index": Permission.SCHEDULE,
    "guide.put_off": Permission.SCHEDULE,
    "settings.edit": Permission.MANAGE,
    "settings.back_up": Permission.MANAGE,
    "settings.backup_file": Permission.MANAGE,
    "settings.restore": Permission.MANAGE,
    "tokens.index": Permission.MANAGE,
    "tokens.revoke": Permission.MANAGE,
    "api.openapi": PUBLIC,
    "api.about": Scope.ONAIR_READ,
    "api.on_air": Scope.ONAIR_READ,
    "api.zones": Scope.ZONES_READ,
    "api.scripts": Scope.SCRIPTS_READ,
    "api.script": Scope.SCRIPTS_READ,
    "api.add_script": Scope.SCRIPTS_WRITE,
    "api.schedule": Scope.SCHEDULE_READ,
    "api.log": Scope.LOG_READ,
    "api.figures": Scope.REPORT_READ,
    "api.export_scripts": Scope.SCRIPTS_READ,
    "api.export_schedule": Scope.SCHEDULE_READ,
    "api.emergency_list": Scope.EMERGENCY,
    "api.emergency": Scope.EMERGENCY,
    "api.draft_emergency": Scope.EMERGENCY,
    "api.confirm_emergency": Scope.EMERGENCY,
    "api.cancel_emergency": Scope.EMERGENCY,
    "api.export_log": Scope.LOG_READ,
    "api.export_zones": Scope.ZONES_READ,
}


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Return (endpoint, method, address) of all that the panel answers."""
    found = []
    values = VALUES | {"token": feeds.feed_token(app.extensions["station"])}
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda m: str(values[m[1]]), rule.rule)
        found += [(rule.endpoint, method, address) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return found


def test_the_table_of_permissions_is_the_one_that_was_decided(app: Flask) -> None:
    assert {name: access_of(view) for name, view in app.view_functions.items()} == TABLE


@pytest.mark.slow
@pytest.mark.parametrize("username", ROLE_OF)
def test_each_role_enters_exactly_where_its_permissions_lead(app: Flask, sign_in: SignIn, username: str) -> None:
    client = sign_in(username)
    for endpoint, method, address in routes(app):
        asked = TABLE[endpoint]
        if asked in {PUBLIC, SIGNED_IN}:
            continue
        if isinstance(asked, Scope):
            answer = client.open(address, method=method)
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
        answer = client.open(address, method=method)
        if TABLE[endpoint] == PUBLIC:
            assert answer.status_code in {200, 303, 308, 422}, address
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
