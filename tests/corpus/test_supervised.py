import os
import time

import pytest

from counterpoint.corpus.supervised import Killed, Supervised


def work(what, number):
    if what == "sleep":
        time.sleep(60)
    if what == "die":
        os._exit(number)
    if what == "raise":
        raise KeyError(number)
    return number * 2, os.getpid()


def unpicklable():
    return lambda: None


def test_results_exceptions_and_one_process_for_all_calls():
    with Supervised(work, 30) as supervised:
        double, process = supervised("double", 4)
        assert double == 8
        assert process != os.getpid()
        with pytest.raises(KeyError, match="17"):
            supervised("raise", 17)
        assert supervised("double", 5) == (10, process)


def test_a_call_that_hangs_is_killed_and_the_next_is_answered():
    with Supervised(work, 0.5) as supervised:
        with pytest.raises(Killed, match=r"longer than 0\.5 s"):
            supervised("sleep", 0)
        assert supervised("double", 21)[0] == 42


def test_a_process_that_dies_is_named_with_its_exit_code():
    with Supervised(work, 30) as supervised:
        with pytest.raises(Killed, match="exit code 7"):
            supervised("die", 7)
        assert supervised("double", 3)[0] == 6


def test_a_result_that_cannot_travel_is_an_exception():
    with Supervised(unpicklable, 30) as supervised, pytest.raises(Exception, match="pickle"):
        supervised()


def test_no_process_is_left_behind():
    with Supervised(work, 30) as supervised:
        _, process = supervised("double", 1)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
