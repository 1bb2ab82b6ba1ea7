"""Early stopping, as plain data that a checkpoint can hold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """How training stands: the best value so far (less is better), its epoch, and the last epoch seen."""

    best: float | None = None
    best_epoch: int = 0
    epoch: int = 0
    diverged: bool = False  # the last epoch ended with no finite number: there is nothing to go on from

    def after(self, epoch: int, value: float) -> "Patience":
        """How it stands when `epoch` has ended with `value`."""
        if not abs(value) < float("inf"):
            return Patience(self.best, self.best_epoch, epoch, diverged=True)
        if self.best is None or value < self.best:
            return Patience(value, epoch, epoch)
        return Patience(self.best, self.best_epoch, epoch)

    @property
    def improved(self) -> bool:
        """Whether the last epoch is the best."""
        return self.epoch == self.best_epoch

    def is_over(self, patience: int) -> bool:
        """Whether training diverged, or `patience` epochs in a row brought nothing better."""
        return self.diverged or self.epoch - self.best_epoch >= patience
