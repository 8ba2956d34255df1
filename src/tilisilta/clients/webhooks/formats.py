"""Messages in the form that Slack and Teams accept as it is.

Names come from elsewhere, so no text of ours is read for marks: Slack gets rich text and Teams runs
of text, in which neither ``<!channel>`` nor ``[here](https://…)`` means anything.
"""

import json
from typing import Any

from tilisilta.domain.messages import Line, Message, one_line

# The header of a message in Slack has 150 characters at most.
MOST_TITLE_CHARACTERS = 150


def slack_body(message: Message) -> bytes:
    """Return the body for an incoming webhook of Slack.

    Its ``text`` says the same as its blocks: it is what a telephone shows, and all that other
    services show which take messages of this form.
    """
    title = one_line(message.title, MOST_TITLE_CHARACTERS)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}},
        {
            "type": "rich_text",
            "elements": [
                *(part for line in message.lines for part in _slack_parts(line)),
                *_slack_end(message),
            ],
        },
    ]
    return _encoded(
        {
            "text": _slack_text(title, message),
            "blocks": blocks,
            "unfurl_links": False,
            "unfurl_media": False,
        }
    )


def teams_body(message: Message) -> bytes:
    """Return the body for the trigger "When a Teams webhook request is received" of Workflows."""
    title = one_line(message.title, MOST_TITLE_CHARACTERS)
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            _teams_text({"text": title, "weight": "Bolder", "size": "Medium"}),
            *(block for line in message.lines for block in _teams_blocks(line)),
            *([_teams_text({"text": one_line(message.more)})] if message.more else ()),
        ],
        "msteams": {"width": "Full"},
    }
    if message.url:
        card["actions"] = [
            {"type": "Action.OpenUrl", "title": one_line(message.link), "url": message.url}
        ]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return _encoded({"type": "message", "attachments": [attachment]})


def _slack_parts(line: Line) -> list[dict[str, Any]]:
    text = one_line(line.text)
    told = (
        {"type": "link", "url": line.url, "text": text}
        if line.url
        else {"type": "text", "text": text}
    )
    parts = [_slack_section(told)]
    if line.below:
        items = [_slack_section({"type": "text", "text": one_line(one)}) for one in line.below]
        parts.append({"type": "rich_text_list", "style": "bullet", "elements": items})
    return parts


def _slack_end(message: Message) -> list[dict[str, Any]]:
    ends = []
    if message.more:
        ends.append(_slack_section({"type": "text", "text": one_line(message.more)}))
    if message.url:
        link = {"type": "link", "url": message.url, "text": one_line(message.link)}
        ends.append(_slack_section(link))
    return ends


def _slack_section(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": [element]}


def _slack_text(title: str, message: Message) -> str:
    lines = [title]
    for line in message.lines:
        lines += [one_line(line.text), *(f"• {one_line(one)}" for one in line.below)]
    lines += [one_line(message.more)] if message.more else []
    escaped = [_escaped(line) for line in lines]
    if message.url:
        # Ours alone is a link.
        escaped.append(f"<{_escaped(message.url)}|{_escaped(one_line(message.link))}>")
    return "\n".join(escaped)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams_text(run: dict[str, Any], *, spacing: str = "Default") -> dict[str, Any]:
    inlines = [{"type": "TextRun", **run}]
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": inlines}


def _teams_blocks(line: Line) -> list[dict[str, Any]]:
    run: dict[str, Any] = {"text": one_line(line.text)}
    if line.url:
        run["selectAction"] = {"type": "Action.OpenUrl", "url": line.url}
    below = [{"text": f"• {one_line(one)}"} for one in line.below]
    return [_teams_text(run), *(_teams_text(one, spacing="None") for one in below)]


def _encoded(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
