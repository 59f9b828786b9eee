"""Bots of Telegram and Zalo: one shape, a token in the address and a JSON object with the chat and the text."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from broadcaster.alerting.places import HINT, several
from broadcaster.alerting.posting import PostAnswer, SealedAddress, post_json, strange
from broadcaster.plugins import PluginOptions
from broadcaster.secret import Address, Secret

_CHAT = r"^-?[A-Za-z0-9@._-]+$"


class BotOptions(PluginOptions):
    """Bot nhắn tin."""

    whither: ClassVar[frozenset[str]] = frozenset({"server"})

    token: Secret = Field(description="Mã khóa (token) của bot, do ứng dụng đưa khi tạo bot.")
    chat: str = Field(
        pattern=several(_CHAT), description=f"Mã cuộc trò chuyện (chat id) của người hoặc nhóm nhận. {HINT}"
    )


class TelegramOptions(BotOptions):
    """Bot Telegram nhắn cho một người hoặc một nhóm."""

    server: SealedAddress = Field(
        Address("https://api.telegram.org"), description="Máy chủ Bot API; chỉ đổi khi tự dựng máy chủ riêng (https)."
    )


class ZaloOptions(BotOptions):
    """Bot Zalo nhắn cho một người hoặc một nhóm."""

    server: SealedAddress = Field(
        Address("https://bot-api.zaloplatforms.com"), description="Máy chủ Zalo Bot; chỉ đổi khi Zalo dời địa chỉ."
    )


class _Bot:
    """Sends a text to a chat, in the way of both."""

    who: ClassVar[str]
    most: ClassVar[int]
    """Letters of one message."""

    def __init__(self, options: TelegramOptions | ZaloOptions) -> None:
        self._options = options
        self.where = f"{self.who} tới cuộc trò chuyện {options.chat}"

    def send(self, title: str, body: str) -> str:
        """Hand a message over.

        Raises:
            SendError: it was not taken.
        """
        option = self._options
        text = f"{title}\n{body}"
        text = text if len(text) <= self.most else f"{text[: self.most - 1]}…"
        address = Address(f"{option.server.reveal().rstrip('/')}/bot{option.token.reveal()}/sendMessage")
        answer = post_json(address, {"chat_id": option.chat, "text": text}, who=self.who)
        said = answer.table()
        if said.get("ok") is True and answer.status == 200:
            return f"mã {answer.status}"
        _refusal(answer).require_taken(self.who)
        raise strange(self.who)


class TelegramSender(_Bot):
    """A bot of Telegram."""

    Options: ClassVar[type[PluginOptions]] = TelegramOptions
    who, most = "Telegram", 4096


class ZaloSender(_Bot):
    """A bot of Zalo."""

    Options: ClassVar[type[PluginOptions]] = ZaloOptions
    who, most = "Zalo", 2000


def _refusal(answer: PostAnswer) -> PostAnswer:
    """The answer as the body tells it: there the code and the wait stand, whatever the status of the transfer is."""
    said = answer.table()
    code, more = said.get("error_code"), said.get("parameters")
    wait = more.get("retry_after") if isinstance(more, dict) else None
    return PostAnswer(
        code if type(code) is int and 400 <= code < 600 else answer.status,
        answer.body,
        float(wait) if type(wait) is int and 0 < wait < 86_400 else answer.after_s,
    )
