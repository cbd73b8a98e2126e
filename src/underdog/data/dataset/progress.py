"""How far a long writing is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WriteProgress:
    """How far it is.

    Attributes:
        done: What is there, from before included.
        total: What is wanted.
        resumed: What was there when this run began.
        per_second: Rate of this run; 0 before its first shard.
        eta_s: Seconds left at this rate; 0 when not known.
    """

    done: int
    total: int
    resumed: int
    per_second: float
    eta_s: float

    @classmethod
    def at(cls, done: int, total: int, resumed: int, seconds: float) -> "WriteProgress":
        """The progress after some seconds of this run.

        Example:
            >>> WriteProgress.at(done=30, total=70, resumed=10, seconds=2.0).eta_s
            4.0
        """
        rate = (done - resumed) / seconds if seconds > 0 else 0.0
        left = max(0, total - done)
        return cls(done, total, resumed, rate, left / rate if rate > 0 else 0.0)
