"""Every form that changes what is kept: who saves over what somebody else saved is told, loses nothing, and may go on."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from werkzeug.test import TestResponse

from broadcaster.domain.seen import OvertakenError, mark_of, require_seen
from broadcaster.services.station import Station
from tests.kit.confirming import BOUND, Bound
from tests.kit.panel import SignIn

Fields = list[tuple[str, str]]

# The endpoint of each form: who edits it, how it is reached, which field two people write, and what each writes there.
EDITS = {
    "editor.edit": ("bientap", "script", "title", "Tên của chị", "Tên của anh"),
    "slots.edit": ("vanhanh", "/schedule/rotations/ngay-thuong/slots/sang", "title", "Sáng sớm", "Sáng tinh mơ"),
    "timetable.rundown": ("vanhanh", "rundown", "item", "cue:chuong", "cue:ngat"),
    "lexicon.edit": ("bientap", "lexicon", "note", "Hỏi xóm trên", "Hỏi xóm dưới"),
    "emergency.edit": ("vanhanh", "emergency", "reason", "Công điện số 1", "Công điện số 2"),
    "settings.edit": ("quantri", "/settings/emergency", "lasts_hours", "5", "7"),
    "sounds.edit": ("vanhanh", "/sounds/chuong", "title", "Chuông nhỏ", "Chuông to"),
    "zones.edit": ("vanhanh", "/zones/am01", "place", "Cột điện đầu ấp", "Cột điện cuối ấp"),
    "zones.group": ("vanhanh", "group", "name", "Ven sông", "Trên đồi"),
    "plans.edit": ("lanhdao", "plan", "number", "1/KH-UBND", "2/KH-UBND"),
    "plans.confirm": ("lanhdao", "imported", "text-0", "Kế hoạch của chị", "Kế hoạch của anh"),
    "activities.edit": ("bientap", "activity", "place", "Nhà văn hóa", "Sân đình"),
    "activities.parts": ("vanhanh", "/activities/parts?unit=vhxh", "body", "Đã phát 3 bài.", "Đã phát 4 bài."),
    "users.edit": ("quantri", "/users/xem/edit", "full_name", "Chị Xem", "Anh Xem"),
    "alerting.sender": ("quantri", "sender", "chat", "-1001", "-1002"),
    "alerting.person": ("quantri", "alerted", "least", "urgent", "note"),
    "elsewhere.place": ("quantri", "copy place", "path", "/mnt/nas-1", "/mnt/nas-2"),
}


def test_every_form_that_edits_a_thing_is_in_the_table() -> None:
    assert set(EDITS) == {endpoint for endpoint, how in BOUND.items() if how is Bound.MARK}


@pytest.mark.medium
def test_who_saves_over_another_is_told_keeps_what_was_typed_and_may_go_on(sign_in: SignIn, station: Station) -> None:
    people = {name: sign_in(name) for name in {who for who, *_ in EDITS.values()}}
    faults = []
    for endpoint, (who, address, field, theirs, mine) in EDITS.items():
        client = people[who]
        made = MAKE[address](client) if address in MAKE else address
        first, second = shown(client.get(made)), shown(client.get(made))
        saved = finished(client, client.post(made, data=data(typed(second, field, theirs))))
        late = client.post(made, data=data(typed(first, field, mine)))
        told = html.fromstring(late.text).text_content()
        again = shown(late)
        steps = {
            "the first saver is taken": saved.status_code == 303,
            "the second is refused": late.status_code in {409, 422},
            "what it is now is shown": NOW.get(endpoint, theirs) in told,
            "what was typed stays": (field, mine) in again,
        }
        kept = client.post(made, data=data(again)) if again else late
        steps["and is taken when meant"] = finished(client, kept).status_code == 303
        steps["and is kept"] = endpoint in OTHERWISE or (field, mine) in shown(client.get(made))
        faults += [f"{endpoint}: {what}" for what, right in steps.items() if not right]
    assert faults == []


def test_a_form_refused_for_another_reason_keeps_the_mark_that_it_was_opened_on(sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    opened, other = shown(client.get("/zones/am01")), shown(client.get("/zones/am01"))
    assert client.post("/zones/am01", data=data(typed(other, "place", "Đầu ấp"))).status_code == 303
    wrong = client.post("/zones/am01", data=data(typed(opened, "name", "")))
    assert "Đầu ấp" not in wrong.text, "an empty name is found first"
    late = client.post("/zones/am01", data=data(typed(shown(wrong), "name", "Cụm loa đầu ấp")))
    assert late.status_code == 422
    assert "Đầu ấp" in late.text


def test_an_entry_that_was_taken_out_meanwhile_is_put_back_only_when_meant(sign_in: SignIn) -> None:
    client = sign_in("bientap")
    address = lexicon(client)
    opened = shown(client.get(address))
    assert client.post(address.replace("edit", "remove")).status_code == 303
    late = client.post(address, data=data(typed(opened, "note", "Vẫn cần")))
    assert late.status_code == 422
    assert "đã bỏ khỏi từ điển" in late.text
    assert client.post(address, data=data(shown(late))).status_code == 303
    assert "Vẫn cần" in client.get("/lexicon/export").text


@given(
    st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), st.integers() | st.text() | st.none(), min_size=1)
)
def test_a_mark_is_of_these_facts_alone(facts: dict[str, object]) -> None:
    require_seen(facts, mark_of(dict(facts)))
    require_seen(facts, "")
    for name, value in facts.items():
        changed = facts | {name: [value]}
        with pytest.raises(OvertakenError) as told:
            require_seen(changed, mark_of(facts), {name: "Tên trường"})
        assert told.value.changed == {name: [value]}
        assert "“Tên trường”" in told.value.message
        require_seen(changed, told.value.mark)


def shown(answer: TestResponse) -> Fields:
    """The form of a page that carries a mark, as a browser would send it."""
    page = html.fromstring(answer.text)
    forms = [f for f in page.forms if {"opened", "version"} & set(f.fields.keys())]
    return [] if not forms else [(n, v) for n, v in forms[0].form_values() if v is not None]


def typed(fields: Fields, name: str, value: str) -> Fields:
    if name == "item":
        return [*fields, (name, value)]
    assert name in dict(fields), (name, fields)
    return [(n, value if n == name else v) for n, v in fields]


def data(fields: Fields) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for name, value in fields:
        sent.setdefault(name, []).append(value)
    return sent


def finished(client: FlaskClient, answer: TestResponse) -> TestResponse:
    """The answer, after the question that some forms ask before anything is in force."""
    asked = dict(re.findall(r'name="(text|over|agreed)" value="([^"]*)"', answer.text))
    if answer.status_code != 200 or "over" not in asked:
        return answer
    (review,) = [f for f in html.fromstring(answer.text).forms if "over" in f.fields]
    return client.post(
        "/schedule/rotations/apply", data=dict(review.form_values()) | {"agreed": asked.get("agreed", "")}
    )


def located(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return answer.location


def script(client: FlaskClient) -> str:
    return re.findall(r"/scripts/\d+", client.get("/scripts/?state=draft").text)[0] + "/edit"


def lexicon(client: FlaskClient) -> str:
    entry = {"written": "KTXH", "mode": "expand", "spoken": "kinh tế xã hội"}
    located(client.post("/lexicon/new", data=entry))
    return re.findall(r"/lexicon/\d+/edit", client.get("/lexicon/?q=KTXH").text)[0]


def emergency(client: FlaskClient) -> str:
    draft = {"text": "Lũ đang về.", "zones": "am01", "reason": "Tin báo", "interrupted": "resume"}
    return located(client.post("/emergency/", data=draft)).replace("confirm", "edit")


def group(client: FlaskClient) -> str:
    located(client.post("/zones/groups/new", data={"name": "Ven kênh", "members": ["am01", "am02"]}))
    return re.findall(r"/zones/groups/[\w-]+", client.get("/zones/").text.replace("groups/new", ""))[0]


def sender(client: FlaskClient, name: str = "Telegram nhóm trực") -> str:
    given = {"name": name, "token": "12345:bi-mat-lam", "chat": "-1000"}
    located(client.post("/alerts/senders/new/telegram", data=given))
    return f"/alerts/senders/{name}"


def copy_place(client: FlaskClient) -> str:
    located(client.post("/settings/elsewhere/places/new/folder", data={"name": "nas", "path": "/mnt/nas"}))
    return "/settings/elsewhere/places/nas"


def alerted(client: FlaskClient) -> str:
    sender(client, "Zalo nhóm trực")
    given = {"role": "Người trực", "senders": ["Zalo nhóm trực"], "least": "warning", "quiet_as": "station"}
    located(client.post("/alerts/people/new", data=given))
    return "/alerts/people/Người trực"


def plan(client: FlaskClient) -> str:
    written = {"title": "Kế hoạch năm", "first": "2026-01-01", "last": "2026-12-31"}
    return located(client.post("/plans/new", data=written)) + "/edit"


def imported(client: FlaskClient) -> str:
    text = "KẾ HOẠCH\nTuyên truyền cải cách hành chính năm 2026\n1. Nội dung\n- Tuyên truyền về dịch vụ công trực tuyến"
    return located(client.post("/plans/import", data={"file": (io.BytesIO(text.encode()), "ke-hoach.txt")}))


def activity(client: FlaskClient) -> str:
    written = {"form": "zalo", "title": "Tin", "topic": "khac", "unit": "vhxh", "day": "2026-03-02", "place": "Trụ sở"}
    return located(client.post("/activities/new", data=written)) + "/edit"


def rundown(client: FlaskClient) -> str:
    events = client.get("/schedule/events?start=2026-03-05&end=2026-03-07").json
    return next(e["extendedProps"]["url"] for e in events if e["extendedProps"]["move"]) + "/rundown"


MAKE: dict[str, Callable[[FlaskClient], str]] = {
    "script": script,
    "lexicon": lexicon,
    "emergency": emergency,
    "group": group,
    "sender": sender,
    "alerted": alerted,
    "copy place": copy_place,
    "plan": plan,
    "imported": imported,
    "activity": activity,
    "rundown": rundown,
}
NOW = {
    "alerting.person": "khẩn, phải xử lý ngay",
    "timetable.rundown": "Chuông báo",
    "plans.confirm": "Kế hoạch của chị",
}
OTHERWISE = {"plans.confirm", "timetable.rundown"}
"""Where the page shows what was kept in another shape."""
