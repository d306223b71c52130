"""Personal information (个人信息) in text: found, checked, explained, masked. See docs/personal.md."""

from hegui.detect.personal.findings import Check, Checked, Confidence, PersonalFinding
from hegui.detect.personal.stream import PersonalStep, PersonalStream, scan

__all__ = ["Check", "Checked", "Confidence", "PersonalFinding", "PersonalStep", "PersonalStream", "scan"]
