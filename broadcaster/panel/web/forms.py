"""Forms: what the panel takes in, with messages in Vietnamese."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from flask import Flask
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FileField,
    FloatField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from broadcaster.domain.people.roles import Role
from broadcaster.domain.people.scopes import MOST_PER_HOUR, Scope
from broadcaster.domain.scripts.fields import DEFAULTS, About, Face, shown_on
from broadcaster.domain.setup.fields import ZoneFields
from broadcaster.errors import RuleError, StationError
from broadcaster.panel.web import seeing
from broadcaster.services.setup.sounds import KINDS

_NEEDED = "Hãy điền mục này."
RATES = {
    "": "Theo cài đặt của đài",
    "0.8": "Chậm hẳn (0,8)",
    "0.9": "Hơi chậm (0,9)",
    "1.0": "Bình thường (1,0)",
    "1.1": "Hơi nhanh (1,1)",
    "1.2": "Nhanh (1,2)",
}
"""Speeds of one script, times the usual."""


_WORDS = {
    "Not a valid choice.": "Hãy chọn trong danh sách.",
    "Not a valid integer value.": "Hãy nhập một số nguyên.",
    "Not a valid float value.": "Hãy nhập một số, ví dụ 10.3512.",
    "Not a valid date value.": "Ngày không hợp lệ. Hãy viết như 24/11/2026.",
}


class _Vietnamese:
    """The library's own sentences in Vietnamese."""

    def gettext(self, text: str) -> str:
        return _WORDS.get(text, text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if count == 1 else many)


class StationForm(FlaskForm):  # type: ignore[misc]
    """A form that can show the errors of a use case beside its fields."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Speak Vietnamese."""

        def get_translations(self, form: FlaskForm) -> _Vietnamese:
            """The sentences."""
            del form
            return _Vietnamese()

    def take(self, error: StationError, **renamed: str) -> None:
        """Put the sentence of `error` beside the field it names, else above the form."""
        if isinstance(error, RuleError):
            seeing.noted(error, self)
        name = str(error.field[-1]) if error.field else ""
        field = self._fields.get(renamed.get(name, name))
        if field is None:
            self.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]


class LoginForm(StationForm):
    """Sign in."""

    username = StringField("Tên đăng nhập", [InputRequired(_NEEDED), Length(max=64)])
    password = PasswordField("Mật khẩu", [InputRequired(_NEEDED), Length(max=200)])


class CodeForm(StationForm):
    """The second step."""

    code = StringField("Mã 6 số, hoặc mã dự phòng", [InputRequired(_NEEDED), Length(max=40)])


class PasswordForm(StationForm):
    """Change one's own password."""

    old = PasswordField("Mật khẩu hiện tại", [InputRequired(_NEEDED), Length(max=200)])
    password = PasswordField("Mật khẩu mới", [InputRequired(_NEEDED), Length(max=200)])
    again = PasswordField("Nhập lại mật khẩu mới", [InputRequired(_NEEDED), Length(max=200)])


class PassphraseForm(StationForm):
    """A new passphrase for a file that leaves the station."""

    passphrase = PasswordField("Cụm mật khẩu cho tệp này", [InputRequired(_NEEDED), Length(max=200)])
    again = PasswordField("Nhập lại cụm mật khẩu", [InputRequired(_NEEDED), Length(max=200)])


class ScriptForm(StationForm):
    """Write or change a script."""

    own = HiddenField(default="[]", validators=[Length(max=100_000)])
    """Words of this script alone: JSON of entries."""


def _field_of(name: str, about: About) -> Any:
    """The form's field for a field of a script; lists of units, topics and voices come with each page."""
    kind: Any = about.kind
    if not about.label:
        return HiddenField(default="[]" if kind is tuple else "", validators=[Length(max=int(about.most or 0))])
    if issubclass(kind, StrEnum):
        words = [SelectChoice(member.value, member.label) for member in kind]
        return SelectField(about.label, choices=words, default=DEFAULTS[name].value)
    if kind is dt.date:
        return DateField(about.label, [Optional()])
    if kind is int:
        least, most = int(about.least or 0), int(about.most or 0)
        bounds = NumberRange(least, most, message=f"Từ {least} đến {most}.")
        numeric = {"min": least, "max": most, "inputmode": "numeric"}
        return IntegerField(about.label, [Optional(), bounds], render_kw=numeric)
    if kind is float:
        return SelectField(about.label, default="", choices=[SelectChoice(v, n) for v, n in RATES.items()])
    if name == "body":
        needed = InputRequired("Hãy viết ít nhất một câu.")
        return TextAreaField(about.label, [needed, Length(max=int(about.most or 0), message="Bài quá dài.")])
    if name == "title":
        return StringField(about.label, [InputRequired(_NEEDED), Length(max=300, message="Không quá 300 ký tự.")])
    return SelectField(about.label, default="" if name in DEFAULTS else None, validate_choice=True)


for _name, _about in shown_on(Face.FORM).items():
    setattr(ScriptForm, _name, _field_of(_name, _about))


class DelegationForm(StationForm):
    """Let somebody approve for some days."""

    deputy = SelectField("Ai duyệt thay", validate_choice=True)
    first_day = DateField("Từ ngày", [InputRequired(_NEEDED)])
    last_day = DateField("Đến hết ngày", [InputRequired(_NEEDED)])
    note = StringField("Lý do", [Length(max=300)])


class UserForm(StationForm):
    """Add or change an account."""

    username = StringField("Tên đăng nhập", [Length(max=64)])
    full_name = StringField("Họ tên hoặc chức danh", [InputRequired(_NEEDED), Length(max=200)])
    unit = SelectField("Đơn vị", default="")
    roles = SelectMultipleField(
        "Vai trò",
        choices=[SelectChoice(r.value, r.label) for r in Role],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


class ZoneForm(StationForm):
    """Add or change a zone."""


def _zone_field(name: str, about: About) -> Any:
    """The form's field for a field of a zone; the list of sinks comes with the page."""
    kind: Any = about.kind
    label, most = about.label, int(about.most or 0)
    if issubclass(kind, StrEnum):
        return SelectField(label, choices=[SelectChoice(member.value, member.label) for member in kind])
    if kind is int:
        return IntegerField(label, [InputRequired(_NEEDED), NumberRange(0, most, message=f"Từ 0 đến {most}.")])
    if kind is str and most:
        return StringField(label, [InputRequired(_NEEDED)] * (name == "name") + [Length(max=most)])
    if kind is tuple:
        return TextAreaField(label, [Optional(), Length(max=most)])
    if kind is float:
        return FloatField(label, [Optional()])
    return BooleanField(label) if kind is bool else SelectField(label)


for _name, _about in shown_on(Face.FORM, ZoneFields).items():
    setattr(ZoneForm, _name, _zone_field(_name, _about))


class GroupForm(StationForm):
    """Add or change a group of zones."""

    name = StringField("Tên nhóm", [InputRequired(_NEEDED), Length(max=200)])
    members = SelectMultipleField(
        "Cụm loa trong nhóm", option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )


class TokenForm(StationForm):
    """Make a key for another system."""

    name = StringField("Tên hệ thống", [InputRequired(_NEEDED), Length(max=31)])
    days = SelectField(
        "Thời hạn",
        choices=[SelectChoice("90", "3 tháng"), SelectChoice("365", "1 năm"), SelectChoice("730", "2 năm")],
        default="365",
    )
    scopes = SelectMultipleField(
        "Quyền",
        choices=[SelectChoice(s.value, s.label) for s in Scope],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    addresses = StringField("Tự phát khẩn cấp từ địa chỉ", [Length(max=400)])
    per_hour = IntegerField("Tự phát nhiều nhất mỗi giờ", [Optional(), NumberRange(1, MOST_PER_HOUR)], default=3)


class SoundForm(StationForm):
    """Add or change a station sound."""

    title = StringField("Tên", [InputRequired(_NEEDED), Length(max=200)])
    kind = SelectField("Loại", choices=[SelectChoice(k, words) for k, words in KINDS.items()])
    file = FileField("Tệp âm thanh", [Optional()])
    licence = StringField("Quyền sử dụng", [InputRequired(_NEEDED), Length(max=64, message="Không quá 64 ký tự.")])
    source = StringField("Nguồn", [Length(max=200)])


def field_attributes(field: Field, hint: str, **told: str) -> dict[str, str]:
    """The attributes of a field's input: what describes it, whether it is wrong, and what its template tells."""
    described = [f"{field.id}-{part}" for part, there in (("hint", hint), ("error", field.errors)) if there]
    found = {name: value for name, value in told.items() if value}
    if described:
        found["aria-describedby"] = " ".join(described)
    if field.errors:
        found["aria-invalid"] = "true"
    return found


def init(app: Flask) -> None:
    """Let the templates of `app` draw fields."""
    app.jinja_env.globals.update(field_attributes=field_attributes)
