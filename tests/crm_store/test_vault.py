"""Encryption, blind indexes and identifiers."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from crm_store.errors import InvalidRecordError, VaultError
from crm_store.identifiers import mask, normalise, phone_tail
from crm_store.types.people import IdentityKind
from crm_store.vault import Vault

OLD, NEW, INDEX = Vault.new_key(), Vault.new_key(), Vault.new_key()


@given(st.text())
def test_what_was_encrypted_comes_back(text: str) -> None:
    vault = Vault([NEW], INDEX)
    token = vault.encrypt(text)
    assert vault.decrypt(token) == text.encode("utf-8", "ignore").decode()
    assert vault.encrypt(text) != token


def test_a_new_key_in_front_rotates() -> None:
    token = Vault([OLD], INDEX).encrypt("13800138000")
    both, fresh = Vault([NEW, OLD], INDEX), Vault([NEW], INDEX)
    with pytest.raises(VaultError):
        fresh.decrypt(token)
    assert fresh.decrypt(both.rotate(token)) == both.decrypt(token) == "13800138000"


def test_a_fernet_token_of_an_earlier_version_is_read_and_rotated() -> None:
    token = Fernet(OLD).encrypt(b"13800138000").decode()
    both, fresh = Vault([NEW, OLD], INDEX), Vault([NEW], INDEX)
    assert both.decrypt(token) == fresh.decrypt(both.rotate(token)) == "13800138000"


@pytest.mark.parametrize("tail", ["AAA=", "", "AA"])
def test_an_altered_value_is_noticed(tail: str) -> None:
    vault = Vault([NEW], INDEX)
    token = vault.encrypt("13800138000")
    with pytest.raises(VaultError):
        vault.decrypt(token[:-4] + tail)


def test_blind_indexes_meet_only_under_one_key_and_domain() -> None:
    vault = Vault([NEW], INDEX)
    index = vault.blind_index("phone", "+8613800138000")
    assert index == Vault([OLD], INDEX).blind_index("phone", "+8613800138000")
    assert index != vault.blind_index("card", "+8613800138000")
    assert index != Vault([NEW], OLD).blind_index("phone", "+8613800138000")


@pytest.mark.parametrize(
    ("keys", "index_key"),
    [([], INDEX), (["short"], INDEX), ([NEW], "short")],
    ids=["no key", "a short key", "a short index key"],
)
def test_bad_keys_are_refused(keys: list[str], index_key: str) -> None:
    with pytest.raises(VaultError):
        Vault(keys, index_key)


def test_keys_are_never_shown() -> None:
    shown = f"{Vault([NEW], INDEX)!r}"
    assert NEW not in shown
    assert INDEX not in shown


@pytest.mark.parametrize(
    ("kind", "written", "stored", "shown"),
    [
        (IdentityKind.PHONE, "138-0013-8000", "+8613800138000", "138****8000"),
        (IdentityKind.PHONE, "+44 20 7946 0018", "+442079460018", "+44****0018"),
        (IdentityKind.EMAIL, " Lin@Example.CN ", "lin@example.cn", "l***@example.cn"),
        (IdentityKind.LOYALTY_CARD, "vip-0007", "VIP-0007", "VI***07"),
        (IdentityKind.TELEGRAM, "42", "42", "***"),
    ],
)
def test_identifiers_have_one_form(
    kind: IdentityKind, written: str, stored: str, shown: str
) -> None:
    assert normalise(kind, written) == stored
    assert normalise(kind, stored) == stored
    assert mask(kind, stored) == shown


@given(st.sampled_from(IdentityKind), st.text())
def test_any_text_is_an_identifier_or_refused(kind: IdentityKind, text: str) -> None:
    try:
        stored = normalise(kind, text)
    except InvalidRecordError:
        return
    assert normalise(kind, stored) == stored
    assert mask(kind, stored) != stored


@pytest.mark.parametrize(
    ("written", "tail"), [("138 0013 8000", "8000"), ("８０００", "8000"), ("80", "80"), ("", "")]
)
def test_a_tail_is_the_last_four_digits(written: str, tail: str) -> None:
    assert phone_tail(written) == tail
