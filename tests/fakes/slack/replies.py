"""What a client makes of the app's answers to an interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.option_rules import check_option
from tests.fakes.slack.problems import Problems
from tests.fakes.slack.records import Delivery
from tests.fakes.slack.seen import Seen
from tests.fakes.slack.state import Team, User
from tests.fakes.slack.validate import check_message
from tests.fakes.slack.view import View

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack

Json = dict[str, Any]

TROUBLE = "We had some trouble connecting. Try again?"  # what a form says of a bad answer


class Replies:
    """Reads acks for one member; an answer Slack would refuse is kept in `seen.failed`."""

    def __init__(self, slack: Slack, team: Team, user: User) -> None:
        self._slack = slack
        self._team = team
        self._user = user

    def command(self, seen: Seen, delivery: Delivery, response_url: str) -> None:
        """Show the answer to a slash command, to the member alone unless it says otherwise."""
        answer = delivery.answer
        if not delivery.ok or not answer:
            return
        body = {"text": answer} if isinstance(answer, str) else answer
        try:
            check_message(body.get("text", ""), body.get("blocks"))
        except ApiError as error:
            self._note(seen, "invalid_command_response", error)
            return
        self._slack.responses.respond(self._slack.responses.ticket(response_url), body)

    def submission(self, seen: Seen, delivery: Delivery, view: View) -> None:
        """Do with the form what the answer says: nothing, errors, update, push or clear."""
        if not delivery.ok:
            seen.failed = TROUBLE
            return
        body = delivery.answer or {}
        try:
            if not isinstance(body, dict):
                raise ApiError("response body is not JSON")
            self._do(seen, body, view)
        except ApiError as error:
            self._note(seen, TROUBLE, error)

    def options(self, seen: Seen, delivery: Delivery) -> list[Json]:
        """Return the options a menu was given; none when the answer is refused."""
        body = delivery.answer if delivery.ok and isinstance(delivery.answer, dict) else {}
        options = list(body.get("options", []))
        options += [o for group in body.get("option_groups", []) for o in group["options"]]
        problems = Problems()
        problems.items(options, "/options", 100, least=0)
        for n, option in enumerate(options):
            check_option(problems, option, f"/options/{n}")
        if problems:
            self._note(seen, "invalid options", ApiError("; ".join(problems)))
            return []
        return options

    def _do(self, seen: Seen, body: Json, view: View) -> None:
        views = self._slack.views
        match body.get("response_action"):
            case None if not body:
                if not view.closed:  # a second answer to a double click finds it closed
                    views.close(self._user)
            case "clear":
                views.clear(self._user)
            case "errors":
                self._show_errors(seen, body.get("errors", {}), view)
            case "update" | "push" if view.closed:
                pass  # the client has nothing left to show it in
            case "update":
                views.check(self._team, body.get("view"), replaces=view)
                views.replace(view, body["view"])
            case "push":
                views.check(self._team, body.get("view"))
                views.push(self._team, self._user, body["view"])
            case other:
                raise ApiError(f"unknown response_action: {other}")

    def _show_errors(self, seen: Seen, errors: Json, view: View) -> None:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        unknown = set(errors) - inputs
        if not errors or unknown:
            raise ApiError(f"errors for blocks that are no inputs: {sorted(unknown)}")
        seen.errors |= errors

    def _note(self, seen: Seen, shown: str, error: ApiError) -> None:
        seen.failed = shown
        details = error.extra.get("errors", [])
        self._slack.records.protocol_errors.append(f"{shown}: {error.code} {details}")
