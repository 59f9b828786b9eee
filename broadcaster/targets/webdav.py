"""A folder of a WebDAV server, as Nextcloud and most network disks offer one."""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

import httpx
from pydantic import Field, field_validator
from webdav4.client import Client, ClientError, HTTPError, InsufficientStorage, ResourceAlreadyExists, ResourceNotFound

from broadcaster.plugins import PluginOptions
from broadcaster.secret import Secret
from broadcaster.targets.refusing import HinderedError, Hindrance, hindered, trusted
from broadcaster.targets.target import TargetError

_SECONDS: Final = 60.0
"""For each word of the other side."""
_PART: Final = "dang-chep.part"


class WebdavOptions(PluginOptions):
    """Thư mục WebDAV (Nextcloud, ổ mạng)."""

    whither: ClassVar[frozenset[str]] = frozenset({"url", "user"})

    url: str = Field(description="Địa chỉ thư mục, ví dụ https://may.example.vn/remote.php/dav/files/loa.")
    user: str = Field("", description="Tài khoản.")
    password: Secret = Field(Secret(), description="Mật khẩu, tốt nhất là mật khẩu riêng cho ứng dụng.")
    ca_file: str = Field("", description="Tệp .pem của nơi cấp chứng chỉ, khi máy chủ dùng chứng chỉ riêng.")
    folder: str = Field("loa-xa", min_length=1, description="Thư mục ở đó; đài tự tạo.")

    @field_validator("url")
    @classmethod
    def _web(cls, url: str) -> str:
        if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ValueError("phải bắt đầu bằng https://; http thường để lộ mật khẩu")
        return url


class WebdavTarget:
    """Copies on a WebDAV server whose certificate holds."""

    Options: ClassVar[type[PluginOptions]] = WebdavOptions

    def __init__(self, options: WebdavOptions) -> None:
        self._options = options
        self.where = f"WebDAV {httpx.URL(options.url).host}"

    @contextmanager
    def opened(self) -> Iterator[WebdavShelf]:
        """Make ready to ask; the first question tells whether it answers.

        Raises:
            TargetError: the file of the authority cannot be read.
        """
        said = self._options
        with httpx.Client(
            base_url=said.url,
            auth=(said.user, said.password.reveal()) if said.user else None,
            verify=trusted(said.ca_file),
            timeout=_SECONDS,
            trust_env=False,
        ) as wire:
            yield WebdavShelf(Client(said.url, http_client=wire, retry=False), said.folder, self.where)


class WebdavShelf:
    """The files below a folder of the server."""

    def __init__(self, client: Client, root: str, where: str) -> None:
        self._client, self._root, self._where = client, root, where

    def listed(self, folder: str) -> dict[str, int]:
        """The size of each file below a folder."""
        with _told(self._where):
            return dict(self._below(folder))

    def _below(self, folder: str) -> Iterator[tuple[str, int]]:
        try:
            found = self._client.ls(f"{self._root}/{folder}", detail=True)
        except ResourceNotFound:
            return
        for one in found:
            facts = one if isinstance(one, dict) else {}
            name = f"{folder}/{posixpath.basename(str(facts['name']).rstrip('/'))}"
            if facts["type"] == "directory":
                yield from self._below(name)
            else:
                yield name, int(facts["content_length"] or 0)

    def put(self, source: Path, name: str) -> None:
        """Send a file beside its name, and give it the name when the server has all of it."""
        partial, target = f"{self._root}/{_PART}", f"{self._root}/{name}"
        with _told(self._where):
            self._make(posixpath.dirname(target))
            self._client.upload_file(source, partial, overwrite=True)
            if self._client.content_length(partial) != source.stat().st_size:
                raise HinderedError(self._where, Hindrance.PARTLY)
            self._client.move(partial, target, overwrite=True)

    def get(self, name: str, to: Path) -> None:
        """Fetch a file."""
        with _told(self._where):
            self._client.download_file(f"{self._root}/{name}", to)

    def remove(self, name: str) -> None:
        """Remove a file."""
        with _told(self._where), contextlib.suppress(ResourceNotFound):
            self._client.remove(f"{self._root}/{name}")

    def _make(self, folder: str) -> None:
        """Make a folder and those above it."""
        if self._client.exists(folder):
            return
        if above := posixpath.dirname(folder):
            self._make(above)
        with contextlib.suppress(ResourceAlreadyExists):
            self._client.mkdir(folder)


@contextmanager
def _told(where: str) -> Iterator[None]:
    try:
        yield
    except TargetError:
        raise
    except InsufficientStorage:
        raise HinderedError(where, Hindrance.FULL) from None
    except ResourceNotFound:
        raise HinderedError(where, Hindrance.MISSING) from None
    except HTTPError as error:
        raise _refused(where, error.status_code) from None
    except httpx.HTTPStatusError as error:
        raise _refused(where, error.response.status_code) from None
    except (ClientError, httpx.HTTPError, OSError) as error:
        told = hindered(where, error)
        if told.hindrance is Hindrance.OTHER and isinstance(error, httpx.TransportError):
            told = HinderedError(where, Hindrance.CUT)
        raise told from None


_ANSWERS: Final = {
    Hindrance.SIGN_IN: {401, 407},
    Hindrance.READ_ONLY: {403, 405, 423},
    Hindrance.MISSING: {404, 409, 410},
    Hindrance.FULL: {413, 507},
    Hindrance.SLOW: {408, 429, 503, 504},
}


def _refused(where: str, status: int) -> HinderedError:
    found = next((hindrance for hindrance, numbers in _ANSWERS.items() if status in numbers), Hindrance.OTHER)
    return HinderedError(where, found, f"mã {status}")
