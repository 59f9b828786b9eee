"""TLS to a server of sound: always verified, chain and name; what is wrong is a Vietnamese sentence with its remedy."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path
from socket import socket
from typing import Final

from broadcaster.errors import AirError

_UNTRUSTED: Final = {18, 19, 20, 21}
"""Codes of OpenSSL (X509_V_ERR_...): self-signed, or signed by nobody that is trusted here."""
_EXPIRED: Final = 10
_NOT_YET: Final = 9
_OTHER_NAME: Final = {62, 64}
_SOON: Final = dt.timedelta(days=21)


def wrapped(link: socket, host: str, ca_file: str) -> ssl.SSLSocket:
    """The verified connection over `link`, which is closed when it cannot be had.

    Args:
        link: connected, with a time limit.
        host: the name or address that the certificate must bear.
        ca_file: a PEM file with who is trusted, and nobody else is; empty: whom this machine trusts.

    Raises:
        AirError: the file cannot be used, the certificate is not to be trusted, or nobody speaks TLS there.
    """
    try:
        return _context(ca_file).wrap_socket(link, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        link.close()
        raise AirError(_distrust(error, host, ca_file), code="certificate") from None
    except OSError as error:  # ssl.SSLError is one
        link.close()
        slow = isinstance(error, TimeoutError)
        raise AirError(
            f"Máy chủ {host} {'không trả lời' if slow else 'không nói'} TLS ở cổng này. Hãy ghi đúng cổng có TLS của "
            "máy chủ; nếu máy chủ không có TLS và nằm trong mạng nội bộ thì bỏ tls.",
            code="no-tls",
        ) from None
    except AirError:
        link.close()
        raise


def for_ffmpeg(ca_file: str) -> list[str]:
    """The input options with which ffmpeg trusts the same, whatever library it was built with."""
    known = ca_file or ssl.get_default_verify_paths().cafile
    return ["-tls_verify", "1", *(["-ca_file", known] if known else [])]


def ends_soon(link: ssl.SSLSocket, now: dt.datetime) -> str:
    """A sentence when the server's certificate ends within three weeks; empty otherwise."""
    ends = dict(link.getpeercert() or {}).get("notAfter")
    if not isinstance(ends, str):
        return ""
    at = dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), dt.UTC)
    if at - now > _SOON:
        return ""
    return f"Chứng thư của máy chủ hết hạn ngày {at:%d/%m/%Y}; hãy gia hạn trước ngày đó, kẻo loa mất tiếng."


def _context(ca_file: str) -> ssl.SSLContext:
    if not ca_file:
        return ssl.create_default_context()
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        why = "không phải chứng thư dạng PEM" if isinstance(error, ssl.SSLError) else error.strerror
        raise AirError(
            f"Không dùng được tệp chứng thư {Path(ca_file)} ghi ở ca_file: {why}. Hãy chép lại tệp .pem từ máy chủ.",
            code="ca-file",
        ) from None
    # Python 3.13 asks self-made certificates for extensions that older tools leave out. Who is trusted is not widened.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _distrust(error: ssl.SSLCertVerificationError, host: str, ca_file: str) -> str:
    if error.verify_code in _OTHER_NAME:
        return (
            f"Chứng thư của máy chủ không mang tên “{host}”. Hãy ghi vào host đúng tên có trong chứng thư, hoặc làm "
            "chứng thư mang tên này (subjectAltName)."
        )
    if error.verify_code == _EXPIRED:
        return (
            f"Chứng thư của máy chủ {host} đã hết hạn. Hãy gia hạn trên máy chủ, và xem đồng hồ máy này có đúng không."
        )
    if error.verify_code == _NOT_YET:
        return f"Chứng thư của máy chủ {host} chưa đến ngày hiệu lực. Hãy xem đồng hồ máy này có đúng không."
    if error.verify_code in _UNTRUSTED and ca_file:
        return (
            f"Chứng thư của máy chủ {host} không do tệp {Path(ca_file)} ghi ở ca_file bảo đảm. Nếu máy chủ vừa đổi "
            "chứng thư, hãy chép tệp mới về; nếu không, có thể ai đó đang chen vào đường truyền."
        )
    if error.verify_code in _UNTRUSTED:
        return (
            f"Chứng thư của máy chủ {host} là tự làm hoặc do nơi máy này không biết cấp, nên không gửi gì tới đó. "
            "Hãy lấy tệp chứng thư (.pem) từ chính người quản máy chủ, chép về máy này và ghi đường dẫn vào ca_file."
        )
    return f"Chứng thư của máy chủ {host} không hợp lệ ({error.verify_message}). Hãy báo người quản máy chủ."
