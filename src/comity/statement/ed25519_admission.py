"""Which Ed25519 public keys may be admitted: points of the prime-order subgroup.

With a key of small order, one signature fits many messages, and common libraries accept
it.  So a key must be in its one encoding, lie on the curve, and have the order of the
base point: not small, not mixed.  About three milliseconds, once for each key.

Source: security finding 4, threat T13; RFC 8032, section 5.1.3.
"""

from typing import Final

KEY_BYTES: Final = 32
_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, -1, _P) % _P
_ROOT: Final = pow(2, (_P - 1) // 4, _P)
"""A square root of -1."""

_Point = tuple[int, int, int, int]
"""Extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z."""
_NEUTRAL: Final[_Point] = (0, 1, 1, 0)


def is_admissible(encoded: bytes) -> bool:
    """Tell whether these 32 bytes are a key of prime order in its one encoding."""
    point = _decode(encoded)
    if point is None or _is_neutral(point):
        return False
    # Only the neutral element and points of the prime order are annulled by that order.
    return _is_neutral(_multiply(_ORDER, point))


def _decode(encoded: bytes) -> _Point | None:
    if len(encoded) != KEY_BYTES:
        return None
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * _ROOT % _P
    if (v * x * x - u) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _is_neutral(point: _Point) -> bool:
    x, y, z, _ = point
    return x % _P == 0 and (y - z) % _P == 0


def _add(left: _Point, right: _Point) -> _Point:
    x1, y1, z1, t1 = left
    x2, y2, z2, t2 = right
    a, b = (y1 - x1) * (y2 - x2) % _P, (y1 + x1) * (y2 + x2) % _P
    c, d = 2 * t1 * t2 * _D % _P, 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(times: int, point: _Point) -> _Point:
    result = _NEUTRAL
    while times:
        if times & 1:
            result = _add(result, point)
        point = _add(point, point)
        times >>= 1
    return result
