"""Functions with steps (floor, ceiling) are compared at whole numbers and between them."""

import pytest

from underdog.grading.symbolic.compare import equal


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (r"\lfloor x \rfloor", r"\lceil x \rceil"),
        (r"\lfloor x \rfloor + 1", r"\lceil x \rceil + 1"),
        (r"\lfloor n \rfloor", r"\lceil n \rceil"),
        (r"\lfloor 2x \rfloor", r"2\lfloor x \rfloor"),
        (r"\lfloor \frac{n}{2} \rfloor", r"\lceil \frac{n}{2} \rceil"),
        (r"\lfloor \frac{n}{7} \rfloor", r"\lfloor \frac{n}{8} \rfloor"),
        (r"\lfloor \frac{n}{30} \rfloor", "0"),
        (r"\lfloor x \rfloor", "x"),
    ],
)
def test_other_steps_are_another_function(left: str, right: str) -> None:
    assert not equal(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (r"\lfloor x \rfloor + 1", r"\lfloor x + 1 \rfloor"),
        (r"\lceil x \rceil", r"-\lfloor -x \rfloor"),
    ],
)
def test_the_same_steps_are_the_same_function(left: str, right: str) -> None:
    assert equal(left, right)
