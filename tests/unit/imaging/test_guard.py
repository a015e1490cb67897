"""Can any file hurt the process that asked for it?"""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless

from clnm_core.errors import ImageError
from clnm_core.imaging import processes
from clnm_core.imaging.disguise import Disguise
from clnm_core.imaging.guard import read_untrusted, receive_untrusted
from clnm_core.imaging.limits import Limits
from tests.unit.imaging.dicom_files import (
    PATIENT,
    body_of,
    dataset_of,
    deflated,
    file_from_parts,
    file_of,
)

GREY = np.arange(64, dtype=np.uint8).reshape(8, 8)
GOOD = file_of(dataset_of(GREY))


def assert_still_reads() -> None:
    np.testing.assert_array_equal(read_untrusted(GOOD, "good.dcm").pixels, GREY)


def nested(depth: int) -> bytes:
    """Sequences of undefined length, one in the other."""
    start = struct.pack("<HH2sHI", 0x0008, 0x1115, b"SQ", 0, 0xFFFFFFFF)
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    return file_from_parts(ExplicitVRLittleEndian, (start + item) * depth)


def jpeg_2000_that_claims(rows: int, columns: int) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(GREY).save(buffer, format="JPEG2000", no_jp2=True)
    stream = bytearray(buffer.getvalue())
    place = stream.index(b"\xff\x51")
    struct.pack_into(">II", stream, place + 6, columns, rows)
    struct.pack_into(">II", stream, place + 22, columns, rows)
    dataset = dataset_of(GREY)
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    dataset.PixelData = encapsulate([bytes(stream)])
    dataset["PixelData"].is_undefined_length = True
    return file_of(dataset)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (nested(5000), "too deeply|damaged"),
        (deflated(b"\0" * 400_000_000), "grows beyond 256 MB"),
        (jpeg_2000_that_claims(60_000, 60_000), "states one size and holds a picture of another"),
        (GOOD[:-30], "cut off"),
        (GOOD[:140], "holds no picture|damaged"),
        (b"", "empty"),
    ],
    ids=["nested", "bomb", "claims", "truncated", "header", "empty"],
)
def test_a_hostile_file_ends_in_one_sentence_and_the_next_is_read(data, sentence):
    begun = time.monotonic()
    with pytest.raises(ImageError, match=sentence) as refusal:
        read_untrusted(data, "x.dcm")
    assert time.monotonic() - begun < 15
    assert "\n" not in str(refusal.value)
    assert_still_reads()


def test_random_damage_never_raises_anything_but_an_image_error():
    random = np.random.default_rng(7)
    said = []
    for _ in range(100):
        data = np.frombuffer(GOOD, dtype=np.uint8).copy()
        places = random.integers(132, data.size, random.integers(1, 12))
        data[places] = random.integers(0, 256, places.size)
        try:
            read_untrusted(data[: random.integers(100, data.size + 1)].tobytes(), "x.dcm")
        except ImageError as error:
            said.append(str(error))
    assert len(said) > 30
    assert not any(PATIENT.split("^")[0] in words for words in said)
    assert_still_reads()


def test_damage_to_compressed_pictures_never_kills_the_parent(shared_data):
    random = np.random.default_rng(8)
    said = []
    folder = shared_data / "dicom_transfer_syntaxes"
    for name in ("py_SC_rgb_jpeg_gdcm.dcm", "py_MR_small_RLE.dcm", "py_MR_small_jp2klossless.dcm"):
        whole = np.frombuffer((folder / name).read_bytes(), dtype=np.uint8)
        for _ in range(15):
            data = whole.copy()
            places = random.integers(data.size // 2, data.size, 5)
            data[places] = random.integers(0, 256, places.size)
            try:
                read_untrusted(data.tobytes(), name)
            except ImageError as error:
                said.append(str(error))
    assert said
    assert all(words.endswith(".") for words in said)
    assert_still_reads()


def test_a_reader_that_has_died_gives_a_sentence_and_is_replaced(monkeypatch):
    dead = processes.take()
    processes.kill(dead)
    with monkeypatch.context() as patch:
        patch.setattr(processes, "take", lambda: dead)
        with pytest.raises(ImageError, match="could not be read"):
            read_untrusted(GOOD, "x.dcm")
    assert dead.poll() is not None
    assert_still_reads()


def test_a_worker_that_is_killed_takes_its_reader_with_it():
    """As the processor limit does: the worker dies by a signal, halfway."""
    slow = file_of(dataset_of(np.zeros((4000, 4000), dtype=np.uint16), modality="MR"))
    with pytest.raises(ImageError, match="could not be read"):
        read_untrusted(slow, "x.dcm", limits=Limits(cpu_seconds=0))
    assert_still_reads()


def program(source: str) -> processes.Reader:
    return subprocess.Popen(
        [sys.executable, "-c", source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    )


def test_a_reader_that_takes_too_long_is_ended(monkeypatch):
    stuck = program("import time; time.sleep(60)")
    monkeypatch.setattr(processes, "take", lambda: stuck)
    begun = time.monotonic()
    with pytest.raises(ImageError, match="more memory or time than is safe"):
        read_untrusted(bytes(10 * 2**20), "x.dcm", limits=Limits(wall_seconds=1))
    assert time.monotonic() - begun < 5
    assert stuck.poll() is not None


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0\0\0\4null",
        b"\0\0\0\2{}",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x10not json at all!",
    ],
    ids=["nothing", "null", "no ticket", "endless", "no json"],
)
def test_an_answer_that_is_none_is_refused(monkeypatch, answer):
    process = program(
        f"import sys; sys.stdout.buffer.write({answer!r}); sys.stdout.flush(); sys.stdin.read()"
    )
    monkeypatch.setattr(processes, "take", lambda: process)
    with pytest.raises(ImageError, match="could not be read"):
        read_untrusted(GOOD, "x.dcm", limits=Limits(wall_seconds=2))
    assert process.poll() is not None


def answering(header: dict[str, object], body: bytes = b"") -> str:
    """A reader that sends the ticket back, and then whatever it likes."""
    return (
        "import json, struct, sys\n"
        "stdin, stdout = sys.stdin.buffer, sys.stdout.buffer\n"
        "(length,) = struct.unpack('>I', stdin.read(4))\n"
        "request = json.loads(stdin.read(length))\n"
        "for size in request['sizes']:\n    stdin.read(size)\n"
        f"words = json.dumps({header!r} | {{'ticket': request['ticket']}}).encode()\n"
        f"stdout.write(struct.pack('>I', len(words)) + words + {body!r})\n"
        "stdout.flush()\nstdin.read()\n"
    )


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"sizes": None},
        {"sizes": [-1]},
        {"sizes": [True]},
        {"sizes": [1.5]},
        {"sizes": [10**12]},
        {"sizes": [1, 1]},
        {"sizes": {"0": 1}},
        {"sizes": [64]},
        {"sizes": [], "error": 7},
        {"sizes": [], "error": "\x1b[31mred"},
        {"sizes": [], "shape": [8, 8]},
    ],
    ids=str,
)
def test_a_turned_reader_gets_neither_memory_nor_words(monkeypatch, header):
    process = program(answering(header))
    monkeypatch.setattr(processes, "take", lambda: process)
    with pytest.raises(ImageError, match="could not be read"):
        read_untrusted(GOOD, "x.dcm", limits=Limits(wall_seconds=3))
    if process.poll() is None:
        processes.end(process)


def test_a_key_reaches_the_reader_through_the_pipe_alone(monkeypatch):
    """Received, it is; and neither arguments nor environment of any process hold it."""
    key = bytes(range(32))
    seen: list[bytes] = []
    real = processes.take

    def taken() -> processes.Reader:
        process = real()
        for name in ("cmdline", "environ"):
            place = Path(f"/proc/{process.pid}/{name}")
            seen.append(place.read_bytes() if place.exists() else b"")
        return process

    monkeypatch.setattr(processes, "take", taken)
    received = receive_untrusted(GOOD, "x.dcm", disguise=Disguise(key, "P-1", -9))
    np.testing.assert_array_equal(received.image.pixels, GREY)
    assert PATIENT.encode() not in received.dicom
    assert seen
    assert not any(key in words or key.hex().encode() in words for words in seen)


def test_a_file_that_cannot_be_received_ends_in_one_sentence():
    disguise = Disguise(bytes(32), "P-1", -9)
    for data in (b"", b"%PDF-1.4", GOOD[:-30], nested(3000)):
        with pytest.raises(ImageError) as refusal:
            receive_untrusted(data, "x.dcm", disguise=disguise)
        assert str(refusal.value).isprintable()
    with pytest.raises(ValueError, match="frame must be 0 or more"):
        receive_untrusted(GOOD, "x.dcm", disguise=disguise, frame=-1)


def test_there_is_no_window_of_that_name():
    with pytest.raises(ValueError, match="window must be one of soft tissue, bone, lung, full"):
        read_untrusted(GOOD, "x.dcm", window="teeth")


def test_limits_reach_the_reader():
    with pytest.raises(ImageError, match=r"has 1 MB, more than is read safely \(at most 0 MB\)"):
        read_untrusted(bytes(2**20), "x", limits=Limits(file_bytes=10))
    with pytest.raises(ImageError, match="8 x 8 pixels"):
        read_untrusted(GOOD, "x", limits=Limits(pixels=63))
    big = file_of(dataset_of(np.zeros((4000, 4000), dtype=np.uint16), modality="MR"))
    with pytest.raises(ImageError, match="memory"):
        read_untrusted(big, "x", limits=Limits(memory_bytes=2**28))
    assert_still_reads()


def test_the_largest_picture_that_is_allowed_is_read():
    side = 4096
    image = read_untrusted(file_of(dataset_of(np.ones((side, side, 3), dtype=np.uint16))), "x")
    assert image.pixels.shape == (side, side, 3)


def test_many_readers_at_once_each_get_their_own_picture():
    pictures = [np.full((20, 30), value, dtype=np.uint8) for value in range(1, 13)]
    files = [file_of(dataset_of(picture)) for picture in pictures]
    with ThreadPoolExecutor(6) as pool:
        images = list(pool.map(lambda data: read_untrusted(data, "x.dcm"), files))
    for picture, image in zip(pictures, images, strict=True):
        np.testing.assert_array_equal(image.pixels, picture)


def test_no_process_and_no_file_is_left_open():
    def open_files() -> int:
        folder = Path("/proc/self/fd")
        return len(list(folder.iterdir())) if folder.exists() else 0

    processes.close()
    before = open_files()
    assert_still_reads()
    reader = processes.take()
    processes.put_back(reader)
    processes.close()
    assert reader.poll() is not None
    assert open_files() == before


def test_only_two_readers_wait():
    readers = [processes.take() for _ in range(4)]
    for reader in readers:
        processes.put_back(reader)
    assert sum(reader.poll() is None for reader in readers) == 2


def test_a_warm_reader_answers_within_half_a_second():
    processes.warm_up()
    taken = []
    for _ in range(5):
        begun = time.monotonic()
        assert_still_reads()
        taken.append(time.monotonic() - begun)
    assert min(taken) < 0.5


def test_reading_does_not_depend_on_the_working_folder(tmp_path, monkeypatch):
    processes.close()
    monkeypatch.chdir(tmp_path)
    assert_still_reads()


def test_secrets_of_the_environment_do_not_reach_the_reader(monkeypatch):
    monkeypatch.setenv("CLNM_SECRET", "hush")
    processes.close()
    processes.warm_up()
    process = processes.take()
    environment = Path(f"/proc/{process.pid}/environ")
    try:
        if not environment.exists():
            pytest.skip("needs /proc")
        assert b"hush" not in environment.read_bytes()
    finally:
        processes.end(process)


def test_a_negative_frame_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="frame must be 0 or more"):
        read_untrusted(GOOD, "x.dcm", frame=-1)


def test_no_thread_is_left():
    assert_still_reads()
    watchdogs = [one for one in threading.enumerate() if isinstance(one, threading.Timer)]
    for watchdog in watchdogs:
        watchdog.join(timeout=2)
    assert not any(watchdog.is_alive() for watchdog in watchdogs)


def test_the_body_alone_is_read_too():
    np.testing.assert_array_equal(read_untrusted(body_of(dataset_of(GREY)), "x").pixels, GREY)
