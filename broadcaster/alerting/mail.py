"""An e-mail over SMTP, always under TLS unless the server is on this very machine."""

from __future__ import annotations

import email.message
import email.utils
import smtplib
import ssl
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from broadcaster.alerting.places import HINT, several
from broadcaster.alerting.posting import TIMEOUT_S, is_here, trusted
from broadcaster.alerting.sender import SendError
from broadcaster.clock import SystemClock
from broadcaster.domain.fold import one_line
from broadcaster.plugins import PluginOptions
from broadcaster.secret import Secret

_MAILBOX = r"^[^\s@<>,;:\"]+@[^\s@<>,;:\"]+$"


class EmailOptions(PluginOptions):
    """Thư điện tử, gửi qua một hộp thư của đài."""

    whither: ClassVar[frozenset[str]] = frozenset({"host", "port", "security", "user"})

    to: str = Field(pattern=several(_MAILBOX), description=f"Gửi tới địa chỉ nào. {HINT}")
    sender: str = Field(pattern=_MAILBOX, description="Gửi từ địa chỉ nào, thường là hộp thư của đài.")
    host: str = Field(min_length=1, description="Máy chủ gửi thư (SMTP), ví dụ smtp.gmail.com.")
    port: int = Field(587, ge=1, le=65535, description="Cổng: 587 với starttls, 465 với tls.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="Mã hóa; none chỉ được dùng khi máy chủ thư nằm ngay trên máy này."
    )
    user: str = Field("", description="Tên đăng nhập; trống: máy chủ không đòi.")
    password: Secret = Field(Secret(), description="Mật khẩu (với Gmail: mật khẩu ứng dụng).")
    ca_file: str = Field("", description="Tệp .pem của nơi cấp chứng chỉ, khi máy chủ dùng chứng chỉ riêng.")

    @model_validator(mode="after")
    def _sealed(self) -> EmailOptions:
        if self.security == "none" and not is_here(self.host):
            raise ValueError(
                "security = none chỉ dùng được khi máy chủ thư nằm trên máy này; hãy chọn starttls hoặc tls"
            )
        return self


class EmailSender:
    """Sends through an SMTP server."""

    Options: ClassVar[type[PluginOptions]] = EmailOptions

    def __init__(self, options: EmailOptions) -> None:
        self._options = options
        self.where = f"thư điện tử tới {options.to}"

    def send(self, title: str, body: str) -> str:
        """Hand a message over.

        Raises:
            SendError: it was not taken.
        """
        option = self._options
        letter = email.message.EmailMessage()
        letter["Subject"] = one_line(title)
        letter["From"], letter["To"] = option.sender, option.to
        letter["Date"] = email.utils.format_datetime(SystemClock().now())
        letter["Message-ID"] = email.utils.make_msgid(domain=option.sender.partition("@")[2])
        letter.set_content(body)
        try:
            with self._connected() as server:
                if option.user:
                    server.login(option.user, option.password.reveal())
                server.send_message(letter, option.sender, [option.to])
        except smtplib.SMTPNotSupportedError:
            raise SendError(
                f"Máy chủ thư {option.host} không có mã hóa hoặc không có đăng nhập nên đài không gửi. "
                "Hãy kiểm tra cổng và kiểu mã hóa.",
                lasting=True,
            ) from None
        except smtplib.SMTPAuthenticationError as error:
            raise _refused(
                error.smtp_code, f"Máy chủ thư {option.host} không nhận tên đăng nhập hoặc mật khẩu"
            ) from None
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise _refused(code, f"Máy chủ thư không nhận thư cho {option.to}") from None
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, f"Máy chủ thư {option.host} không nhận thư") from None
        except ssl.SSLCertVerificationError as error:
            raise SendError(
                f"Chứng chỉ của máy chủ thư {option.host} không đúng ({error.verify_message}), đài không gửi.",
                lasting=True,
            ) from None
        except (OSError, smtplib.SMTPException) as error:
            raise SendError(
                f"Không nối được hoặc bị đứt giữa chừng với máy chủ thư {option.host} "
                f"({getattr(error, 'strerror', None) or type(error).__name__}). Đài sẽ gửi lại."
            ) from None
        except UnicodeError:
            raise SendError("Địa chỉ, tên hoặc mật khẩu thư có ký tự không dùng được.", lasting=True) from None
        return f"máy chủ thư {option.host} đã nhận"

    def _connected(self) -> smtplib.SMTP:
        option = self._options
        if option.security == "tls":
            return smtplib.SMTP_SSL(option.host, option.port, timeout=TIMEOUT_S, context=trusted(option.ca_file))
        server = smtplib.SMTP(option.host, option.port, timeout=TIMEOUT_S)
        try:
            if option.security == "starttls":
                server.starttls(context=trusted(option.ca_file))
        except BaseException:
            server.close()
            raise
        return server


def _refused(code: int, said: str) -> SendError:
    """What SMTP's first digit says: 4 is for now, 5 for good."""
    if 400 <= code < 500:
        return SendError(f"{said} lúc này (mã {code}). Đài sẽ gửi lại.")
    return SendError(f"{said} (mã {code}). Hãy kiểm tra lại.", lasting=True)
