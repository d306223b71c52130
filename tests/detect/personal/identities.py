"""Made-up identities for the tests: no number belongs to anyone. Check digits are computed, birth years are long past."""

from __future__ import annotations

from hypothesis import strategies as st

RESIDENT = "110101190003071233"
IDENTITIES = (
    "张伟", "欧阳娜娜", "王小红", "身份证号110101190303071232", "110101 19030307 1233",
    "１１０１０１１９０３０３０７１２３２", "13800000000", "(+86) 138-0000-0000", "+86 13800000001",
    "手机1\u200b3\u20608\u200b00000000", "010-65520000", "座机65520000转12", "6210 0000 0000 0008",
    "卡号6210000000000009", "91110101MA00000007", "京A·D12345", "粤B12345", "user.name@example.com",
    "13800000000@example.com", "192.0.2.1", "2001:db8:85a3::8a2e:370:7334", "微信号：abc_12345", "加V abc12345",
    "QQ：123456789", "护照号E12345678", "回乡证H12345678", "台胞证号12345678", "GB82 WEST 1234 5698 7654 32",
    "SSN 123-45-6789", "078-05-1120", "call 555-123-4567x89", "+44 20 7946 0958", "4111 1111 1111 1111",
    "my card 4111111111111111", "1915年6月17日出生", "生于1915-06-17", "北京市朝阳区人民路568号金色家园8号楼2227",
    "地址：西湖区文三路12号3栋4单元502室", "河北省石家庄市", "住在", "地址是",
)  # fmt: skip
WORDS = (
    "客户", "姓名：", "联系人", "我叫", "您好", "先生", "名下", "的电话", "（身份证", "订单号", "，", "。", " ", "\n",
    "-", "(", "+", "@", ".", "x", "号", "年", "月", "出生", "路", "今天天气很好", "hello world", "a", "1", "12",
    "0000", "京", "北", "北京", "李", "李雷", "\u200b", "\u0301" * 3, "\u0301" * 70, "⟦", "⟧", "⟦手机号1⟧", "\ud83d",
    "\x02", "\u3000", "—",
)  # fmt: skip

texts = st.lists(st.sampled_from(IDENTITIES + WORDS), max_size=14).map("".join)
"""Texts in which anything may stand beside anything."""


def cut(text: str, places: list[int]) -> list[str]:
    """The text in fragments, cut at places taken modulo its length."""
    at = sorted({place % (len(text) + 1) for place in places})
    return [text[a:b] for a, b in zip([0, *at], [*at, len(text)], strict=True)]


cuts = st.lists(st.integers(0, 400), max_size=12)
