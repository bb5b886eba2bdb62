"""How much of one chat the bot answers: people press a button now and then, a flood is let pass."""

import time
from collections import OrderedDict, deque
from enum import Enum
from threading import Lock

MOST = 20
SECONDS = 20.0
MOST_CHATS = 20_000


class Verdict(Enum):
    """TOLD: the first one too many, which is answered with a request for patience; the rest is silence."""

    FINE = 1
    TOLD = 2
    SILENCE = 3


class Throttle:
    """Counts what came from each chat lately. ``most`` updates within ``seconds`` are answered."""

    def __init__(self, most: int = MOST, seconds: float = SECONDS) -> None:
        self.most, self.seconds = most, seconds
        self._seen: OrderedDict[int, deque[float]] = OrderedDict()
        self._told: set[int] = set()
        self._lock = Lock()

    def judge(self, chat_id: int) -> Verdict:
        """Count one update of a chat and say what becomes of it."""
        now = time.monotonic()
        with self._lock:
            seen = self._seen.pop(chat_id, None) or deque()
            self._seen[chat_id] = seen
            while seen and now - seen[0] > self.seconds:
                seen.popleft()
            if len(seen) < self.most:
                seen.append(now)
                self._told.discard(chat_id)
                self._forget()
                return Verdict.FINE
            if chat_id in self._told:
                return Verdict.SILENCE
            self._told.add(chat_id)
            return Verdict.TOLD

    def _forget(self) -> None:
        while len(self._seen) > MOST_CHATS:
            chat_id, _times = self._seen.popitem(last=False)
            self._told.discard(chat_id)
