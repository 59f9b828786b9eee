"""Scripts in and out: add, revise, submit, retire."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster import faults
from broadcaster.db.models import Rendition, Revision, Script, Topic, Unit
from broadcaster.db.queries.scripts.one import get_script, latest_revision
from broadcaster.db.queries.scripts.rows import searchable
from broadcaster.domain.air.in_hand import StillAirs
from broadcaster.domain.fold import fold, nfc, order_key
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.scripts.fields import ABOUT, ScriptFields, columns_of, values_of
from broadcaster.domain.scripts.scripts import (
    MAX_AIRINGS,
    RATE_MAX,
    RATE_MIN,
    ScriptState,
    move,
    require_body,
    text_sha256,
)
from broadcaster.domain.scripts.shaping import FIELDS, HUMAN, Shaped
from broadcaster.domain.seen import require_seen
from broadcaster.errors import EngineError, RuleError, Where
from broadcaster.services.audit import Trail
from broadcaster.services.people.boundaries import require_touch
from broadcaster.services.people.contributing import shaped
from broadcaster.services.scripts import directing
from broadcaster.services.scripts.approving import withdraw
from broadcaster.services.station import Station
from broadcaster.speech.registry import voice_of

_LABELS = {name: about.label for name, about in ABOUT.items() if about.label} | {"state": "Trạng thái", "body": "Lời"}
_DERIVED = frozenset(("folded", "lowered", "title_key"))
OTHER_TOPIC = "khac"
"""The topic of what belongs to none of the plan's."""


def add_script(station: Station, actor: Actor, draft: ScriptFields) -> int:
    """Add a script in state draft with its first revision; return its number.

    Raises:
        RuleError: a field is wrong; `field` names it. Nothing is added.
    """
    actor.require(Permission.WRITE)
    with station.db.write() as session:
        draft = _checked(session, draft)
        now = station.now()
        script = Script(state=ScriptState.DRAFT, created_at=now, updated_at=now, **_columns(draft))
        require_touch(station, session, actor, script)
        session.add(script)
        session.flush()
        session.add(_revision(script.id, 1, draft.body, actor, now))
        shaped(session, now, actor, script.id, Shaped.WORDS)
        Trail(session, now, actor).record("add", "script", script.id, note=draft.title)
        return script.id


def facts_of(script: Script, latest: Revision) -> dict[str, Any]:
    """A whole script as it is now: its words, every field, and where it stands."""
    return values_of(script) | {"state": script.state.value, "body": latest.body_sha256, "revision": latest.number}


def revise(
    station: Station,
    actor: Actor,
    script_id: int,
    draft: ScriptFields,
    *,
    seen: str = "",
    still: StillAirs | None = None,
) -> int:
    """Replace what a script says; return the number of its newest revision. Any approval it had ends.

    The same words and fields change nothing. `seen` is the mark of what the writer opened.

    Raises:
        OvertakenError: the script is not what the writer saw.
        StillAirsError: play-out has it in hand, and nobody said what becomes of that.
        RuleError: a field is wrong, or the script is retired; nothing is changed.
    """
    actor.require(Permission.WRITE)
    with station.db.write() as session:
        script = get_script(session, script_id)
        draft = _checked(session, draft)
        require_touch(station, session, actor, script, Script(unit_code=draft.unit))
        latest = latest_revision(session, script_id)
        require_seen(facts_of(script, latest), seen, _LABELS)
        columns = _columns(draft)
        before = {k: getattr(script, k) for k in columns}
        if before == columns and latest.body == draft.body:
            return latest.number
        now = station.now()
        withdraw(station, session, actor, script, "Nội dung đã được sửa sau khi duyệt.", still)
        for key, value in columns.items():
            setattr(script, key, value)
        script.state = move(script.state, ScriptState.DRAFT)
        script.updated_at = now
        number, parts = latest.number, [part for key, part in FIELDS.items() if before[key] != columns[key]]
        if latest.body != draft.body:
            spoken = select(Rendition.id).where(Rendition.revision_id == latest.id, Rendition.voice == HUMAN)
            if session.scalars(spoken).first():
                Trail(session, now, actor).record("drop-recording", "script", script_id)
            number += 1
            session.add(_revision(script_id, number, draft.body, actor, now))
            parts.append(Shaped.WORDS)
        shaped(session, now, actor, script_id, *parts)
        changed = {k: (str(before[k]), str(v)) for k, v in columns.items() if before[k] != v and k not in _DERIVED}
        Trail(session, now, actor).record(
            "revise",
            "script",
            script_id,
            before={k: b for k, (b, _) in changed.items()},
            after={k: a for k, (_, a) in changed.items()},
        )
        return number


def submit(station: Station, actor: Actor, script_id: int) -> None:
    """Hand a draft to the leader."""
    _set_state(station, actor, script_id, ScriptState.SUBMITTED, "submit")


def retire(station: Station, actor: Actor, script_id: int, *, still: StillAirs | None = None) -> None:
    """Take a script out of use; it stays on record.

    Raises:
        StillAirsError: play-out has it in hand, and nobody said what becomes of that.
    """
    _set_state(station, actor, script_id, ScriptState.RETIRED, "retire", still)


def restore(station: Station, actor: Actor, script_id: int) -> None:
    """Bring a retired script back as a draft."""
    _set_state(station, actor, script_id, ScriptState.DRAFT, "restore")


def _set_state(
    station: Station, actor: Actor, script_id: int, state: ScriptState, verb: str, still: StillAirs | None = None
) -> None:
    actor.require(Permission.WRITE)
    with station.db.write() as session:
        script = get_script(session, script_id)
        require_touch(station, session, actor, script)
        if state is ScriptState.SUBMITTED:
            directing.require_script(session, script)
        if script.state is ScriptState.APPROVED and state is not ScriptState.APPROVED:
            withdraw(station, session, actor, script, "Người biên tập đã đổi trạng thái kịch bản.", still)
        script.state = move(script.state, state)
        script.updated_at = station.now()
        Trail(session, station.now(), actor).record(verb, "script", script_id)


def _checked(session: Session, draft: ScriptFields) -> ScriptFields:
    title = nfc(draft.title).replace("\0", "").strip()
    if not title:
        raise RuleError("Kịch bản chưa có tên. Hãy đặt tên ngắn cho dễ tìm.", field=(draft.where, "title"))
    if len(title) > 300:
        raise RuleError("Tên kịch bản dài quá 300 ký tự. Hãy rút gọn.", field=(draft.where, "title"))
    _known(session, Unit, draft.unit, "đơn vị", (draft.where, "unit"))
    _known(session, Topic, draft.topic, "chủ đề", (draft.where, "topic"))
    if draft.valid_from and draft.valid_to and draft.valid_to < draft.valid_from:
        raise RuleError("Ngày hết hạn phát phải sau ngày bắt đầu phát.", field=(draft.where, "valid_to"))
    if not 0 <= draft.airings <= MAX_AIRINGS:
        raise RuleError(
            f"Số lần phát mong muốn từ 0 (lần lượt như mọi bài) đến {MAX_AIRINGS}.", field=(draft.where, "airings")
        )
    if draft.rate is not None and not RATE_MIN <= draft.rate <= RATE_MAX:
        raise RuleError(
            f"Tốc độ đọc từ {RATE_MIN} đến {RATE_MAX} lần tốc độ thường.".replace(".", ",", 2),
            field=(draft.where, "rate"),
        )
    if draft.voice:
        try:
            voice_of(draft.voice)
        except EngineError as error:
            raise RuleError(error.message, field=(draft.where, "voice")) from None
    body = require_body(draft.body, where=(draft.where, "body"))
    directing.require(session, body, draft.kept, (draft.where, "body"))
    return replace(draft, title=title, body=body)


def _known(session: Session, table: type[Unit | Topic], code: str, what: str, where: Where) -> None:
    if session.get(table, code) is None:
        codes = list(session.scalars(select(table.code).order_by(table.code)))
        hint = faults.meant(code, codes, instead="Các mã đang có")
        raise RuleError(f"Không có {what} nào mang mã “{code}”. {hint}".rstrip(), field=where)


def _columns(draft: ScriptFields) -> dict[str, Any]:
    words = f"{draft.title}\n{draft.body}"
    found = {"folded": fold(words), "lowered": searchable(words), "title_key": order_key(draft.title)}
    return columns_of(draft) | found | {"voice": draft.voice or None}


def _revision(script_id: int, number: int, body: str, actor: Actor, now: dt.datetime) -> Revision:
    return Revision(
        script_id=script_id,
        number=number,
        body=body,
        body_sha256=text_sha256(body),
        author=actor.username,
        created_at=now,
    )
