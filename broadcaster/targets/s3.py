"""A bucket of any S3 service: of a provider, or MinIO and Garage on a machine of the province."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from pydantic import Field

from broadcaster.plugins import PluginOptions
from broadcaster.secret import Secret
from broadcaster.targets.refusing import HinderedError, Hindrance, hindered, trusted
from broadcaster.targets.target import TargetError

_SECONDS: Final = 60.0
"""For each word of the other side."""
_CODES: Final = {
    Hindrance.SIGN_IN: {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"},
    Hindrance.READ_ONLY: {"AccessDenied", "AllAccessDisabled", "MethodNotAllowed", "ObjectLockedByBucketPolicy"},
    Hindrance.CLOCK: {"RequestTimeTooSkewed", "RequestExpired"},
    Hindrance.MISSING: {"NoSuchBucket"},
    Hindrance.FULL: {"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"},
    Hindrance.SLOW: {"SlowDown", "RequestTimeout", "ServiceUnavailable"},
}
"""What the services of various makers say."""


class S3Options(PluginOptions):
    """Kho S3 (nhà cung cấp, hoặc MinIO của tỉnh)."""

    whither: ClassVar[frozenset[str]] = frozenset({"endpoint", "plain_http"})

    endpoint: str = Field(min_length=1, description="Máy chủ, không có https://, ví dụ s3.tinh.example.vn.")
    bucket: str = Field(min_length=3, description="Tên kho (bucket); phải có sẵn.")
    access_key: Secret = Field(description="Mã khóa.")
    secret_key: Secret = Field(description="Khóa bí mật.")
    region: str = Field("us-east-1", description="Vùng.")
    folder: str = Field("loa-xa", min_length=1, description="Đầu tên của các tệp trong kho.")
    ca_file: str = Field("", description="Tệp .pem của nơi cấp chứng chỉ, khi máy chủ dùng chứng chỉ riêng.")
    plain_http: bool = Field(False, description="Nói http thường; chỉ trong mạng nội bộ. Bản sao lưu vẫn niêm phong.")


class S3Target:
    """Copies in a bucket; the secret key signs each request and never leaves this machine."""

    Options: ClassVar[type[PluginOptions]] = S3Options

    def __init__(self, options: S3Options) -> None:
        self._options = options
        self.where = f"S3 {options.endpoint}/{options.bucket}"

    @contextmanager
    def opened(self) -> Iterator[S3Shelf]:
        """Make ready to ask; the first question tells whether it answers.

        Raises:
            TargetError: the file of the authority cannot be read.
        """
        said = self._options
        wire = urllib3.PoolManager(
            timeout=_SECONDS,
            retries=urllib3.Retry(total=3, backoff_factor=0.5, status_forcelist=[502, 503, 504]),
            ssl_context=trusted(said.ca_file),
        )
        client = Minio(
            said.endpoint,
            access_key=said.access_key.reveal(),
            secret_key=said.secret_key.reveal(),
            secure=not said.plain_http,
            region=said.region,
            http_client=wire,
        )
        try:
            yield S3Shelf(client, said.bucket, said.folder, self.where)
        finally:
            wire.clear()


class S3Shelf:
    """The objects of a bucket below a name; an object is there whole or not at all, the service sees to it."""

    def __init__(self, client: Minio, bucket: str, root: str, where: str) -> None:
        self._client, self._bucket, self._root, self._where = client, bucket, root, where

    def listed(self, folder: str) -> dict[str, int]:
        """The size of each object below a folder."""
        with _told(self._where):
            found = self._client.list_objects(self._bucket, prefix=f"{self._root}/{folder}/", recursive=True)
            return {str(one.object_name).removeprefix(f"{self._root}/"): one.size or 0 for one in found}

    def put(self, source: Path, name: str) -> None:
        """Send a file."""
        with _told(self._where):
            self._client.fput_object(self._bucket, f"{self._root}/{name}", str(source))

    def get(self, name: str, to: Path) -> None:
        """Fetch a file."""
        with _told(self._where):
            self._client.fget_object(self._bucket, f"{self._root}/{name}", str(to))

    def remove(self, name: str) -> None:
        """Remove an object."""
        with _told(self._where):
            self._client.remove_object(self._bucket, f"{self._root}/{name}")


@contextmanager
def _told(where: str) -> Iterator[None]:
    try:
        yield
    except TargetError:
        raise
    except S3Error as error:
        found = next((hindrance for hindrance, codes in _CODES.items() if error.code in codes), Hindrance.OTHER)
        raise HinderedError(where, found, str(error.code)) from None
    except (MinioException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        told = hindered(where, error)
        if told.hindrance is Hindrance.OTHER and isinstance(error, urllib3.exceptions.ProtocolError):
            told = HinderedError(where, Hindrance.CUT)
        raise told from None
