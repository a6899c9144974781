"""The glossary, and how the first use of a term on a page leads to it."""

from pathlib import Path

import pytest

from scripts.content import glossary, term_links, variants
from scripts.content.glossary import Term
from scripts.content.pages import read_page

ROOT = Path(__file__).resolve().parents[2]
HEADER = "\t".join(glossary.COLUMNS)
ROW = "流动党员\t流動黨員\tliú dòng dǎng yuán\tmigrant Party member\t外出党员\t\t\t定义\tdefinition"


def term(zh: str, en: str, *others: str, pinyin: str = "a") -> Term:
    """`others` count for the language they are written in."""
    chinese = tuple(name for name in others if not name.isascii())
    english = tuple(name for name in others if name.isascii())
    return Term(
        slug=glossary.slug_of(en),
        pinyin=pinyin,
        names={"zh-Hans": (zh, *chinese), "zh-Hant": (zh,), "en": (en, *english)},
        definition={"zh": "", "en": ""},
    )


TERMS = [
    term(
        "流动党员", "migrant Party member", "外出党员", "在外", "floating Party member", "floater"
    ),
    term("流动党员党支部", "branch of migrant Party members"),
    term("组织生活", "organisational life"),
    term("组织生活会", "organisational life meeting"),
    term("党组", "leading Party members group", "机关党组"),
    term("支部书记", "branch secretary"),
    term("创业者协会", "entrepreneurs’ association"),
    term("IC卡管理", "IC-card management"),
    term("公证", "notarisation"),
]
LINK = {
    "zh": term_links.linker(TERMS, ["党组织", "机关党组织"], "zh", "/g/"),
    "en": term_links.linker(TERMS, ["Party branch"], "en", "/en/g/"),
}


def linked(html: str, lang: str = "zh") -> list[str]:
    """The words that became links, in the order of the page."""
    return [part.split(">")[1].split("<")[0] for part in LINK[lang](html).split("<a class=")[1:]]


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>管理流动党员的办法</p>", ["流动党员"]),
        ("<p>流动党员找流动党员</p>", ["流动党员"]),
        ("<p>外出党员，就是流动党员</p>", ["外出党员"]),
        ("<p>流动党员党支部里的流动党员</p>", ["流动党员党支部", "流动党员"]),
        ("<p>开组织生活会</p>", ["组织生活会"]),
        ("<p>开组织生活会，过组织生活</p>", ["组织生活会", "组织生活"]),
        ("<p>问党组织，不问党组</p>", ["党组"]),
        ("<p>机关党组织</p>", []),
        ("<p>在外的人</p>", []),
        ("<p>推行IC卡管理</p>", ["IC卡管理"]),
        ("<p>推行xIC卡管理</p>", []),
        ("<h2>流动党员</h2><p>正文</p>", []),
        ("<h2>流动党员</h2><p>流动党员</p>", ["流动党员"]),
        ('<p><a href="/x/">流动党员</a></p>', []),
        ('<p><a href="/x/"><b>流动</b>的</a>流动党员</p>', ["流动党员"]),
        ("<p><code>流动党员</code></p>", []),
        ("<pre><code>流动党员</code></pre>", []),
        ("<table><tr><th>流动党员</th><td>公证</td></tr></table>", ["公证"]),
        ('<ul class="jq-phones"><li><a href="tel:1">1</a><span>公证</span></li></ul>', []),
        ('<ul class="jq-next"><li>公证</li></ul>', []),
        ("<form><label>公证</label><p>公证</p></form><p>组织生活</p>", ["组织生活"]),
        ("<p>[[form: 公证]]</p>", []),
        ("<p><br>公证<img alt='公证'></p>", ["公证"]),
        ('<p title="公证">无</p><!-- 公证 -->', []),
        ('<span data-fact="S1-A1">公证</span>', ["公证"]),
    ],
)
def test_a_term_is_linked_once_and_in_running_text_only(html: str, words: list[str]) -> None:
    assert linked(html) == words


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Migrant party members</p>", ["Migrant party members"]),
        ("<p>two branch secretaries</p>", ["branch secretaries"]),
        ("<p>branches of migrant Party members</p>", ["branches of migrant Party members"]),
        ("<p>the entrepreneurs' association</p>", ["entrepreneurs' association"]),
        ("<p>an organisational\nlife meeting</p>", ["organisational\nlife meeting"]),
        ("<p>prenotarisation, notarisational</p>", []),
        ("<p>a floater</p>", []),
        ("<p>a floating Party member</p>", ["floating Party member"]),
        ("<p>a Party branch</p>", []),
    ],
)
def test_english_terms_are_found_in_any_case_and_number_but_never_inside_a_word(
    html: str, words: list[str]
) -> None:
    assert linked(html, "en") == words


def test_a_link_leads_to_the_term_and_leaves_the_text_as_it_was() -> None:
    html = "<p>办<strong>公证</strong>&amp;好</p>"
    link = '<a class="jq-term" href="/g/#term-notarisation">公证</a>'
    assert LINK["zh"](html) == html.replace("公证", link)


def test_no_more_than_eight_links_stand_on_a_page_and_the_longest_terms_have_them() -> None:
    names = [f"{'甲乙丙丁戊己庚辛壬癸'[number]}{'词' * (number + 2)}" for number in range(10)]
    terms = [term(name, f"term {number}") for number, name in enumerate(names)]
    html = term_links.linker(terms, [], "zh", "/g/")(f"<p>{'，'.join(names)}</p>")
    assert html.count("jq-term") == term_links.MOST
    assert [f"#term-term-{number}" in html for number in range(10)] == [False] * 2 + [True] * 8


def test_without_terms_nothing_changes() -> None:
    assert term_links.linker([], [], "zh", "/g/")("<p>公证</p>") == "<p>公证</p>"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_plain_word_says_why_and_is_written_once(lang: str) -> None:
    lines = (ROOT / term_links.PLAIN).read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    assert all(len(row) == 3 and all(row) for row in rows)
    words = term_links.load_plain_words(ROOT, lang)
    assert words
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("english", "slug"),
    [
        ("migrant Party member", "migrant-party-member"),
        ("Party–masses service centre", "party-masses-service-centre"),
        ("people’s congress deputy", "peoples-congress-deputy"),
        ("12371.cn", "12371-cn"),
        ("café", "cafe"),
    ],
)
def test_an_anchor_is_made_of_the_english_name(english: str, slug: str) -> None:
    assert glossary.slug_of(english) == slug


@pytest.mark.parametrize(
    ("lang", "letters"),
    [
        ("zh", [("A", ["rules"]), ("L", ["zebra", "12371"]), ("Z", ["apple"])]),
        ("en", [("0–9", ["12371"]), ("A", ["apple"]), ("R", ["rules"]), ("Z", ["zebra"])]),
    ],
)
def test_terms_stand_by_pinyin_in_chinese_and_by_name_in_english(
    lang: str, letters: list[tuple[str, list[str]]]
) -> None:
    terms = [
        term("甲", "apple", pinyin="zǔ zhī"),
        term("乙", "12371", pinyin="lǜ sè"),
        term("丙", "zebra", pinyin="liú dòng"),
        term("丁", "rules", pinyin="ān"),
    ]
    found = glossary.by_letter(terms, lang)
    assert [(letter, [one.name("en") for one in group]) for letter, group in found] == letters


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        (ROW.replace("流动", "某类").replace("migrant", "other"), []),
        (ROW.replace("流动", "某类"), ["glossary"]),
        (ROW.replace("migrant", "other"), ["glossary"]),
        (ROW.replace("流动", "某类").replace("migrant", "x").replace("定义", ""), ["glossary"]),
        (
            ROW.replace("流动", "某").replace("migrant", "x").replace("定义", "甲,乙"),
            ["typography"],
        ),
    ],
    ids=["sound", "same address", "same name", "empty cell", "half-width comma"],
)
def test_a_fault_in_the_glossary_is_named_with_its_line(
    tmp_path: Path, row: str, codes: list[str]
) -> None:
    path = tmp_path / glossary.FILE
    path.parent.mkdir(parents=True)
    path.write_text("\n".join([HEADER, ROW, row]), encoding="utf-8")
    found = list(glossary.check(tmp_path))
    assert [problem.code for problem in found] == codes
    assert {problem.line for problem in found} <= {3}


def test_the_glossary_of_the_site_has_no_fault() -> None:
    assert list(glossary.check(ROOT)) == []
    assert len(glossary.load_terms(ROOT)) > 150


@pytest.mark.parametrize("page", [{"zh": "/g/", "en": "/en/g/"}, {"zh": "", "en": ""}])
def test_the_feed_names_each_term_in_three_scripts_and_where_it_stands(page: dict) -> None:
    feed = glossary.feed([TERMS[0]], page)
    anchor = "#term-migrant-party-member"
    assert feed == {
        "count": 1,
        "terms": [
            {
                "id": "migrant-party-member",
                "name": {
                    "zh-Hans": "流动党员",
                    "zh-Hant": "流动党员",
                    "en": "migrant Party member",
                },
                "pinyin": "a",
                "aliases": {
                    "zh-Hans": ["外出党员", "在外"],
                    "zh-Hant": [],
                    "en": ["floating Party member", "floater"],
                },
                "definition": {"zh-Hans": "", "en": ""},
                "url": {
                    "zh-Hans": page["zh"] and page["zh"] + anchor,
                    "en": page["en"] and page["en"] + anchor,
                },
            }
        ],
    }


VARIANTS = (
    "variant\tuse_instead\tlang\twhy\n台帐\t台账\tzh\t规范\norganiz*\torganis*\ten\tBritish\n"
)


def variant_faults(root: Path, lang: str, body: str) -> list[tuple[int, str]]:
    (root / "docs/data").mkdir(parents=True, exist_ok=True)
    (root / variants.FILE).write_text(VARIANTS, encoding="utf-8")
    path = root / f"docs/{lang}/a/b.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\nkeywords: [台帐, organization]\n---\n{body}\n", encoding="utf-8")
    page = read_page(root, path, lang)
    return [(problem.line, problem.code) for problem in variants.check(root, [page])]


@pytest.mark.parametrize(
    ("lang", "body", "fault"),
    [
        ("zh", "管理台帐", True),
        ("zh", "管理台账", False),
        ("zh", "当年写作“台帐”", False),
        ("zh", "《台帐办法》", False),
        ("zh", "`台帐`", False),
        ("zh", "```\n台帐\n```", False),
        ("zh", "[台账](台帐.md)", False),
        ("zh", "[台帐](ledger.md)", True),
        ("zh", "organization", False),
        ("en", "the organization", True),
        ("en", "Organizing it", True),
        ("en", "an organisation", False),
        ("en", "the World Health Organization", False),
        ("en", "what it calls “organization”", False),
        ("en", "a reorganized office", False),
        ("en", "see [it](../find/organize.md#organize)", False),
    ],
)
def test_our_own_prose_uses_one_spelling(tmp_path: Path, lang: str, body: str, fault: bool) -> None:
    assert variant_faults(tmp_path, lang, body) == ([(4, "variant")] if fault else [])


def test_words_of_forms_and_shell_are_held_to_it_too(tmp_path: Path) -> None:
    folder = tmp_path / "forms_api/definitions"
    folder.mkdir(parents=True)
    text = "# 台帐 in a comment\nlabel: {zh: 台帐, en: The organization}\npage: a/organize\n"
    (folder / "x.yml").write_text(text, encoding="utf-8")
    assert variant_faults(tmp_path, "zh", "正文") == [(2, "variant"), (2, "variant")]
