"""Several places of one way: named, counted, and each told alone."""

from __future__ import annotations

import pytest

from broadcaster.alerting import places
from broadcaster.alerting.sending import made
from broadcaster.errors import RuleError

MAIL = {"sender": "loa@xamau.vn", "host": "mail.xamau.vn"}
KEYS = {"api_key": "a", "secret_key": "b"}


@pytest.mark.parametrize(
    ("kind", "key", "several", "rest"),
    [
        ("email", "to", ["a@xamau.vn", "b@xamau.vn"], MAIL),
        ("telegram", "chat", ["-100123", "@kenh"], {"token": "t"}),
        ("zalo", "chat", ["6ede9afa66b88fe6d6a9", "77"], {"token": "t"}),
        ("esms", "phone", ["0912345678", "+84987654321"], KEYS),
        ("modem", "phone", ["0912345678", "0987654321"], {}),
    ],
)
def test_each_way_takes_several_places_and_a_wrong_one_among_them_is_named(kind, key, several, rest):
    for between in (",", ", ", " ; "):
        given = {key: between.join(several), **rest}
        assert made("x", kind, given).where
        assert [places.at(given, n)[key] for n in range(places.count(given))] == several
        assert places.at(given, 1) == {**rest, key: several[1]}
    for wrong in (f"{several[0]},", f"{several[0]},,{several[1]}", f"{several[0]}, sai sai"):
        with pytest.raises(RuleError) as caught:
            made("x", kind, {key: wrong, **rest})
        assert key in caught.value.message


def test_a_place_has_a_name_from_which_its_way_is_found_again():
    ways = {"thu", "a/2"}
    for way in ways:
        for number in range(3):
            name = places.named(way, number)
            if name != "a/2":
                assert places.parted(name, ways) == (way, number)
    assert places.parted("a/2", ways) == ("a/2", 0)
    assert places.count({"url": "https://x"}) == 1
