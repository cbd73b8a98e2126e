"""Models from a hub: files and folders, resumed, checked, and every refusal with what to do."""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.engines.openai.endpoint import Asked, Endpoint, Reply, endpoint
from tests.models.gguf.gguf_files import gguf
from tests.models.malformed_models import write_model_folder
from underdog.errors import MissingExtraError, ModelFileError, UsageError
from underdog.models import hub_model
from underdog.models.loading import open_model
from underdog.models.pulled import KNOWN, model_name, pull_model, pulled_models, resolve_model

hub_library = pytest.importorskip("huggingface_hub", minversion="2")
from huggingface_hub import constants, file_download  # noqa: E402

DATA = gguf(data=bytes(3_000_000))
COMMIT = "c0ffee" * 6 + "abcd"
FILE = "hf:owner/repo/Tiny.gguf"
FOLDER = "hf:owner/Folder"


def hash_of(name: str, data: bytes) -> dict[str, Any]:
    """What a hub says of a file: the hash of its content when it is large, else git's."""
    if name.endswith((".gguf", ".safetensors", ".bin")):
        digest = hashlib.sha256(data).hexdigest()
        return {"lfs": {"sha256": digest, "size": len(data), "pointerSize": 1}, "blobId": "0" * 40}
    return {"blobId": hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()}


class Hub:
    """A model hub with one repository."""

    def __init__(self) -> None:
        self.files: Mapping[str, bytes] = {"Tiny.gguf": DATA}
        self.commit = COMMIT
        self.refusal: Reply | None = None
        self.ranges = True
        self.broken_at: int | None = None
        self.elsewhere = ""
        self.false: dict[str, Any] = {}

    def __call__(self, asked: Asked) -> Reply:
        if self.refusal is not None:
            return self.refusal
        if asked.path.startswith("/api/models/"):
            return Reply(self.listing(asked.path.split("/revision/")[0][len("/api/models/") :]))
        if self.elsewhere:
            return Reply(status=302, headers={"location": self.elsewhere + asked.path})
        return self.part(asked)

    def listing(self, repository: str) -> dict[str, Any]:
        siblings = [
            {"rfilename": name, "size": len(data), **hash_of(name, data), **self.false}
            for name, data in self.files.items()
        ]
        return {"id": repository, "sha": self.commit, "siblings": siblings}

    def part(self, asked: Asked) -> Reply:
        data = self.files[asked.path.partition(f"/resolve/{self.commit}/")[2]]
        given = asked.headers.get("range", "")
        start = int(given.removeprefix("bytes=").rstrip("-") or 0) if self.ranges else 0
        status = 206 if start else 200
        if self.broken_at is None:
            return Reply(raw=data[start:], status=status)
        sent = data[start : max(start, self.broken_at)]
        return Reply(raw=sent, status=status, stated_bytes=len(data) - start)


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def server(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    with endpoint(hub) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.root)
        monkeypatch.setenv("HF_TOKEN", "hf_secret")
        yield running


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache; what the library does in megabytes and seconds, it does in less."""
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1 << 16)
    monkeypatch.setattr(file_download.time, "sleep", lambda _: None)
    return tmp_path / "cache" / "models"


@pytest.fixture
def folder(hub: Hub, tmp_path: Path) -> dict[str, bytes]:
    """A repository with a model folder, and much that is not wanted of it."""
    whole = write_model_folder(tmp_path / "folder", {})
    wanted = {path.name: path.read_bytes() for path in whole.iterdir()}
    unwanted = ("pytorch_model.bin", "modeling.py", "onnx/model.safetensors", "README.md")
    hub.files = {**wanted, **dict.fromkeys(unwanted, b"no")}
    return wanted


def taken(server: Endpoint) -> list[str]:
    """Files that were asked for, in order."""
    return [asked.path.rpartition("/")[2] for asked in server.asked if "/resolve/" in asked.path]


def test_a_file_is_pulled_verified_and_resolved(server: Endpoint, cache: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = pull_model(f"{FILE}@v1", lambda have, total: seen.append((have, total)))
    assert path == cache / "tiny.gguf"
    assert path.read_bytes() == DATA
    assert seen[-1] == (len(DATA), len(DATA))
    listing, download = server.asked
    assert listing.path.startswith("/api/models/owner/repo/revision/v1?")
    assert download.path == f"/owner/repo/resolve/{COMMIT}/Tiny.gguf"
    assert {asked.headers["authorization"] for asked in server.asked} == {"Bearer hf_secret"}
    assert pulled_models()["tiny"].sha256 == hashlib.sha256(DATA).hexdigest()
    assert resolve_model("tiny") == path
    assert {item.name for item in cache.iterdir()} == {"tiny.gguf", "manifest.json", "hashes.json"}


def test_nothing_of_this_machine_is_reported(server: Endpoint) -> None:
    pull_model(FILE)
    for asked in server.asked:
        assert "torch" not in asked.headers["user-agent"]
        assert "agent/" not in asked.headers["user-agent"]
    assert len(server.asked) == 2


@pytest.mark.parametrize("source", [FILE, FOLDER])
def test_a_second_pull_asks_nobody(
    source: str, server: Endpoint, hub: Hub, folder: dict[str, bytes]
) -> None:
    hub.files = {**hub.files, "Tiny.gguf": DATA}
    first = pull_model(source)
    asked = len(server.asked)
    assert pull_model(source) == first
    assert len(server.asked) == asked


def test_a_broken_download_goes_on_where_it_stopped(
    server: Endpoint, hub: Hub, cache: Path
) -> None:
    hub.broken_at = 2_000_000
    with pytest.raises(ModelFileError, match="goes on where it stopped"):
        pull_model(FILE)
    [part] = cache.glob(".tiny.gguf@*/Tiny.gguf.part")
    have = part.stat().st_size
    assert 1_000_000 < have <= 2_000_000
    hub.broken_at = None
    assert pull_model(FILE).read_bytes() == DATA
    assert server.asked[-1].headers["range"] == f"bytes={have}-"


def test_a_connection_that_breaks_is_taken_up_again_at_once(server: Endpoint, hub: Hub) -> None:
    breaks = iter([1_000_000, 2_000_000])
    part = hub.part

    def breaking(asked: Asked) -> Reply:
        hub.broken_at = next(breaks, None)
        return part(asked)

    hub.part = breaking  # type: ignore[method-assign]
    seen: list[int] = []
    assert pull_model(FILE, lambda have, total: seen.append(have)).read_bytes() == DATA
    assert taken(server) == ["Tiny.gguf"] * 3
    assert seen == sorted(seen)


def test_a_hub_that_resumes_nothing_is_asked_for_all_of_it(server: Endpoint, hub: Hub) -> None:
    hub.broken_at = 2_000_000
    with pytest.raises(ModelFileError):
        pull_model(FILE)
    hub.broken_at, hub.ranges = None, False
    assert pull_model(FILE).read_bytes() == DATA


def test_what_is_longer_than_the_file_is_thrown_away(server: Endpoint, cache: Path) -> None:
    place = cache / f".tiny.gguf@{COMMIT}"
    place.mkdir(parents=True)
    (place / "Tiny.gguf.part").write_bytes(bytes(len(DATA) + 1))
    assert pull_model(FILE).read_bytes() == DATA


def test_what_is_as_long_as_the_file_is_only_checked(server: Endpoint, cache: Path) -> None:
    place = cache / f".tiny.gguf@{COMMIT}"
    place.mkdir(parents=True)
    (place / "Tiny.gguf.part").write_bytes(DATA)
    seen: list[tuple[int, int]] = []
    pull_model(FILE, lambda have, total: seen.append((have, total)))
    assert not taken(server)
    assert seen == [(len(DATA), len(DATA))]


def test_a_file_that_changed_meanwhile_is_fetched_whole(
    server: Endpoint, hub: Hub, cache: Path
) -> None:
    hub.broken_at = 2_000_000
    with pytest.raises(ModelFileError):
        pull_model(FILE)
    hub.broken_at, hub.commit = None, "d" * 40
    hub.files = {"Tiny.gguf": gguf(data=b"1" * 3_000_000)}
    assert pull_model(FILE).read_bytes() == hub.files["Tiny.gguf"]
    assert not list(cache.glob(".*"))


@pytest.mark.parametrize("source", [FILE, FOLDER])
def test_a_wrong_hash_is_refused_and_deleted(
    source: str, server: Endpoint, hub: Hub, cache: Path, folder: dict[str, bytes]
) -> None:
    hub.files = {**hub.files, "Tiny.gguf": DATA}
    lfs = {"sha256": "0" * 64, "size": len(DATA), "pointerSize": 1}
    hub.false = {"lfs": lfs} if source == FILE else {"blobId": "0" * 40}
    with pytest.raises(ModelFileError, match=r"expected 0000.*deleted"):
        pull_model(source)
    assert not list(cache.rglob("*.part"))
    assert pulled_models() == {}


@pytest.mark.parametrize(
    ("status", "code", "fix"),
    [
        (401, "RepoNotFound", "HF_TOKEN"),
        (401, "", "HF_TOKEN"),
        (403, "GatedRepo", "accept its terms"),
        (403, "", "HF_TOKEN"),
        (404, "RevisionNotFound", "revision"),
        (404, "", "revision"),
        (503, "", "try again later"),
    ],
)
def test_a_refusal_says_what_to_do_and_not_the_token(
    status: int, code: str, fix: str, server: Endpoint, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    hub.refusal = Reply({}, status=status, headers={"X-Error-Code": code} if code else {})
    with pytest.raises(ModelFileError, match=fix) as caught:
        pull_model(FILE)
    assert "owner/repo" in str(caught.value)
    assert "hf_secret" not in str(caught.value) + caplog.text


@pytest.mark.parametrize(
    "answer", [Reply(raw=b"<html>"), Reply([]), Reply({"siblings": [1]}), Reply({"id": "a/b"})]
)
def test_a_host_that_is_no_hub_is_named(answer: Reply, server: Endpoint, hub: Hub) -> None:
    hub.refusal = answer
    with pytest.raises(ModelFileError, match="HF_ENDPOINT names a model hub") as caught:
        pull_model(FILE)
    assert server.root in str(caught.value)


def test_a_hub_that_cannot_be_reached_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelFileError, match=r"127\.0\.0\.1:9.*path of a GGUF file"):
        pull_model(FILE)


def test_offline_mode_asks_nobody_and_says_what_to_do(
    server: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelFileError, match=r"HF_HUB_OFFLINE forbids.*give the path"):
        pull_model(FILE)
    assert not server.asked


def test_a_token_is_not_sent_to_another_host(server: Endpoint, hub: Hub) -> None:
    with endpoint(hub.part) as other:
        hub.elsewhere = other.root
        assert pull_model(FILE).read_bytes() == DATA
        assert [asked.headers.get("authorization") for asked in other.asked] == [None]


def test_a_folder_is_pulled_without_pickles_and_code(
    server: Endpoint, cache: Path, folder: dict[str, bytes]
) -> None:
    seen: list[tuple[int, int]] = []
    path = pull_model(FOLDER, lambda have, total: seen.append((have, total)))
    assert path == cache / "folder"
    assert {file.name: file.read_bytes() for file in path.iterdir()} == folder
    assert sorted(taken(server)) == sorted(folder)
    total = sum(map(len, folder.values()))
    assert seen[-1] == (total, total)
    assert pulled_models()["folder"].size_bytes == total
    assert open_model(resolve_model("folder"), "", 64).architecture.num_layers == 1
    assert not list(cache.glob(".*"))


def test_a_folder_goes_on_with_the_file_that_broke_off(
    server: Endpoint, hub: Hub, folder: dict[str, bytes]
) -> None:
    part = hub.part

    def breaking(asked: Asked) -> Reply:
        hub.broken_at = 10 if asked.path.endswith("tokenizer.json") else None
        return part(asked)

    hub.part = breaking  # type: ignore[method-assign]
    with pytest.raises(ModelFileError, match="goes on where it stopped"):
        pull_model(FOLDER)
    whole = set(taken(server)) - {"tokenizer.json"}
    hub.part, hub.broken_at = part, None  # type: ignore[method-assign]
    server.asked.clear()
    pull_model(FOLDER)
    assert not whole & set(taken(server))


def test_a_folder_gives_way_to_a_newer_one(
    server: Endpoint, hub: Hub, folder: dict[str, bytes]
) -> None:
    pull_model(FOLDER)
    hub.commit = "d" * 40
    hub.files = folder | {"merges.txt": b"#version: 0.2"}
    path = pull_model(f"{FOLDER}@v2")
    assert (path / "merges.txt").is_file()
    assert resolve_model("folder") == path


def test_a_folder_that_changed_since_is_refused(server: Endpoint, folder: dict[str, bytes]) -> None:
    path = pull_model(FOLDER)
    settings = path / "config.json"
    settings.write_bytes(settings.read_bytes().replace(b"llama", b"lLama"))
    with pytest.raises(ModelFileError, match="was changed"):
        resolve_model("folder")


def test_a_folder_of_damaged_weights_is_not_entered(
    server: Endpoint, hub: Hub, folder: dict[str, bytes]
) -> None:
    hub.files = {**folder, "model.safetensors": b"\x80\x04pickle" * 9}
    with pytest.raises(ModelFileError, match="no usable safetensors"):
        pull_model(FOLDER)
    assert pulled_models() == {}


@pytest.mark.parametrize(
    ("source", "names", "why"),
    [
        (FOLDER, ("config.json", "pytorch_model.bin"), "pickled weights are not taken"),
        (FOLDER, ("model.safetensors",), "no config.json with safetensors"),
        (FOLDER, ("a.gguf", "b.gguf"), "write hf:owner/Folder/a.gguf"),
        (FILE, ("Other.gguf",), "no file Tiny.gguf.*write hf:owner/repo/Other.gguf"),
    ],
)
def test_a_repository_without_such_a_model_says_what_it_has(
    source: str, names: tuple[str, ...], why: str, server: Endpoint, hub: Hub
) -> None:
    hub.files = dict.fromkeys(names, b"any")
    with pytest.raises(ModelFileError, match=why):
        pull_model(source)
    assert not taken(server)


def test_a_disk_without_room_is_said_before_anything_is_fetched(
    server: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_model.shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    with pytest.raises(ModelFileError, match=r"3 MB of 1 MB free.*UNDERDOG_CACHE"):
        pull_model(FILE)
    assert not taken(server)


@pytest.mark.skipif(sys.platform != "linux", reason="a device that is always full")
def test_a_disk_that_fills_up_is_said(server: Endpoint, cache: Path) -> None:
    place = cache / f".tiny.gguf@{COMMIT}"
    place.mkdir(parents=True)
    (place / "Tiny.gguf.part").symlink_to("/dev/full")
    with pytest.raises(ModelFileError, match=r"No space left on device.*UNDERDOG_CACHE"):
        pull_model(FILE)
    assert pulled_models() == {}


@pytest.mark.parametrize(
    "source",
    ["hf:owner/f.gguf", "hf:owner", "hf:o/r/model.bin", "hf:o/r/../../f.gguf", "hf:o/r/f.gguf@"],
)
def test_a_source_that_is_neither_file_nor_folder_is_refused(source: str) -> None:
    with pytest.raises(UsageError, match="GGUF"):
        pull_model(source)


def test_a_known_name_stays_with_its_model() -> None:
    [known] = KNOWN
    assert model_name(f"hf:Owner/{known.upper()}") == f"owner-{known}"
    assert model_name(f"hf:Owner/repo/{known}.gguf") == f"owner-{known}"
    assert model_name("hf:Owner/Other-1B") == "other-1b"


def test_an_old_library_is_not_used(server: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_library, "__version__", "1.33.0")
    with pytest.raises(MissingExtraError, match=r"2 or newer.*underdog\[hub\]"):
        pull_model(FILE)


def test_a_missing_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError, match=r"underdog\[hub\]"):
        pull_model(FILE)


def test_the_hub_is_the_public_one_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert hub_model.endpoint() == constants.ENDPOINT


def test_the_manifest_names_file_and_source(server: Endpoint, cache: Path) -> None:
    pull_model(FILE)
    [row] = json.loads((cache / "manifest.json").read_text()).values()
    assert (row["file"], row["source"]) == (str(cache / "tiny.gguf"), FILE)
