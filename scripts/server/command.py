"""`manage.py server-files`: files for nginx and systemd, filled for one host."""

from __future__ import annotations

import argparse
import ipaddress
import re
from collections.abc import Callable
from pathlib import Path

from scripts.outcome import DONE, CannotRun, both
from scripts.progress import say
from scripts.server.filling import fill
from scripts.server.host import Host

_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def _matching(pattern: re.Pattern[str], example: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise argparse.ArgumentTypeError(both(f"例如 {example}", f"such as {example}"))
        return text

    return read


def _place(text: str) -> Path:
    """A whole path without what nginx and systemd would read as something else."""
    if not re.fullmatch(r"(/[\w.@+-]+)+", text):
        words = ("要写全路径，不带空格", "a whole path without blanks")
        raise argparse.ArgumentTypeError(both(*words))
    return Path(text)


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        words = ("例如 203.0.113.0/24", "such as 203.0.113.0/24")
        raise argparse.ArgumentTypeError(both(*words)) from None


def _service(text: str) -> str:
    found = re.fullmatch(r"([\w.-]+|\[[0-9a-f:]+\]):(\d{1,5})", text)
    if not found or not 1 <= int(found[2]) <= 65535:
        raise argparse.ArgumentTypeError(both("例如 10.0.0.2:8001", "such as 10.0.0.2:8001"))
    return text


def _port(text: str) -> int:
    """One that needs no special rights; the next is for monitoring."""
    if not text.isdecimal() or not 1024 <= int(text) < 65535:
        raise argparse.ArgumentTypeError(both("1024 到 65534", "from 1024 to 65534"))
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--domain",
        required=True,
        type=_matching(_NAME, "jinqiao.example.org"),
        help="网站的域名 / the site's name",
    )
    add(
        "--root",
        type=_place,
        default=Path("/srv/jinqiao"),
        help="项目在服务器上的位置 / where the project lies on the server; /srv/jinqiao",
    )
    add(
        "--out",
        required=True,
        type=Path,
        metavar="DIR",
        help="写到这个文件夹，里面和 /etc 一样 / write below this folder, laid out as /etc is",
    )
    add(
        "--user",
        type=_matching(_USER, "jinqiao"),
        default="jinqiao",
        help="运行服务的用户 / the user that runs the service; jinqiao",
    )
    add(
        "--listen",
        default="127.0.0.1",
        type=lambda text: str(ipaddress.ip_address(text)),
        metavar="ADDRESS",
        help="表单服务的地址；nginx 在另一台时写内网地址 / where the forms service listens; "
        "an address of the private network where nginx is on another host",
    )
    add(
        "--port",
        type=_port,
        default=8001,
        metavar="PORT",
        help="表单服务的端口，下一个端口给监控 / its port, the next one is for monitoring; 8001",
    )
    add(
        "--also",
        type=_service,
        action="append",
        default=[],
        metavar="HOST:PORT",
        help="另一台上的表单服务，可重复 / a forms service on another host; may be repeated",
    )
    add(
        "--certificate",
        type=_place,
        metavar="FILE",
        help="证书全链，默认 certbot 的位置 / the full chain; by default where certbot has it",
    )
    add("--certificate-key", type=_place, metavar="FILE", help="证书的私钥 / its secret key")
    add(
        "--front",
        type=_network,
        action="append",
        default=[],
        metavar="NETWORK",
        help="前面的 CDN 的网段，可重复 / a network of the CDN in front; may be repeated",
    )
    add(
        "--front-header",
        type=_matching(_HEADER, "CF-Connecting-IP"),
        default="X-Forwarded-For",
        metavar="NAME",
        help="CDN 用哪个头说来者地址 / the header in which the CDN names who asks",
    )
    add(
        "--brotli",
        action="store_true",
        help="nginx 装了 brotli 模块 / nginx has the brotli module",
    )
    add(
        "--subdomains",
        action="store_true",
        help="所有子域名也都只用 https / every subdomain is on https only as well",
    )
    add(
        "--reach",
        type=_network,
        action="append",
        default=[],
        metavar="NETWORK",
        help="除本机外，表单服务只许连这些网段（邮件、数据库、域名解析），可重复 / besides this "
        "machine the service may talk to this network only: mail, database, name server; may be "
        "repeated",
    )


def run(args: argparse.Namespace) -> int:
    if bool(args.certificate) != bool(args.certificate_key):
        raise CannotRun(
            "--certificate 和 --certificate-key 要一起给。",
            "give --certificate and --certificate-key together.",
        )
    own = f"[{args.listen}]" if ":" in args.listen else args.listen
    host = Host(
        domain=args.domain,
        root=args.root,
        services=(f"{own}:{args.port}", *args.also),
        listen=args.listen,
        port=args.port,
        user=args.user,
        certificate=str(args.certificate or ""),
        certificate_key=str(args.certificate_key or ""),
        fronts=tuple(args.front),
        front_header=args.front_header,
        brotli=args.brotli,
        reach=tuple(args.reach),
        subdomains=args.subdomains,
    )
    names = write(host, args.out)
    for name in names:
        print(args.out / name)
    say(both(f"{len(names)} 个文件", f"{len(names)} files"))
    return DONE


def write(host: Host, out: Path) -> list[str]:
    """The names below `out`, which mirrors /etc."""
    files = fill(host)
    for name, text in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)
