"""A capital letter makes a name, except where a sentence or a text begins with a common word."""

import pytest

from underdog.data.decontamination import word_streams

SEEN = (
    "In the yard, hens lay eggs, and all eggs fall. Later hens run after Marisol. "
    "In the end Marisol laughs at hens with eggs, x oxen and an ox."
)
WORDS = word_streams.TestWords.of([SEEN])


def contents(*texts: str) -> list[list[int]]:
    """Numbers of the content words of each text."""
    stream = WORDS.streams(texts).content
    return [stream.ids[stream.text == number].tolist() for number in range(len(texts))]


@pytest.mark.parametrize(
    "text",
    ["Hens run. Eggs fall.", "Hens run! Eggs fall?", "hens run: Eggs fall.", "Hens run\nEggs fall"],
)
def test_a_common_word_at_the_start_of_a_sentence_is_no_name(text: str) -> None:
    [found], [small] = contents(text), contents("hens run eggs fall")
    assert found == small
    assert len(found) == 4


def test_every_text_begins_a_sentence() -> None:
    assert contents("Hens run", "Eggs fall") == contents("hens run", "eggs fall")


def test_a_name_is_no_content_wherever_it_stands() -> None:
    assert contents("Marisol laughs", "laughs Marisol") == contents("laughs", "laughs")
    assert contents("run Hens run") == contents("run run")


def test_a_single_letter_is_no_content() -> None:
    assert contents("hens x run", "x") == contents("hens run", "")
    assert len(contents("hens ox run")[0]) == 3
