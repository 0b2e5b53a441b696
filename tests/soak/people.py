"""Those who share a chat: every other one is a reader, and each has a password."""

from __future__ import annotations

from pathlib import Path


def is_curator(user: int) -> bool:
    return user % 2 == 0


def password(user: int) -> str:
    return f"orchards-in-dry-valleys-{user}"


def write(file: Path, users: int) -> Path:
    """Writes the passwords to `file`, which nobody else may read."""
    roles = ["curator" if is_curator(user) else "reader" for user in range(users)]
    file.touch(0o600)
    file.write_text("".join(f"user{n} {role} {password(n)}\n" for n, role in enumerate(roles)), encoding="utf-8")
    return file
