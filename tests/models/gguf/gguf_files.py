"""Small GGUF files, whole and broken, written by hand."""

import struct


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def entry(key: str | bytes, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def tensor(name: str | bytes, *dims: int, offset: int = 0, kind: int = 0) -> bytes:
    head = text(name) + struct.pack("<I", len(dims))
    return head + struct.pack(f"<{len(dims)}Q", *dims) + struct.pack("<IQ", kind, offset)


def strings(*values: str) -> bytes:
    return struct.pack("<IQ", 8, len(values)) + b"".join(text(value) for value in values)


ENTRIES = (
    entry("general.architecture", 8, text("llama")),
    entry("llama.context_length", 4, struct.pack("<I", 128)),
    entry("llama.block_count", 4, struct.pack("<I", 2)),
    entry("llama.embedding_length", 4, struct.pack("<I", 8)),
    entry("tokenizer.ggml.tokens", 9, strings("<s>", "</s>", "a")),
    entry("tokenizer.ggml.bos_token_id", 4, struct.pack("<I", 0)),
    entry("tokenizer.ggml.eos_token_id", 4, struct.pack("<I", 1)),
    entry("tokenizer.ggml.add_bos_token", 7, b"\x01"),
    entry("tokenizer.ggml.scores", 9, struct.pack("<IQ3f", 6, 3, 0, 0, 0)),
    entry("tokenizer.chat_template", 8, text("{{ messages[0].content }}")),
)
TENSORS = (tensor("token_embd.weight", 8, 3), tensor("blk.0.attn_q.weight", 8, 8, offset=96))


def gguf(
    entries: tuple[bytes, ...] = ENTRIES,
    tensors: tuple[bytes, ...] = TENSORS,
    *,
    magic: bytes = b"GGUF",
    version: int = 3,
    num_tensors: int | None = None,
    num_entries: int | None = None,
    data: bytes = bytes(512),
) -> bytes:
    counts = struct.pack(
        "<IQQ",
        version,
        len(tensors) if num_tensors is None else num_tensors,
        len(entries) if num_entries is None else num_entries,
    )
    return magic + counts + b"".join(entries) + b"".join(tensors) + data


HUGE = 1 << 62
MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "only magic": b"GGUF",
    "wrong magic": gguf(magic=b"GGML"),
    "pickle": b"\x80\x04\x95" + bytes(64),
    "zip": b"PK\x03\x04" + bytes(64),
    "old version": gguf(version=1),
    "big-endian version": gguf(version=3 << 24),
    "no metadata": gguf(entries=()),
    "no tensors": gguf(tensors=()),
    "tensor count beyond reason": gguf(num_tensors=HUGE),
    "metadata count beyond reason": gguf(num_entries=HUGE),
    "more metadata than there is": gguf(num_entries=len(ENTRIES) + 1),
    "more tensors than there are": gguf(num_tensors=60000, data=b""),
    "key beyond reason": gguf((struct.pack("<Q", HUGE), *ENTRIES)),
    "string beyond the file": gguf((*ENTRIES, entry("a", 8, struct.pack("<Q", 1 << 21)))),
    "string beyond reason": gguf((*ENTRIES, entry("a", 8, struct.pack("<Q", HUGE)))),
    "unknown type": gguf((*ENTRIES, entry("a", 77, b""))),
    "key twice": gguf((*ENTRIES, ENTRIES[0])),
    "array beyond the file": gguf((*ENTRIES, entry("a", 9, struct.pack("<IQ", 4, HUGE)))),
    "string array beyond the file": gguf((*ENTRIES, entry("a", 9, struct.pack("<IQ", 8, HUGE)))),
    "string in array beyond the file": gguf(
        (*ENTRIES, entry("a", 9, struct.pack("<IQQ", 8, 1, HUGE)))
    ),
    "array of arrays": gguf((*ENTRIES, entry("a", 9, struct.pack("<IQ", 9, 1)))),
    "array of an unknown type": gguf((*ENTRIES, entry("a", 9, struct.pack("<IQ", 99, 1)))),
    "tensor without dimensions": gguf(tensors=(tensor("a"),)),
    "tensor of five dimensions": gguf(tensors=(tensor("a", 1, 1, 1, 1, 1),)),
    "tensor of size zero": gguf(tensors=(tensor("a", 0),)),
    "tensor whose size overflows": gguf(tensors=(tensor("a", 1 << 40, 1 << 40),)),
    "tensor twice": gguf(tensors=(TENSORS[0], TENSORS[0])),
    "tensor beyond the file": gguf(tensors=(tensor("a", 8, offset=1 << 40),)),
    "tensor that ends beyond the file": gguf(tensors=(tensor("a", 200),)),
    "tensor in rows that its format cannot hold": gguf(tensors=(tensor("a", 40, kind=8),)),
    "tensor of zero columns": gguf(tensors=(tensor("a", 8, 0),)),
    "overlapping tensors": gguf(tensors=(TENSORS[0], tensor("b", 8, offset=64))),
    "tensor at an unaligned place": gguf(tensors=(tensor("a", 8, offset=4),)),
    "tensor in an unknown format beyond the file": gguf(
        tensors=(tensor("a", 8, kind=99, offset=1 << 20),)
    ),
    "tensor name that is no UTF-8": gguf(tensors=(tensor(b"\xff\xfe", 8),)),
    "key that is no UTF-8": gguf((*ENTRIES, entry(b"\xc3\x28", 4, bytes(4)))),
    "array key twice": gguf((*ENTRIES, ENTRIES[4])),
    "scalar under an array's key": gguf((*ENTRIES, entry("tokenizer.ggml.tokens", 4, bytes(4)))),
    "alignment of zero": gguf((*ENTRIES, entry("general.alignment", 4, bytes(4)))),
    "alignment beyond the file": gguf(
        (*ENTRIES, entry("general.alignment", 10, struct.pack("<Q", HUGE)))
    ),
    "alignment that is text": gguf((*ENTRIES, entry("general.alignment", 8, text("32")))),
    "more strings than are read": gguf((*ENTRIES, entry("a", 9, struct.pack("<IQ", 8, 1 << 22)))),
    "string in array of megabytes": gguf(
        (*ENTRIES, entry("a", 9, struct.pack("<IQQ", 8, 1, 1 << 21))), data=bytes((1 << 21) + 512)
    ),
    "cut inside the tensor list": gguf(data=b"")[:-9],
    "no architecture": gguf(ENTRIES[1:]),
    "cut inside a number": gguf((ENTRIES[0], entry("a", 10, b"\x01")), data=b"", tensors=()),
}
