"""Real servers on loopback that take copies: OpenSSH's own, a WebDAV server, and S3 that checks every signature."""

from __future__ import annotations

import asyncio
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
from typing import Any
from xml.sax.saxutils import escape

import asyncssh
import pytest
from cheroot.wsgi import Server
from wsgidav.wsgidav_app import WsgiDAVApp

from tests import needs
from tests.kit.waiting import until
from tests.kit.wires import under_tls


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def sshd(folder: Path, *, read_only: bool = False) -> Iterator[dict[str, object]]:
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
        f"Subsystem sftp internal-sftp{' -R' if read_only else ''}\n"
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
def webdav(
    folder: Path,
    password: str = "mat-khau-webdav",
    *,
    certificate: Path | None = None,
    read_only: bool = False,
    quota: int | None = None,
) -> Iterator[dict[str, object]]:
    """A WebDAV server on a folder, over TLS where it has a certificate; its options for a target."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": {"root": str(folder), "readonly": read_only}},
            "simple_dc": {"user_mapping": {"*": {"loa": {"password": password}}}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "logging": {"enable": False},
            "verbose": 0,
        }
    )
    served = app if quota is None else _bounded(app, quota)
    server = Server(("127.0.0.1", port), _behind_tls(served) if certificate else served, numthreads=4)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        with under_tls(port, certificate) as shown:
            yield {"url": f"http{'s' if certificate else ''}://127.0.0.1:{shown}", "user": "loa", "password": password}
    finally:
        server.stop()
        thread.join(20)


def _behind_tls(app: Any) -> Any:
    """A server that knows that those who come speak https with it."""
    return lambda environ, start: app({**environ, "wsgi.url_scheme": "https"}, start)


def _bounded(app: Any, quota: int) -> Any:
    """As Nextcloud answers whoever has used up what they may lay there."""

    def bounded(environ: dict[str, Any], start: Any) -> Any:
        if environ["REQUEST_METHOD"] == "PUT" and int(environ.get("CONTENT_LENGTH") or quota + 1) > quota:
            environ["wsgi.input"].read()
            start("507 Insufficient Storage", [("Content-Length", "0")])
            return [b""]
        return app(environ, start)

    return bounded


class _Bucket(BaseHTTPRequestHandler):
    """As much of S3 as a bucket of objects needs; each signature is computed anew, as AWS describes version 4."""

    protocol_version = "HTTP/1.1"
    root: Path
    key, secret = "khoa-thu", "bi-mat-thu-nghiem"
    full = read_only = False
    clock_off = dt.timedelta(0)
    """How far the clock of the service is from ours."""
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
        asked_at = dt.datetime.strptime(self.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
        if abs(dt.datetime.now(dt.UTC) + self.clock_off - asked_at) > dt.timedelta(minutes=15):
            return self._say(403, self._error("RequestTimeTooSkewed"))
        if self.read_only and self.command in {"PUT", "POST", "DELETE"}:
            return self._say(403, self._error("AccessDenied"))
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
def s3(folder: Path, *, certificate: Path | None = None) -> Iterator[tuple[dict[str, object], type[_Bucket]]]:
    """A bucket `loa-thu` that checks each signature; its options for a target, and the bucket to be filled up."""
    (folder / "loa-thu").mkdir(parents=True, exist_ok=True)
    handler = type("Bucket", (_Bucket,), {"root": folder, "parts": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True  # whoever stalls in the middle is not waited for
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with under_tls(server.server_port, certificate) as shown:
            yield (
                {
                    "endpoint": f"127.0.0.1:{shown}",
                    "bucket": "loa-thu",
                    "access_key": _Bucket.key,
                    "secret_key": _Bucket.secret,
                    "plain_http": certificate is None,
                },
                handler,
            )
    finally:
        server.shutdown()
        server.server_close()
        thread.join(20)


class SftpServer:
    """A machine that takes files over SFTP from whoever has the password, and notes each password that it was told."""

    def __init__(self, port: int, fingerprint: str) -> None:
        self.port, self.fingerprint = port, fingerprint
        self.passwords: list[str] = []


@contextlib.contextmanager
def sftp(folder: Path, *, port: int = 0) -> Iterator[SftpServer]:
    """A server of another make than the client, on a folder; any password of the user `loa` that is not `sai` is right."""
    folder.mkdir()
    key = asyncssh.generate_private_key("ssh-ed25519")
    made = SftpServer(port, key.get_fingerprint())

    guests: list[asyncssh.SSHServerConnection] = []

    class Door(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            guests.append(conn)

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            made.passwords.append(password)
            return username == "loa" and password != "sai"

    def files(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(folder).encode())

    loop = asyncio.new_event_loop()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1", port, server_factory=Door, server_host_keys=[key], sftp_factory=files, reuse_address=True
        )

    async def end(acceptor: asyncssh.SSHAcceptor) -> None:
        acceptor.close()
        for guest in guests:
            guest.abort()
            await asyncio.wait_for(guest.wait_closed(), 10)
        await asyncio.wait_for(acceptor.wait_closed(), 10)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(20)
        made.port = acceptor.get_port()
        try:
            yield made
        finally:
            asyncio.run_coroutine_threadsafe(end(acceptor), loop).result(20)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()
