"""Letters to persons: sent from memory while the inbox is open, waiting in the outbox otherwise."""

import threading
from collections.abc import Iterable
from typing import Final

import structlog
from sqlalchemy import RowMapping

from forms_api.inbox.replies import Composer, Held, Judge, Letterhead, NotedMailer, SentLetters
from forms_api.inbox.vault import Vault
from forms_api.outbox import Delivery, Mailer, Outbox
from forms_api.privacy import Write
from forms_api.store import desk

_log = structlog.get_logger()
EVERY: Final = 10.0  # seconds between two looks at what is due, and at the time


class Post:
    """Sends what is due whenever the key is there, in a thread of its own; `nudge`: now.

    A second thread looks at the time: looking at the vault's state is what forgets the key when
    nobody asks for a page any more, and no mail server may hold that up. Without a mailer nothing
    is sent, and every letter waits.
    """

    def __init__(
        self,
        write: Write,
        mailer: Mailer | None,
        letterhead: Letterhead,
        vault: Vault,
    ) -> None:
        self.works = mailer is not None
        self._write = write
        self._vault = vault
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look_at_time, name="idle", daemon=True)
        self.sent = SentLetters(letterhead.settings.keys_folder / "letters-sent.txt")
        self._judge = Judge(vault, self.sent)
        self._delivery: Delivery | None = None
        if mailer:
            outbox = Outbox(
                write,
                NotedMailer(mailer, self.sent),
                letterhead.settings,
                letterhead.forms,
                compose=Composer(self._judge, letterhead),
            )
            vault.forgets.append(outbox.passed_by.clear)  # another key may open them
            self._delivery = Delivery(outbox, EVERY, lambda: vault.state == "open")

    def start(self) -> None:
        self._thread.start()
        if self._delivery:
            self._delivery.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._delivery:
            self._delivery.stop()

    def nudge(self) -> None:
        """Looks now, also at what was held: a desk has done something."""
        if self._delivery:
            self._delivery.outbox.passed_by.clear()
            self._delivery.nudge()

    def held(self, letters: Iterable[RowMapping]) -> dict[str, Held]:
        """Those of these rows of the outbox that do not go out by themselves, by name, and why."""
        found: dict[str, Held] = {}
        for row in letters:
            if row["state"] == "sent":
                continue
            try:
                self._judge(row["sealed"], row["dedupe"], row["submission"])
            except Held as held:
                found[row["dedupe"]] = held
        return found

    def try_again(self) -> None:
        """All that wait or were given up, now."""
        self._write(desk.letters_at_once)
        if self._delivery:
            self._delivery.outbox.resume()
        self.nudge()

    @property
    def trouble(self) -> str:
        """What kind of fault keeps letters waiting, "" for none; it is tried again."""
        return self._delivery.trouble if self._delivery else ""

    def turn(self) -> int:
        """Sends what is due, if the inbox is open; how many letters went out."""
        if self._vault.state != "open" or self._delivery is None:
            return 0
        return self._delivery.turn()

    def _look_at_time(self) -> None:
        while not self._stopped.wait(EVERY):
            try:
                _ = self._vault.state
            except Exception as error:  # a key that is never forgotten would be worse
                _log.error("the time was not looked at", kind=type(error).__name__)
