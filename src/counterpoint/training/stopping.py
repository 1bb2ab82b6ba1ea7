"""Early stopping, as plain data that a checkpoint can hold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """How training stands: the best value so far (less is better), its epoch, and the last epoch seen."""

    best: float | None = None
    best_epoch: int = 0
    epoch: int = 0

    def after(self, epoch: int, value: float) -> "Patience":
        """How it stands when `epoch` has ended with `value`; FloatingPointError if that is no finite number."""
        if not abs(value) < float("inf"):
            raise FloatingPointError(
                f"epoch {epoch} ended with a validation value of {value}: training diverged; "
                "lower learning_rate or clip_norm"
            )
        if self.best is None or value < self.best:
            return Patience(value, epoch, epoch)
        return Patience(self.best, self.best_epoch, epoch)

    @property
    def improved(self) -> bool:
        """Whether the last epoch is the best."""
        return self.epoch == self.best_epoch

    def is_over(self, patience: int) -> bool:
        """Whether `patience` epochs in a row brought nothing better."""
        return self.epoch - self.best_epoch >= patience
