"""Faults in Vietnamese: every kind that our forms can raise has words, places are counted from one, near names asked."""

from __future__ import annotations

import difflib
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from broadcaster import faults


def _even(number: int) -> int:
    if number % 2:
        raise ValueError("phải là số chẵn")
    return number


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    length: int = Field(1, ge=1, le=9)


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str = Field("a", min_length=1, max_length=5, pattern="^[a-z]*$")
    kind: Literal["null", "file"] = "file"
    share: float = Field(0.5, gt=0, lt=1)
    even: Annotated[int, AfterValidator(_even)] = 2
    on: bool = True
    names: list[str] = Field(["a"], min_length=1, max_length=2)
    parts: list[Inner] = []
    table: dict[str, int] = {}


def said(table: dict, *, show: bool = True, between: str = ".") -> list[str]:
    with pytest.raises(ValidationError) as raised:
        Form.model_validate(table)
    found = faults.read(Form, raised.value.errors(include_url=False), show=show)
    return [fault.sentence(between) for fault in found]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"title": ""}, "title: phải có ít nhất 1 ký tự (đang ghi: '')."),
        ({"title": "abcdef"}, "title: chỉ được có nhiều nhất 5 ký tự (đang ghi: 'abcdef')."),
        ({"title": "A"}, "title: viết không đúng dạng ^[a-z]*$ (đang ghi: 'A')."),
        ({"title": 3}, "title: phải là chữ (đang ghi: 3)."),
        ({"kind": "fil"}, "kind: “fil” không hợp lệ; các giá trị đúng: null, file. Có phải ý là “file” không?"),
        ({"share": 0}, "share: phải lớn hơn 0.0 (đang ghi: 0)."),
        ({"share": 1}, "share: phải nhỏ hơn 1.0 (đang ghi: 1)."),
        ({"share": "x"}, "share: phải là số (đang ghi: 'x')."),
        ({"even": 3}, "even: phải là số chẵn (đang ghi: 3)."),
        ({"even": 2.5}, "even: phải là số nguyên (đang ghi: 2.5)."),
        ({"on": "maybe"}, "on: phải là true hoặc false (đang ghi: 'maybe')."),
        ({"names": []}, "names: phải có ít nhất 1 mục (đang ghi: [])."),
        ({"names": "a"}, "names: phải là một danh sách, viết trong [ ] (đang ghi: 'a')."),
        ({"table": 1}, "table: phải là một bảng (đang ghi: 1)."),
        ({"parts": [1]}, "parts 1: phải là một bảng (đang ghi: 1)."),
        ({"parts": [{}, {"length": 0}]}, "parts 2.length: phải từ 1 trở lên (đang ghi: 0)."),
        ({"parts": [{"length": 10}]}, "parts 1.length: phải từ 9 trở xuống (đang ghi: 10)."),
        ({"parts": [{"lenght": 1}]}, "parts 1.lenght: không có khóa này. Có phải ý là “length” không?"),
        ({"zzz": 1}, "zzz: không có khóa này."),
    ],
)
def test_a_fault_is_said_in_vietnamese_with_its_place(table: dict, words: str) -> None:
    assert said(table) == [words]


def test_what_may_be_a_password_is_not_repeated() -> None:
    assert "hunter2" not in " ".join(said({"even": "hunter2", "kind": "hunter2", "parts": "hunter2"}, show=False))


def test_every_fault_is_told_at_once() -> None:
    assert len(said({"title": "", "names": [], "even": 1})) == 3
    assert said({"parts": [{"length": 0}]}, between=": ")[0].startswith("parts 1: length: ")


words = st.text("abcdefgh", min_size=1, max_size=8)


@given(words, st.lists(words, max_size=6, unique=True))
def test_what_is_asked_for_is_one_of_the_known_and_near(word: str, known: list[str]) -> None:
    asked = faults.meant(word, known, instead="Đang có")
    near = difflib.get_close_matches(word, known)
    if near:
        assert asked == f"Có phải ý là “{near[0]}” không?"
    else:
        assert asked == (f"Đang có: {', '.join(known)}." if known else "")
