"""Nothing that was typed lies readable in any file of the service."""

from __future__ import annotations

import base64

from tests.api.conftest import Instance
from tests.api.examples import ASK, AWAY

TYPED = [
    AWAY["call_me"],
    AWAY["dest_district"],
    "138 0013 8000",
    "13800138000",
    AWAY["contact"],
    *ASK["question"].split("\n"),
    ASK["contact"],
]


def spellings(text: str) -> list[bytes]:
    """The text's bytes in three encodings, and their base64 at each of its three alignments."""
    plain = [text.encode("utf-8"), text.encode("utf-16-le"), text.encode("utf-16-be")]
    shifted = [base64.b64encode(b"x" * n + raw)[4:-4] for raw in plain for n in range(3)]
    return plain + [one for one in shifted if len(one) >= 8]


def test_no_typed_value_can_be_found_in_database_or_log(instance: Instance, capsys) -> None:
    instance.send("away-register", AWAY)
    instance.send("help-ask", ASK)
    instance.check("help-ask", {**ASK, "publish_ok": ""})
    files = {path.name: path.read_bytes() for path in instance.folder.glob("forms.sqlite*")}
    assert "forms.sqlite-wal" in files
    out = capsys.readouterr()
    files["log"] = (out.out + out.err).encode()
    for text in TYPED:
        for spelling in spellings(text):
            for name, held in files.items():
                assert spelling not in held, (name, text)


def test_the_access_code_and_the_key_lie_nowhere(instance: Instance) -> None:
    checked = instance.check("help-ask", ASK).json
    receipt = instance.confirm("help-ask", checked).json
    held = b"".join(path.read_bytes() for path in instance.folder.glob("forms.sqlite*"))
    for text in (receipt["access_code"], receipt["access_code"].replace(" ", "")):
        assert text.encode() not in held
    assert checked["idempotency_key"].encode() not in held
    assert receipt["reference"].encode() in held
