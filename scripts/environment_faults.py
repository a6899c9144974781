"""What pip, venv and the disk say when they fail, as one sentence on what to do."""

from __future__ import annotations

import errno
import os
import re
import sys
from pathlib import Path

from scripts.outcome import CannotRun

NETWORK = (
    r"Retrying \(|connection broken|Connection refused|NewConnectionError|Max retries exceeded|"
    r"name resolution|Network is unreachable|timed out|ProxyError|SSLError|CERTIFICATE_VERIFY"
)


def of_disk(problem: OSError, place: Path) -> Exception:
    """A sentence where the person can help; anything else stays the exception it was."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM):
        return of_output(os.strerror(problem.errno), place)
    return problem


def no_venv() -> CannotRun:
    name = "python{}.{}-venv".format(*sys.version_info[:2])
    return CannotRun(
        f"这个 Python 缺少 venv 模块：请先安装软件包 {name}"
        "（Debian、Ubuntu：apt-get install python3-venv），再运行一次。",
        f"this Python lacks its venv module: install the package {name} "
        "(Debian, Ubuntu: apt-get install python3-venv), then run this again.",
    )


def of_output(output: str, place: Path) -> CannotRun:
    """`output` is the end of what the tool printed; `place` is where the environment lies."""
    if "ensurepip" in output:
        return no_venv()
    if re.search(r"No space left|Disk quota", output):
        return CannotRun(
            f"磁盘已满：请腾出约 1 GB 空间，再运行一次（环境在 {place}）。",
            f"the disk is full: free about 1 GB and run this again (the environment is {place}).",
        )
    if re.search(r"Read-only file system|Permission denied|not permitted", output):
        return CannotRun(
            f"无法写入 {place}：请把项目放在您可以写入的文件夹里。",
            f"{place} cannot be written: put the project in a folder you may write to.",
        )
    if "DO NOT MATCH THE HASHES" in output:
        return CannotRun(
            "下载的软件包与固定的校验值不符，没有安装：请检查 pip 使用的镜像或代理，再运行一次。",
            "a downloaded package does not match its pinned hash and was not installed: "
            "check the mirror or proxy that pip uses, then run this again.",
        )
    if re.search(NETWORK, output):
        return CannotRun(
            "连不上软件包索引：请检查网络，或设置代理（HTTPS_PROXY）、"
            "镜像（pip config set global.index-url），再运行一次。",
            "the package index cannot be reached: check the network, or set a proxy (HTTPS_PROXY) "
            "or a mirror (pip config set global.index-url), then run this again.",
        )
    if missing := re.search(r"No matching distribution found for ([^\s;]+)", output):
        version, machine = "{}.{}.{}".format(*sys.version_info[:3]), os.uname().machine
        return CannotRun(
            f"找不到 {missing[1]} 的现成软件包（Python {version}，{machine}）："
            "请检查 pip 使用的索引，或换用 Python 3.11 至 3.13。",
            f"no ready-made package of {missing[1]} for Python {version} on {machine}: "
            "check the index that pip uses, or use Python 3.11 to 3.13.",
        )
    return CannotRun(
        "环境没有装成，详情见 var/logs/environment.log。",
        "the environment could not be made; var/logs/environment.log has the details.",
    )
