"""Tables of `station.toml` that describe a plug-in: shown as a form without a secret, written as one was filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from broadcaster import handwritten, keeping, settings_file
from broadcaster import settings as settings_module
from broadcaster.domain.fold import nfc
from broadcaster.domain.people.roles import Actor
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.plugins import Door, PluginOptions
from broadcaster.secret import Address, Secret
from broadcaster.services.audit import Trail
from broadcaster.services.setup.settings_editor import trial
from broadcaster.services.station import Station
from broadcaster.settings_reference import plugins


@dataclass(frozen=True, slots=True)
class PluginTables:
    """The tables behind one door."""

    door: Door
    order: tuple[str, ...]
    """The kinds as they are offered, before those of other packages."""

    def kinds(self) -> dict[str, str]:
        """The kinds that there are, with what each is."""
        found = {name: (form.__doc__ or name).strip() for name, form in plugins(self.door)}
        known = [name for name in self.order if name in found]
        return {name: found[name] for name in [*known, *sorted(found.keys() - set(known))]}

    def form_of(self, kind: str) -> type[BaseModel]:
        """The form of a kind's options.

        Raises:
            NotFoundError: there is no such kind.
        """
        form = dict(plugins(self.door)).get(kind)
        if form is None:
            raise NotFoundError(f"Không có {self.door.what} này.", field="kind")
        return form

    def fields_of(self, kind: str) -> dict[str, FieldInfo]:
        """The options of a kind; none of one that no package offers any more."""
        return dict(plugins(self.door)).get(kind, PluginOptions).model_fields

    def facts(self, kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """What a form shows; of a secret only that there is one."""
        return {"kind": kind} | {
            key: bool(options.get(key)) if is_secret(field) else _printed(options.get(key, field.default))
            for key, field in self.fields_of(kind).items()
        }

    def texts(self, kind: str, options: Mapping[str, Any]) -> dict[str, str]:
        """The options as a form takes them, without the secrets."""
        fields = self.fields_of(kind).items()
        return {k: "" if is_secret(f) else _text(options.get(k, f.get_default())) for k, f in fields}

    def labels(self, kind: str) -> dict[str, str]:
        """What each option is called."""
        return {key: field.description or key for key, field in self.fields_of(kind).items()}

    def options(self, kind: str, written: Mapping[str, str], held: Mapping[str, Any]) -> dict[str, Any]:
        """The options as people wrote them; a secret that is left empty stays as it is `held`, for the same other side.

        Raises:
            NotFoundError: there is no such kind.
            RuleError: a number is none, or a kept secret would go to somebody else.
        """
        form = self.form_of(kind)
        fields = form.model_fields
        given = {key: _option(key, field, written.get(key, "")) for key, field in fields.items()}
        whither: frozenset[str] = getattr(form, "whither", frozenset())
        moved = any(
            given[key] != _as_written(field, held.get(key)) and not (is_secret(field) and given[key] is None)
            for key, field in fields.items()
            if key in whither
        )
        for key, field in fields.items():
            if is_secret(field) and given[key] is None and held.get(key):
                if moved:
                    raise RuleError(
                        "Đã đổi địa chỉ hoặc tài khoản: hãy nhập lại mật khẩu, mã khóa cho nơi mới. Đài không gửi cái "
                        "đang giữ cho nơi khác.",
                        field=key,
                    )
                given[key] = held[key]
        return {key: value for key, value in given.items() if value is not None}


def write(
    station: Station,
    actor: Actor,
    where: Sequence[str],
    value: Mapping[str, Any] | None,
    kind: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    """Set the table at `where`, or take it away, once the file would be read with it; what changed is noted as `kind`.

    Raises:
        RuleError: the file would not be read; it stays as it is.
    """
    path = station.home.settings_file
    text = settings_file.put(handwritten.text(path), where, value)
    with trial(station, text) as read:
        try:
            read()
        except settings_module.SettingsError as error:
            raise RuleError(error.message, field=error.faults[0][-1:] if error.faults else "name") from None
        verb = "remove" if after is None else "add" if before is None else "edit"
        with station.db.write() as session:
            Trail(session, station.now(), actor).record(verb, kind, where[-1], before=before, after=after)
        keeping.keep(path, text)


def is_secret(field: FieldInfo) -> bool:
    """Whether an option is never shown again once it was written."""
    return field.annotation is Secret


def choices(field: FieldInfo) -> tuple[str, ...]:
    """What an option may be, where it is one of a few."""
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()


def _option(key: str, field: FieldInfo, text: str) -> Any:
    """An option as the file has it; None: it is not written, for it is left to its default."""
    text = nfc(text).strip()
    if field.annotation is bool:
        return bool(text) if bool(text) != field.default else None
    if not text:
        return None
    if field.annotation is int:
        try:
            return int(text) if text != _text(field.get_default()) else None
        except ValueError:
            raise RuleError("Hãy nhập một số.", field=key) from None
    return None if text == _text(field.get_default()) else text


def _as_written(field: FieldInfo, value: Any) -> Any:
    """A value of the file as `_option` gives it: nothing where it is the default."""
    return None if value is None or _text(value) == _text(field.get_default()) else value


def _printed(value: Any) -> Any:
    return str(value) if isinstance(value, Secret) else str(Address(value)) if isinstance(value, str) else value


def _text(value: Any) -> str:
    """A value as it stands in a form; what is not there is empty."""
    if isinstance(value, bool):
        return "yes" if value else ""
    known = value.reveal() if isinstance(value, Secret) else value
    return str(known) if isinstance(known, str | int) else ""
