"""What people send is opened in processes of its own alone; found by every view that takes a file."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from broadcaster import apart
from broadcaster.services.station import Station
from tests.kit import program
from tests.kit.documents import word_bytes
from tests.kit.panel import SignIn
from tests.kit.places import TESTS

PANEL = TESTS.parent / "broadcaster" / "panel"
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(28)
CAP = b'<?xml version="1.0"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>'
DOCX = word_bytes(lambda d: d.add_paragraph("1. Nội dung\n- Tuyên truyền"))
PLAIN = {"broadcaster.panel.schedule.slots", "broadcaster.panel.lexicon.pages"}
"""They take a text of at most 200 kB, which is read as TOML and by nothing else."""
COUNTED = {"broadcaster.panel.gate"}
"""It asks whether a file came, to refuse it before anything is read, and opens none."""
SENT = {
    "recordings": ("bientap", "/scripts/9/recording", "recording", "a.wav", WAV),
    "editor": ("bientap", "/scripts/upload", "file", "a.docx", DOCX),
    "emergency": ("vanhanh", "/emergency/", "recording", "a.wav", WAV),
    "emergency cap": ("vanhanh", "/emergency/cap", "cap", "a.xml", CAP),
    "plans": ("lanhdao", "/plans/import", "file", "a.docx", DOCX),
    "activities": ("bientap", "/activities/1/proofs", "file", "a.docx", DOCX),
    "sounds": ("vanhanh", "/sounds/new", "file", "a.wav", WAV),
}
MORE = {
    "emergency": {"title": "Lũ", "text": "", "zones": "am01", "reason": "Tin báo", "interrupted": "resume"},
    "sounds": {"title": "Nhạc", "kind": "tune", "licence": "CC0", "source": ""},
}


def takes_files(tree: ast.AST) -> list[ast.AST]:
    """The places at which a module of the panel takes what was sent: the files of a request, or of a form's field."""
    files = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and ast.unparse(n) == "request.files"]
    return [*files, *(n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "_uploaded")]


def test_every_view_that_takes_a_file_has_it_opened_apart() -> None:
    found, bare = set(), []
    for path, tree in program.trees(PANEL, "files", "_uploaded"):
        name = ".".join(path.relative_to(PANEL.parents[1]).with_suffix("").parts)
        for view in ast.walk(tree):
            if not isinstance(view, ast.FunctionDef) or not takes_files(view):
                continue
            if name in COUNTED:
                assert not re.search(r"\.(read|stream|save)\b", ast.unparse(view)), "it opens nothing"
                continue
            found.add(name)
            if name not in PLAIN and "apart.on_behalf_of(" not in ast.unparse(view):
                bare.append(f"{name}.{view.name}")
    assert bare == []
    assert found - PLAIN == {
        f"broadcaster.panel.{room}"
        for room in (
            "scripts.recordings",
            "scripts.editor",
            "air.emergency",
            "reports.plans",
            "reports.activities",
            "setup.sounds",
        )
    }, "a new one is tried below"


@pytest.mark.parametrize("kind", SENT)
def test_nothing_that_was_sent_is_opened_in_the_panel_s_own_process(
    station: Station, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """With the work done here instead of in a child, nothing that opens a file may run outside of it."""
    who, address, field, name, data = SENT[kind]
    client = sign_in(who)
    if kind == "activities":
        fields = {"form": "zalo", "title": "Tin", "topic": "khac", "unit": "vhxh", "day": "2026-03-02"}
        assert client.post("/activities/new", data=fields).status_code == 303
    inside, work = [False], []

    def done(_seconds: float, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        inside[0] = True
        work.append(function.__name__)
        try:
            return function(*args, **named)
        finally:
            inside[0] = False

    def guarded(real: Callable[..., Any]) -> Callable[..., Any]:
        def opened(*args: Any, **named: Any) -> Any:
            assert inside[0], "opened in the panel's own process"
            return real(*args, **named)

        return opened

    monkeypatch.setattr(apart, "done", done)
    monkeypatch.setattr(zipfile.ZipFile, "__init__", guarded(zipfile.ZipFile.__init__))
    monkeypatch.setattr(subprocess.Popen, "__init__", guarded(subprocess.Popen.__init__))
    monkeypatch.setattr(etree, "fromstring", guarded(etree.fromstring))
    sent = {**MORE.get(kind, {}), field: (io.BytesIO(data), name)}
    answer = client.post(address, data=sent, content_type="multipart/form-data", follow_redirects=True)
    assert answer.status_code in {200, 422}
    assert work, "it was opened apart"
