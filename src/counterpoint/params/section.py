"""What every section of params.yaml is: frozen, and without keys that nobody knows."""

from pydantic import BaseModel, ConfigDict


class ParamsError(ValueError):
    """params.yaml cannot be used; the message names the dotted keys and how to mend them."""


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
