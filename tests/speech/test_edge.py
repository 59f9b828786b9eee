"""Microsoft's voices against a real WebSocket server on loopback that speaks the protocol and misbehaves."""

import asyncio
import datetime as dt
import threading

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.errors import EngineError
from broadcaster.media import ffmpeg
from broadcaster.speech.edge import EdgeEngine

pytest.importorskip("edge_tts", reason="the group `voices` is not installed")
from aiohttp import WSMsgType, web


class FakeEdge:
    """Answers each sentence by the next word of `script`, then by the last one: ok, silent, drop, slow, broken, refuse."""

    def __init__(self, mp3):
        self.mp3 = mp3
        self.script = ["ok"]
        self.asked = []
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(10)

    def _run(self, ready):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(ready))
        self._loop.close()

    async def _serve(self, ready):
        app = web.Application()
        app.router.add_get("/", self._talk)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"ws://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/?x=1"
        ready.set()
        await self._stop.wait()
        await runner.cleanup()

    def close(self):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _talk(self, request):
        word = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if word == "refuse":
            return web.Response(status=403)
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        async for message in ws:
            if message.type == WSMsgType.TEXT and "Path:ssml" in message.data:
                self.asked.append(message.data)
                if word == "drop":
                    await ws.close()
                    break
                if word == "slow":
                    await self._stop.wait()
                    break
                if word in {"ok", "broken"}:
                    head = b"X-RequestId:1\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n"
                    body = self.mp3 if word == "ok" else b"no mp3 " * 90
                    await ws.send_bytes(len(head).to_bytes(2, "big") + head + body)
                await ws.send_str("X-RequestId:1\r\nPath:turn.end\r\n\r\n{}")
                break
        return ws


@pytest.fixture(scope="module")
def mp3():
    arguments = ["-f", "lavfi", "-i", "sine=f=500:r=24000:d=0.5", "-af", "volume=4", "-write_xing", "0"]
    return ffmpeg.run([*arguments, "-c:a", "libmp3lame", "-b:a", "48k", "-f", "mp3", "pipe:1"]).stdout


@pytest.fixture
def edge(mp3):
    server = FakeEdge(mp3)
    yield server
    server.close()


@pytest.fixture
def engine(edge):
    return EdgeEngine(edge.url, FrozenClock(dt.datetime(2026, 3, 2, 5, 0, tzinfo=dt.UTC)), timeout_s=1.0)


def test_both_voices_speak_and_the_padding_is_cut(edge, engine):
    for voice, name in (("hoaimy", "HoaiMy"), ("namminh", "NamMinh")):
        assert engine.speak("Xin chào bà con.", voice=voice, rate=1.2).seconds == pytest.approx(0.5, abs=0.04)
        assert name in edge.asked[-1]
        assert "+20%" in edge.asked[-1]
        assert "Xin chào bà con." in edge.asked[-1]


@pytest.mark.parametrize("fault", ["silent", "drop", "refuse", "slow"])
def test_a_passing_fault_is_tried_again(edge, engine, fault):
    edge.script = [fault, "ok"]
    assert engine.speak("Xin chào.", voice="hoaimy").pcm


def test_after_three_failures_it_is_left_alone(edge, engine):
    edge.script = ["drop"]
    with pytest.raises(EngineError) as caught:
        engine.speak("Xin chào.", voice="hoaimy")
    assert caught.value.transient
    assert "tạm nghỉ" in engine.check()
    asked = len(edge.asked)
    with pytest.raises(EngineError, match="tạm nghỉ"):
        engine.speak("Xin chào.", voice="hoaimy")
    assert len(edge.asked) == asked


def test_rubbish_and_wrong_names_are_named(edge, engine):
    edge.script = ["broken"]
    with pytest.raises(EngineError, match=r"hỏng|rỗng"):
        engine.speak("Xin chào.", voice="hoaimy")
    with pytest.raises(EngineError, match="nobody"):
        engine.speak("Xin chào.", voice="nobody")
    with pytest.raises(EngineError, match="rỗng"):
        engine.speak("…", voice="hoaimy")
