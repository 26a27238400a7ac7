"""Enumerations of the messages, and the words of the model."""

from collections.abc import Sequence
from typing import Any, Generic, Literal, TypeVar, get_args

from benchhub.model.case import Kind, Origin
from benchhub.model.record import CaseStatus
from benchhub.model.run import Counted, RunStatus
from benchhub.model.unit import Better
from benchhub.rpc.convert.refusal import refuse

Word = TypeVar("Word")


class Words(Generic[Word]):
    """The words of an enumeration, in the order of their numbers, from 1.

    Args:
        words: As the model has them.
        unsaid: What 0 stands for; ``None`` where something must be said.
    """

    def __init__(self, words: Sequence[Word], unsaid: Word | None = None) -> None:
        self._words: tuple[Word | None, ...] = (unsaid, *words)
        self._numbers = {word: number for number, word in enumerate(words, 1)}

    def number(self, word: Word) -> Any:  # noqa: ANN401 -- each enumeration has a type of its own
        """Return the number of a word of the model."""
        return self._numbers[word]

    def numbers(self, words: Sequence[Word]) -> list[int]:
        """Return the numbers of many words."""
        return list(map(self._numbers.__getitem__, words))

    def word(self, number: int, where: str) -> Word:
        """Return the word of a number.

        Raises:
            MessageError: It is not said, or a newer program's.
        """
        found = self._words[number] if 0 <= number < len(self._words) else None
        if found is None:
            what = f"is {number}, which stands for nothing here" if number else "is not said"
            raise refuse(where, what, hint=f"one of {', '.join(map(str, self._numbers))}")
        return found

    def words(self, numbers: Sequence[int], where: str) -> list[Word]:
        """Return the words of many numbers.

        Raises:
            MessageError: One of them is not said, or a newer program's.
        """
        table = {number: self.word(number, f"{where}[{list(numbers).index(number)}]") for number in set(numbers)}
        return [table[number] for number in numbers]


ORIGINS: Words[Origin] = Words(get_args(Origin), unsaid="tool")
KINDS: Words[Kind] = Words(get_args(Kind), unsaid="bench")
BETTERS: Words[Better] = Words(get_args(Better))
CASE_STATUSES: Words[CaseStatus] = Words(get_args(CaseStatus))
RUN_STATUSES: Words[RunStatus] = Words(get_args(RunStatus))
COUNTED: Words[Counted] = Words(get_args(Counted), unsaid="wait4")

Role = Literal["measure", "warmup", "build", "service"]
ROLES: Words[Role] = Words(get_args(Role), unsaid="measure")
ResourceScope = Literal["run", "part", "rest"]
RESOURCE_SCOPES: Words[ResourceScope] = Words(get_args(ResourceScope))
