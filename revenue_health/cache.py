"""How values are stored in the cache: as JSON with types, instead of Django's pickles.

Reading a pickle runs what it says, so whoever can write to the cache could run code in every process. Here a value is
data: only dataclasses, enums and named tuples of our own packages are built again, from their fields. A value that
does not fit the code any more counts as not there.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import importlib
import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

PACKAGES = ("departments", "pipeline", "revenue_health")
_TYPE = "!"
"""Marks an object that stands for something JSON has no word for."""
_SCALARS = frozenset({str, int, float, bool, type(None)})
"""What JSON has itself: asked for first, since most of what is read is nothing else."""
_DATES = {"date": date.fromisoformat, "time": time.fromisoformat, "decimal": Decimal}


class Unreadable(ValueError):
    """A value that this code did not write: from another release, or from somebody else."""


class JsonSerializer:
    """The serializer of the cache. Whole numbers stay plain, so that the server can count with them."""

    def dumps(self, value: Any) -> bytes | int:
        """The value as bytes."""
        # Not isinstance: True is an int too, and would come back as 1.
        if type(value) is int:
            return value
        return json.dumps(encode(value), separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        """The value again, with its types."""
        try:
            return int(data)
        except ValueError:
            pass
        try:
            return decode(json.loads(data))
        except Unreadable:
            raise
        except Exception as problem:
            raise Unreadable(str(problem)) from problem


class _Client(RedisCacheClient):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Django makes another client of redis-py for every command, which costs more than the command itself.
        self._client: Any = functools.cache(redis.Redis)

    def get(self, key: Any, default: Any) -> Any:
        try:
            return super().get(key, default)
        except Unreadable:
            return default

    def get_many(self, keys: Any) -> dict[Any, Any]:
        # One by one, so that a value of another release does not cost the others. No cached value can be our own class,
        # which therefore marks what is not there.
        values = ((key, self.get(key, _Client)) for key in keys)
        return {key: value for key, value in values if value is not _Client}


class JsonCache(RedisCache):
    """Django's cache on Redis or Valkey without pickles."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        params.setdefault("OPTIONS", {}).setdefault("serializer", JsonSerializer)
        super().__init__(server, params)
        self._class = _Client


def encode(value: Any) -> Any:
    """A value of JSON's own types; TypeError for what cannot be kept without a pickle."""
    kind = type(value)
    if value is None or kind in {bool, int, float, str}:
        return value
    if kind is list:
        return [encode(item) for item in value]
    if kind is dict and all(type(key) is str for key in value) and _TYPE not in value:
        return {key: encode(item) for key, item in value.items()}
    if special := _special(value, kind):
        name, data = special
        return {_TYPE: name, "v": data}
    if isinstance(value, str | float | int):  # SafeString, numpy's floats: what they are worth
        plain = str if isinstance(value, str) else float if isinstance(value, float) else int
        return plain(value)
    raise TypeError(f"A {kind.__module__}.{kind.__qualname__} cannot be kept in the cache.")


def _special(value: Any, kind: type) -> tuple[str, Any] | None:
    """Name and content of a type JSON does not have; None for others."""
    # Enums before tuples and dataclasses: their members may be either.
    if isinstance(value, Enum):
        return "enum", [_path(kind), value.name]
    if dataclasses.is_dataclass(kind):
        fields = {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(kind)}
        return "data", [_path(kind), fields]
    if isinstance(value, tuple):
        named = hasattr(kind, "_fields")
        items = [encode(item) for item in value]
        return ("named", [_path(kind), items]) if named else ("tuple", items)
    if isinstance(value, datetime):
        # ISO text has an offset, but neither the zone nor which of two equal hours in autumn is meant (fold).
        zone = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
        return "datetime", [value.isoformat(), value.fold, zone]
    if kind in _PLAIN:
        name, write = _PLAIN[kind]
        return name, write(value)
    if isinstance(value, np.ndarray | np.integer | np.bool_ | np.datetime64) and value.dtype != object:
        return "array", [value.dtype.str, list(value.shape), base64.b64encode(np.ascontiguousarray(value)).decode()]
    return None


_PLAIN: dict[type, tuple[str, Callable[[Any], Any]]] = {
    date: ("date", date.isoformat),
    time: ("time", time.isoformat),
    timedelta: ("timedelta", lambda value: [value.days, value.seconds, value.microseconds]),
    Decimal: ("decimal", str),
    bytes: ("bytes", lambda value: base64.b64encode(value).decode()),
    dict: ("dict", lambda value: [[encode(key), encode(item)] for key, item in value.items()]),
    set: ("set", lambda value: [encode(item) for item in value]),
    frozenset: ("frozenset", lambda value: [encode(item) for item in value]),
}


def _path(kind: type) -> str:
    if kind.__module__.partition(".")[0] not in PACKAGES or "<" in kind.__qualname__:
        raise TypeError(f"A {kind.__module__}.{kind.__qualname__} cannot be kept in the cache.")
    return f"{kind.__module__}:{kind.__qualname__}"


def decode(value: Any) -> Any:
    """The value that `encode` wrote."""
    if type(value) in _SCALARS:
        return value
    if isinstance(value, list):
        return [item if type(item) in _SCALARS else decode(item) for item in value]
    if _TYPE not in value:
        return {key: item if type(item) in _SCALARS else decode(item) for key, item in value.items()}
    name, data = value[_TYPE], value["v"]
    if name in _DATES:
        return _DATES[name](data)
    read = _READERS.get(name)
    if read is None:
        raise Unreadable(f"unknown type {name!r}")
    return read(data)


@functools.cache
def _class(path: str) -> Any:
    """One of our own classes; nothing is imported from elsewhere."""
    module, _, name = path.partition(":")
    if module.partition(".")[0] not in PACKAGES:
        raise Unreadable(f"{path} is not one of ours")
    target: Any = importlib.import_module(module)
    for part in name.split("."):
        target = getattr(target, part)
    if not isinstance(target, type):
        raise Unreadable(f"{path} is no class")
    return target


@functools.cache
def _field_names(kind: Any) -> frozenset[str] | None:
    """The fields of a dataclass; None of what is none."""
    return frozenset(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None


def _bare(kind: Any) -> Any:
    """An object before its fields are set."""
    # Neither __init__ nor __post_init__ runs: frozen classes can still be filled, and nothing is derived twice.
    return object.__new__(kind)


def _read_data(data: list[Any]) -> Any:
    kind: Any = _class(data[0])
    fields = data[1]
    if _field_names(kind) != fields.keys():
        raise Unreadable(f"{data[0]} has other fields now")
    instance: Any = _bare(kind)
    for name, value in fields.items():
        object.__setattr__(instance, name, value if type(value) in _SCALARS else decode(value))
    return instance


def _read_enum(data: list[str]) -> Any:
    kind = _class(data[0])
    if not issubclass(kind, Enum):
        raise Unreadable(f"{data[0]} is no enum")
    return kind[data[1]]


def _read_named(data: list[Any]) -> Any:
    kind = _class(data[0])
    if not issubclass(kind, tuple):
        raise Unreadable(f"{data[0]} is no tuple")
    return tuple.__new__(kind, [decode(item) for item in data[1]])


def _read_datetime(data: list[Any]) -> datetime:
    value = datetime.fromisoformat(data[0])
    if data[2]:
        value = value.replace(tzinfo=ZoneInfo(data[2]))
    return value.replace(fold=data[1])


def _read_array(data: list[Any]) -> Any:
    array = np.frombuffer(base64.b64decode(data[2]), dtype=np.dtype(data[0])).reshape(data[1])
    # frombuffer gives a read-only view; the index () turns an array without dimensions into numpy's scalar.
    return array.copy() if data[1] else array[()]


_READERS: dict[str, Callable[[Any], Any]] = {
    "data": _read_data,
    "enum": _read_enum,
    "named": _read_named,
    "datetime": _read_datetime,
    "array": _read_array,
    "tuple": lambda data: tuple(decode(item) for item in data),
    "set": lambda data: {decode(item) for item in data},
    "frozenset": lambda data: frozenset(decode(item) for item in data),
    "dict": lambda data: {decode(key): decode(item) for key, item in data},
    "timedelta": lambda data: timedelta(*data),
    "bytes": base64.b64decode,
}
