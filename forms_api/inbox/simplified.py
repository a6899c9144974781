"""What somebody wrote in Traditional characters as a desk would write it.

For finding it and for a first version of what will be published; what is shown and kept stays as
it was typed.
"""

from functools import cache

import opencc


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """A NUL, at which OpenCC would stop, cannot stand in an answer: see guards.clean."""
    return str(_converter().convert(text))
