"""The content-addressed store: whole files or none, whatever happens."""

import hashlib
import os
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.errors import MediaError
from broadcaster.sound.store import Store


def files(store):
    return [p for p in store.root.rglob("*") if p.is_file()]


def test_a_sound_is_kept_once_under_the_hash_of_its_bytes(store, tmp_path):
    source = tmp_path / "a.flac"
    source.write_bytes(b"sound" * 1000)
    sha = store.put(source)
    assert sha == hashlib.sha256(source.read_bytes()).hexdigest()
    kept = store.verify(sha)
    assert kept == store.root / sha[:2] / f"{sha}.flac"
    before = kept.stat().st_ino
    assert store.put(source) == sha
    assert kept.stat().st_ino == before
    assert files(store) == [kept]
    assert sha in store
    assert "0" * 64 not in store


@pytest.mark.medium
@given(st.lists(st.binary(max_size=200), max_size=5))
def test_what_goes_in_comes_out(tmp_path_factory, contents):
    folder = tmp_path_factory.mktemp("p")
    store = Store(folder / "s")
    for n, data in enumerate(contents):
        (folder / str(n)).write_bytes(data)
        assert store.verify(store.put(folder / str(n))).read_bytes() == data
    assert len(files(store)) == len(set(contents))


def test_an_altered_or_missing_sound_is_noticed_and_the_right_bytes_mend_it(store, tmp_path):
    source = tmp_path / "a"
    source.write_bytes(b"sound")
    sha = store.put(source)
    store.path(sha).chmod(0o644)
    store.path(sha).write_bytes(b"other")
    with pytest.raises(MediaError) as caught:
        store.verify(sha)
    assert caught.value.code == "altered"
    assert store.put(source) == sha
    assert store.verify(sha).read_bytes() == b"sound"
    store.path(sha).unlink()
    with pytest.raises(MediaError) as caught:
        store.verify(sha)
    assert caught.value.code == "missing"


@pytest.mark.parametrize("bad", ["", "../../etc/passwd", "A" * 64, "g" * 64])
def test_only_hashes_are_names(store, bad):
    with pytest.raises(MediaError, match="không hợp lệ"):
        store.path(bad)


def test_a_full_disk_leaves_no_half_file(tmp_path):
    """A process that may write 64 KiB a file at most meets the kernel's own refusal in the middle of the copy."""
    (tmp_path / "big").write_bytes(b"x" * 1_000_000)
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from broadcaster.errors import MediaError; from broadcaster.sound.store import Store\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "store = Store(Path(sys.argv[1]) / 'store')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "try: store.put(Path(sys.argv[1]) / 'big')\n"
        "except MediaError as e: print(e.code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "disk-full"
    assert files(Store(tmp_path / "store")) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_really_full_filesystem_is_named_and_left_clean(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this machine refuses to mount")
    try:
        store = Store(disk / "store")
        (tmp_path / "big").write_bytes(os.urandom(1_000_000))
        with pytest.raises(MediaError, match="đầy") as caught:
            store.put(tmp_path / "big")
        assert caught.value.code == "disk-full"
        assert files(store) == []
        (tmp_path / "small").write_bytes(b"fits")
        assert store.verify(store.put(tmp_path / "small"))
    finally:
        subprocess.run(["umount", disk], check=True)


def test_what_a_killed_process_left_is_removed_but_not_what_a_living_one_writes(tmp_path):
    root = tmp_path / "store"
    code = (
        "import sys, time; from pathlib import Path; from broadcaster.sound.store import Store\n"
        "with Store(Path(sys.argv[1])).workspace() as f: (f / 'half').write_bytes(b'x'); print(flush=True); time.sleep(60)\n"
    )
    other = subprocess.Popen([sys.executable, "-c", code, root], stdout=subprocess.PIPE)
    try:
        other.stdout.readline()
        store = Store(root)
        with store.workspace() as mine:
            (mine / "half").write_bytes(b"y")
            assert len(files(Store(root))) == 2
            other.kill()
            other.wait()
            assert files(Store(root)) == [mine / "half"]
        assert files(store) == []
    finally:
        other.kill()
        other.wait()
        other.stdout.close()


def test_many_threads_may_keep_the_same_sound(store, tmp_path):
    source = tmp_path / "a"
    source.write_bytes(b"z" * 300_000)
    found = []
    threads = [threading.Thread(target=lambda: found.append(store.put(source))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(files(store)) == 1


def test_a_missing_source_and_a_blocked_folder_are_named(store, tmp_path):
    with pytest.raises(MediaError):
        store.put(tmp_path / "gone")
    (tmp_path / "file").write_text("")
    with pytest.raises(MediaError):
        Store(tmp_path / "file")
