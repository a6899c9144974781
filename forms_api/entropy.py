"""Whether a secret could be guessed: how many different characters, and how far it can be packed.

Neither proves that a secret is random. They find what people type to be done with it: one
character over and over, a word or a row of digits repeated.
"""

import zlib


def is_low(text: str, different: int, packed: int) -> bool:
    """Fewer than `different` characters, or less than `packed` bytes once deflated."""
    deflate = zlib.compressobj(level=9, wbits=-15)
    size = len(deflate.compress(text.encode("utf-8", "replace")) + deflate.flush())
    return len(set(text)) < different or size < packed
