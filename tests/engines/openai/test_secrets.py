"""Nothing that is shown or kept has a key in it, whatever the endpoint says."""

import base64
from typing import Any
from urllib.parse import quote

import pytest

from tests.engines.openai.endpoint import Reply
from tests.engines.openai.serving import KEY, answer, choice, sample
from underdog.core import SamplingParams
from underdog.engines.openai.access import access
from underdog.engines.openai.engine import OpenAIEngine
from underdog.engines.openai.redaction import Secrets, public_address
from underdog.engines.opening import open_engine
from underdog.errors import ConfigError, EndpointError, UnknownNameError, UsageError

ODD_KEY = "k/y+with spaces=&ü"
WRITTEN = [
    KEY,
    KEY.upper(),
    quote(KEY, safe=""),
    "".join(f"{letter}\u200b" for letter in KEY),
    f"{KEY[:8]}\n{KEY[8:]}",
    base64.b64encode(KEY.encode()).decode(),
    base64.b64encode(f"Bearer {KEY}".encode()).decode(),
    base64.urlsafe_b64encode(f"user:{KEY}??".encode()).decode(),
    "xx" + base64.b64encode(KEY.encode()).decode(),
]


def in_any_form(text: str, key: str) -> bool:
    plain = "".join(letter for letter in text if letter.isprintable() and letter != " ").lower()
    inner = base64.b64encode(key.encode()).decode().rstrip("=")[:-2].lower()
    return key.lower() in plain or inner in plain


@pytest.mark.parametrize("written", WRITTEN, ids=repr)
@pytest.mark.parametrize("around", ["{}", "Incorrect key {} given", '{{"k":"{}"}}', "x={};"])
def test_a_key_is_hidden_in_any_writing_and_place(written: str, around: str) -> None:
    shown = Secrets([KEY]).shown(around.format(written))
    assert not in_any_form(shown, KEY)
    assert "[key]" in shown


def test_names_of_models_that_look_like_keys_stay_apart() -> None:
    for name in (
        "hf-internal-testing/tiny-random",
        "xai-grok-code-fast-1-preview",
        "hf_model_2b_x",
    ):
        assert Secrets([KEY]).name(name) == name


def test_a_key_that_needs_escapes_is_hidden() -> None:
    for written in (ODD_KEY, quote(ODD_KEY), quote(ODD_KEY, safe=""), ODD_KEY.replace(" ", "+")):
        assert Secrets([ODD_KEY]).shown(f"no {written}!") == "no [key]!"


@pytest.mark.parametrize(
    "word",
    [
        "sk-abcd1234",
        "sk-proj-A_b-3defgh",
        "gsk_1234567890abcd",
        "xai-abcdefghijklmnop",
        "hf_abcdEFGH12345678",
        "Bearer abcdefgh12",
        "AIzaSyA1234567890abcdefghij",
    ],
)
def test_words_like_keys_are_hidden_even_when_unknown(word: str) -> None:
    assert Secrets().shown(f"key {word} is no good") == "key [key] is no good"


@pytest.mark.parametrize("word", ["ask-me", "risk-based", "sk-", "hf_hub", "pk_x", "a short word"])
def test_other_words_stay(word: str) -> None:
    assert Secrets([KEY, "x"]).shown(f"the {word} x is") == f"the {word} x is"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\x9b2Jb", "a\\x9b2Jb"),
        ("a\nb\r\nc\td", "a b c d"),
        ("a\u202eb", "a\\u202eb"),
        ("a\x00\x07b", "a\\x00\\x07b"),
        ("a\ud800b", "a\\ud800b"),
        ("Größe 三", "Größe 三"),
    ],
)
def test_escapes_are_written_out(said: str, shown: str) -> None:
    assert Secrets().shown(said) == shown


def test_messages_are_bounded() -> None:
    assert len(Secrets([KEY]).shown("x" * 10**6)) == 300


@pytest.mark.parametrize("status", [400, 401, 418])
@pytest.mark.parametrize("written", [WRITTEN[0], WRITTEN[6]], ids=repr)
def test_a_refusal_that_echoes_the_key_does_not_show_it(
    serve: Any, status: int, written: str
) -> None:
    for body in (
        Reply({"error": {"message": f"\x1b]0;no {written}\x07"}}, status=status),
        Reply({"error": {"code": written}}, status=status),
        Reply(raw=f"<b>{written}</b>".encode(), status=status),
        Reply({"detail": [{"msg": f"bad {written}", "loc": ["x"]}]}, status=status),
        Reply({"error": {"message": "no", "code": status, "param": written}}),
    ):
        with pytest.raises(EndpointError) as caught:
            sample(serve(lambda asked, body=body: body).url)
        assert not in_any_form(str(caught.value), KEY)
        assert "\x1b" not in str(caught.value)


def test_error_rows_and_replies_have_no_key_and_no_escapes(serve: Any) -> None:
    said = f"it\x1b[2J is\n\t{KEY} 7"
    filtered = choice("", finish_reason=f"filter {KEY}\x1b[0m")
    busy = Reply({"error": KEY}, status=500)
    replies = {1: answer(choice(said)), 2: answer(filtered), 3: busy}
    rows, _ = sample(serve(lambda asked: replies[asked.body["seed"]]).url, seeds=(1, 2, 3))
    assert rows[0].text == "it\\x1b[2J is\n\t[key] 7"
    assert [row.finish for row in rows] == ["stop", "error", "error"]
    for row in rows[1:]:
        assert "[key]" in (row.error or "")
        assert KEY not in (row.error or "")
        assert "\x1b" not in (row.error or "")


def test_a_stop_reason_that_was_not_asked_for_is_not_kept(serve: Any) -> None:
    for odd in (KEY, 7, ["END"], {"a": 1}):
        server = serve(lambda asked, odd=odd: answer(choice(stop_reason=odd)))
        [row], _ = sample(server.url, SamplingParams(stop=("END",)))
        assert (row.stop_string, row.finish) == (None, "stop")


def test_names_of_models_are_cleaned(serve: Any) -> None:
    name = f"small\x1b[31m-{KEY}"
    server = serve(lambda asked: answer(), Reply({"data": [{"id": name}]}))
    rows, engine = sample(server.url)
    assert rows[0].finish == "stop"
    assert server.completions[0].body["model"] == name
    assert engine.info.model.startswith("small\\x1b[31m-[key]-")
    assert KEY not in engine.info.fingerprint
    several = serve(lambda asked: answer(), Reply({"data": [{"id": name}, {"id": "large"}]}))
    for model in ("", "smal"):
        with pytest.raises((UsageError, UnknownNameError)) as caught:
            OpenAIEngine(several.url, model)
        assert KEY not in str(caught.value)
        assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "info",
    ["me:sk-SECRET77@", "sk-SECRET77@", "me:sk%2DSECRET77@", ":sk-SECRET77@", "a@b:sk-SECRET77@"],
)
def test_user_info_is_sent_and_never_kept(serve: Any, info: str) -> None:
    server = serve(lambda asked: answer(choice(asked.headers["authorization"])))
    address = server.url.replace("//", f"//{info}")
    [row], engine = sample(f"{address}/")
    scheme, _, pair = server.completions[0].headers["authorization"].partition(" ")
    assert (scheme, "sk-SECRET77" in base64.b64decode(pair).decode()) == ("Basic", True)
    assert "[key]" in row.text
    for kept in (engine.info.fingerprint, engine.info.model, row.text):
        assert "SECRET77" not in kept
        assert pair not in kept
        assert "@" not in kept


def test_a_query_is_sent_with_every_request_and_never_kept(serve: Any) -> None:
    def complete(asked: Any) -> Reply:
        return Reply({"error": f"no {asked.path}"}, status=401)

    server = serve(complete, Reply({}, status=404))
    with pytest.raises(EndpointError) as caught:
        sample(f"{server.url}?api-version=2&api-key=SECRET%2F77", model="m")
    assert "SECRET" not in str(caught.value)
    assert {asked.path.partition("?")[2] for asked in server.asked} == {
        "api-version=2&api-key=SECRET%2F77"
    }
    assert OpenAIEngine(f"{server.url}?key=SECRET77", "m").info.fingerprint.count("SECRET") == 0


@pytest.mark.parametrize(
    "spec",
    [
        "openai:ftp://me:sk-SECRET77@host/v1#m",
        "openai:http://me:sk-SECRET77@:80/v1#m",
        "openai:http://me:sk-SECRET77@host:port/v1#m",
        "openai:http://me:sk/SECRET77@host/v1#m",
        "openai:http://me:SECRET77#sk@host/v1#m",
        "openai:ftp://me:sk/SECRET77@host/v1#m",
        "openai:http://[me:sk-SECRET77/v1#m",
        "openai:http://me:sk-SECRET77@127.0.0.1:9/v1#m",
        "openai:http://127.0.0.1:9/v1?key=sk-SECRET77#m",
        "openai:http://me:sk-SECRET77@host/v1#m,concurrency=x",
        "openai:http://me:sk-SECRET77@host/v1#m,concurency=3",
        "openai:concurrency=3,base=http://me:sk-SECRET77@host/v1",
        "opnai:http://me:sk-SECRET77@host/v1#m",
        "http://me:sk-SECRET77@host/v1#m",
    ],
)
def test_no_message_about_an_address_shows_its_secrets(spec: str) -> None:
    with pytest.raises((UsageError, ConfigError, EndpointError)) as caught:
        open_engine(spec)
    assert "SECRET77" not in str(caught.value)


def test_a_wrong_value_beside_an_address_shows_no_secret(serve: Any) -> None:
    address = serve(lambda asked: answer()).url.replace("//", "//me:sk-SECRET77@")
    with pytest.raises(ConfigError, match="openai:http://127") as caught:
        open_engine(f"openai:{address}#small,concurrency=x")
    assert "SECRET77" not in str(caught.value)


def test_an_address_is_public_without_user_and_query() -> None:
    assert public_address("a//b c") == "a//b c"
    assert public_address("http://h/v1#m") == "http://h/v1#m"
    assert access("https://me:secret@host:8/v1/?q=1").base_url == "https://host:8/v1"
    assert access("http://[::1]:8/v1").local


@pytest.mark.parametrize(
    ("key", "named"),
    [
        ("sk-abc\n", "a line break"),
        ("sk\r\nabc", "a carriage return"),
        ("sk-übc", "U\\+00FC"),
        ("sk abc", "a space"),
        ("sk-abc\t", "a tab"),
        ("sk-\x00abc", "U\\+0000"),
        ("“sk-abc”", "U\\+201C"),
    ],
)
def test_a_key_that_no_header_takes_is_named_by_its_fault(
    serve: Any, monkeypatch: pytest.MonkeyPatch, key: str, named: str
) -> None:
    server = serve(lambda asked: answer())
    monkeypatch.setattr("os.environ", {"OPENAI_API_KEY": key})
    with pytest.raises(UsageError, match=f"OPENAI_API_KEY has {named}") as caught:
        OpenAIEngine(server.url, "small")
    assert key not in str(caught.value)
    assert not server.asked
