"""What the command line shows of emergencies: the question before one sounds, and the list."""

from __future__ import annotations

import click

from broadcaster.cli.common import show_json, show_table
from broadcaster.db.models import Emergency
from broadcaster.db.queries import air
from broadcaster.db.queries import emergencies as emergencies_queries
from broadcaster.db.queries import zones as zones_queries
from broadcaster.db.queries.zones import zone_map
from broadcaster.domain.air.emergencies import Another, EmergencyState
from broadcaster.domain.confirming import seal_of
from broadcaster.services.air import emergencies, emergency_words
from broadcaster.services.air.emergency_facts import cap_facts
from broadcaster.services.station import Station


def show_draft(station: Station, number: int, another: Another) -> str:
    """Show all that a person must know before saying yes; return the seal of what was shown."""
    with station.db.read() as session:
        row = emergencies.get(session, number)
        codes = zone_map(session).expand(row.zones, where="zones")
        names = zones_queries.zone_names(session)
        said = emergency_words.said(emergency_words.words_of(station, session, row))
        seal = seal_of(emergencies.deciding(station, session, row))
        ended = emergencies.gives_way(session, row, station.outputs(session), station.now(), Another.AFTER)
        beside = emergencies.beside(session, row, station.outputs(session), station.now())
        now = air.present(session, station.now(), station.settings.several)
    facts = cap_facts(station, row)
    click.echo(f"{row.title}\n{row.text or '(bản ghi âm)'}\n{said and f'Máy sẽ đọc: {said}'}".rstrip())
    for line in facts.lines:
        click.echo(f"{line.label}: {line.text}")
    for unused in facts.unused:
        click.echo(f"Không dùng {unused}.")
    for told in facts.told:
        click.echo(told, err=True)
    click.echo(
        f"{'Đọc một lần, không báo động,' if row.over else 'Phát NGAY'} tại {len(codes)} cụm loa: {', '.join(names.get(c, c) for c in codes)}."
    )
    if also := now.outputs.also(codes):
        click.echo(f"Chung âm ly nên cũng nghe thấy ở: {', '.join(names.get(c, c) for c in also)}.")
    if muted := now.outputs.meeting(now.muted, codes):
        click.echo(f"Đang tắt tiếng ở {', '.join(names.get(c, c) for c in muted)}: vẫn ra loa ở đó.")
    click.echo(f"Lặp lại: {repeating(row)}. Hết hiệu lực: {ending(station, row)}.")
    for other in ended:
        click.echo(f"Kết thúc bản tin khẩn cấp số {other.id} “{other.title}”.")
    if beside:
        named = ", ".join(f"bản tin số {other.id} “{other.title}”" for other in beside)
        click.echo(f"Đang hiệu lực ở cùng âm ly: {named}. {another.label}.")
        for other_way in Another:
            if other_way is not another:
                click.echo(f"Muốn {other_way.label.lower()}: thêm --another {other_way.value}.")
    return seal


def repeating(row: Emergency) -> str:
    """How often it is said again."""
    return f"mỗi {row.repeat_minutes} phút, cả ngày lẫn đêm" if row.repeat_minutes else "không"


def ending(station: Station, row: Emergency) -> str:
    """When it ends by itself."""
    if row.expires_at is not None:
        return f"{station.local(row.expires_at):%H:%M %d/%m/%Y}"
    if row.over:
        return "khi đọc xong"
    return f"{station.settings.emergency.lasts_hours} giờ sau khi phát"


def show_list(station: Station, shape: str) -> None:
    """The emergencies, newest first."""
    with station.db.read() as session:
        found = emergencies_queries.stories(session, station.now(), *EmergencyState)
    if shape == "json":
        show_json([_as_json(s) for s in found])
        return
    rows = [
        (
            s.row.id,
            f"{station.local(s.row.created_at):%H:%M %d/%m}",
            s.row.title[:48],
            s.state.label,
            f"{station.local(s.row.expires_at):%H:%M %d/%m/%Y}" if s.row.expires_at else "-",
            s.aired,
            f"{station.local(s.next_at):%H:%M %d/%m}" if s.next_at else "-",
            s.row.finding.label if s.row.finding else "-",
        )
        for s in found
    ]
    heads = ["Số", "Lúc", "Nội dung", "Trạng thái", "Hết hiệu lực", "Đã phát", "Lần sau", "Xem lại"]
    show_table("Phát khẩn cấp", heads, rows, empty="Chưa có bản tin khẩn cấp nào.")
    for s in found:
        if s.state is EmergencyState.DRAFT:
            click.echo(f"Số {s.row.id} chờ xác nhận: loa emergency --confirm {s.row.id}, hay bỏ: --drop {s.row.id}.")


def _as_json(s: emergencies_queries.Story) -> dict[str, object]:
    row = s.row
    return {
        "number": row.id,
        "title": row.title,
        "text": row.text,
        "zones": row.zones,
        "state": s.state.value,
        "reason": row.reason,
        "repeat_minutes": row.repeat_minutes,
        "expires_at": row.expires_at,
        "over": row.over,
        "ends": row.ends,
        "confirmed_by": row.confirmed_by,
        "confirmed_at": row.confirmed_at,
        "aired": s.aired,
        "next_at": s.next_at,
        "ended_at": row.ended_at,
        "end_reason": row.end_reason,
        "finding": row.finding and row.finding.value,
    }
