"""A model from scratch is the same on every machine, and opens wherever a trained one does."""

from pathlib import Path

import numpy as np
import pytest

from underdog.core import Message, Prompt, ScoreRequest
from underdog.engines.opening import open_engine
from underdog.engines.sync import SyncEngine
from underdog.models.loading import open_model
from underdog.training.scratch.sizes import SIZES, DecoderSize
from underdog.training.scratch.start import first_weights, make_scratch
from underdog.training.scratch.vocabularies import character_vocabulary, train_vocabulary
from underdog.training.torch_models.torch_model import open_torch_model, write_model_folder

TEXTS = [f"what is {a} + {b}?\nit is {a + b}" for a in range(40) for b in range(40)]
TALK = (Message("system", "be brief"), Message("user", "12+3?"), Message("assistant", "15"),
        Message("user", "and 4?"))  # fmt: skip


@pytest.fixture(params=["trained", "characters"])
def vocabulary(request):
    return train_vocabulary(TEXTS, 320) if request.param == "trained" else character_vocabulary()


def logits_of(model, tokens):
    import torch

    with torch.no_grad():
        return model(input_ids=torch.tensor([tokens])).logits[0].double().numpy()


def test_first_weights_hang_on_seed_and_name_alone() -> None:
    one, same, other = (dict(first_weights(DecoderSize(16, 2), 30, seed)) for seed in (1, 1, 2))
    deeper = dict(first_weights(DecoderSize(16, 3), 30, 1))
    assert one.keys() == same.keys() <= deeper.keys()
    name = "model.layers.1.self_attn.q_proj.weight"
    assert np.array_equal(one[name], same[name])
    assert np.array_equal(one[name], deeper[name])
    assert not np.array_equal(one[name], other[name])
    assert not np.array_equal(one[name], one["model.layers.0.self_attn.q_proj.weight"])
    assert float(one[name][0, 0]) == pytest.approx(0.15472242, abs=1e-7)


def test_the_first_loss_is_about_that_of_a_guess(vocabulary) -> None:
    model = make_scratch("133k", vocabulary, 5).model.eval()
    tokens = vocabulary.encode(TEXTS[77])
    logits = logits_of(model, tokens)
    chances = np.exp(logits - logits.max(-1, keepdims=True))
    chances /= chances.sum(-1, keepdims=True)
    loss = -np.log([chances[at, token] for at, token in enumerate(tokens[1:])]).mean()
    assert loss == pytest.approx(np.log(vocabulary.num_tokens), rel=0.35)


@pytest.mark.parametrize(
    "size", [DecoderSize(8, 2), DecoderSize(16, 2, 40), DecoderSize(48, 1), DecoderSize(128, 1)]
)
def test_a_written_folder_is_the_same_model_to_transformers_and_to_our_readers(
    tmp_path: Path, vocabulary, size: DecoderSize
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    made = make_scratch(size, vocabulary, 3)
    write_model_folder(tmp_path, made.model, made.opened, "float32")
    tokens = vocabulary.encode("what is 12 + 3?")
    mine = logits_of(made.model.eval(), tokens)
    again = AutoModelForCausalLM.from_pretrained(tmp_path)
    assert np.allclose(logits_of(again, tokens), mine, atol=1e-4)
    assert np.array_equal(logits_of(open_torch_model(tmp_path).model.eval(), tokens), mine)
    read = open_model(tmp_path)
    assert read.architecture == made.opened.architecture
    assert read.shape == made.opened.shape
    assert read.open_vocabulary().ends == vocabulary.ends
    assert read.open_vocabulary().control == vocabulary.control
    assert read.template == made.opened.template
    tensors, first = made.opened.open_tensors(), read.open_tensors()
    for name, shape in (("token_embd", (0, 0)), ("output_norm", (0,)), ("blk.0.ffn_down", (0, 0))):
        name = f"{name}.weight"
        assert np.array_equal(tensors.tensor(name, *shape), first.tensor(name, *shape))
    assert "output.weight" not in tensors
    assert "blk.7.ffn_down.weight" not in tensors
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    turns = [{"role": turn.role, "content": turn.content} for turn in TALK]
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    assert text == made.opened.template.render(Prompt(TALK)) == read.template.render(Prompt(TALK))
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert ids == vocabulary.encode(text) == read.open_vocabulary().encode(text)
    assert (tokenizer.eos_token, tokenizer.pad_token) == ("<|im_end|>", "<|pad|>")


@pytest.mark.parametrize(("precision", "tolerance"), [("f32", 1e-3), ("int8", 0.15)])
@pytest.mark.parametrize(
    "size", [DecoderSize(8, 2), DecoderSize(16, 2, 40), DecoderSize(48, 2), SIZES["0.4m"]]
)
def test_the_cpu_engine_computes_what_transformers_computes(
    tmp_path: Path, monkeypatch, size: DecoderSize, precision: str, tolerance: float
) -> None:
    pytest.importorskip("openvino")
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "cache"))
    vocabulary = train_vocabulary(TEXTS, 320)
    made = make_scratch(size, vocabulary, 3)
    write_model_folder(tmp_path / "model", made.model, made.opened, "float32")
    prompt, reply = Prompt(TALK), "12+3? it is 15"
    read = vocabulary.encode(made.opened.template.render(prompt))
    tokens = vocabulary.encode(reply)
    logits = logits_of(made.model.eval(), [*read, *tokens])[len(read) - 1 : -1]
    chances = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    wanted = [chances[at, token] for at, token in enumerate(tokens)]
    with SyncEngine(open_engine(f"openvino:{tmp_path / 'model'}", precision=precision)) as engine:
        [found] = engine.score([ScoreRequest(prompt, reply)])
    assert np.allclose(found.logprobs, wanted, atol=tolerance)
    assert np.std(wanted) > 3 * tolerance
