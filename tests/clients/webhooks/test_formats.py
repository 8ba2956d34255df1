"""What Slack and Teams are sent: their forms and limits, and names that try to be more."""

import json
from typing import Any

import pytest

from tilisilta.clients.webhooks.formats import slack_body, teams_body
from tilisilta.domain.messages import Line, Message, one_line

HOSTILE = (
    "<!channel> Oy",
    "<http://bad.example|Log in here>",
    "[Log in](http://bad.example) Oy",
    "Koivu & Kaari *Oy* <@U123>",
    "Two\nlines\r\n• Oy",
    "Turned \u202eyO\u2066 round \u2028 Oy",
)


def message(*names: str, more: str = "") -> Message:
    return Message(
        title="Tilisilta: 3 notices",
        lines=[
            Line(
                text="June 2026: ready to be sent",
                url="https://pay.example/month-end",
                names=names,
                more=more,
            )
        ],
        link="Open Tilisilta",
        url="https://pay.example/",
    )


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts_in(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts_in(one)]
    return [value] if isinstance(value, str) else []


def links_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["url"]} if "url" in value else set()
        return own.union(*(links_in(one) for one in value.values()))
    if isinstance(value, list):
        return set().union(*(links_in(one) for one in value))
    return set()


class TestSlack:
    def test_has_the_form_of_an_incoming_webhook(self) -> None:
        document = json.loads(slack_body(message("Koivulammi Konepaja Oy", more="and 1,990 more")))

        header, rich = document["blocks"]
        text = {"type": "plain_text", "text": "Tilisilta: 3 notices", "emoji": False}
        assert header == {"type": "header", "text": text}
        line, names, link = rich["elements"]
        assert line["elements"] == [
            {
                "type": "link",
                "url": "https://pay.example/month-end",
                "text": "June 2026: ready to be sent",
            }
        ]
        assert names["type"] == "rich_text_list"
        assert [one["elements"][0]["text"] for one in names["elements"]] == [
            "Koivulammi Konepaja Oy",
            "and 1,990 more",
        ]
        assert link["elements"][0]["url"] == "https://pay.example/"
        assert document["text"].splitlines() == [
            "Tilisilta: 3 notices",
            "June 2026: ready to be sent",
            "• Koivulammi Konepaja Oy",
            "• and 1,990 more",
            "<https://pay.example/|Open Tilisilta>",
        ]

    @pytest.mark.parametrize("name", HOSTILE)
    def test_calls_nobody_and_links_nowhere_for_a_name(self, name: str) -> None:
        document = json.loads(slack_body(message(name)))

        [told] = document["blocks"][1]["elements"][1]["elements"]
        assert told["elements"] == [{"type": "text", "text": one_line(name)}]
        assert links_in(document["blocks"]) == {
            "https://pay.example/month-end",
            "https://pay.example/",
        }
        # Of the three characters that mean something, ours alone are left.
        assert document["text"].count("<") == document["text"].count(">") == 1
        assert len(document["text"].splitlines()) == 4
        assert "mrkdwn" not in texts_in(document)

    def test_stays_within_the_limits_whatever_the_names(self) -> None:
        document = json.loads(slack_body(message(*["ä" * 5000] * 10, more="and 290 more")))

        assert len(document["blocks"]) <= 50
        assert len(document["text"]) < 3000
        assert sum(len(text) for text in texts_in(document["blocks"])) < 10_000


class TestTeams:
    def test_has_the_form_that_workflows_take(self) -> None:
        document = json.loads(teams_body(message("Koivulammi Konepaja Oy", more="and 1,990 more")))

        assert document["type"] == "message"
        [attachment] = document["attachments"]
        assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        card = attachment["content"]
        assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
        runs = [block["inlines"][0] for block in card["body"]]
        assert [run["text"] for run in runs] == [
            "Tilisilta: 3 notices",
            "June 2026: ready to be sent",
            "• Koivulammi Konepaja Oy",
            "• and 1,990 more",
        ]
        assert runs[1]["selectAction"]["url"] == "https://pay.example/month-end"
        assert card["actions"] == [
            {"type": "Action.OpenUrl", "title": "Open Tilisilta", "url": "https://pay.example/"}
        ]

    @pytest.mark.parametrize("name", HOSTILE)
    def test_reads_no_markdown_in_a_name(self, name: str) -> None:
        card = json.loads(teams_body(message(name)))["attachments"][0]["content"]

        # Markdown is read in blocks of another kind alone.
        assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
        assert card["body"][2]["inlines"] == [{"type": "TextRun", "text": f"• {one_line(name)}"}]
        assert links_in(card) == {"https://pay.example/month-end", "https://pay.example/"}

    def test_stays_below_the_28_kb_of_teams(self) -> None:
        assert len(teams_body(message(*["€" * 5000] * 10, more="and 290 more"))) < 28 * 1024


def test_a_name_is_one_line_and_cut_to_its_length() -> None:
    assert one_line("Two\nlines\r\n• Oy") == "Two lines • Oy"
    assert "\u202e" not in one_line("Turned \u202eyO")
    assert one_line("a" * 300) == "a" * 199 + "…"
