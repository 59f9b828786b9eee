"""An SMS through a USB modem with a SIM card: it works when the Internet does not."""

from __future__ import annotations

import secrets
from typing import ClassVar, Final

from pydantic import Field

from broadcaster.alerting import sms_pdu, sms_text
from broadcaster.alerting.esms import PHONE
from broadcaster.alerting.modem_line import ModemLine, ModemRefusalError
from broadcaster.alerting.places import HINT, several
from broadcaster.alerting.sender import SendError
from broadcaster.clock import Clock, SystemClock
from broadcaster.plugins import PluginOptions
from broadcaster.secret import Secret

_CARD: Final = {
    ("E", 10): "modem không có SIM: hãy tắt máy, lắp SIM",
    ("E", 11): "SIM đòi mã PIN: hãy ghi mã PIN vào cài đặt, hoặc tắt mã PIN bằng điện thoại",
    ("E", 12): "SIM đã khóa vì sai mã PIN, đòi mã PUK: hãy mở khóa bằng điện thoại",
    ("E", 13): "SIM hỏng hoặc lắp lệch",
    ("E", 15): "modem không nhận SIM này",
    ("E", 16): "mã PIN trong cài đặt không đúng: hãy sửa ngay, sai ba lần SIM sẽ khóa",
    ("S", 310): "modem không có SIM: hãy tắt máy, lắp SIM",
    ("S", 311): "SIM đòi mã PIN: hãy ghi mã PIN vào cài đặt",
    ("S", 313): "SIM hỏng hoặc lắp lệch",
    ("S", 316): "SIM đã khóa, đòi mã PUK: hãy mở khóa bằng điện thoại",
}
_NUMBER: Final = {
    ("S", 1): "số điện thoại nhận không có",
    ("S", 8): "nhà mạng chặn SIM này gửi tin (SIM hết tiền hoặc hết hạn?)",
    ("S", 10): "nhà mạng chặn SIM này gọi và nhắn (SIM hết tiền hoặc hết hạn?)",
    ("S", 28): "số điện thoại nhận không đúng",
    ("S", 29): "nhà mạng từ chối (SIM hết tiền hoặc hết hạn?)",
    ("S", 50): "SIM này không có dịch vụ tin nhắn",
    ("S", 304): "modem không hiểu tin nhắn này",
    ("S", 330): "SIM không có số trung tâm tin nhắn: hãy lắp vào điện thoại, gửi thử một tin",
}
_LASTING: Final = _CARD | _NUMBER
_PASSING: Final = {
    ("E", 14): "SIM đang bận",
    ("E", 30): "modem không có sóng",
    ("S", 38): "mạng di động đang trục trặc",
    ("S", 41): "mạng di động đang trục trặc",
    ("S", 42): "mạng di động đang nghẽn",
    ("S", 314): "SIM đang bận",
    ("S", 322): "bộ nhớ tin của SIM đầy",
    ("S", 331): "modem không có sóng",
    ("S", 332): "mạng di động không trả lời kịp",
}
_HOME, _ROAMING, _DENIED = "1", "5", "3"


class ModemOptions(PluginOptions):
    """Tin nhắn SMS qua modem USB có SIM cắm ở máy: gửi được cả khi mất Internet."""

    port: str = Field("/dev/ttyUSB0", min_length=1, description="Cổng của modem: /dev/ttyUSB0, hoặc COM3 trên Windows.")
    phone: str = Field(pattern=several(PHONE), description=f"Số điện thoại nhận, ví dụ 0912345678. {HINT}")
    pin: Secret = Field(Secret(), description="Mã PIN của SIM; trống: SIM không đòi.")
    diacritics: bool = Field(False, description="Giữ dấu tiếng Việt: mỗi tin 70 chữ thay vì 160.")
    parts: int = Field(2, ge=1, le=4, description="Tin dài nhất bằng mấy tin thường; dài hơn thì cắt.")
    baud: int = Field(115_200, ge=1200, le=3_000_000, description="Tốc độ cổng; modem USB không cần đổi.")


class ModemSender:
    """Sends through a modem."""

    Options: ClassVar[type[PluginOptions]] = ModemOptions
    needs_s: ClassVar[float] = 90.0
    """A network may take forty seconds for one part, and what was ended half way would be sent twice."""

    def __init__(self, options: ModemOptions) -> None:
        self._options = options
        self._clock: Clock = SystemClock()
        self.where = f"SMS qua modem {options.port} tới {options.phone}"

    def send(self, title: str, body: str) -> str:
        """Hand a message over.

        Raises:
            SendError: it was not taken.
        """
        import serial  # noqa: PLC0415 - for the process that sends

        option = self._options
        texts = sms_text.parts(title, body, marks=option.diacritics, most=option.parts)
        pdus = sms_pdu.submits(option.phone, texts, marks=option.diacritics, reference=secrets.randbelow(256))
        gone = f"Không dùng được modem ở cổng {option.port}"
        try:
            with serial.Serial(option.port, option.baud, timeout=0.2, write_timeout=5, exclusive=True) as wire:
                return _sent(ModemLine(wire, self._clock), option.pin, pdus)
        except serial.SerialException as error:
            if getattr(error, "errno", None) == 13:
                raise SendError(
                    f"{gone}: tài khoản của đài không được mở cổng ấy. Hãy thêm nó vào nhóm dialout.", lasting=True
                ) from None
            raise SendError(
                f"{gone}: modem chưa cắm, bị rút ra, hoặc chương trình khác đang giữ. Đài sẽ gửi lại."
            ) from None
        except (OSError, ValueError):
            raise SendError(f"{gone}: modem bị rút ra giữa chừng hoặc cổng không đúng. Đài sẽ gửi lại.") from None


def _sent(line: ModemLine, pin: Secret, pdus: list[bytes]) -> str:
    try:
        line.wake()
        _open_card(line, pin)
        _require_network(line)
        line.ask("AT+CMGF=0")
        for pdu in pdus:
            line.submit(pdu)
    except ModemRefusalError as error:
        raise _told(error) from None
    return f"nhà mạng đã nhận {len(pdus)} tin" if len(pdus) > 1 else "nhà mạng đã nhận"


def _open_card(line: ModemLine, pin: Secret) -> None:
    states = [text.partition(":")[2].strip() for text in line.ask("AT+CPIN?") if text.startswith("+CPIN:")]
    state = states[0] if states else ""
    if state == "READY":
        return
    if state != "SIM PIN" or not pin:
        raise ModemRefusalError("E", 12 if state == "SIM PUK" else 11)
    if not pin.reveal().isascii() or not pin.reveal().isdigit():
        raise ModemRefusalError("E", 16)
    line.ask(f'AT+CPIN="{pin.reveal()}"')


def _require_network(line: ModemLine) -> None:
    """Wait a while for the network: a modem that was just plugged in looks for it."""
    for _ in range(10):
        states = _states(line, "CREG") | _states(line, "CEREG")
        if states & {_HOME, _ROAMING}:
            return
        if _DENIED in states:
            raise SendError("Nhà mạng không cho SIM này vào mạng (hết hạn hoặc bị khóa chiều?).", lasting=True)
        line.rest()
    raise SendError("Modem không có sóng. Hãy dời modem ra chỗ thoáng, xem ăng-ten. Đài sẽ gửi lại.")


def _states(line: ModemLine, asked: str) -> set[str]:
    """How it stands with one kind of network; what the modem says unasked has its state elsewhere, and is let be."""
    try:
        said = line.ask(f"AT+{asked}?")
    except ModemRefusalError:
        return set()
    told = [text.partition(":")[2].split(",") for text in said if text.startswith(f"+{asked}:")]
    return {fields[1].strip() for fields in told if len(fields) > 1}


def _told(error: ModemRefusalError) -> SendError:
    key = (error.kind, error.code)
    code = f" (CM{error.kind} {error.code})" if error.kind else ""
    if key in _LASTING:
        return SendError(f"Tin không đi được: {_LASTING[key]}{code}.", lasting=True)
    return SendError(f"Tin chưa đi được: {_PASSING.get(key, 'modem báo lỗi')}{code}. Đài sẽ gửi lại.")
