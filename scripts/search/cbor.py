"""CBOR (RFC 8949) as far as Pagefind writes it: whole numbers, strings, lists, null."""

from collections.abc import Sequence

Value = int | str | None | Sequence["Value"]


def decode(data: bytes) -> Value:
    """One value that fills `data`; ValueError for anything else."""
    try:
        value, end = _read(data, 0)
    except IndexError as error:
        raise ValueError("CBOR that ends early") from error
    if end != len(data):
        raise ValueError("more than one value of CBOR")
    return value


def _read(data: bytes, at: int) -> tuple[Value, int]:
    kind, number = data[at] >> 5, data[at] & 31
    at += 1
    if kind == 7 and number == 22:
        return None, at
    if number > 27:
        raise ValueError(f"CBOR of an open length: {number}")
    if number > 23:
        size = 1 << (number - 24)
        number, at = int.from_bytes(data[at : at + size]), at + size
    if kind == 0:
        return number, at
    if kind == 1:
        return -1 - number, at
    if kind == 3:
        return data[at : at + number].decode(), at + number
    if kind != 4:
        raise ValueError(f"CBOR of kind {kind}")
    items: list[Value] = []
    for _ in range(number):
        item, at = _read(data, at)
        items.append(item)
    return items, at
