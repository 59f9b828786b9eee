"""Zip containers (.docx, .odt) opened with limits, and their XML parsed with entities off."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from broadcaster.text.ingest.document import DocumentError, megabytes

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

#: Largest sum of unpacked sizes, and largest part we parse. A 500-page plan has 15 MB of XML.
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_PART_BYTES = 40 * 1024 * 1024
#: XML of long tables shrinks 60 times at most; deflate can do 1,032. Small parts may shrink as they like.
MAX_RATIO = 150
_RATIO_FREE_BYTES = 1024 * 1024
MAX_PARTS = 5000
MAX_DEPTH = 400


class Archive:
    """A zip file whose directory has been checked before anything is unpacked."""

    def __init__(self, name: str, data: bytes) -> None:
        """Open the container.

        Raises:
            DocumentError: it is damaged, encrypted, or would unpack to more than the limits.
        """
        self._name = name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            parts = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
            raise DocumentError(
                "Tệp bị hỏng, không mở được; hãy lưu lại từ chương trình soạn thảo.", code="damaged", field=name
            ) from error
        total = sum(part.file_size for part in parts)
        worst = max(
            (part.file_size / max(part.compress_size, 1) for part in parts if part.file_size > _RATIO_FREE_BYTES),
            default=0,
        )
        if total > MAX_UNPACKED_BYTES or worst > MAX_RATIO or len(parts) > MAX_PARTS:
            raise DocumentError(
                f"Tệp nén phình ra {megabytes(total)} khi mở (giới hạn {megabytes(MAX_UNPACKED_BYTES)}, nén tối đa {MAX_RATIO} lần); "
                "đây không phải là tài liệu bình thường nên không mở.",
                code="zip-bomb",
                field=name,
            )
        if any(part.flag_bits & 1 for part in parts):
            raise DocumentError("Tệp có mật khẩu; hãy bỏ mật khẩu rồi nộp lại.", code="encrypted", field=name)
        self.names = frozenset(part.filename for part in parts)

    def read(self, part: str, limit: int = MAX_PART_BYTES) -> bytes:
        """One part, unpacked; never more than `limit` bytes, whatever the directory claims.

        Raises:
            DocumentError: the part is missing, damaged or larger than the limit.
        """
        try:
            with self._zip.open(part) as stream:
                data = stream.read(limit + 1)
        except (
            KeyError,
            zipfile.BadZipFile,
            OSError,
            EOFError,
            RuntimeError,
            NotImplementedError,
            ValueError,
        ) as error:
            raise self._damaged(part) from error
        except Exception as error:  # zlib.error and lzma.LZMAError share no base but Exception
            raise self._damaged(part) from error
        if len(data) > limit:
            raise DocumentError(
                f"Phần {part} trong tệp lớn hơn {megabytes(limit)}; hãy tách tài liệu thành nhiều tệp.",
                code="zip-bomb",
                field=self._name,
            )
        return data

    def xml(self, part: str) -> Element:
        """One part parsed, with document types and entities refused.

        Raises:
            DocumentError: the XML is broken, nested beyond reason, or declares entities.
        """
        data = self.read(part)
        try:
            _check_depth(data)
            root: Element = ElementTree.fromstring(data, forbid_dtd=True)
        except DefusedXmlException as error:
            raise DocumentError(
                "Tệp có khai báo thực thể XML, kiểu hay dùng để tấn công máy tính, nên không mở.",
                code="unsafe-xml",
                field=self._name,
            ) from error
        except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
            raise self._damaged(part) from error
        return root

    def _damaged(self, part: str) -> DocumentError:
        return DocumentError(
            f"Tệp bị hỏng ở phần {part}; hãy lưu lại từ chương trình soạn thảo.", code="damaged", field=self._name
        )


def _check_depth(data: bytes) -> None:
    """Refuse nesting that no word processor writes: the readers walk the tree by recursion."""
    depth = 0
    for event, element in ElementTree.iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise ValueError(depth)
        if event == "end":
            element.clear()
