"""Documents that cannot be read, through the real commands: one sentence with the file's name, exit code 2, no change."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from broadcaster.text.clean import REASONS
from tests.kit.bad_documents import CASES, bad_document
from tests.kit.documents import in_tcvn3, in_viqr, in_vni, in_windows_1258, word_bytes
from tests.kit.loa import Loa

KINDS = {name: words for name, (_, _, words) in CASES.items()} | {
    "ngan.txt": "Chạy lại lệnh với --encoding và một trong: ",
    "khong-co.docx": "Không tìm thấy tệp; hãy kiểm tra đường dẫn.",
}
HEAVY = ["day-trang.pdf", "bom-trang.pdf", "mot-dong.txt", "nang.txt", "bom-nen.docx"]
LIGHT = [name for name in KINDS if name not in HEAVY]
LETTER = "Thông báo số 5.\nHọp ngày 12/3.\n\nNơi nhận:\n- Như trên;\n- Lưu: VT.\n"


def standing(home: Path) -> dict[str, object]:
    """Every row and every file of a home."""
    with sqlite3.connect(home / "station.db") as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows: dict[str, object] = {t: database.execute(f"SELECT count(*) FROM [{t}]").fetchone()[0] for t in tables}
    return rows | {str(p): p.is_dir() for p in home.rglob("*") if not p.name.startswith("station.db-")}


def put(folder: Path, name: str, data: bytes | None) -> Path:
    path = folder / name
    if data is not None:
        path.write_bytes(data)
    return path


def bad(folder: Path, name: str) -> Path:
    if name in CASES:
        return put(folder, name, bad_document(name))
    return put(folder, name, b"Ng\xb5y mai" if name == "ngan.txt" else None)


def refused(loa: Loa, command: tuple[str, ...], folder: Path, name: str) -> None:
    answer = loa(*command, bad(folder, name))
    assert (answer.code, answer.out) == (2, ""), name
    assert answer.err.startswith(f"Lỗi: {name}: "), name
    assert KINDS[name] in answer.err, name
    assert answer.err.count("\n") == 1, name


@pytest.mark.parametrize("names", [LIGHT, pytest.param(HEAVY, marks=pytest.mark.slow)], ids=["light", "heavy"])
def test_each_is_refused_by_name_in_one_line_with_exit_code_2_and_leaves_nothing(
    loa: Loa, home: Path, tmp_path: Path, names: list[str]
) -> None:
    before, folder = standing(home), tmp_path / "files"
    folder.mkdir()
    for name in names:
        refused(loa, ("read",), folder, name)
        refused(loa, ("script", "add"), folder, name)
    assert standing(home) == before
    assert {p.name for p in folder.iterdir()} == set(names) - {"khong-co.docx"}


def test_what_comes_by_standard_input_is_refused_too(loa: Loa, home: Path) -> None:
    before = standing(home)
    answer = loa("script", "add", "-", stdin=bad_document("hong.pdf"))
    assert (answer.code, "stdin.md: Tệp PDF bị hỏng" in answer.err) == (2, True)
    assert standing(home) == before


def test_a_script_stays_as_it_was_when_its_new_document_is_refused(loa: Loa, home: Path, tmp_path: Path) -> None:
    assert loa("script", "add", put(tmp_path, "a.txt", LETTER.encode())).code == 0
    before = standing(home), loa("script", "show", "1", "--format", "json").out
    for name in ("chup.pdf", "khoa.docx", "xxe.docx", "ngan.txt"):
        assert loa("script", "edit", "1", bad(tmp_path, name)).code == 2
    assert (standing(home), loa("script", "show", "1", "--format", "json").out) == before


def test_the_console_command_itself_says_it_in_one_line(tmp_path: Path) -> None:
    path = put(tmp_path, "chụp.pdf", bad_document("chup.pdf"))
    done = subprocess.run(
        [sys.executable, "-c", "from broadcaster.cli import main; main()", "read", path],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        "Lỗi: chụp.pdf: Tệp PDF là bản chụp (scan), không có lớp chữ; hãy nộp bản Word, hoặc gõ lại nội dung cần đọc.\n"
    )


def test_a_folder_and_a_device_are_no_documents(loa: Loa, tmp_path: Path) -> None:
    for command in (("read",), ("script", "add")):
        answer = loa(*command, tmp_path)
        assert (answer.code, "Đây là thư mục, không phải tệp" in answer.err) == (2, True)
        answer = loa(*command, "/dev/null")
        assert (answer.code, "null: Đây không phải là tệp thường" in answer.err) == (2, True)


def test_the_question_about_the_character_set_is_answered_at_the_command_line(
    loa: Loa, home: Path, tmp_path: Path
) -> None:
    path = put(tmp_path, "ngan.txt", b"Ng\xb5y mai h\xe4p.")
    asked = loa("script", "add", path)
    assert (asked.code, "tcvn3" in asked.err) == (2, True)
    assert "Ngày mai họp." in loa("read", path, "--encoding", "tcvn3").out
    assert loa("script", "add", path, "--encoding", "tcvn3").code == 0
    assert "Ngày mai họp." in loa("script", "show", "1").out
    assert loa("read", path, "--encoding", "big5").code == 2


NOTICE = "ủy ban nhân dân xã thông báo lịch tiêm phòng cho trẻ em tại trạm y tế."
REMARKS = [
    (in_vni(NOTICE), "Đã đổi từ VNI-Windows"),
    (in_tcvn3(NOTICE), "Đã đổi từ TCVN3"),
    (in_viqr(NOTICE), "Đã đổi từ VIQR"),
    (in_windows_1258(NOTICE), "Đã đổi từ Windows-1258"),
    (NOTICE.encode().decode("latin-1").encode(), "Đã đổi từ UTF-8"),
    (b"Thong bao den toan the nhan dan trong xa ve viec cat dien ngay mai", "viết không dấu"),
    ("Ngµy mai".encode(), "Hãy chọn bảng mã đúng"),
    ("Xin chào\u202e bà con".encode(), "dấu đổi chiều chữ"),
    ("Xin chào\x01 bà con trong xã".encode(), "ký tự điều khiển"),
    ("Xin chào ភាសាខ្មែរ bà con".encode(), "cụm chữ Khmer"),
    (word_bytes(lambda d: d.add_table(2, 2).cell(0, 0).add_paragraph("Ấp Một")), "Tài liệu có 1 bảng"),
]


def test_what_needs_an_eye_is_said_by_read_and_by_add(loa: Loa, home: Path, tmp_path: Path) -> None:
    for data, words in REMARKS:
        path = put(tmp_path, "a.txt", data)
        for command in (("read",), ("script", "add")):
            answer = loa(*command, path)
            assert answer.code == 0, answer.err
            assert words in " ".join(answer.out.split())


def test_what_is_left_out_is_listed_by_add_and_put_back_by_its_number(loa: Loa, home: Path, tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", LETTER.encode())
    added = loa("script", "add", path)
    assert REASONS["recipients"] in added.out
    assert f"loa script edit 1 {path} --keep SỐ" in " ".join(added.out.split())
    assert '"spoken": "Nơi nhận' not in loa("script", "reading", "1", "--format", "json").out
    edited = loa("script", "edit", "1", path, "--keep", "1")
    assert edited.code == 0
    assert REASONS["recipients"] not in edited.out
    with sqlite3.connect(home / "station.db") as database:
        (kept,) = database.execute("SELECT kept FROM scripts WHERE id = 1").fetchone()
        assert "recipients" in kept
    assert loa("script", "add", path, "--keep", "1").code == 0
    wrong = loa("script", "add", path, "--keep", "9")
    assert (wrong.code, "Không có phần đã bỏ số 9; tệp này có 1 phần." in wrong.err) == (2, True)


def test_a_file_that_cannot_be_written_is_one_sentence_and_nothing_half(loa: Loa, tmp_path: Path) -> None:
    gone = tmp_path / "gone" / "x.wav"
    done = loa("voice", "try", "xin chào", "--voice", "tone:beep", "-o", gone)
    assert done.code == 2
    assert "Hãy tạo thư mục trước" in done.err
    (tmp_path / "cu.wav").write_bytes(b"keep me")
    assert "--overwrite" in loa("voice", "try", "xin chào", "--voice", "tone:beep", "-o", tmp_path / "cu.wav").err
    assert (tmp_path / "cu.wav").read_bytes() == b"keep me"
