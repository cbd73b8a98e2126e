"""A check of a folder's settings before a library that has no limits reads them."""

from pathlib import Path

from underdog.errors import ModelFileError
from underdog.files import read_bounded
from underdog.models.tokenizer.tokenizer_file import read_tokenizer_file

_ENDINGS = (".json", ".jinja", ".txt", ".model")
_MAX_BYTES = 1 << 26


def check_settings(folder: Path) -> None:
    """Refuse settings and tokenizers that could be read for ever or fill the memory.

    Raises:
        ModelFileError: One is no regular file, larger than 64 MiB, or a tokenizer that makes texts
            too long.
    """
    for path in sorted(folder.iterdir()):
        if path.name == "tokenizer.json":
            read_tokenizer_file(path)
        elif path.suffix in _ENDINGS:
            try:
                read_bounded(path, _MAX_BYTES)
            except OSError as error:
                raise ModelFileError(
                    f"cannot read {path}: {error.strerror or error}; download it again"
                ) from error
