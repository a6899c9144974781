"""What the door leads to: each command's module, what it does in both languages, its options."""

from typing import NamedTuple

SERVICE = "forms_api.cli"


class Command(NamedTuple):
    """`module` has `add_arguments(parser)` and `run(args) -> int`; `dev`: needs test tools too.

    SERVICE instead is the forms service, which has commands of the same names with their options.
    """

    module: str
    zh: str
    en: str
    usage: str = ""
    dev: bool = False


COMMANDS = {
    "serve": Command(
        "scripts.serve",
        "在本机打开网站和表单，改动后自动重建",
        "open site and forms on this machine, rebuilding as you edit",
        "[--host HOST] [--port PORT] [--no-watch]",
    ),
    "check": Command(
        "scripts.check",
        "检查页面、数据和译文，指出每处问题所在的行",
        "check pages, data and translations; every problem with its line",
        "[--json]",
    ),
    "translated": Command(
        "scripts.translated",
        "看中文改了什么，再记下英文页已经跟上",
        "see what changed in Chinese, then say that the English page is level",
        "PAGE … [--yes] [--all --yes]",
    ),
    "build": Command(
        "scripts.build",
        "检查并生成整个网站，成为新的一版",
        "check, then build the whole site as a new release",
        "[--json]",
    ),
    "publish": Command(
        "scripts.publish",
        "发布改动；--rollback 退回上一版；--to 复制给文件主机",
        "publish what changed; --rollback goes back; --to copies it for a file host",
        "[--rollback] [--to DIR] [--json]",
    ),
    "server-files": Command(
        "scripts.server.command",
        "为一台服务器写好 nginx 和 systemd 的文件",
        "write the files for nginx and systemd, filled for one host",
        "--domain NAME --out DIR [--root DIR] [--also HOST:PORT] [--front NETWORK]",
    ),
    "test": Command(
        "scripts.testing",
        "运行全部测试；其余参数交给 pytest",
        "run all tests; further arguments go to pytest",
        "[--quick] [--all] [PYTEST ARGUMENTS]",
        dev=True,
    ),
    "index": Command(
        "scripts.search.index_command",
        "为任何 HTML 文件夹建立搜索索引",
        "make a search index for any folder of HTML",
        "FOLDER",
    ),
    "evaluate": Command(
        "scripts.search.evaluate_command",
        "用一份问题清单衡量搜索",
        "measure the search with a file of questions",
        "FILE [--json]",
        dev=True,
    ),
    "directory": Command(
        "scripts.directory.command",
        "把表格读进支部目录；生成带下拉选项的空表",
        "bring a spreadsheet into the directory; write an empty one with lists",
        "import FILE.xlsx|csv [--check] [--yes] | template [--out FILE]",
    ),
    "inbox": Command(
        SERVICE,
        "打开受理岗的收件箱：看、答、关、导出",
        "open the desk's inbox: read, answer, close, export",
        "[--database URL] [--identity FILE] [--port N] [--desk NAME] [--no-browser]",
    ),
    "answers": Command(
        SERVICE,
        "把可公开的问答和合计数取出来，写成文件",
        "bring publishable answers and totals out of the database as files",
        "pull [--database URL] [--to DIR] [--all] [--json]",
    ),
    "purge": Command(
        SERVICE,
        "删除到期的表单内容；--dry-run 只说会删什么",
        "delete what is due from the forms; --dry-run only says what",
        "[--dry-run] [--clock-is-right] [--json]",
    ),
    "database": Command(
        SERVICE,
        "新建表单的数据库；有过的不再建",
        "make the forms' database, where there never was one",
        "new [--although-backups]",
    ),
    "doctor": Command(
        "scripts.doctor",
        "查设置、密钥、备份、证书、逾期，说该做什么",
        "look at settings, keys, backups, certificate, overdue; what to do",
        "[--json]",
    ),
    "backup": Command(
        SERVICE,
        "备份表单数据库：用公钥封好，写完即核对",
        "back up the forms' database, sealed to the desks' keys, verified",
        "[--out DIR] [--check FILE] [--identity KEY] [--json]",
    ),
    "restore": Command(
        SERVICE,
        "从备份恢复；已删除的不会再出现",
        "restore a backup; what was erased stays erased",
        "FILE --identity KEY [--replace] [--forgotten LIST] [--json]",
    ),
    "migrate-database": Command(
        SERVICE,
        "把表单数据库从 SQLite 搬到 PostgreSQL，逐表核对",
        "move the forms' database from SQLite to PostgreSQL, compared",
        "--to URL [--reopen] [--json]",
    ),
    "outdated": Command(
        "scripts.outdated",
        "看哪些依赖落后了，哪个版本被作者撤回；--audit 查已知的漏洞",
        "see which pinned requirements are behind or were withdrawn; --audit: vulnerable",
        "[--audit] [--json]",
    ),
    "keys": Command(
        SERVICE,
        "为受理岗生成、列出、更换、收回密钥",
        "make, list, renew and revoke the keys of the desks",
        "new|list|rotate|revoke [NAME] [--passphrase] [--identity KEY] [--json]",
    ),
    "prove": Command(
        "scripts.prove.cli",
        "证明表单服务的承诺：不丢、不重、不漏",
        "prove what the forms service promises",
        "NAME [--quick] [--json]",
        dev=True,
    ),
    "bench": Command(
        "scripts.bench.cli",
        "实测速度和大小，并与同类软件比较",
        "measure speed and size beside comparable software",
        "NAME [--quick] [--json]",
        dev=True,
    ),
}
