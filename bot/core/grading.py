"""
A member's own verdict: the grades, and how ticks and plain replies become one.

A reply is read by a closed grammar. It is cut into phrases at punctuation; each must be a verdict
or small talk from the lists below, and all verdicts must agree. Any other word, sign or quote makes
it no grade, so that negations, questions, conditions, other people's results and answers need no
rules of their own: a wrong guess is worse than none, because a member can always say it again.

Decided on purpose:

- A hedge ("I think", "about") leaves only partly certain: "maybe 3/4" counts, "I think I got it"
  does not, and neither do "almost", "kind of" and "not quite".
- What may be an answer is none: "none", "nothing", "zero", "all of them", "2 points".
- What may be mere politeness is none: a thumb, "thanks, got it", "I got this". So is "50/50".
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


def read_grade(text: str, key_points: int) -> Grade | None:
    """Read a self-graded reply; None when it is not one, and always when in doubt."""
    phrases = [phrase for phrase in _phrases(text) if not _SMALL_TALK.fullmatch(phrase)]
    verdicts = {_verdict(phrase, key_points) for phrase in phrases}
    return verdicts.pop() if len(verdicts) == 1 else None


# --- From text to phrases -------------------------------------------------------------------------

_MOST_CHARACTERS = 200
_MOST_WORDS = 12

_MARKS = {
    Grade.GOT_IT: "✅ ✔ ✓ ☑ 🟢 :white_check_mark: :heavy_check_mark: :ballot_box_with_check: "
    ":green_circle: :large_green_circle:",
    Grade.PARTLY: "🟡 :yellow_circle: :large_yellow_circle:",
    Grade.MISSED: "❌ ✗ ✘ ✖ 🔴 :x: :heavy_multiplication_x: :red_circle:",
}
_DECORATION = (
    "🎉 🥳 🙌 💪 👍 👏 🔥 🚀 😀 😃 😄 😁 😆 😅 😂 🤣 🙂 😊 😎 🤓 😢 😭 😞 😔 😩 😫 🙈 🤦 🎯 💯 ✨ ⭐ 🏆 🙏 😇 😤 🙁 ☹ 😓 "
    ":tada: :partying_face: :raised_hands: :muscle: :+1: :thumbsup: :clap: :fire: :rocket: "
    ":grinning: :smiley: :smile: :grin: :laughing: :sweat_smile: :joy: :rofl: :slightly_smiling_face: "
    ":blush: :sunglasses: :nerd_face: :cry: :sob: :disappointed: :pensive: :weary: :tired_face: "
    ":see_no_evil: :face_palm: :facepalm: :dart: :100: :sparkles: :star: :trophy: :pray: :innocent: "
    ":triumph: :slightly_frowning_face: :white_frowning_face: :sweat: "
    ":) :-) ;) ;-) :d :-d =) :( :-( :'( xd <3 ^^ \\o/"
)
_SIGNS = {
    **{
        mark: grade.value.replace("_", " ")
        for grade, marks in _MARKS.items()
        for mark in marks.split()
    },
    **dict.fromkeys(_DECORATION.split(), ""),
}
_SIGN = re.compile("|".join(map(re.escape, sorted(_SIGNS, key=len, reverse=True))))

_CHARACTERS = str.maketrans(
    {chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}
    | {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⁄": "/", "’": "'", "…": "."}
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff♀♂🏻🏼🏽🏾🏿")
)
_SKIN_TONE = re.compile(r":skin-tone-[2-6]:")
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])|[*_]")
_BEFORE_FRACTION = re.compile(r"(?<=\bit) (?=\d)")  # "got it 4/4" says it twice
_BREAK = re.compile(
    r"[,!;:()|\n]"
    r"|(?<!\d)\.|\.(?!\d)"  # not in 2.5
    r"|(?<=\S) [-–—]+ |(?<=[a-z])[–—](?=[a-z])"  # not in -1/4
)


def _phrases(text: str) -> list[str]:
    """Cut a reply into lower-case phrases at its punctuation; none for a long text."""
    text = text.strip()
    if len(text) > _MOST_CHARACTERS:
        return []
    plain = _SKIN_TONE.sub("", text.lower().translate(_CHARACTERS))
    plain = _SIGN.sub(lambda sign: f" . {_SIGNS[sign[0]]} . ", plain)
    plain = _HYPHEN.sub(" ", plain)
    if len(plain.replace(".", " ").split()) > _MOST_WORDS:
        return []
    pieces = _BREAK.split(_BEFORE_FRACTION.sub(" . ", plain))
    return [phrase for piece in pieces if (phrase := " ".join(piece.split()))]


# --- From a phrase to a grade ---------------------------------------------------------------------

_NUMBER_WORDS = dict(
    zip(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
        range(11),
    )
)
_NUMBER = rf"(?:(?:100|[1-9]?[0-9])(?:\.[0-9]{{1,2}})?|{'|'.join(_NUMBER_WORDS)})"
_WHOLE = rf"(?:100|[1-9][0-9]?|{'|'.join(_NUMBER_WORDS)})"

_INTERJECTION = (
    r"(?:yes|yeah|yea|yep|yup|yay|ok|okay|oh|ah|aha|ha|haha|hm+|well|ugh|argh|damn|darn|oops|whoops"
    r"|phew|woo|woohoo|woot|wow|boom|nice|cool|great|easy|sorry|sadly|unfortunately|luckily"
    r"|honestly|tbh|lol|alas|finally)"
)
_AFTERWARDS = (
    r"(?:for me|this time|this one|today|again|too|though|here|(?:on (?:the|my) )?first try|easily"
    r"|completely|entirely|totally)"
)
_LABEL = (
    r"(?:(?:my )?(?:score|grade|result)(?: is| was)?|me|mine|i'?d say|i'?d call it|i would say)"
)
_SMALL_TALK = re.compile(
    rf"(?:{_INTERJECTION}|{_AFTERWARDS}|{_LABEL})(?: (?:{_INTERJECTION}|{_AFTERWARDS}))*"
)

_HEDGE = (
    r"(?:i (?:think|guess|believe|reckon|suppose)|maybe|perhaps|probably|about|around|roughly|like)"
)
_I = r"(?:i |i'?ve |i have )?(?:(?:totally|completely|definitely|absolutely|actually|really|easily) )?"
_ONE = r"(?:this|that) one"
_POINTS = r"(?:it|them|(?:the )?(?:key )?points)"
_SOME = r"(?:about |around |only |just )?(?:half|some|most|part|parts|a bit)"
_VERDICT = re.compile(
    rf"""
    (?:{_INTERJECTION}[ ])* (?:{_LABEL}[ ])? (?P<hedge>{_HEDGE}[ ])?
    (?:
      (?P<got_it>
          {_I} got [ ] (?:it (?:[ ] all)? (?:[ ] right)? | {_ONE} (?:[ ] right)?)
        | {_I} got [ ] (?:everything | them [ ] all | all [ ] of [ ] {_POINTS} | all [ ] the [ ] (?:key[ ])? points)
        | {_I} got [ ] all [ ] (?P<all>{_WHOLE}) (?:[ ] of [ ] them | [ ] (?:key[ ])? points)?
        | {_I} (?:nailed|aced|crushed|smashed) (?:[ ] (?:it|this|that|{_ONE}))?
        | {_I} knew [ ] {_ONE}
      )
    | (?P<partly>
          {_I} (?:(?:got|missed) [ ])? (?:only[ ] | just[ ])? half
        | {_I} (?:only[ ] | just[ ])? (?:got|missed) [ ] {_SOME} [ ] of [ ] {_POINTS}
        | (?:only[ ] | just[ ])? (?:partly|partially|partial)
        | {_I} (?:partly|partially|mostly|half) [ ] (?:got[ ]it | right | correct)
        | {_I} got [ ] it [ ] (?:partly|partially|mostly|half) (?:[ ] (?:right|correct))?
      )
    | (?P<missed>
          {_I} (?:missed|failed) (?:[ ] (?:it|{_ONE}) (?:[ ] all)?)?
        | {_I} missed [ ] (?:everything | them [ ] all | all [ ] of [ ] {_POINTS})
        | {_I} got [ ] (?:it (?:[ ] (?:all|completely|totally))? | {_ONE}) [ ] wrong
        | {_I} got [ ] none [ ] of [ ] {_POINTS}
        | (?:i [ ] (?:have|had) [ ] | i'?ve [ ])? (?:absolutely[ ])? no [ ] (?:idea|clue) (?:[ ] at [ ] all)?
        | (?:i [ ])? (?:don'?t [ ] know | dunno) | idk
        | {_I} (?:blanked | drew [ ] a [ ] blank) (?:[ ] on [ ] (?:it|{_ONE}))?
      )
    | {_I} (?:(?P<lost>missed) [ ] | (?:got|had|scored|ticked) [ ])?
      (?P<about>about[ ] | around[ ] | roughly[ ])? (?:only[ ] | just[ ])?
      (?:
        (?P<part>{_NUMBER}) (?:[ ]?/[ ]? | [ ] (?:out [ ] )? of [ ] (?:the [ ])? | [ ] outta [ ]) (?P<whole>{_WHOLE})
        | (?P<percent>{_NUMBER}) [ ]? (?:% | percent | per[ ]cent)
      )
      (?:[ ] (?:of [ ] )? {_POINTS} )? (?P<right>[ ] (?:right|correct))?
    )
    (?:[ ](?:{_INTERJECTION}|{_AFTERWARDS}))*
    """,
    re.VERBOSE,
)


def _verdict(phrase: str, key_points: int) -> Grade | None:
    """Read one phrase; None when it is no verdict."""
    found = _VERDICT.fullmatch(phrase)
    if found is None or (found["all"] and _number(found["all"]) != key_points):
        return None
    if found["part"] or found["percent"]:
        grade = _grade_of_fraction(found)
    else:
        grade = next(grade for grade in Grade if found[grade.value])
    hedged = found["hedge"] or found["about"]
    return None if hedged and grade is not Grade.PARTLY else grade


def _grade_of_fraction(found: re.Match[str]) -> Grade | None:
    """Grade "3 of 4", "75%" and, turned round, "missed 1 of 4"."""
    part = _number(found["part"] or found["percent"])
    whole = _number(found["whole"] or "100")
    if not 0 < part < whole:
        return _grade_of_none_or_all(found, part, whole)
    return None if found["lost"] and found["right"] else Grade.PARTLY


def _number(text: str) -> float:
    """Read a number in digits or as a word."""
    return float(_NUMBER_WORDS.get(text, text))
