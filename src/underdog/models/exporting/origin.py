"""What a model's own files say of where it comes from: name, licence, base, source.

Read from a GGUF file's metadata, or from the head of a folder's README.md. A pulled model that is
known by its hash has its known licence. Nothing is guessed: what no file says is empty.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from underdog.errors import ModelFileError
from underdog.files import read_bounded
from underdog.models.gguf.header import read_gguf_header
from underdog.models.pulled import KNOWN
from underdog.models.weights_hash import weights_hash

_MAX_BYTES = 1 << 20
_ENTRY = re.compile(r"^(\w+):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_ITEM = re.compile(r"^- +(.+?) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a model comes from; empty where its files do not say.

    Attributes:
        name: Name for people.
        licence: Name of the licence, as SPDX or the hub writes it.
        base: The model that it was made from.
        source: Address of its page.
    """

    name: str = ""
    licence: str = ""
    base: str = ""
    source: str = ""


def read_origin(path: Path) -> Origin:
    """Where the model of a GGUF file or model folder comes from.

    Raises:
        ModelFileError: The GGUF file is missing or malformed, or README.md cannot be read.
    """
    if path.is_dir():
        return _of_folder(path)
    given = read_gguf_header(path).metadata
    known = [model for model in KNOWN.values() if model.size_bytes == path.stat().st_size]
    licence = [model.licence for model in known if model.sha256 == weights_hash(path)]

    def told(*keys: str) -> str:
        return next((str(given[key]) for key in keys if isinstance(given.get(key), str)), "")

    return Origin(
        name=told("general.name"),
        licence=licence[0] if licence else told("general.license"),
        base=told("general.base_model.0.name"),
        source=told("general.source.url", "general.url", "general.repo_url"),
    )


def read_head(folder: Path) -> dict[str, str]:
    """The plain entries at the head of a folder's README.md; of a list the first item.

    Raises:
        ModelFileError: README.md cannot be read.
    """
    try:
        text = read_bounded(folder / "README.md", _MAX_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ModelFileError(
            f"cannot read {folder / 'README.md'}: {error.strerror or error}"
        ) from error
    begin, _, rest = text.partition("---\n")
    head, end, _ = rest.partition("\n---")
    if begin.strip() or not end:
        return {}
    found: dict[str, str] = {}
    for match in _ENTRY.finditer(head):
        item = _ITEM.match(head, match.end() + 1)
        value = match[2] or (item[1] if item else "")
        found[match[1]] = value.strip("\"'")
    return found


def _of_folder(folder: Path) -> Origin:
    head = read_head(folder)
    name = head.get("model_name") or folder.resolve().name
    return Origin(name, head.get("license", ""), head.get("base_model", ""))
