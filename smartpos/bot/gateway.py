"""Between Telegram and the dialogs, through aiogram: updates become facts, replies become calls of the Bot API.

Only the bot's own process and a web process that is sent an update import this module: aiogram takes seconds to load.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import structlog
from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from flask import Flask

from smartpos.bot import answering
from smartpos.bot.incoming import Contact, Incoming, clean
from smartpos.bot.replies import Edit, Keys, Note, Paper, Press, Reply, Say
from smartpos.bot.throttle import Throttle, Verdict
from smartpos.notifications.channels.telegram import LONGEST_CAPTION, LONGEST_TEXT, shortened

ATTEMPTS = 4
# Who is asked to wait longer than this is not waited for: the person will ask again.
LONGEST_WAIT = 30.0
UPDATES = ["message", "callback_query", "my_chat_member"]
_COMMAND = re.compile(r"/([a-z_]{1,32})(?:@\w+)?(?:\s+(\S.{0,200}))?\s*", re.IGNORECASE | re.DOTALL)

log = structlog.get_logger(__name__)


def make_bot(token: str, url: str) -> Bot:
    """A way to Telegram. Made inside a running event loop."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(url), timeout=40)
    return Bot(token, session=session)


def make_dispatcher(app: Flask, throttle: Throttle | None = None) -> Dispatcher:
    """What handles updates, whether they were asked for or came to the webhook."""
    dispatcher = Dispatcher()
    dispatcher.include_router(_router(app, throttle or Throttle()))
    return dispatcher


def _router(app: Flask, throttle: Throttle) -> Router:
    router = Router(name="smartpos")

    async def handle(bot: Bot, incoming: Incoming, callback: CallbackQuery | None = None) -> None:
        verdict = throttle.judge(incoming.chat_id)
        replies: Sequence[Reply] = ()
        if verdict is Verdict.FINE:
            replies = await asyncio.to_thread(answering.answer, app, incoming)
        elif verdict is Verdict.TOLD:
            replies = await asyncio.to_thread(answering.slow_down, app, incoming)
        try:
            await give(bot, incoming, replies, callback)
        except TelegramForbiddenError:
            await asyncio.to_thread(answering.leave, app, incoming.chat_id)
        except TelegramAPIError as error:
            log.warning("reply_not_sent", chat_id=incoming.chat_id, error=str(error))

    @router.message()
    async def message(message: Message, bot: Bot) -> None:
        incoming = of_message(message)
        if incoming is not None:
            await handle(bot, incoming)

    @router.callback_query()
    async def press(callback: CallbackQuery, bot: Bot) -> None:
        incoming = of_callback(callback)
        if incoming is not None:
            await handle(bot, incoming, callback)

    @router.my_chat_member()
    async def member(event: ChatMemberUpdated) -> None:
        if event.chat.type == ChatType.PRIVATE and event.new_chat_member.status == ChatMemberStatus.KICKED:
            await asyncio.to_thread(answering.leave, app, event.chat.id)

    return router


def of_message(message: Message) -> Incoming | None:
    """A message as facts; None for what is not said by a person to the bot alone."""
    who = message.from_user
    if message.chat.type != ChatType.PRIVATE or who is None or who.is_bot:
        return None
    text = clean(message.text)
    found = _COMMAND.fullmatch(text)
    contact = message.contact
    return Incoming(
        chat_id=message.chat.id,
        sender_id=who.id,
        name=clean(who.full_name),
        username=clean(who.username) or None,
        language=who.language_code,
        text=text,
        command=found[1].lower() if found else None,
        argument=(found[2] or "").strip() if found else "",
        contact=None if contact is None else Contact(clean(contact.phone_number), contact.user_id),
    )


def of_callback(callback: CallbackQuery) -> Incoming | None:
    """A press of a button as facts; None for one below a message that is not ours to know any more."""
    message = callback.message
    if message is None or message.chat.type != ChatType.PRIVATE:
        return None
    return Incoming(
        chat_id=message.chat.id,
        sender_id=callback.from_user.id,
        name=clean(callback.from_user.full_name),
        username=clean(callback.from_user.username) or None,
        language=callback.from_user.language_code,
        data=clean(callback.data),
        message_id=message.message_id,
        shown=clean(message.text) if isinstance(message, Message) else "",
    )


async def give(
    bot: Bot, incoming: Incoming, replies: Sequence[Reply], callback: CallbackQuery | None = None
) -> None:
    """Send the replies in their order. A press is always answered, or its button would seem to be at work forever."""
    notes = [reply for reply in replies if isinstance(reply, Note)]
    if callback is not None:
        note = notes[0] if notes else Note("")
        try:
            await patient(lambda: callback.answer(note.text[:200] or None, show_alert=note.alert).as_(bot))
        except TelegramBadRequest as error:  # pressed too long ago
            log.info("press_not_answered", error=str(error))
    for reply in replies:
        if isinstance(reply, Say):
            await patient(lambda reply=reply: _say(bot, incoming.chat_id, reply))
        elif isinstance(reply, Edit):
            await _edit(bot, incoming, reply)
        elif isinstance(reply, Paper):
            file = BufferedInputFile(reply.content, reply.name)
            caption = shortened(reply.caption, LONGEST_CAPTION) or None
            await patient(
                lambda file=file, caption=caption: bot.send_document(incoming.chat_id, file, caption=caption)
            )


async def _say(bot: Bot, chat_id: int, reply: Say) -> Message:
    markup: Any = None
    if reply.presses:
        markup = _below(reply.presses)
    elif reply.keys is not None:
        markup = _keyboard(reply.keys)
    return await bot.send_message(
        chat_id,
        shortened(reply.text, LONGEST_TEXT),
        reply_markup=markup,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )


async def _edit(bot: Bot, incoming: Incoming, reply: Edit) -> None:
    markup = _below(reply.presses) if reply.presses else None
    try:
        await patient(
            lambda: bot.edit_message_text(
                shortened(reply.text, LONGEST_TEXT),
                chat_id=incoming.chat_id,
                message_id=incoming.message_id,
                reply_markup=markup,
            )
        )
    except TelegramBadRequest as error:
        # It says this already, or is too old to be changed.
        log.info("message_not_edited", error=str(error))


def _below(rows: Sequence[Sequence[Press]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(
                    text=press.text[:64], callback_data=press.data or None, url=press.url or None
                )
                for press in row
            ]
            for row in rows
        ]
    )


def _keyboard(keys: Keys) -> ReplyKeyboardMarkup | ReplyKeyboardRemove:
    rows = [[KeyboardButton(text=text) for text in row] for row in keys.rows]
    if keys.contact:
        rows.append([KeyboardButton(text=keys.contact, request_contact=True)])
    if not rows:
        return ReplyKeyboardRemove()
    return ReplyKeyboardMarkup(keyboard=rows, resize_keyboard=True, is_persistent=not keys.contact)


async def patient(call: Any) -> Any:
    """Make a call of the Bot API, again when Telegram asks to wait or did not answer."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await call()
        except TelegramRetryAfter as error:
            if attempt == ATTEMPTS or error.retry_after > LONGEST_WAIT:
                raise
            await asyncio.sleep(error.retry_after)
        except (TelegramNetworkError, TelegramServerError):
            if attempt == ATTEMPTS:
                raise
            await asyncio.sleep(0.5 * attempt)
    raise AssertionError  # the last attempt returns or raises
