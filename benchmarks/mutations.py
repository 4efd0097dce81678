"""Random damage to payloads: objects, lengths, values and characters, with the CRC made right."""

from __future__ import annotations

import re
from binascii import crc_hqx
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from .inputs import ALPHABETS, joined, random_text
from .payloads import CLOCK_MS

__all__ = ["mutated", "with_crc"]

_TEMPLATES = frozenset({"29", "30", "62", "64", "99"})


@dataclass(frozen=True)
class Node:
    """A data object to be written; ``length`` stands for what its value would give."""

    id: str
    value: str = ""
    inside: tuple[Node, ...] = ()
    length: str | None = None

    def __str__(self) -> str:
        value = "".join(map(str, self.inside)) or self.value
        length = f"{units(value):02d}" if self.length is None else self.length
        return f"{self.id}{length}{value}"


Level = list[Node]


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def with_crc(text: str) -> str:
    """Return ``text`` with its last four characters made the CRC, as JavaScript computes it.

    JavaScript writes half a character as U+FFFD when it encodes.
    """
    body = text[:-4] if re.search("6304.{4}\\Z", text, re.DOTALL) else f"{text}6304"
    data = re.sub("[\ud800-\udfff]", "\ufffd", body).encode()
    return f"{body}{crc_hqx(data, 0xFFFF):04X}"


def _nodes(text: str) -> tuple[Node, ...]:
    """Read a payload that is known to be whole; a template that is not stays text.

    Raises:
        ValueError: if the text cannot be walked.
    """
    nodes, index = [], 0
    while index < len(text):
        object_id, length = text[index : index + 2], int(text[index + 2 : index + 4])
        value = text[index + 4 : index + 4 + length]
        nodes.append(Node(object_id, value, _inside(value) if object_id in _TEMPLATES else ()))
        index += 4 + length
    return tuple(nodes)


def _inside(value: str) -> tuple[Node, ...]:
    try:
        nodes = _nodes(value)
    except ValueError:
        return ()
    return nodes if "".join(map(str, nodes)) == value else ()


_TIMES = (
    *(str(CLOCK_MS + plus) for plus in (-1, 0, 1, 300_000, 10**12)),
    *("1.75e12", "1.8e12", "18e11", "9999999999999", "99999999999990e-1", "0x19999999999", "0o7"),
    *("0b1", "Infinity", "-Infinity", "NaN", " 1800000000000", "1800000000000 ", "+1800000000000"),
    *("-1800000000000", "1800000000000n", "1_800_000_000_000", "1800000000000.", "1800000000000.0"),
    *("1800000000000.5", "18000000000000", "180000000000", "1e400", "1e21", "8.64e15", "8.7e15"),
    *("1.2345678e+25", "0.00001234567", "1e-7", ".5", "5.", "", " ", "0", "-0", "១៨០០០០០០០០០០០"),
    *("\ufeff1800000000000", "\u180e1800000000000", "\x851800000000000", "\xa01800000000000"),
    *("1750000000.25", "123456789012.5", "1800000000000\n", "0x1A3185C5000", "1.8E12", "1.8e+12"),
)
_VALUES = {
    "00": ("01", "02", "1", "001", ""),
    "01": ("11", "12", "13", "1", "012", " 12", "", "१२"),
    "52": ("5999", "0000", "1", "59a9", "5\uff1999", "-999", " 599", "", "59999", "599\n"),
    "53": (
        "116",
        "840",
        "764",
        "11",
        " 116",
        "116 ",
        "84x",
        "8\uff140",
        "+84",
        "0x7",
        "",
        "116x",
        "1e2",
    ),
    "54": ("100", "1.50", "0", "", "-1", "1-", "abc", "1,000", "12345678901234", "1e3", "x" * 13),
    "58": ("KH", "kh", "K", "KHM", "KHMX", ""),
    "63": ("", "1234", "12345"),
}

_LENGTHS = (
    "00",
    "01",
    "99",
    "4x",
    "x4",
    "+4",
    "-0",
    "-1",
    "-4",
    "-5",
    "-9",
    " 4",
    "4 ",
    "0x",
    "1e",
)
_ODD_LENGTHS = (
    "٤٤",
    "\t4",
    "\xa04",
    "\u180e4",
    "\ufeff4",
    "\x1c4",
    ".4",
    "4.",
    "",
    "4",
    "004",
    "--",
)


def _value(random: Random, object_id: str) -> str:
    if object_id in _VALUES and random.random() < 0.8:
        return random.choice(_VALUES[object_id])
    return random_text(random, random.choice((2, 13, 15, 25, 32, 40)), odd=0.3)


def _drop(random: Random, level: Level) -> None:
    del level[random.randrange(len(level))]


def _repeat(random: Random, level: Level) -> None:
    level.insert(random.randrange(len(level) + 1), random.choice(level))


def _repeat_at_once(random: Random, level: Level) -> None:
    at = random.randrange(len(level))
    level.insert(at, replace(level[at], value=_value(random, level[at].id)))


def _shuffle(random: Random, level: Level) -> None:
    if random.random() < 0.5:
        level.sort(key=lambda node: (node.id == "63", random.random()))
    else:
        random.shuffle(level)


def _move(random: Random, level: Level) -> None:
    level.insert(random.randrange(len(level) + 1), level.pop(random.randrange(len(level))))


def _insert(random: Random, level: Level) -> None:
    usual = (
        "00",
        "01",
        "02",
        "03",
        "07",
        "08",
        "15",
        "29",
        "30",
        "52",
        "53",
        "54",
        "62",
        "64",
        "99",
    )
    odd = ("04", "40", "61", "68", "zz", "3 ", "é0", "😀", "x")
    object_id = random.choice((*usual, *usual, *odd))
    level.insert(random.randrange(len(level) + 1), Node(object_id, _value(random, object_id)))


def _rename(random: Random, level: Level) -> None:
    at = random.randrange(len(level))
    level[at] = replace(level[at], id=random.choice((f"{random.randrange(100):02d}", "29", "30")))


def _set_value(random: Random, level: Level) -> None:
    at = random.randrange(len(level))
    level[at] = replace(level[at], value=_value(random, level[at].id), inside=())


def _set_length(random: Random, level: Level) -> None:
    at = random.randrange(len(level))
    near = f"{max(0, units(str(level[at])) - 4 + random.choice((-2, -1, 1, 2))):02d}"
    length = random.choice((near, random.choice(_LENGTHS), random.choice(_ODD_LENGTHS)))
    level[at] = replace(level[at], length=length)


_OPERATIONS: tuple[Callable[[Random, Level], None], ...] = (
    *(_drop, _repeat, _repeat_at_once, _shuffle, _move, _insert, _rename),
    *(_set_value, _set_value, _set_length),
)


def _change_objects(random: Random, level: Level) -> None:
    templates = [index for index, node in enumerate(level) if node.inside]
    if templates and random.random() < 0.4:
        at = random.choice(templates)
        inside = list(level[at].inside)
        _change_objects(random, inside)
        level[at] = replace(level[at], inside=tuple(inside), value="")
    elif level:
        random.choice(_OPERATIONS)(random, level)


def _change_times(random: Random, level: Level) -> None:
    for at, node in enumerate(level):
        if node.id == "99" and node.inside:
            parts = list(node.inside)
            chosen = random.randrange(len(parts))
            parts[chosen] = replace(parts[chosen], value=random.choice(_TIMES))
            level[at] = replace(node, inside=tuple(parts))


def _change_characters(random: Random, text: str) -> str:
    at = random.randrange(len(text) + 1)
    kind = random.choice(list(ALPHABETS))
    odd = random.choice(ALPHABETS[kind])
    flipped = chr(ord(text[at]) ^ 1 << random.randrange(7)) if at < len(text) else ""
    return random.choice(
        (
            text[:at] + odd + text[at:],
            text[:at] + odd + text[at + 1 :],
            text[:at] + text[at + 1 :],
            text[:at] + flipped + text[at + 1 :],
            text[:at] + flipped + text[at + 1 :],
            text[:at],
            text + text[at:],
            odd + text,
        )
    )


def mutated(random: Random, payload: str) -> str:
    """Return ``payload``, which is whole, changed once or a few times; its CRC is mostly right."""
    level = list(_nodes(payload))
    if random.random() < 0.3:
        _change_times(random, level)
    while random.random() < 0.6:
        _change_objects(random, level)
    text = "".join(map(str, level))
    while random.random() < 0.25:
        text = _change_characters(random, text)
    text = joined(text)
    fate = random.random()
    if fate < 0.9:
        text = with_crc(text)
    if 0.85 < fate < 0.92:
        text = text[:-4] + text[-4:].lower()
    if fate > 0.98:
        text += random.choice(("\n", " ", "\ufeff", "6304", "62"))
    return text
