"""Real servers on loopback that take copies: OpenSSH's own, a WebDAV server, and S3 that checks every signature."""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from cheroot.wsgi import Server
from wsgidav.wsgidav_app import WsgiDAVApp

from tests import needs
from tests.kit.waiting import until


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def sshd(folder: Path) -> Iterator[dict[str, object]]:
    """OpenSSH's server; its options for a target, with the host key as a person would have compared it."""
    program = needs.where("sshd")
    if program is None:
        pytest.skip("no OpenSSH server")
    folder.mkdir(mode=0o700)
    for name in ("host", "own"):
        making = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(making, check=True, timeout=30)
    shutil.copy(folder / "own.pub", folder / "authorized")
    port = free_port()
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile {folder}/pid\nStrictModes no\n"
        f"AuthorizedKeysFile {folder}/authorized\nPasswordAuthentication no\nUsePAM no\nPermitRootLogin yes\n"
        "Subsystem sftp internal-sftp\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    server = subprocess.Popen(
        [program, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    try:
        until(lambda: answers(port), 20)
        told = subprocess.run(
            ["ssh-keygen", "-lf", str(folder / "host.pub")], check=True, capture_output=True, text=True, timeout=30
        ).stdout
        yield {
            "host": "127.0.0.1",
            "port": port,
            "user": getpass.getuser(),
            "key_file": str(folder / "own"),
            "host_key": told.split()[1],
            "folder": str(folder / "copies"),
        }
    finally:
        server.terminate()
        server.wait(20)


@contextlib.contextmanager
def webdav(folder: Path, password: str = "mat-khau-webdav") -> Iterator[dict[str, object]]:
    """A WebDAV server on a folder; its options for a target."""
    folder.mkdir()
    port = free_port()
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(folder)},
            "simple_dc": {"user_mapping": {"*": {"loa": {"password": password}}}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "logging": {"enable": False},
            "verbose": 0,
        }
    )
    server = Server(("127.0.0.1", port), app, numthreads=4)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield {"url": f"http://127.0.0.1:{port}", "user": "loa", "password": password}
    finally:
        server.stop()
        thread.join(20)


class _Bucket(BaseHTTPRequestHandler):
    """As much of S3 as a bucket of objects needs; each signature is computed anew, as AWS describes version 4."""

    protocol_version = "HTTP/1.1"
    root: Path
    key, secret = "khoa-thu", "bi-mat-thu-nghiem"
    full = False
    parts: dict[str, dict[int, bytes]]

    def log_message(self, *_: object) -> None:
        pass

    def _signed(self, body_hash: str) -> bool:
        said = self.headers.get("Authorization", "")
        parts = dict(p.strip().split("=", 1) for p in said.removeprefix("AWS4-HMAC-SHA256 ").split(",") if "=" in p)
        access, *scope = parts.get("Credential", "").split("/")
        place, _, query = self.path.partition("?")
        pairs = sorted(urllib.parse.parse_qsl(query, keep_blank_values=True))
        asked = "&".join(f"{urllib.parse.quote(k, safe='-_.~')}={urllib.parse.quote(v, safe='-_.~')}" for k, v in pairs)
        names = parts.get("SignedHeaders", "").split(";")
        heads = "".join(f"{n}:{' '.join(self.headers.get(n, '').split())}\n" for n in names)
        whole = "\n".join([self.command, place, asked, heads, ";".join(names), body_hash])
        when = self.headers.get("x-amz-date", "")
        to_sign = "\n".join(["AWS4-HMAC-SHA256", when, "/".join(scope), hashlib.sha256(whole.encode()).hexdigest()])
        key = f"AWS4{self.secret}".encode()
        for word in scope:
            key = hmac.digest(key, word.encode(), "sha256")
        return access == self.key and hmac.compare_digest(
            hmac.digest(key, to_sign.encode(), "sha256").hex(), parts.get("Signature", "")
        )

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = self.headers.get("x-amz-content-sha256", "")
        if said not in {"UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()} or not self._signed(said):
            return self._say(403, self._error("SignatureDoesNotMatch"))
        place, _, query = self.path.partition("?")
        bucket, _, name = urllib.parse.unquote(place).lstrip("/").partition("/")
        if not (self.root / bucket).is_dir():
            return self._say(404, self._error("NoSuchBucket"))
        target = self.root / bucket / name
        asked = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        if self.command == "POST" and "uploads" in asked:
            space = "http://s3.amazonaws.com/doc/2006-03-01/"
            words = f'<InitiateMultipartUploadResult xmlns="{space}"><UploadId>lan-gui</UploadId></InitiateMultipartUploadResult>'
            self.parts[name] = {}
            return self._say(200, words.encode())
        if self.command == "POST":
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(b"".join(data for _, data in sorted(self.parts.pop(name).items())))
            words = f"<CompleteMultipartUploadResult><Key>{escape(name)}</Key><ETag>x</ETag></CompleteMultipartUploadResult>"
            return self._say(200, words.encode())
        if self.command == "PUT" and "partNumber" in asked and not self.full:
            self.parts[name][int(asked["partNumber"])] = body
            return self._say(200, b"", {"ETag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'})
        if self.command == "DELETE" and "uploadId" in asked:
            self.parts.pop(name, None)
            return self._say(204, b"")
        if self.command == "PUT":
            if self.full:
                return self._say(507, self._error("QuotaExceeded"))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
            return self._say(200, b"", {"ETag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'})
        if self.command == "DELETE":
            target.unlink(missing_ok=True)
            return self._say(204, b"")
        if not name:
            return self._say(200, self._listing(bucket, dict(urllib.parse.parse_qsl(query))["prefix"]))
        if not target.is_file():
            return self._say(404, self._error("NoSuchKey"))
        data = target.read_bytes()
        facts = {
            "ETag": f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"',
            "Last-Modified": dt.datetime.fromtimestamp(target.stat().st_mtime, dt.UTC).strftime(
                "%a, %d %b %Y %H:%M:%S GMT"
            ),
        }
        return self._say(200, data, facts)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _do  # noqa: N815

    def _listing(self, bucket: str, prefix: str) -> bytes:
        top = self.root / bucket
        found = sorted(p for p in top.rglob("*") if p.is_file())
        rows = "".join(
            f"<Contents><Key>{escape(name)}</Key><Size>{p.stat().st_size}</Size><ETag>x</ETag>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for p in found
            if (name := p.relative_to(top).as_posix()).startswith(prefix)
        )
        space = "http://s3.amazonaws.com/doc/2006-03-01/"
        return f'<ListBucketResult xmlns="{space}"><Name>{bucket}</Name><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>'.encode()

    def _error(self, code: str) -> bytes:
        return f"<Error><Code>{code}</Code><Message>{code}</Message><Resource>/</Resource></Error>".encode()

    def _say(self, status: int, body: bytes, heads: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/xml", **(heads or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextlib.contextmanager
def s3(folder: Path) -> Iterator[tuple[dict[str, object], type[_Bucket]]]:
    """A bucket `loa-thu` that checks each signature; its options for a target, and the bucket to be filled up."""
    (folder / "loa-thu").mkdir(parents=True)
    handler = type("Bucket", (_Bucket,), {"root": folder, "parts": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield (
            {
                "endpoint": f"127.0.0.1:{server.server_port}",
                "bucket": "loa-thu",
                "access_key": _Bucket.key,
                "secret_key": _Bucket.secret,
                "plain_http": True,
            },
            handler,
        )
    finally:
        server.shutdown()
        server.server_close()
        thread.join(20)
