"""Âm thanh: taken in by content, kept at the house's loudness, replaced, restored, taken away."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from broadcaster.db.models import BroadcastRow, CueOffer, CueRow
from broadcaster.db.queries import proposals
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.domain.air.broadcasts import ItemKind, RundownItem
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.errors import ForbiddenError, RuleError
from broadcaster.media.ffmpeg import run
from broadcaster.media.probe import probe
from broadcaster.services.schedule.item_faults import item_faults
from broadcaster.services.scripts import approving
from broadcaster.services.setup import sounds
from broadcaster.services.station import Station
from broadcaster.sound.meter import measure
from broadcaster.sound.store import Store
from tests.kit.panel import SignIn
from tests.kit.people import LEADER

FORM = {"title": "Nhạc của xã", "kind": "opening", "licence": "Đài tự thu", "source": "Đội văn nghệ"}


def tune(folder: Path, seconds: float = 4) -> tuple[io.BytesIO, str]:
    path = folder / "tune.mp3"
    run(
        [
            "-f",
            "lavfi",
            "-i",
            f"sine=frequency=500:duration={seconds}:sample_rate=44100",
            "-ac",
            "2",
            "-b:a",
            "16k",
            str(path),
        ]
    )
    return io.BytesIO(path.read_bytes()), "../../nhac hiệu.mp3"


def cue(station: Station, name: str) -> CueRow | None:
    with station.db.read() as session:
        return session.get(CueRow, name)


@pytest.mark.medium
def test_a_sound_comes_in_as_any_file_and_is_kept_as_the_house_wants_it(
    sign_in: SignIn, station: Station, tmp_path: Path
) -> None:
    client = sign_in("vanhanh")
    assert client.post("/sounds/new", data=FORM | {"file": tune(tmp_path)}).status_code == 303
    assert cue(station, "nhac-cua-xa") is None
    assert client.post("/sounds/offers/1/do", data={"what": "accept"}).status_code == 403
    assert sign_in("lanhdao").get("/sounds/offers/1/sound").status_code == 200
    sign_in("lanhdao").post("/sounds/offers/1/do", data={"what": "accept"})
    row = cue(station, "nhac-cua-xa")
    path = Store(station.home.store).verify(row.audio_sha256)
    facts = probe(path)
    assert (facts.rate, facts.channels, facts.codec) == (48000, 1, "flac")
    assert abs(measure(path).integrated - station.settings.sound.loudness) < 0.7
    assert abs(row.duration_ms - 4000) < 60
    assert "Đài tự thu" in client.get("/sounds/").text
    assert client.post("/sounds/nhac-cua-xa/do", data={"what": "remove"}).status_code == 303
    assert cue(station, "nhac-cua-xa") is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "không phải âm thanh"),
        (b"", "rỗng"),
        (b"RIFF\x00\x00", "không phải âm thanh"),
        (None, "Hãy chọn tệp"),
    ],
)
def test_what_is_no_sound_is_refused_beside_the_field(
    sign_in: SignIn, station: Station, content: bytes | None, words: str
) -> None:
    data = FORM | ({"file": (io.BytesIO(content), "nhac.mp3")} if content is not None else {})
    answer = sign_in("vanhanh").post("/sounds/new", data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Nhạc của xã" in answer.text
    assert cue(station, "nhac-cua-xa") is None


def test_too_long_or_silent_is_refused(
    sign_in: SignIn, station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("vanhanh")
    monkeypatch.setattr(sounds, "LONGEST_S", 20.0)
    long = client.post("/sounds/new", data=FORM | {"file": tune(tmp_path, 30)})
    assert "tệp này dài 30 giây" in long.text
    quiet = tmp_path / "quiet.wav"
    run(["-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-t", "2", str(quiet)])
    silent = client.post("/sounds/new", data=FORM | {"file": (io.BytesIO(quiet.read_bytes()), "a.wav")})
    assert silent.status_code == 422
    assert cue(station, "nhac-cua-xa") is None


@pytest.mark.medium
def test_a_shipped_sound_is_replaced_in_the_plan_and_restored(
    sign_in: SignIn, station: Station, tmp_path: Path
) -> None:
    client = sign_in("vanhanh")
    before = cue(station, "nhac-hieu").audio_sha256
    assert client.post("/sounds/nhac-hieu", data=FORM | {"file": tune(tmp_path)}).status_code == 303
    assert cue(station, "nhac-hieu").audio_sha256 == before  # until a leader has listened
    assert "Chờ lãnh đạo nghe" in client.get("/sounds/").text
    assert (
        "các buổi sắp tới dùng"
        in sign_in("lanhdao").post("/sounds/offers/1/do", data={"what": "accept"}, follow_redirects=True).text
    )
    own = cue(station, "nhac-hieu").audio_sha256
    assert own != before
    with station.db.read() as session:
        coming = session.query(BroadcastRow).filter(BroadcastRow.state == "planned").all()
        assert {b.rundown[0].audio_sha256 for b in coming if b.rundown} == {own}
    assert "đài đã thay" in client.get("/sounds/").text
    refused = client.post("/sounds/nhac-hieu/do", data={"what": "remove"})
    assert "bộ cài không xóa được" in refused.text
    assert client.post("/sounds/nhac-hieu/do", data={"what": "restore"}).status_code == 303
    assert cue(station, "nhac-hieu").audio_sha256 == before
    renamed = client.post("/sounds/nhac-hieu", data=FORM)
    assert renamed.status_code == 303
    assert (cue(station, "nhac-hieu").title, cue(station, "nhac-hieu").audio_sha256) == ("Nhạc của xã", before)


@pytest.mark.medium
def test_no_bytes_are_heard_as_a_sound_of_the_station_that_no_other_leader_let_in(
    station: Station, tmp_path: Path
) -> None:
    both = Actor("kiem-nhiem", "Kiêm nhiệm", frozenset({Role.CHIEF, Role.OPERATOR}))
    path = tmp_path / "tune.wav"
    run(["-f", "lavfi", "-i", "sine=frequency=500:duration=2", str(path)])
    sounds.add(station, both, sounds.SoundFields("Lời lạ", "opening", "x"), path)
    sounds.change(station, both, "nhac-hieu", sounds.SoundFields("Báo động mới", "alert", "x"), None)
    with station.db.read() as session:
        brought, turned = proposals.waiting(session, CueOffer)
        shipped = session.get_one(CueRow, "nhac-hieu")
        assert shipped.kind == "opening"  # another kind is another use: that waits too
        items = [RundownItem(n, ItemKind.CUE, "x", sha, 2000) for n, sha in enumerate((brought.audio_sha256, "b" * 64))]
        whole = replace(broadcast_of(session.get_one(BroadcastRow, 1)), rundown=(*items, _cue(2, shipped)))
        assert set(item_faults(session, whole, station.today(), approving.refusal)) == {0, 1}
    with pytest.raises(ForbiddenError, match="lãnh đạo khác"):
        sounds.decide(station, both, brought.id, accept=True)
    sounds.decide(station, LEADER, turned.id, accept=False)
    sounds.decide(station, LEADER, brought.id, accept=True)
    with pytest.raises(RuleError, match="quyết định"):
        sounds.decide(station, LEADER, brought.id, accept=False)
    with station.db.read() as session:
        assert set(item_faults(session, whole, station.today(), approving.refusal)) == {1}


def _cue(no: int, row: CueRow) -> RundownItem:
    return RundownItem(no, ItemKind.CUE, row.title, row.audio_sha256, row.duration_ms)
