"""A small server that speaks the protocol of Google Translate's end point, with the faults of the real one."""

import base64
import json
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATH = "/_/TranslateWebserverUi/data/batchexecute"


class FakeGoogle:
    """Answers each request by the next word of `script`, then by the last one for ever.

    Words: ok, 429, 429:SECONDS, 429-date, 500, 503, 403, html, empty, no-audio, rubbish, broken-mp3, cut, cut-chunked,
    slow, drop.
    """

    def __init__(self, mp3: bytes, linger_s: float = 0.0) -> None:
        self.mp3 = mp3
        self.linger_s = linger_s  # how long each request stays in flight at least
        self.script = ["ok"]
        self.asked: list[str] = []
        self.counting = threading.Lock()
        self.in_flight = 0
        self.most_in_flight = 0
        self.release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_args):
                pass

            def do_POST(self):
                with outer.counting:
                    outer.in_flight += 1
                    outer.most_in_flight = max(outer.most_in_flight, outer.in_flight)
                time.sleep(outer.linger_s)
                with outer.counting:  # before the answer: whoever has it may ask again at once
                    outer.in_flight -= 1
                outer._serve(self)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self, handler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        assert handler.path == PATH
        question = json.loads(urllib.parse.parse_qs(body)["f.req"][0])
        rpc, parameter, *_ = question[0][0]
        assert rpc == "jQ1olc"
        text, language, *_ = json.loads(parameter)
        assert language == "vi"
        assert len(text) <= 100
        self.asked.append(text)
        word = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        getattr(self, "_" + word.partition(":")[0].replace("-", "_"))(handler, word)

    def _send(self, handler, status, body: bytes, headers=(), length=None) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json; charset=utf-8")
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers:
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)
        if length is not None:
            handler.close_connection = True

    def _answer(self, mp3: bytes) -> bytes:
        inner = json.dumps([base64.b64encode(mp3).decode()], separators=(",", ":"))
        outer = json.dumps([["wrb.fr", "jQ1olc", inner, None, None, None, "generic"]], separators=(",", ":"))
        return f')]}}\'\n\n{len(outer)}\n{outer}\n25\n[["e",4,null,null,1]]\n'.encode()

    def _ok(self, handler, _word):
        self._send(handler, 200, self._answer(self.mp3))

    def _429(self, handler, word):
        seconds = word.partition(":")[2]
        self._send(handler, 429, b"", [("Retry-After", seconds)] if seconds else [])

    def _429_date(self, handler, _word):
        self._send(handler, 429, b"", [("Retry-After", "Mon, 02 Mar 2026 05:00:07 GMT")])

    def _500(self, handler, _word):
        self._send(handler, 500, b"oops")

    def _503(self, handler, _word):
        self._send(handler, 503, b"")

    def _403(self, handler, _word):
        self._send(handler, 403, b"no")

    def _html(self, handler, _word):
        self._send(handler, 200, b"<!DOCTYPE html><title>Wi-Fi</title>")

    def _empty(self, handler, _word):
        self._send(handler, 200, b"")

    def _no_audio(self, handler, _word):
        self._send(handler, 200, b')]}\'\n\n[["wrb.fr","jQ1olc",null]]\n')

    def _rubbish(self, handler, _word):
        self._send(handler, 200, b'[["wrb.fr","jQ1olc","[\\"!!not base64!!\\"]"]]')

    def _broken_mp3(self, handler, _word):
        self._send(handler, 200, self._answer(b"this is no MP3 " * 50))

    def _cut(self, handler, _word):
        whole = self._answer(self.mp3)
        self._send(handler, 200, whole[: len(whole) // 2], length=len(whole))

    def _cut_chunked(self, handler, _word):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"400\r\n" + self._answer(self.mp3)[:300])
        handler.close_connection = True

    def _slow(self, handler, _word):
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        while not self.release.is_set():
            try:
                handler.wfile.write(b" ")
            except OSError:
                break
            time.sleep(0.05)
        handler.close_connection = True

    def _drop(self, handler, _word):
        handler.close_connection = True
        handler.connection.close()
