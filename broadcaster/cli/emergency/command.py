"""Emergencies at the command line: say it, list, end, review, take a CAP message."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import click
from click.core import ParameterSource

from broadcaster.cli.common import MOMENT, actor_of, format_option, opened
from broadcaster.cli.emergency.shown import show_draft, show_list
from broadcaster.cli.place import home_option
from broadcaster.cli.together import modes
from broadcaster.db.queries.zones import zone_map
from broadcaster.domain.air.emergencies import Another, EmergencyRequest, Interrupted, ReviewFinding
from broadcaster.domain.confirming import NotAsShownError
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.seen import mark_of
from broadcaster.errors import RuleError, StationError, printed
from broadcaster.services.air import emergencies, emergency_ending, emergency_voice
from broadcaster.services.air.emergency_cap import AlreadyTakenError, keep, wish_from_cap
from broadcaster.services.station import Station
from broadcaster.text.ingest.cap import LARGEST
from broadcaster.threads import WatchedThread

_OPTIONS = {"repeat_minutes": "--repeat", "zones": "--zones", "reason": "--reason", "expires_at": "--until"}
"""How the command line calls the fields of a wish."""

_WISH = ("--zones", "--reason", "--title", "--repeat", "--until", "--interrupted")


@click.command("emergency")
@click.argument("text", required=False)
@click.option("--zones", default="", help="Cụm loa hoặc nhóm, cách nhau bằng dấu phẩy; all: tất cả.")
@click.option("--reason", default="", help="Lý do (bắt buộc khi phát và khi kết thúc).")
@click.option("--title", default="", help="Tên ngắn để ghi nhật ký.")
@click.option(
    "--recording", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Bản ghi âm thay lời đọc."
)
@click.option(
    "--cap", "cap_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Bản tin CAP 1.2."
)
@click.option("--repeat", "repeat_minutes", type=int, help="Lặp lại sau mỗi N phút, cả ngày lẫn đêm.")
@click.option("--until", type=MOMENT, help="Tự hết hiệu lực lúc này, như 18:30 hay '18:30 02/12/2026'.")
@click.option(
    "--interrupted",
    type=click.Choice([i.value for i in Interrupted]),
    default="resume",
    show_default=True,
    help="Chương trình bị ngắt: phát tiếp hay bỏ.",
)
@click.option(
    "--another",
    type=click.Choice([a.value for a in Another]),
    default=Another.REPLACE.value,
    show_default=True,
    help=f"Khi ở cùng âm ly có bản tin đang hiệu lực. {'; '.join(f'{a.value}: {a.label.lower()}' for a in Another)}.",
)
@click.option("--yes", is_flag=True, help="Đã chắc chắn, không hỏi lại.")
@click.option("--list", "listing", is_flag=True, help="Xem các bản tin khẩn cấp.")
@click.option("--ends", metavar="SỐ,SỐ", help="Bản tin báo đã qua kết thúc những bản tin nào; none: không bản nào.")
@click.option("--confirm", "confirm_number", type=int, metavar="SỐ", help="Đi tiếp với một bản nháp: hỏi rồi phát.")
@click.option("--drop", "drop_number", type=int, metavar="SỐ", help="Bỏ một bản nháp; không phát gì.")
@click.option("--prolong", "prolong_number", type=int, metavar="SỐ", help="Kéo dài một bản tin tới --until.")
@click.option("--cancel", "cancel_number", type=int, metavar="SỐ", help="Kết thúc một bản tin đang lặp (cần --reason).")
@click.option("--review", "review_number", type=int, metavar="SỐ", help="Ghi kết luận xem lại (cần --finding).")
@click.option("--finding", type=click.Choice([f.value for f in ReviewFinding]), help="Kết luận xem lại.")
@click.option("--note", default="", help="Ghi chú xem lại.")
@format_option
@home_option
@click.pass_context
@modes(
    {
        "--list": {"--format"},
        "--cancel": {"--reason"},
        "--drop": (),
        "--prolong": {"--until"},
        "--review": {"--finding", "--note"},
        "--confirm": {"TEXT", *_WISH, "--another", "--ends", "--yes"},
        "--cap": {"TEXT", *_WISH, "--another", "--ends", "--yes"},
    },
    plain={"--format", "--finding", "--note"},
)
def emergency_command(
    ctx: click.Context,
    *,
    text: str | None,
    zones: str,
    reason: str,
    title: str,
    recording: Path | None,
    cap_file: Path | None,
    repeat_minutes: int | None,
    interrupted: str,
    another: str,
    until: Callable[[dt.datetime], dt.datetime] | None,
    ends: str | None,
    confirm_number: int | None,
    drop_number: int | None,
    prolong_number: int | None,
    cancel_number: int | None,
    review_number: int | None,
    finding: str | None,
    note: str,
    shape: str,
    own_home: str | None,
    yes: bool,
    listing: bool,
) -> None:
    """Phát khẩn cấp NGAY, ngắt mọi chương trình, cả ban đêm; hỏi lại một lần trước khi phát.

    \b
    loa emergency "Lũ đang lên. Bà con di dời ngay." --zones all --reason "Công điện của tỉnh" --repeat 15
    loa emergency --cancel 3 --reason "Nước đã rút"
    """  # noqa: D301 - \b is click's own mark
    with opened(ctx, own_home) as station:
        actor = actor_of(ctx, station)
        ends_at = until(station.local(station.now())) if until else None
        if listing:
            show_list(station, shape)
        elif cancel_number is not None:
            emergency_ending.cancel(station, actor, cancel_number, reason)
            click.echo(f"Đã kết thúc bản tin khẩn cấp số {cancel_number}.")
        elif drop_number is not None:
            emergencies.dismiss(station, actor, drop_number)
            click.echo(f"Đã bỏ bản nháp số {drop_number}; không có gì được phát.")
        elif prolong_number is not None:
            if ends_at is None:
                raise RuleError("Hãy ghi kéo dài tới lúc nào bằng --until.", field="--until")
            emergency_ending.prolong(station, actor, prolong_number, ends_at)
            click.echo(f"Bản tin khẩn cấp số {prolong_number} có hiệu lực tới {ends_at:%H:%M %d/%m/%Y}.")
        elif review_number is not None:
            if finding is None:
                raise RuleError("Hãy ghi kết luận bằng --finding.", field="--finding")
            emergencies.review(station, actor, review_number, ReviewFinding(finding), note)
            click.echo("Đã ghi kết luận xem lại.")
        else:
            given = Given(
                text=text,
                zones=tuple(z for z in zones.split(",") if z),
                reason=reason,
                title=title,
                repeat_minutes=repeat_minutes,
                interrupted=_asked(ctx, "interrupted", Interrupted(interrupted)),
                expires_at=ends_at,
                ends=_numbers(ends) if ends is not None else None,
            )
            actor.require(Permission.EMERGENCY)  # before a file is read or a recording worked on
            number = (
                confirm_number
                if confirm_number is not None
                else _draft(station, actor, given, cap_file, recording, sure=yes)
            )
            _go_on(ctx, station, actor, number, given, Another(another), sure=yes)


def _asked(ctx: click.Context, name: str, value: Interrupted) -> Interrupted | None:
    """What an option says, if somebody gave it."""
    return None if ctx.get_parameter_source(name) is ParameterSource.DEFAULT else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the command line says of an emergency; what it leaves open is None or empty."""

    text: str | None
    zones: tuple[str, ...]
    reason: str
    title: str
    repeat_minutes: int | None
    interrupted: Interrupted | None
    expires_at: dt.datetime | None
    ends: tuple[int, ...] | None

    def onto(self, wish: EmergencyRequest) -> EmergencyRequest:
        """A wish, changed in what is given here."""
        named = {f.name: getattr(self, f.name) for f in fields(self)}
        return replace(wish, **{name: value for name, value in named.items() if value})

    @property
    def anything(self) -> bool:
        """Whether it would change a wish."""
        return any(getattr(self, f.name) for f in fields(self))


def _draft(
    station: Station, actor: Actor, given: Given, cap_file: Path | None, recording: Path | None, *, sure: bool
) -> int:
    """Keep what is asked for once everything that can refuse it has been asked; return its number."""
    if cap_file is not None:
        with cap_file.open("rb") as source:
            data = source.read(LARGEST + 1)  # no more than is needed to refuse it
        try:
            found = wish_from_cap(station, data, cap_file.name)
        except AlreadyTakenError as taken:
            if not taken.waits:
                raise
            click.echo(f"Bản tin CAP này đã nhập trước đó; đi tiếp với bản nháp số {taken.number}.", err=True)
            return taken.number
        if found.asks and given.ends is None:
            given = replace(given, ends=_which(station, found.asks, sure=sure))
        wish = given.onto(found.wish)
        if wish.over and not wish.zones:
            wish = replace(wish, zones=_zones_of(station, wish.ends))
        _check(station, wish)
        return keep(station, actor, found, wish)
    wish = given.onto(EmergencyRequest(title="", text="", zones=(), reason=""))
    if recording is None:
        _check(station, wish)
    else:
        _check(station, replace(wish, recording_sha256="-"))  # before a recording is worked on
        sha, ms = emergency_voice.keep_recording(station, recording)
        wish = replace(wish, recording_sha256=sha, recording_ms=ms)
    return emergencies.draft(station, actor, wish)


def _numbers(words: str) -> tuple[int, ...]:
    if words.strip().lower() == "none":
        return ()
    parts = [part.strip() for part in words.split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise RuleError(
            "Hãy ghi số bản tin, cách nhau bằng dấu phẩy, như 3 hay 3,4; none: không bản nào.", field="--ends"
        )
    return tuple(map(int, parts))


def _which(station: Station, held: tuple[int, ...], *, sure: bool) -> tuple[int, ...]:
    """Ask which emergencies end, when the message does not say it."""
    with station.db.read() as session:
        named = "; ".join(f"số {n} “{emergencies.get(session, n).title}”" for n in held)
    asks = f"Bản tin báo đã qua nhưng không nói kết thúc bản tin nào. Đang hiệu lực: {named}."
    if sure:
        raise RuleError(f"{asks} Hãy ghi --ends SỐ, hay --ends none để chỉ đọc.", field="--ends")
    click.echo(asks)
    return _numbers(click.prompt("Kết thúc số nào (none: không bản nào)"))


def _zones_of(station: Station, numbers: tuple[int, ...]) -> tuple[str, ...]:
    with station.db.read() as session:
        return tuple(dict.fromkeys(z for n in numbers for z in emergencies.get(session, n).zones))


def _check(station: Station, wish: EmergencyRequest) -> None:
    with station.db.read() as session:
        if not zone_map(session).expand(wish.zones, where="--zones"):
            raise RuleError("Hãy ghi nơi phát bằng --zones (all: mọi cụm loa).", field="--zones")
    try:
        wish.cleaned().check(station.now())
    except RuleError as error:
        option = _OPTIONS.get(printed(error.field))
        raise RuleError(error.message, field=option or error.field) from None


def _go_on(
    ctx: click.Context, station: Station, actor: Actor, number: int, given: Given, another: Another, *, sure: bool
) -> None:
    """Ask once, showing all that is known of the message; then the tone leaves at once and the words follow.

    Whoever goes away at the question drops the draft, so that nothing stands in the way of the next try.
    """
    with station.db.read() as session:
        row = emergencies.open_draft(session, number)
        wish, seen = emergencies.wish_of(row), mark_of(emergencies.facts_of(row))
    changed = given.onto(wish)
    _check(station, changed)
    if given.anything and changed != wish:
        emergencies.change(station, actor, number, changed, seen=seen)
    seal = show_draft(station, number, another)
    speaker = WatchedThread(functools.partial(_speak, station, number), "draft-voice", once=True)
    speaker.start()  # while the person reads the question, the words are being spoken
    try:
        if not (sure or _sure(station, actor, number, over=changed.over)):
            click.echo("Đã bỏ; không có gì được phát.")
            ctx.exit(1)
        try:
            alone = emergencies.confirm(station, actor, number, another=another, seal=seal)
        except NotAsShownError:  # somebody else is at it: the draft is theirs too
            raise
        except RuleError:  # as when the last of its zones was turned off while the person read
            with contextlib.suppress(RuleError):  # somebody else confirmed it
                emergencies.dismiss(station, actor, number)
            raise
        if alone:
            click.echo(alone)
        elif changed.over:
            click.echo(f"Đang đọc một lần, không báo động (bản tin số {number}).")
        else:
            click.echo(
                f"Đã xác nhận phát khẩn cấp (bản tin số {number}). Kết thúc: loa emergency --cancel {number} --reason …"
            )
    finally:
        speaker.join()
    with station.db.read() as session:
        row = emergencies.get(session, number)
        trouble, over = row.trouble, row.over
    if trouble:
        went = "" if over else " Tín hiệu báo động đã phát;"
        raise StationError(f"{trouble}{went} Hãy nói qua micro.")


def _sure(station: Station, actor: Actor, number: int, *, over: bool) -> bool:
    try:
        sure = click.confirm("Kết thúc và đọc một lần?" if over else "Phát khẩn cấp?", default=False)
    except (click.Abort, KeyboardInterrupt):
        emergencies.dismiss(station, actor, number)
        click.echo("\nChưa trả lời nên bỏ bản nháp; không có gì được phát.", err=True)
        raise
    if not sure:
        emergencies.dismiss(station, actor, number)
    return sure


def _speak(station: Station, number: int) -> None:
    try:
        emergency_voice.speak_quickly(station, number)
    except StationError as error:
        click.echo(f"Chưa đọc được lời: {error}", err=True)
