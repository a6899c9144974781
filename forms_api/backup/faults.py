"""Why a backup or a restore cannot go on: one sentence in both languages."""


class BackupError(Exception):
    """What a person can mend; everything is as it was before."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
