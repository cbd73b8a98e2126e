"""The card of a trained model as README.md, with the YAML head that model hubs read.

Text below a line that a person has put there is theirs, and is kept when the page is written again.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from underdog.data.dataset.card.data_card import Decontamination
from underdog.files import write_atomic
from underdog.training.card.model_card import CARD_FILE, ModelCard, PoolFacts, StageFacts

OWN_TEXT = "<!-- Text below this line is yours: underdog keeps it. -->"

_FILES = {
    "model.safetensors": "the weights",
    "config.json": "sizes of the model",
    "tokenizer.json": "the tokenizer",
    "recipe.json": "the resolved recipe, versions, digests of the start model and all data",
    CARD_FILE: "this card for programs",
    "stages": "for every stage its log, its result in float32, and its adapter where it has one",
}


def write_model_card(folder: Path, card: ModelCard) -> None:
    """Write `card.json` and README.md, of which a person's own text at the end is kept.

    Raises:
        UnderdogError: The disk is full or the folder cannot be written.
    """
    data = card.model_dump_json(indent=1, exclude_defaults=True).encode() + b"\n"
    write_atomic(folder / CARD_FILE, lambda file: file.write(data))
    path = folder / "README.md"
    old = path.read_text("utf-8", errors="replace") if path.is_file() else ""
    text = f"{model_page(folder, card)}\n{OWN_TEXT}\n{old.partition(OWN_TEXT)[2].lstrip()}"
    write_atomic(path, lambda file: file.write(text.encode()))


def model_page(folder: Path, card: ModelCard) -> str:
    """Text of README.md, without a person's own."""
    base = card.base
    made = (
        f"{base.title} (`{base.name}`)" if base.title not in ("", base.name) else f"`{base.name}`"
    )
    verb = "made and trained" if card.from_scratch else "trained further"
    whole = sum(stage.tokens for stage in card.stages)
    seconds = sum(stage.cpu_seconds for stage in card.stages)
    lines = [
        *_head(card),
        f"# {card.name}",
        "",
        f"{made}, {verb} with [underdog](https://pypi.org/project/underdog/) on {whole:,} "
        f"tokens in {seconds:,.0f} CPU seconds. {card.num_params:,} parameters, "
        f"family {card.family}, context of {card.context_tokens:,} tokens, weights in "
        f"{card.dtype}.",
        "",
        "## Use",
        "",
        "```console",
        f'underdog solve "QUESTION" --model {card.name}',
        f"underdog models export {card.name} --to gguf:q8_0 --out {card.name}.gguf",
        "```",
        "",
        f'In Python `AutoModelForCausalLM.from_pretrained("{card.name}")` of transformers opens '
        "the folder. Questions are best written as in the training data; the chat template does "
        "the rest.",
        "",
        *_licence(card),
        *_recipe(card),
        *_data(card),
        *_evaluation(card),
        *_limits(card),
        "## Files",
        "",
        *(f"- `{name}`: {what}" for name, what in _FILES.items() if _there(folder, name)),
    ]
    return "\n".join(lines) + "\n"


def _there(folder: Path, name: str) -> bool:
    return name == CARD_FILE or (folder / name).exists()


def _head(card: ModelCard) -> list[str]:
    lines = ["---"]
    if card.base.licence:
        lines.append(f"license: {json.dumps(card.base.licence.lower())}")
    if not card.from_scratch:
        lines.append(f"base_model: {json.dumps(card.base.name)}")
    return [
        *lines,
        "library_name: transformers",
        "pipeline_tag: text-generation",
        "tags:",
        "- underdog",
        *(["- lora"] if any(stage.trainable.startswith("lora") for stage in card.stages) else []),
        "---",
        "",
    ]


def _licence(card: ModelCard) -> list[str]:
    base = card.base
    if card.from_scratch:
        return []
    told = f"`{base.licence}`, as its files state it" if base.licence else "not stated in its files"
    lines = ["## Base model and licence", "", f"- Base model: `{base.name}`"]
    if base.source:
        lines.append(f"- Its page: {base.source}")
    if base.base:
        lines.append(f"- Which was made from: `{base.base}`")
    lines.append(f"- Its licence: {told}. This model is derived from it.")
    if base.sha256:
        lines.append(f"- SHA-256 of its files: `{base.sha256}`")
    return [*lines, ""]


def _recipe(card: ModelCard) -> Iterator[str]:
    yield from ("## Recipe", "", f"Seed {card.seed}; training in float32.", "")
    for stage in card.stages:
        loss = "" if stage.loss is None else f", loss of the last step {stage.loss:.3f} nats"
        share = f" ({stage.loss_tokens / stage.tokens:.0%} carried loss)" if stage.tokens else ""
        yield (
            f"- **{stage.name}**: `{stage.trainable}`, objective `{stage.objective}`, learning "
            f"rate {stage.learning_rate:g} by `{stage.schedule}`, budget {stage.budget}: "
            f"{stage.steps:,} steps, {stage.tokens:,} tokens{share}, {stage.cpu_seconds:,.0f} CPU "
            f"seconds{loss}."
        )
    versions = ", ".join(f"{name} {number}" for name, number in card.versions.items())
    yield from ("", f"Made with {versions}.", "")


def _data(card: ModelCard) -> Iterator[str]:
    yield from (
        "## Data",
        "",
        "| stage | pool | source | split | share | tokens fed | problems | rows | verified |",
        "| --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |",
    )
    for stage in card.stages:
        yield from (_row(stage, pool) for pool in stage.pools)
    yield ""
    for stage in card.stages:
        yield from _stage_notes(stage)
    yield ""


def _row(stage: StageFacts, pool: PoolFacts) -> str:
    verified = "" if pool.verified is None or not pool.rows else f"{pool.verified / pool.rows:.1%}"
    counts = (f"{pool.tokens:,}", _count(pool.problems), _count(pool.rows), verified)
    cells = (stage.name, pool.name, f"`{pool.source}`", pool.split, f"{pool.share:.0%}", *counts)
    return f"| {' | '.join(cells)} |"


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _stage_notes(stage: StageFacts) -> Iterator[str]:
    if stage.left_out:
        yield (
            f"- {stage.name}: {stage.left_out:,} items were left out, too long or without a reply "
            "to learn."
        )
    if stage.compared:
        names = ", ".join(f"{name} ({items:,})" for name, items in stage.compared.items())
        yield f"- {stage.name}: items that repeat one of these test sets were left out: {names}."
    else:
        yield f"- {stage.name}: while training, items were not compared with test sets."
    if stage.not_here:
        yield f"- Not on the machine, so not compared: {', '.join(stage.not_here)}."
    for pool in stage.pools:
        if pool.made_of:
            made = ", ".join(f"`{spec}`" for spec in pool.made_of)
            licence = f", licence {pool.licence}" if pool.licence else ""
            yield f"- {pool.name}: made of {made}{licence}. {_compared(pool.decontamination)}"


def _compared(found: Decontamination | None) -> str:
    if found is None or found.off:
        return "It was not compared with test sets when it was made."
    names = ", ".join(f"{name} ({items:,})" for name, items in found.checked_against.items())
    return (
        f"Compared when it was made with {names}: {found.left_out:,} items left out, "
        f"{found.repeating:,} repeating ones still in it."
    )


def _evaluation(card: ModelCard) -> Iterator[str]:
    yield from ("## Evaluation", "")
    points = [(stage.name, point) for stage in card.stages for point in stage.dev]
    if points:
        yield from (
            "On dev problems while training (they may have chosen settings, so they are no test):",
            "",
            "| stage | step | set | right | n | 95% interval |",
            "| --- | ---: | --- | ---: | ---: | ---: |",
        )
        for name, point in points:
            yield (
                f"| {name} | {point.step:,} | {point.name} | {point.right / point.n:.1%} | "
                f"{point.n:,} | {point.low:.1%} to {point.high:.1%} |"
            )
        yield ""
    if not card.evaluations:
        yield from ("This model has not been evaluated in a match yet.", "")
    for one in card.evaluations:
        yield from (one.text.strip().replace("## ", "### ", 1), "")


def _limits(card: ModelCard) -> list[str]:
    names = sorted({f"`{pool.source}`" for stage in card.stages for pool in stage.pools})
    measured = ", ".join(one.task for one in card.evaluations)
    known = f"Measured are {measured} alone" if measured else "Nothing is measured"
    return [
        "## Intended use and limits",
        "",
        f"Meant for questions like those of its training data ({', '.join(names)}), in the "
        f"language of that data. {known}; what else it can do, and what training made it forget, "
        "is not known. A small model states wrong answers with ease: verify what matters.",
        "",
    ]
