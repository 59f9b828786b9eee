"""Any other service that the library apprise knows, by the address that its documentation gives for it.

The only module that loads apprise: it is large, and stays in the process that sends one message and ends.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import Any, ClassVar

from pydantic import Field

from broadcaster.alerting.sender import SendError
from broadcaster.plugins import PluginOptions
from broadcaster.secret import Secret


class AppriseOptions(PluginOptions):
    """Dịch vụ khác trong 180 dịch vụ mà thư viện apprise biết (cần gói loa-xa[alerts])."""

    url: Secret = Field(description="Địa chỉ theo kiểu của apprise, ví dụ discord://… (xem tài liệu của apprise).")


class AppriseSender:
    """Hands a message to apprise."""

    Options: ClassVar[type[PluginOptions]] = AppriseOptions

    def __init__(self, options: AppriseOptions) -> None:
        self._options = options
        scheme = options.url.reveal().partition("://")[0]
        self.where = f"apprise ({scheme if scheme.isalnum() else 'địa chỉ sai'})"

    def send(self, title: str, body: str) -> str:
        """Hand a message over.

        Raises:
            SendError: it was not taken, or the library is missing.
        """
        if find_spec("apprise") is None:
            raise SendError("Thiếu thư viện apprise. Hãy cài: loa-xa[alerts].", lasting=True)
        import apprise  # noqa: PLC0415 - 57 MB, for whoever uses it

        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines may repeat the address
        service: Any = apprise.Apprise(asset=apprise.AppriseAsset(http_redirects=False, async_mode=False))
        if not service.add(self._options.url.reveal()):
            raise SendError("apprise không hiểu địa chỉ này. Hãy xem tài liệu của dịch vụ ấy.", lasting=True)
        if not service.notify(title=title, body=body):
            raise SendError("Dịch vụ không nhận tin qua apprise (địa chỉ, mã khóa sai, hoặc mạng đứt). Đài sẽ gửi lại.")
        return "dịch vụ đã nhận"
