"""A webhook: the message as JSON to any address, for whatever the province or a handy person runs there."""

from __future__ import annotations

import json
from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from broadcaster.alerting.posting import WebAddress, post
from broadcaster.plugins import PluginOptions
from broadcaster.secret import Address, Secret


class WebhookOptions(PluginOptions):
    """Địa chỉ nhận tin của phần mềm khác (webhook): đài gửi JSON có title và body."""

    url: WebAddress = Field(description="Địa chỉ nhận, ví dụ https://tinh.example.vn/bao-tin.")
    token: Secret = Field(Secret(), description="Mã khóa gửi kèm (Authorization: Bearer); trống: không gửi.")
    ca_file: str = Field("", description="Tệp .pem của nơi cấp chứng chỉ, khi máy chủ dùng chứng chỉ riêng.")

    @field_validator("url")
    @classmethod
    def _given(cls, url: Address) -> Address:
        if not url:
            raise ValueError("phải có địa chỉ")
        return url


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
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if self._options.token:
            headers["Authorization"] = f"Bearer {self._options.token.reveal()}"
        text = json.dumps({"title": title, "body": body}, ensure_ascii=False).encode()
        answer = post(self._options.url, text, headers, who="Nơi nhận webhook", ca_file=self._options.ca_file)
        answer.require_taken("Nơi nhận webhook")
        return f"mã {answer.status}"
