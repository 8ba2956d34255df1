"""The help of the whole command line: its commands by what somebody comes to do."""

import argparse
from collections.abc import Iterator

from tilisilta.management.wording import gettext as _


class GroupedHelpParser(argparse.ArgumentParser):
    """A parser whose help lists its commands in groups."""

    def format_help(self) -> str:
        """Return the help with a heading for each group of commands."""
        formatter = self._get_formatter()
        formatter.add_usage(self.usage, self._actions, self._mutually_exclusive_groups)
        formatter.add_text(self.description)
        described = {action.dest: action for action in self._described_commands()}
        for title, names in help_groups():
            formatter.start_section(title)
            formatter.add_arguments([described[name] for name in names])
            formatter.end_section()
        formatter.start_section(_("options"))
        formatter.add_arguments([action for action in self._actions if action.option_strings])
        formatter.end_section()
        formatter.add_text(self.epilog)
        return formatter.format_help()

    def _described_commands(self) -> Iterator[argparse.Action]:
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                yield from action._get_subactions()


def help_groups() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return every command in the group it belongs to, in the order of the work."""
    return (
        (
            _("every month"),
            (
                *("status", "sync", "import", "preview", "send", "rules", "proposal", "settle"),
                *("withdraw", "journal", "verify", "netpay", "month", "fix", "sign", "unsign"),
                "archive",
            ),
        ),
        (_("trace what was booked"), ("find", "receipts", "audit")),
        (
            _("set a bureau up"),
            (
                *("nmbrs", "debtor", "company", "account", "onboard"),
                *("link", "profile", "user", "token", "webhook"),
            ),
        ),
        (
            _("run the service"),
            ("serve", "web", "worker", "migrate", "doctor", "keys", "mail", "completion"),
        ),
        (_("try it"), ("demo", "procountor-sandbox", "nmbrs-sandbox")),
    )
