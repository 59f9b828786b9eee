"""The scripts room in a real Chromium: writing that is never lost, readings mended, words checked, approval by thumb."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from broadcaster.db.models import Approval, DraftRow, Hearing, Job, Rendition, Revision
from broadcaster.domain.work.jobs import JobState
from broadcaster.services.station import Station
from tests.kit import seed
from tests.kit.browser import ARGUMENTS, CHROMIUM, SIZES, faults, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = {
    "bientap": (
        "/lexicon/",
        "/lexicon/?layer=shipped&q=tt",
        "/lexicon/new?written=HXĐT&spoken=hợp tác xã",
        "/lexicon/import",
        "/lexicon/versions",
        "/slogans/",
        "/scripts/2",
        "/scripts/10",
        "/scripts/?q=không đâu",
    ),
    "lanhdao": ("/approve/delegations", "/approve/6"),
}
TEXT = (
    "Ngày 12/3, bà con ấp Mẫu 1 đưa trẻ đến TYT xã, từ 7h30 đến 11h00. Cần hỏi, gặp HXĐT.\n\n"
    "Nơi nhận:\n- Như trên;\n- Lưu: VT."
)


def listen(page: Page, said: list[str]) -> None:
    """Keep what the page complains of."""
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: said.append(str(e)))


def shot(page: Page, tmp_path: Path, name: str) -> None:
    """Keep a picture for the handbook when LOA_SHOTS names a folder."""
    page.screenshot(path=Path(os.environ.get("LOA_SHOTS", str(tmp_path))) / f"{name}.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_pages_fit_run_clean_and_pass_axe(
    chromium: Browser, address: str, tmp_path: Path, size: str, scheme: str
) -> None:
    for username, targets in PAGES.items():
        context, page = opened(chromium, address, username, size, scheme)
        said: list[str] = []
        listen(page, said)
        for number, target in enumerate(targets):
            page.goto(target)
            page.evaluate("document.fonts.ready.then(() => 0)")
            expect(page.locator("main .htmx-request")).to_have_count(0)
            page.evaluate(
                "document.querySelectorAll('main details:not(.decide details)').forEach(d => { d.open = true; })"
            )
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, f"{target} is {wider} px too wide"
            assert faults(page) == [], target
            shot(page, tmp_path, f"scripts-{username}-{number}-{size}-{scheme}")
        assert said == []
        context.close()


def test_what_is_typed_survives_a_crash_and_a_reading_is_mended_by_keyboard(
    chromium: Browser, address: str, tmp_path: Path, lived: Station
) -> None:
    context, page = opened(chromium, address, "bientap", "pc")
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.goto("/scripts/new")
    page.get_by_label("Tên bài").fill("Tiêm chủng tháng 3")
    page.get_by_label("Văn bản sẽ đọc").fill(TEXT)
    expect(page.locator("#draft-state")).to_contain_text("Đã giữ bản nháp", timeout=15_000)
    expect(page.locator("#preview")).to_contain_text("đưa trẻ đến Trạm Y tế xã")
    expect(page.locator("#preview")).to_contain_text("Mục Nơi nhận dành cho văn thư")
    assert faults(page) == []
    context.close()  # the window is gone, nothing was saved

    context, page = opened(chromium, address, "bientap", "pc")
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.goto("/scripts/")
    page.get_by_role("link", name="Tiêm chủng tháng 3", exact=True).click()
    expect(page.get_by_text("Đang viết tiếp bản nháp")).to_be_visible()
    expect(page.get_by_label("Văn bản sẽ đọc")).to_have_value(TEXT)
    summary = page.locator("#preview summary", has_text="HXĐT")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")  # the first other way to say it
    expect(page.locator("#preview .choice:focus")).to_be_visible()
    own = page.get_by_label("Đọc “HXĐT” là")
    own.focus()
    page.keyboard.type("hợp tác xã Đồng Tiến")
    page.keyboard.press("Enter")
    expect(page.locator("#preview .prose")).to_contain_text("gặp hợp tác xã Đồng Tiến", timeout=15_000)
    shot(page, tmp_path, "handbook-soan-kich-ban")
    page.get_by_role("button", name="Chỉ lưu nháp").press("Enter")
    expect(page.get_by_text("Đã lưu kịch bản mới")).to_be_visible()
    expect(page.locator(".sides")).to_contain_text("gặp hợp tác xã Đồng Tiến")
    with lived.db.read() as session:
        assert session.query(DraftRow).filter_by(script_id=None).count() == 0
    assert said == []
    context.close()


def sign_in_again(page: Page) -> None:
    page.get_by_label("Tên đăng nhập").fill("bientap")
    page.get_by_label("Mật khẩu").fill(seed.PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


@pytest.mark.parametrize("path", ["/scripts/new", "/scripts/2/edit"])
@pytest.mark.parametrize("leaving", ["typing", "saving"])
def test_a_session_that_ended_keeps_every_key_and_comes_back_to_the_page(
    chromium: Browser, address: str, path: str, leaving: str
) -> None:
    context, page = opened(chromium, address, "bientap", "pc")
    page.goto(path)
    page.get_by_label("Tên bài").fill("Tin phiên cũ")
    page.get_by_label("Văn bản sẽ đọc").fill("Câu đã giữ.")
    expect(page.locator("#draft-state")).to_contain_text("Đã giữ bản nháp", timeout=15_000)
    if leaving == "saving":  # the button is pressed before any part of the page asks again
        page.route(re.compile("/fragments/|/scripts/preview"), lambda route: route.abort())
    context.clear_cookies()
    body = page.get_by_label("Văn bản sẽ đọc")
    body.press("End")
    body.press_sequentially(" Câu gõ sau khi hết phiên!")
    if leaving == "saving":
        page.get_by_role("button", name="Chỉ lưu nháp").click()
    expect(page).to_have_url(re.compile(r"/login\?next="), timeout=15_000)
    expect(page.get_by_text(re.compile(r"Phiên đã hết, chữ đã giữ tới \d\d:\d\d"))).to_be_visible()
    page.unroute_all()
    sign_in_again(page)
    page.wait_for_url(f"**{path}")
    expect(page.get_by_label("Văn bản sẽ đọc")).to_have_value("Câu đã giữ. Câu gõ sau khi hết phiên!")
    expect(page.get_by_label("Tên bài")).to_have_value("Tin phiên cũ")
    expect(page.get_by_text(re.compile(r"chữ đã giữ tới \d\d:\d\d và nằm lại"))).to_be_visible()
    page.get_by_role("button", name="Chỉ lưu nháp").click()
    if path != "/scripts/new":  # it sounds just now
        page.get_by_role("button", name="Để phát hết").click()
    expect(page.get_by_text("Đã lưu")).to_be_visible()
    expect(page.locator(".sides")).to_contain_text("Câu gõ sau khi hết phiên!")
    assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('loa-typed:')).length") == 0
    context.close()


def test_two_windows_are_told_of_each_other(chromium: Browser, address: str) -> None:
    context, first = opened(chromium, address, "bientap", "pc")
    first.goto("/scripts/9/edit")
    expect(first.locator("#draft-state")).to_contain_text("Bản nháp được giữ khi bạn gõ")
    first.get_by_label("Văn bản sẽ đọc").fill("Cửa sổ một.")
    expect(first.locator("#draft-state")).to_contain_text("Đã giữ bản nháp", timeout=15_000)
    second = context.new_page()
    second.goto("/scripts/9/edit")
    expect(second.get_by_label("Văn bản sẽ đọc")).to_have_value("Cửa sổ một.")
    second.get_by_label("Văn bản sẽ đọc").fill("Cửa sổ hai.")
    expect(second.locator("#draft-state")).to_contain_text("Đã giữ bản nháp", timeout=15_000)
    first.get_by_label("Văn bản sẽ đọc").fill("Cửa sổ một, tiếp.")
    expect(first.locator("#draft-state")).to_contain_text("được giữ thành bản nháp riêng", timeout=15_000)
    context.close()


def test_a_word_for_the_station_is_tried_and_confirmed_by_keyboard_alone(
    chromium: Browser, address: str, tmp_path: Path
) -> None:
    context, page = opened(chromium, address, "bientap", "pc")
    page.goto("/lexicon/new")
    page.get_by_label("Chữ viết trong văn bản").focus()
    page.keyboard.type("TTHC")
    page.get_by_label("Đọc là").focus()
    page.keyboard.type("thủ tục hành chính công")
    page.get_by_label("Câu để thử").focus()
    page.keyboard.type("Nộp hồ sơ TTHC tại xã")
    expect(page.locator("#trial")).to_contain_text("Nộp hồ sơ thủ tục hành chính công tại xã", timeout=15_000)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("1 bài đã duyệt sẽ được đọc khác đi")
    expect(page.get_by_role("alert")).to_contain_text("Nộp hồ sơ trực tuyến")
    assert faults(page) == []
    shot(page, tmp_path, "handbook-tu-dien-doc")
    page.get_by_role("button", name="Đồng ý và lưu").press("Enter")
    expect(page.get_by_text("Đã lưu cách đọc “TTHC”")).to_be_visible()
    page.goto("/scripts/2")
    expect(page.get_by_text("Lời đọc cũ, vẫn phát bản đã duyệt")).to_be_visible()
    assert faults(page) == []
    context.close()


def comes(what: Callable[[], bool], page: Page) -> None:
    """Look again and again: `wait_for_function` evaluates words inside the page, which its own policy forbids."""
    for _ in range(100):
        if what():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came true")


def test_one_unsaved_sentence_is_heard_in_the_editor(chromium: Browser, address: str) -> None:
    context, page = opened(chromium, address, "bientap", "phone")
    page.goto("/scripts/new")
    page.get_by_label("Văn bản sẽ đọc").fill("Kính thưa bà con. Ngày 05/3 xã họp.")
    page.locator("summary", has_text="Nghe từng câu (2)").press("Enter")
    with page.expect_response("**/scripts/hear") as answer:
        page.get_by_role("button", name=re.compile(r"Nghe câu này\s*: câu 2")).press("Enter")
    assert answer.value.headers["content-type"] == "audio/wav"
    expect(page.get_by_text("không ra loa").last).to_be_visible()
    assert faults(page) == []
    context.close()


def test_a_sentence_is_heard_from_where_one_points(chromium: Browser, address: str, tmp_path: Path) -> None:
    context, page = opened(chromium, address, "bientap", "pc")
    page.goto("/scripts/7")
    drawn = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0)"
    wave = page.locator("canvas.wave")
    expect(wave).to_be_visible()
    comes(lambda: wave.evaluate(drawn), page)
    player = page.locator("#player")
    sentence = page.locator("button.sentence").nth(1)
    start = float(sentence.get_attribute("data-start") or 0) / 1000
    sentence.focus()
    page.keyboard.press("Enter")
    comes(lambda: player.evaluate("p => p.currentTime") >= start, page)
    expect(page.locator("[data-captions]")).to_have_text(sentence.inner_text())
    expect(sentence).to_have_class("sentence is-heard", timeout=10_000)
    wave.click(position={"x": 2, "y": 10})
    comes(lambda: player.evaluate("p => p.currentTime") < start, page)
    context.close()


def test_a_badly_heard_sentence_is_played_where_it_is_marked(
    chromium: Browser, address: str, tmp_path: Path, lived: Station
) -> None:
    with lived.db.write() as session:
        spoken = session.query(Rendition).join(Revision).filter(Revision.script_id == 7).order_by(Rendition.id.desc())
        rendition = spoken.first()
        sentences = [
            {
                "said": c["text"],
                "heard": "mời bà con hát",
                "share": 0.4 if n == 1 else 1.0,
                "advice": ["Nghe lại."],
                "verdict": "unclear" if n == 1 else "clear",
            }
            for n, c in enumerate(rendition.cues)
        ]
        session.add(
            Hearing(
                rendition_id=rendition.id,
                kind="rendition",
                file="",
                share=0.7,
                summary="Hiểu 70% số chữ.",
                sentences=sentences,
                at=lived.now(),
            )
        )
        start = rendition.cues[1]["start_ms"] / 1000
        job = Job(kind="listen", key="7", arguments={}, by="x", created_at=lived.now(), run_after=lived.now())
        session.add(job)
    for size in SIZES:
        context, page = opened(chromium, address, "bientap", size)
        page.goto("/scripts/7")
        expect(page.get_by_text("Bản đọc đang chờ máy nghe thử")).to_be_visible()
        page.get_by_role("button", name="Nghe câu 2").press("Enter")
        comes(lambda: page.locator("#player").evaluate("p => p.currentTime") >= start, page)  # noqa: B023 - at once
        assert faults(page) == []
        page.locator("#heard-title").scroll_into_view_if_needed()
        shot(page, tmp_path, f"may-nghe-thu-{size}")
        context.close()
    with lived.db.write() as session:
        session.query(Job).filter_by(kind="listen").one().state = JobState.FAILED
        session.query(Job).filter_by(kind="listen").one().error = "Bộ nghe thử bị dừng giữa chừng."
    context, page = opened(chromium, address, "bientap", "pc")
    page.goto("/scripts/7")
    expect(page.get_by_text("Máy chưa nghe thử được. Bộ nghe thử bị dừng")).to_be_visible()
    context.close()


def test_a_person_records_on_the_page_and_hears_it_before_sending(
    chromium: Browser, address: str, lived: Station
) -> None:
    fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *fake])
    context, page = opened(browser, address, "bientap", "pc")
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.goto("/scripts/9")
    page.locator("summary", has_text="Ghi âm hoặc tải tệp").press("Enter")
    page.get_by_role("button", name="Ghi âm tại đây").press("Enter")
    page.get_by_role("button", name="Dừng ghi").wait_for()
    expect(page.get_by_label("Mức tiếng")).to_be_visible()
    comes(lambda: page.get_by_label("Mức tiếng").evaluate("m => m.value") > 0.3, page)  # Chromium's microphone beeps
    expect(page.get_by_role("timer")).to_have_text("0:04", timeout=20_000)
    page.get_by_role("button", name="Dừng ghi").press("Enter")
    heard = page.get_by_label("Nghe lại bản vừa ghi")
    expect(heard).to_be_visible()
    comes(lambda: page.locator("[data-heard]").evaluate("p => p.readyState") >= 1, page)
    expect(page.get_by_label("Mức tiếng")).to_be_hidden()
    with page.expect_download() as kept:
        page.get_by_role("link", name="Lưu bản vừa ghi vào máy này").press("Enter")
    assert kept.value.suggested_filename == "ghi-am.webm"
    assert faults(page) == []
    page.get_by_role("button", name="Dùng bản ghi âm này").press("Enter")
    expect(page.get_by_text("Đã nhận bản ghi âm")).to_be_visible(timeout=20_000)
    with lived.db.read() as session:
        assert session.query(Job).filter_by(kind="record", key="9").one().state == "wanted"
    assert said == []
    context.close()
    browser.close()


def test_the_leader_decides_on_a_phone_in_two_taps(
    chromium: Browser, address: str, tmp_path: Path, lived: Station
) -> None:
    context, page = opened(chromium, address, "lanhdao", "phone")
    page.goto("/approve/")
    page.get_by_role("link", name="Kết quả giải quyết thủ tục hành chính").click()
    expect(page.get_by_text("Thay đổi từ lần duyệt trước")).to_be_visible()
    shot(page, tmp_path, "handbook-duyet")
    page.locator(".decide summary", has_text="Duyệt").click()
    page.get_by_role("button", name="Duyệt cho phát").click()
    expect(page.get_by_text("Đã duyệt. Đúng lời này")).to_be_visible()
    with lived.db.read() as session:
        last = session.query(Approval).order_by(Approval.id.desc()).first()
        assert (last.script_id, last.decision, last.by) == (7, "approved", "lanhdao")
    context.close()


def test_a_leader_delegates_and_the_deputy_sees_it(chromium: Browser, address: str) -> None:
    context, page = opened(chromium, address, "lanhdao", "phone")
    page.goto("/approve/delegations")
    page.get_by_label("Ai duyệt thay").select_option("vanhanh")
    page.get_by_label("Đến hết ngày").fill("2026-03-10")
    page.get_by_role("button", name="Ủy quyền").press("Enter")
    expect(page.get_by_text("Đã ủy quyền.")).to_be_visible()
    assert faults(page) == []
    deputy_context, deputy = opened(chromium, address, "vanhanh", "phone")
    deputy.goto("/approve/")
    expect(deputy.get_by_text("Bạn đang duyệt thay Phó Chủ tịch phụ trách văn xã")).to_be_visible()
    assert faults(deputy) == []
    page.get_by_role("button", name="Thu hồi").press("Enter")
    expect(page.get_by_text("Đã thu hồi ủy quyền")).to_be_visible()
    assert deputy.goto("/approve/").status == 403
    deputy_context.close()
    context.close()
