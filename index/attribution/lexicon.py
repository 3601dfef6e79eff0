"""The words the rules know: reporting verbs and what may follow them, titles, roles, first names, closed word classes.

Lists, not models: a word that is missing costs a claim, never a wrong name. Nothing here is fitted to one article.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CueClass(StrEnum):
    """What kind of act a reporting verb names."""

    SPEECH = "speech"
    WRITING = "writing"
    BELIEF = "belief"
    """Believing, hoping, planning: a state of mind, which is no claim by itself."""
    NEGATED = "negated"
    """Not said, or not yet: "declined to say", "will say"."""


class Form(StrEnum):
    """The inflected form of a verb, as far as its spelling tells."""

    BASE = "say"
    PRESENT = "says"
    PAST = "said"
    ING = "saying"


@dataclass(frozen=True, slots=True)
class Verb:
    """A reporting verb and the frames in which it reports.

    ``frames`` is a set of letters: ``c`` a clause may follow without "that"; ``t`` a clause with "that";
    ``o`` an object may be what was said ("denied the charge"); ``i`` an infinitive may be ("vowed to fight");
    ``a`` the hearer comes first ("told Reuters that"); ``d`` reports only when it holds quoted words ("called it “…”").
    Every verb without ``d`` also reports beside a quotation.
    """

    lemma: str
    frames: frozenset[str]
    kind: CueClass = CueClass.SPEECH


_VERBS = {
    # A bare clause may follow.
    "c": (
        "say add insist argue claim warn:a predict contend acknowledge:o admit:o testify explain announce:o "
        "confirm:o declare:o assert allege maintain concede tweet:o suggest vow:i promise:i pledge:i conclude "
        "deny:o swear:i stress reiterate tell:a remind:a assure:a inform:a complain joke quip guarantee caution:a "
        "recall hint imply reckon retweet point_out write"
    ),
    # Only "that", a colon, a comma or quotation marks make these a report.
    "t": (
        "note report state observe remark reply respond emphasize emphasise reveal disclose mention indicate "
        "lament counter proclaim opine protest signal repeat boast email post underscore highlight clarify "
        "recount relate deadpan marvel muse rail rant gripe affirm attest certify decree stipulate advise:a"
    ),
    # Only quotation marks.
    "q": (
        "continue shout yell chant exclaim cry whisper mutter begin scream plead bellow crow blurt chide "
        "interject retort fume ask:a urge:a text comment threaten offer go_on chime_in read intone mock tease "
        "scoff snap conclude thunder roar demand charge riff question retaliate laugh reflect confide crack "
        "enthuse gush ponder query inquire wonder answer sigh warble vent grumble sing preach lecture scold "
        "chuckle explode fire_back shoot_back sum_up"
    ),
    # The object is described in quoted words.
    "d": (
        "call describe dismiss denounce blast slam criticize criticise praise label brand hail decry condemn "
        "deride deem characterize characterise bemoan term portray accuse blame rip"
    ),
}
_WRITING = frozenset("write tweet retweet email post text".split())

# Lemma -> (present, past, -ing) where the spelling rules below do not give them.
_IRREGULAR = {
    "say": ("says", "said", "saying"),
    "tell": ("tells", "told", "telling"),
    "write": ("writes", "wrote", "writing"),
    "swear": ("swears", "swore", "swearing"),
    "admit": ("admits", "admitted", "admitting"),
    "rip": ("rips", "ripped", "ripping"),
    "begin": ("begins", "began", "beginning"),
    "read": ("reads", "read", "reading"),
    "quip": ("quips", "quipped", "quipping"),
    "brand": ("brands", "branded", "branding"),
    "go_on": ("goes", "went", "going"),
    "point_out": ("points", "pointed", "pointing"),
    "chime_in": ("chimes", "chimed", "chiming"),
    "refer_to": ("refers", "referred", "referring"),
    "fire_back": ("fires", "fired", "firing"),
    "shoot_back": ("shoots", "shot", "shooting"),
    "sum_up": ("sums", "summed", "summing"),
    "sing": ("sings", "sang", "singing"),
    "relate": ("relates", "related", "relating"),
    "slam": ("slams", "slammed", "slamming"),
    "snap": ("snaps", "snapped", "snapping"),
}


def _inflected(lemma: str) -> tuple[str, str, str]:
    """Present, past and -ing form by the regular spelling rules."""
    if lemma in _IRREGULAR:
        return _IRREGULAR[lemma]
    if lemma.endswith("e"):
        return lemma + "s", lemma + "d", lemma[:-1] + "ing"
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ies", lemma[:-1] + "ied", lemma + "ing"
    present = lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "z")) else "s")
    return present, lemma + "ed", lemma + "ing"


def _cue_forms() -> dict[str, tuple[Verb, Form]]:
    forms: dict[str, tuple[Verb, Form]] = {}
    for frame, words in _VERBS.items():
        for entry in words.split():
            lemma, _, extra = entry.partition(":")
            implied = {"c": "ct", "t": "t", "q": "", "d": "d"}[frame]
            kind = CueClass.WRITING if lemma in _WRITING else CueClass.SPEECH
            verb = Verb(lemma, frozenset(implied + extra), kind)
            present, past, ing = _inflected(lemma)
            base = lemma.split("_")[0]
            for form, kind_of_form in ((ing, Form.ING), (past, Form.PAST), (present, Form.PRESENT), (base, Form.BASE)):
                forms.setdefault(form, (verb, kind_of_form))
    return forms


CUE_FORMS = _cue_forms()
"""Lower-case spelling of every form of every reporting verb -> the verb and the form."""

PARTICLES = {
    "point_out": "out",
    "go_on": "on",
    "chime_in": "in",
    "refer_to": "to",
    "fire_back": "back",
    "shoot_back": "back",
    "sum_up": "up",
}
"""Verbs that report only with their particle."""

AMBIGUOUS_PRESENT = frozenset(
    "claims reports notes states tweets posts comments promises remarks signals hints texts emails pledges "
    "vows counters highlights alleges reads calls terms labels brands tells protests stresses quips jokes "
    "attacks demands offers cries mocks screams chants shouts cheers crows snaps charges questions laughs "
    "cracks queries wonders answers sighs vents grumbles sings lectures charge question laugh crack answer".split()
)
"""Present forms that are nouns as often: they report only with "that", a colon or quotation marks beside them."""

NEGATIONS = frozenset("not never n't cannot neither nor hardly barely without no nobody nothing".split())
REFUSALS = frozenset(
    "decline declined declines declining refuse refused refuses refusing fail failed fails failing stop "
    "stopped avoid avoided unable unwilling".split()
)
MODALS = frozenset("will would could should may might must can shall ought 'll 'd ’ll ’d wo".split())
BE = frozenset("is are was were be been being 's ’s 're ’re am isn wasn aren weren".split())
HAVE = frozenset("has have had having 've ’ve".split())
DO = frozenset("did does do".split())
AUXILIARIES = MODALS | BE | HAVE | DO

ADVERBS = frozenset(
    "also later then once again often still now just even earlier ever always already since soon thus further "
    "instead first only simply too however meanwhile finally long first-ever sometimes somewhat rather "
    "nonetheless nevertheless both all each himself herself themselves itself today yesterday tonight "
    "tomorrow".split()
)
NOT_ADVERBS = frozenset(
    "family italy ally assembly july reply supply early daily weekly monthly rally bully kelly emily sally "
    "molly billy elderly ugly only friendly likely unlikely".split()
)

DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday mon. tues. wed. thurs. fri. sat. sun.".split()
)
MONTHS = frozenset(
    "january february march april may june july august september october november december jan. feb. mar. "
    "apr. jun. jul. aug. sept. sep. oct. nov. dec.".split()
)
TIME_WORDS = DAYS | frozenset(
    "today yesterday tonight tomorrow earlier later recently last this next afternoon morning evening night "
    "week month year weekend ago again here there afterward afterwards thursday's".split()
)

PERIODS = frozenset("week month year night fall spring summer winter weekend morning afternoon evening day".split())

DETERMINERS = frozenset(
    "a an the this that these those his her its their our my your some many several most two three four five "
    "six seven eight nine ten both all any another one each every no".split()
)
ARTICLES = frozenset("a an the".split())
PRONOUNS = frozenset("he she they it we i you who".split())
OBJECT_PRONOUNS = frozenset("me him her them us you it himself herself themselves myself".split())
CLAUSE_STARTERS = frozenset(
    "he she they it we i there this these those what how why whether if when nobody everyone".split()
)
PREPOSITIONS = frozenset(
    "in on at during after before to by via through from outside inside of about with over under for against "
    "near around amid amidst within between among following upon toward towards across behind beside along "
    "without into despite since until till regarding concerning throughout versus vs vs. per".split()
)
SUBORDINATORS = frozenset(
    "that because when while although though if where which who whom whose whether than so unless until since "
    "as after before how why what once".split()
)
CONJUNCTIONS = frozenset("and but or nor yet so".split())
ASIDES = frozenset("however too also meanwhile though instead nevertheless nonetheless moreover".split())
"""Words that may stand between commas behind a subject."""
OPENERS = frozenset(
    "but and so yet still however meanwhile later then also thus plus moreover furthermore additionally "
    "instead afterward afterwards indeed nevertheless nonetheless earlier today yesterday or".split()
)
"""Words that may open a sentence before its subject."""

IRREGULAR_VERBS = frozenset(
    "shook bore bought caught clung crept dealt drank ate fought fled forgot hid hung knelt laid leapt lent "
    "lit meant rang sought sold shone shot shrank sank slept slid spun sprang stole stuck struck swept swam "
    "swung taught tore understood woke withdrew withheld upheld overcame is are was were be been has have had "
    "do does did will would could should may might must can came went took made gave got saw knew thought "
    "found left felt kept held brought began became won lost met ran spoke stood sat led paid sent built "
    "spent fell rose grew drew threw flew wore chose broke froze drove wrote rode said told put set let hit "
    "cut shut quit hurt cost beat believes thinks wants hopes plans needs seems appears remains means makes "
    "takes goes comes gets gives knows sees finds leaves keeps holds brings becomes wins loses meets runs "
    "speaks stands leads pays says tells believe think want hope seem appear remain mean make take go come "
    "get give know see find leave keep won't can't isn't aren't wasn't weren't hasn't haven't hadn't doesn't "
    "don't didn't wouldn't couldn't shouldn't won’t can’t isn’t aren’t wasn’t weren’t hasn’t haven’t hadn’t "
    "doesn’t don’t didn’t wouldn’t couldn’t shouldn’t it's it’s that's that’s there's there’s he's he’s she's "
    "she’s they're they’re i'm i’m includes continues expects".split()
)
NOT_VERBS = frozenset(
    "united need indeed red hundred speed feed seed breed bed wed shed unnamed so-called armed retired "
    "elected appointed married alleged sacred naked wicked gifted talented newly-elected left-leaning "
    "associated advanced".split()
)
"""Words in -ed that are no verbs, or stand before a noun more often."""

STATES = frozenset(
    "calif. conn. fla. mass. mich. minn. pa. ga. va. ariz. colo. ill. ind. kan. ky. la. md. mo. mont. neb. "
    "nev. okla. ore. tenn. tex. vt. wash. wis. wyo. ala. ark. del. ohio oh ca ny nj pa tx fl d.c. n.y. n.j. "
    "n.c. s.c. n.h. r.i. n.m. w.va. n.d. s.d. u.s.".split()
) - {"u.s.", "ohio"}
"""Abbreviated states: the end of "of Flint, Mich.", never a speaker."""

HONORIFICS = {
    "mr": "m",
    "mr.": "m",
    "mrs": "f",
    "mrs.": "f",
    "ms": "f",
    "ms.": "f",
    "miss": "f",
    "sir": "m",
    "lord": "m",
    "lady": "f",
    "dame": "f",
    "madame": "f",
}
"""Forms of address -> gender. They are dropped from a name that is known in full."""

TITLES = frozenset(
    "president vice-president sen. rep. gov. lt. gen. col. maj. capt. sgt. adm. dr. prof. rev. pres. cmdr. "
    "senator representative governor congressman congresswoman general colonel major captain sergeant admiral "
    "doctor professor reverend secretary minister chancellor king queen prince princess pope judge justice "
    "mayor ambassador director chairman chairwoman chair commissioner attorney sheriff speaker premier "
    "commander deputy detective officer councilman councilwoman spokesman spokeswoman spokesperson ayatollah "
    "sheikh archbishop bishop cardinal rabbi imam father sister brother whip leader chief administrator "
    "superintendent treasurer comptroller magistrate inspector coach manager coroner registrar constable "
    "ranger marshal winner forward advocate staff counsel analyst correspondent reporter editor host anchor "
    "strategist pollster adviser advisor aide candidate nominee democrat republican billionaire businessman "
    "economist lawyer surrogate moderator lieutenant sens. reps. govs. undersecretary envoy emeritus head ceo "
    "author surgeon".split()
)
"""Words that may stand right before a name and say what the person is."""

LABELS_OF_THE_PAGE = frozenset(
    "more question answer read related watch photo image source update note correction see listen video".split()
)
"""Words before a colon that are the page's own."""

DECISIONS = frozenset(
    "request requests motion bid petition appeal application entry access permission bail stay".split()
)
"""What a court denies without saying anything."""

ROLE_MODIFIERS = frozenset(
    "former then vice deputy acting retired late current ex assistant associate senior junior chief lead "
    "interim outgoing incoming longtime veteran fellow state federal national local general prime first "
    "foreign presumptive u.s. then-".split()
)
"""Small words that may stand before a title written in capitals: "former President"."""

ROLE_NOUNS = TITLES | frozenset(
    "spokespeople spokesmen official officials member members scientist researcher researchers historian "
    "engineer activist student resident voter supporter expert experts critic critics witness witnesses "
    "source sources lawmaker lawmakers legislator diplomat veteran teacher nurse farmer owner founder "
    "co-founder cofounder president vice chairman executive partner fellow scholar columnist journalist "
    "writer blogger producer actor actress singer musician artist curator father mother brother sister wife "
    "husband son daughter widow cousin uncle aunt friend neighbor neighbour lawyer attorney prosecutor "
    "counsel consultant operative organizer organiser delegate donor volunteer pastor priest minister police "
    "dean provost principal trustee psychologist psychiatrist physician biologist chemist physicist "
    "astronomer geologist sociologist political captain pilot driver worker employee contractor agent "
    "investigator detective negotiator mediator broker trader investor banker accountant auditor inspector "
    "regulator coordinator assistant secretary clerk publisher anchor presenter commentator narrator "
    "defendant plaintiff victim survivor suspect sophomore junior senior freshman retiree entrepreneur "
    "developer designer architect planner mayor premier monarch emperor sultan emir tsar minister-president "
    "chaplain instructor lecturer guru tycoon mogul magnate celebrity star player striker goalkeeper "
    "midfielder defender quarterback pitcher skipper boss native congressman lady".split()
)
"""Nouns for what a person is or does."""

FEMALE_ROLES = frozenset(
    "spokeswoman congresswoman chairwoman councilwoman businesswoman queen princess mother sister wife "
    "daughter widow aunt actress woman girl lady noblewoman duchess empress policewoman assemblywoman "
    "saleswoman mrs. ms. congresswomen".split()
)
MALE_ROLES = frozenset(
    "spokesman congressman chairman councilman businessman king prince father brother husband son uncle actor "
    "man boy gentleman duke emperor policeman assemblyman salesman mr. pope ayatollah archbishop imam sheikh".split()
)

RELATIVES = frozenset(
    "son daughter wife husband brother sister mother father widow widower aunt uncle cousin nephew niece grandson "
    "granddaughter grandfather grandmother stepson stepdaughter stepfather stepmother spouse twin in-law ex-wife "
    "ex-husband mom dad lady gentleman".split()
)
"""What people are to others, often of the same surname."""

ORGANISATION_WORDS = frozenset(
    "department council committee party university college house ministry inc inc. corp corp. corporation "
    "company co. ltd ltd. llc group times post news agency court senate congress bank institute association "
    "society foundation journal magazine tribune herald gazette guardian union commission bureau office "
    "service services center centre school hospital church army navy force forces administration campaign "
    "federation organization organisation network press board authority club team international national "
    "global media television radio cnn bbc fbi cia nasa nato un eu who reuters bloomberg parliament assembly "
    "cabinet treasury pentagon kremlin fund project coalition alliance league museum library laboratory labs "
    "technologies systems industries airlines motors partners associates weekly daily chronicle observer "
    "review report today broadcasting studios records act bill embassy consulate command police facebook "
    "twitter google apple microsoft amazon youtube wikinews wikipedia wikileaks newsweek politico breitbart "
    "caucus conference confederation republicans democrats islands".split()
)
ACRONYMS = frozenset("cnn bbc fbi cia nasa nato un eu who".split())
"""Organisations only where they are written in capitals."""
PLACE_WORDS = frozenset(
    "north south east west northern southern eastern western united states kingdom korea york jersey carolina "
    "dakota virginia hampshire mexico america american africa asia europe london washington moscow beijing "
    "paris berlin tokyo city county state river lake mountain island islands street avenue road park square "
    "airport bay beach valley hills republic saudi arabia zealand sri lanka hong kong san los las angeles "
    "francisco diego vegas santa st. saint mount fort white black supreme middle new old great lower upper "
    "central russia china india japan germany france spain italy canada australia iran iraq syria turkey "
    "israel egypt ukraine poland florida texas california ohio iowa nevada georgia michigan wisconsin "
    "pennsylvania colorado arizona illinois indiana minnesota missouri alabama alaska arkansas connecticut "
    "delaware hawaii idaho kansas kentucky louisiana maine maryland massachusetts mississippi montana "
    "nebraska oklahoma oregon tennessee utah vermont wyoming".split()
)
OCCASIONS = frozenset("day days week month year eve awards award prize cup olympics games festival".split())
NATIONALITIES = frozenset(
    "american russian chinese british french german italian spanish korean japanese indian israeli iranian "
    "iraqi syrian turkish ukrainian polish canadian australian mexican brazilian egyptian saudi afghan "
    "pakistani african european asian democratic republican north south irish scottish welsh dutch swedish "
    "norwegian danish finnish greek".split()
)

COMMON_PLURALS = frozenset(
    "officials witnesses critics experts police authorities residents lawmakers analysts researchers "
    "scientists sources supporters opponents observers investigators prosecutors lawyers reporters organizers "
    "organisers democrats republicans economists historians activists doctors advocates people others some "
    "many several aides advisers insiders neighbors neighbours relatives protesters demonstrators voters "
    "polls studies reports leaders executives diplomats conservatives liberals progressives strategists "
    "pundits commentators journalists students teachers parents workers families friends fans players most "
    "both everyone nobody someone members women men scholars nurses engineers medics rescuers firefighters "
    "villagers locals survivors".split()
)
"""Nouns that are no names although a sentence may open with them."""

DOCUMENT_NOUNS = frozenset(
    "statement letter tweet tweets post memo report email e-mail speech remarks lawsuit complaint filing "
    "message memoir book essay op-ed column article testimony note announcement blog website".split()
)
"""What a person says things in: "Kirby's statement said" is Kirby."""

ROLE_SYNONYMS = {
    "spokesman": "spokesperson",
    "spokeswoman": "spokesperson",
    "sen.": "senator",
    "rep.": "representative",
    "congressman": "representative",
    "congresswoman": "representative",
    "gov.": "governor",
    "dr.": "doctor",
    "prof.": "professor",
    "gen.": "general",
    "col.": "colonel",
    "capt.": "captain",
    "lt.": "lieutenant",
    "sgt.": "sergeant",
    "adm.": "admiral",
    "pres.": "president",
    "chairman": "chair",
    "chairwoman": "chair",
    "advisor": "adviser",
    "attorney": "lawyer",
    "premier": "minister",
    "rev.": "reverend",
    "maj.": "major",
}
"""Short and gendered forms of a role -> the form under which two roles are compared."""

ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof sen rep gov gen col maj capt sgt lt adm cmdr rev pres st jr sr inc corp co ltd jan feb "
    "mar apr jun jul aug sept sep oct nov dec mon tues wed thurs fri sat sun no vs etc dept univ assn calif "
    "conn fla mass mich minn pa ga va ariz colo ill ind kan ky la md mo mont neb nev okla ore tenn tex vt "
    "wash wis wyo ala ark del sens reps govs messrs supt insp hon atty".split()
)
"""Words that keep the full stop that follows them."""

NAME_PARTICLES = frozenset(
    "de da di del della van von der den la le bin ibn al el abu ben du dos das ter ten ap mac".split()
)

FEMALE_NAMES = frozenset(
    "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret "
    "sandra ashley kimberly emily donna michelle carol amanda dorothy melissa deborah stephanie rebecca "
    "sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine "
    "christine debra rachel carolyn janet catherine maria heather diane ruth julie olivia joyce virginia "
    "victoria kelly lauren christina joan evelyn judith megan andrea cheryl hannah jacqueline martha gloria "
    "teresa ann sara madison frances kathryn janice jean abigail alice julia judy sophia grace denise amber "
    "doris marilyn danielle beverly isabella theresa diana natalie brittany charlotte marie kayla alexis lori "
    "hillary ivanka melania nikki kellyanne huma ursula kamala jen karine sheila valerie claire kate katie "
    "jane anne annie eva elena olga natalia svetlana fatima aisha leila mariam amina priya anita sonia indira "
    "sushma yuki sakura mei ling carly jill tammy kirsten susana elise ellen eleanor louise sally molly lucy "
    "chloe zoe ella mia ava lily paula rosa carmen ana lucia isabel ines sofia camille juliette brigitte "
    "segolene marine heidi greta ingrid astrid freya kristin kristen kirstin caroline josephine harriet "
    "beatrice edith agnes irene vera nina tanya tara erin erika monica veronica tracy stacy wendy peggy rita "
    "rosemary loretta maxine dianne debbie patti lindsay lydia valeska kirstie jodie naomi miriam esther hope "
    "faith joy dana gina sheryl rochelle shirin malala benazir michele bridget colleen maureen".split()
)
MALE_NAMES = frozenset(
    "james robert john michael david william richard joseph thomas christopher charles daniel matthew anthony "
    "mark donald steven andrew paul joshua kenneth kevin brian george timothy ronald jason edward jeffrey "
    "ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory "
    "alexander patrick frank raymond jack dennis jerry tyler aaron jose adam nathan henry zachary douglas "
    "peter kyle noah ethan jeremy walter christian keith roger terry austin sean gerald carl harold dylan "
    "arthur lawrence jordan jesse bryan billy bruce gabriel joe logan alan juan albert willie elijah wayne "
    "randy vincent mason roy ralph bobby russell bradley philip eugene bill mike tom jim bob tim ted ben dan "
    "don greg jeff ken matt rick ron sam steve tony chris barack bernie marco mitt newt rand jeb rudy "
    "vladimir sergei dmitry boris mikhail ivan alexei nikolai yuri igor oleg viktor volodymyr petro xi kim "
    "emmanuel francois nicolas jean-claude jacques pierre louis antoine hans klaus wolfgang jurgen helmut "
    "olaf angelo giuseppe matteo silvio mario carlos luis miguel jorge pedro pablo fernando javier diego "
    "manuel rafael alejandro andres mohammed muhammad mohammad ahmed ahmad ali hassan hussein omar abdul "
    "khalid mahmoud mustafa ibrahim yusuf hamid rajesh narendra amit sanjay rahul arun vijay hiroshi kenji "
    "shinzo takeshi wei josh harry reid mitch chuck joaquin julian corey cory simon martin graham ian neil "
    "stuart colin nigel trevor keir gordon liam oliver jake luke max leo hugo felix oscar victor alfred "
    "ernest fred howard norman stanley leonard herbert clifford leroy theodore dave doug phil pete andy jimmy "
    "johnny tommy danny eddie charlie nick alex brad chad craig dean derek glenn joel marc todd troy wesley "
    "ross roland rodney reince lindsey tucker sheldon corry robby jared barry ashton khizr julius evan clint "
    "rex lee karl kirk kurt lars magnus erik sven bjorn anders gustav hugh hamdullah ban rob".split()
)


def is_role(word: str) -> bool:
    """Whether a lower-case noun says what somebody is, by the list or by its ending ("neurosurgeon")."""
    word = word.rsplit("-", 1)[-1]
    return word in ROLE_NOUNS or (len(word) > 6 and word.endswith(_ROLE_ENDINGS))


_ROLE_ENDINGS = (
    "ologist",
    "onomist",
    "ician",
    "surgeon",
    "writer",
    "maker",
    "woman",
    "spokesperson",
    "ographer",
    "keeper",
    "fighter",
    "player",
    "worker",
    "teacher",
    "leader",
    "manager",
    "officer",
    "lawyer",
    "adviser",
    "ivist",
    "arian",
    "dancer",
    "singer",
    "painter",
    "sculptor",
    "director",
    "curator",
    "minister",
    "master",
    "holder",
)


def is_adverb(lower: str) -> bool:
    """Whether a lower-case word may stand between a subject and its verb without changing either."""
    return lower in ADVERBS or (lower.endswith("ly") and len(lower) > 4 and lower not in NOT_ADVERBS)


def gender_of_name(first: str) -> str | None:
    """``"m"`` or ``"f"`` for a common first name, ``None`` for any other or for one that is both."""
    first = first.lower()
    if (first in MALE_NAMES) == (first in FEMALE_NAMES):
        return None
    return "m" if first in MALE_NAMES else "f"
