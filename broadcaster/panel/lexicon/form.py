"""The form of one lexicon entry: words typed by an editor, made into an entry."""

from __future__ import annotations

from wtforms import BooleanField, DateField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from broadcaster.errors import RuleError
from broadcaster.panel.web.forms import StationForm
from broadcaster.services.lexicon.layers import MAX_SPOKEN, MAX_WRITTEN, MODES
from broadcaster.text import LexiconEntry, Mode

HINTS = {
    Mode.EXPAND: "TTHC → thủ tục hành chính",
    Mode.WORD: "Facebook → phây búc",
    Mode.SPELL: "USB → u ét-sì bê",
    Mode.LEAVE: "để giọng đọc tự đọc",
}


class LexiconForm(StationForm):
    """Add or change an entry."""

    written = StringField("Chữ viết trong văn bản", [InputRequired("Hãy ghi chữ viết."), Length(max=MAX_WRITTEN)])
    mode = RadioField(
        "Đọc thế nào", choices=[SelectChoice(m.value, name) for m, name in MODES.items()], default="expand"
    )
    spoken = StringField("Đọc là", [Length(max=MAX_SPOKEN)])
    any_case = BooleanField("Viết hoa hay thường đều đọc như vậy")
    preceded_by = StringField("Chỉ khi đứng sau", [Length(max=800)])
    followed_by = StringField("Chỉ khi đứng trước", [Length(max=800)])
    valid_from = DateField("Dùng từ ngày", [Optional()])
    valid_until = DateField("Đến hết ngày", [Optional()])
    respell = TextAreaField("Cách đọc riêng cho một bộ đọc", [Length(max=2000)])
    note = StringField("Ghi chú", [Length(max=500)])

    @property
    def detailed(self) -> bool:
        """Whether a field of the folded part is filled or wrong."""
        names = ("any_case", "preceded_by", "followed_by", "valid_from", "valid_until", "respell", "note")
        return any(self[name].data or self[name].errors for name in names)

    def entry(self) -> LexiconEntry:
        """The entry that the fields ask for.

        Raises:
            RuleError: a line of the respellings is no `engine = words`.
        """
        return LexiconEntry(
            written=self.written.data or "",
            spoken=self.spoken.data or "",
            mode=Mode(self.mode.data),
            case="any" if self.any_case.data else "exact",
            preceded_by=_phrases(self.preceded_by.data),
            followed_by=_phrases(self.followed_by.data),
            valid_from=self.valid_from.data,
            valid_until=self.valid_until.data,
            respell=_respellings(self.respell.data),
            note=self.note.data or "",
        )


def fields_of(entry: LexiconEntry) -> dict[str, object]:
    """An entry as the form shows it."""
    return {
        "written": entry.written,
        "mode": entry.mode.value,
        "spoken": entry.spoken,
        "any_case": entry.case == "any",
        "preceded_by": "; ".join(entry.preceded_by),
        "followed_by": "; ".join(entry.followed_by),
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
        "respell": "\n".join(f"{engine} = {said}" for engine, said in entry.respell.items()),
        "note": entry.note,
    }


def _phrases(text: str | None) -> tuple[str, ...]:
    return tuple(p for part in (text or "").split(";") if (p := part.strip()))


def _respellings(text: str | None) -> dict[str, str]:
    found = {}
    for line in (text or "").splitlines():
        if not line.strip():
            continue
        engine, equals, said = line.partition("=")
        if not equals:
            raise RuleError("Mỗi dòng viết theo kiểu “espeak = phây-búc”.", field="respell")
        found[engine.strip()] = said.strip()
    return found
