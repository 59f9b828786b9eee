from __future__ import annotations

from datetime import date

import pytest

from broadcaster.text import Lexicon, LexiconError, Mode, Profile, normalize, speak_line


def say(text, *layers):
    return speak_line(text, profile=Profile.SOUTH, lexicon=Lexicon.from_toml(*layers))


def test_the_four_modes():
    toml = '[expand]\nCCHC = "cải cách hành chính"\n[word]\nASEAN = "A-xê-an"\n[spell]\nexact = ["USB"]\n[leave]\nany = ["Zalo"]\n[letters]\nu = "u"\ns = "ét"\nb = "bê"'
    assert say("CCHC, asean, USB, ZALO", toml) == "Cải cách hành chính, A-xê-an, u ét bê, ZALO"


def test_a_later_layer_wins_and_settles_its_word():
    shipped = '[[entry]]\nwritten = "TT"\nspoken = "Thông tư"\nfollowed_by = ["<số>"]\n[[entry]]\nwritten = "TT"\nspoken = "Thị trấn"'
    assert say("TT 39, TT Vĩnh Thuận", shipped) == "Thông tư ba mươi chín, Thị trấn Vĩnh Thuận"
    assert (
        say("TT 39, TT Vĩnh Thuận", shipped, '[expand]\nTT = "Trung tâm"')
        == "Trung tâm ba mươi chín, Trung tâm Vĩnh Thuận"
    )


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_condition_stands_in_whichever_file_of_a_layer(order):
    files = (
        '[[entry]]\nwritten = "TT"\nspoken = "Thông tư"\nfollowed_by = ["<số>"]',
        '[expand]\nTT = "Thị trấn"',
        '[[entry]]\nwritten = "TT"\nspoken = "Thủ tướng"\nnear = ["chính phủ"]',
    )
    lexicon = Lexicon.from_files(*(files[n] for n in order))
    said = speak_line("TT 39, TT Vĩnh Thuận", profile=Profile.SOUTH, lexicon=lexicon)
    assert said == "Thông tư ba mươi chín, Thị trấn Vĩnh Thuận"
    assert speak_line("TT nói với Chính phủ", profile=Profile.SOUTH, lexicon=lexicon).startswith("Thủ tướng")


def test_a_later_file_of_a_layer_still_wins_under_the_same_conditions():
    lexicon = Lexicon.from_files('[expand]\nAB = "một"', '[expand]\nAB = "hai"')
    assert [(e.written, e.spoken) for e in lexicon.entries] == [("AB", "hai")]
    over = Lexicon.from_files('[[entry]]\nwritten = "AB"\nspoken = "ba"\nnear = ["xã"]').over(lexicon)
    assert [(e.written, e.spoken) for e in over.entries] == [("AB", "hai")], "a higher layer settles its word"


def test_conditions_look_at_both_sides():
    toml = '[[entry]]\nwritten = "CN"\nspoken = "Chủ nhật"\npreceded_by = ["thứ 7,"]\n[[entry]]\nwritten = "CN"\nspoken = "công nghiệp"\nfollowed_by = ["<hết>"]'
    assert say("Thứ 7, CN nghỉ; khu CN.", toml) == "Thứ bảy, Chủ nhật nghỉ; khu công nghiệp."


def test_a_subject_near_by_decides_on_the_same_line_only():
    toml = (
        '[[entry]]\nwritten = "HS"\nspoken = "hồ sơ"\nnear = ["lệ phí"]\n[[entry]]\nwritten = "HS"\nspoken = "học sinh"'
    )
    assert say("Lệ phí tính theo HS.", toml) == "Lệ phí tính theo hồ sơ."
    assert say("Thu theo HS, kể cả lệ phí.", toml) == "Thu theo hồ sơ, kể cả lệ phí."
    far = "xã " * 80
    assert say(f"Lệ phí {far}HS.", toml) == f"Lệ phí {far}học sinh."
    spoken = normalize("Có lệ phí.\nTheo HS.", profile=Profile.SOUTH, lexicon=Lexicon.from_toml(toml))
    assert "học sinh" in spoken.text


def test_a_name_written_out_after_its_letters_is_said_once():
    toml = '[[entry]]\nwritten = "TP"\nspoken = "thành phố"\nfollowed_by = ["<tên>"]'
    assert say("Tại TP thành phố Cần Thơ, TP Huế.", toml) == "Tại thành phố Cần Thơ, thành phố Huế."


def test_case_counts_unless_the_entry_says_any():
    toml = '[[entry]]\nwritten = "Par Index"\nspoken = "chỉ số"\ncase = "any"\n[[entry]]\nwritten = "Th"\nspoken = "Thạc sĩ"'
    assert say("PAR INDEX, th, Th", toml) == "Chỉ số, th, Thạc sĩ"


def test_an_entry_holds_between_its_dates():
    toml = '[[entry]]\nwritten = "BTTTT"\nspoken = "Bộ Thông tin và Truyền thông"\nvalid_until = 2025-02-28\n[[entry]]\nwritten = "ĐK"\nspoken = "đặc khu"\nvalid_from = "2025-07-01"'
    lexicon = Lexicon.from_toml(toml)
    assert [e.written for e in lexicon.on(date(2025, 2, 28)).entries] == ["BTTTT"]
    assert [e.written for e in lexicon.on(date(2025, 3, 1)).entries] == []
    assert [e.written for e in lexicon.on(date(2025, 7, 1)).entries] == ["ĐK"]


def test_an_engine_gets_its_own_spelling():
    lexicon = Lexicon.from_toml('[[entry]]\nwritten = "Facebook"\nmode = "leave"\nrespell = { espeak = "phây-búc" }')
    assert speak_line("Facebook", profile=Profile.SOUTH, lexicon=lexicon) == "Facebook"
    assert speak_line("Facebook", profile=Profile.SOUTH, lexicon=lexicon.for_engine("espeak")) == "phây-búc"
    assert lexicon.for_engine("gtts").entries == lexicon.entries


def test_a_typo_is_told_and_not_mended():
    lexicon = Lexicon.from_toml('[typo]\n"Công Dịch vụ công" = "Cổng Dịch vụ công"')
    spoken = normalize("tại Công Dịch vụ công quốc gia", profile=Profile.SOUTH, lexicon=lexicon)
    assert spoken.text == "tại Công Dịch vụ công quốc gia"
    assert [(n.code, n.start, n.end) for n in spoken.warnings] == [("typo", 4, 21)]
    assert "Cổng Dịch vụ công" in spoken.warnings[0].message


def test_an_unknown_acronym_is_spelled_and_reported(lexicon):
    spoken = normalize("Đội BKTX họp.", profile=Profile.SOUTH, lexicon=lexicon)
    assert spoken.text == "Đội bê ca tê ích-xì họp."
    span = next(s for s in spoken.spans if s.written == "BKTX")
    assert span.look
    assert span.rule == "acronym.unknown"
    assert spoken.warnings[0].code == "unknown-acronym"
    assert (spoken.warnings[0].start, spoken.warnings[0].end) == (4, 8)


def test_an_acronym_that_the_text_defines_is_expanded_afterwards(lexicon):
    said = speak_line("Tổ công nghệ số cộng đồng (TCNSCĐ) họp; TCNSCĐ báo cáo.", profile=Profile.SOUTH, lexicon=lexicon)
    assert said == "Tổ công nghệ số cộng đồng họp; Tổ công nghệ số cộng đồng báo cáo."


@pytest.mark.parametrize(
    ("toml", "fault"),
    [
        ("[expand", "Dòng 1 viết sai"),
        ("[lạ]\na = 1", "Dòng 1 viết sai"),
        ("[strange]\na = 1", "mục lạ"),
        ('[[entry]]\nspoken = "a"', "thiếu cách viết"),
        ('[[entry]]\nwritten = "A"', "thiếu cách đọc"),
        ('[[entry]]\nwritten = "A"\nspoken = "a"\nmode = "sing"', "cách đọc lạ"),
        ('[[entry]]\nwritten = "A"\nspoken = "a"\ncase = "lower"', "exact hoặc any"),
        ('[[entry]]\nwritten = "A"\nspoken = "a"\ncolour = "red"', "trường lạ"),
        ('[[entry]]\nwritten = "A"\nspoken = "a"\nvalid_from = "hôm nay"', "không phải ngày"),
    ],
)
def test_bad_data_is_refused_in_vietnamese(toml, fault):
    with pytest.raises(LexiconError, match=fault):
        Lexicon.from_toml(toml)


def test_everything_works_without_any_data():
    bare = Lexicon()
    said = speak_line("UBND: 1.500.000đ; 118/2025/NĐ-CP & 5 kg", profile=Profile.SOUTH, lexicon=bare)
    assert not any(c.isdigit() for c in said)
    assert Mode("expand") is Mode.EXPAND


def test_the_shipped_data_are_sound(lexicon):
    for entry in lexicon.entries:
        assert not any(c.isdigit() for c in entry.spoken), entry.written
    for name in ("units", "issuers", "document_types", "letters", "web", "currencies", "symbols"):
        assert lexicon.table(name), name
