"""What the machine needs to know: its database and web pages, and where copies of the station and its log go."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from broadcaster.secret import Address, Secret
from broadcaster.settings.section import Section


class DatabaseSettings(Section):
    """Cơ sở dữ liệu."""

    url: Address = Field(
        Address(), description="Bỏ trống: tệp station.db trong thư mục đài. Ví dụ: postgresql+psycopg://loa@/loa"
    )


class WebSettings(Section):
    """Trang quản lý."""

    host: str = Field("127.0.0.1", description="Địa chỉ lắng nghe; 0.0.0.0 để máy khác trong mạng vào được.")
    port: int = Field(8080, ge=1, le=65535, description="Cổng.")
    threads: int = Field(8, ge=2, le=64, description="Số luồng phục vụ.")
    names: list[str] = Field([], description="Tên khác của máy này trong mạng, ví dụ loa.xamau.local.")
    certificate: str = Field("", description="Chứng chỉ do cấp trên cấp (PEM, cả chuỗi); trống: đài tự làm.")
    key: str = Field("", description="Khóa của chứng chỉ đó (PEM).")
    plain_http: bool = Field(
        False,
        description="Cho máy khác vào bằng http: mật khẩu đi qua mạng không che, micro không dùng được.",
    )
    trusted_proxy: str = Field("", description="Địa chỉ máy chủ chuyển tiếp đứng trước trang (có https riêng).")


class LogSettings(Section):
    """Nhật ký phát thanh."""

    marks_folder: str = Field(
        "", description="Thư mục ở USB hoặc máy khác, mỗi đêm chép dấu đã ký của nhật ký tới; trống: không chép."
    )


class TargetSettings(Section):
    """Một nơi cất bản sao lưu."""

    kind: str = Field(description="Loại nơi cất, trong các loại mà những gói đã cài mang theo.")
    options: dict[str, Any] = Field({}, repr=False, description="Tùy chọn riêng của loại nơi cất.")


def _recipient(key: Secret) -> Secret:
    if key and not re.fullmatch(r"age1[a-z0-9]{58}", key.reveal()):
        raise ValueError("không phải khóa do “loa key paper” ghi; hãy chạy lại lệnh ấy")
    return key


class BackupSettings(Section):
    """Bản sao lưu cất ở nơi khác, niêm phong bằng khóa in trên giấy."""

    recipient: Annotated[Secret, AfterValidator(_recipient)] = Field(
        Secret(), description="Nửa của khóa giấy mà đài giữ: chỉ niêm phong, không mở được. Do “loa key paper” ghi."
    )
    targets: dict[Annotated[str, Field(pattern=r"^[\w-]{1,40}$")], TargetSettings] = Field(
        {}, description="Các nơi cất, mỗi nơi một bảng [backup.targets.TÊN] với kind và options."
    )
