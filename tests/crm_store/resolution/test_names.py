"""Names: one person's name is one name, however it is written."""

import pytest

from crm_store.resolution.names import compared_name, compared_parts


@pytest.mark.parametrize(
    "spellings",
    [
        ("王小明", "王 小明", "王　小明", "Wang Xiaoming", "Xiaoming Wang", "WANG, Xiao Ming"),
        ("歐陽鋒", "欧阳锋", "Ouyang Feng", "Ｏｕｙａｎｇ　Ｆｅｎｇ"),
        ("José Álvarez", "Alvarez, Jose", "JOSE ALVAREZ", "Mr. Jose Alvarez"),
        ("刘思远", "刘斯远", "劉思遠"),
    ],
)
def test_scripts_widths_and_orders_sound_alike(spellings: tuple[str, ...]) -> None:
    sounds = {compared_name(spelling).sound for spelling in spellings}
    assert len(sounds) == 1
    assert sounds != {None}


def test_a_form_of_address_is_not_a_given_name() -> None:
    told = compared_name("周女士")
    assert (told.surname, told.given, told.gender, told.sound) == ("周", None, "female", None)


def test_an_initial_stays_an_initial() -> None:
    told = compared_name("J. Rhodes")
    assert (told.given, told.surname, told.sound) == ("j", "rhodes", None)


@pytest.mark.parametrize("nothing", ["", "  ", "😀", "123", "—"])
def test_what_is_no_name_says_nothing(nothing: str) -> None:
    assert compared_name(nothing) == compared_parts(None, None)
