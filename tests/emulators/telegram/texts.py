"""Texts as Telegram reads them: length in UTF-16 code units, HTML entities where asked for."""

from html.parser import HTMLParser

from emulators.telegram.errors import bad_request

LONGEST = 4096
TAGS = frozenset({"b", "strong", "i", "em", "u", "s", "a", "code", "pre", "blockquote"})


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def visible(text: str, parse_mode: str | None) -> str:
    """Return what the user will read; raises `ApiError` for what Telegram refuses."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    if parse_mode is not None:
        text = _without_tags(text, parse_mode)
    text = text.strip()
    if not text:
        raise bad_request("message text is empty")
    if utf16_units(text) > LONGEST:
        raise bad_request("message is too long")
    return text


def _without_tags(text: str, parse_mode: str) -> str:
    if parse_mode.lower() != "html":
        raise bad_request("unsupported parse_mode")
    reader = _HtmlReader()
    reader.feed(text)
    reader.close()
    if reader.open_tags:
        raise bad_request(
            f"can't parse entities: Can't find end tag corresponding to start tag "
            f'"{reader.open_tags[-1]}"'
        )
    return "".join(reader.texts)


class _HtmlReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.open_tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise bad_request(f'can\'t parse entities: Unsupported start tag "{tag}"')
        self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open_tags or self.open_tags.pop() != tag:
            raise bad_request(f'can\'t parse entities: Unexpected end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
