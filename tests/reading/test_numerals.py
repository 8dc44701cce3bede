"""Numbers and times in the ways that laboratories write them."""

import math

import pytest

from stages.reading.exports.rows.numerals import decimal_mark, doubt, number_of
from stages.reading.exports.rows.times import local, utc


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1.5", "2"], "."),
        (["1,5", "2"], ","),
        (["1,5", "2.5"], "."),  # both: the comma's rows are refused
        (["1.234,5", "12"], ","),
        (["1,234.5", "12"], "."),
        (["1,234", "2,345"], "."),  # may be thousands
        (["1,234", "0,5"], ","),
        ([], "."),
    ],
)
def test_the_decimal_mark(cells, mark):
    assert decimal_mark(cells) == mark


@pytest.mark.parametrize(
    ("text", "mark", "whole", "number"),
    [
        ("1,234.5", ".", False, 1234.5),
        ("1,234,567.0", ".", False, 1234567),
        ("1.234,5", ",", False, 1234.5),
        ("-1,5e3", ",", False, -1500),
        ("1,234", ".", True, 1234),
        ("1.234", ",", True, 1234),
        ("1,234", ".", False, None),
        ("1.234", ",", False, None),
        ("1.5", ",", False, None),
        ("1,5", ".", False, None),
        ("1,23.5", ".", False, None),
        ("12,34", ".", True, None),
        ("0,123", ".", True, None),
    ],
)
def test_a_number_is_read_where_it_can_be_no_other(text, mark, whole, number):
    read = number_of(text, mark, whole)
    assert math.isnan(read) if number is None else read == number


def test_what_is_unclear_is_said():
    assert doubt("1,234", ".") == "may be 1234 or 1.234; export without separators of thousands"
    assert doubt("1,5", ".") == "has a decimal comma; export with decimal points"
    assert doubt("1.5", ",").startswith("has a decimal point where other rows have a comma")
    assert doubt("x", ".") is None


@pytest.mark.parametrize(
    ("text", "at_utc", "told"),
    [
        ("2024-04-08  11:10:51", "2024-04-08T09:10:51Z", "2024-04-08T11:10:51+02:00"),
        ("2024-04-08 03:40:51", "2024-04-08T09:10:51Z", "2024-04-08T03:40:51-05:30"),
        ("2024-04-08 11:10:51", None, "2024-04-08T11:10:51 (time zone not known)"),
        ("2024-04-08 11:10:40", "2024-04-08T09:10:51Z", "2024-04-08T11:10:40 (time zone not known)"),
        ("8 April, noon", None, "8 April, noon (time zone not known)"),
        (None, None, None),
    ],
)
def test_times_carry_their_zone_or_say_that_it_is_not_known(text, at_utc, told):
    assert local(text, at_utc) == told


def test_times_in_utc():
    assert utc("2024-04-08 09:10:51") == "2024-04-08T09:10:51Z"
    assert utc("soon") == "soon"
