"""Answers as lines that a lawyer would paste into a memo, in Chinese and English."""
