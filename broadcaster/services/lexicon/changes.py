"""Changing how words are said: which approved scripts it touches is told first, and marked when confirmed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import Approval, LexiconRow, LexiconVersion, StaleMark
from broadcaster.db.queries.scripts.one import get_script
from broadcaster.domain.fold import nfc
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.scripts.fields import kept_of
from broadcaster.domain.scripts.scripts import text_sha256
from broadcaster.domain.scripts.shaping import Shaped
from broadcaster.domain.seen import require_seen
from broadcaster.domain.work.jobs import JobKind
from broadcaster.errors import ForbiddenError, NotFoundError, RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.lexicon import layers, stale
from broadcaster.services.lexicon.layers import checked, entry_of
from broadcaster.services.lexicon.reading import filled, sentences_of
from broadcaster.services.lexicon.stale import Affected
from broadcaster.services.people.boundaries import require_touch
from broadcaster.services.people.contributing import shaped
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.text import Lexicon, LexiconEntry
from broadcaster.text.characters import plain
from broadcaster.text.prepared import prepare

_HYPHENS = re.compile("[-\u00ad\u200b\u2010-\u2014]+")
_FOREIGN = re.compile("[\u0370-\u052f\U0001d400-\U0001d7ff\uff00-\uffef]")
"""Letters that cleaning may turn into Latin ones."""

LABELS = {
    "written": "Chữ viết trong văn bản",
    "mode": "Đọc thế nào",
    "spoken": "Đọc là",
    "any_case": "Viết hoa hay thường đều đọc như vậy",
    "preceded_by": "Chỉ khi đứng sau",
    "followed_by": "Chỉ khi đứng trước",
    "valid_from": "Dùng từ ngày",
    "valid_until": "Đến hết ngày",
    "respell": "Cách đọc riêng cho một bộ đọc",
    "note": "Ghi chú",
}


@dataclass(frozen=True, slots=True)
class Change:
    """Entries to add (each replaces the one of the same written form and conditions) and to take out.

    `script_id` is the one script that they are for; none: the whole station. `of` is the entry that a form opened,
    `seen` the mark of what it said then.
    """

    add: tuple[LexiconEntry, ...] = ()
    remove: tuple[int, ...] = ()
    script_id: int | None = None
    note: str = ""
    of: int | None = None
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would do, as the station stood at `version` and `approval`."""

    version: int
    approval: int
    affected: tuple[Affected, ...]

    @property
    def outrun(self) -> tuple[Affected, ...]:
        """The scripts that would no longer be read as approved."""
        return tuple(a for a in self.affected if not a.back)


class AffectedError(RuleError):
    """Raised when a change would make approved scripts stale and nobody has confirmed it; `effect` names them."""

    code = "affected"

    def __init__(self, effect: Effect) -> None:
        names = "; ".join(f"số {a.script_id} “{a.title}”" for a in effect.outrun[:5])
        more = f" và {len(effect.outrun) - 5} bài khác" if len(effect.outrun) > 5 else ""
        super().__init__(
            f"Thay đổi này làm {len(effect.outrun)} bài đã duyệt được đọc khác đi: {names}{more}. Hãy xem rồi xác nhận."
        )
        self.effect = effect


def facts_of(row: LexiconRow | None) -> dict[str, Any]:
    """What an entry says, by field; of one that was taken out, that."""
    if row is None:
        return {"written": "đã bỏ khỏi từ điển"}
    return {name: getattr(row, name) for name in LABELS} | {
        "preceded_by": list(row.preceded_by),
        "followed_by": list(row.followed_by),
        "respell": [f"{engine} = {said}" for engine, said in row.respell.items()],
    }


def as_it_is(session: Session, entry_id: int) -> LexiconRow | None:
    """The entry that an older one became, itself while nobody changed it; None when it was taken out."""
    row = session.get(LexiconRow, entry_id)
    while row is not None and row.until is not None:
        made = select(LexiconRow).where(LexiconRow.since == row.until, LexiconRow.script_id.is_(row.script_id))
        found = session.scalars(made).all()
        row = next((r for r in found if r.written == row.written), found[0] if len(found) == 1 else None)
    return row


def require_opened(session: Session, change: Change) -> None:
    """Make sure that the entry that a form opened is still what it was.

    Raises:
        OvertakenError: it is another, or was taken out.
    """
    if change.of is not None:
        require_seen(facts_of(as_it_is(session, change.of)), change.seen, LABELS)


def preview(station: Station, change: Change) -> Effect:
    """Which approved scripts a change would have read otherwise, without changing anything.

    Raises:
        RuleError: an entry is wrong.
    """
    change = _checked(change)
    with station.db.read() as session:
        before, after = _layers(session, change)
        return Effect(
            layers.version(session), _newest_approval(session), _affected(station, session, change, before, after)
        )


def apply(
    station: Station,
    actor: Actor,
    change: Change,
    *,
    confirmed: Collection[int] = (),
    hold: bool | None = None,
    reread: bool = True,
    by: str | None = None,
) -> int:
    """Make a change; return the number of the lexicon's version. What changes nothing makes no version.

    Args:
        station: the open station.
        actor: who changes it.
        change: what to change.
        confirmed: numbers of the approved scripts that the person has seen and agreed to make stale.
        hold: whether those stop airing until approved anew; None: as the station's settings say.
        reread: ask the worker for a new rendition of each, so that the leader can listen.
        by: who asked for it, where the actor lets another's wish take effect.

    Raises:
        ForbiddenError: the actor may not write, or it is for a leader to let ordinary words be read otherwise.
        RuleError: an entry is wrong, or the station changed meanwhile.
        AffectedError: approved scripts would become stale that were not confirmed.
    """
    actor.require(Permission.WRITE)
    change = _checked(change)
    effect = preview(station, change)
    if {a.script_id for a in effect.outrun} - set(confirmed):
        raise AffectedError(effect)
    with station.db.write() as session:
        if layers.version(session) != effect.version or _newest_approval(session) != effect.approval:
            raise RuleError("Từ điển hoặc phê duyệt vừa được người khác thay đổi. Hãy xem lại rồi lưu lần nữa.")
        if change.script_id is not None:
            require_touch(station, session, actor, get_script(session, change.script_id))
        number = _write(station, session, actor, change, by or actor.username)
        if number is None:
            return effect.version
        if change.script_id is not None:
            shaped(session, station.now(), actor, change.script_id, Shaped.READING)
        held = station.settings.approval.stale_reading == "hold" if hold is None else hold
        for a in effect.affected:
            stale.mark(station, session, actor, a, number, hold=held)
            if reread and not a.back:
                arguments = {"script_id": a.script_id}
                jobs.want(session, station.now(), JobKind.SPEAK, str(a.script_id), arguments, by=actor.username)
        if effect.affected:
            jobs.want(session, station.now(), JobKind.PLAN, "change", {}, by=actor.username)
    return number


def replace_own(station: Station, actor: Actor, script_id: int, own: Sequence[LexiconEntry]) -> None:
    """Make `own` the words of one script, as its editor left them; whoever saves a script has seen that script.

    Raises:
        ForbiddenError: the actor may not write.
        RuleError: an entry is wrong.
    """
    with station.db.read() as session:
        rows = [(r.id, entry_of(r)) for r in session.scalars(layers.live(script_id))]
    wanted = tuple(checked(e) for e in own)
    keys = {e.key for e in wanted}
    change = Change(
        add=tuple(e for e in wanted if e not in [kept for _, kept in rows]),
        remove=tuple(number for number, e in rows if e.key not in keys),
        script_id=script_id,
    )
    if change.add or change.remove:
        apply(station, actor, change, confirmed=[script_id])


def find_entry(session: Session, written: str, script_id: int | None = None) -> LexiconRow:
    """The one entry of that written form.

    Raises:
        NotFoundError: there is none.
        RuleError: there are several, told apart by their conditions.
    """
    rows = [r for r in session.scalars(layers.live(script_id)) if r.written == written]
    if not rows:
        raise NotFoundError(f"Từ điển của đài không có mục “{written}”.", field="written")
    if len(rows) > 1:
        raise RuleError(f"Có {len(rows)} mục “{written}”, khác nhau về điều kiện; hãy bỏ theo số mục.", field="written")
    return rows[0]


def _checked(change: Change) -> Change:
    return replace(change, add=tuple(checked(e) for e in change.add))


def _newest_approval(session: Session) -> int:
    return session.scalars(select(Approval.id).order_by(Approval.id.desc()).limit(1)).first() or 0


def _layers(session: Session, change: Change) -> tuple[tuple[LexiconEntry, ...], tuple[LexiconEntry, ...]]:
    """The entries of the change's scope before and after it."""
    require_opened(session, change)
    rows = list(session.scalars(layers.live(change.script_id)))
    if missing := set(change.remove) - {r.id for r in rows}:
        raise NotFoundError(f"Mục số {min(missing)} không còn trong từ điển.", field="entry")
    before = tuple(entry_of(r) for r in rows)
    replaced = {e.key for e in change.add}
    kept = tuple(e for r, e in zip(rows, before, strict=True) if r.id not in change.remove and e.key not in replaced)
    return before, kept + change.add


def _write(station: Station, session: Session, actor: Actor, change: Change, by: str) -> int | None:
    """Write the change as a new version; None when it changes nothing."""
    rows = list(session.scalars(layers.live(change.script_id)))
    ended = [r for r in rows if r.id in change.remove]
    added = []
    for entry in change.add:
        old = [r for r in rows if entry_of(r).key == entry.key and r not in ended]
        if [entry_of(r) for r in old] == [entry]:
            continue
        ended += old
        added.append(entry)
    if not ended and not added:
        return None
    leads = actor.may(Permission.APPROVE)
    words = [w for w in (*(e.written for e in added), *(r.written for r in ended)) if layers.is_ordinary(w)]
    if words and change.script_id is None and not leads:
        raise ForbiddenError(f"Cách đọc từ thường “{words[0]}” cho cả đài cần lãnh đạo đồng ý.", field="written")
    note = change.note or _told(added, ended)
    version = LexiconVersion(script_id=change.script_id, at=station.now(), by=by, note=note)
    session.add(version)
    session.flush()
    for row in ended:
        row.until = version.number
    for entry in added:
        row = layers.row_of(entry, change.script_id, version.number)
        row.agreed_by = actor.username if leads else None
        session.add(row)
    where = str(version.number) if change.script_id is None else f"bài {change.script_id}"
    Trail(session, station.now(), actor).record(
        "change",
        "lexicon",
        where,
        note=note,
        before={"entries": [_short(entry_of(r)) for r in ended]},
        after={"entries": [_short(e) for e in added]},
    )
    session.flush()
    return version.number


def _told(added: Sequence[LexiconEntry], ended: Sequence[LexiconRow]) -> str:
    new = {e.written for e in added}
    parts = [
        f"“{e.written}” đọc là “{e.spoken}”" if e.spoken else f"“{e.written}”: {layers.MODES[e.mode].lower()}"
        for e in added
    ]
    parts += [f"bỏ “{r.written}”" for r in ended if r.written not in new]
    return "; ".join(parts[:6]) + (f" và {len(parts) - 6} mục khác" if len(parts) > 6 else "")


def _short(entry: LexiconEntry) -> dict[str, Any]:
    return {"written": entry.written, "spoken": entry.spoken, "mode": entry.mode.value}


def _affected(
    station: Station,
    session: Session,
    change: Change,
    before: tuple[LexiconEntry, ...],
    after: tuple[LexiconEntry, ...],
) -> tuple[Affected, ...]:
    """Read every approved script that holds one of the changed written forms with the old and the new lexicon."""
    changed = _changed(before, after)
    if not changed:
        return ()
    forms = {bare(e.written) for e in changed}
    engines = {name for e in changed for name in e.respell}
    reader = _Reader(station, session, change, before, after)
    found = []
    for row in stale.approved(session, change.script_id):
        written = filled(station, row.body)
        body = bare(written)
        if not any(form in body for form in forms):
            continue
        old, new = reader.lexicons(row.script_id)
        text = prepare(written, kept_of(row.kept)).text
        # Only lines that hold a changed form can be read otherwise.
        lines = "\n".join(line for line in text.splitlines() if any(form in bare(line) for form in forms))
        differences = stale.differences(sentences_of(station, lines, old), sentences_of(station, lines, new))
        engine = row.voice.partition(":")[0]
        if engine in engines:
            one, other = (sentences_of(station, lines, lexicon.for_engine(engine)) for lexicon in (old, new))
            differences += stale.differences(one, other)
        if differences:
            back = (
                row.approval_id in reader.marked
                and engine not in engines
                and text_sha256(" ".join(sentences_of(station, text, new))) == row.spoken_sha256
            )
            shown = tuple(differences[: stale.SHOWN])
            found.append(Affected(row.script_id, row.title, row.approval_id, row.rendition_id, shown, back))
    return tuple(found)


class _Reader:
    """The lexicons before and after a change, by script; made once for all scripts without words of their own."""

    def __init__(
        self,
        station: Station,
        session: Session,
        change: Change,
        before: tuple[LexiconEntry, ...],
        after: tuple[LexiconEntry, ...],
    ) -> None:
        self._station, self._session = station, session
        self._before, self._after = before, after
        self._under = layers.entries(session) if change.script_id is not None else ()
        self._common = self._layered(())
        own = select(LexiconRow.script_id).where(LexiconRow.until.is_(None), LexiconRow.script_id.is_not(None))
        self._own = set(session.scalars(own)) if change.script_id is None else set[int | None]()
        self.marked = set(session.scalars(select(StaleMark.approval_id).where(StaleMark.cleared_at.is_(None))))

    def lexicons(self, script_id: int) -> tuple[Lexicon, Lexicon]:
        """The lexicons by which a script is read before and after the change."""
        if script_id not in self._own:
            return self._common
        return self._layered(layers.entries(self._session, script_id))

    def _layered(self, own: tuple[LexiconEntry, ...]) -> tuple[Lexicon, Lexicon]:
        made = [layers.layered(self._station, self._under, layer, own) for layer in (self._before, self._after)]
        return made[0], made[1]


def _changed(before: Iterable[LexiconEntry], after: Iterable[LexiconEntry]) -> list[LexiconEntry]:
    old, new = list(before), list(after)
    return [e for e in old if e not in new] + [e for e in new if e not in old]


def bare(text: str) -> str:
    """The text without blanks and hyphens, letters small: where a written form could stand after mending."""
    if _FOREIGN.search(text):
        text = plain(text)
    return _HYPHENS.sub("", "".join(nfc(text).split())).casefold()
