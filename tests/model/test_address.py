"""Addresses of servers, without what nobody may see."""

import pytest

from benchhub.errors import UserError
from benchhub.model.address import without_password


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://ada:s3cret@host:5433/bench", "postgresql://ada@host:5433/bench"),
        ("postgres://host/bench?password=s3cret&sslmode=require", "postgresql://host/bench?sslmode=require"),
        ("postgresql://ada:s3%40cret@/bench?host=%2Frun%2Fpg", "postgresql://ada@/bench?host=/run/pg"),
        ("postgresql://h/b?options=-csearch_path%3Dmine", "postgresql://h/b?options=-csearch_path=mine"),
        ("postgresql:///bench", "postgresql:///bench"),
    ],
)
def test_an_address_is_told_without_its_password(address: str, told: str) -> None:
    assert without_password(address) == told


def test_an_address_that_makes_no_sense_is_not_told() -> None:
    with pytest.raises(UserError) as caught:
        without_password("postgresql://ada:s3cret@host:port/bench")
    assert "s3cret" not in f"{caught.value.what} {caught.value.hint}"
