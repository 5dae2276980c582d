"""An emulator of Telegram's Bot API, for tests. It is not Telegram.

It speaks real HTTP on a free port of 127.0.0.1 and keeps to the published rules of the few methods
that the channel uses: getMe, getUpdates, sendMessage, copyMessage, editMessageReplyMarkup,
answerCallbackQuery, sendChatAction, setMyCommands, getFile with its download, and for forum groups
createForumTopic, closeForumTopic, reopenForumTopic, pinChatMessage.

Tests hold the phones of its users: `Person` says things, presses keys, shares contacts, blocks the
bot, and sees a screen. A `Group` is a forum: every topic has a screen and begins with a service
message, whose id is the topic's and of which the bot that made it is told, too; messages in a topic
carry ``message_thread_id``, ``is_topic_message`` and the service message as ``reply_to_message``;
what is done twice (close, reopen, the same buttons) is refused as not modified; only
administrators, here the bot alone, write into a closed topic.

Where it is stricter than Telegram, so that a mistake shows:
- an unknown method or parameter is an error (Telegram ignores unknown parameters);
- of parse modes it knows HTML alone, and of its tags the common ones;
- limits of rate are exact and are those the test sets (Telegram tolerates short bursts);
- a callback query can be answered once, and for 60 seconds;
- reply keyboards may hold text, contact and location keys only.

Where it is more lenient: updates are kept for ever, and there is no flood control of methods other
than sendMessage.
"""

from emulators.telegram.groups import Group
from emulators.telegram.people import Person, Shown
from emulators.telegram.server import BotApiEmulator, Fault

__all__ = ["BotApiEmulator", "Fault", "Group", "Person", "Shown"]
