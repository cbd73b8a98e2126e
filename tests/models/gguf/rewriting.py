"""GGUF files written anew with some entries changed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

PREFIX = "tokenizer.ggml."


def rewritten(
    source: Path,
    target: Path,
    *,
    names: Mapping[int, str] | None = None,
    kinds: Mapping[int, int] | None = None,
    entries: Mapping[str, Any] | None = None,
) -> Path:
    """A copy of a GGUF file.

    Args:
        source: The file.
        target: Where the copy is written.
        names: New names of tokens, by id; merges with their old names are left out.
        kinds: New token types, by id.
        entries: New or changed scalar entries, by key; `None` leaves an entry out.
    """
    from gguf import GGUFReader, GGUFValueType, GGUFWriter

    reader, changed = GGUFReader(source), dict(entries or {})
    gone = {reader.fields[f"{PREFIX}tokens"].contents()[token] for token in names or {}}
    kept = {key: field for key, field in reader.fields.items() if not key.startswith("GGUF.")}
    writer = GGUFWriter(target, str(kept.pop("general.architecture").contents()))
    for key, field in kept.items():
        if key in changed:
            continue
        value: Any = field.contents()
        if key == f"{PREFIX}tokens":
            value = [(names or {}).get(token, name) for token, name in enumerate(value)]
        if key == f"{PREFIX}token_type":
            value = [(kinds or {}).get(token, kind) for token, kind in enumerate(value)]
        if key == f"{PREFIX}merges":
            value = [one for one in value if not {*one.split(" "), one.replace(" ", "")} & gone]
        inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(key, value, field.types[0], sub_type=inner)
    for key, value in changed.items():
        if value is not None:
            writer.add_key_value(key, value, _kind(value))
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


def _kind(value: Any) -> Any:
    from gguf import GGUFValueType

    if isinstance(value, bool):
        return GGUFValueType.BOOL
    if isinstance(value, int):
        return GGUFValueType.UINT32
    return GGUFValueType.FLOAT32 if isinstance(value, float) else GGUFValueType.STRING
