"""What pages state and show about their articles: writers, days of publication, headlines."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import SourceError
from index.sources import Given
from index.sources.dates import find_day, iso_day, slashes_begin_with_month, without_slashes
from index.sources.headline import site_names, without_site
from index.sources.html import read_html
from index.sources.page import day_in_address
from index.sources.people import is_full_name, is_only_people, people
from index.types import Draft

BODY = (
    "<p>The council met on Friday to vote on the plan, which has been in the making for years.</p>"
    "<p>“It was adopted by a wide margin,” said two members who had read it – café and all.</p>"
    "<p>Opponents said they would go to court over the plan before the end of the year.</p>"
)
TITLE = "Council adopts the plan"
HEADING = f"<h1>{TITLE}</h1>"
URL = "https://www.courier.example/politics/plan"


def draft(
    around: str = "", *, head: str = f"<title>{TITLE}</title>", after: str = "", url: str = URL, lang: str = ""
) -> Draft:
    html = f'<!DOCTYPE html><html lang="{lang}"><head>{head}</head><body><div>{around}{BODY}{after}</div></body></html>'
    return read_html("page", html.encode(), Given(), url=url)


def linked(**said: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(said)}</script>'


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ann Lee", ("Ann Lee",)),
        ("By Ann Lee and Bo Chen", ("Ann Lee", "Bo Chen")),
        ("By Ann Lee, Staff Writer", ("Ann Lee",)),
        ("Von Jörg Weiß und Ute Groß", ("Jörg Weiß", "Ute Groß")),
        ("von Hans v. Hohen-Buchen", ("Hans v. Hohen-Buchen",)),
        ("Ein Artikel von <strong>Ute Groß</strong> | 14.02.2023 - 09:30", ("Ute Groß",)),
        ("Blog Beitrag von Ute Groß", ("Ute Groß",)),
        ("Text &amp; Fotos: Ute Groß", ("Ute Groß",)),
        ("Text von Ute Groß &nbsp; Illustration von Jörg Weiß", ("Ute Groß",)),
        ("<strong>Autor:</strong> <a href='/x'>Ute Groß</a>", ("Ute Groß",)),
        ("Author: Ann Lee, Date: 3 May 2021", ("Ann Lee",)),
        ("Geschrieben von <a href='/u?6'>Kuckuck</a> am 07.04.2016 20:15", ("Kuckuck",)),
        ("Eingestellt von der Franz um 19:40", ("der Franz",)),
        ("Posted by Ann Lee at 10:15", ("Ann Lee",)),
        ("Publicado por Ana Ruiz", ("Ana Ruiz",)),
        ("Текст: Вера Лис", ("Вера Лис",)),
    ],
)
def test_bylines_under_the_headline(byline: str, names: tuple[str, ...]) -> None:
    """A line that says who wrote names the writers, in each form and language, and nothing that stands behind them."""
    assert draft(f"{HEADING}<div>{byline}</div>").authors == names


@pytest.mark.parametrize(
    "line",
    [
        "Interview: Ann Lee",
        "Report: Bo Chen",
        "Foto: Ute Groß",
        "Photo by Ann Lee",
        "Von Ute Groß bis Jörg Weiß: wer jetzt gewinnt",
        "Von Ute Groß, die im Rat sitzt",
        "Von Anfang an war es ein Streit",
        "By the end of the year",
        "Translated by Bo Chen",
    ],
)
def test_who_is_told_of_is_no_author(line: str) -> None:
    """Whom a kicker, a caption or a sentence names did not write the article."""
    assert draft(f"{HEADING}<div>{line}</div>").authors == ()


def test_a_full_name_that_is_shown_goes_before_an_account() -> None:
    """A login or initials in the head yield to the writer whom the by-line names; they stay where it names none."""
    head = f"<title>{TITLE}</title><meta name='author' content='kj'>"
    assert draft(f"{HEADING}<p>Von Ute Groß</p>", head=head).authors == ("Ute Groß",)
    assert draft(HEADING, head=head).authors == ("kj",)


def test_stated_names_go_before_written_ones() -> None:
    """JSON-LD's author is not replaced by another name in the page."""
    head = linked(**{"@type": "NewsArticle", "headline": TITLE, "author": {"@type": "Person", "name": "Ann Lee"}})
    assert draft(f"{HEADING}<p>By Bo Chen</p>", head=head).authors == ("Ann Lee",)


def test_two_linked_writers_of_one_byline() -> None:
    """Each ``rel=author`` of the by-line counts; one of a teaser below does not."""
    byline = "<div>By <a rel='author' href='/a'>Ann Lee</a> and <a rel='author' href='/b'>Bo Chen</a></div>"
    teaser = "<div class='teasers'><div><h3>Mayor resigns</h3><a rel='author' href='/c'>Cy Diaz</a></div></div>"
    assert draft(HEADING + byline, after=teaser).authors == ("Ann Lee", "Bo Chen")


def test_a_link_to_an_author_s_page_is_a_byline() -> None:
    """A name under the headline that links to its author's page needs no mark; a section's link is none."""
    assert draft(f"{HEADING}<p><a href='/author/ann-lee/'>Ann Lee</a></p>").authors == ("Ann Lee",)
    assert draft(f"{HEADING}<p><a href='/people/real-life/'>Real Life</a></p>").authors == ()


def test_the_name_and_not_the_handle_in_a_byline() -> None:
    """Of a block that holds the author's name and accounts, the name that links to the author's page is taken."""
    block = (
        "<div class='meta-author'><a class='author-name' href='/author/ann/'>Ann Lee</a>"
        "<a class='author-handle' href='https://social.example/x'>annlee99</a></div>"
    )
    assert draft(HEADING + block).authors == ("Ann Lee",)


def test_a_mark_near_the_headline_goes_before_one_elsewhere() -> None:
    """A list of other articles above the headline has authors of its own, who did not write this one."""
    others = "".join(f"<div><span class='author'>Bo Chen</span><p>Story {n}</p></div>" for n in range(6))
    menu = "".join(f"<p>Section {n}</p>" for n in range(5))
    assert draft(f"{others}{menu}{HEADING}<span class='author'>Ann Lee</span>").authors == ("Ann Lee",)


def test_words_on_a_link_are_no_pen_name() -> None:
    """What an author's block says beside names is no author; a pen name in it is."""
    assert draft(f"{HEADING}<p class='author'>show all articles</p>").authors == ()
    assert draft(f"{HEADING}<p class='author'>der Franz</p>").authors == ("der Franz",)


def test_an_author_in_the_article_s_own_footer() -> None:
    """``itemprop`` counts in a footer of the article, not in a comment."""
    foot = "<div class='article-footer'><span itemprop='author'>Ann Lee</span></div>"
    comment = "<div class='comments'><div itemprop='comment'><span itemprop='author'>Bo Chen</span></div></div>"
    assert draft(HEADING, after=foot + comment).authors == ("Ann Lee",)
    assert draft(HEADING, after=comment).authors == ()


def test_a_name_beside_the_day_needs_a_biography() -> None:
    """What stands beside the day is the author where the page tells below who that is, and else may be a place."""
    line = "<div><span>25.11.2022 - Ute Groß</span></div>"
    assert draft(HEADING + line, after="<p><em>Ute Groß ist Architektin.</em></p>").authors == ("Ute Groß",)
    assert draft(HEADING + line).authors == ()


def test_words_for_screen_readers_are_no_name() -> None:
    """A label that only screen readers say is not part of the by-line."""
    byline = (
        "<li class='post-author'><span class='screen-reader-text'>Post author</span> By <a href='/x'>Ann Lee</a></li>"
    )
    assert draft(f"{HEADING}<ul>{byline}</ul>").authors == ("Ann Lee",)


def test_a_desk_is_the_last_resort() -> None:
    """A by-line that names only a desk is given as it stands, where neither the page nor the text names a person."""
    desk = "<p class='article-author'>Redaktion Stadtbote</p>"
    assert draft(HEADING + desk).authors == ("Redaktion Stadtbote",)
    assert draft(HEADING + desk, after="<p>(Reporting by Ann Lee; Editing by Bo Chen)</p>").authors == ("Ann Lee",)
    assert draft(f"{HEADING}<p class='author'>wordpressadmin</p>").authors == ()
    assert draft(f"{HEADING}<p class='author'>admin</p>").authors == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Lee, Ann", ("Ann Lee",)),
        ("Ann Lee, MD, PhD", ("Ann Lee",)),
        ("Ann Lee, M.D.", ("Ann Lee",)),
        ("Reuters, Washington", ()),
        ("Ann Lee, CNN Business", ("Ann Lee",)),
        ("Ann Root", ("Ann Root",)),
        ("Root", ()),
    ],
)
def test_names_that_a_page_marks(text: str, names: tuple[str, ...]) -> None:
    """Inverted names are turned, degrees and desks left out, and surnames that are words too stay names."""
    assert people(text, single=True) == names


def test_forms_of_names() -> None:
    """A full name has two words or more; a by-line of nothing but people has no other words."""
    assert is_full_name("Ann Lee")
    assert not is_full_name("kj")
    assert is_only_people("Ann Lee, Staff Writer")
    assert not is_only_people("Ann Lee, who left the council")


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://e.example/2018/07/19/plan", "2018-07-19"),
        ("https://e.example/2018/jul/19/plan", "2018-07-19"),
        ("https://e.example/blog/2021-02-04-plan/", "2021-02-04"),
        ("https://e.example/story/20180719/plan", "2018-07-19"),
        ("https://e.example/what-the-vote-of-2024-11-05-means", None),
        ("https://e.example/2019/11/plan", None),
        ("https://e.example/2019/13/45/plan", None),
        ("https://e.example/plan-30122019123", None),
        ("https://e.example/?d=2019/11/18", None),
    ],
)
def test_the_day_in_an_address(url: str, day: str | None) -> None:
    """A path that is filed under a whole day tells it; numbers of another kind do not."""
    assert day_in_address(url) == day


PUBLISHED = "<title>Council adopts the plan</title><meta property='article:published_time' content='{}'>"


def test_the_day_is_the_local_one() -> None:
    """A stamp in UTC yields to the day of the address, and to the day that stands under the headline beside it."""
    head = PUBLISHED.format("2018-07-20T02:10:00Z")
    assert draft(HEADING, head=head, url="https://e.example/2018/07/19/plan").date == "2018-07-19"
    assert draft(f"{HEADING}<p>July 19, 2018 at 9:10 pm ET</p>", head=head).date == "2018-07-19"


def test_a_day_inside_a_slug_may_be_one_of_the_story() -> None:
    """A day within the words of an address tells the story's day, not when it was published."""
    head = PUBLISHED.format("2024-10-30T12:10:00Z")
    assert draft(HEADING, head=head, url="https://e.example/what-the-vote-of-2024-11-05-means").date == "2024-10-30"


def test_a_stated_day_is_not_replaced_by_a_distant_or_later_one() -> None:
    """Another day under the headline, or the day of an update, does not change the stated one."""
    head = PUBLISHED.format("2018-07-20T02:10:00Z")
    assert draft(f"{HEADING}<p>May 3, 2017</p>", head=head).date == "2018-07-20"
    assert draft(f"{HEADING}<p>July 20, 2018</p><p>Updated July 21, 2018</p>", head=head).date == "2018-07-20"


@pytest.mark.parametrize(
    ("line", "lang", "day"),
    [
        ("17 | 06 | 2020", "", "2020-06-17"),
        ("9.Oktober 2018", "de", "2018-10-09"),
        ("12.03.19", "de", "2019-03-12"),
        ("Kassel, den 03. März 2020", "de", "2020-03-03"),
        ("Berlin | 12. Mai 2022, 10:15 Uhr", "de", "2022-05-12"),
        ("6.2.2023 - Der Rat hat getagt und den Plan nach langer Debatte am Abend angenommen.", "de", "2023-02-06"),
        ("Ein Artikel von Ute Groß | 14.02.2023 - 09:30", "de", "2023-02-14"),
        ("기사입력 :[ 2020-03-09 11:02 ]", "ko", "2020-03-09"),
        ("Publicado el 3 de mayo de 2021", "es", "2021-05-03"),
        ("3 мая 2021", "ru", "2021-05-03"),
        ("03/04/2023", "en-US", "2023-03-04"),
        ("03/04/2023", "en-GB", "2023-04-03"),
        ("03/04/2023", "fr", "2023-04-03"),
        ("03/04/2023", "en", None),
        ("Das Konzert am 12. Mai 2022 wird verlegt", "de", None),
    ],
)
def test_days_under_the_headline(line: str, lang: str, day: str | None) -> None:
    """A day that stands alone or set off near the headline is the day of publication; one in a sentence is not."""
    assert draft(f"{HEADING}<div>{line}</div>", lang=lang).date == day


def test_slashed_days_are_read_as_the_page_writes_others() -> None:
    """A day that can be read one way tells how the page orders day and month."""
    page = f"{HEADING}<div>03/04/2023</div>"
    assert draft(page, after="<div class='related'><p>11/28/2022</p></div>", lang="en").date == "2023-03-04"
    assert draft(page, after="<div class='related'><p>28/11/2022</p></div>", lang="en").date == "2023-04-03"


def test_the_entry_was_posted_on() -> None:
    """What many templates say under the text, or in the margin, tells the day."""
    english = "<div class='sidebar'>This entry was posted on Monday, June 3rd, 2013 at 8:40 pm and is filed.</div>"
    german = f"<div class='sidebar'>{TITLE} wurde am 3. Juni 2013 um 20:40 Uhr gepostet und abgelegt.</div>"
    assert draft(HEADING, after=english).date == "2013-06-03"
    assert draft(HEADING, after=german).date == "2013-06-03"


@pytest.mark.parametrize(
    "line",
    [
        "Das Video wurde am 3. Juni 2013 im Netz veröffentlicht.",
        "Dieser Artikel wurde am 3. Juni 2013 zuletzt aktualisiert.",
        "This article was originally published by The Other Paper on June 3, 2013.",
    ],
)
def test_what_else_was_posted(line: str) -> None:
    """The day of a video, of an update or of another paper is not the page's."""
    assert draft(HEADING, after=f"<div class='sidebar'>{line}</div>").date is None


def test_days_of_comments_and_updates_alone_are_no_day_of_publication() -> None:
    """Days in comments, a copyright and other articles' days leave the day open."""
    after = (
        "<div class='comments'><p>3 May 2021</p></div>"
        "<footer>© 2009-2021 The Courier. Last modified 4 May 2021</footer>"
        "<div class='related'><span class='date'>5 May 2021</span></div>"
    )
    assert draft(HEADING, after=after).date is None


@pytest.mark.parametrize(
    ("title", "heading", "url", "headline"),
    [
        ("Council adopts the plan | The Courier | Politics", "<h1>Council adopts the plan</h1>", URL, TITLE),
        ("Home", "<h1>Council adopts the plan</h1>", URL, TITLE),
        ("Muffins from home : Muffin Kitchen", "<h1>Muffin Kitchen</h1><h2>Muffins from home</h2>",
         "https://e.example/muffins-from-home", "Muffins from home"),
        ("Kleine Übersicht | Das große bunte Buch der Schafe", "<h1>Das große bunte Buch der Schafe</h1>"
         "<h2 class='x'>Kleine Übersicht</h2>", "https://e.example/kleine-uebersicht/", "Kleine Übersicht"),
        ("A dull video of the year : Archive | Notes from the past | 6th year", "<h1>Archive</h1>"
         "<h3>A dull video of the year</h3>", "https://e.example/?p=9", "A dull video of the year"),
        ("Winter pike | courier.example | Your magazine", "", URL, "Winter pike"),
        ("Council adopts the plan", "<h1>Council adopts the plan | OLD NAME</h1>", URL, TITLE),
        ("政府通过新的城市发展规划！-新华报", "", URL, "政府通过新的城市发展规划！"),
        ("政府通过新的城市发展规划 - 新华", "<h2>新华</h2><h1>政府通过新的城市发展规划</h1>", URL,
         "政府通过新的城市发展规划"),
    ],
)  # fmt: skip
def test_headlines_without_their_site(title: str, heading: str, url: str, headline: str) -> None:
    """The headline is the heading that the title agrees with, or the title without the site, whichever stands first."""
    assert draft(heading, head=f"<title>{title}</title>", url=url).title == headline


def test_a_site_s_name_with_dividers_of_its_own() -> None:
    """A site's whole name goes, also where it has dividers itself."""
    sites = site_names(("Notes - The Courier - News",), None)
    assert without_site("Council adopts the plan » Notes - The Courier - News", sites) == TITLE


def test_the_article_s_own_linked_data() -> None:
    """Of several articles in JSON-LD the one whose headline the page has is read."""
    other = {"@type": "NewsArticle", "headline": "Mayor resigns", "author": "Bo Chen", "datePublished": "2020-01-02"}
    own = {"@type": "NewsArticle", "headline": TITLE, "author": "Ann Lee", "datePublished": "2021-05-03"}
    out = draft(HEADING, head=f"<title>{TITLE}</title>" + linked(**{"@graph": [other, own]}))
    assert (out.authors, out.date, out.title) == (("Ann Lee",), "2021-05-03", TITLE)


@given(st.integers(1990, 2039), st.integers(1, 12), st.integers(1, 31), st.booleans())
def test_slashed_days_keep_their_parts(year: int, month: int, day: int, month_first: bool) -> None:
    """Whichever order is known, a slashed day becomes the day that was written, and no other word changes."""
    first, second = (month, day) if month_first else (day, month)
    text = f"seen {first}/{second}/{year} twice"
    written = without_slashes(text, month_first=month_first)
    wanted = iso_day(f"{year}-{month:02}-{day:02}")
    assert written == (f"seen {wanted} twice" if wanted else written)
    assert (find_day(written) is None) == (wanted is None and find_day(text) is None)


@given(
    st.lists(st.sampled_from(["11/28/2022", "28/11/2022", "03/04/2023", "no day"])), st.sampled_from(["", "en", "de"])
)
def test_contradicting_days_tell_no_order(texts: list[str], language: str) -> None:
    """A page that writes both orders tells neither, whatever its language."""
    order = slashes_begin_with_month(texts, language)
    if "11/28/2022" in texts and "28/11/2022" in texts:
        assert order is None
    elif "11/28/2022" in texts:
        assert order is True
    elif "28/11/2022" in texts:
        assert order is False


PIECES = st.sampled_from(
    [
        "<h1>Council adopts the plan</h1>", "<h2>Mayor resigns</h2>", "<div class='byline'>", "</div>", "<br>", "By ",
        "Ann Lee", "Von Ute Groß", ", ", " and ", "Bo Chen", "<a rel='author'>", "</a>", "Staff Writer", "3 May 2021",
        "<time>", "</time>", "<footer>", "</footer>", "<span itemprop='author'>", "</span>", "Autor: ", "kj", " | ",
        "<meta name='author' content='Lee, Ann'>", "25.11.2022 - ", "LEE, ANN", "<td>", "<p class='author'>", "</p>",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14))
@settings(deadline=None, max_examples=80)
def test_no_author_or_day_is_made_up(pieces: list[str]) -> None:
    """Whatever a page is made of, each author's words stand on it, and its day is one that it writes."""
    around = "".join(pieces)
    try:
        out = draft(around)
    except SourceError:
        return
    # A reader sees no gap where an inline element begins.
    apart = re.compile(r"[^\W\d_]+|\d+")  # a day may follow a name without a gap
    words = set(apart.findall((around + re.sub(r"<[^>]*>", "", around)).casefold()))
    for name in out.authors:
        assert set(apart.findall(name.casefold())) <= words
    assert out.date in (None, "2021-05-03", "2022-11-25")
