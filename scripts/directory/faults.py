"""What the importer says about each fault, in both languages: the fault, then what to write."""

from __future__ import annotations

from scripts.directory.schema import Text

MESSAGES: dict[str, Text] = {
    # the file
    "no_file": Text("找不到这个文件。", "this file is missing."),
    "not_utf8": Text(
        "文件不是 UTF-8 编码。请在表格软件里另存为“CSV UTF-8”。",
        "the file is not UTF-8. Save it as “CSV UTF-8” in the spreadsheet program.",
    ),
    "no_header": Text("文件是空的，第一行应是列名。", "the file is empty; row 1 names columns."),
    # the header
    "unknown_column": Text(
        "没有叫“{name}”的列。请改正列名，或删去这一列。",
        "there is no column “{name}”. Correct the name or remove the column.",
    ),
    "near_column": Text(
        "没有叫“{name}”的列，是不是“{zh}”？请改正列名，或删去这一列。",
        "there is no column “{name}”. Is it “{en}”? Correct the name or remove the column.",
    ),
    "private_column": Text(
        "“{name}”不能进目录：姓名、身份证、私人手机、人数、名单都不收。请删去这一列。",
        "“{name}” must not be in the directory: no names of persons, ID numbers, private mobiles, "
        "head counts or lists. Remove the column.",
    ),
    "no_heading": Text(
        "这一列有内容，却没有列名。", "this column holds something but has no heading."
    ),
    "duplicate_column": Text("这一列出现了两次。", "this column appears twice."),
    "missing_column": Text("缺少“{name}”列。", "the column “{name}” is missing."),
    "row_width": Text(
        "这一行比表头多出 {n} 格。多半是哪一格里有没加引号的逗号。",
        "this row has {n} cells more than the header. A cell probably holds an unquoted comma.",
    ),
    # any cell
    "required": Text("不能空着。", "must not be empty."),
    "language_half": Text(
        "另一种语言写了，这里也要写。", "the other language is given, so this one is needed too."
    ),
    "too_long": Text("有 {n} 个字，最多 {limit} 个。", "has {n} characters; at most {limit}."),
    "no_value": Text(
        "公式没有算好的结果。请在表格软件里打开、重新保存，或者改填内容。",
        "a formula without its result. Open and save the file in the spreadsheet program, or "
        "write the value.",
    ),
    "error_value": Text(
        "是出错的公式（{value}），请改填内容。", "holds an error ({value}). Write the value."
    ),
    "lost_zero": Text(
        "像是少了开头的 0（表格软件会把号码存成数字）。请把这一列设成文本，例如 0755-88886666。",
        "seems to have lost its leading 0, as numbers in spreadsheets do. Make the column text and "
        "write it like 0755-8888 6666.",
    ),
    "placeholder": Text(
        "“{value}”会原样登在页面上。没有内容就让它空着。",
        "“{value}” would be shown on the page. Leave the cell empty where there is nothing.",
    ),
    "formula": Text(
        "像是公式。请去掉开头的“{sign}”。", "looks like a formula. Remove the leading “{sign}”."
    ),
    "id_like": Text(
        "像是身份证号，目录里绝不能有。请删掉，并请当事人放心。",
        "looks like an ID number, which must never be in the directory. Remove it.",
    ),
    "bank_like": Text(
        "像是银行卡号或别的长号码，请删掉。",
        "looks like a bank card or another long number. Remove it.",
    ),
    "personal_mobile": Text(
        "像是个人手机号。请写办公电话，或只写邮箱。",
        "looks like a personal mobile. Give an office line, or only an e-mail address.",
    ),
    # one kind of cell
    "bad_id": Text(
        "“{value}”不能作编号。只用小写字母、数字和短横线，以字母开头。",
        "“{value}” cannot be an id. Use lower-case letters, digits and hyphens; begin with a "
        "letter.",
    ),
    "reserved_id": Text("“{value}”已用作网址，请换一个编号。", "“{value}” is a reserved address."),
    "duplicate_id": Text(
        "编号“{value}”在第 {row} 行用过了。", "the id “{value}” is already used in row {row}."
    ),
    "unknown_value": Text(
        "没有“{value}”这个值。可用的有：{known_zh}。",
        "“{value}” is not in the list: {known_en}.",
    ),
    "bad_yes_no": Text("“{value}”看不懂，请写 yes 或 no。", "“{value}”: write yes or no."),
    "bad_date": Text(
        "“{value}”不是日期，请写成 2026-11-21 这样。",
        "“{value}” is not a date. Write it like 2026-11-21.",
    ),
    "future_date": Text("{value} 还没到。", "{value} is in the future."),
    "bad_year": Text(
        "“{value}”不是 1921 年到今年之间的年份。", "“{value}” is not a year from 1921 to now."
    ),
    "bad_phone": Text(
        "“{value}”不像电话。请写区号和号码，例如 010-5550-0001。",
        "“{value}” does not look like a phone number. Write area code and number: 010-5550-0001.",
    ),
    "bad_email": Text("“{value}”不是邮箱地址。", "“{value}” is not an e-mail address."),
    # places
    "unknown_place": Text(
        "places.csv 里没有代码“{value}”。", "there is no code “{value}” in places.csv."
    ),
    "unknown_name": Text(
        "places.csv 里没有叫“{value}”的地方，或者不止一个。请改正，或补上代码。",
        "there is no “{value}” in places.csv, or more than one. Correct it or give the code.",
    ),
    "wrong_parent": Text("{value} 不属于 {parent}。", "{value} does not belong to {parent}."),
    "place_name": Text(
        "写的是“{value}”，而代码 {place} 是“{known}”。",
        "says “{value}”, but the code {place} is “{known}”.",
    ),
    "unknown_district": Text(
        "{city}没有叫“{value}”的区县。请查 places.csv，补上区县代码。",
        "{city} has no district “{value}”. Look in places.csv and give its code.",
    ),
    "unknown_township": Text(
        "townships.csv 里没有“{value}”。", "there is no township “{value}” in townships.csv."
    ),
    "township_pair": Text(
        "“{value}”应写作“{known}”。", "“{value}” should be “{known}”, as in townships.csv."
    ),
    "township_slug": Text(
        "“{value}”应是英文名去掉 Town 或 Township 的小写：“{known}”。",
        "“{value}” should be the English name without Town or Township, in lower case: “{known}”.",
    ),
    # one row against itself and the others
    "no_contact": Text(
        "电话和邮箱至少写一个。", "give a phone number or an e-mail address, or both."
    ),
    "no_address": Text("正常的支部要写地址。", "an active branch needs an address."),
    "merged_without_target": Text(
        "已并入的支部要写并入了哪个支部的编号。",
        "a merged branch needs the id of the branch it was merged into.",
    ),
    "merged_into_unknown": Text(
        "没有编号为“{value}”的支部。", "there is no branch with the id “{value}”."
    ),
    "merged_into_circle": Text(
        "一路并入，最后又并回了自己。", "following the mergers leads back to this branch."
    ),
    "closed_without_date": Text(
        "已撤销的支部要写撤销日期。", "a closed branch needs the date it was closed on."
    ),
    "status_conflict": Text(
        "状态是“{status}”，这里就应空着。", "must be empty while the status is “{status}”."
    ),
    # the YAML files
    "bad_event": Text("活动“{name}”：{fault}。", "event “{name}”: {fault}."),
    "bad_desk": Text("“{name}”：{fault}。", "desk “{name}”: {fault}."),
    "bad_taxonomy": Text("“{name}”里有一项不完整：{value}。", "“{name}”: incomplete item {value}."),
}


def told(code: str, /, **blanks: object) -> str:
    """The message of a fault that belongs to a whole file."""
    message = MESSAGES[code]
    return f"{message.zh.format(**blanks)} / {message.en.format(**blanks)}"


def told_at(row: int, column: str, label: Text, code: str, /, **blanks: object) -> str:
    """第 12 行“电话”（G 列）：… / row 12, column G “phone”: …; `column` is "" if there is none."""
    message = MESSAGES[code]
    if not column:
        return (
            f"第 {row} 行“{label.zh}”（文件里没有这一列）：{message.zh.format(**blanks)} / "
            f"row {row}, “{label.en}” (no such column in the file): {message.en.format(**blanks)}"
        )
    return (
        f"第 {row} 行“{label.zh}”（{column} 列）：{message.zh.format(**blanks)} / "
        f"row {row}, column {column} “{label.en}”: {message.en.format(**blanks)}"
    )


def told_in_row(row: int, code: str, /, **blanks: object) -> str:
    message = MESSAGES[code]
    return f"第 {row} 行：{message.zh.format(**blanks)} / row {row}: {message.en.format(**blanks)}"
