from pathlib import Path

import pytest

from tests.engines.conftest import ask
from tests.engines.openai.endpoint import Asked, Reply, endpoint
from tests.models.gguf.gguf_files import gguf
from underdog.core import GenerateRequest, SamplingParams
from underdog.engines import engines, opening
from underdog.engines.choosing import EngineChoice
from underdog.engines.opening import open_engine
from underdog.engines.scripted import ScriptedEngine
from underdog.engines.sync import SyncEngine
from underdog.errors import ConfigError, EngineError, ModelFileError, UnknownNameError, UsageError


def test_every_backend_is_registered_and_described() -> None:
    assert {"llama_cpp", "openai", "scripted", "transformers"} <= set(engines.names())
    assert all(engines.describe(name) for name in engines.names())


def test_a_spec_with_parameters_opens_an_engine() -> None:
    with SyncEngine(open_engine("scripted:reply=42")) as engine:
        [[row]] = engine.generate([GenerateRequest(ask("q"), SamplingParams(), (1,))])
    assert row.text == "42"


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ("llamacpp:model.gguf", UnknownNameError, "did you mean llama_cpp"),
        ("smollm2-136m", UnknownNameError, "did you mean smollm2-135m"),
        ("scripted:repply=3", UnknownNameError, "did you mean reply"),
        ("llama_cpp:modell=model.gguf", UnknownNameError, "did you mean model"),
        ("llama_cpp", UsageError, "llama_cpp:MODEL"),
        ("openai:", UsageError, "openai:MODEL"),
        ("nowhere/model.gguf", ModelFileError, "nowhere/model.gguf"),
        ("llama_cpp:model=gone.gguf,slots=3", ModelFileError, "gone.gguf"),
    ],
)
def test_a_bad_spec_says_what_to_write(spec: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        open_engine(spec)


def test_an_unknown_option_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean reply"):
        open_engine("scripted", repli="x")


def test_a_value_of_the_wrong_kind_is_a_configuration_error(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf())
    with pytest.raises(ConfigError, match="slots"):
        open_engine(f"llama_cpp:model={path},slots=many")


def test_a_file_alone_must_be_a_model(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"nothing")
    with pytest.raises(ModelFileError, match="GGUF"):
        open_engine(str(path))


class Opened:
    """Stands for the engines, and notes which one was opened with what."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fails: str = "") -> None:
        self.names: list[str] = []
        self._fails = fails
        monkeypatch.setattr(opening, "_open", self)

    def __call__(self, spec: str, kind: str, given: dict[str, object]) -> ScriptedEngine:
        self.names.append(kind)
        if kind == self._fails:
            raise EngineError("it does not compile")
        return ScriptedEngine("x")


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf())
    return str(path)


@pytest.mark.parametrize("engine", ["openvino", "llama_cpp"])
def test_a_file_alone_is_opened_by_the_chosen_engine(
    engine: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "choose_engine", lambda path: EngineChoice(engine, "for a test"))
    opened = Opened(monkeypatch)
    open_engine(file, threads=1)
    assert opened.names == [engine]


def test_an_option_that_only_llama_cpp_has_chooses_it(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        opening, "choose_engine", lambda path: EngineChoice("openvino", "for a test")
    )
    opened = Opened(monkeypatch)
    open_engine(file, slots=4)
    assert opened.names == ["llama_cpp"]


def test_llama_cpp_takes_over_what_openvino_cannot_compile(
    file: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(
        opening, "choose_engine", lambda path: EngineChoice("openvino", "for a test")
    )
    opened = Opened(monkeypatch, fails="openvino")
    open_engine(file)
    assert opened.names == ["openvino", "llama_cpp"]
    assert "it does not compile" in caplog.text


def test_nobody_takes_over_options_that_only_openvino_has(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        opening, "choose_engine", lambda path: EngineChoice("openvino", "for a test")
    )
    Opened(monkeypatch, fails="openvino")
    with pytest.raises(EngineError, match="does not compile"):
        open_engine(file, max_rows=4)


def test_an_endpoint_is_opened_by_address_and_model() -> None:
    def script(asked: Asked) -> Reply:
        return Reply({"data": [{"id": "a"}, {"id": "b"}]})

    with endpoint(script) as server:
        engine = open_engine(f"openai:{server.url}#b", template="plain", prompt_usd=2.0)
    assert (engine.info.model, engine.info.price.prompt_usd) == ("b", 2.0)


@pytest.mark.model
def test_the_embedded_model_is_opened_by_name(smollm2: Path) -> None:
    with SyncEngine(open_engine("smollm2-135m", slots=2, context_tokens=64, threads=1)) as engine:
        assert engine.info.engine == "llama_cpp"


@pytest.mark.model
def test_the_embedded_model_runs_on_openvino_by_itself(smollm2: Path) -> None:
    pytest.importorskip("openvino")
    with SyncEngine(open_engine("smollm2-135m", context_tokens=64, threads=1)) as engine:
        assert engine.info.engine == "openvino"


def test_a_closed_engine_says_so() -> None:
    engine = SyncEngine(ScriptedEngine("x"))
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="open it again"):
        engine.score([])


def test_an_error_in_the_engine_reaches_the_caller_as_itself() -> None:
    with SyncEngine(ScriptedEngine({})) as engine, pytest.raises(UsageError):
        engine.generate([GenerateRequest(ask("q"), SamplingParams(), (1,))])
