"""One HTTP POST to an address of the settings, and what its answer means for trying again.

Nothing is followed to elsewhere: a message, and the key in its address, go to the place that was written and nowhere
else. Certificates are always checked.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator

from broadcaster import __version__
from broadcaster.alerting.sender import SendError
from broadcaster.secret import Address, Secret

TIMEOUT_S: Final = 15.0
"""For each word of the other side."""
_MOST: Final = 65_536
"""Bytes of an answer that are read."""
_LATER: Final = frozenset({408, 425, 429})
_LONGEST_S: Final = 86_400.0


S = TypeVar("S", bound=Secret)


def _web(address: S) -> S:
    try:
        found = urlsplit(address.reveal())
        good = found.scheme in {"http", "https"} and bool(found.hostname) and (found.port or 1) > 0
    except ValueError:
        good = False
    if address and (not good or any(c.isspace() for c in address.reveal())):
        raise ValueError("phải là một địa chỉ bắt đầu bằng https:// (hoặc http:// trong mạng nội bộ)")
    return address


WebAddress = Annotated[Address, AfterValidator(_web)]
"""An address of the web, printed without its key."""
SecretAddress = Annotated[Secret, AfterValidator(_web)]
"""An address of the web that is a key as a whole: whoever knows it may send there."""


def sealed(address: S) -> S:
    """An address to which a key may be sent: nobody on the way can read it."""
    place = urlsplit(address.reveal())
    if address and place.scheme != "https" and not is_here(place.hostname or ""):
        raise ValueError("phải bắt đầu bằng https://, vì mã khóa đi kèm mà http thì ai trên mạng cũng đọc được")
    return address


def is_here(host: str) -> bool:
    """Whether a host is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


SealedAddress = Annotated[WebAddress, AfterValidator(sealed)]
"""An address of the web to which a key may be sent: another server of the same kind, as one's own or a test's."""


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """What the other side said."""

    status: int
    body: bytes
    after_s: float | None = None

    def table(self) -> dict[str, Any]:
        """What the body says, where it is a JSON object; else nothing."""
        try:
            said = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return said if isinstance(said, dict) else {}

    def require_taken(self, who: str) -> None:
        """Do nothing when the message was taken.

        Raises:
            SendError: it was not.
        """
        if 200 <= self.status < 300:
            return
        said = f"{who} trả lời mã {self.status}"
        if self.status in _LATER or self.status >= 500:
            busy = "bận, xin gửi chậm lại" if self.status == 429 else "đang trục trặc"
            raise SendError(f"{said}: bên đó {busy}. Đài sẽ gửi lại.", after_s=self.after_s)
        if 300 <= self.status < 400:
            raise SendError(f"{said}: địa chỉ chuyển sang nơi khác, đài không đi theo. Hãy sửa địa chỉ.", lasting=True)
        if self.status in {401, 403}:
            raise SendError(f"{said}: không nhận mã khóa này. Hãy lấy lại mã khóa rồi nhập lại.", lasting=True)
        if self.status in {404, 410}:
            raise SendError(f"{said}: không có nơi nhận này. Hãy kiểm tra địa chỉ và mã khóa.", lasting=True)
        raise SendError(f"{said}: không nhận tin này. Hãy kiểm tra các mục đã nhập.", lasting=True)


def post(address: Secret, body: bytes, headers: Mapping[str, str], *, who: str, ca_file: str = "") -> PostAnswer:
    """Send bytes to an address and return what is answered.

    Args:
        address: a `WebAddress` or `SecretAddress`.
        body: the message.
        headers: besides those of every request.
        who: the other side, at the beginning of a sentence.
        ca_file: the only authority that is believed; empty: those of this machine.

    Raises:
        SendError: there was no whole answer.
    """
    place = urlsplit(address.reveal())
    link = _link(place.scheme, place.hostname or "", place.port, ca_file)
    path = f"{place.path or '/'}{f'?{place.query}' if place.query else ''}"
    try:
        link.request("POST", path, body, {"User-Agent": f"loa-xa/{__version__}", **headers})
        answer = link.getresponse()
        said = answer.read(_MOST)
        if answer.length and len(said) < _MOST:
            raise http.client.IncompleteRead(said)
        return PostAnswer(answer.status, said, _seconds(answer.getheader("Retry-After", "")))
    except ssl.SSLCertVerificationError as error:
        raise SendError(
            f"{who}: chứng chỉ của máy chủ không đúng ({error.verify_message}), đài không gửi.", lasting=True
        ) from None
    except TimeoutError:
        raise SendError(f"{who} không trả lời trong {TIMEOUT_S:.0f} giây. Đài sẽ gửi lại.") from None
    except (OSError, http.client.HTTPException) as error:
        raise SendError(f"Không nối được hoặc bị đứt giữa chừng với {who}: {_reason(error)}. Đài sẽ gửi lại.") from None
    except (UnicodeError, ValueError):
        raise SendError(f"Địa chỉ hoặc mã khóa của {who} có ký tự không dùng được.", lasting=True) from None
    finally:
        link.close()


def _link(scheme: str, host: str, port: int | None, ca_file: str) -> http.client.HTTPConnection:
    if scheme != "https":
        return http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=trusted(ca_file))


def trusted(ca_file: str) -> ssl.SSLContext:
    """Whom TLS believes: one authority alone, or those of this machine where none is named.

    Raises:
        SendError: the file cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise SendError(f"Không đọc được tệp chứng chỉ {ca_file}: {_reason(error)}.", lasting=True) from None


def post_json(
    address: Secret, table: Mapping[str, Any], key: Secret | None = None, *, who: str, ca_file: str = ""
) -> PostAnswer:
    """Send a JSON object as `post` sends bytes, with a key where there is one."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if key:
        headers["Authorization"] = f"Bearer {key.reveal()}"
    body = json.dumps(table, ensure_ascii=False).encode("utf-8", "replace")
    return post(address, body, headers, who=who, ca_file=ca_file)


def strange(who: str) -> SendError:
    """What is said of an answer that is not of its kind, as a hotel's network gives one."""
    return SendError(
        f"{who} trả lời khác lệ thường, không chắc tin đã tới (mạng có đang đòi đăng nhập không?). Đài sẽ gửi lại."
    )


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def _seconds(text: str) -> float | None:
    """What `Retry-After` asks for; a date there is left to our own patience."""
    return min(float(text), _LONGEST_S) if text.isascii() and text.isdigit() else None
