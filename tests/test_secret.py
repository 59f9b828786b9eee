"""What must never be printed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from broadcaster.errors import RuleError
from broadcaster.secret import MASK, Address, Secret, masked


class Form(BaseModel):
    word: Secret = Secret()
    at: Address = Address()


LETTERS = st.text("abcdefghjkmnpqrstuvwxyz0123456789", min_size=8, max_size=20).map(lambda s: f"zq{s}qz")


@given(LETTERS)
def test_no_way_of_printing_gives_a_secret_away(word: str) -> None:
    form = Form(word=word, at=f"http://nguoi:{word}@may:8000/loa?khoa={word}")
    secret, address = form.word, form.at
    ways = [str(secret), repr(secret), f"{secret}", f"{secret!r:>40}", "%s" % secret, json.dumps([secret], default=str)]  # noqa: UP031
    ways += [str(address), repr(address), str(form), repr(form), form.model_dump_json(), str(form.model_dump())]
    assert not [way for way in ways if word in way]
    assert str(address) == f"http://{MASK}@may:8000/loa?{MASK}"
    assert secret.reveal() == word
    assert Form(word=secret).word == Secret(word) != Secret("")
    said = f"curl: (7) nguoi / {word} was refused"
    assert word not in masked(said)
    assert word not in str(RuleError(said))
    assert "la:la" not in masked("mở ftp://la:la@may/x không được")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("", ""),
        ("https://may/loa.mp3", "https://may/loa.mp3"),
        ("postgresql+psycopg://loa@/loa", f"postgresql+psycopg://{MASK}@/loa"),
        ("sqlite:////home/loa/station.db", "sqlite:////home/loa/station.db"),
        ("http://[hỏng", MASK),
    ],
)
def test_of_an_address_the_place_is_shown(address: str, shown: str) -> None:
    assert str(Address(address)) == shown
    assert Address(address).reveal() == address


def test_what_is_no_text_is_no_secret() -> None:
    with pytest.raises(ValidationError):
        Form(word=5)  # type: ignore[arg-type]
    assert not Secret("")
    assert hash(Secret("một")) == hash(Secret("một"))
