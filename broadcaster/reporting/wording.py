"""How an office writes numbers, lengths and changes in a report."""

from __future__ import annotations

from broadcaster.domain.reports.figures import Tally, share


def number(n: int) -> str:
    """A whole number as Vietnamese writes it: dots between thousands, a leading zero below ten."""
    return f"{n:02d}" if 0 < n < 10 else f"{n:,}".replace(",", ".")


def decimal(value: float, places: int = 1) -> str:
    """`1.234,5`."""
    return f"{value:,.{places}f}".translate(str.maketrans(",.", ".,"))


def percent(value: float | None) -> str:
    """`98,5%`, `100%`, or a dash where there is nothing to share."""
    return "-" if value is None else f"{decimal(value).removesuffix(',0')}%"


def minutes(tally: Tally) -> str:
    """Heard time in hours and minutes."""
    whole = round(tally.minutes)
    hours, rest = divmod(whole, 60)
    return f"{number(hours)} giờ {number(rest)} phút" if hours else f"{number(rest)} phút"


def change(now: int, before: int) -> str:
    """How `now` differs from `before`, in words."""
    if now == before:
        return f"không đổi ({number(now)})"
    word = "tăng" if now > before else "giảm"
    part = share(abs(now - before), before)
    tail = "" if part is None else f" ({decimal(part)}%)"
    return f"{word} {number(abs(now - before))}{tail}"


def clean_end(text: str) -> str:
    """A sentence without its closing stop."""
    return text.strip().rstrip(".;,")
