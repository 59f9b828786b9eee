"""The station's own words: layers, versions, files, and what they do to scripts that were approved."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from broadcaster.db.models import AuditEvent, Job, LexiconVersion, StaleMark
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.scripts.standing import HELD
from broadcaster.errors import ForbiddenError, NotFoundError, RuleError, printed
from broadcaster.services.lexicon import layers
from broadcaster.services.lexicon.changes import AffectedError, Change, apply, find_entry, preview
from broadcaster.services.lexicon.files import _table, export_toml, import_change
from broadcaster.services.lexicon.layers import checked, entries
from broadcaster.services.lexicon.reading import spoken_of
from broadcaster.services.scripts.approving import airable, refusal, standing_of
from broadcaster.services.scripts.editing import revise
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.scripts.trial import hear
from broadcaster.services.station import Station
from broadcaster.text import LexiconEntry, Mode, parse_lexicon
from broadcaster.text.prepared import prepare
from broadcaster.text.sentences import syllables
from tests.kit.clocks import later
from tests.kit.people import EDITOR, LEADER, OPERATOR
from tests.kit.scripts import approved, draft

pytestmark = pytest.mark.slow

TODAY = dt.date(2026, 3, 2)
BODY = "Bà con đến TTHC xã. Cảm ơn bà con."
NEW = LexiconEntry(written="TTHC", spoken="thủ tục hành chính công")


def marks(station: Station) -> list[StaleMark]:
    with station.db.read() as session:
        return list(session.scalars(select(StaleMark).order_by(StaleMark.id)))


def test_the_layers_lie_over_each_other(station: Station) -> None:
    number = approved(station, "Gặp BPMC hoặc Facebook ngày 12/3.")
    assert "Facebook" in spoken_of(station, "Facebook").text
    apply(
        station,
        EDITOR,
        Change(add=(LexiconEntry(written="Facebook", spoken="phây búc", mode=Mode.WORD),)),
        confirmed=[number],
    )
    own = Change(add=(LexiconEntry(written="12/3", spoken="mười hai phần ba"),), script_id=number)
    apply(station, EDITOR, own, confirmed=[number])
    general = spoken_of(station, "Facebook, 12/3").text
    assert general.startswith("phây búc, ")
    assert "phần ba" not in general
    assert spoken_of(station, "Facebook, 12/3", script_id=number).text == "phây búc, mười hai phần ba"
    assert (
        "ba cái"
        in spoken_of(
            station, "12/3", script_id=number, extra=[LexiconEntry(written="12/3", spoken="ba cái", firm=True)]
        ).text
    )


def test_an_entry_holds_on_its_days_only(station: Station) -> None:
    apply(station, EDITOR, Change(add=(replace(NEW, valid_until=TODAY),)))
    assert spoken_of(station, "TTHC").text == "Thủ tục hành chính công"
    later(station, days=1)
    assert spoken_of(station, "TTHC").text == "Thủ tục hành chính"


def test_every_change_is_a_version_that_can_be_read_again(station: Station) -> None:
    first = apply(station, EDITOR, Change(add=(NEW, LexiconEntry(written="XYZ", spoken="ích"))))
    assert apply(station, EDITOR, Change(add=(NEW,))) == first, "the same again is no change"
    second = apply(station, EDITOR, Change(add=(replace(NEW, spoken="thủ tục"),)))
    with station.db.read() as session:
        number = find_entry(session, "TTHC").id
    third = apply(station, EDITOR, Change(remove=(number,)))
    with station.db.read() as session:
        by_version = [[(e.written, e.spoken) for e in entries(session, at=n)] for n in (0, first, second, third)]
        assert by_version == [
            [],
            [("TTHC", "thủ tục hành chính công"), ("XYZ", "ích")],
            [("XYZ", "ích"), ("TTHC", "thủ tục")],
            [("XYZ", "ích")],
        ]
        notes = list(session.scalars(select(LexiconVersion.note).order_by(LexiconVersion.number)))
        assert notes[2] == "bỏ “TTHC”"
        assert [e.verb for e in session.scalars(select(AuditEvent).where(AuditEvent.object_kind == "lexicon"))] == [
            "change",
            "change",
            "change",
        ]
    with pytest.raises(NotFoundError):
        apply(station, EDITOR, Change(remove=(number,)))


def test_approved_scripts_are_named_and_nothing_changes_until_confirmed(station: Station) -> None:
    touched = approved(station, BODY)
    approved(station, "Bài không liên quan.")
    with pytest.raises(AffectedError, match=f"số {touched} “Bài thử”") as told:
        apply(station, EDITOR, Change(add=(NEW,)))
    [affected] = told.value.effect.outrun
    assert affected.differences == (("Bà con đến thủ tục hành chính xã.", "Bà con đến thủ tục hành chính công xã."),)
    with station.db.read() as session:
        assert layers.version(session) == 0
        assert not session.scalars(select(StaleMark)).all()


def test_a_stale_script_airs_as_it_was_approved_until_the_new_reading_is(station: Station) -> None:
    number = approved(station, BODY)
    with station.db.read() as session:
        [before] = airable(session)
    apply(station, EDITOR, Change(add=(NEW,)), confirmed=[number])
    [mark] = marks(station)
    assert (mark.script_id, mark.hold, mark.by) == (number, False, "bientap")
    with station.db.read() as session:
        assert airable(session) == [before], "the very same words and bytes"
        assert standing_of(session, number, mark.approval_id).value == "stale"
        assert refusal(session, number, before.spoken_sha256, before.audio_sha256, TODAY) is None
        assert session.scalars(select(Job.state).where(Job.kind == "speak", Job.key == str(number))).one() == "wanted"
    speak(station, EDITOR, number)
    with station.db.read() as session:
        assert airable(session) == [before], "a new sound that nobody approved changes nothing"
    approve(station, LEADER, number)
    with station.db.read() as session:
        [after] = airable(session)
        assert after.spoken_sha256 != before.spoken_sha256
        assert refusal(session, number, before.spoken_sha256, before.audio_sha256, TODAY) is not None
        assert refusal(session, number, after.spoken_sha256, after.audio_sha256, TODAY) is None


def test_a_held_script_does_not_air_until_the_new_reading_is_approved(station: Station) -> None:
    number = approved(station, BODY)
    with station.db.read() as session:
        [before] = airable(session)
    apply(station, EDITOR, Change(add=(NEW,)), confirmed=[number], hold=True)
    with station.db.read() as session:
        assert airable(session) == []
        assert refusal(session, number, before.spoken_sha256, before.audio_sha256, TODAY) == Why(
            Cause.NOT_APPROVED, HELD
        )
    speak(station, EDITOR, number)
    approve(station, LEADER, number)
    with station.db.read() as session:
        assert len(airable(session)) == 1


def test_the_station_s_rule_is_what_holds_when_nobody_chooses(station: Station) -> None:
    approval = station.settings.approval.model_copy(update={"stale_reading": "hold"})
    strict = replace(station, settings=station.settings.model_copy(update={"approval": approval}))
    number = approved(strict, BODY)
    apply(strict, EDITOR, Change(add=(NEW,)), confirmed=[number])
    assert marks(strict)[0].hold


def test_undoing_a_change_makes_the_script_fresh_again(station: Station) -> None:
    number = approved(station, BODY)
    apply(station, EDITOR, Change(add=(NEW,)), confirmed=[number], hold=True)
    with station.db.read() as session:
        entry = find_entry(session, "TTHC").id
    assert preview(station, Change(remove=(entry,))).outrun == ()
    apply(station, EDITOR, Change(remove=(entry,)))
    [mark] = marks(station)
    assert mark.cleared_at is not None
    with station.db.read() as session:
        assert len(airable(session)) == 1


def test_an_edit_ends_the_approval_and_the_mark_means_nothing_more(station: Station) -> None:
    number = approved(station, BODY)
    apply(station, EDITOR, Change(add=(NEW,)), confirmed=[number], hold=True)
    revise(station, EDITOR, number, draft("Bài mới về TTHC."))
    speak(station, EDITOR, number)
    approve(station, LEADER, number)
    with station.db.read() as session:
        [now] = airable(session)
        assert refusal(session, number, now.spoken_sha256, now.audio_sha256, TODAY) is None


def test_a_change_for_one_script_leaves_the_others(station: Station) -> None:
    one, other = approved(station, BODY), approved(station, BODY)
    with pytest.raises(AffectedError) as told:
        apply(station, EDITOR, Change(add=(NEW,), script_id=one))
    assert [a.script_id for a in told.value.effect.outrun] == [one]
    apply(station, EDITOR, Change(add=(NEW,), script_id=one), confirmed=[one])
    assert [m.script_id for m in marks(station)] == [one] != [other]


def test_a_broken_line_does_not_hide_a_script(station: Station) -> None:
    number = approved(station, "Bà con đến Trung\ntâm văn hóa xã.")
    effect = preview(station, Change(add=(LexiconEntry(written="Trung tâm văn hóa", spoken="nhà văn hóa"),)))
    assert [a.script_id for a in effect.outrun] == [number]


def test_a_respelling_for_the_voice_of_the_script_touches_it(station: Station) -> None:
    number = approved(station, "Xem Facebook của xã.")
    other = LexiconEntry(written="Facebook", spoken="", mode=Mode.LEAVE, respell={"espeak": "phây-búc"})
    assert preview(station, Change(add=(other,))).outrun == ()
    own = replace(other, respell={"tone": "phây-búc"})
    assert [a.script_id for a in preview(station, Change(add=(own,))).outrun] == [number]


def test_only_who_may_write_changes_words(station: Station) -> None:
    from broadcaster.domain.people.roles import Actor, Role

    with pytest.raises(ForbiddenError):
        apply(station, Actor("xem", "Xem", frozenset({Role.VIEWER})), Change(add=(NEW,)))
    assert apply(station, OPERATOR, Change(add=(NEW,))) == 1


@pytest.mark.parametrize(
    ("entry", "field", "says"),
    [
        (LexiconEntry(written=" ", spoken="a"), "written", "chữ viết"),
        (LexiconEntry(written="A" * 121, spoken="a"), "written", "120"),
        (LexiconEntry(written="A", spoken="!!!"), "spoken", "bằng chữ"),
        (LexiconEntry(written="A\0B", spoken="a"), "written", "điều khiển"),
        (LexiconEntry(written="A", spoken="a\x07"), "spoken", "điều khiển"),
        (LexiconEntry(written="A", spoken="số 1"), "spoken", "chữ số"),
        (LexiconEntry(written="A", spoken="b" * 401), "spoken", "400"),
        (LexiconEntry(written="12/3", spoken="", mode=Mode.LEAVE), "mode", "con số"),
        (LexiconEntry(written="&", spoken="", mode=Mode.SPELL), "mode", "chữ"),
        (LexiconEntry(written="A", spoken="b", mode=Mode.TYPO), "mode", "không dùng"),
        (
            LexiconEntry(written="A", spoken="b", followed_by=("x",) * 3 + tuple(map(str, range(13)))),
            "followed_by",
            "12",
        ),
        (LexiconEntry(written="A", spoken="b", near=("lệ phí",)), "near", "“near” chỉ dùng"),
        (LexiconEntry(written="A", spoken="b", look=True), "look", "“look” chỉ dùng"),
        (LexiconEntry(written="A", spoken="b", respell={"Có dấu": "x"}), "respell", "espeak"),
        (
            LexiconEntry(written="sơ tán", spoken="sơ tán", respell={"espeak": "ở yên trong nhà"}),
            "respell",
            "quá một tiếng",
        ),
        (LexiconEntry(written="sơ tán", mode=Mode.LEAVE, respell={"espeak": "ở yên trong nhà"}), "respell", "quá một"),
        (
            LexiconEntry(written="A", spoken="b", valid_from=TODAY, valid_until=TODAY - dt.timedelta(1)),
            "valid_until",
            "sau",
        ),
    ],
)
def test_a_wrong_entry_is_refused_by_its_field(entry: LexiconEntry, field: str, says: str) -> None:
    with pytest.raises(RuleError, match=says) as told:
        checked(entry)
    assert printed(told.value.field) == field


LETTERS = st.text(st.sampled_from("aàảđêơưzĐTH &./\"'\\#=-"), min_size=1, max_size=12)
SAID = LETTERS.map(lambda t: f"đọc {t}")
ENTRIES = st.builds(
    LexiconEntry,
    written=LETTERS.map(lambda t: f"x{t}"),
    spoken=SAID,
    mode=st.sampled_from([Mode.EXPAND, Mode.WORD]),
    case=st.sampled_from(["any", "exact"]),
    preceded_by=st.lists(SAID, max_size=2).map(tuple),
    followed_by=st.lists(SAID, max_size=2).map(tuple),
    valid_from=st.none() | st.just(TODAY),
    respell=st.dictionaries(st.sampled_from(["espeak", "vi-neural"]), SAID),
    note=LETTERS,
).filter(lambda e: all(abs(syllables(said) - syllables(e.spoken)) <= 1 for said in e.respell.values()))


@given(st.lists(ENTRIES, max_size=4))
def test_a_file_brings_back_what_was_written(made: list[LexiconEntry]) -> None:
    import tomlkit

    good = [checked(e) for e in made]
    array = tomlkit.aot()
    for entry in good:
        array.append(_table(entry))
    text = tomlkit.dumps(tomlkit.document().add("entry", array)) if good else ""
    assert [checked(e) for e in parse_lexicon(text).entries] == good


def test_out_and_in_again_is_no_change(station: Station) -> None:
    full = LexiconEntry(
        written="Facebook",
        spoken="phây búc",
        mode=Mode.WORD,
        case="any",
        followed_by=("xã",),
        valid_from=TODAY,
        respell={"espeak": "phây-búc"},
        note="theo đài tỉnh",
    )
    version = apply(station, EDITOR, Change(add=(full, NEW, LexiconEntry(written="QR", spoken="", mode=Mode.SPELL))))
    with station.db.read() as session:
        text = export_toml(session)
        before = entries(session)
    assert apply(station, EDITOR, import_change(text.encode(), name="a.toml")) == version
    with station.db.read() as session:
        assert entries(session) == before


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"[expand", "Dòng 1 viết sai"),
        (b"entry = 5", "đúng dạng"),
        (b"[letters]\na = 'a'", "thuộc về máy"),
        (b"", "không có mục"),
        ("[expand]\nA = 'số 1'".encode(), "chữ số"),
        ("[[entry]]\nwritten = 'HS'\nspoken = 'hồ sơ'\nnear = ['lệ phí']".encode(), "“near” chỉ dùng trong tệp"),
        (b"#" * 1_000_001, "1 MB"),
    ],
)
def test_a_wrong_file_is_refused_whole(data: bytes, says: str) -> None:
    with pytest.raises(RuleError, match=says) as told:
        import_change(data, name="x.toml")
    assert str(told.value).startswith("x.toml")


def test_the_home_s_file_settles_a_word_over_the_shipped_conditions(station: Station) -> None:
    assert spoken_of(station, "TT 39").text == "Thông tư ba mươi chín"
    folder = station.home.root / "scripts" / "lexicon"
    folder.mkdir(parents=True)
    (folder / "a.toml").write_text('[[entry]]\nwritten = "TT"\nspoken = "tổ trưởng"\nnear = ["ấp"]\n', encoding="utf-8")
    (folder / "b.toml").write_text('[expand]\nTT = "trung tâm"\n', encoding="utf-8")
    assert spoken_of(station, "TT 39").text == "Trung tâm ba mươi chín"
    assert spoken_of(station, "TT các ấp").text == "Tổ trưởng các ấp", "its own condition stands in whichever file"


def test_a_trial_is_heard_and_keeps_nothing(station: Station) -> None:
    heard = hear(station, "UBND và ABCX", [checked(LexiconEntry(written="ABCX", spoken="anh bê xê"))])
    assert heard.text == "Ủy ban nhân dân và anh bê xê"
    assert heard.wav[:4] == b"RIFF"
    assert heard.seconds > 0.2
    with station.db.read() as session:
        assert layers.version(session) == 0
    with pytest.raises(RuleError, match="300"):
        hear(station, "a " * 200)
    with pytest.raises(RuleError, match="để đọc"):
        hear(station, "!!!")


def test_what_was_put_back_is_read_and_survives_edits_elsewhere(station: Station) -> None:
    body = "Thông báo lịch họp.\n\nNơi nhận:\n- Như trên;\n- Lưu: VT."
    removed = prepare(body).cleaned.removed
    assert removed
    assert "Nơi nhận" not in spoken_of(station, body).text
    kept = [(r.kind, " ".join(r.text.split())) for r in removed]
    assert "Nơi nhận" in spoken_of(station, body, kept=kept).text
    assert "Nơi nhận" in spoken_of(station, "Câu thêm ở đầu. " + body, kept=kept).text
