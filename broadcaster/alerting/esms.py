"""An SMS through the gateway eSMS of Vietnam, by its public JSON interface."""

from __future__ import annotations

from typing import ClassVar, Final

from pydantic import Field

from broadcaster.alerting import sms_text
from broadcaster.alerting.places import HINT, several
from broadcaster.alerting.posting import SealedAddress, post_json, strange
from broadcaster.alerting.sender import SendError
from broadcaster.plugins import PluginOptions
from broadcaster.secret import Address, Secret

_WHO: Final = "Cổng tin nhắn eSMS"
PHONE: Final = r"^\+?[0-9]{8,15}$"
_TAKEN: Final = "100"
_WORDS: Final = {
    "99": "số điện thoại này bị chặn ở đó",
    "101": "ApiKey hoặc SecretKey sai",
    "102": "tài khoản chưa có bảng giá",
    "103": "tài khoản hết tiền, hãy nạp thêm",
    "104": "tên thương hiệu (brandname) chưa đăng ký",
    "108": "số điện thoại sai",
    "118": "tài khoản không được gửi loại tin này",
    "140": "địa chỉ mạng của đài chưa được cho phép ở đó",
    "146": "nội dung không khớp mẫu đã đăng ký; bỏ trống brandname để gửi từ số cố định",
    "177": "nhà mạng của số này chưa đăng ký",
}
"""What its public table of codes calls lasting."""


class EsmsOptions(PluginOptions):
    """Tin nhắn SMS qua cổng eSMS (mất tiền theo tin)."""

    whither: ClassVar[frozenset[str]] = frozenset({"server"})

    phone: str = Field(pattern=several(PHONE), description=f"Số điện thoại nhận, ví dụ 0912345678. {HINT}")
    api_key: Secret = Field(description="ApiKey của tài khoản eSMS.")
    secret_key: Secret = Field(description="SecretKey của tài khoản eSMS.")
    brandname: str = Field(
        "", description="Tên thương hiệu đã đăng ký (tin chăm sóc, phải theo mẫu); trống: gửi từ số cố định của eSMS."
    )
    diacritics: bool = Field(False, description="Giữ dấu tiếng Việt: mỗi tin 70 chữ thay vì 160, đắt hơn.")
    parts: int = Field(1, ge=1, le=4, description="Tin dài nhất bằng mấy tin thường; dài hơn thì cắt.")
    server: SealedAddress = Field(
        Address("https://rest.esms.vn/MainService.svc/json/SendMultipleMessage_V4_post_json/"),
        description="Địa chỉ của cổng (https); chỉ đổi khi dùng cổng khác cùng kiểu.",
    )


class EsmsSender:
    """Sends through the gateway."""

    Options: ClassVar[type[PluginOptions]] = EsmsOptions

    def __init__(self, options: EsmsOptions) -> None:
        self._options = options
        self.where = f"SMS qua eSMS tới {options.phone}"

    def send(self, title: str, body: str) -> str:
        """Hand a message over.

        Raises:
            SendError: it was not taken.
        """
        option = self._options
        text = "".join(sms_text.parts(title, body, marks=option.diacritics, most=option.parts))
        asked = {
            "ApiKey": option.api_key.reveal(),
            "SecretKey": option.secret_key.reveal(),
            "Phone": option.phone,
            "Content": text,
            "SmsType": "2" if option.brandname else "8",
            "IsUnicode": "1" if option.diacritics else "0",
        }
        answer = post_json(
            option.server, asked | ({"Brandname": option.brandname} if option.brandname else {}), who=_WHO
        )
        answer.require_taken(_WHO)
        code = str(answer.table().get("CodeResult", ""))
        if code == _TAKEN:
            return f"mã {code}, cổng đã nhận"
        if code in _WORDS:
            raise SendError(f"{_WHO} không gửi: {_WORDS[code]} (mã {code}).", lasting=True)
        if code.isdecimal():
            raise SendError(f"{_WHO} chưa gửi được (mã {code[:6]}). Đài sẽ gửi lại.")
        raise strange(_WHO)
