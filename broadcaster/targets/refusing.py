"""What stands in the way of a copy: each kind told in one sentence that says what to do, the same for every place."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from enum import Enum
from http.client import IncompleteRead
from pathlib import Path
from typing import Final

from broadcaster.disks import FULL, reason
from broadcaster.targets.target import TargetError


class Hindrance(Enum):
    """What stands in the way. Its value, behind the name of the place, says so and what to do."""

    FULL = "đã đầy nên không chép thêm được. Hãy xóa bớt tệp khác ở đó, hoặc dùng ổ lớn hơn."
    READ_ONLY = "không cho ghi vào thư mục này. Hãy xin quyền ghi cho tài khoản của đài, hoặc mở khóa ghi của ổ."
    SIGN_IN = "không nhận tài khoản, mật khẩu hoặc khóa này. Hãy nhập lại ở trang Sao lưu nơi khác."
    CERTIFICATE = (
        "trình chứng chỉ mà máy này không tin, nên đài không gửi gì. Máy chủ dùng chứng chỉ riêng thì ghi tệp .pem của "
        "nơi cấp vào ca_file; không thì hỏi người quản lý máy chủ: chứng chỉ hết hạn, sai tên, hoặc có kẻ đứng giữa."
    )
    NO_TLS = "không nói chuyện mã hóa (TLS) ở cổng này, nên đài không gửi gì. Hãy kiểm tra địa chỉ và cổng."
    CLOCK = "từ chối vì đồng hồ máy này lệch với đồng hồ của nó. Hãy chỉnh lại giờ của máy đài rồi chép lại."
    UNREACHED = "không tới được. Hãy xem máy ấy có bật không, mạng có thông không, tên và cổng có đúng không."
    SLOW = "trả lời quá chậm nên đài đã thôi đợi. Bản đang có ở đó vẫn nguyên; đài tự thử lại, hãy xem đường mạng."
    CUT = "đứt kết nối giữa chừng. Bản đang có ở đó vẫn nguyên; đài tự thử lại, hãy xem đường mạng."
    MISSING = "không có kho hay thư mục đã ghi. Hãy tạo trước ở đó, hoặc sửa tên ở trang Sao lưu nơi khác."
    PARTLY = "chỉ giữ một phần tệp vừa gửi: thường là ổ ở đó đã đầy. Hãy xóa bớt tệp khác ở đó rồi chép lại."
    UNSAID = "không làm được mà không nói vì sao: thường là ổ ở đó đã đầy. Hãy xem lại ổ ấy rồi chép lại."
    OTHER = "không làm được. Hãy thử lại sau; vẫn vậy thì đọc câu này cho người quản lý máy ấy."


class HinderedError(TargetError):
    """Raised when a place does not take or give a copy; `hindrance` tells programs what the sentence tells people."""

    def __init__(self, where: str, hindrance: Hindrance, detail: str = "", *, field: str = "") -> None:
        super().__init__(f"{where} {hindrance.value}{f' ({detail})' if detail else ''}", field=field or ())
        self.hindrance = hindrance


_RIGHTS: Final = {errno.EROFS, errno.EACCES, errno.EPERM}
_AWAY: Final = {errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH}
_BROKEN: Final = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED}


def hindered(where: str, error: BaseException) -> HinderedError:
    """What a library met, however deep it wrapped it."""
    chain = list(_chain(error))
    found = next((h for one in chain if (h := _of(one)) is not None), None)
    if found is not None:
        return HinderedError(where, found)
    system = next((one for one in chain if isinstance(one, OSError) and one.errno), None)
    return HinderedError(where, Hindrance.OTHER, reason(system) if system else str(error) or type(error).__name__)


def _of(error: BaseException) -> Hindrance | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Hindrance.CERTIFICATE
    if isinstance(error, ssl.SSLEOFError):
        return Hindrance.CUT
    if isinstance(error, ssl.SSLError):
        return Hindrance.NO_TLS
    if isinstance(error, TimeoutError):
        return Hindrance.SLOW
    if isinstance(error, socket.gaierror):
        return Hindrance.UNREACHED
    if isinstance(error, EOFError | IncompleteRead | ConnectionResetError | BrokenPipeError):
        return Hindrance.CUT
    if isinstance(error, OSError):
        for numbers, hindrance in (
            (FULL, Hindrance.FULL),
            (_RIGHTS, Hindrance.READ_ONLY),
            (_AWAY, Hindrance.UNREACHED),
            (_BROKEN, Hindrance.CUT),
        ):
            if error.errno in numbers:
                return hindrance
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that led to it: what caused it, what it was raised in, what it carries within."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        several = getattr(one, "errors", None)
        within = [getattr(one, "reason", None), *one.args, *(several.values() if isinstance(several, dict) else ())]
        waiting += [one.__cause__, one.__context__, *(w for w in within if isinstance(w, BaseException))]


def trusted(ca_file: str) -> ssl.SSLContext:
    """Whom TLS trusts: the authorities of this machine, or the one of a file alone.

    Raises:
        TargetError: the file cannot be read, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except ssl.SSLError:
        words = f"Tệp {ca_file} không phải chứng chỉ dạng .pem. Hãy xin lại tệp của nơi cấp chứng chỉ."
    except OSError as error:
        words = f"Không đọc được tệp chứng chỉ {ca_file} ({reason(error)}). Tài khoản chạy đài phải đọc được tệp ấy."
    raise TargetError(words, field="ca_file")


def require_readable(key_file: str) -> None:
    """Make sure that a file of a key can be read by this account.

    Raises:
        TargetError: it cannot.
    """
    try:
        with Path(key_file).expanduser().open("rb"):
            return
    except OSError as error:
        words = f"Không đọc được tệp khóa {key_file} ({reason(error)}). Tài khoản chạy đài phải đọc được tệp ấy."
    raise TargetError(words, field="key_file")
