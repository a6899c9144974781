"""Padding before encryption: a ciphertext tells in which step its text's length lies, no more.

Ciphertexts are as long as what they hold: without this, which of four topics somebody chose could
be read from the file's size. JSON allows blanks at its end, so that nothing has to be taken off.
"""

from typing import Final

_SMALLEST: Final = 1024  # bytes; the steps are 1, 2, 4, 8, 16, 32 … KB


def padded(document: bytes) -> bytes:
    """A JSON document, with blanks up to the end of its step."""
    return document.ljust(max(_SMALLEST, 1 << (len(document) - 1).bit_length()))
