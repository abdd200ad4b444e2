"""A mail server's counter: takes mail, refuses addresses, or goes away."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class PostOffice:
    """`refuses` are addresses it answers with a code; `strikes_after` mails it asks everybody to come again later."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.refuses: dict[str, str] = {}
        self.strikes_after: int | None = None

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.strikes_after is not None and len(self.received) >= self.strikes_after:
            return "451 come again later"
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.received.append(mail)
        return "250 taken"


@contextmanager
def office_open() -> Iterator[tuple[PostOffice, int]]:
    """A counter and the port it serves on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield office, port
    finally:
        controller.stop()


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def link_in(mail: EmailMessage) -> str:
    """The path of the update link in a mail, the same in its text and its html."""
    found = re.search(r"https?://[^/\s]+(/u/[^\s]+)", text_of(mail))
    assert found
    assert f'{found[1]}"' in html_of(mail)
    return found[1]
