"""Keys and places of the vault, the same in every test."""

from __future__ import annotations

from hegui.vault.keys import MasterKeys, SubjectKey, new_key
from hegui.vault.part import Place

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
MASTERS = MasterKeys([OLD])
ROTATING = MasterKeys([NEW, OLD])

SUBJECT = "u-AKESSMKDRA3HKD7JRB9NSKFCY3"
PLACE = Place("01HF7YAT000000000000000000", "answer")
KEY: SubjectKey = new_key(SUBJECT, bytes(range(64, 112)))
RANDOM = bytes(range(128, 192))
CONTENT = "你好".encode()
