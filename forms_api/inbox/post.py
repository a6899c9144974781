"""Letters to persons: sent from memory while the inbox is open, waiting in the outbox otherwise."""

import smtplib
import threading
from collections.abc import Iterable
from typing import Final

import structlog
from sqlalchemy import RowMapping
from sqlalchemy.exc import SQLAlchemyError

from forms_api.inbox.replies import Composer, Held, Judge, Letterhead, NotedMailer, SentLetters
from forms_api.inbox.vault import Vault
from forms_api.outbox import Mailer, Outbox
from forms_api.privacy import Write
from forms_api.store import desk

EVERY: Final = 10.0  # seconds between two looks at what is due, and at the time
_log = structlog.get_logger()


class Post:
    """One thread that sends what is due whenever the key is there; `nudge` makes it look now.

    Without a mailer nothing is sent, and every letter waits.
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
        self._nudged = threading.Event()
        self._stopped = threading.Event()
        self.sent = SentLetters(letterhead.settings.keys_folder / "letters-sent.txt")
        self._judge = Judge(vault, self.sent)
        self._outbox: Outbox | None = None
        if mailer:
            self._outbox = Outbox(
                write,
                NotedMailer(mailer, self.sent),
                letterhead.settings,
                letterhead.forms,
                compose=Composer(self._judge, letterhead),
            )
            vault.forgets.append(self._outbox.passed_by.clear)  # another key may open them
        self._thread = threading.Thread(target=self._run, name="post", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._nudged.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def nudge(self) -> None:
        """Looks now, also at what was held: a desk has done something."""
        if self._outbox:
            self._outbox.passed_by.clear()
        self._nudged.set()

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
        self.nudge()

    def turn(self) -> int:
        """Sends what is due, if the inbox is open; how many letters went out.

        Looking at the state is also what forgets the key when nobody asks for a page any more.
        """
        if self._vault.state != "open" or self._outbox is None:
            return 0
        sent = 0
        while (done := self._outbox.deliver()).sent or done.failed:  # failed: those held, too
            sent += done.sent
        return sent

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._nudged.wait(EVERY)
            self._nudged.clear()
            try:
                self.turn()
            except (SQLAlchemyError, OSError, smtplib.SMTPException) as error:
                _log.warning("letters wait", kind=type(error).__name__)
