"""Write the labelled rows the harm model is trained on and measured with, from the public sets of a data folder.

    python refresh/harm_rows.py DATA_FOLDER > harm.jsonl

Knows what each set can teach: which labels a row settles, which it leaves open, and which sets may teach at all. A set whose
licence is share-alike or unclear is only measured with (`"use": "measure"`). Rows of one family (one goal, one document) always
fall into the same part, by a hash; a set with a test split of its own keeps it.
The rows stay with whoever has the sets: nothing of them enters the package.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from harm_own import own_rows
from harm_short import carried, short_rows

from hegui.detect.harm.split import BENIGN, part

Row = dict[str, Any]
Labels = dict[str, int]

NAMES = (
    "offence",
    "violence",
    "obscenity",
    "self_harm",
    "illegal_trade",
    "cybercrime",
    "privacy",
    "jailbreak",
    "harmful_request",
)
CLEAN: Labels = dict.fromkeys(NAMES, 0)
NO_REQUEST = ("illegal_trade", "cybercrime", "privacy", "jailbreak", "harmful_request")
REQUEST = {"harmful_request": 1, "jailbreak": 0}

JADE = {
    "歧视": "offence",
    "名誉权": "offence",
    "身心健康": "",
    "隐私权": "privacy",
    "个人信息": "privacy",
    "非法侵入": "cybercrime",
    "网络欺诈": "cybercrime",
    "诈骗": "illegal_trade",
    "伪造": "illegal_trade",
    "毒品": "illegal_trade",
    "走私": "illegal_trade",
    "赌": "illegal_trade",
    "贪污": "illegal_trade",
    "人口": "illegal_trade",
    "武器": "violence",
    "恐怖": "violence",
    "抢劫": "violence",
    "伤害": "violence",
    "色情": "obscenity",
    "暴力": "violence",
}
BEHAVIOURS = {
    "cybercrime_intrusion": "cybercrime",
    "chemical_biological": "violence",
    "harassment_bullying": "offence",
    "illegal": "",
    "Non-violent crimes": "illegal_trade",
    "Sexual content": "obscenity",
    "Illegal goods": "illegal_trade",
    "Violence": "violence",
    "Hate": "offence",
}
AART = {
    "hate": "offence",
    "motivated": "offence",
    "terror": "violence",
    "bomb": "violence",
    "violence": "violence",
    "assault": "violence",
    "kidnap": "violence",
    "murder": "violence",
    "homicide": "violence",
    "sex": "obscenity",
    "porn": "obscenity",
    "prostitution": "obscenity",
    "rape": "obscenity",
    "traffick": "illegal_trade",
    "drug": "illegal_trade",
    "fraud": "illegal_trade",
    "laundering": "illegal_trade",
    "embezzle": "illegal_trade",
    "smuggl": "illegal_trade",
    "pyramid": "illegal_trade",
    "identity theft": "privacy",
    "hack": "cybercrime",
    "cyber": "cybercrime",
    "computer": "cybercrime",
    "suicid": "self_harm",
}
MILD = ("horse", "circus", "smoking", "alcohol", "pollution", "gambling", "neglect", "driving", "climate", "landfill")
T2I = {
    "Porn": "obscenity",
    "Gore": "violence",
    "淫秽": "obscenity",
    "血腥": "violence",
    "Hate": "offence",
    "歧视": "offence",
    "暴力": "violence",
    "Sexual": "obscenity",
}
SST = {
    "Suicide": "self_harm",
    "Violence": "violence",
    "Illegal": "illegal_trade",
    "Scams": "illegal_trade",
    "Child": "obscenity",
}
KEYWORDS = {
    "obscenity": "obscenity",
    "obscenity_abuse": "obscenity",
    "weapons_explosives": "violence",
    "drugs": "illegal_trade",
    "fraud_illegal_services": "illegal_trade",
    "exam_cheating": "illegal_trade",
    "gambling": "illegal_trade",
    "self_harm": "self_harm",
}


def family(names: dict[str, str], risk: str) -> Labels:
    """A request of the family whose key the risk contains, if any."""
    for key, name in names.items():
        if name and key in risk:
            return {**REQUEST, name: 1}
    return dict(REQUEST)


def cold(row: Row) -> Labels:
    return {"offence": int(row["expect"] == "unsafe"), **dict.fromkeys(NO_REQUEST, 0)}


def hate(row: Row) -> Labels:
    return {"offence": int(row["expect"] == "unsafe"), **dict.fromkeys(NO_REQUEST, 0)}


def moderation(row: Row) -> Labels:
    given = row["risk"].split("|")
    names = {"S": "obscenity", "H": "offence", "HR": "offence", "V": "violence", "SH": "self_harm"}
    found: Labels = {
        name: int(any(names.get(part) == name for part in given)) for name in dict.fromkeys(names.values())
    }
    return {**found, **dict.fromkeys(NO_REQUEST, 0)}


def self_harm(row: Row) -> Labels:
    if row["expect"] == "safe":
        return dict(CLEAN)
    return {"self_harm": 1} if "自" in row["risk"] else {}


def jailbreak(row: Row) -> Labels:
    return {"jailbreak": 1}


def aart(row: Row) -> Labels:
    return {} if any(word in row["risk"] for word in MILD) else family(AART, row["risk"])


def image(row: Row) -> Labels:
    return {name: value for name, value in family(T2I, row["risk"]).items() if name != "harmful_request"}


def keyword(row: Row) -> Labels:
    return {KEYWORDS[row["risk"]]: 1}


def by_expectation(row: Row) -> Labels:
    return dict(CLEAN) if row["expect"] in ("answer", "safe") else dict(REQUEST)


def behaviour(row: Row) -> Labels:
    return {} if "copyright" in row["risk"] else family(BEHAVIOURS, row["risk"])


def refusal(row: Row) -> Labels:
    return dict(CLEAN) if row["label"] == "full_refusal" else {}


def no_request(row: Row) -> Labels:
    return dict.fromkeys(NO_REQUEST, 0)


def clean(row: Row) -> Labels:
    return dict(CLEAN)


def pii(row: Row) -> Labels:
    return {name: 0 for name in NAMES if name != "privacy"}


TEACH, MEASURE = "teach", "measure"
SETS: dict[str, tuple[str, Callable[[Row], Labels]]] = {
    "cold": (TEACH, cold),  # Apache-2.0
    "hatecheck_en": (TEACH, hate),  # CC-BY-4.0
    "hatemoji_check": (TEACH, hate),  # CC-BY-4.0
    "openai_moderation": (TEACH, moderation),  # MIT
    "jade_prompts": (TEACH, lambda row: family(JADE, row["risk"])),  # MIT
    "harmful_requests_zh": (TEACH, lambda row: dict(REQUEST)),  # MIT
    "harmful_behaviours_en": (TEACH, behaviour),  # MIT
    "aart": (TEACH, aart),  # CC-BY-4.0
    "jailbreaks": (TEACH, jailbreak),  # MIT
    "jade_t2i_prompts": (TEACH, image),  # MIT
    "psysuicide_synthetic_zh": (TEACH, self_harm),  # MIT
    "keywords_nonpolitical": (TEACH, keyword),  # Apache-2.0, MIT, CC-BY-4.0
    "simple_safety_tests": (TEACH, lambda row: family(SST, row["risk"])),  # CC-BY-4.0
    "jailbreakbench_goals": (TEACH, by_expectation),  # MIT
    "jailbreakbench_benign": (TEACH, by_expectation),  # MIT
    "xstest": (TEACH, by_expectation),  # CC-BY-4.0
    "benign_belle_zh": (TEACH, clean),  # ODC-By
    "benign_kdconv_zh": (TEACH, clean),  # Apache-2.0
    "cvalues_responsibility": (TEACH, clean),  # Apache-2.0
    "chinese_safetyqa": (TEACH, clean),  # MIT
    "safe_answers_jade_zh": (TEACH, clean),  # MIT
    "refusal_responses_xstest": (TEACH, refusal),  # CC-BY-4.0
    "safetybench_zh_subset": (TEACH, no_request),  # MIT
    "pii_zh_synthetic": (TEACH, pii),  # our own
    "corpus_prc_laws_zh": (TEACH, clean),  # official texts
    "corpus_classics_modern_zh": (TEACH, clean),  # MIT
    "corpus_poetry_zh": (TEACH, clean),  # MIT, public domain
    "corpus_peps_en": (TEACH, clean),  # public domain, CC0
    "corpus_d2l_zh": (TEACH, clean),  # Apache-2.0
    "corpus_oi_wiki_zh": (MEASURE, clean),  # CC-BY-SA-4.0
    "corpus_owasp_en": (MEASURE, clean),  # CC-BY-SA-4.0
    "corpus_tech_docs_zh": (MEASURE, clean),  # CC-BY-SA-3.0
    "corpus_wikipedia_en": (MEASURE, clean),  # CC-BY-SA
    "corpus_wikipedia_zh": (MEASURE, clean),  # CC-BY-SA
    "hatecheck_zh": (MEASURE, hate),  # CC-BY-4.0, kept for measuring
    "flames": (MEASURE, lambda row: {}),  # Apache-2.0: adversarial and implicit, no label to learn from
}


def expectation(name: str, row: Row) -> str:
    """What the set expects; "answer" only where false alarms are counted."""
    expect = str(row.get("expect", ""))
    if expect in ("answer", "safe"):
        return "answer" if name in BENIGN else "safe"
    return expect


def rows(folder: Path) -> Iterator[Row]:
    """Every labelled row, our own sentences first."""
    for own in own_rows(CLEAN):
        yield {**own, "set": "own", "use": TEACH, "kind": "request", "expect": ""}
    for own in short_rows(CLEAN):
        yield {**own, "set": "own_short", "use": TEACH, "kind": "request", "expect": "safe"}
    for name, (use, labels) in SETS.items():
        with gzip.open(folder / name / "data.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield _row(name, use, labels(row), row)
                if name == "keywords_nonpolitical" and part(name, row) == "train":
                    yield {
                        **_row(name, use, labels(row), row),
                        "id": f"{row['id']}-carried",
                        "text": carried(row["text"]),
                    }


def _row(name: str, use: str, labels: Labels, row: Row) -> Row:
    return {
        "id": row["id"],
        "set": name,
        "part": part(name, row),
        "use": use,
        "kind": "document" if name.startswith("corpus_") else "request",
        "text": row["text"],
        "labels": labels,
        "group": row.get("risk") or row.get("label") or "",
        "expect": expectation(name, row),
    }


def main() -> None:
    for row in rows(Path(sys.argv[1])):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
