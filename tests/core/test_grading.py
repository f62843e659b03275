"""What people type under a card, and which of it is a grade."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.grading import Grade, grade_from_ticks, read_grade

GOT_IT = """
got it
Got it!
GOT IT
got it.
got it...
got it !
yeah, got it!
yes! got it :)
yep got it
ok, got it
I got it
I got it right
I've got it
ive got it
I have got it
I totally got it
I definitely got it
got it all
got it right this time
got it on the first try
got it, first try
got it again
got this one
got this one right
Got that one!
got it for me
got it 🎉
got it :tada: :tada:
got it 👍🏽
got it :+1::skin-tone-3:
got it lol
got it, easy
got it - easy
got it \u2014 easy
got\u200b it
got it\ufeff
(got it)
**got it**
*got it*
_Got it_
||got it||
got it | 4/4
got-it
got everything
got them all
got all of it
I got all of them
got all the points
got all the key points
got all four
got all 4 points
finally got it
Finally! Nailed it.
nailed it
Nailed it!!!
I nailed it :tada:
nailed this one
nailed that
nailed
aced it
crushed it
smashed it
I knew this one
✅
✅✅
✅ ✅ ✅
✅ got it
got it ✅
yes ✅
✔️
✓
☑️
🟢
:white_check_mark:
:white_check_mark: :white_check_mark:
:heavy_check_mark:
:ballot_box_with_check:
:large_green_circle:
4/4
4 / 4
4/4!
4/4.
(4/4)
4/4 🎉
4/4 :)
4 of 4
4 out of 4
4 of the 4
four of four
4/4 points
4 of 4 right
I got 4/4
got 4 of 4
my score is 4/4
score: 4/4
me: 4/4
I'd say 4/4
I\u2019d say I got it
4/4, got it
4/4. Got it!
got it 4/4
nailed it, 4 of 4
100%
100 %
100 percent
10/10
1/1
3/3
４／４
１００％
got it first time
got it on first try
got it fully
I fully got it
got it, whew
hooray, got it
got it ☺️
got it 😉
got it :wink:
got it 🧠
got it :rolling_on_the_floor_laughing:
got everything right
got them all right
I got all of them right
got all points
got all key points
got every point
got every key point
nailed all the key points
all 4 key points
all four key points
knew all 4
I knew all of it
knew everything
remembered all of them
had all four points
got 4 of them
got 4 key points
I'd give myself 4/4
"""

PARTLY = """
partly
Partly!
PARTLY.
partly...
yeah, partly
partially
only partly
just partly
partly for me
partly this time
partly right
partly got it
I partly got it
got it partly
I'd say partly
I\u2019d say partly
id say partly
I think partly
maybe partly
probably partly
score: partly
half
Half!
only half
just half
about half
half right
half-right
half correct
I was half right
half got it
I got half
I only got half
only got half
got about half
got half of it
got half of them
got only half
got some of it
got some of the points
got most of it
I got most of the key points
got part of it
got a bit of it
mostly right
mostly got it
got it mostly right
got it half right
missed half
missed half of it
missed some of it
missed most of it
missed a bit of it
missed 2 of 4
missed 1/4
I missed 2 out of 4
missed one of four
🟡
🟡🟡
🟡 partly
:large_yellow_circle:
:yellow_circle:
2/4
2 / 4
2/ 4
2/4!
2/4.
2/4 :(
(2/4)
2/4 for me
2/4 this time
2/4 today 😅
yeah 2/4
well, 2/4
2/4 🤦‍♀️
2/4 🤦🏽‍♂️
3/4
1/4
3 of 4
3 of 4 for me
yeah 3 out of 4 for me this time
3 out of 4
3 out of the 4
3 outta 4
three of four
Three out of four
two of 4
3 of 4 points
3 of the 4 key points
3/4 of the points
3/4 of them
3 of 4 right
3/4 correct
got 3/4
I got 3 of 4
I only got 1/4
I ticked 3 of 4
scored 3/4
my score was 3/4
me: 3/4
mine: 3/4
I'd say 3/4
I think 3/4
I'd say about 3/4
maybe 3 of 4
around 3/4
2.5/4
2.5 of 4
3.5 out of 4
0.5/4
1/2
8/10
75/100
75%
75 %
75%!
75 percent
75 per cent
about 75%
roughly 75%
I got 75%
75% right
75% of it
33.3%
66.67 %
1%
99%
½
¾
got ¾
２／４
５０％
partly 2/4
half of the points
about half the points
half the points
half the key points
got half the points
got half of it right
had half
knew half
I knew about half of it
remembered most of it
got some of them right
got a few of them
got a couple of the points
got all but one
two thirds
two-thirds
three quarters
got three quarters of it
got 2 of them
got two of the points
I got 3 key points
only got 1 of them
missed one point
missed 1 key point
missed one of them
only missed two points
I knew 3 of 4
remembered 2/4
~75%
~2/4
got ~75%
partly, I think
partly I guess
2/4 I think
2/4, I think
half, maybe
3/4 probably
partly 🤷
2/4 :shrug:
2/4 🤔
I'd give myself 3/4
I'd give myself a 3/4
I give myself 3/4
oof, 2/4
dang, 2/4
meh, 2/4
2/4 :/
2/4 :-/
2/4 :|
2/4 :p
2/4 😬
2/4 😕
2/4 😐
2/4 :confused:
"""

MISSED = """
missed
Missed.
MISSED
missed it
Missed it!
missed it :(
missed it 😭
missed it :sob:
missed it this time
missed it again
missed it today
missed it, sorry
missed this one
I missed this one
sadly missed it
I missed it
I totally missed it
completely missed it
missed it completely
missed it entirely
missed it all
missed everything
missed all of it
missed all of them
missed them all
ok, missed it
well, missed it
damn, missed it
argh! missed it
failed it
I failed this one
no idea
No idea!
no idea lol
no idea, sorry
no idea at all
I have no idea
I had no idea
absolutely no idea
honestly no idea
no clue
idk
me:dunno
dunno
I don't know
I don\u2019t know
dont know
got it wrong
got it all wrong
I got it wrong
got this one wrong
I totally got it wrong
got none of it
got none of the points
blanked
I blanked on this one
drew a blank
❌
❌❌
❌ missed
❌ missed it
✖️
✗
🔴
:x:
:x: :x:
:red_circle:
0/4
0 / 4
0/4!
0 of 4
0 out of 4
zero of four
zero out of 4
got 0/4
0/4, missed it
0/4 😭
0%
0 %
0/1
0/10
missed 4 of 4
missed 4/4
missed it 0/4
had no idea
really no idea
no idea whatsoever
I do not know
no idea 🤷
idk 🤷🏽‍♂️
missed it 🤷
missed it, I guess
0/4 🤷
no idea :shrug:
idk :man-shrugging::skin-tone-4:
no idea, I guess
I guess I don't know
missed it :man-facepalming:
missed it :woman-facepalming::skin-tone-2:
missed it 😬
missed it :/
oof, missed it
missed all 4
missed all four points
missed all the points
missed every point
missed 4 of them
missed 4 key points
got none
I got none right
got none of them right
"""

NO_GRADE = """
# nothing, or nearly
.
!
?
...
yes
no
ok
for me
this time
easy
:tada:
👍
:+1:
👍🏽
👎
💯
:100:
🤷
🤔
❎
❓
hi
hello there
pass
skip
done
same
me
me too
score
# negations
not got it
I haven't got it
I have not got it
havent got it
haven't got it yet
didn't get it
I did not get it
not sure I got it
not sure
not quite
not really
not partly
not 2/4
not missed
didn't miss it
I didn't miss it
I didn't miss this one
never got it
don't think I got it
got nothing
nope
nope, got it
!got it
! got it
!! got it
!2/4
no, got it
not a half
got it... not
got it (not)
missed nothing
missed none of it
missed 0 of 4
missed 0/4
nobody got it
unmissed
# questions
got it?
Got it?!
did I get it
did you get it
have I got it
have you got it
who got it?
2/4?
is it 2/4
partly?
missed it?
got it right?
✅?
✅ or ❌
got it ❓
got it :question:
2/4\uff1f
got it\u061f
# quotes and code
> got it
&gt; got it
> got it\\nme too
\"got it\"
\u201cgot it\u201d
'got it'
\u00abgot it\u00bb
he said \"got it\"
`got it`
```got it```
`2/4`
~~got it~~
~got it~
||not|| got it
<got it>
[got it]
# conditions, hopes, hedges
if I got it right
if I got it
I wish I got it
I hope I got it
I would have got it
should have got it
could've got it
I'll get it
will get it next time
almost got it
nearly got it
nearly
almost
kinda got it
kind of got it
sort of
sorta
so close
I think I got it
I guess I got it
maybe got it
probably got it
probably missed it
I think I missed it
I think 4/4
about 100%
got about 100%
got about 4/4
maybe 0/4
might have missed it
only got it
just got it
got it now
got it after looking
got it with help
got it last time
got it yesterday
got it ish
3/4ish
50/50
50 / 50
# just understood
ah, got it
Ah, got it 🙏
oh, got it
oh nice, got it
oh got it
got it, ah
aha! got it
hm got it
hmm, got it
# sure of it is not right about it
yes, 100%
Yes! 100%
yeah 100%
yeah totally 100%
100% yes
totally 100%
definitely 100 percent
nice, 100%
100%, easy
100% sure
100% sure I got it
90% confident
100% right
100% correct
100% agree
I knew 100%
100% got it
# others
Bob got it
we got it
she nailed it
you got it
they missed it
everyone got it
half of us got it
half again
half again too
2 of 4 missed it
4 of 4 got it
3 of 4 people got it
@bob got it
<@U123> got it
one of us missed it
this one missed it too, Bob
# politeness and other senses
thanks, got it
got it 🙏
ok got it 🙏
got it :pray:
got it, thanks
got it thanks
cool, got it
gotcha
got this
I got this
I got that
got you
got
got me
I got 2
I got a cold
knew it
I missed you
missed the bus
missed the meeting
I missed this
half an hour
halfway there
in half
all right
alright
right
correct
wrong
so wrong
all wrong
# answers
partial
failed
none
None
nothing
zero
all
all of them
none of them
most of them
all four
true
0
1
4
42
404
2 points
returns 404
it returns 404
in 2.3
since 2.3
Flask 3.1
200/404
404/500
200 of 404
2/4 of the hooks run then 500
it returns 1/2 of the rows
2/4 of the hooks
half of the hooks
half of the requests
3 of 4 hooks run
it is partly cached
the cache missed
cache missed it
the request missed the hook
partly because of the proxy
got it from the context
got it from g
no idea how g works
no idea but maybe g
I don't know if I got it
before_request missed
75% of requests
at 75% load
timeout is 100%
it got half the rows
the first half
got it: use g
4/4 is what it prints
prints 4/4
2/4 hooks
4/4 threads
# dates, times, ratios and versions
9/11
7/11
3/14
1/12
3 of 6
missed 2 of 8
2/4 is my birthday
on 2/4
2/4/2026
02/04
2/4/26
2/2026
2-4
2:4
2\u20134
2.4
2,4
24/7
1/2/3
1/4/4
2/4/6
v2/4
#2/4
/2/4
2/4/
2\\\\4
# impossible
5/4
5 of 4
-1/4
- 1/4
\u22121/4
\u20131/4
\u20141/4
+1/4
score: -1/4
0/0
1/0
0 of 0
110%
101%
-5%
1000%
4.5/4
4/4.5
1/4.5
.4/4
2,5/4
1,4/4
4/1000
99999999999999999999/99999999999999999999
1e3/1e3
2//4
4//4
2/4 4/4
4 4/4
4²/4
4/4²
٢/٤
೨/೪
4️⃣/4️⃣
1½
2½/4
NaN/4
inf%
0x1/1
1_0/10
100 % %
4 of
of 4
/4
4/
# two grades
got it, missed it
missed it, got it
partly, got it
got it partly missed
partly missed
half missed
got it ❌
missed it ✅
✅❌
✅✅❌✅
🟡✅
✅ 2/4
❌ 2/4
got it 2/4
2/4, got it
missed it 2/4
0/4 got it
0/4 missed
100% missed
100% wrong
4/4 wrong
0/4 wrong
missed | partly | got it
partly|got it
got it/missed it
got all 3
got all three
# a grade and a story
got it but missed the last point
partly, forgot the teardown
got it because g is per request
missed it since I never use blueprints
2/4, forgot the proxy
got it \u2026 I think
I said partly but meant missed
# look-alikes and tricks
g\u043et it
g0t it
g o t i t
gotit
\u202egot it
\u200f2/4
\u200e2/4
\u20662/4\u2069
4\u20294/4
got it\x00
got\tnot it
\ud800
# shrugs and doubts
I think
maybe
got it 🤷
got it 🤔
got it, I think
got it I guess
4/4 I think
4/4 🤷
~100%
~4/4
~0%
~2/4~
# counts of something else
half of it
half of them
two thirds of them
2 of them
got 5 of them
got 10 points
got 4 points
missed 5 points
missed 0 points
missed one
all 3 key points
missed all 3
got half a point
half of them got it
half the hooks
a half the points
all points
I knew it
I remembered it
I had it
I had none
"""


def phrases(table: str) -> list[str]:
    lines = table.split("\n")
    return [line.replace("\\n", "\n") for line in lines if line and not line.startswith("# ")]


@pytest.mark.parametrize("phrase", phrases(GOT_IT), ids=ascii)
def test_these_say_got_it(phrase: str):
    assert read_grade(phrase, 4) is Grade.GOT_IT


@pytest.mark.parametrize("phrase", phrases(PARTLY), ids=ascii)
def test_these_say_partly(phrase: str):
    assert read_grade(phrase, 4) is Grade.PARTLY


@pytest.mark.parametrize("phrase", phrases(MISSED), ids=ascii)
def test_these_say_missed(phrase: str):
    assert read_grade(phrase, 4) is Grade.MISSED


@pytest.mark.parametrize("phrase", phrases(NO_GRADE), ids=ascii)
def test_these_are_no_grades(phrase: str):
    assert read_grade(phrase, 4) is None


@pytest.mark.parametrize(
    "phrase", ["", " ", "\n", "got it\nnot", "line\ngot it", "> missed\nok", "\n! got it"]
)
def test_nothing_and_other_lines_are_no_grades(phrase: str):
    assert read_grade(phrase, 4) is None


def test_a_second_line_may_say_the_same():
    assert read_grade("Got it!\n4/4", 4) is Grade.GOT_IT


def test_a_fraction_is_of_the_key_points_or_of_a_usual_scale():
    assert read_grade("7/11", 11) is Grade.PARTLY
    assert read_grade("7/11", 4) is None
    assert read_grade("missed 2 of 6", 6) is Grade.PARTLY
    assert read_grade("missed 2 of 6", 4) is None


@pytest.mark.parametrize(
    "phrase", ["got it", "Got it!", "I got it", "got it 🎉", "missed it", "✅", "1/4", "score: 2/4"]
)
def test_these_are_bare_grades(phrase: str):
    assert read_grade(phrase, 4, bare=True) is read_grade(phrase, 4)


@pytest.mark.parametrize(
    "phrase",
    """
    sorry, I missed it; missed it, sorry; missed it again; sorry, no idea; no idea lol; no idea;
    idk lol; idk; don't know; ok, got it; yeah, got it!; got it, easy; yep 2/4; 2/4 this time;
    I think 2/4; 2/4 I think; 2/4, I guess; no idea 🤷; missed it 🤷; ~2/4; got none; got 2 of them;
    missed one of them
    """.replace("\n    ", " ")
    .strip()
    .split("; "),
)
def test_talk_around_a_grade_makes_it_no_bare_one(phrase: str):
    assert read_grade(phrase, 4) is not None
    assert read_grade(phrase, 4, bare=True) is None


def test_all_of_a_number_must_be_the_number_of_key_points():
    assert read_grade("got all three", 3) is Grade.GOT_IT
    assert read_grade("got all three", 4) is None


# --- Long and hostile -----------------------------------------------------------------------------


def test_a_dozen_words_may_be_a_grade_and_more_are_not():
    assert read_grade("yeah " * 10 + "got it", 4) is Grade.GOT_IT
    assert read_grade("yeah " * 11 + "got it", 4) is None


def test_space_around_a_grade_does_not_make_it_long():
    assert read_grade(" " * 300 + "got it" + "\n" * 300, 4) is Grade.GOT_IT


def test_a_long_run_of_marks_is_no_grade():
    assert read_grade(":white_check_mark:" * 12, 4) is None
    assert read_grade("got it" + "!" * 300, 4) is None


HOSTILE = {
    "spaces": " " * 1_000_000 + "got it" + "\n" * 1_000_000,
    "words": "yeah " * 200_000 + "got it",
    "letters": "a" * 1_000_000,
    "digits": "9" * 1_000_000 + "/4",
    "emoji": "✅" * 1_000_000,
    "invisible": "\u200b" * 1_000_000 + "got it",
    "slashes": "1/" * 500_000,
    "combining": "e" + "\u0301" * 1_000_000,
    "just short enough": "yeah " * 39 + "x",
    "talk": ("ha " * 66 + "x")[:200],
    "dots": (". " * 100)[:200],
    "numbers": ("1 of 4 " * 30)[:200],
    "colons": ":" * 200,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_costs_next_to_nothing(text: str):
    start = time.process_time()

    read_grade(text, 4)

    assert time.process_time() - start < 0.1


# --- Properties -----------------------------------------------------------------------------------

JUMBLE = ["got", "it", "missed", "half", "2/4", "75%", "✅", "❌", ",", ".", "!", "?", "not", ":x:"]
GRADED = phrases(GOT_IT) + phrases(PARTLY) + phrases(MISSED)
graded = st.sampled_from(GRADED)


def test_the_tables_are_long_enough_to_mean_something():
    assert len(GRADED) > 200
    assert len(set(GRADED)) == len(GRADED)
    assert len(phrases(NO_GRADE)) > 200


@settings(deadline=None)
@given(st.text(), st.integers())
def test_reading_never_raises(text: str, key_points: int):
    assert read_grade(text, key_points) in {None, *Grade}


@settings(deadline=None)
@given(st.lists(st.sampled_from(JUMBLE)))
def test_reading_a_jumble_of_the_right_words_never_raises(words: list[str]):
    text = " ".join(words)

    assert read_grade(text, 4) in {None, *Grade}
    assert read_grade(text + " not", 4) is None
    assert read_grade(text + "?", 4) is None


@settings(deadline=None)
@given(graded, st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_a_grade_survives_any_case(phrase: str, change: object):
    assert callable(change)

    assert read_grade(change(phrase), 4) is read_grade(phrase, 4)


@settings(deadline=None)
@given(graded, st.text("!. \n", max_size=8))
def test_a_grade_survives_trailing_punctuation(phrase: str, end: str):
    assert read_grade(phrase + end, 4) is read_grade(phrase, 4)


@settings(deadline=None)
@given(graded, st.text(" \n\t\u200b\ufeff", max_size=8))
def test_a_grade_survives_the_space_around_it(phrase: str, space: str):
    assert read_grade(space + phrase + space, 4) is read_grade(phrase, 4)


@settings(deadline=None)
@given(graded, st.sampled_from(["not", "Not", "didn't", "never", "if", "who", "we", "Bob", "?"]))
def test_another_word_before_or_after_makes_it_no_grade(phrase: str, word: str):
    assert read_grade(f"{word} {phrase}", 4) is None
    assert read_grade(f"{phrase} {word}", 4) is None
    assert read_grade(f"{phrase}, {word}", 4) is None


@settings(deadline=None)
@given(graded, st.sampled_from(['"{}"', "`{}`", "> {}", "```\n{}\n```", "“{}”", "{}?", "~~{}~~"]))
def test_quoting_or_asking_makes_it_no_grade(phrase: str, frame: str):
    assert read_grade(frame.format(phrase), 4) is None


@settings(deadline=None)
@given(graded, st.data())
def test_putting_not_in_the_middle_makes_it_no_grade(phrase: str, data: st.DataObject):
    words = phrase.split(" ")
    place = data.draw(st.integers(0, len(words)))

    assert read_grade(" ".join([*words[:place], "not", *words[place:]]), 4) is None


@settings(deadline=None)
@given(graded, graded)
def test_two_grades_count_only_when_they_agree(one: str, other: str):
    first, second = read_grade(one, 4), read_grade(other, 4)
    both = f"{one}\n{other}"

    assert read_grade(both, 4) is (first if first is second and len(both.split()) < 13 else None)


@settings(deadline=None)
@given(st.integers(1, 99), st.integers(-1, 120), st.sampled_from(["{}/{}", "{} of {}", "{} / {}!"]))
def test_fractions_agree_with_ticks(total: int, ticked: int, form: str):
    possible = 0 <= ticked <= total and not (ticked == total == 50 and "/" in form)

    grade = read_grade(form.format(ticked, total), total)

    assert grade is (grade_from_ticks(ticked, total) if possible else None)


@settings(deadline=None)
@given(st.integers(-10, 300))
def test_percentages_agree_with_ticks(percent: int):
    possible = 0 <= percent <= 100

    grade = read_grade(f"{percent}%", 4)

    assert grade is (grade_from_ticks(percent, 100) if possible else None)


# --- Ticks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ticked", "total", "grade"),
    [
        (0, 4, Grade.MISSED),
        (1, 4, Grade.PARTLY),
        (3, 4, Grade.PARTLY),
        (4, 4, Grade.GOT_IT),
        (0, 1, Grade.MISSED),
        (1, 1, Grade.GOT_IT),
    ],
)
def test_no_ticks_are_missed_all_are_got_it_and_some_are_partly(
    ticked: int, total: int, grade: Grade
):
    assert grade_from_ticks(ticked, total) is grade


@pytest.mark.parametrize(("ticked", "total"), [(-1, 4), (5, 4), (0, 0), (1, 0), (0, -1)])
def test_impossible_ticks_are_refused(ticked: int, total: int):
    with pytest.raises(ValueError, match="nobody can tick"):
        grade_from_ticks(ticked, total)


def test_grades_go_from_worst_to_best_and_keep_their_names():
    assert list(Grade) == [Grade.MISSED, Grade.PARTLY, Grade.GOT_IT]
    assert [str(grade) for grade in Grade] == ["missed", "partly", "got_it"]
