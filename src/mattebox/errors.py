"""Errors that a person caused and can mend."""


class InputError(ValueError):
    """Bad input, told in one sentence that names the input and the remedy.

    Attributes:
        detail: The sentence, shown to the person as it is.
        status: The HTTP status the server answers with (4xx).
    """

    def __init__(self, detail: str, *, status: int = 400) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
