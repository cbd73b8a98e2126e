"""Engines that several tests share, opened once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from underdog.core import Message, Prompt
from underdog.engines.llama_cpp.engine import LlamaCpp
from underdog.engines.llama_cpp.server_process import LlamaProcess
from underdog.engines.openai.engine import OpenAIEngine
from underdog.engines.opening import open_engine
from underdog.engines.scripted import ScriptedEngine
from underdog.engines.sync import SyncEngine
from underdog.errors import EngineError
from underdog.models.pulled import pull_model

SMALL = {"slots": 4, "context_tokens": 512, "threads": 1}

ALPHABET = " abcdefghijklmnopqrstuvwxyz.,?0123456789+=<>|_\n"
TEMPLATE = "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}\n{% endfor %}<|assistant|>"


def ask(text: str, prefix: str = "") -> Prompt:
    return Prompt((Message("user", text),), prefix)


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """The embedded model, pulled when it is not here."""
    pytest.importorskip("xllamacpp")
    try:
        return pull_model("smollm2-135m")
    except EngineError as error:
        pytest.skip(f"the embedded model cannot be had: {error}")


@pytest.fixture(scope="session")
def llama(smollm2: Path) -> Iterator[SyncEngine]:
    with SyncEngine(LlamaCpp(smollm2, **SMALL)) as engine:
        yield engine


@pytest.fixture(scope="session")
def llama_server(smollm2: Path) -> Iterator[LlamaProcess]:
    """A real OpenAI-compatible server with a model."""
    process = LlamaProcess(smollm2, SMALL["slots"], SMALL["context_tokens"], SMALL["threads"])
    yield process
    process.close()


@pytest.fixture(scope="session")
def openai(llama_server: LlamaProcess) -> Iterator[SyncEngine]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_API_KEY", llama_server.api_key)
        with SyncEngine(OpenAIEngine(f"{llama_server.address}/v1", concurrency=4)) as engine:
            yield engine


@pytest.fixture(scope="session")
def openvino(smollm2: Path) -> Iterator[SyncEngine]:
    pytest.importorskip("openvino")
    options = {"max_rows": 8, "context_tokens": 512, "threads": 1}
    with SyncEngine(open_engine(f"openvino:{smollm2}", **options)) as engine:
        yield engine


@pytest.fixture(scope="session")
def scripted() -> Iterator[SyncEngine]:
    replies = [
        f"three plus {n} is, as ever, {n + 3} and that is the whole answer" for n in range(9)
    ]
    with SyncEngine(ScriptedEngine({"*": replies})) as engine:
        yield engine


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Llama of a few thousand parameters with a tokenizer of its own."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=120, special_tokens=["<end>"], show_progress=False)
    tokenizer.train_from_iterator(
        [ALPHABET, "what is the answer to this question and why"], trainer
    )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>").save_pretrained(folder)
    config = json.loads((folder / "tokenizer_config.json").read_text())
    config["chat_template"] = TEMPLATE
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    torch.manual_seed(0)
    shape = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        eos_token_id=0,
        bos_token_id=None,
        initializer_range=0.3,
        tie_word_embeddings=False,
    )
    LlamaForCausalLM(shape).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def transformers(tiny_folder: Path) -> Iterator[SyncEngine]:
    from underdog.engines.transformers import TransformersEngine

    with SyncEngine(TransformersEngine(tiny_folder)) as engine:
        yield engine
