"""Every common way of writing a phone number of the region means the same number."""

import pytest

from smartpos.core.phones import normal_phone, shown_phone


@pytest.mark.parametrize(
    "written",
    [
        "901234567",
        "90 123 45 67",
        "90-123-45-67",
        "(90) 123-45-67",
        "998901234567",
        "998 90 123 45 67",
        "+998901234567",
        "+998 (90) 123-45-67",
        "00998901234567",
        " +998 90 123 45 67 ",
    ],
)
def test_uzbek_numbers(written: str) -> None:
    assert normal_phone(written) == "+998901234567"


@pytest.mark.parametrize(
    "written",
    [
        "8 701 123 45 67",
        "87011234567",
        "8 (701) 123-45-67",
        "+7 701 123 45 67",
        "77011234567",
        "7 701 123-45-67",
        "7011234567",
    ],
)
def test_kazakh_numbers(written: str) -> None:
    assert normal_phone(written) == "+77011234567"
    assert normal_phone(written, "KZ") == "+77011234567"


@pytest.mark.parametrize(
    "written",
    ["", "ali", "12345", "90 123 45", "+998", "9" * 41, "90 123 45 67 ali", "\x00" * 9, "+1", "٠١٢٣٤٥٦"],
)
def test_what_is_no_number(written: str) -> None:
    assert normal_phone(written) is None


def test_numbers_are_shown_as_people_write_them() -> None:
    assert shown_phone("+998901234567") == "+998 90 123 45 67"
    assert shown_phone(None) == ""
