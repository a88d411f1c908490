"""How the number of workers follows what is asked for: up at once, down late and one by one."""

from collections import deque


class Pace:
    """A number between two bounds. It knows no clock: whoever asks says when, in seconds that only grow."""

    def __init__(self, least: int, most: int, *, hold_s: float, step_s: float) -> None:
        self._least, self._most = least, most
        self._hold_s, self._step_s = hold_s, step_s
        self._asked: deque[tuple[float, int]] = deque()
        self._stepped_at = float("-inf")
        self.number = least

    def follow(self, asked: int, at_s: float) -> int:
        """The number from now on, given how many are asked for.

        It never falls below what was asked for within the last ``hold_s``, and by one each ``step_s``.
        """
        self._asked.append((at_s, min(max(asked, self._least), self._most)))
        while self._asked[0][0] < at_s - self._hold_s:
            self._asked.popleft()
        needed = max(number for _, number in self._asked)
        if needed >= self.number:
            self.number = needed
        elif at_s - self._stepped_at >= self._step_s:
            self.number -= 1
            self._stepped_at = at_s
        return self.number
