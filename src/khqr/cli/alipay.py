"""The commands `alipay …`: codes of Alipay+, messages, and the template inside a KHQR.

The room is loaded by the commands that use it, as it would slow the start of all others.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import click
from rich.text import Text

from ..codec import md5
from .console import Output
from .options import (
    examples,
    face,
    moment_option,
    payload_argument,
    payload_examples,
    payload_from,
)
from .printable import printable

if TYPE_CHECKING:
    from ..alipayplus import Code
    from ..alipayplus.mapping import Mapped
    from ..alipayplus.messages import Json, Message

__all__ = ["alipay"]

_at = moment_option("--at", show_default="now", help="The moment at which expiry is judged.")
_allow_usd = click.option("--allow-usd", is_flag=True, help="Let codes in dollars pass.")
_strict = click.option("--strict", is_flag=True, help="Refuse a mapping that loses anything.")


@click.group(
    epilog=examples(
        'khqr alipay map --payment-request-id REQ-1 "PAYLOAD" | khqr alipay unmap -',
        'khqr alipay identify "TEXT"',
    )
)
def alipay() -> None:
    """Map a KHQR to messages of Alipay+ and back, and tell its codes apart.

    How KHQR itself runs on Alipay+ is published nowhere: the mapping is inferred. Not affiliated
    with Alipay+.
    """


@alipay.command(epilog=payload_examples('khqr alipay identify "https://qr.example.com/1"'))
@payload_argument
@face
def identify(output: Output, payload: str | None) -> None:
    """Say which kind of code a text is.

    Only documented shapes get a name. A payment code is shown in part.
    """
    from ..alipayplus import classify_code

    given = payload_from(payload)
    text = given if isinstance(given, str) else given.decode(errors="surrogateescape")
    code = classify_code(text)
    shape = _code_shape(code)
    if output.as_json:
        output.document(shape)
        return
    rows = [(name, value) for name, value in shape.items() if isinstance(value, str)]
    rows += [("object", f"{item.id} {item.value}") for item in code.objects]
    output.table([*rows, *(("remark", remark) for remark in code.remarks)])


def _code_shape(code: Code) -> dict[str, Any]:
    """Return what was found in a code; what would let anybody charge is left out."""
    shape: dict[str, Any] = {"kind": code.kind.value}
    if code.payment is not None:
        parts = ("form", "cii", "bti", "agreement", "routing")
        shape |= {
            name: getattr(code.payment, name) for name in parts if getattr(code.payment, name)
        }
    if code.url is not None:
        parts = ("host", "path", "cii", "bti", "rest")
        shape |= {name: getattr(code.url, name) for name in parts if getattr(code.url, name)}
    shape["objects"] = [{"id": item.id, "value": item.value} for item in code.objects]
    return shape | {"remarks": list(code.remarks)}


@alipay.command(
    "map", epilog=payload_examples('khqr alipay map --payment-request-id REQ-1 "PAYLOAD"')
)
@payload_argument
@click.option("--payment-request-id", required=True, help="The acquirer's number of the order.")
@click.option("--acquirer-id", help="For the request.")
@click.option("--psp-id", help="For the request.")
@click.option("--customer-id", help="For the request.")
@_at
@_allow_usd
@_strict
@face
def map_(
    output: Output,
    payload: str | None,
    *,
    payment_request_id: str,
    at: datetime | None,
    allow_usd: bool,
    strict: bool,
    **ids: str | None,
) -> None:
    """Print the request about a KHQR, and what the acquirer answers, as JSON.

    It is userInitiatedPay between Alipay+ and the acquirer. With it stands what only the code
    holds.
    """
    from ..alipayplus.mapping import Policy, request_for, response_for

    text, policy = payload_from(payload), Policy(allow_usd=allow_usd)
    request = request_for(text, policy=policy, **ids)
    response = response_for(
        text,
        at=at or datetime.now(UTC),
        payment_request_id=payment_request_id,
        policy=policy,
        strict=strict,
    )
    output.document(
        {
            "request": request.value.to_document(),
            "response": response.value.to_document(),
            **_account(response),
        }
    )


def _account(mapped: Mapped[Any]) -> dict[str, list[str]]:
    return {name: list(getattr(mapped, name)) for name in ("carried", "lost", "issues")}


@alipay.command(
    epilog=examples(
        "khqr alipay unmap mapped.json", "khqr alipay unmap --message PushPaymentRequest -"
    )
)
@click.argument("document", type=click.File("rb"), default="-")
@click.option(
    "--message",
    "name",
    metavar="CLASS",
    help="What the JSON is, where it is not of `map`, such as PushPaymentRequest.",
)
@click.option("--code-value", help="The code, where the message has no place for it.")
@click.option("--acquiring-bank", help="The merchant's bank, for a code that is made anew.")
@_at
@_allow_usd
@_strict
@face
def unmap(
    output: Output,
    document: BinaryIO,
    *,
    name: str | None,
    code_value: str | None,
    acquiring_bank: str | None,
    at: datetime | None,
    allow_usd: bool,
    strict: bool,
) -> None:
    """Print the KHQR that messages are about.

    DOCUMENT is what `khqr alipay map` prints, or one message. With a codeValue it is that text, if
    the message agrees with it; else a code is made anew, with an md5 of its own.
    """
    from ..alipayplus.mapping import Policy, to_khqr
    from ..alipayplus.messages import parse_json
    from ..alipayplus.messages.wire import MAX_DOCUMENT

    content = parse_json(document.read(MAX_DOCUMENT + 1))
    message, code = _message(content, name)
    mapped = to_khqr(
        message,
        code_value=code_value or code,
        at=at or datetime.now(UTC),
        policy=Policy(allow_usd=allow_usd),
        acquiring_bank=acquiring_bank,
        strict=strict,
    )
    if output.as_json:
        made = {"payload": mapped.value, "md5": md5(mapped.value)}
        output.document(made | {"reconstructed": mapped.reconstructed} | _account(mapped))
        return
    output.line(mapped.value)
    anew = ["the code was made anew; its md5 is not that of the code that was shown"]
    left = [f"a KHQR cannot hold {name}" for name in mapped.lost]
    _warn(output, [*(anew if mapped.reconstructed else []), *mapped.issues, *left])


def _message(content: Json, name: str | None) -> tuple[Message, str | None]:
    """Return the message of a document, and the code of the request beside it."""
    from ..alipayplus.messages import APIS, UserInitiatedPayRequest, UserInitiatedPayResponse
    from ..alipayplus.results import MessageError

    if name is not None:
        classes = {cls.__name__: cls for api in APIS for cls in (api.request, api.response)}
        if name not in classes:
            known = ", ".join(sorted(classes))
            raise click.UsageError(f"--message is one of {known}.")
        return classes[name].from_document(content), None
    if not isinstance(content, dict) or "response" not in content:
        raise MessageError(["the document is not of `khqr alipay map`; say --message what it is"])
    response = UserInitiatedPayResponse.from_document(content["response"])
    request = content.get("request")
    if request is None:
        return response, None
    return response, UserInitiatedPayRequest.from_document(request).code_value


@alipay.command(
    epilog=payload_examples('khqr alipay embed --url https://qr.example.com/1 "PAYLOAD"')
)
@payload_argument
@click.option("--url", required=True, help="HTTPS, at most 81 characters.")
@click.option("--tag", default="26", show_default=True, help="26 to 28, 31 to 38, or 41 to 51.")
@face
def embed(output: Output, payload: str | None, *, url: str, tag: str) -> None:
    """Put a com.alipay template into a KHQR.

    No programme is known to accept it. The md5 changes, by which Bakong finds the payment.
    """
    from ..alipayplus import embed as put_in

    made = put_in(payload_from(payload), url, tag=tag)
    if output.as_json:
        names = ("payload", "md5", "plain", "plain_md5", "warning")
        output.document({name: getattr(made, name) for name in names})
        return
    output.line(made.payload)
    _warn(output, [made.warning])


@alipay.command(epilog=payload_examples('khqr alipay extract "PAYLOAD"'))
@payload_argument
@click.option("--plain-md5", help="The md5 before, if the very same text must come back.")
@face
def extract(output: Output, payload: str | None, *, plain_md5: str | None) -> None:
    """Take the com.alipay template out of a code, and print the code without it."""
    from ..alipayplus import extract as take_out

    found = take_out(payload_from(payload), plain_md5=plain_md5)
    if output.as_json:
        template = found.template
        output.document(
            {
                "payload": found.payload,
                "md5": found.md5,
                "tag": template.tag,
                "url": template.url,
                "flag": template.flag,
                "others": [list(item) for item in template.others],
            }
        )
        return
    output.line(found.payload)


def _warn(output: Output, texts: Iterable[str]) -> None:
    console = output.console(stderr=True)
    for text in texts:
        console.print(Text.assemble(("warning", "yellow"), " ", printable(text)), soft_wrap=True)
