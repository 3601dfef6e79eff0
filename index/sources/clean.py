"""Text as it came -> text as it stays: characters made regular, page furniture taken out. Pure, and final once done.

Furniture is recognised line by line and only where the whole line is furniture. A rule that could hit a reporter's
sentence is worth less than the furniture it removes, so every rule asks for the shape of furniture (an imperative at
the start, a credit at the end, nothing but share words), never for a word alone.
"""

from __future__ import annotations

import re
import unicodedata

_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Soft hyphens, word joiners and marks of writing direction: they cannot be seen, break word search, and the direction
# marks can make displayed words differ from the stored ones.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]")
# Joiners carry meaning inside emoji and in Persian or Indic words, and are litter beside Latin letters and spaces.
_STRAY_JOINER = re.compile(
    "(?<![^\x00-\u024f\u2000-\u206f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\u024f\u2000-\u206f])"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n]+")


def regular(text: str) -> str:
    """``text`` with regular characters: NFC, one kind of line break and space, no invisible or control characters.

    Lines keep their order; edges of lines are stripped; at most one empty line stands between two lines.
    """
    text = unicodedata.normalize("NFC", _CONTROL.sub("", _INVISIBLE.sub("", _BREAKS.sub("\n", text))))
    text = _STRAY_JOINER.sub("", text)
    # What was taken out may have kept two characters apart that compose.
    text = unicodedata.normalize("NFC", text)
    lines = [_SPACES.sub(" ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def clean(text: str) -> str:
    """The article in ``text``: regular characters, no furniture, one paragraph a line, an empty line between two.

    ``clean(clean(x)) == clean(x)`` for every ``x``.
    """
    lines = [line for line in regular(text).split("\n") if line]
    while True:
        # Taking a line out can bring an "About the writer" and a biography together, so until nothing changes.
        kept = _without_biographies([line for line in _without_captions(lines) if not is_furniture(line)])
        if kept == lines:
            return "\n\n".join(lines)
        lines = kept


def is_furniture(line: str) -> bool:
    """Whether ``line`` (regular, not empty) is wholly page furniture."""
    key = _key(line)
    if not _WORD.search(key):
        return True
    if key[0] in "\"“„«'‘":
        return False
    if len(line) > _LONGEST_FURNITURE:
        return False
    if _REPEATED.search(line):
        return True
    words = key.count(" ") + 1
    if words <= _LONGEST_LABEL and (_LABEL.fullmatch(key) or _only_share_words(key)):
        return True
    if words <= _LONGEST_FOLLOW and _FOLLOW.match(key):
        return True
    if words <= _LONGEST_LINE and (_INVITATION.match(key) or _OPENING.match(key) or _DESK.fullmatch(line)):
        return True
    return (words <= _LONGEST_CREDIT and _is_credit(line, key)) or _LEGAL.match(key) is not None


ABOUT_THE_WRITER = re.compile(
    r"(?:more )?about the (?:writer|author|reporter|journalist|contributor|columnist)s?:?", re.I
)

_BIOGRAPHY = re.compile(
    r"\b(?:is|was|has been|covers|writes|reports|joined|works|worked|holds|graduated|studied|lives|specialises|"
    r"specializes)\b"
)
_READ_MORE = re.compile(r"(?:…|\.{2,})?\s*\b(?:read|see|show) more\W*$", re.I)
_LONGEST_CAPTION = 30  # words
_LONGEST_BIOGRAPHY = 6  # lines: a name, a role, two or three paragraphs, an address

_WORD = re.compile(r"[^\W_]")
_LONGEST_LABEL = 16
_LONGEST_FURNITURE = 1_500  # characters; also keeps the patterns from long work on hostile lines
_LONGEST_LINE = 32
_LONGEST_CREDIT = 60

# Pictograms, bullets and arrows before a label say nothing about what it is; "(" and quotation marks do.
_DECORATION = re.compile(r"^[^\w(\"“„«'‘@#$€£©—–\[.…¿¡-]+|[\s>»›→]+$")


def _key(line: str) -> str:
    return _DECORATION.sub("", line).replace("’", "'").lower().strip()


_CAPTION_LABEL = re.compile(r"(?:image|media|photo|video) (?:caption|source)[,:]?", re.I)


def _without_captions(lines: list[str]) -> list[str]:
    """``lines`` without what stands after "Image caption," and such, where it is short enough for a caption."""
    return [
        line
        for before, line in zip(["", *lines], lines, strict=False)
        if not (_CAPTION_LABEL.fullmatch(before) and line.count(" ") < _LONGEST_CAPTION)
    ]


def _without_biographies(lines: list[str]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if ABOUT_THE_WRITER.fullmatch(_key(lines[at])):
            at += 1 + len(biography(lines[at + 1 :]))
        elif (
            len(lines[at]) < _LONGEST_FURNITURE
            and _READ_MORE.search(lines[at])
            and re.search(rf"\bis (?:an?|the)\b.*\b{ROLE}\b", lines[at], re.I)
        ):
            at += 1
        else:
            kept.append(lines[at])
            at += 1
    return kept


def biography(lines: list[str]) -> list[str]:
    """The leading ``lines`` that tell about the writer, given that an "About the writer" stands before them."""
    end = 0
    for line in lines[:_LONGEST_BIOGRAPHY]:
        short = line.count(" ") < 5 and line[-1] not in ".!?"
        about = re.search(rf"\b{ROLE}\b", line, re.I) and _BIOGRAPHY.search(line)
        reachable = re.search(r"@\w|\b(?:follow|contact|reach|e-?mail)\b", line, re.I) and line.count(" ") < 40
        if not (short or about or reachable or _READ_MORE.search(line)):
            break
        end += 1
    return lines[:end]


ROLE = (
    r"(?:writer|author|reporter|correspondent|journalist|editor|columnist|contributor|producer|photographer|"
    r"anchor|host|"
    r"critic|analyst|bureau chief|fellow|intern|freelancer?|newsroom)s?"
)
"""Pattern of what the people who write articles are called."""

_NETWORK = (
    r"(?:facebook|fb|twitter|x|x \(formerly twitter\)|instagram|linkedin|whatsapp|telegram|reddit|pinterest|flipboard|"
    r"tiktok|youtube|threads|bluesky|mastodon|snapchat|messenger|tumblr|pocket|google news|apple news|truth social)"
)
_SHARE_WORDS = frozenset(
    "share shares sharing tweet tweets retweet post pin pinit print email e-mail mail copy link copied save bookmark "
    "facebook twitter x instagram linkedin whatsapp telegram reddit pinterest flipboard tiktok youtube threads bluesky "
    "mastodon messenger tumblr pocket sms comment comments like likes follow gift subscribe more via on to this "
    "article story page url clipboard toggle options close icon and or".split()
)
# Words that may fill a share bar but do not make one: "More", "On this page" alone stay.
_SHARE_FILLERS = frozenset("more via on to this article story page and or options close x like post follow".split())


def _only_share_words(key: str) -> bool:
    words = re.findall(r"[\w-]+", key)
    return (
        bool(words)
        and all(word in _SHARE_WORDS for word in words)
        and not all(word in _SHARE_FILLERS for word in words)
    )


_LABEL = re.compile(
    "|".join(
        (
            r"voice is ai-generated\.?(?: inconsistencies may occur\.?)?",
            r"inconsistencies may occur\.?",
            r"opinion|analysis|commentary|editorial|explainer|world|world news|politics|business|sports?|technology",
            r"tech|health|science|entertainment|u\.?s\.?(?: news)?|uk|europe|asia|africa|middle east|lifestyle",
            r"culture|local(?: news)?",
            r"(?:listen to|hear) (?:this|the) (?:article|story)\b.{0,40}",
            r"(?:listen|play|watch|pause)(?: now| video| audio)?(?: ?[·•|:(-] ?.{0,20})?",
            r"\d+[ -]?min(?:ute)?s?(?: of)?[ -](?:read|listen|watch)(?:ing)?(?: time)?",
            r"(?:estimated )?read(?:ing)? time:? .{0,20}",
            r"(?:ad|ads|advert|advertisement|advertising|anzeige|werbung|publicité|publicidad|sponsored|"
            r"promoted|paid content)"
            r"(?: content| post| feedback)?",
            r"(?:story|article|text|content) continues (?:below|after)\b.{0,40}",
            r"(?:scroll|keep scrolling|swipe) (?:down |up )?(?:to|for) (?:continue|more|read)\b.{0,40}",
            r"(?:this )?ad(?:vertisement)? will (?:end|close) in .{0,30}",
            rf"share (?:this )?(?:article |story |page |post |video )?(?:on|via|to|with) (?:{_NETWORK}|e-?mail|"
            rf"friends|others)\b.{{0,40}}",
            r"share (?:this )?(?:article|story|page|post|video|options)?",
            r"(?:link )?copied(?: to (?:the )?clipboard)?!?",
            r"(?:\d[\d,.]*k?|no|view|read|show|see|add|leave|post|write|load)(?: all| more| your| an?)?(?: \d+)? ?"
            r"(?:comments?|shares?|likes|views|replies|retweets)(?: yet)?\.?",
            r"(?:view |read |show |see )?(?:comments?|shares?|replies)(?: section)? ?[(:]? ?\d[\d,.]*k?\)?",
            r"(?:join|start|view|open) (?:the |a )?(?:conversation|discussion|comments)",
            r"comments(?: are| have been)? (?:closed|off|turned off|disabled)\b.{0,40}",
            r"(?:be the first to|leave a|post a|log in to|sign in to) (?:comment|reply)\b.{0,40}",
            r"(?:read|show|see|view|load|learn|discover|explore|find out)(?: the)? (?:more|less|all|full "
            r"(?:article|story))(?: here)?[.…]*",
            r"(?:also read|read also|read next|see also|related|related (?:articles?|stories|story|content|"
            r"topics?|coverage|news|posts?|links?)|"
            r"more on this(?: story| topic)?|more (?:stories|news|coverage|articles)|more like this|"
            r"recommended(?: for you| stories| reading)?|"
            r"you (?:may|might) (?:also )?(?:like|be interested in)|don't miss|up next|next up|what to read next|"
            r"most (?:read|popular|viewed|shared|commented)|trending(?: now| stories)?|top stories|latest "
            r"(?:news|stories)|"
            r"editor'?s'? (?:picks?|choice)|in (?:this|today's) (?:article|story)|topics?|tags?|filed under|"
            r"keep reading|continue reading|"
            r"popular (?:stories|articles|now)|from our partners|around the web|sponsored links|featured|must "
            r"reads?|what's next|"
            r"explore more(?: on these topics)?|table of contents|on this page|key points|reuse this content|"
            r"request (?:reprints?|permissions?).{0,30}|get (?:rights|permissions?).{0,30}|purchase licensing "
            r"rights.{0,20}|"
            r"report (?:an? )?(?:error|typo|correction|ad)|submit (?:a )?correction|suggest (?:a "
            r")?(?:correction|edit)|give feedback)\s*:?",
            r"(?:popular|trending|most (?:read|popular)|latest|more) (?:from|on|in) .{1,40}:?",
            r"\S+@\S+\.\w+|https?://\S+|www\.\S+|order reprints|print (?:article|story|page)|thank you[!.]?",
            r"(?:skip|jump)(?: to)?(?: main| the)?(?: content| advertisement| ad| navigation| past newsletter "
            r"promotion| after newsletter promotion)?",
            r"after newsletter promotion|newsletter(?: sign-?up)?s?|(?:free )?newsletters?:?",
            r"menu|search|log ?in|log ?out|sign ?in|sign ?up|sign ?out|register|subscribe(?: now| today| "
            r"here)?|my account|home|home ?page|contact us|"
            r"about us|back to (?:top|home|results|article)|close|open|next|previous|prev|submit|cancel|"
            r"dismiss|loading\.*|donate(?: now)?|"
            r"accept(?: all)?(?: cookies)?|reject all(?: cookies)?|manage (?:cookies|preferences|consent|settings)|"
            r"cookie (?:policy|settings|preferences|notice|consent)|privacy(?: policy| notice| settings)?|"
            r"terms(?: of (?:use|service)| and conditions| & conditions)?|"
            r"do not sell.{0,40}|advertise(?: with us)?|careers|site ?map|help(?: cent(?:er|re))?|faqs?|"
            r"download (?:the|our) app\b.{0,30}|open (?:in|the) app|get (?:the|our) app|view (?:gallery|in app|"
            r"on .{1,20})|"
            r"(?:open|view|enlarge|expand) (?:this )?image\b.{0,30}|image \d+ of \d+|\d+ ?/ ?\d+|slide \d+ of "
            r"\d+|(?:photo )?gallery|"
            r"(?:hide|show|toggle) (?:caption|captions|transcript|navigation|menu)|caption|image|photo|video|"
            r"audio|image source,?|image caption,?|media caption,?",
            r"\d+ (?:second|minute|min|hour|hr|day|week|month|year)s? ago",
            r"(?:just now|breaking(?: news)?|developing(?: story)?|exclusive|live(?: updates)?)",
            r"(?:first |originally |last )?(?:published|updated|posted|modified)(?: on| at)?:?"
            r"(?: (?:today|yesterday))?",
            r"this (?:article|story|post|piece|content) is (?:more than|over) \w+ (?:month|year)s? old\.?",
            r"rss(?: feed)?|image credits?:?|photo credits?:?|getty(?: images)?|shutterstock|istock(?:photo)?|"
            r"unsplash|reuters|afp|ap photo",
        )
    )
)

# Invitations: an imperative to the reader at the start of the line, in a line that reports nothing.
_INVITATION = re.compile(
    r"(?!.*\b(?:said|says|told|wrote|added|asked|according to)\b)(?:"
    + "|".join(
        (
            r"(?:sign up|subscribe|register|get|receive|join)\b.*(?:\bnewsletters?\b|\byour inbox\b|\bnews alerts?\b|"
            r"\bdaily briefing\b|\bwhatsapp channel\b|\bpush notifications\b)",
            r"(?:please )?(?:sign up|subscribe) (?:to|for|here|now|today)\b",
            r"(?:click|tap) (?:here|on the|the link|below)\b",
            r"enter your e-?mail\b",
            r"by (?:signing up|subscribing|submitting|clicking|entering your|providing your|"
            r"registering)\b(?=.*\byour?\b).*"
            r"\b(?:agree|accept|consent|acknowledge|terms|privacy)\b",
            r"you (?:can|may) (?:unsubscribe|opt out|manage your)\b",
            r"(?:thanks|thank you) for (?:signing up|subscribing|registering|reading)\b",
            r"(?:please )?(?:enter|check) (?:a|your) (?:valid )?(?:e-?mail|inbox)\b",
            r"(?:an error (?:has )?occurred|something went wrong)\b.*\b(?:try again|reload|refresh)\b",
            r"already (?:a |an )?(?:subscriber|member|registered|subscribed|have an account)\b",
            r"(?:to continue reading|to read the full|unlock this|want to read more|this (?:article|content|"
            r"story) is (?:for|only|available|reserved))\b"
            r".*\b(?:subscrib\w*|register|sign in|log in|member\w*|account|premium)\b",
            r"(?:start|begin) your (?:free )?(?:trial|subscription|membership)\b",
            r"become an? (?:subscriber|member|supporter|patron)\b",
            r"(?:please )?(?:support (?:our|independent|quality) (?:\w+ )?(?:journalism|reporting|work|"
            r"newsroom)|consider (?:supporting|donating|subscribing))\b",
            r"(?:download|get) (?:the|our)(?: [\w.]+){0,4} app\b(?: (?:for|to|on|now|here|today)\b|\W*$)",
            r"follow (?:us|me|him|her|them)? ?:?@\w+",
            r"(?:got|have|do you have) (?:a|any)? ?(?:news )?(?:tip|story|question|information|comment|"
            r"feedback|complaint)s?\b.*"
            r"(?:\bcontact\b|\be-?mail\b|@|\blet us know\b|\bget in touch\b|\bsend (?:it|us|them)\b|\bwrite "
            r"to\b|\bclick\b)",
            r"got a (?:news )?(?:tip|story)\b.{0,20}\?$",
            r"(?:if you (?:have|would like|want|know)|to (?:submit|report|contact)|for (?:more information|"
            r"questions|inquiries))\b.*\S@\S+\.\S",
            r"(?:please )?(?:contact|e-?mail|reach|write to|send)\b.{0,80}\S@\S+\.\S",
            r"(?:please )?(?:enable|turn on|activate) (?:java ?script|cookies)\b",
            r"by (?:using|continuing|browsing|visiting)\b.*\b(?:cookies?|privacy policy|terms of (?:use|service))\b",
        )
    )
    + ")"
)
_FOLLOW = re.compile(
    r"(?!.*\b(?:said|says|told|wrote|added|asked)\b)"
    r"(?:(?:follow|find|join|connect with) (?:us|me|him|her|them|[@\w .'&-]{1,50}?)|(?:like|watch|visit|add|"
    r"message) us)"
    rf"(?: and [@\w .'-]{{1,40}}?)?(?: on| via| at)?:? {_NETWORK}\b"
)
_LONGEST_FOLLOW = 14

_OPENING = re.compile(
    "|".join(
        (
            # Pointers to other pages.
            r"(?:read more|see more|read also|also read|read next|read this next|see also|related|related (?:articles?|"
            r"story|stories|content|coverage|reading|video|news|link)|"
            r"more on this(?: story)?|recommended|don't miss|up next|watch(?: live| now| this)?|watch more|"
            r"listen(?: now)?|must[- ]read|you may also like|"
            r"most read|trending|tags?|topics?|filed under|in pictures|in photos|photos|keep reading|continue "
            r"reading|explore|"
            r"for more(?: on this)?(?: story)?|read|more)(?: on| about| from)? ?(?:[:»>|]|--?>) ?\S",
            r"(?:more|see|read|visit|for)\b.{0,60}https?://\S+$",
            r"also (?:on|see|in|from) .{2,40}: ?\S|also: \S|also on \S+\.\w{2,4} ",
            r"(?:like|enjoy(?:ed)?|love) (?:this|our|what you) (?:story|article|post|read)\b.*[?!]",
            r"(?:tell us|let us know|share your thoughts|what do you think)\b.{0,60}\b(?:comments?|think|below|"
            r"e-?mail)\b",
            r"\[/?\w+(?: [^\]]*=[^\]]*)?\].*\[/\w+\]$",
            r"(?:there was an error|this (?:article|story|page) has been sent)\b.*\b(?:subscription|request|to|form)\b",
            r"(?:keep|check) .{0,20}\byour inbox\b",
            r"(?:read more|see more|find out more|learn more) (?:about|on|from|in|at|here)\b",
            r"(?:read|see) (?:the )?(?:full|original|rest of the) (?:story|article|report|post|interview)\b(?: "
            r"here| at| on| in|:|$)",
            # What the outlet says about itself and its page.
            r"(?:this|the above) (?:article|story|post|piece|essay|report|column) (?:was |is |has been "
            r")?(?:first |originally |also )+"
            r"(?:published|appeared|posted|ran|produced|written)\b",
            r"(?:this|the above) (?:article|story|post|piece) (?:is|was) (?:re)?(?:published|printed|posted) "
            r"(?:from|with permission|under)\b",
            r"(?:this|our) (?:article|story|post|page|website|site) (?:may )?(?:contains?|includes?|uses?) "
            r"(?:affiliate|sponsored|paid)\b",
            r"(?:the )?(?:views|opinions)(?: and (?:views|opinions))? expressed (?:in|here|by|are)\b.*\b(?:own|"
            r"not necessarily)\b",
            r"our standards: ",
            r".{3,60}\b(?:can be (?:reached|contacted)|reach (?:him|her|them)|follow (?:him|her|them)|on "
            r"twitter|is on twitter|tweets)\b.{0,30}@\w",
            r"(?:we use|this (?:web)?site uses|our (?:web)?site uses|we and our partners)\b.*\bcookies?\b",
            r"your browser (?:does not|doesn't|is not|isn't|must|may not)\b",
            r"(?:you need|to view this|to use this)\b.*\b(?:javascript|browser|cookies)\b",
            r"this (?:video|content|feature|embed|playback|media) (?:can ?not|can't|could not|isn't|is not|"
            r"requires)\b.*"
            r"\b(?:javascript|available|played|displayed|loaded|enabled|cookies|supported|consent)\b",
            r"(?:video|audio) (?:player is|unavailable|is loading|not supported)\b",
            r"(?:this is )?(?:a )?(?:developing|breaking)(?: news)? story\W.{0,20}(?:will be updated|check "
            r"back|refresh|updates)\b",
            r"(?:[\w.',-]+ ){1,18}contributed (?:to this (?:report|story|article|piece|post)|reporting|"
            r"additional reporting)\b",
            r"(?:[©ⓒ]|\(c\) ?\d|copyright ?(?:[©ⓒ]|\(c\)|\d{4}|by\b|:))",
            r".{0,80}\ball rights (?:are )?reserved\b",
        )
    )
)
# "(Reporting by A and B; editing by C)": nothing but names after the label, or it may be a sentence.
_DESK_WORD = (
    r"(?:reporting|writing|editing|edited|additional|compiled|translated|produced|written|files|by|from|with|and|in|at|"
    r"the|of|de|van|von|der|al|el|bin|[A-Z][\w.'’-]*|&)"
)
_DESK = re.compile(
    r"\(?(?:(?:With )?(?:[Aa]dditional )?(?:[Rr]eporting|[Ww]riting|[Ee]diting|[Ff]iles)|Compiled|Translated|"
    r"Produced|Edited|"
    rf"Written|Story)(?:[;,]? {_DESK_WORD})*? (?:by|from):?(?: {_DESK_WORD}[;,:]?)+[.)]*"
)
# "… Click To Tweet" repeats a sentence of the text; "[VIDEO]" ends the headline of another page.
_REPEATED = re.compile(r"Click [Tt]o Tweet$|(?:\S+ ){4}.*\[(?:[A-Z]{4,}(?: [A-Z]+)?)\]\|?$")

_LEGAL = re.compile(
    "|".join(
        (
            r"(?:[\w.&']+ ){1,4}is committed to (?:challenging|providing|delivering|bringing|producing|"
            r"publishing|independent|quality|fair|accurate)\b"
            r"(?!.*\b(?:said|says|told|added)\b).*\b(?:journalism|reporting|common ground|readers|coverage)\b",
            r"(?:this|the) (?:material|content|article|story|site|page)(?: on this site)? (?:may|must|can) "
            r"?not be (?:published|reproduced|distributed|reprinted|copied)\b",
            r"(?:we use|this (?:web)?site uses|we and our partners (?:use|store))\b.*\bcookies\b.*\b(?:accept|"
            r"agree|consent|settings|preferences|policy|experience|traffic)\b",
            r"this site is protected by recaptcha\b",
            r"this copy is for your personal,? non-commercial use\b",
            r".{3,240}\b(?:follow|reach) (?:me|him|her|them|us)(?: on \w+)?(?: at)?:? @\w+\W*$",
            r"follow @\w+ on \w+",
        )
    )
)

_AGENCY = (
    r"(?:ap(?: photo| images)?|afp|reuters|getty(?: images)?|epa(?:-efe)?|efe|dpa|upi|xinhua|tass|anadolu(?: "
    r"agency)?|bloomberg|shutterstock|alamy|"
    r"istock(?:photo)?|pa(?: wire| media| images)?|ap/\w+|usa today(?: network| sports)?|associated press|"
    r"zuma(?: press)?|sipa(?: usa)?|corbis|"
    r"imago(?: images)?|picture alliance|nurphoto|file photo|handout|pool|wikimedia(?: commons)?|flickr|"
    r"unsplash|pexels|pixabay|cnn|nbc news|abc news|"
    r"the new york times|the washington post|bbc|npr|politico|tns|courtesy photo)"
)
_CREDIT_START = re.compile(
    r"\(?(?:photo(?:graph)?|image|picture|pic|graphic|illustration|video|artwork|cartoon|screenshot|screengrab)s?"
    r"(?: illustration| credits?| source| composite)?(?: by\b|: ?by\b|:| courtesy\b| via\b| provided by\b)"
)
# Set off as credits are: a name before a slash, "Photo:", "via" after a credited body. "(Reuters)" alone at the end
# of a paragraph marks its source, not a picture, so it is no credit.
_CREDIT_END = re.compile(
    rf"(?:\w/ ?|\bap photo/|\bcredit:? ?|\bcourtesy of |\bphoto(?:graph)?s?: ?|\bimages?: ?|\bphoto by "
    rf"[^.]{{3,40}}[,/] ?|"
    rf"\b(?:handout|pool|photo|images?|agency|press|office|service|{_AGENCY}) via )(?:the )?{_AGENCY}[)\]]*\.?$"
    r"|[(\[]?\bap photo/[\w .'-]{3,40}[)\]]*\.?$|(?:^|[/|(\[,–—-] ?|\bvia )getty images[)\]]*\.?$|"
    r"[(\[](?:photo|image)s?(?: credits?)?(?::| by) [^)]{2,60}[)\]]\.?$"
)
_SENTENCE_END = re.compile(r"[.!?…]['\"”’)]*$")


def _is_credit(line: str, key: str) -> bool:
    """A caption or photo credit: starts as one, or ends in an agency's name set off as credits are."""
    if re.match(r"\(?file(?: photo| image| picture)?\)? ?[-–—:] ?\S", key):
        return True
    credited = _CREDIT_END.search(key) is not None
    return credited or (_CREDIT_START.match(key) is not None and not _SENTENCE_END.search(line) and key.count(" ") < 40)
