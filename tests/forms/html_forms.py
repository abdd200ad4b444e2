"""The forms of a page as a browser has them: where each goes, and what it sends if nothing is touched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

from lxml import html

_SELECTORS = ".//input | .//select | .//textarea"
_NO_VALUE = {"submit", "button", "reset", "image"}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field: `kind` is the type of an input, or `select`, `textarea`."""

    name: str
    kind: str
    value: str | None
    """What is sent as it stands; None for nothing, as of a box that is not checked."""
    required: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form of a page with one of its buttons."""

    page: str
    action: str
    method: str
    fields: tuple[Field, ...] = field(default=())
    button: tuple[str, str] | None = None

    def sent(self) -> dict[str, list[str]]:
        """What a browser sends if nothing is touched."""
        data: dict[str, list[str]] = {}
        for one in self.fields:
            if one.value is not None and one.kind != "file":
                data.setdefault(one.name, []).append(one.value)
        if self.button:
            data.setdefault(self.button[0], []).append(self.button[1])
        return data


def forms_of(page: str, content: bytes) -> Iterator[Form]:
    """Every form of a page, once for each of its buttons; what htmx sends without a form counts as one."""
    tree = html.fromstring(content.decode().strip() or "<p></p>")
    for element in tree.xpath("//form | //*[@hx-post and not(self::form) and not(self::button)]"):
        fields = tuple(_fields(element, tree))
        action = element.get("action") or element.get("hx-post") or ""
        method = "post" if element.get("hx-post") else (element.get("method") or "get").lower()
        if method == "dialog":  # closes a dialog and sends nothing
            continue
        buttons = {(b.get("name"), b.get("value") or "") for b in _buttons(element, tree) if b.get("name")}
        for button in sorted(buttons) or [None]:
            yield Form(
                page=page, action=urljoin(page, action).partition("#")[0], method=method, fields=fields, button=button
            )


def links_of(page: str, content: bytes) -> set[str]:
    """Addresses of this site that a page leads on to, panels that load by themselves among them."""
    tree = html.fromstring(content.decode().strip() or "<p></p>")
    addresses = {urljoin(page, text).partition("#")[0] for text in tree.xpath("//a/@href | //*/@hx-get")}
    return {address for address in addresses if address.startswith("/")}


def _buttons(element: html.HtmlElement, tree: html.HtmlElement) -> list[html.HtmlElement]:
    inside = element.xpath(".//button[not(@form)] | .//input[@type='submit']")
    outside = tree.xpath("//button[@form=$form]", form=element.get("id")) if element.get("id") else []
    return [*inside, *outside]


def _fields(element: html.HtmlElement, tree: html.HtmlElement) -> Iterator[Field]:
    elements = [one for one in element.xpath(_SELECTORS) if not one.get("form")]
    if element.get("id"):
        elements += tree.xpath(
            "//*[self::input or self::select or self::textarea][@form=$form]", form=element.get("id")
        )
    for one in elements:
        name, kind = one.get("name"), one.get("type", "text") if one.tag == "input" else one.tag
        if not name or kind in _NO_VALUE or one.get("disabled") is not None or name == "csrfmiddlewaretoken":
            continue
        yield Field(
            name=name,
            kind=kind,
            value=_value(one, kind),
            required=one.get("required") is not None,
            options=tuple(option.get("value", option.text or "") for option in one.xpath(".//option")),
        )


def _value(one: html.HtmlElement, kind: str) -> str | None:
    if kind in ("checkbox", "radio"):
        return (one.get("value") or "on") if one.get("checked") is not None else None
    if kind == "textarea":
        return (one.text or "").removeprefix("\n")
    if kind == "select":
        options = one.xpath(".//option")
        chosen = [option for option in options if option.get("selected") is not None] or options[:1]
        return chosen[0].get("value", chosen[0].text or "") if chosen else None
    return one.get("value") or ""
