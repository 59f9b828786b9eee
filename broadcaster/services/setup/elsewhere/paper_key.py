"""The key on paper: it opens what the station seals, and the station keeps only the half that seals.

Age X25519, by the library of the format's reference: whoever has lost this program opens a copy with `age -d`. The
secret half is shown once and kept nowhere. The other half is told to nobody either: what lies elsewhere is named by it,
so that names reveal nothing, and a new key makes every old name foreign.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pyrage

from broadcaster import handwritten, settings_file
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError
from broadcaster.keeping import keep
from broadcaster.reporting.key_paper import key_paper
from broadcaster.reporting.pdf import render
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

_GROUP: Final = 6
_BEGIN: Final = "AGE-SECRET-KEY-1"


@dataclass(frozen=True, slots=True)
class PaperKey:
    """Both halves, for as long as they are shown."""

    secret: str
    recipient: str

    @property
    def groups(self) -> list[str]:
        """The secret half as a person types it, in short groups; its own check digits tell a slip."""
        rest = self.secret.removeprefix(_BEGIN)
        return [_BEGIN, *(rest[n : n + _GROUP] for n in range(0, len(rest), _GROUP))]

    @property
    def mark(self) -> str:
        """Tells this key from others."""
        return mark(self.recipient)


def mark(recipient: str) -> str:
    """Eight letters that tell one key from another and reveal nothing of it; the folder of its copies is named so."""
    return hashlib.sha256(f"loa-xa/paper-key/{recipient}".encode()).hexdigest()[:8]


def recipient_of(station: Station) -> str:
    """The half that seals.

    Raises:
        RuleError: no key was printed yet.
    """
    if not (found := station.settings.backup.recipient):
        raise RuleError(
            "Chưa có khóa sao lưu in trên giấy nên chưa chép được đi đâu. Hãy in khóa: mục Sao lưu nơi khác của trang "
            "quản lý, hoặc loa key paper.",
            field="backup.recipient",
        )
    return found.reveal()


def make(
    station: Station, actor: Actor, *, renew: bool = False, lay: Callable[[PaperKey], None] = lambda _: None
) -> PaperKey:
    """Make a key, keep the half that seals, and return both to be shown once.

    `lay` puts it on paper before it counts: where that fails, the old key is still the station's.

    Raises:
        ForbiddenError: the actor may not manage the station.
        RuleError: there is a key already, and nobody said that it shall give way.
    """
    actor.require(Permission.MANAGE)
    if station.settings.backup.recipient and not renew:
        raise RuleError(
            "Đài đã có khóa sao lưu in trên giấy. Thay khóa thì tờ giấy mới không mở được các bản đã chép trước đó: "
            "hãy giữ cả tờ cũ. Nếu vẫn thay, hãy xác nhận thay khóa.",
            field="backup.recipient",
        )
    identity = pyrage.x25519.Identity.generate()
    key = PaperKey(str(identity), str(identity.to_public()))
    lay(key)
    home = station.home
    text = settings_file.changed(handwritten.text(home.settings_file), "backup", {"recipient": key.recipient})
    keep(home.settings_file, text)
    with station.db.write() as session:
        Trail(session, station.now(), actor).record("renew" if renew else "add", "paper-key", key.mark)
    return key


def sheet(station: Station, key: PaperKey) -> bytes:
    """The sheet of a key, as PDF."""
    made_at = station.local(station.now())
    return render(key_paper(station.settings.station.name, key.secret, key.groups, key.mark, made_at))


def read(typed: str) -> PaperKey:
    """The key as somebody typed it from paper, or scanned it.

    Raises:
        RuleError: it is not such a key, or a letter of it is wrong.
    """
    words = re.sub(r"[\s.]", "", typed).upper()
    try:
        identity = pyrage.x25519.Identity.from_str(words if words.startswith(_BEGIN) else f"{_BEGIN}{words}")
    except pyrage.IdentityError:
        raise RuleError(
            "Khóa giấy gõ chưa đúng: sai hoặc thiếu một ký tự. Hãy gõ lại từng nhóm, hoặc quét mã QR.", field="key"
        ) from None
    return PaperKey(str(identity), str(identity.to_public()))


def hidden(recipient: str, sha256: str) -> str:
    """The name under which a sound lies elsewhere: who has only the sound cannot tell whether it is there."""
    return hmac.digest(recipient.encode(), f"sound/{sha256}".encode(), "sha256").hex()[:32]
