"""A key that is revoked: everything stored is sealed anew, and that key opens nothing any more."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pyrage
import pytest

from forms_api import keys
from forms_api.sealing import open_sealed
from tests.inbox.office import Desk, Office

SEALED = (
    "SELECT ciphertext FROM submission UNION ALL SELECT sealed FROM note "
    "UNION ALL SELECT sealed FROM reading "
    "UNION ALL SELECT kept FROM reply UNION ALL "
    "SELECT sealed FROM outbox WHERE sealed IS NOT NULL"
)


def revoke(office: Office, name: str, key: str) -> subprocess.CompletedProcess[str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("FORMS_")}
    environ = kept | {
        "FORMS_DATABASE_URL": office.settings.database_url,
        "FORMS_KEYS_FOLDER": str(office.settings.keys_folder),
    }
    command = [sys.executable, "-m", "forms_api.cli", "keys", "revoke", name, "--json"]
    return subprocess.run(
        [*command, "--identity", str(office.identities[key])],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_revoked_key_opens_nothing_that_is_stored(office: Office, desk: Desk) -> None:
    reference = office.sends().reference
    office.sends()
    desk.does(reference, "note", note="备注")
    desk.does(reference, "answer", way="email", text="答复")
    done = revoke(office, "desk", "recovery")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["resealed"] == 6
    old, new = (keys.secret(office.identities[name]) for name in ("desk", "recovery"))
    sealed = [bytes(row[0]) for row in office.rows(SEALED)]
    assert len(sealed) == 6
    for one in sealed:
        assert open_sealed(one, new)
        with pytest.raises(pyrage.DecryptError):
            open_sealed(one, old)
    again = revoke(office, "desk", "recovery")
    assert again.returncode == 0 and json.loads(again.stdout)["closed"] == 0


def test_what_the_key_at_hand_does_not_open_is_counted_and_left_as_it_is(office: Office) -> None:
    office.sends()
    before = office.rows(SEALED)
    done = revoke(office, "desk", "foreign")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {**json.loads(done.stdout), "resealed": 0, "closed": 1}
    assert office.rows(SEALED) == before
