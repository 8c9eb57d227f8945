"""What suites, trials and results are made of."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A record that cannot change and has no keys but its own."""

    # Infinity is a parameter like any other; JSON as Python and JavaScript write it has a word for it.
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")
