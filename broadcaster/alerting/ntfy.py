"""A message to the phones that follow a topic of an ntfy server."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from broadcaster.alerting.posting import SealedAddress, post_json, strange
from broadcaster.plugins import PluginOptions
from broadcaster.secret import Address, Secret

_WHO = "Máy chủ ntfy"


class NtfyOptions(PluginOptions):
    """Ứng dụng ntfy trên điện thoại, theo dõi một chủ đề; ai biết tên chủ đề đều đọc được."""

    whither: ClassVar[frozenset[str]] = frozenset({"server"})

    server: SealedAddress = Field(Address("https://ntfy.sh"), description="Máy chủ ntfy (https).")
    topic: Secret = Field(description="Tên chủ đề, đặt dài và khó đoán, ví dụ loa-xa-mau-7f3k9q.")
    token: Secret = Field(Secret(), description="Mã khóa, khi máy chủ bắt đăng nhập; trống: không gửi.")

    @field_validator("topic")
    @classmethod
    def _plain(cls, topic: Secret) -> Secret:
        word = topic.reveal()
        if not (1 <= len(word) <= 64 and word.isascii() and word.replace("-", "").replace("_", "").isalnum()):
            raise ValueError("chỉ gồm chữ không dấu, số, gạch nối, dài không quá 64 ký tự")
        return topic


class NtfySender:
    """Publishes to a topic."""

    Options: ClassVar[type[PluginOptions]] = NtfyOptions

    def __init__(self, options: NtfyOptions) -> None:
        self._options = options
        self.where = f"ntfy qua {urlsplit(options.server.reveal()).hostname}"

    def send(self, title: str, body: str) -> str:
        """Hand a message over.

        Raises:
            SendError: it was not taken.
        """
        option = self._options
        table = {"topic": option.topic.reveal(), "title": title, "message": body}
        answer = post_json(option.server, table, option.token, who=_WHO)
        answer.require_taken(_WHO)
        if "id" not in answer.table():
            raise strange(_WHO)
        return f"mã {answer.status}"
