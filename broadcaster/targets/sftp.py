"""An account on another machine over SFTP, whose key a person has compared once and written down."""

from __future__ import annotations

import contextlib
import posixpath
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

import paramiko
from pydantic import Field, field_validator

from broadcaster.plugins import PluginOptions
from broadcaster.secret import Secret
from broadcaster.targets.refusing import HinderedError, Hindrance, hindered, require_readable
from broadcaster.targets.target import StrangerError, TargetError

_SECONDS: Final = 30.0
"""For each word of the other side."""
_PART: Final = "dang-chep.part"


class SftpOptions(PluginOptions):
    """Tài khoản SFTP (SSH) ở máy khác."""

    whither: ClassVar[frozenset[str]] = frozenset({"host", "port", "user"})

    host: str = Field(min_length=1, description="Tên hoặc địa chỉ máy.")
    port: int = Field(22, ge=1, le=65535, description="Cổng.")
    user: str = Field(min_length=1, description="Tài khoản.")
    password: Secret = Field(Secret(), description="Mật khẩu; trống: dùng key_file.")
    key_file: str = Field("", description="Tệp khóa riêng SSH không mật khẩu.")
    host_key: str = Field(
        "",
        description="Dấu khóa máy chủ (SHA256:…), đã đối chiếu; trống: đài báo dấu đang thấy và không chép.",
    )
    folder: str = Field("loa-xa", min_length=1, description="Thư mục ở máy ấy; đài tự tạo.")

    @field_validator("host_key")
    @classmethod
    def _fingerprint(cls, host_key: str) -> str:
        if host_key and not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}", host_key):
            raise ValueError("phải có dạng SHA256: rồi 43 ký tự, như lệnh ssh-keygen -lf in ra; hoặc để trống")
        return host_key


class SftpTarget:
    """Copies on another machine. A key that was not written down, or another one, is never talked to."""

    Options: ClassVar[type[PluginOptions]] = SftpOptions

    def __init__(self, options: SftpOptions) -> None:
        self._options = options
        self.where = f"SFTP {options.user}@{options.host}"

    @contextmanager
    def opened(self) -> Iterator[SftpShelf]:
        """Connect, compare the key of the machine, and sign in.

        Raises:
            TargetError: it does not answer, its key is not the one that was written down, or it refuses.
        """
        said = self._options
        if said.key_file:
            require_readable(said.key_file)
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(_Compared(said.host_key, said.host))
        try:
            with _told(self.where):
                client.connect(
                    said.host,
                    said.port,
                    said.user,
                    said.password.reveal() or None,
                    key_filename=str(Path(said.key_file).expanduser()) if said.key_file else None,
                    timeout=_SECONDS,
                    banner_timeout=_SECONDS,
                    auth_timeout=_SECONDS,
                    channel_timeout=_SECONDS,
                    allow_agent=False,
                    look_for_keys=False,
                )
                channel = client.open_sftp()
                if (wire := channel.get_channel()) is not None:
                    wire.settimeout(_SECONDS)
            yield SftpShelf(channel, said.folder, self.where)
        finally:
            client.close()


class SftpShelf:
    """The files below a folder of the other machine."""

    def __init__(self, channel: paramiko.SFTPClient, root: str, where: str) -> None:
        self._channel, self._root, self._where = channel, root, where

    def listed(self, folder: str) -> dict[str, int]:
        """The size of each file below a folder."""
        with _told(self._where):
            return dict(self._below(folder))

    def _below(self, folder: str) -> Iterator[tuple[str, int]]:
        try:
            found = self._channel.listdir_attr(f"{self._root}/{folder}")
        except FileNotFoundError:
            return
        for one in found:
            name = f"{folder}/{one.filename}"
            if stat.S_ISDIR(one.st_mode or 0):
                yield from self._below(name)
            else:
                yield name, one.st_size or 0

    def put(self, source: Path, name: str) -> None:
        """Send a file beside its name, and give it the name when the other side has all of it."""
        partial, target = f"{self._root}/{_PART}", f"{self._root}/{name}"
        with _told(self._where):
            self._make(posixpath.dirname(target))
            self._channel.put(str(source), partial, confirm=False)
            if self._channel.stat(partial).st_size != source.stat().st_size:
                raise HinderedError(self._where, Hindrance.PARTLY)
            self._channel.posix_rename(partial, target)

    def get(self, name: str, to: Path) -> None:
        """Fetch a file."""
        with _told(self._where):
            self._channel.get(f"{self._root}/{name}", str(to))

    def remove(self, name: str) -> None:
        """Remove a file."""
        with _told(self._where), contextlib.suppress(FileNotFoundError):
            self._channel.remove(f"{self._root}/{name}")

    def _make(self, folder: str) -> None:
        """Make a folder and those above it."""
        with contextlib.suppress(FileNotFoundError):
            self._channel.stat(folder)
            return
        if above := posixpath.dirname(folder):
            self._make(above)
        self._channel.mkdir(folder)


class _Compared(paramiko.MissingHostKeyPolicy):
    """Asks of every key whether it is the one that a person wrote down."""

    def __init__(self, wanted: str, host: str) -> None:
        self._wanted, self._host = wanted.strip(), host

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        del client, hostname
        if self._wanted == key.fingerprint:
            return
        other = bool(self._wanted)
        raise StrangerError(
            f"Máy {self._host} trình khóa {key.fingerprint}, KHÁC dấu đã ghi. Có thể máy ấy vừa cài lại, hoặc có kẻ "
            "đứng giữa. Đài không gửi gì: hãy gọi người quản lý máy ấy, bảo họ đọc dấu bằng lệnh ssh-keygen -lf, đừng "
            "đổi dấu khi chưa hỏi."
            if other
            else f"Lần đầu gặp máy {self._host}: nó trình khóa {key.fingerprint}. Hãy gọi người quản lý máy ấy, bảo họ "
            "đọc dấu bằng lệnh ssh-keygen -lf; trùng từng chữ thì xác nhận ở trang Sao lưu nơi khác. Chưa gửi gì đi.",
            shown=key.fingerprint,
            other=other,
            field="host_key",
        )


@contextmanager
def _told(where: str) -> Iterator[None]:
    try:
        yield
    except TargetError:
        raise
    except paramiko.PasswordRequiredException:
        raise TargetError(
            f"{where}: tệp khóa có mật khẩu nên đài không tự dùng được. Hãy dùng tệp khóa không mật khẩu.",
            field="key_file",
        ) from None
    except paramiko.AuthenticationException:
        raise HinderedError(where, Hindrance.SIGN_IN) from None
    except (OSError, EOFError, paramiko.SSHException) as error:
        told = hindered(where, error)
        if told.hindrance is Hindrance.OTHER and isinstance(error, paramiko.SSHException):
            told = HinderedError(where, Hindrance.CUT)
        elif told.hindrance is Hindrance.OTHER and isinstance(error, OSError) and not error.errno:
            told = HinderedError(where, Hindrance.UNSAID)  # the protocol has one word for all that is not a right
        raise told from None
