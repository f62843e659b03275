from bot.adapters.web.limits import KEYS_MAX, Buckets, Rate

FIVE = Rate(burst=5, per_second=0.5)


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_it_takes_time():
    seconds = Seconds()
    buckets = Buckets(seconds)

    waits = [buckets.take("ann", FIVE) for _ in range(6)]

    assert waits == [0, 0, 0, 0, 0, 2]


def test_after_the_wait_it_was_told_one_passes():
    seconds = Seconds()
    buckets = Buckets(seconds)
    for _ in range(5):
        buckets.take("ann", FIVE)
    seconds.now += buckets.take("ann", FIVE)

    assert buckets.take("ann", FIVE) == 0
    assert buckets.take("ann", FIVE) > 0


def test_a_long_rest_saves_no_more_than_a_burst():
    seconds = Seconds()
    buckets = Buckets(seconds)
    buckets.take("ann", FIVE)
    seconds.now += 10_000

    assert [buckets.take("ann", FIVE) for _ in range(6)].count(0) == 5


def test_refused_requests_do_not_make_the_wait_longer():
    buckets = Buckets(Seconds())
    for _ in range(5):
        buckets.take("ann", FIVE)

    assert {buckets.take("ann", FIVE) for _ in range(50)} == {2}


def test_members_do_not_slow_each_other():
    buckets = Buckets(Seconds())
    for _ in range(9):
        buckets.take("ann", FIVE)

    assert buckets.take("ben", FIVE) == 0


def test_memory_stays_bounded_whoever_comes():
    buckets = Buckets(Seconds())
    for number in range(KEYS_MAX + 500):
        buckets.take(number, FIVE)

    assert len(buckets._kept) == KEYS_MAX
