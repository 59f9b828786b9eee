"""The station's words as a TOML file, out and in again without loss."""

from __future__ import annotations

from collections.abc import Iterable

import tomlkit
from sqlalchemy.orm import Session

from broadcaster.errors import RuleError
from broadcaster.services.lexicon import layers
from broadcaster.services.lexicon.changes import Change
from broadcaster.services.lexicon.layers import checked
from broadcaster.text import LexiconEntry, LexiconError, parse_lexicon

MAX_BYTES = 1_000_000
MAX_ENTRIES = 5_000
_HEAD = "Từ điển đọc của đài. Mỗi [[entry]] là một mục; nạp lại bằng: loa lexicon import TỆP"


def export_toml(session: Session, script_id: int | None = None) -> str:
    """The entries in force as TOML, which `import_change` takes back."""
    return toml_of(layers.entries(session, script_id))


def toml_of(entries: Iterable[LexiconEntry]) -> str:
    """Entries as TOML, which `import_change` takes back."""
    doc = tomlkit.document()
    doc.add(tomlkit.comment(_HEAD))
    array = tomlkit.aot()
    for entry in entries:
        array.append(_table(entry))
    if len(array):
        doc.add("entry", array)
    return tomlkit.dumps(doc)


def import_change(data: bytes, *, name: str, script_id: int | None = None) -> Change:
    """The change that a TOML file asks for; entries of the same written form and conditions are replaced.

    Raises:
        RuleError: it is too large, no lexicon, or has an entry that the station may not make; the field names it.
    """
    if len(data) > MAX_BYTES:
        raise RuleError("Tệp từ điển lớn quá 1 MB; hãy tách thành nhiều tệp.", field=name)
    try:
        lexicon = parse_lexicon(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise RuleError("Tệp từ điển phải được lưu bằng bảng mã UTF-8.", field=name) from None
    except (LexiconError, AttributeError, TypeError) as error:
        said = str(error) if isinstance(error, LexiconError) else "Tệp không đúng dạng từ điển đọc."
        raise RuleError(said, field=name) from None
    if lexicon.tables:
        raise RuleError(
            f"Bảng [{next(iter(lexicon.tables))}] thuộc về máy, không nạp vào từ điển của đài được.", field=name
        )
    if len(lexicon.entries) > MAX_ENTRIES:
        raise RuleError(f"Tệp có quá {MAX_ENTRIES} mục.", field=name)
    entries: dict[object, LexiconEntry] = {}
    for entry in lexicon.entries:
        try:
            good = checked(entry)
        except RuleError as error:
            raise RuleError(error.message, field=(name, f"“{entry.written}”")) from None
        entries[good.key] = good
    if not entries:
        raise RuleError("Tệp không có mục nào.", field=name)
    return Change(add=tuple(entries.values()), script_id=script_id, note=f"Nạp {len(entries)} mục từ tệp {name}.")


def _table(entry: LexiconEntry) -> tomlkit.items.Table:
    table = tomlkit.table()
    table.add("written", entry.written)
    if entry.spoken:
        table.add("spoken", entry.spoken)
    table.add("mode", entry.mode.value)
    table.add("case", entry.case)
    for name in ("preceded_by", "followed_by", "alternatives"):
        if value := getattr(entry, name):
            table.add(name, list(value))
    for name in ("valid_from", "valid_until"):
        if value := getattr(entry, name):
            table.add(name, value)
    if entry.respell:
        inline = tomlkit.inline_table()
        inline.update(entry.respell)
        table.add("respell", inline)
    if entry.note:
        table.add("note", entry.note)
    return table
