"""The messages of Alipay+ as frozen values, to and from their JSON.

Every scalar is a text in JSON, also numbers and booleans; what is absent is left out. Only the
first part of most public pages was readable, so members that no table here knows are kept.
Source: Alipay+ developer documentation; Ant's SDK for Java, global-open-sdk-java 2.2.8.
"""

from __future__ import annotations

from .apis import APIS, Api
from .kinds import moment, moment_text
from .members import Member, members
from .message import Message
from .objects import *  # noqa: F403 - one class for each object, all of them public
from .objects import __all__ as _objects
from .paying import *  # noqa: F403 - one class for each message, all of them public
from .paying import __all__ as _paying
from .scanning import *  # noqa: F403 - one class for each message, all of them public
from .scanning import __all__ as _scanning
from .schema import json_schema
from .wire import Json, Number, dump, parse_json

__all__ = [  # noqa: PLE0604 - the two lists are texts, and ruff cannot see it
    "APIS",
    "Api",
    "Json",
    "Member",
    "Message",
    "Number",
    "dump",
    "json_schema",
    "members",
    "moment",
    "moment_text",
    "parse_json",
    *_objects,
    *_paying,
    *_scanning,
]
