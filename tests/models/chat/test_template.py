import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.engines.conftest import ask
from tests.models.tiny_folders import write_tokenizer
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


def job(source: str, **tokens: str) -> dict[str, Any]:
    return {"source": source, "messages": [], "tokens": tokens}


def test_a_template_that_never_ends_is_killed() -> None:
    loops = "".join("{% for i in range(90000) %}" for _ in range(4)) + "{% endfor %}" * 4
    with pytest.raises(ModelFileError, match="ran out of"):
        template_process.render_guarded(job(loops))
    assert model_template("{{ messages[0].content }}").render(ask("after")) == "after"


def test_renderings_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = template_process._Renderer()
    monkeypatch.setattr(template_process, "_REMEMBERED", 1)
    jobs = [job("{{ bos_token }}", bos_token=text) for text in ("a", "b")]
    assert [renderer.render(job, 10.0) for job in (*jobs, jobs[1], jobs[0])] == ["a", "b", "b", "a"]
    renderer.close()
    assert renderer.render(jobs[0], 0.0) == "a"
    with pytest.raises(ModelFileError):
        renderer.render(jobs[1], 0.0)


def test_the_worker_answers_bad_jobs_with_an_error() -> None:
    assert "error" in template_worker._answer({})
    assert len(template_worker._answer(job("{{ strftime_now('%Y') }}"))["text"]) == 4


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


ENDLESS = {
    "loops": "{% for i in range(90000) %}" * 4 + "{% endfor %}" * 4,
    "one large number": "{{ (10 ** 100000000) % 7 }}",
    "dies": "{% set x = [0] * 400000000 %}{{ x | length }}",
    "says no": "{{ raise_exception('never') }}",
    "writes": "{% for i in range(2000) %}{{ 'x' * 1000 }}{% endfor %}",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_template_that_fails_is_asked_once_for_a_conversation(name: str) -> None:
    renderer = template_process._Renderer()
    asked: list[object] = []
    living = renderer._living

    def counted() -> Any:
        asked.append(None)
        return living()

    renderer._living = counted  # pyright: ignore[reportAttributeAccessIssue]
    try:
        said = set()
        for _ in range(5):
            with pytest.raises(ModelFileError, match="chat template") as caught:
                renderer.render(job(ENDLESS[name]), 60.0)
            said.add(str(caught.value))
        assert len(said) == len(asked) == 1
    finally:
        renderer.close()


def test_what_the_machine_had_no_time_for_is_asked_again() -> None:
    renderer = template_process._Renderer()
    try:
        with pytest.raises(ModelFileError, match="no answer within 0 s"):
            renderer.render(job("{{ 1 }}"), 0.0)
        assert renderer.render(job("{{ 1 }}"), 60.0) == "1"
    finally:
        renderer.close()


@pytest.mark.parametrize(("size", "fits"), [(1 << 20, True), ((1 << 20) + 1, False)])
@pytest.mark.parametrize("letter", ["x", "é"])
def test_a_template_writes_a_mebibyte(letter: str, size: int, fits: bool) -> None:
    width = len(letter.encode())
    template = model_template(f"{{{{ messages[0].content }}}}{'y' * (size % width)}")
    prompt = ask(letter * (size // width))
    if fits:
        assert len(template.render(prompt).encode()) == size
    else:
        with pytest.raises(ModelFileError, match="more than 1048576 bytes"):
            template.render(prompt)


def test_remembered_texts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_process, "_REMEMBERED_CHARS", 250)
    renderer = template_process._Renderer()
    try:
        for letter in "abcd":
            assert renderer.render(job("{{ x * 100 }}", x=letter), 60.0) == letter * 100
        assert renderer._num_chars == 200
        assert len(renderer._known) == 2
    finally:
        renderer.close()


DEFINED = (
    "{% if tools is not none %}T{% endif %}{% if documents is not none %}D{% endif %}"
    "{% if tools is defined %}t{% endif %}{% if documents is defined %}d{% endif %}"
    "{% if bos_token is defined %}B{% endif %}{% if eos_token is defined %}E{% endif %}"
    "{% if pad_token is defined %}P{{ pad_token }}{% endif %}"
    "{% if unk_token is defined %}U{% endif %}{% if add_generation_prompt %}G{% endif %}"
    "{{ {'b': 1, 'a': 'é'} | tojson(sort_keys=true) }}"
    "{{ {'a': 1} | tojson(separators=(',', ':')) }}"
)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"bos_token": "<s>", "eos_token": "</s>"},
        {
            "eos_token": {"__type": "AddedToken", "content": "</s>"},
            "pad_token": "<pad>",
            "unk_token": None,
        },
    ],
)
@pytest.mark.parametrize("name", ["tokenizer_config.json", "special_tokens_map.json"])
def test_a_template_sees_what_it_sees_in_transformers(
    name: str, config: dict[str, Any], tmp_path: Path
) -> None:
    transformers = pytest.importorskip("transformers")
    write_tokenizer(tmp_path)
    (tmp_path / name).write_text(json.dumps(config))
    (tmp_path / "chat_template.jinja").write_text(DEFINED)
    theirs = transformers.PreTrainedTokenizerFast.from_pretrained(tmp_path)
    expected = theirs.apply_chat_template(
        [{"role": "user", "content": "hi"}], tokenize=False, add_generation_prompt=True
    )
    assert read_tokenizer_config(tmp_path).render(ask("hi")) == expected
    assert expected.startswith("td")


WITHOUT_SYSTEM = {
    "only users": "{% for m in messages if m.role == 'user' %}[{{ m.content }}]{% endfor %}",
    "refuses": (
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        "{% for m in messages %}{% if m.role == 'user' %}[{{ m.content | trim }}]"
        "{% endif %}{% endfor %}"
    ),
    "alternates": (
        "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('roles must alternate') }}{% endif %}"
        "{% if m.role == 'user' %}[{{ m.content }}]{% else %}({{ m.content }})"
        "{% endif %}{% endfor %}"
    ),
    "with tools only": (
        "{% if tools %}{{ messages[0].content }}{% endif %}"
        "{% for m in messages %}{% if m.role == 'user' %}[{{ m.content }}]{% endif %}{% endfor %}"
    ),
}


@pytest.mark.parametrize("name", WITHOUT_SYSTEM)
def test_a_system_message_without_a_place_goes_before_the_users(name: str) -> None:
    rendered = model_template(WITHOUT_SYSTEM[name]).render(
        Prompt((Message("system", "Be brief."), Message("user", "1+1?")), prefix="It is")
    )
    assert rendered == "[Be brief.\n\n1+1?]It is"


def test_system_messages_go_before_the_next_user_message_in_order() -> None:
    template = model_template(WITHOUT_SYSTEM["only users"])
    turns = (
        Message("system", "a"),
        Message("system", "b"),
        Message("user", "c"),
        Message("assistant", "d"),
        Message("user", "e"),
        Message("system", "f"),
    )
    assert template.render(Prompt(turns)) == "[a\n\nb\n\nc][e][f]"
    assert template.render(Prompt((Message("system", "alone"),))) == "[alone]"
    assert template.render(ask("no system")) == "[no system]"


@pytest.mark.parametrize(
    "source",
    [
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}",
        "{% if messages[0].role == 'system' %}<system>{{ messages[0].content }}{% endif %}"
        "{% for m in messages if m.role == 'user' %}<user>{{ m.content }}{% endfor %}",
    ],
)
def test_a_template_with_a_place_for_system_messages_keeps_it(source: str) -> None:
    talk = Prompt((Message("system", "Be brief."), Message("user", "1+1?")))
    assert model_template(source).render(talk) == "<system>Be brief.<user>1+1?"


@pytest.mark.parametrize(
    "name", ["tokenizer_config.json", "chat_template.jinja", "special_tokens_map.json"]
)
@pytest.mark.parametrize("kind", ["device", "pipe"])
def test_only_files_are_read(name: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.symlink_to("/dev/zero") if kind == "device" else os.mkfifo(path)
    with pytest.raises(ModelFileError, match=f"cannot read the chat template.*it is a {kind}"):
        read_tokenizer_config(tmp_path)
