"""
A member's own verdict: the grades, and how ticks and plain replies become one.

A reply is read by a closed grammar. It is cut into phrases at punctuation; each must be a verdict
or small talk from the lists below, and all verdicts must agree. Any other word, sign or quote makes
it no grade, so that negations, questions, conditions, other people's results and answers need no
rules of their own: a wrong guess is worse than none, because a member can always say it again.

Decided on purpose:

- A hedge ("I think", "about") leaves only partly and no idea certain: "maybe 3/4" counts, "I think
  I got it" does not, and neither do "almost", "kind of" and "not quite". A doubt that comes after
  ("I guess", a shrug) leaves missed too: nobody who got it says "missed it, I guess".
- What may be an answer is none: "none", "nothing", "all of them", "partial", "failed", "404".
- What may be mere politeness is none: a thumb, "thanks, got it", "I got this". So is "50/50".
- What may be understanding or agreeing is none: "ah, got it", "yes, 100%". So is "half again".
- "got 2 of them" and "missed one point" count key points; "got 4 points" may be of the leaderboard.
- A fraction is of the key points or of a usual scale: "2/4" and "8/10" count, "9/11" is a date.
- A repeated mark is emphasis, not a tally: "✅✅" is got it, whatever the number of key points.
- Full-width digits and letters count, for input methods write them; invisible characters do not,
  except those that change the order of reading, which make a reply no grade.
"""

import re
from enum import StrEnum


class Grade(StrEnum):
    """What members say of their own attempt, worst to best."""

    MISSED = "missed"
    PARTLY = "partly"
    GOT_IT = "got_it"


def grade_from_ticks(ticked: int, total: int) -> Grade:
    """Suggest a grade for *ticked* of *total* key points; raises ValueError if impossible."""
    if not 0 <= ticked <= total or total < 1:
        raise ValueError(f"nobody can tick {ticked} of {total} key points")
    if ticked == total:
        return Grade.GOT_IT
    return Grade.PARTLY if ticked else Grade.MISSED


def read_grade(text: str, key_points: int, *, bare: bool = False) -> Grade | None:
    """
    Read a self-graded reply; None when it is not one, and always when in doubt.

    A *bare* one has no small talk around it, and is more than "no idea": for who has a grade
    already, and answers a colleague perhaps.
    """
    phrases = [phrase for phrase in _phrases(text) if not _LABELS.fullmatch(phrase)]
    doubted = any(map(_DOUBTS.fullmatch, phrases))
    said = [p for p in phrases if not (_SMALL_TALK.fullmatch(p) or _DOUBTS.fullmatch(p))]
    if len(said) < len(phrases) and (bare or all(map(_ALL_OF_IT.fullmatch, said))):
        return None
    verdicts = {_verdict(phrase, key_points, bare=bare, doubted=doubted) for phrase in said}
    return verdicts.pop() if len(verdicts) == 1 else None


# --- From text to phrases -------------------------------------------------------------------------

_MOST_CHARACTERS = 200
_MOST_WORDS = 12

_MARKS = {
    "got it": "✅ ✔ ✓ ☑ 🟢 :white_check_mark: :heavy_check_mark: :ballot_box_with_check: "
    ":green_circle: :large_green_circle:",
    "partly": "🟡 :yellow_circle: :large_yellow_circle:",
    "missed": "❌ ✗ ✘ ✖ 🔴 :x: :heavy_multiplication_x: :red_circle:",
    "i guess": "🤷 🤔 :shrug: :person_shrugging: :man-shrugging: :woman-shrugging: "
    ":thinking_face: :thinking:",
}
_DECORATION = (
    "🎉 🥳 🙌 💪 👍 👏 🔥 🚀 😀 😃 😄 😁 😆 😅 😂 🤣 🙂 😊 😎 🤓 😢 😭 😞 😔 😩 😫 🙈 🤦 🎯 💯 ✨ "
    "⭐ 🏆 😇 😤 🙁 ☹ 😓 😬 😕 😐 😑 😖 😣 🥲 🥺 😌 😉 😏 🤩 ☺ 💀 🧠 🎊 🥇 ✌ 🤘 "
    ":tada: :partying_face: :raised_hands: :muscle: :+1: :thumbsup: "
    ":clap: :fire: :rocket: :grinning: :smiley: :smile: :grin: :laughing: :sweat_smile: :joy: "
    ":rofl: :slightly_smiling_face: :blush: :sunglasses: :nerd_face: :cry: :sob: :disappointed: "
    ":pensive: :weary: :tired_face: :see_no_evil: :face_palm: :facepalm: :dart: :100: :sparkles: "
    ":star: :trophy: :innocent: :triumph: :slightly_frowning_face: :white_frowning_face: "
    ":sweat: :grimacing: :confused: :neutral_face: :expressionless: :confounded: :persevere: "
    ":smiling_face_with_tear: :pleading_face: :relieved: :wink: :smirk: :star-struck: :relaxed: "
    ":skull: :brain: :confetti_ball: :first_place_medal: :v: :the_horns: "
    ":rolling_on_the_floor_laughing: :man-facepalming: :woman-facepalming: :man_facepalming: "
    ":woman_facepalming: :) :-) ;) ;-) :d :-d =) :( :-( :'( :/ :-/ :| :p :-p xd <3 ^^ "
    r"\o/"
)
_SIGNS = {sign: words for words, signs in _MARKS.items() for sign in signs.split()}
_SIGNS |= dict.fromkeys(_DECORATION.split(), "")
_SIGN = re.compile(
    "|".join(re.escape(sign) + (r"(?!\w)" if sign[-1].isalpha() else "") for sign in _SIGNS)
)

_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FRACTIONS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "\u2044": "/"}
_PUNCTUATION = {"\u2019": "'", "…": ". "}
_INVISIBLE = dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff", "")
_LOOKS_OF_EMOJI = dict.fromkeys("♀♂🏻🏼🏽🏾🏿", "")
_PLAIN = str.maketrans(_FULL_WIDTH | _FRACTIONS | _PUNCTUATION | _INVISIBLE | _LOOKS_OF_EMOJI)
_SKIN_TONE = re.compile(r":skin-tone-[2-6]:")
_JOINED = re.compile(r"(?<=[a-z])-(?=[a-z])|[*_]")  # half-right, **bold**
_TWICE = re.compile(r"(?:(?<=\bit)|(?<=\bpartly)) (?=\d)")  # "got it 4/4" says it twice
_BREAK = re.compile(
    r"[,;:()|\n]"
    r"|(?!^)!(?!\w)"  # not in "!got it", which negates
    r"|\.(?!\d)"  # not in "2.5/4"
    r"|(?<=\S) [-\u2013\u2014]+ |(?<=[a-z])[\u2013\u2014](?=[a-z])"  # not in "-1/4"
)


def _phrases(text: str) -> list[str]:
    """Cut a reply into lower-case phrases at its punctuation; none for a long text."""
    text = text.strip()
    if len(text) > _MOST_CHARACTERS:
        return []
    plain = _SKIN_TONE.sub("", text.lower().translate(_PLAIN))
    plain = _SIGN.sub(lambda sign: f" . {_SIGNS[sign[0]]} . ", plain)
    plain = _TWICE.sub(" . ", _JOINED.sub(" ", plain))
    phrases = [" ".join(piece.split()) for piece in _BREAK.split(plain)]
    long = sum(len(phrase.split()) for phrase in phrases) > _MOST_WORDS
    return [] if long else [phrase for phrase in phrases if phrase]


# --- From a phrase to a grade ---------------------------------------------------------------------

_NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_WORDS = "|".join(_NUMBER_WORDS)
_WHOLE = rf"(?:100|[1-9]?[0-9]|{_WORDS})"
_SCALES = (1, 2, 3, 4, 5, 10, 100)
_NUMBER = rf"(?:(?:100|[1-9]?[0-9])(?:\.[0-9]{{1,2}})?|{_WORDS})"

_TALK = (
    r"(?:yes|yeah|yea|yep|yup|yay|ok|okay|ha|haha|well|ugh|argh|damn|darn|oops|whoops"
    r"|phew|whew|woo|woohoo|woot|hooray|hurray|wow|boom|nice|easy|oof|ouch|dang|meh|crap|bummer"
    r"|aw|aww|sorry|sadly|unfortunately|luckily|honestly|tbh|lol"
    r"|alas|finally|for\ me|this\ time|today)"
)
_AFTERWARDS = (
    rf"(?:{_TALK}|this\ one|again|too|though|here|easily"
    r"|(?:(?:on|at)\ (?:(?:the|my)\ )?)?first\ (?:try|time)|completely|entirely|totally|fully)"
)
_LABEL = (
    r"(?:(?:my\ )?(?:score|grade|result)(?:\ is|\ was)?|me|mine|i'?d\ say|i'?d\ call\ it"
    r"|i(?:'?d)?\ give\ myself(?:\ an?)?)"
)
_LABELS = re.compile(_LABEL)
_SMALL_TALK = re.compile(rf"{_AFTERWARDS}(?:\ {_AFTERWARDS})*")
_SURELY = r"(?:totally|completely|fully|definitely|actually|really|easily)"
_ALL_OF_IT = re.compile(r"100(?:\ ?%|\ percent|\ per\ cent)")

_DOUBT = r"(?:i\ (?:think|guess|believe|reckon|suppose)|maybe|perhaps|probably)"
_DOUBTS = re.compile(_DOUBT)
_ABOUT = r"(?:(?:about|around|roughly)\ |[~\u2248]\ ?)"
_I = rf"(?:(?:i|i'?ve|i\ have)\ )?(?:{_SURELY}\ )?"
_ONLY = r"(?:(?:only|just)\ )?"
_ONE = r"(?:this|that)\ one"
_HAD = r"(?:got|had|knew|remembered)"
_HALF = r"(?:half|two\ thirds|three\ quarters)"
_POINTS = r"(?:it|them|(?:the\ )?(?:key\ )?points)"
_EVERYTHING = (
    rf"(?:everything|them\ all|all\ of\ {_POINTS}|(?:all|every|all\ the)\ (?:key\ )?points?)"
)
_OF_THEM = r"of\ (?:them|(?:the\ )?(?:key\ )?points)"
_RIGHT = r"(?:right|correct)"
_VERDICT = re.compile(
    rf"""
    (?!{_SURELY}\ {_ALL_OF_IT.pattern})
    (?P<before>(?:{_TALK}\ )*) (?:{_LABEL}\ )? (?P<hedge>{_DOUBT}\ |{_ABOUT})?
    (?:
      (?P<got_it>
          {_I}got\ (?:it(?:\ all)?|{_ONE})(?:\ right)?
        | {_I}(?:{_HAD}|nailed)\ {_EVERYTHING}(?:\ {_RIGHT})?
        | {_I}(?:{_HAD}|nailed)\ all\ (?P<all>{_WHOLE})(?:\ of\ them|\ (?:key\ )?points)?
        | all\ (?P<every>{_WHOLE})\ key\ points
        | {_I}(?:nailed|aced|crushed|smashed)(?:\ (?:it|this|that|{_ONE}))?
        | {_I}knew\ {_ONE}
      )
    | (?P<partly>
          {_ONLY}(?:partly|partially)
        | {_I}{_ONLY}(?:(?:{_HAD}|missed)\ )?(?:about\ |{_ONLY}){_HALF}(?!\ again)
          (?:\ (?:of\ )?the\ (?:key\ )?points)?
        | {_I}{_ONLY}(?:{_HAD}|missed)
          \ (?:(?:about\ |{_ONLY}){_HALF}|some|most|parts?|a\ bit|a\ few|a\ couple)\ of\ {_POINTS}
          (?:\ {_RIGHT})?
        | {_I}{_HAD}\ all\ but\ one
        | {_I}(?:was\ )?{_ONLY}(?:partly|partially|mostly|half)\ (?:got\ it|{_RIGHT})
        | {_I}got\ it\ {_ONLY}(?:partly|partially|mostly|half)(?:\ {_RIGHT})?
      )
    | (?P<missed>
          {_I}missed(?:\ (?:it(?:\ all)?|{_ONE}))?
        | {_I}failed\ (?:it|{_ONE})
        | {_I}missed\ (?:{_EVERYTHING}|all\ (?P<none>{_WHOLE})(?:\ (?:key\ )?points)?)
        | {_I}got\ (?:it(?:\ (?:all|completely|totally))?|{_ONE})\ wrong
        | {_I}got\ none\ (?:of\ {_POINTS}(?:\ {_RIGHT})?|{_RIGHT})
        | (?P<clueless>
              (?:(?:i\ )?(?:have|had)\ |i'?ve\ )?(?:absolutely\ |really\ )?no\ (?:idea|clue)
              (?:\ at\ all|\ whatsoever)?
            | (?:i\ )?(?:honestly\ )?(?:don'?t|do\ not)\ know | (?:i\ )?(?:honestly\ )?dunno | idk
            | {_I}got\ none
          )
        | {_I}(?:blanked|drew\ a\ blank)(?:\ on\ (?:it|{_ONE}))?
      )
    | {_I}{_ONLY}(?:(?:(?P<had>{_HAD}|ticked)|scored|(?P<lost>missed))\ )?
      (?P<about>{_ABOUT})?{_ONLY}
      (?:
        (?!50\ ?/\ ?50)
        (?P<part>{_NUMBER})(?:\ ?/\ ?|\ (?:out\ )?of\ (?:the\ )?|\ outta\ )(?P<whole>{_WHOLE})
        (?:\ of\ {_POINTS}|\ (?:key\ )?points)?(?:\ {_RIGHT})?
      | (?P<percent>{_NUMBER})(?:\ ?%|\ percent|\ per\ cent)
        (?:\ of\ {_POINTS})?(?P<agreeing>\ {_RIGHT})?
      | (?P<count>{_WHOLE})\ (?:
          (?(had)|(?(lost)|(?!)))(?:{_OF_THEM}|key\ points?) | (?(lost)|(?!))points?
        )
      )
    )
    (?P<after>(?:\ {_AFTERWARDS})*) (?P<doubt>\ {_DOUBT})?
    """,
    re.VERBOSE,
)


def _verdict(phrase: str, key_points: int, *, bare: bool, doubted: bool) -> Grade | None:
    """Read one phrase; None when it is no verdict, or not a *bare* one."""
    found = _VERDICT.fullmatch(phrase)
    if found is None or any(
        found[all_] and _number(found[all_]) != key_points for all_ in ("all", "every", "none")
    ):
        return None
    around = ("before", "hedge", "clueless", "count", "after", "doubt")
    if bare and any(found[part] for part in around):
        return None
    named = (grade for grade in Grade if found[grade.value])
    grade = next(named, None) or _grade_of_fraction(found, key_points)
    agreeing = found["agreeing"] or (  # "100% right!", "yeah 100%", "I knew 100%"
        found["percent"] == "100" and (found["before"] or found["after"] or found["had"] == "knew")
    )
    unsure = found["hedge"] or found["about"] or agreeing
    certain = grade is Grade.PARTLY or found["clueless"]
    if (unsure and not certain) or (grade is Grade.GOT_IT and (doubted or found["doubt"])):
        return None
    return grade


def _grade_of_fraction(found: re.Match[str], key_points: int) -> Grade | None:
    """Grade "3 of 4", "75%", "got 3 of them" and, turned round, "missed 1 of 4"."""
    part = _number(found["part"] or found["percent"] or found["count"])
    whole = key_points if found["count"] else _number(found["whole"] or "100")
    if part > whole or not whole or whole not in (key_points, *_SCALES):
        return None
    if 0 < part < whole:
        return Grade.PARTLY
    if found["lost"]:
        return Grade.MISSED if part else None  # "missed 0/4" may be a label or a triumph
    return Grade.GOT_IT if part else Grade.MISSED


def _number(text: str) -> float:
    """Read a number in digits or as a word."""
    return float(_NUMBER_WORDS.index(text) if text in _NUMBER_WORDS else text)
