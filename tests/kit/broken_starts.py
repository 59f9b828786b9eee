"""Everything that can be mistyped or missing when a station starts, how to make it so, and what must be said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import tomlkit

from broadcaster.home import Home

Break = Callable[[Home], None]


@dataclass(frozen=True)
class Broken:
    """One thing that is wrong, and the words by which a person learns of it."""

    do: Break
    told: str
    output: str = ""
    """The output that does not sound for it."""


def in_settings(section: str, values: Mapping[str, Any]) -> Break:
    def do(home: Home) -> None:
        doc = tomlkit.parse(home.settings_file.read_text(encoding="utf-8"))
        merged(doc[section], values)
        home.settings_file.write_text(tomlkit.dumps(doc), encoding="utf-8")

    return do


def merged(table: Any, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, Mapping) and key in table:
            merged(table[key], value)
        else:
            table[key] = value


def file(name: str, data: str | bytes) -> Break:
    def do(home: Home) -> None:
        path = home.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())

    return do


def sink(name: str, kind: str, told: str, **options: Any) -> Broken:
    values = {"sinks": {name: {"kind": kind, "options": options}}}
    return Broken(in_settings("playout", values), told, name)


def engine(name: str, **options: Any) -> Break:
    return in_settings("speech", {"engines": {name: options}})


BROKEN: dict[str, Broken] = {
    "an option of an output is mistyped": sink("a", "file", "Có phải ý là “folder” không?", fodler="x"),
    "a value of an option is of another kind": sink("b", "pipe", "command: phải là một danh sách", command="cat"),
    "an option of an output is missing": sink("c", "pipe", "command: thiếu khóa này"),
    "a kind of output is mistyped": sink("d", "devise", "Có phải ý là “device” không?"),
    "a kind of output whose package is gone": sink("e", "goi-da-go", "không có loại đường ra “goi-da-go”", muc=3),
    "a card that is not plugged in": sink("f", "device", "chỉ ghi vào tệp, không ra loa", device="Card đã rút"),
    "a program that is not on the machine": sink("g", "pipe", "Không thấy lệnh “khong-co”", command=["khong-co"]),
    "a group that names an output that is gone": sink("h", "fan_out", "gồm “mat-roi”", sinks=["main", "mat-roi"]),
    "a group of one": sink("i", "fan_out", "ít nhất hai đường ra khác nhau", sinks=["main"]),
    "an option of a voice is mistyped": Broken(engine("espeak", toc_do=1), "toc_do: không có khóa này"),
    "options of a voice whose package is gone": Broken(engine("may-noi", x=1), "không có bộ đọc “may-noi”"),
    "a voice that is not there": Broken(
        in_settings("speech", {"voices": ["khong-co:x", "espeak:vi+f2", "tone:beep"]}), "khong-co"
    ),
    "a recogniser that is not there": Broken(
        in_settings("speech", {"recogniser": "viet-ars"}), "Có phải ý là “viet-asr” không?"
    ),
    "a page template that is broken": Broken(file("web/templates/page.html", "{% if %}"), "page.html, dòng 1"),
    "a page template that is no text": Broken(file("web/templates/air/onair/index.html", b"\xff"), "không đọc được"),
    "a Word template of a report that is none": Broken(file("scripts/templates/phu-luc.docx", b"PK"), "phu-luc.docx: "),
    "a word table that is no TOML": Broken(file("scripts/lexicon/xa.toml", "[word\n"), "xa.toml không dùng được"),
    "a word table of another shape": Broken(file("scripts/lexicon/hai.toml", "word = 3\n"), "hai.toml không dùng được"),
    "a word table in another character set": Broken(
        file("scripts/lexicon/ba.toml", "# ấp".encode("utf-16")), "ba.toml không dùng được"
    ),
    "a key that no setting has": Broken(in_settings("web", {"prot": 8080}), "Có phải ý là “port” không?"),
    "a value that no setting takes": Broken(in_settings("hours", {"windows": ["năm giờ"]}), "hours.windows"),
    "a file of settings that is no TOML": Broken(file("station.toml", "[web\nport = 1\n"), "Dòng 1 viết sai"),
    "a file of settings in another character set": Broken(
        file("station.toml", "[web] # ấp".encode("utf-16")), "bảng mã UTF-8"
    ),
}
"""By what is wrong, in words. Settings as a whole come last: they hide what is wrong within."""
WHOLE_FILE = frozenset(list(BROKEN)[-4:])
"""Those after which the settings that worked last work on."""
