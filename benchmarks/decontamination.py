"""How fast and how sharp decontamination is: items a second, peak memory, planted copies found.

Run `python benchmarks/decontamination.py` with UNDERDOG_DATA_DIR set. It indexes every catalogue
test set on this machine, says how long opening the kept index takes instead, then

1. checks a stream of generated word problems (`--items` of them, cycling through `--different`
   different ones) and compares the time with a plain 13-gram set (`set[str]`, one rule only);
2. plants changed copies of test items and counts how many each rule finds;
3. checks texts that should be clean and prints every hit, to be judged by a reader;
4. with `--attacks TABLE.csv`, disguises copies in every way of `decontamination_attacks.py` and
   writes the share that is found, also of the half of the test sets no threshold was chosen on.

Seconds are processor seconds of this process, so that a busy machine does not change them much.
"""

import argparse
import re
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from random import Random

from decontamination_attacks import ATTACKS, renamed, renumbered
from underdog.core.item import Family
from underdog.data.decontamination import Benchmark, ContaminationIndex, local_benchmarks, protect
from underdog.generators import families
from underdog.generators.drawing import generate
from underdog.tasks import load_task

SUMS = ("add_3digit", "multiply_")
PLANTED_IN = ("gsm8k/test", "svamp/test", "mawps/all", "multiarith/test", "math500/test")


def main() -> None:
    """Print everything."""
    options = _options()
    sets = list(local_benchmarks())
    began = time.process_time()
    index = ContaminationIndex.build(sets)
    built_s = time.process_time() - began
    items = sum(index.names.values())
    print(f"index: {len(sets)} test sets, {items} items, {built_s:.1f} s, peak {_peak_mb():.0f} MB")
    protect()
    began = time.process_time()
    protect()
    print(f"kept index: opened in {time.process_time() - began:.2f} s of processor time")
    _speed(index, sets, options.items, _made(options.family, options.different))
    _planted(index, sets, options.planted)
    _clean(index, sets, options.family)
    if options.attacks:
        _attacked(index, sets, options.planted, options.attacks)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--different", type=int, default=20_000)
    parser.add_argument("--planted", type=int, default=200, help="copies per test set and change")
    parser.add_argument("--family", default="words")
    parser.add_argument("--attacks", type=Path, help="table of disguised copies to write")
    return parser.parse_args()


def _made(family: str, count: int) -> list[str]:
    made: Family = families.create(family)
    return [item.problem.question.text for item in islice(generate(made, "train", 0), count)]


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _speed(
    index: ContaminationIndex, sets: Sequence[Benchmark], items: int, different: list[str]
) -> None:
    began = time.process_time()
    flagged = sum(bool(hits) for hits in index.scan(islice(cycle(different), items)))
    ours_s = time.process_time() - began
    words = sum(len(text.split()) for text in different) / len(different)
    print(
        f"scan: {items} items of {words:.0f} words, {ours_s:.1f} s, {items / ours_s:,.0f} items/s, "
        f"{flagged} flagged, peak {_peak_mb():.0f} MB"
    )
    known = {gram for one in sets for passage in one.passages for gram in _grams(passage.text)}
    fewer = max(1, items // 10)
    began = time.process_time()
    hit = sum(
        any(gram in known for gram in _grams(text)) for text in islice(cycle(different), fewer)
    )
    plain_s = (time.process_time() - began) * items / fewer
    print(
        f"plain 13-gram set: {plain_s:.1f} s (from {fewer} items), {hit} flagged, {len(known)} "
        f"grams, peak {_peak_mb():.0f} MB; ours takes {ours_s / plain_s:.2f} of its time"
    )


def _grams(text: str, size: int = 13) -> Iterator[str]:
    words = re.findall(r"\w+", text.lower())
    for start in range(len(words) - size + 1):
        yield " ".join(words[start : start + size])


def _planted(index: ContaminationIndex, sets: Sequence[Benchmark], count: int) -> None:
    changes: dict[str, Callable[[str, Random], str]] = {
        "verbatim": lambda text, _: text,
        "case, punctuation": _shouted,
        "numbers": renumbered,
        "names": renamed,
        "names, numbers": lambda text, rng: renumbered(renamed(text, rng), rng),
        "first half": lambda text, _: text[: len(text) // 2],
        "inside a solution": lambda text, _: f"Let us think. {text} So the answer follows.",
    }
    rng = Random(7)
    for one in sets:
        if one.name not in PLANTED_IN:
            continue
        sample = rng.sample(one.passages, min(count, len(one.passages)))
        for change, apply in changes.items():
            rules = Counter[str]()
            for passage, hits in zip(
                sample, index.scan(apply(each.text, rng) for each in sample), strict=True
            ):
                own = [hit for hit in hits if hit.item == passage.item]
                rules[own[0].rule if own else "missed"] += 1
            found = 1 - rules["missed"] / len(sample)
            print(f"planted {one.name:16} {change:18} found {found:6.1%}  {dict(rules)}")


def _shouted(text: str, rng: Random) -> str:
    return re.sub(r"[^\w\s$]", "", text).lower()


def _attacked(
    index: ContaminationIndex, sets: Sequence[Benchmark], count: int, table: Path
) -> None:
    """Write how many disguised copies are found, for every attack and each half of the test sets.

    A test set that holds nothing but sums is left out: no rule looks at it.
    """
    words = sorted((one for one in sets if not one.name.startswith(SUMS)), key=lambda one: one.name)
    lines = ["attack,half,found,of,rate,short found,short of,worst sets"]
    for half, chosen in (("choosing", words[0::2]), ("reported", words[1::2])):
        print(f"half {half}: {', '.join(one.name for one in chosen)}")
        for name, attack in ATTACKS.items():
            of, found, rates = Counter[bool](), Counter[bool](), dict[str, float]()
            for one in chosen:
                rng = Random(name + one.name)
                sample = rng.sample(one.passages, min(count, len(one.passages)))
                texts = index.scan(attack(each.text, rng) for each in sample)
                short = [len(each.text.split()) < 13 for each in sample]
                own = [
                    any(hit.item == each.item for hit in hits)
                    for each, hits in zip(sample, texts, strict=True)
                ]
                of.update(short)
                found.update(small for small, hit in zip(short, own, strict=True) if hit)
                rates[one.name] = sum(own) / len(own)
            worst = " ".join(
                f"{set_}={rate:.0%}"
                for set_, rate in sorted(rates.items(), key=lambda pair: pair[1])[:3]
                if rate < 0.9
            )
            rate = found.total() / of.total()
            lines.append(
                f"{name},{half},{found.total()},{of.total()},{rate:.3f},{found[True]},{of[True]},"
                f"{worst}"
            )
            print(lines[-1])
    table.write_text("\n".join(lines) + "\n")


def _clean(index: ContaminationIndex, sets: Sequence[Benchmark], family: str) -> None:
    others = [one for one in sets if not one.name.startswith("underdog-words/")]
    words = load_task("underdog-words")
    own = [each.question.text for split in words.splits for each in words.problems(split)]
    _judge("own word problems", ContaminationIndex.build(others), own)
    _judge(f"generated {family}", index, _made(family, 5_000))
    trained = [each.question.text for each in load_task("gsm8k").problems("train")]
    _judge("gsm8k train", index, trained)


def _judge(name: str, index: ContaminationIndex, texts: Sequence[str]) -> None:
    found = [(text, hits[0]) for text, hits in zip(texts, index.scan(texts), strict=True) if hits]
    print(f"clean? {name}: {len(found)} of {len(texts)} flagged")
    for text, hit in found[:40]:
        print(f"    {' '.join(text.split())[:160]}\n        {hit}")


if __name__ == "__main__":
    main()
