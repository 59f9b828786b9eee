"""A webhook: the message as JSON to any address, for whatever the province or a handy person runs there."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from broadcaster.alerting.posting import SecretAddress, post_json, sealed
from broadcaster.plugins import PluginOptions
from broadcaster.secret import Secret

_WHO = "Nơi nhận webhook"


class WebhookOptions(PluginOptions):
    """Địa chỉ nhận tin của phần mềm khác (webhook): đài gửi JSON có title và body."""

    whither: ClassVar[frozenset[str]] = frozenset({"url"})

    url: SecretAddress = Field(
        description="Địa chỉ nhận, ví dụ https://tinh.example.vn/bao-tin; giữ kín vì ai biết nó đều gửi được."
    )
    token: Secret = Field(Secret(), description="Mã khóa gửi kèm (Authorization: Bearer); trống: không gửi.")
    ca_file: str = Field("", description="Tệp .pem của nơi cấp chứng chỉ, khi máy chủ dùng chứng chỉ riêng.")

    @model_validator(mode="after")
    def _whole(self) -> WebhookOptions:
        if not self.url:
            raise ValueError("phải có địa chỉ nhận (url)")
        if self.token:
            sealed(self.url)
        return self


class WebhookSender:
    """Posts to an address."""

    Options: ClassVar[type[PluginOptions]] = WebhookOptions

    def __init__(self, options: WebhookOptions) -> None:
        self._options = options
        self.where = f"webhook tới {urlsplit(options.url.reveal()).hostname}"

    def send(self, title: str, body: str) -> str:
        """Hand a message over.

        Raises:
            SendError: it was not taken.
        """
        option, table = self._options, {"title": title, "body": body}
        answer = post_json(option.url, table, option.token, who=_WHO, ca_file=option.ca_file)
        answer.require_taken(_WHO)
        return f"mã {answer.status}"
