import json
from pathlib import Path

import pytest

from tests.engines.conftest import ask
from underdog.core import Message, Prompt
from underdog.errors import ModelFileError, UnknownNameError
from underdog.models.chat import render_worker as template_worker
from underdog.models.chat import renderer as template_process
from underdog.models.chat.template import (
    MAX_SOURCE_BYTES,
    ChatTemplate,
    built_in_template,
    model_template,
    read_tokenizer_config,
)

TALK = Prompt((Message("system", "Be brief."), Message("user", " 1+1? ")), prefix="It is\n\n")


def test_chatml_marks_every_turn_and_opens_the_reply() -> None:
    assert built_in_template("chatml").render(TALK) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n 1+1? <|im_end|>\n"
        "<|im_start|>assistant\nIt is\n\n"
    )


def test_llama3_keeps_the_blank_line_that_ends_the_opening() -> None:
    rendered = built_in_template("llama3").render(TALK)
    assert rendered.startswith("<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n")
    assert rendered.endswith("assistant<|end_header_id|>\n\nIt is\n\n")


def test_plain_joins_turns_by_blank_lines() -> None:
    assert built_in_template("plain").render(TALK) == "Be brief.\n\n 1+1? \n\nIt is\n\n"
    assert model_template(None).name == "plain"


def test_an_unknown_built_in_template_offers_the_near_ones() -> None:
    with pytest.raises(UnknownNameError, match="chatml"):
        built_in_template("chatmal")


SOURCE = (
    "{{ bos_token }}{% for m in messages %}[{{ m.role }}:{{ m.content | trim }}]"
    "{% generation %}!{% endgeneration %}{% if loop.last %}{% break %}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}{{ messages | length | tojson }}"
)


def test_a_models_own_template_is_rendered_in_the_child() -> None:
    template = model_template(SOURCE, "<s>", "</s>")
    assert template.render(TALK) == "<s>[system:Be brief.]![user:1+1?]![assistant]2It is\n\n"
    assert template.fingerprint != model_template(SOURCE, "<t>").fingerprint


HOSTILE = {
    "attributes": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "syntax": "{% for %}",
    "raise": "{{ raise_exception('only one system turn') }}",
    "long range": "{% for i in range(10000000) %}{% endfor %}",
    "memory": "{% set x = 'ab' * 2000000000 %}{{ x | length }}",
    "output": "{% for i in range(90000) %}{{ 'x' * 1000 }}{% endfor %}",
    "recursion": "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}",
    "unknown filter": "{{ messages | shell }}",
    "mutation": "{{ messages.append(1) }}",
    "include": "{% include '/etc/passwd' %}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_template_is_refused_and_harmless(name: str) -> None:
    with pytest.raises(ModelFileError, match="chat template"):
        model_template(HOSTILE[name]).render(ask("hello"))
    assert model_template("{{ messages[0].content }}").render(ask("still there")) == "still there"


def test_a_template_that_never_ends_is_killed() -> None:
    loops = "".join("{% for i in range(90000) %}" for _ in range(4)) + "{% endfor %}" * 4
    job = {"source": loops, "messages": [], "bos_token": "", "eos_token": ""}
    with pytest.raises(ModelFileError, match="ran out of"):
        template_process.render_guarded(job, timeout_s=1.0)
    assert model_template("{{ messages[0].content }}").render(ask("after")) == "after"


def test_renderings_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = template_process._Renderer()
    monkeypatch.setattr(template_process, "_REMEMBERED", 1)
    jobs = [
        {"source": "{{ bos_token }}", "messages": [], "bos_token": text, "eos_token": ""}
        for text in ("a", "b")
    ]
    assert [renderer.render(job, 10.0) for job in (*jobs, jobs[1], jobs[0])] == ["a", "b", "b", "a"]
    renderer.close()
    assert renderer.render(jobs[0], 0.0) == "a"
    with pytest.raises(ModelFileError):
        renderer.render(jobs[1], 0.0)


def test_the_worker_answers_bad_jobs_with_an_error() -> None:
    assert "error" in template_worker._answer({})
    good = {"source": "{{ strftime_now('%Y') }}", "messages": [], "bos_token": "", "eos_token": ""}
    assert len(template_worker._answer(good)["text"]) == 4


def test_a_template_of_megabytes_is_refused() -> None:
    with pytest.raises(ModelFileError, match="template=chatml"):
        model_template("x" * (MAX_SOURCE_BYTES + 1))


def write_config(folder: Path, **config: object) -> None:
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def test_a_tokenizer_configuration_gives_template_and_tokens(tmp_path: Path) -> None:
    write_config(
        tmp_path, chat_template="{{ 1 }}", bos_token={"content": "<s>"}, eos_token="</s>", more=1
    )
    expected = ChatTemplate("model", "{{ 1 }}", "<s>", "</s>")
    assert read_tokenizer_config(tmp_path) == expected


def test_of_named_templates_the_default_is_taken(tmp_path: Path) -> None:
    named = [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]
    write_config(tmp_path, chat_template=named)
    assert read_tokenizer_config(tmp_path).source == "d"


def test_a_separate_template_file_wins(tmp_path: Path) -> None:
    write_config(tmp_path, chat_template="inner")
    (tmp_path / "chat_template.jinja").write_text("outer")
    assert read_tokenizer_config(tmp_path).source == "outer"


def test_a_folder_without_a_template_is_plain(tmp_path: Path) -> None:
    assert read_tokenizer_config(tmp_path).name == "plain"


@pytest.mark.parametrize("text", ["{", "[1]", '{"chat_template": 3}', "[" * 100_000])
def test_a_malformed_configuration_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokenizer_config.json").write_text(text)
    with pytest.raises(ModelFileError, match="cannot read the chat template"):
        read_tokenizer_config(tmp_path)
