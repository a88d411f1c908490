"""Whether two tokens are numbers near enough to each other, decided exactly as the decimals they are.

The grammar of numbers is the package format's ("General requirements"): no infinity, no NaN, no
hexadecimal. The limits it allows for are a token's length (a block of ``items``) and fifteen digits of
exponent; what is beyond them is a word.
"""

import re
from decimal import MAX_EMAX, MIN_EMIN, ROUND_UP, Context, Decimal
from functools import lru_cache

_NUMBER = re.compile(rb"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?0*\d{1,15})?")


def near(given: bytes, expected: bytes, absolute: float | None, relative: float | None) -> bool:
    """Whether both are numbers and ``given`` lies within one of the tolerances of ``expected``.

    Doubles decide wherever their rounding cannot matter; where they overflow, every comparison below is
    one with infinity or NaN and leaves the decision to decimals.
    """
    if not (_NUMBER.fullmatch(expected) and _NUMBER.fullmatch(given)):
        return False
    one, other = float(given), float(expected)
    error, limit = abs(one - other), max(absolute or 0.0, (relative or 0.0) * abs(other))
    doubt = 1e-15 * (abs(one) + abs(other) + limit) + 1e-300  # several times what rounding can amount to
    if error < limit - doubt:
        return True
    if error > limit + doubt:
        return False
    return _exactly_near(given.decode(), expected.decode(), absolute, relative)


def _exactly_near(given: str, expected: str, absolute: float | None, relative: float | None) -> bool:
    """The same without doubt. A tolerance is the decimal that its author wrote, as ``repr`` recovers it.

    The precision holds every limit exactly, and an error that it cannot hold is rounded up, so it is above
    the limit exactly when it was before. Exponents may lie far apart: digits are never written out for that.
    """
    context = _context(len(given) + len(expected) + 20)  # a tolerance has at most 17 digits
    one, other = Decimal(given), Decimal(expected)
    error = context.abs(context.subtract(one, other))
    if absolute is not None and error <= Decimal(repr(absolute)):
        return True
    return relative is not None and error <= context.multiply(Decimal(repr(relative)), context.abs(other))


@lru_cache
def _context(digits: int) -> Context:
    return Context(prec=digits, rounding=ROUND_UP, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
