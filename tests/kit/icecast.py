"""A real Icecast on loopback, run as a normal user."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np

from broadcaster.media import ffmpeg

_CONFIG = """<icecast>
  <limits><clients>100</clients><sources>60</sources><source-timeout>5</source-timeout>
    <burst-size>{burst}</burst-size></limits>
  <authentication><source-password>{password}</source-password><admin-user>admin</admin-user>
    <admin-password>{password}-admin</admin-password></authentication>
  <hostname>localhost</hostname>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address>{ssl}</listen-socket>
  <fileserve>1</fileserve>
  <paths><basedir>{folder}</basedir><logdir>{folder}</logdir><webroot>{folder}/web</webroot>
    <adminroot>/usr/share/icecast2/admin</adminroot>{certificate}</paths>
  <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>3</loglevel></logging>
</icecast>
"""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Icecast:
    """Start, stop and start again; files under `web` are served too.

    With a certificate (a file that holds its key too) it speaks TLS and nothing else.
    """

    password = "bi-mat-thu"

    def __init__(self, burst: int = 4096, certificate: Path | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="icecast-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.web = self.folder / "web"
        shutil.copytree("/usr/share/icecast2/web/", self.web)  # the page that tells which mounts there are
        self.port = free_port()
        self._config = self.folder / "icecast.xml"
        self._config.write_text(
            _CONFIG.format(
                password=self.password,
                port=self.port,
                folder=self.folder,
                burst=burst,
                ssl="<ssl>1</ssl>" if certificate else "",
                certificate=f"<ssl-certificate>{self.folder}/icecast.pem</ssl-certificate>" if certificate else "",
            ),
            encoding="utf-8",
        )
        self.trust: ssl.SSLContext | None = None
        if certificate:
            (self.folder / "icecast.pem").write_bytes(certificate.read_bytes())
            self.trust = ssl.create_default_context(cafile=certificate)
            self.trust.check_hostname = False
            self.trust.verify_mode = ssl.CERT_NONE  # the test looks at its own server
        self._process: subprocess.Popen | None = None

    @staticmethod
    def missing() -> bool:
        return shutil.which("icecast2") is None

    def start(self) -> Icecast:
        as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
            as_user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        self._process = subprocess.Popen(
            ["icecast2", "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            **as_user,
        )
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                assert self._process.poll() is None, "icecast2 did not start"
                time.sleep(0.05)
        raise AssertionError("icecast2 does not answer")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, mount: str) -> str:
        return f"{'https' if self.trust else 'http'}://127.0.0.1:{self.port}{mount}"

    def has(self, mount: str) -> bool:
        try:
            with urllib.request.urlopen(self.url("/status-json.xsl"), timeout=2, context=self.trust) as answer:
                return mount in answer.read().decode()
        except OSError:
            return False


def listen(url: str, seconds: float) -> np.ndarray:
    """Return what a listener hears for some seconds: 48 kHz, mono, -1 to 1."""
    blind = ["-tls_verify", "0"] if url.startswith("https") else []
    command = [ffmpeg.program(), "-loglevel", "error", "-t", str(seconds), *blind, "-i", url]
    command += ["-f", "s16le", "-ac", "1", "-ar", "48000", "-"]
    made = subprocess.run(command, capture_output=True, timeout=seconds + 30, check=False).stdout
    return np.frombuffer(made, "<i2") / 32768


def share_of(samples: np.ndarray, hz: float) -> float:
    """Return the share of the power that lies within 5 % of `hz`."""
    if not len(samples):
        return 0.0
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    at = np.fft.rfftfreq(len(samples), 1 / 48000)
    total = float(power.sum())
    return float(power[(at > hz * 0.95) & (at < hz * 1.05)].sum()) / total if total else 0.0
