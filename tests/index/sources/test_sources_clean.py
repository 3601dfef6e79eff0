"""Cleaning: furniture goes, sentences stay, and doing it twice changes nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sources.clean import clean, is_furniture, regular

FURNITURE = """
🎙️ Voice is AI-generated. Inconsistencies may occur.
Listen to this article · 6 min
4 minute read
Advertisement
ADVERTISEMENT
Story continues below advertisement
Share on Facebook
Share this article
Facebook Twitter WhatsApp Email
Copy link
Link copied!
12 comments
View comments (48)
Join the conversation
Getty Images
Photo by Maria Lopez/AP
Photo: Maria Lopez
The mayor leaves the town hall on Friday. Maria Lopez/Getty Images
The mayor leaves the town hall on Friday. (AP Photo/Maria Lopez)
FILE - The mayor leaves the town hall.
Sign up for our newsletter
Get the day's top stories in your inbox every morning with our free newsletter.
Subscribe to the Morning Brief
By signing up, you agree to our terms of use and privacy policy.
Read more: Mayor resigns after inquiry
RELATED: Mayor resigns after inquiry
See also
Related Articles
More from The Courier
You may also like
Follow the Courier on Twitter
Follow us on Facebook and Instagram
Follow @courier on X
We use cookies to improve your experience on this site.
Accept all cookies
© 2023 The Courier. All rights reserved.
Copyright 2023 by The Courier
All rights reserved
This material may not be published, broadcast, rewritten or redistributed.
The Courier is committed to challenging old ideas and finding common ground.
Do you have a tip? Contact the newsroom at tips@example.org.
(Reporting by Ann Lee in Paris and Bo Chen; Editing by Cy Diaz)
Additional reporting by Ann Lee
Ann Lee contributed to this report.
Our Standards: The Courier Trust Principles.
The views expressed in this article are the author's own.
This article was originally published by The Other Paper.
Your browser does not support the video tag.
This video cannot be played
Please enable JavaScript to continue
Already a subscriber? Log in
3 hours ago
* * *
ann.lee@example.org
""".strip().split("\n")

PROSE = """
The editor said readers could sign up for the newsletter from Monday.
Newsletters have become the main business of small outlets.
He shared the article on Facebook, then deleted it.
Like many others he wrote on Twitter that the deal was off.
The photo by a passer-by showed the wreck from above.
Photos taken by residents showed smoke over the port.
She sued Getty Images.
The minister told parliament on Monday. (Reuters)
Copyright law protects songs for decades.
Reporting by the Courier led to three resignations.
Cookies were handed out to the children who waited.
By using drones, the army avoided the mined road.
Register to vote by Monday, officials urged.
"Sign up for our newsletter," the sign outside the shop reads.
"Share on Facebook," she told him.
Related claims were dismissed by the court in May.
Follow the money, the old saying goes.
All rights of appeal were reserved for the second defendant.
Advertisements for the drug were banned last year.
The company is committed to providing heat this winter, the governor said.
About the writer's death little is known.
Subscribers rose by a tenth, the company said.
Comments by the chairman moved the market.
Watch parties were held across the city.
This video is available to investigators, police said.
Have any questions been asked about the contract?
""".strip().split("\n")


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_goes(line: str) -> None:
    """A line that only a page needs is taken out."""
    assert clean(f"The council met on Friday to vote on the plan.\n{line}\nIt was adopted by a wide margin.") == (
        "The council met on Friday to vote on the plan.\n\nIt was adopted by a wide margin."
    )


@pytest.mark.parametrize("line", PROSE)
def test_sentences_stay(line: str) -> None:
    """A sentence of an article stays, whatever words of furniture it has."""
    assert clean(line) == line


def test_biography_goes_with_its_heading_and_the_article_around_it_stays() -> None:
    """After "About the writer" only what tells about the writer is taken out."""
    text = (
        "The council met on Friday to vote.\nAbout the writer\nAnn Lee\n"
        "Ann Lee is a reporter at the Courier covering towns and … Read more\n"
        "The plan will be voted on again in May, two members said."
    )
    assert (
        clean(text) == "The council met on Friday to vote.\n\nThe plan will be voted on again in May, two members said."
    )


def test_a_caption_goes_with_its_label() -> None:
    """What stands after "Image caption," is a caption."""
    text = "The council met on Friday.\nImage caption,\nThe town hall on Friday\nIt was adopted by a wide margin."
    assert clean(text) == "The council met on Friday.\n\nIt was adopted by a wide margin."


def test_characters_become_regular() -> None:
    """Line breaks, spaces, invisible characters and composed letters have one form; words keep their letters."""
    text = "\ufeffThe cafe\u0301\u00a0was  re\u00adopened\u200b.\r\nIt\u2028closed\tagain.\r"
    text += "Then\x00 came 👩\u200d🚒 crews.\n\n\n\nEnd."
    assert clean(text) == "The café was reopened.\n\nIt\n\nclosed again.\n\nThen came 👩\u200d🚒 crews.\n\nEnd."


LINES = st.sampled_from(
    [*FURNITURE, *PROSE, "About the writer", "Image caption,", "Ann Lee", "", "Ann Lee is a reporter. Read more"]
)


@given(
    st.one_of(
        st.text(), st.lists(LINES).map("\n".join), st.text(alphabet="a \u200d\u200b\u0301\u00ad\r\n\u2028\ufeffé👩.")
    )
)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """What is clean stays as it is: the text is final."""
    assert clean(clean(text)) == clean(text)


@given(st.text())
def test_clean_text_has_no_irregular_character(text: str) -> None:
    """Whatever comes in, what goes out is NFC, has no control character and no double space."""
    out = clean(text)
    assert unicodedata.is_normalized("NFC", out)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in out if char != "\n")
    assert "  " not in out
    assert "\n\n\n" not in out


@given(st.text())
def test_regular_keeps_every_letter(text: str) -> None:
    """Making characters regular takes no letter or digit away."""
    before = [char for char in unicodedata.normalize("NFC", text) if char.isalnum()]
    assert [char for char in regular(text) if char.isalnum()] == before


@given(st.lists(st.sampled_from(PROSE), min_size=1))
def test_prose_is_kept_in_order(lines: list[str]) -> None:
    """Cleaning prose only changes what stands between the paragraphs."""
    assert clean("\n".join(lines)).split("\n\n") == lines


def test_a_line_of_marks_only_is_furniture() -> None:
    """A line without a letter or digit says nothing."""
    assert is_furniture("— * —")
