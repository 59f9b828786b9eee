"""What is said of a command that was typed wrongly: the words of the command-line library, in Vietnamese."""

from __future__ import annotations

import re
from typing import Any, Final

import click

_HELP: Final[Any] = getattr(click.exceptions, "NoArgsIsHelpError", ())
_EXTRA: Final = re.compile(r"unexpected extra arguments? \((.*)\)")
_COMMAND: Final = re.compile(r"No such command '(.*)'")
_LACKS: Final = re.compile(r"requires (?:an argument|\d+ arguments)")
_KNOWN: Final = (
    (re.compile(r"is not in the range (.*?)\.?$"), "phải nằm trong khoảng {}"),
    (re.compile(r"is not a valid (?:integer|float)"), "phải là số"),
    (re.compile(r"is not a valid boolean"), "phải là có hoặc không"),
    (re.compile(r"does not match the formats? (.*?)\.?$"), "phải viết theo dạng {} (%Y: năm, %m: tháng, %d: ngày)"),
    (re.compile(r"does not exist"), "không có tệp hoặc thư mục này"),
    (re.compile(r"is not readable"), "không có quyền đọc"),
    (re.compile(r"is not writable"), "không có quyền ghi"),
    (re.compile(r"is a directory"), "là thư mục, cần một tệp"),
    (re.compile(r"is a file"), "là tệp, cần một thư mục"),
)


def show(error: click.ClickException) -> None:
    """Say it on standard error; who asked for nothing is shown what there is."""
    if isinstance(error, _HELP):
        error.show()
    else:
        click.echo(f"Lỗi: {sentence(error)}", err=True)


def sentence(error: click.ClickException) -> str:
    """What is wrong and where to read how it is typed."""
    words = _words(error)
    context = getattr(error, "ctx", None)
    return f"{words} Xem cách dùng: {context.command_path} --help" if context is not None else words


def _words(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        near = f" Có phải ý là {', '.join(error.possibilities)} không?" if error.possibilities else ""
        return f"Không có tùy chọn “{error.option_name}”.{near}"
    if isinstance(error, click.MissingParameter):
        return f"Còn thiếu {_name(error)}."
    if isinstance(error, click.BadParameter):
        return f"{_name(error)}: {_fault(error)}."
    if found := _COMMAND.search(error.message):
        return f"Không có lệnh “{found[1]}”."
    if found := _EXTRA.search(error.message):
        return f"Thừa “{found[1]}”; nếu là một câu thì đặt trong dấu nháy."
    if isinstance(error, click.BadOptionUsage) and _LACKS.search(error.message):
        return f"Tùy chọn {error.option_name} cần một giá trị đi kèm."
    return error.message


def _name(error: click.BadParameter) -> str:
    if error.param is None:
        return error.param_hint if isinstance(error.param_hint, str) else "Giá trị"
    return error.param.opts[-1] if isinstance(error.param, click.Option) else error.param.human_readable_name


def _fault(error: click.BadParameter) -> str:
    kind = error.param.type if error.param is not None else None
    if isinstance(kind, click.Choice):
        return f"phải là một trong {', '.join(map(str, kind.choices))}"
    for pattern, words in _KNOWN:
        if found := pattern.search(error.message):
            return words.format(*found.groups())
    return error.message.rstrip(".")
