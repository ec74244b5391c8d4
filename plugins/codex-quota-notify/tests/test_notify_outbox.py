"""Who gets what when: several alerts in one message, targets that fail, and no storm afterwards."""

from __future__ import annotations

from codex_quota_notify.config import Config
from notify_story import DAY, HOUR, Story, reading, window

REST = 3 * DAY
TWO = Config(urls=("json://one", "json://two"), unused=None)


def test_several_alerts_of_one_update_are_one_message() -> None:
    story = Story()
    story.hear(
        0, reading(0, window("five_hour", 4, 100), window("weekly", 15, REST)), reading(0, window("weekly", 0, REST), name="home")
    )
    assert story.send(0) == {
        1: "Codex quota: 3 alerts\n"
        "home: weekly limit is used up; back Wed 12:00 (3d)\n"
        "work: 5 h 4 % left; resets 13:40 (1h 40m)\n"
        "work: weekly 15 % left; resets Wed 12:00 (3d)"
    }
    assert story.send(1) == {}


def test_a_message_has_twenty_lines_at_most() -> None:
    story = Story()
    story.hear(0, *(reading(0, window("weekly", 15, REST), name=f"a{number:02}") for number in range(25)))
    sent = story.send(0)[1].splitlines()
    assert sent[0] == "Codex quota: 25 alerts"
    assert (len(sent), sent[-1]) == (22, "and 5 more")


def test_a_target_that_fails_is_tried_again_and_the_other_is_left_in_peace() -> None:
    story = Story(TWO)
    story.hear(0, reading(0, window("weekly", 15, REST)))
    assert sorted(story.send(0, fails={2: True})) == [1, 2]
    assert story.hear(1, reading(1, window("weekly", 14, REST))) == []
    assert story.send(1) == {2: "Codex quota: work: weekly 14 % left\nresets Wed 12:00 (2d 23h)"}
    assert story.send(2) == {}


def test_the_waits_double_up_to_an_hour() -> None:
    story = Story(Config(urls=("json://one",)))
    story.hear(0, reading(0, window("weekly", 15, REST)))
    tries = [at for at in range(0, 6 * HOUR) if story.send(at, fails={1: True})]
    assert tries == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303]


def test_after_an_outage_there_is_one_message_with_what_is_still_true() -> None:
    story = Story(Config(urls=("json://one",)))
    tried = []
    for at in range(0, DAY, 10):
        five = window("five_hour", 15 if at % 300 < 200 else 0, at - at % 300 + 300)
        story.hear(at, reading(at, five), reading(at, window("weekly", 30 - at / 60, REST), name="home"))
        tried += list(story.send(at, fails={1: True}))
    assert len(tried) == 29  # at 0, 10, 20, 30, 40, 60 and 100 minutes, and every hour from then on
    home = reading(DAY + 60, window("weekly", 6, REST), name="home")
    story.hear(DAY + 60, reading(DAY + 60, window("five_hour", 90, DAY + 300)), home)
    assert story.send(DAY + 60) == {
        1: "Codex quota: 2 alerts\n"
        "home: weekly 6 % left; resets Wed 12:00 (1d 23h)\n"
        "work: works again; 5 h 90 % left, resets 17:00 (4h)"
    }
    assert [story.send(DAY + 60 + later) for later in (1, 2, 60)] == [{}, {}, {}]


def test_what_is_true_no_more_when_the_target_is_back_is_not_sent() -> None:
    story = Story(Config(urls=("json://one",), back=False))
    story.hear(0, reading(0, window("five_hour", 0, 60)))
    assert list(story.send(0, fails={1: True})) == [1]
    story.hear(61, reading(61, window("five_hour", 100, 361, started=False)))
    assert story.send(61) == {}


def test_a_new_alert_waits_with_the_others_for_a_target_that_is_left_alone() -> None:
    story = Story(Config(urls=("json://one",)))
    story.hear(0, reading(0, window("weekly", 15, REST)))
    for at in (0, 1, 3):
        story.send(at, fails={1: True})
    story.hear(4, reading(4, window("five_hour", 15, 100), window("weekly", 15, REST)))
    assert story.send(4) == {}
    assert story.send(7)[1].startswith("Codex quota: 2 alerts")


def test_a_clock_that_is_set_back_does_not_silence_a_target() -> None:
    story = Story(Config(urls=("json://one",)))
    story.hear(DAY, reading(DAY, window("weekly", 15, REST)))
    story.send(DAY, fails={1: True})
    assert list(story.send(0)) == [1]


def test_a_target_that_is_taken_out_holds_nothing_back() -> None:
    story = Story(TWO)
    story.hear(0, reading(0, window("weekly", 15, REST)))
    story.send(0, fails={2: True})
    story.turn(urls=("json://one",))
    assert story.send(60) == {}
    story.hear(60, reading(60, window("weekly", 14, REST)))
    story.send(60)
    assert (story.state.pending, dict(story.state.targets)) == ((), {})


def test_a_target_that_is_new_does_not_get_what_was_sent_before() -> None:
    story = Story(Config(urls=("json://one",)))
    story.hear(0, reading(0, window("weekly", 15, REST)))
    story.send(0)
    story.turn(urls=("json://one", "json://two"))
    assert story.send(1) == {}


def test_a_rule_that_is_turned_off_drops_what_is_pending() -> None:
    story = Story(Config(urls=("json://one",)))
    story.hear(0, reading(0, window("weekly", 15, REST)))
    story.turn(low={})
    story.hear(1, reading(1, window("weekly", 15, REST)))
    assert story.send(1) == {}


def test_what_was_sent_is_kept_for_people_once_however_many_took_it() -> None:
    story = Story(TWO)
    story.hear(0, reading(0, window("weekly", 15, REST)))
    story.send(0, fails={2: True})
    story.send(1)
    assert [one.text for one in story.state.sent] == ["work: weekly 15 % left; resets Wed 12:00 (3d)"]


def test_the_last_twenty_lines_that_were_sent_are_kept() -> None:
    story = Story(TWO)
    for number in range(30):
        story.hear(number, reading(number, window("weekly", 15, REST), name=f"a{number}"))
        story.send(number)
    assert [one.text.partition(":")[0] for one in story.state.sent] == [f"a{number}" for number in range(10, 30)]
