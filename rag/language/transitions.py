"""The states and transitions of an arc-eager dependency parser (Nivre 2003).

Words move from a buffer to a stack, and arcs are drawn between the top of the stack and the front of the buffer. It
repairs its errors (Honnibal and Johnson 2015): a word without a head that is reduced goes back to the buffer, and a
left arc replaces the head that a word has. "break" ends a sentence (Zhang et al. 2013). The states behave in every
detail as those of spaCy 2 (MIT licence), which the network has learnt to steer.
"""

from __future__ import annotations

from typing import Literal

Move = Literal["shift", "reduce", "left", "right", "break"]

_NONE = -1  # no such word


class State:
    """A partly parsed sentence: `heads[i]` is the head of word i, or i while it has none; `labels[i]` that of its arc.

    Words are their indexes in the sentence.
    """

    def __init__(self, length: int) -> None:
        self.heads = list(range(length))
        self.labels = ["ROOT"] * length
        self._length = length
        self._stack: list[int] = []
        self._buffer = list(range(length))
        self._front = 0  # where in the buffer its first word is
        self._end = _NONE  # where in the buffer the sentence ends that "break" has ended
        self._unshifted = [False] * length
        self._begins = [index == 0 for index in range(length)]  # a sentence
        self._left_edges, self._right_edges = list(range(length)), list(range(length))  # of the part below each word
        self._left_children, self._right_children = [0] * length, [0] * length  # how many
        self._settle()

    @property
    def is_final(self) -> bool:
        return not self._stack and self._front >= self._length

    def context(self) -> list[int]:
        """The words that the next transition depends on, -1 for a missing one.

        Two of the buffer, three of the stack, the leftmost child of both first ones, the rightmost of the stack's.
        """
        top, first = self._on_stack(0), self._in_buffer(0)
        stack = [top, self._on_stack(1), self._on_stack(2)]
        children = [self._left_child(first), self._left_child(top), self._right_child(top)]
        return [first, self._in_buffer(1), *stack, *children]

    def valid(self) -> tuple[bool, bool, bool, bool, bool]:
        """Whether each Move can be done, in their order."""
        first = self._in_buffer(0)
        inside = not self._begins[self._left_edge(first)]
        return (
            inside and self._remaining() >= 2 and not self._unshifted[first],
            len(self._stack) >= 2,
            inside,
            inside and self.heads[self._stack[-1]] != first,
            self._end == _NONE,
        )

    def do(self, move: Move, label: str) -> None:
        """Does `move`, which must be valid."""
        if move == "shift":
            self._push()
        elif move == "reduce":
            self._reduce()
        elif move == "left":
            self._attach(self._stack.pop(), self._in_buffer(0), label)
        elif move == "right":
            self._attach(self._in_buffer(0), self._stack[-1], label)
            self._push()
        else:
            self._break(self._left_edge(self._in_buffer(0)))
        self._settle()

    def _on_stack(self, depth: int) -> int:
        return self._stack[-1 - depth] if depth < len(self._stack) else _NONE

    def _in_buffer(self, place: int) -> int:
        return self._buffer[self._front + place] if self._front + place < self._length else _NONE

    def _left_edge(self, word: int) -> int:
        return 0 if word == _NONE else self._left_edges[word]

    def _remaining(self) -> int:
        return (self._length if self._end == _NONE else self._end) - self._front

    def _push(self) -> None:
        self._stack.append(self._in_buffer(0))
        self._front += 1
        edge = self._left_edge(self._in_buffer(0))
        if self._begins[edge]:
            self._break(edge)
        if self._front > self._end:
            self._end = _NONE

    def _reduce(self) -> None:
        word = self._stack.pop()
        if self.heads[word] == word:
            self._front -= 1
            self._buffer[self._front] = word
            self._unshifted[word] = True

    def _break(self, begin: int) -> None:
        self._begins[begin] = True
        self._end = self._front

    def _settle(self) -> None:
        """Does what needs no decision, until there is a word on the stack and one in the buffer, or none at all."""
        while not self.is_final and not (self._stack and self._remaining()):
            if self._stack:
                self._stack.pop() if len(self._stack) == 1 else self._reduce()
            else:
                self._push()

    def _attach(self, child: int, head: int, label: str) -> None:
        if self.heads[child] != child:
            self._detach(child)
        self.heads[child], self.labels[child] = head, label
        if child < head:
            self._left_children[head] += 1
            self._left_edges[head] = self._left_edges[child]
        else:
            self._right_children[head] += 1
            self._widen(head, self._right_edges[child])

    def _detach(self, child: int) -> None:
        """Takes `child` from its head, which is to its left: a word with a head to its right has left the stack."""
        head = self.heads[child]
        edge = head
        if self._right_children[head] >= 2:
            second = self._right_child(head, 2)
            edge = 0 if second == _NONE else self._right_edges[second]
        self._right_children[head] -= 1
        self._widen(head, edge)

    def _widen(self, word: int, edge: int) -> None:
        """Makes `edge` the right edge of `word` and of those above it."""
        self._right_edges[word] = edge
        while self.heads[word] != word:
            word = self.heads[word]
            self._right_edges[word] = edge

    def _left_child(self, head: int) -> int:
        """The leftmost child of `head` to its left."""
        if head == _NONE or not self._left_children[head]:
            return _NONE
        word = self._left_edges[head]
        while word < head:
            above = self.heads[word]
            if above == head:
                return word
            word = above if word < above < head else word + 1  # what is between cannot be a child of `head`
        return _NONE

    def _right_child(self, head: int, nth: int = 1) -> int:
        """The `nth` child of `head` to its right, from the right."""
        if head == _NONE or self._right_children[head] < nth:
            return _NONE
        word = self._right_edges[head]
        while word > head:
            above = self.heads[word]
            nth -= above == head
            if not nth:
                return word
            word = above if head < above < word else word - 1
        return _NONE
