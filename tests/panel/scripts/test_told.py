"""Nothing is lost in silence: what was returned, dropped, overtaken or taken by nothing is told to whom it concerns."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from flask.testing import FlaskClient

from broadcaster.db.models import BroadcastRow, Hearing, Rendition, Revision
from broadcaster.db.queries.scripts.one import latest_rendition, latest_revision
from broadcaster.domain.confirming import seal_of
from broadcaster.domain.people.roles import machine
from broadcaster.domain.scripts.fields import ScriptFields
from broadcaster.domain.scripts.scripts import Genre, ScriptState, genre_of_title
from broadcaster.services.lexicon.changes import Change, apply
from broadcaster.services.people.accounts import actor_named
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.uptakes import uptakes
from broadcaster.services.scripts import recordings
from broadcaster.services.scripts.approving import send_back
from broadcaster.services.scripts.editing import add_script, retire, revise, submit
from broadcaster.services.scripts.four_eyes import approve, deciding
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.station import Station
from broadcaster.text import LexiconEntry
from tests.kit.editing import FORM, opened
from tests.kit.panel import SignIn
from tests.kit.people import LEADER
from tests.kit.scripts import draft


def text(client: FlaskClient, path: str) -> str:
    return html.unescape(" ".join(client.get(path).text.split()))


def words(body: str, **more: object) -> ScriptFields:
    return draft(body, title="Bài của tôi", voice="espeak:vi+f2", **more)


@pytest.fixture
def mine(station: Station) -> int:
    """A script of the editor, spoken and handed in."""
    from broadcaster.services.people.accounts import actor_named

    editor = actor_named(station, "bientap")
    number = add_script(station, editor, words("Bà con nghe tin."))
    speak(station, editor, number)
    submit(station, editor, number)
    return number


def test_a_returned_script_reaches_its_author_on_every_surface(station: Station, sign_in: SignIn, mine: int) -> None:
    send_back(station, LEADER, mine, "Sửa lại số điện thoại.")
    client = sign_in("bientap")
    first = text(client, "/")
    assert "“Bài của tôi” bị trả lại:</strong> Sửa lại số điện thoại." in first
    assert f'href="/scripts/{mine}/edit"' in first
    menu = first[first.index('href="/scripts/"') :]
    assert 'aria-label="2 bài bị trả lại">2<' in menu[: menu.index("</a>")]  # the seed has one besides
    assert "Sửa lại số điện thoại." in text(client, f"/scripts/{mine}/edit")
    page = text(client, f"/scripts/{mine}")
    assert f'class="button is-main" href="/scripts/{mine}/edit"' in page
    assert 'class="button is-main" name="to" value="submit"' not in page
    assert "Bài của tôi” bị trả lại" not in text(sign_in("lanhdao"), "/")


@pytest.mark.medium
def test_the_second_round_compares_and_shows_the_remark_on_top(station: Station, sign_in: SignIn, mine: int) -> None:
    leader = sign_in("lanhdao")
    send_back(station, LEADER, mine, "Thêm giờ họp.")
    page = text(leader, f"/approve/{mine}")
    assert "Bài gửi lại chưa đổi gì." in page
    editor = actor_named(station, "bientap")
    revise(station, editor, mine, words("Bà con nghe tin lúc tám giờ."))
    speak(station, editor, mine)
    submit(station, editor, mine)
    page = text(leader, f"/approve/{mine}")
    assert (
        page.index("Thêm giờ họp.") < page.index("Sẽ phát khi nào, ở đâu") < page.index("Thay đổi từ lần trả lại trước")
    )
    assert "<ins>" in page
    assert "Ngày cuối" in page


@pytest.mark.medium
def test_an_approved_script_that_nothing_takes_says_so_to_author_leader_and_operator(
    station: Station, sign_in: SignIn, mine: int
) -> None:
    editor = actor_named(station, "bientap")
    day = station.today() - dt.timedelta(days=1)
    revise(station, editor, mine, words("Bà con nghe tin.", valid_to=day))
    speak(station, editor, mine)
    submit(station, editor, mine)
    assert "Sẽ không tự phát: Đã hết hạn phát" in text(sign_in("lanhdao"), f"/approve/{mine}")
    approve(station, LEADER, mine)
    plan(station)
    for username in ("bientap", "lanhdao", "vanhanh"):
        client = sign_in(username)
        assert "“Bài của tôi” đã duyệt nhưng sẽ không tự phát:</strong> Đã hết hạn phát" in text(client, "/"), username
        page = text(client, f"/scripts/{mine}")
        assert "<strong>Sẽ không tự phát:</strong> Đã hết hạn phát" in page
        assert ("Lên lịch bài này" in page) == (username == "vanhanh")
        assert "Sẽ không tự phát" in text(client, "/scripts/?q=Bài của tôi")


def test_a_script_nothing_takes_is_put_into_a_broadcast_from_its_page(
    station: Station, sign_in: SignIn, mine: int
) -> None:
    approve(station, LEADER, mine)
    client = sign_in("vanhanh")
    form = text(client, f"/schedule/new?script={mine}")
    assert 'value="Bài của tôi"' in form
    at = station.local(station.now()) + dt.timedelta(days=1)
    data = {"title": "Bài của tôi", "at": f"{at:%Y-%m-%dT11:00}", "minutes": "5", "zone": "all", "script": str(mine)}
    answer = client.post("/schedule/new", data=data)
    assert answer.status_code == 303, text(client, "/schedule/new")
    rundown = client.get(answer.headers["Location"])
    assert f'value="script:{mine}"' in rundown.text
    with station.db.read() as session:
        assert session.query(BroadcastRow).filter_by(title="Bài của tôi").count() == 1


def test_a_title_or_a_date_saved_over_anothers_is_asked_first(station: Station, sign_in: SignIn, mine: int) -> None:
    editor, operator = sign_in("bientap"), sign_in("vanhanh")
    words = FORM | {"body": "Bà con nghe tin."}
    hand = opened(editor.get(f"/scripts/{mine}/edit").text)
    other = opened(operator.get(f"/scripts/{mine}/edit").text)
    saved = operator.post(f"/scripts/{mine}/edit", data=words | other | {"title": "Tên của người vận hành"})
    assert saved.status_code == 303
    late = editor.post(f"/scripts/{mine}/edit", data=words | hand | {"title": "Tên của tôi"})
    assert late.status_code == 409
    told = html.unescape(" ".join(late.text.split()))
    assert "Tên bài: đã lưu <del>Tên của người vận hành</del>, bạn gõ <ins>Tên của tôi</ins>" in told
    again = editor.post(f"/scripts/{mine}/edit", data=words | opened(late.text) | {"title": "Tên của tôi"})
    assert again.status_code == 303


def test_an_approval_that_came_while_somebody_wrote_is_not_ended_unseen(
    station: Station, sign_in: SignIn, mine: int
) -> None:
    editor = sign_in("bientap")
    hand = opened(editor.get(f"/scripts/{mine}/edit").text)
    approve(station, LEADER, mine)
    late = editor.post(f"/scripts/{mine}/edit", data=FORM | hand | {"body": "Khác.", "title": "Bài của tôi"})
    assert late.status_code == 409
    assert "Đã duyệt" in late.text


def test_a_dropped_recording_is_named_before_saving_and_on_the_approval_page(
    station: Station, sign_in: SignIn, mine: int
) -> None:
    editor = actor_named(station, "bientap")
    with station.db.write() as session:
        own = session.query(Revision.id).filter_by(script_id=mine).scalar()
        row = session.query(Rendition).filter_by(revision_id=own).one()
        fields = {c.name: getattr(row, c.name) for c in Rendition.__table__.columns if c.name != "id"}
        session.add(Rendition(**(fields | {"voice": recordings.HUMAN})))
    approve(station, LEADER, mine)
    assert "bản thu không còn khớp" in text(sign_in("bientap"), f"/scripts/{mine}/edit")
    revise(station, editor, mine, words("Bà con nghe tin mới."))
    speak(station, editor, mine)
    submit(station, editor, mine)
    assert "Bản trước là bản thu giọng người" in text(sign_in("lanhdao"), f"/approve/{mine}")


@pytest.mark.medium
def test_the_approval_page_names_everybody_who_shaped_what_is_heard_and_bars_them(
    station: Station, sign_in: SignIn, mine: int
) -> None:
    leader = sign_in("lanhdao")
    assert "Người làm bài: Biên tập viên (lời văn)" in text(leader, f"/approve/{mine}")
    other = LexiconEntry(written="tin", spoken="tín", respell={"espeak": "tín hiệu"})
    apply(station, actor_named(station, "lanhdao"), Change(add=(other,), script_id=mine), confirmed=[mine])
    speak(station, machine(), mine)
    page = text(leader, f"/approve/{mine}")
    assert "(cách đọc riêng của bài)" in page
    assert "bạn không duyệt được" in page
    assert "Duyệt cho phát" not in page
    assert "Máy được đưa chữ khác để phát âm" in page
    heard, seal = (re.search(f'name="{n}" value="([^"]+)"', page) for n in ("rendition", "seal"))
    assert (heard, seal) == (None, None)
    with station.db.read() as session:
        sent = {"rendition": "99", "seal": seal_of(deciding(station, session, mine)), "decision": "approve"}
        sent["rendition"] = str(latest_rendition(session, latest_revision(session, mine).id).id)
    assert "không được tự duyệt" in html.unescape(leader.post(f"/approve/{mine}", data=sent).text)


def test_the_approval_page_says_that_a_person_speaks_and_what_the_machine_heard(
    station: Station, sign_in: SignIn, mine: int
) -> None:
    with station.db.write() as session:
        row = latest_rendition(session, latest_revision(session, mine).id)
        fields = {c.name: getattr(row, c.name) for c in Rendition.__table__.columns if c.name != "id"}
        spoken = Rendition(**(fields | {"voice": recordings.HUMAN, "by": "bientap"}))
        session.add(spoken)
        session.flush()
        number = spoken.id
    page = text(sign_in("lanhdao"), f"/approve/{mine}")
    assert "Giọng người thật: máy không đối chiếu được từng lời" in page
    assert "Máy chưa nghe thử bản này" in page
    with station.db.write() as session:
        said = {"said": "Bà con nghe tin.", "heard": "bán cả nhà", "verdict": "unclear"}
        one = Hearing(rendition_id=number, kind="recording", share=0.2, summary="Khác bài.", sentences=[said])
        one.at = station.now()
        session.add(one)
    page = text(sign_in("lanhdao"), f"/approve/{mine}")
    assert "Khác bài." in page
    assert "máy nghe ra “bán cả nhà”" in page


@pytest.mark.parametrize(
    ("title", "genre"),
    [
        ("Thông báo lịch tiêm chủng", Genre.NOTICE),
        ("THÔNG BÁO: cúp điện", Genre.NOTICE),
        ("Khẩu hiệu năm 2026", Genre.SLOGAN),
        ("Bản tin sáng", Genre.BULLETIN),
        ("Về việc thông báo", Genre.BULLETIN),
    ],
)
def test_the_genre_is_guessed_from_the_title_where_nobody_chose(
    station: Station, sign_in: SignIn, title: str, genre: Genre
) -> None:
    assert genre_of_title(title) is genre
    client = sign_in("bientap")
    hand = opened(client.get("/scripts/new").text)
    answer = client.post("/scripts/new", data=FORM | hand | {"title": title, "genre": "auto"})
    assert answer.status_code == 303
    assert f"<dd>{genre.label}</dd>" in text(client, answer.headers["Location"])


def _returned(station: Station, number: int) -> None:
    send_back(station, LEADER, number, "Xem lại giờ.")


def _approved(station: Station, number: int) -> None:
    approve(station, LEADER, number)


TRANSITIONS = {
    ScriptState.DRAFT: (lambda *_: None, []),
    ScriptState.SUBMITTED: (
        lambda *_: None,
        [("lanhdao", "/approve/", "Bài của tôi"), ("lanhdao", "/", "bài chờ duyệt")],
    ),
    ScriptState.RETURNED: (
        _returned,
        [
            ("bientap", "/", "Xem lại giờ."),
            ("bientap", "/", "bài bị trả lại"),
            ("bientap", "/scripts/{}", "Lãnh đạo trả lại"),
            ("bientap", "/scripts/{}/edit", "Xem lại giờ."),
        ],
    ),
    ScriptState.APPROVED: (
        _approved,
        [(who, "/scripts/{}", word) for who in ("bientap", "lanhdao", "vanhanh") for word in ("Đã duyệt", "{state}")],
    ),
    ScriptState.RETIRED: (
        lambda station, number: retire(station, actor_named(station, "bientap"), number),
        [("bientap", "/scripts/{}", "Dùng lại")],
    ),
}
"""Each state that a script may pass into: how, and who learns of it where. A draft concerns its writer alone."""


def test_every_state_of_a_script_has_somebody_who_learns_of_it() -> None:
    assert set(TRANSITIONS) == set(ScriptState)


@pytest.mark.medium
@pytest.mark.parametrize("state", TRANSITIONS)
def test_each_transition_is_told_to_whom_it_concerns(
    station: Station, sign_in: SignIn, mine: int, state: ScriptState
) -> None:
    move, told = TRANSITIONS[state]
    move(station, mine)
    with station.db.read() as session:
        taken = uptakes(station, session, [mine]).get(mine)
    for who, path, words in told:
        wanted = words.format(state=taken.state.label if taken else "")
        assert wanted in text(sign_in(who), path.format(mine)), (who, path, wanted)
