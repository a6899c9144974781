"""The files for nginx and systemd: filled as told, sound, true to the service's own settings."""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pyrage import x25519

from forms_api.settings import Settings
from scripts import tools
from scripts.manage import main
from scripts.prove.handbook import PAGES, blocks
from scripts.server.command import write
from scripts.server.filling import NGINX, SETTINGS, UNITS, fill
from scripts.server.host import Host
from tests.conftest import ROOT

HOST = Host(domain="jinqiao.example.org", root=ROOT, services=("127.0.0.1:8001",))


def test_systemd_finds_nothing_wrong_with_any_unit(tmp_path: Path) -> None:
    root = tmp_path / "srv"  # systemd looks for the programs that units start
    for environment in (".venv", ".venv-forms"):
        (root / environment / "bin").mkdir(parents=True)
        (root / environment / "bin/python").symlink_to(sys.executable)
    write(replace(HOST, root=root, reach=("203.0.113.0/24",)), tmp_path)
    units = [str(tmp_path / "systemd/system" / name) for name in UNITS]
    analyze = tools.require(tools.SYSTEMD, ROOT)
    looked = subprocess.run([analyze, "verify", "--man=no", *units], capture_output=True, text=True)
    assert (looked.returncode, looked.stdout, looked.stderr) == (0, "", "")


@pytest.mark.parametrize("unit", [name for name in UNITS if name.endswith(".service")])
def test_a_unit_may_do_little_but_its_work(unit: str) -> None:
    text = fill(HOST)[f"systemd/system/{unit}"]
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=\n"):
        assert line in text
    written = [line for line in text.splitlines() if line.startswith("ReadWritePaths=")]
    assert written == ([f"ReadWritePaths={ROOT}/var"] if "publish" in unit else [])


@pytest.mark.parametrize(("reach", "most"), [((), 1.1), (("203.0.113.0/24",), 1.0)])
def test_systemd_gives_the_service_a_small_exposure(
    tmp_path: Path, reach: tuple[str, ...], most: float
) -> None:
    write(replace(HOST, reach=reach), tmp_path)
    analyze = tools.require(tools.SYSTEMD, ROOT)
    for unit in (name for name in UNITS if name.endswith(".service")):
        file = str(tmp_path / "systemd/system" / unit)
        line = [analyze, "security", "--offline=yes", "--no-pager", file]
        said = subprocess.run(line, capture_output=True, text=True).stdout
        found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
        assert found and float(found[1]) <= (1.1 if "publish" in unit else most), said


@pytest.mark.parametrize(
    "unit", [name for name in UNITS if name.endswith(".service") and "publish" not in name]
)
def test_what_may_hold_a_secret_in_memory_never_swaps_and_reaches_only_what_is_named(
    unit: str,
) -> None:
    name = f"systemd/system/{unit}"
    open_to_all = fill(HOST)[name]
    assert "MemorySwapMax=0\n" in open_to_all and "IPAddress" not in open_to_all
    named = fill(replace(HOST, reach=("203.0.113.0/24", "2001:db8::/64")))[name]
    assert "IPAddressDeny=any\nIPAddressAllow=localhost 203.0.113.0/24 2001:db8::/64\n" in named


def test_subdomains_are_promised_only_when_told() -> None:
    assert "includeSubDomains" not in fill(HOST)[NGINX]
    line = '"max-age=31536000; includeSubDomains"'
    assert fill(replace(HOST, subdomains=True))[NGINX].count(line) == 3


def test_every_timer_has_its_unit_and_every_unit_but_the_service_its_timer() -> None:
    timers = {name.removesuffix(".timer") for name in UNITS if name.endswith(".timer")}
    services = {name.removesuffix(".service") for name in UNITS if name.endswith(".service")}
    assert timers == services - {"jinqiao-forms", "jinqiao-database"}


def test_limits_are_those_of_the_service() -> None:
    assert HOST.max_body == Settings().max_body
    assert f"{HOST.posts_a_minute} per minute" == Settings().rate_limit


def test_the_settings_are_complete_but_for_what_only_the_office_knows(tmp_path: Path) -> None:
    lines = fill(HOST)[SETTINGS].splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    recipients = tmp_path / "recipients.txt"
    keys = [str(x25519.Identity.generate().to_public()) for _ in range(2)]
    recipients.write_text("\n".join(keys), "utf-8")
    secret = secrets.token_urlsafe(48)
    given |= {"FORMS_SECRET": secret, "FORMS_RECIPIENTS_FILE": str(recipients)}
    settings = Settings.from_env(given)
    assert settings.production and settings.trusted_proxies == 1
    assert settings.public_url == "https://jinqiao.example.org"


def test_a_second_host_a_front_and_brotli_are_written_as_told() -> None:
    changed = replace(
        HOST,
        services=("127.0.0.1:8001", "10.0.0.2:8001"),
        fronts=("203.0.113.0/24",),
        front_header="CF-Connecting-IP",
        brotli=True,
    )
    before, after = fill(HOST)[NGINX], fill(changed)[NGINX]
    for line in (
        "server 10.0.0.2:8001 ",
        "set_real_ip_from 203.0.113.0/24;",
        "real_ip_header CF-Connecting-IP;",
        "brotli_static on;",
    ):
        assert line in after and line not in before


@pytest.mark.parametrize(
    "wrong",
    [
        ["--domain", "http://x"],
        ["--domain", "a.example;}"],
        ["--domain", "x.example", "--root", "srv"],
        ["--domain", "x.example", "--also", "10.0.0.2"],
        ["--domain", "x.example", "--front", "everyone"],
        ["--domain", "x.example", "--reach", "mail.example.org"],
        ["--domain", "x.example", "--listen", "here"],
        ["--domain", "x.example", "--user", "Jin Qiao"],
        ["--domain", "x.example", "--certificate", "/a.pem"],
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_written(
    wrong: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "etc"
    try:
        code = main(["server-files", "--out", str(out), *wrong])
    except SystemExit as stopped:
        code = int(str(stopped.code))
    assert code == 2 and not out.exists()


def test_the_command_writes_below_a_folder_laid_out_as_etc(tmp_path: Path) -> None:
    assert main(["server-files", "--domain", "x.example.org", "--out", str(tmp_path)]) == 0
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {NGINX, SETTINGS, *(f"systemd/system/{unit}" for unit in UNITS)}
    text = (tmp_path / NGINX).read_text("utf-8")
    assert "ssl_certificate /etc/letsencrypt/live/x.example.org/fullchain.pem;" in text


def test_the_handbook_names_units_and_options_that_exist(tmp_path: Path) -> None:
    """What its section on servers says, but for packages, users and systemd."""
    said = "\n".join(one.text for one in blocks(PAGES["zh"]) if one.section == "server")
    enabled = re.findall(r"jinqiao-\w+\.(?:service|timer)", said)
    timers = {name for name in UNITS if name.endswith(".timer")}
    assert timers | {"jinqiao-forms.service"} <= set(enabled) <= set(UNITS)
    line = re.search(r"manage\.py (server-files .*)", said)
    assert line is not None
    words = line[1].replace('"$DOMAIN"', HOST.domain).replace("var/etc", str(tmp_path)).split()
    assert main(words) == 0
    assert f"cp /etc/{SETTINGS} " in said and (tmp_path / SETTINGS).is_file()
