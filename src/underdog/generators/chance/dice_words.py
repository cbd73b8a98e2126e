"""How questions about dice are worded."""

from collections import Counter
from collections.abc import Callable

from underdog.generators.craft.notation import listed

ASKED = (
    "{Dice} {be} rolled. What is the probability that {event}? Give a fraction.",
    "{Dice} {be} thrown once. How likely is it that {event}? Answer with a fraction.",
    "Suppose {dice} {be} rolled. Find, as a fraction, the probability that {event}.",
    "You roll {dice}. What is the probability, as a fraction, that {event}?",
    "Someone throws {dice}. Give the probability that {event} as a fraction.",
    "When {dice} {be} tossed, what is the chance that {event}? Write it as a fraction.",
    "{Dice} {be} shaken in a cup and thrown. With what probability is it true that {event}? Use a "
    "fraction.",
    "A game starts by rolling {dice}. You win when {event}. What is your chance, as a fraction?",
    "Imagine rolling {dice}. As a fraction, how probable is it that {event}?",
    "{Dice} {be} rolled on a table. In which fraction of all rolls is it true that {event}?",
    "In one throw of {dice}, what is the probability that {event}? Answer with a fraction.",
    "We roll {dice} once. Compute the probability that {event}, as a fraction.",
    "A child throws {dice}. How likely is it, as a fraction, that {event}?",
    "Work out the probability that {event} when {dice} {be} rolled. Give a fraction.",
    "What are the chances, as a fraction, that {event} after {dice} {be} thrown?",
    "For a bet, {dice} {be} rolled once. The bet is won if {event}. Give the probability of that "
    "as a fraction.",
    "Calculate as a fraction: {dice} {be} rolled; what is the probability that {event}?",
    "On a turn you throw {dice}. You move on if {event}. Give that probability as a fraction.",
    "{Dice} {be} dropped on the floor. State the probability that {event} as a fraction.",
    "Think of a roll of {dice}. Determine the probability that {event}. Use a fraction.",
    "With one roll of {dice}, what fraction of the time is it true that {event}?",
    "A machine rolls {dice}. What is the probability that {event}? Write a fraction.",
)
EVENTS = {
    "one": ("the number is {bound}", "the number shown is {bound}", "the result is {bound}"),
    "sum": ("the sum is {bound}", "the total is {bound}", "the sum of the numbers is {bound}"),
    "product": ("the product is {bound}", "the product of the two numbers is {bound}"),
    "difference": (
        "the difference, larger minus smaller, is {bound}",
        "the distance between the two numbers is {bound}",
    ),
    "highest": ("the highest number is {bound}", "the largest number shown is {bound}"),
    "lowest": ("the lowest number is {bound}", "the smallest number shown is {bound}"),
}
FACES: dict[str, Callable[[int], bool]] = {
    "an even number": lambda face: face % 2 == 0,
    "an odd number": lambda face: face % 2 == 1,
    "a prime number": lambda face: face in (2, 3, 5, 7, 11, 13, 17, 19),
    "a multiple of 3": lambda face: face % 3 == 0,
}
_MANY = {2: "two", 3: "three"}


def dice_named(sides: tuple[int, ...]) -> str:
    """The dice in words, grouped by their number of sides.

    Example:
        >>> dice_named((6, 6)), dice_named((4, 6, 6))
        ('two fair dice', 'a fair 4-sided die and two fair 6-sided dice')
    """
    if set(sides) == {6}:
        return "a fair die" if len(sides) == 1 else f"{_MANY[len(sides)]} fair dice"
    parts = [
        f"a fair {count}-sided die" if number == 1 else f"{_MANY[number]} fair {count}-sided dice"
        for count, number in sorted(Counter(sides).items())
    ]
    return listed(parts)
