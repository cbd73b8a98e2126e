"""Broken and hostile model files: each is refused by name, quickly, and nothing else happens."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.gguf.gguf_files import MALFORMED
from tests.models.malformed_models import (
    BROKEN_FOLDERS,
    BROKEN_GGUF,
    BROKEN_SAFETENSORS,
    model_bytes,
    truncations,
    write_model_folder,
)

pytest.importorskip("openvino")
pytest.importorskip("tokenizers")

from underdog.core import GenerateRequest, Message, Prompt, SamplingParams
from underdog.engines.choosing import choose_engine
from underdog.engines.openvino import OpenVinoEngine
from underdog.engines.sync import SyncEngine
from underdog.errors import ModelFileError
from underdog.models.folder.safetensors import SafetensorsFile
from underdog.models.loading import open_model

TRUNCATED = {f"cut inside {name}": data for name, data in truncations().items()}
HEADERS = MALFORMED | TRUNCATED


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("UNDERDOG_CACHE", str(folder))
        yield folder


def opened(path: Path) -> OpenVinoEngine:
    return OpenVinoEngine(path, max_rows=2, context_tokens=64, threads=1)


def assert_refused(path: Path) -> None:
    with pytest.raises(ModelFileError) as caught:
        opened(path)
    message = str(caught.value)
    assert str(path) in message
    assert len(message) < 600 + len(str(path))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "model.gguf"


def answer(path: Path) -> str:
    request = GenerateRequest(
        Prompt((Message("user", "abc"),)), SamplingParams(temperature=0.0, max_tokens=4), (0,)
    )
    with SyncEngine(opened(path)) as engine:
        [[row]] = engine.generate([request])
    assert row.finish != "error"
    return row.text


def test_the_model_that_is_broken_below_is_sound(file: Path, tmp_path: Path) -> None:
    file.write_bytes(model_bytes())
    assert choose_engine(file).engine == "openvino"
    assert len(answer(file)) > 0
    assert len(answer(write_model_folder(tmp_path / "folder", {}))) > 0


@pytest.mark.parametrize("name", HEADERS)
def test_a_broken_header_is_refused_when_an_engine_is_chosen_and_opened(
    name: str, file: Path
) -> None:
    file.write_bytes(HEADERS[name])
    with pytest.raises(ModelFileError, match=r"model\.gguf"):
        choose_engine(file)
    assert_refused(file)


@pytest.mark.parametrize("name", BROKEN_GGUF)
def test_a_broken_model_is_refused_and_leaves_nothing_behind(
    name: str, file: Path, cache: Path
) -> None:
    file.write_bytes(BROKEN_GGUF[name])
    before = sorted((cache / "openvino").glob("*"))
    assert choose_engine(file).engine in ("openvino", "llama_cpp")
    assert_refused(file)
    assert sorted((cache / "openvino").glob("*")) == before


@pytest.mark.parametrize("name", BROKEN_FOLDERS)
def test_a_broken_folder_is_refused(name: str, tmp_path: Path) -> None:
    assert_refused(write_model_folder(tmp_path / "folder", BROKEN_FOLDERS[name]))


@pytest.mark.parametrize("name", BROKEN_SAFETENSORS)
def test_broken_safetensors_are_refused_alone_and_in_a_folder(name: str, tmp_path: Path) -> None:
    data = BROKEN_SAFETENSORS[name]
    (tmp_path / "a.safetensors").write_bytes(data)
    with pytest.raises(ModelFileError, match=r"a\.safetensors"):
        SafetensorsFile(tmp_path / "a.safetensors")
    assert_refused(write_model_folder(tmp_path / "folder", {"model.safetensors": data}))


WHOLE = model_bytes()
VALUES_FROM = WHOLE.index(b"blk.0.ffn_down.weight") + 60


@settings(max_examples=100)
@given(st.integers(0, VALUES_FROM), st.binary(min_size=1, max_size=12), st.booleans())
def test_any_damage_to_a_whole_model_is_harmless_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, damage: bytes, cut: bool
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "model.gguf"
    path.write_bytes(WHOLE[:place] + damage + (b"" if cut else WHOLE[place + len(damage) :]))
    try:
        model = open_model(path, "", 64)
        model.open_vocabulary().prepare()
        source = model.open_tensors()
        source.tensor("token_embd.weight", 0, model.architecture.hidden_size)
    except ModelFileError:
        return
    assert model.shape.num_params > 0


CHILD = """
import json, resource, sys
from pathlib import Path
from underdog.models.gguf.header import read_gguf_header
from underdog.models.gguf.file import GgufFile
from underdog.models.gguf.token_table import read_tokens
from underdog.models.loading import open_model
from underdog.models.folder.safetensors import SafetensorsFile
from underdog.models.lora import open_adapter
from underdog.errors import ModelFileError

def opened(path):
    if path.is_dir():
        open_model(path, "", 64).open_vocabulary()
        return
    if path.suffix == ".safetensors":
        SafetensorsFile(path)
        return
    file = GgufFile(path, read_gguf_header(path))
    read_tokens(file)
    for name, place in file.header.tensors.items():
        file.tensor(name, *place.shape)

paths = [Path(line) for line in sys.stdin.read().splitlines()]
opened(paths[0])
pages = int(Path("/proc/self/statm").read_text().split()[5])
limit = pages * resource.getpagesize() + (192 << 20)
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
try:
    bytearray(256 << 20)
    sys.exit("the limit does not hold")
except MemoryError:
    pass
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = {}
for path in paths[1:]:
    try:
        opened(path)
        found[path.name] = "opened"
    except ModelFileError:
        found[path.name] = "refused"
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
json.dump({"found": found, "grown_kib": grown}, sys.stdout)
"""

HUGE_BYTES = 1 << 34


def sparse(path: Path, data: bytes) -> Path:
    """A file that begins with the data and claims many gigabytes, of which it takes none."""
    path.write_bytes(data)
    with path.open("r+b") as file:
        file.truncate(HUGE_BYTES)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="memory limits are Linux's")
def test_every_broken_file_is_refused_within_bounded_memory(tmp_path: Path) -> None:
    sound = tmp_path / "sound.gguf"
    sound.write_bytes(model_bytes())
    paths: list[Path] = []
    for number, data in enumerate(HEADERS.values()):
        paths.append(sparse(tmp_path / f"sparse-{number}.gguf", data))
    for number, data in enumerate(BROKEN_SAFETENSORS.values()):
        paths.append(tmp_path / f"{number}.safetensors")
        paths[-1].write_bytes(data)
        paths.append(sparse(tmp_path / f"sparse-{number}.safetensors", data))
    for number, changes in enumerate(BROKEN_FOLDERS.values()):
        paths.append(write_model_folder(tmp_path / f"folder-{number}", changes))
    lines = "\n".join(map(str, [sound, *paths]))
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=lines,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert child.returncode == 0, child.stderr[-2000:]
    report = json.loads(child.stdout)
    assert len(report["found"]) == len(paths)
    assert report["grown_kib"] < 160 << 10


def test_there_are_many_ways_to_be_broken() -> None:
    faults = (HEADERS, BROKEN_GGUF, BROKEN_FOLDERS, BROKEN_SAFETENSORS)
    assert sum(map(len, faults)) >= 150
