"""Training items for selector tests."""

from underdog.core.example import Example, Segment


def example(name: str, question: str = "What is 1 + 1?", answer: str = "2", **tags: str) -> Example:
    segments = (Segment(question, "user", 0.0), Segment(answer, "assistant", 1.0))
    return Example(name, segments, tags)


def numbered(count: int) -> list[Example]:
    return [example(f"e{n}", f"What is {n} plus {n * 7}?", f"{n * 8}") for n in range(count)]
