import asyncio

import pytest

from bot.adapters.web.badges import Badge
from bot.adapters.web.door import Door
from bot.core.errors import FormError
from bot.core.ports import Store
from bot.store.database import Database
from bot.store.store import Store as Kept
from tests.adapters.web.running import MONDAY


async def a_door(store: Store, *, private: bool = False) -> Door:
    door = Door(store, private=private)
    await door.start()
    return door


async def test_a_badge_opens_every_process_and_survives_a_restart(store: Store):
    badge = await (await a_door(store)).join("Ann", None)
    first, second = await a_door(store), await a_door(store)

    assert first.read(second.write(badge)) == badge


async def test_processes_that_start_at_once_share_one_secret(database_url: str):
    databases = [Database(database_url) for _ in range(4)]
    doors = [Door(Kept(database), private=False) for database in databases]

    await asyncio.gather(*(door.start() for door in doors))

    cookies = {door.write(Badge("m", "Ann")) for door in doors}
    for database in databases:
        await database.close()
    assert len(cookies) == 1


async def test_two_members_never_have_one_name(store: Store):
    door = await a_door(store)
    await door.join("Ann", None)

    for same in ("Ann", "ann", " ANN "):
        with pytest.raises(FormError, match="Somebody here is called"):
            await door.join(same, None)


async def test_of_many_who_want_a_name_at_once_one_gets_it(store: Store):
    door = await a_door(store)

    outcomes = await asyncio.gather(
        *(door.join("Ann", None) for _ in range(8)), return_exceptions=True
    )

    assert sum(isinstance(outcome, Badge) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, FormError) for outcome in outcomes) == 7


async def test_who_changes_their_name_stays_the_same_member_and_frees_the_old_one(store: Store):
    door = await a_door(store)
    ann = await door.join("Ann", None)

    renamed = await door.join("Anna", ann)
    other = await door.join("Ann", None)

    assert renamed == Badge(ann.member, "Anna")
    assert other.member != ann.member


async def test_a_changed_name_is_the_one_that_others_see(store: Store):
    door = await a_door(store, private=True)
    ann = await door.join("Ann", None)
    caller = await door.caller(ann)
    await store.set_hidden(caller, False, MONDAY)

    await door.join("Anna", ann)

    assert (await store.export(caller))["member"]["name"] == "Anna"


async def test_writing_the_own_name_otherwise_keeps_it(store: Store):
    door = await a_door(store)
    ann = await door.join("ann", None)

    assert (await door.join("Ann", ann)).name == "Ann"
    with pytest.raises(FormError):
        await door.join("ANN", None)


async def test_a_name_that_is_taken_leaves_the_old_one(store: Store):
    door = await a_door(store)
    await door.join("Ann", None)
    ben = await door.join("Ben", None)

    with pytest.raises(FormError):
        await door.join("Ann", ben)
    with pytest.raises(FormError):
        await door.join("Ben", None)


async def test_on_a_network_only_who_joined_first_is_an_admin(store: Store):
    door = await a_door(store)
    first, second = await door.join("Ann", None), await door.join("Ben", None)

    assert (await door.caller(first)).is_admin
    assert not (await door.caller(second)).is_admin


async def test_on_this_machine_alone_everybody_is(store: Store):
    door = await a_door(store, private=True)
    await door.join("Ann", None)

    assert (await door.caller(await door.join("Ben", None))).is_admin


async def test_who_is_forgotten_frees_the_name_and_the_keys(store: Store):
    door = await a_door(store)
    ann = await door.join("Ann", None)

    await door.leave(ann)
    again = await door.join("Ann", None)

    assert again.member != ann.member
    assert (await door.caller(again)).is_admin
    assert not (await door.caller(ann)).is_admin


async def test_who_leaves_takes_nobody_elses_keys(store: Store):
    door = await a_door(store)
    ann, ben = await door.join("Ann", None), await door.join("Ben", None)

    await door.leave(ben)

    assert (await door.caller(ann)).is_admin
