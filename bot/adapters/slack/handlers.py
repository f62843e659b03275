"""What members do: each handler acknowledges, reads, makes one call to the quiz, renders."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.adapters.slack.answers import Answers
from bot.adapters.slack.callers import Callers
from bot.adapters.slack.edge import Once, answered
from bot.adapters.slack.inputs import block_id, read_values
from bot.adapters.slack.payloads import channel_place, member_of, place_of
from bot.adapters.slack.render import Place, render_view
from bot.adapters.slack.workspaces import Workspace
from bot.core.cards.refusals import refusal
from bot.core.commands import parse
from bot.core.errors import FormError, QuizError
from bot.core.models import Caller, MessageRef
from bot.core.parts import Action, Card, Form, Verb
from bot.core.quiz import Quiz

logger = logging.getLogger(__name__)

POSTING = frozenset({Verb.NOW, Verb.SHARE, Verb.EXPORT})
"""What brings something besides the answer: one brought twice is answered once."""
Body = dict[str, Any]


class Handlers:
    """Commands, buttons, forms and the shortcut."""

    def __init__(self, quiz: Quiz, callers: Callers, answers: Answers, once: Once) -> None:
        self._quiz = quiz
        self._callers = callers
        self._answers = answers
        self._once = once

    async def on_command(self, ack: AsyncAck, body: Body, workspace: Workspace) -> None:
        """Answer ``/flaskquiz ...``."""
        command, place = parse(str(body.get("text") or "")), place_of(body)

        async def work() -> None:
            caller = await self._caller(workspace, body, place, command.verb)
            answer = await answered(self._quiz.run(caller, command))
            answer = await self._answers.with_file(workspace, body, caller, answer)
            await self._answers.to_command(ack, body, workspace, caller, answer)

        await self._run(command.verb, body, work)
        if ack.response is None:
            await ack()

    async def on_press(self, ack: AsyncAck, body: Body, workspace: Workspace) -> None:
        """Answer a button, wherever it stands."""
        try:
            action, place = Action.parse(str(body["actions"][0]["action_id"])), place_of(body)
        except QuizError as error:
            await self._answers.to_press(workspace, body, Place(), refusal(error))
            await ack()
            return

        async def work() -> None:
            caller = await self._caller(workspace, body, place, action.verb)
            answer = await answered(self._quiz.press(caller, action))
            answer = await self._answers.with_file(workspace, body, caller, answer)
            await self._answers.to_press(workspace, body, place, answer)
            await self._refresh(workspace, place, caller)

        await self._run(action.verb, body, work)
        await ack()

    async def on_submit(self, ack: AsyncAck, body: Body, workspace: Workspace) -> None:
        """Answer a form with what follows it in the same modal, or with what is wrong in it."""
        view: Body = body["view"]
        try:
            action, place = Action.parse(str(view.get("callback_id"))), place_of(body)
        except QuizError as error:
            await ack(response_action="update", view=render_view(refusal(error), Place()))
            return
        values = read_values(view["state"]["values"])
        caller = await self._caller(workspace, body, place, action.verb)
        problems: dict[str, str] = {}

        async def submitted() -> Card | Form:
            try:
                return await self._quiz.submit(caller, action, values)
            except FormError as error:
                problems.update(_by_block(error, action, view))
                raise

        answer = await answered(submitted())
        if problems:
            await ack(response_action="errors", errors=problems)
        else:
            await ack(response_action="update", view=render_view(answer, place))
            await self._refresh(workspace, place, caller)

    async def on_shortcut(self, ack: AsyncAck, body: Body, workspace: Workspace) -> None:
        """Open the question of a card where commands do not work, such as in a thread."""
        message: Body = body.get("message") or {}
        card = MessageRef(str(message.get("thread_ts") or body.get("message_ts") or ""))
        channel: Body = body.get("channel") or {}
        place = channel_place(str(channel.get("id") or ""), str(channel.get("name") or ""))
        caller = await self._caller(workspace, body, place, Verb.ANSWER)
        answer = await answered(self._quiz.open_card(caller, card))
        await self._answers.open(workspace, body, place, answer)
        await ack()

    async def _caller(self, workspace: Workspace, body: Body, place: Place, verb: Verb) -> Caller:
        member, name = member_of(body)
        return await self._callers.caller(workspace, member, name, place, verb)

    async def _run(self, verb: Verb, body: Body, work: Any) -> None:
        if verb in POSTING:
            await self._once.run(f"trigger:{body.get('trigger_id')}", work)
        else:
            await work()

    async def _refresh(self, workspace: Workspace, place: Place, caller: Caller) -> None:
        """Show the newest on the member's page, from which this came."""
        if place.is_home:
            card = await answered(self._quiz.home(caller))
            if isinstance(card, Card):
                await self._answers.publish(workspace, caller.member, card)


def _by_block(error: FormError, action: Action, view: Body) -> dict[str, str]:
    """The problems beside their inputs; none when this form has no such inputs."""
    there = set(view["state"]["values"])
    named = {block_id(name, action): words for name, words in error.problems.items()}
    return {block: words[:2000] for block, words in named.items() if block in there}
