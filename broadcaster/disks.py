"""What the operating system refused, in words: the disk, a right, an address; never guessed to be a sound."""

from __future__ import annotations

import errno
from typing import Final

from broadcaster.errors import StationError

FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
_REASONS: Final = {
    errno.EROFS: "ổ đĩa chỉ cho đọc",
    errno.EACCES: "không có quyền",
    errno.EPERM: "không có quyền",
    errno.EIO: "ổ đĩa bị lỗi",
    errno.ENOENT: "không có tệp hoặc thư mục này",
    errno.ENOTDIR: "không có thư mục này",
    errno.EISDIR: "là thư mục, không phải tệp",
    errno.EEXIST: "đã có",
    errno.ENOTEMPTY: "thư mục không trống",
    errno.ENAMETOOLONG: "tên quá dài",
    errno.EMFILE: "máy mở quá nhiều tệp",
    errno.ENOMEM: "máy hết bộ nhớ",
    errno.EADDRINUSE: "cổng đang có chương trình khác dùng",
    errno.EADDRNOTAVAIL: "máy này không có địa chỉ đó",
    errno.ECONNREFUSED: "máy kia không nhận kết nối",
    errno.ECONNRESET: "kết nối bị cắt",
    errno.ENETUNREACH: "không có mạng",
    errno.EHOSTUNREACH: "không tới được máy kia",
    errno.ETIMEDOUT: "chờ quá lâu",
    errno.EPIPE: "bên nhận đã đóng",
}


class DiskError(StationError):
    """Raised when the operating system refuses a file, a folder or an address."""

    code = "disk"


def reason(error: OSError) -> str:
    """Why the system refused, in a few words."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))


def refused(error: OSError, where: str = "") -> DiskError:
    """What to tell a person; `where` is named unless the error names its own file."""
    place = str(error.filename or where)
    if error.errno in FULL:
        return DiskError("Ổ đĩa đã đầy nên không ghi được. Hãy xóa bớt tệp rồi làm lại.", code="disk-full", field=place)
    if error.filename is not None:
        return DiskError(
            f"Không đọc hoặc ghi được ({reason(error)}). Hãy kiểm tra ổ đĩa và quyền ghi vào thư mục.", field=place
        )
    return DiskError(f"Máy không cho làm việc này ({reason(error)}).", field=place)
