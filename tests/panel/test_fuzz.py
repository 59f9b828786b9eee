"""Whatever is typed into any form or address of the panel: an answer in words, never a fault, never live HTML."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock
from broadcaster.panel import create_app
from broadcaster.panel.web.access import PUBLIC, SIGNED_IN
from broadcaster.rooms import room
from broadcaster.services.station import open_station
from tests.kit import seed
from tests.kit.panel import Client
from tests.kit.properties import examples
from tests.kit.routes import TABLE, routes

pytestmark = pytest.mark.slow
LIVE = "<b id=song>"
NASTY = (
    "",
    " ",
    "0",
    "-1",
    "1e309",
    "99999999999999999999",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "25:61",
    "\x00",
    "null",
    "[]",
    "{}",
    "%00",
    "../../etc/passwd",
    "' OR 1=1 --",
    LIVE,
    "{{7*7}}",
    "đ" * 5000,
    "\u202e\ufeff\u200b",
    "🙂" * 300,
    "\ud7ff",
    "on",
    "true",
    "javascript:alert(1)",
    "//xau.example",
    "all",
    "am01",
    "2",
    "7",
)
FIELD = re.compile(r'name="([a-z_][a-z0-9_-]*)"|form\.([a-z_]+)|args\.get\("([a-z_]+)"')


def _names() -> list[str]:
    """Every field that a template or a view of the panel names."""
    sources = [*room("web").rglob("*.html"), *(Path(create_app.__code__.co_filename).parent).rglob("*.py")]
    found = {name for path in sources for groups in FIELD.findall(path.read_text(encoding="utf-8")) for name in groups}
    return sorted(found - {"", "csrf_token"})


VALUES = st.one_of(st.sampled_from(NASTY), st.text(max_size=40))
FORMS = st.dictionaries(st.sampled_from(_names()), VALUES, max_size=12)
FILES = st.one_of(
    st.none(),
    st.tuples(st.sampled_from(["a.docx", "b.pdf", "c.svg", "../d.txt", "e.wav", "f"]), st.binary(max_size=300)),
)


@pytest.fixture(scope="module")
def fuzzed(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, dict[str, FlaskClient]]]:
    """A station that may be ruined, and somebody signed in who may do most, and somebody who manages."""
    root = tmp_path_factory.mktemp("fuzz") / "station"
    shutil.copytree(seeded, root, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    station = open_station(root, clock=FrozenClock(seed.NOW))
    app = create_app(station, {"WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False})
    app.test_client_class = Client
    people = {}
    for name in ("vanhanh", "lanhdao", "bientap", "quantri"):
        client = app.test_client()
        assert client.post("/login", data={"username": name, "password": seed.PASSWORD}).status_code == 303
        people[name] = client
    yield app, people
    station.close()


def _addresses(app: Flask, method: str) -> list[str]:
    return [
        a for e, m, a in routes(app) if m == method and TABLE.get(e) not in {PUBLIC, SIGNED_IN} and "/api/" not in a
    ]


@pytest.mark.parametrize("who", ["vanhanh", "lanhdao", "bientap", "quantri"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_that_is_typed_breaks_a_page(
    fuzzed: tuple[Flask, dict[str, FlaskClient]], who: str, method: str
) -> None:
    app, people = fuzzed
    client = people[who]

    @settings(examples(120), suppress_health_check=list(HealthCheck))
    @given(address=st.sampled_from(_addresses(app, method)), form=FORMS, file=FILES)
    def type_into(address: str, form: dict[str, str], file: tuple[str, bytes] | None) -> None:
        if "users" in address and who == "quantri" and method == "POST":
            form.pop("what", None)  # it would close the account that is typing
        data: dict[str, object] = dict(form)
        if file is not None and method == "POST":
            data["file"] = (BytesIO(file[1]), file[0])
        answer = client.open(address, method=method, **({"query_string": form} if method == "GET" else {"data": data}))
        assert answer.status_code < 500 or answer.status_code == 503, (
            f"{method} {address} {form!r}: {answer.text[:400]}"
        )
        if answer.mimetype == "text/html":
            assert LIVE not in answer.text, f"{method} {address} {form!r}"

    type_into()
