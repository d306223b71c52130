"""The closed lists that sanctions are written in, with their names in both languages (法律责任用语).

Knows words only: ranks, authorities, stages, measures, circumstances of a breach, and why a bound stays open. A word that is
not listed here cannot stand in a data file.
Rules: terms of the Administrative Penalties Law and of the clauses in law/data/sanctions/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hegui.law.words import Words

__all__ = [
    "ADMINISTRATIVE",
    "AGGRAVATING",
    "AUTHORITIES",
    "CIRCUMSTANCES",
    "IMPLIED",
    "LAWS",
    "MEASURES",
    "RANKS",
    "ROLES",
    "STAGES",
    "Currency",
    "Gap",
    "Imposes",
    "Missing",
    "Order",
    "Per",
    "Stage",
    "Standing",
    "State",
]

Order = Literal["prc", "eu", "uk", "us"]
"""Legal order: fines of one order know nothing of those of another."""

Currency = Literal["CNY", "EUR", "USD", "GBP"]

Imposes = Literal["shall", "may", "unstated"]
"""Whether the authority must fine (处), may fine (可以处), or our facts do not say."""

Per = Literal["act", "violation", "day", "violation_day"]
"""What the amount is counted by: 一行为, 每次违法, 每日, 每次违法每日."""

State = Literal["binding", "never_effective", "undated"]
"""A version that binds by its dates, one that never took effect, one whose dates our facts do not give."""

Missing = Literal["tiers", "fines", "persons", "measures", "dates"]
"""What of a version our facts do not hold."""

Standing = Literal[
    "applies", "by_reference", "residual_open", "displaced", "undated", "not_yet", "no_longer", "never_effective",
]  # fmt: skip
"""How a sanction stands towards a breach on a day: it applies; a reference may lead to it; residual, and whether a law supplies a
penalty is open; residual and displaced by one; its dates are not known; not yet or no longer in force; never was."""

Gap = Literal["gains_unknown", "turnover_unknown", "count_unknown", "not_in_facts", "no_floor", "no_ceiling"]
"""Why a bound has no number."""

LAWS: Mapping[str, Words] = {
    "CSL": Words("《网络安全法》", "Cybersecurity Law"),
    "DSL": Words("《数据安全法》", "Data Security Law"),
    "PIPL": Words("《个人信息保护法》", "Personal Information Protection Law"),
    "STP": Words("《科学技术进步法》", "Law on Progress of Science and Technology"),
    "MPO": Words("《未成年人网络保护条例》", "Regulations on the Protection of Minors Online"),
}
"""Laws and administrative regulations that come before a residual sanction."""

RANKS: Mapping[str, Words] = {
    "law": Words("法律", "law"),
    "administrative_regulation": Words("行政法规", "administrative regulation"),
    "departmental_rule": Words("部门规章", "departmental rule"),
    "normative_document": Words("规范性文件", "normative document"),
    "public_security": Words("治安管理处罚", "public-security penalty"),
    "criminal": Words("刑事责任", "criminal liability"),
    "civil": Words("民事责任", "civil liability"),
    "practice": Words("监管实践", "practice of the authorities"),
    "foreign": Words("域外法", "foreign law"),
    "none": Words("未设法律责任", "no sanction attached"),
}
"""Rank of the clause; laws and administrative regulations displace residual rules."""

ADMINISTRATIVE = frozenset({"law", "administrative_regulation", "departmental_rule", "normative_document"})
"""Ranks whose penalties are administrative ones, under the Administrative Penalties Law."""

AUTHORITIES: Mapping[str, Words] = {
    "national_cac": Words("国家网信部门", "Cyberspace Administration of China (national)"),
    "cac": Words("网信部门", "cyberspace administration"),
    "telecom": Words("电信主管部门", "telecommunications authority"),
    "public_security": Words("公安机关", "public-security organ (police)"),
    "broadcasting": Words("广播电视主管部门", "radio and television authority"),
    "court": Words("人民法院", "court"),
    "european_commission": Words("欧盟委员会", "European Commission"),
    "attorney_general": Words("州检察长", "state attorney general"),
    "private_claimant": Words("私人原告", "private claimant"),
    "ofcom": Words("英国通信管理局", "Ofcom"),
    "ico": Words("英国信息专员办公室", "Information Commissioner's Office"),
}

ROLES: Mapping[str, Words] = {
    "responsible_persons": Words(
        "直接负责的主管人员和其他直接责任人员", "managers directly in charge and others directly responsible"
    ),
    "person_in_charge": Words("直接负责的主管人员", "manager directly in charge"),
}

MEASURES: Mapping[str, Words] = {
    "order_to_correct": Words("责令改正", "order to correct"),
    "warning": Words("警告", "warning"),
    "public_criticism": Words("通报批评", "public criticism"),
    "notice": Words("予以通报", "notice of the breach"),
    "confiscation": Words("没收违法所得", "confiscation of illegal gains"),
    "order_to_assess": Words("责令开展安全评估", "order to carry out the security assessment"),
    "public_risk_notice": Words("向社会公开风险提示", "public notice of the risk"),
    "suspend_updates": Words("责令暂停信息更新", "suspension of information updates"),
    "suspend_registration": Words("责令停止新用户注册", "stop on new registrations"),
    "suspend_service": Words("责令暂停提供服务", "suspension of the service"),
    "stop_service": Words("责令停止提供服务", "stop of the service"),
    "suspend_app": Words("责令应用程序暂停或者终止提供服务", "application suspended or ended"),
    "suspend_business": Words("责令暂停相关业务、停业整顿", "suspension of business for rectification"),
    "close_site_or_app": Words("关闭网站或者应用程序", "closing of the site or application"),
    "revoke_licence": Words("吊销相关业务许可证或者营业执照", "revocation of licences"),
    "revoke_filing": Words("撤销备案", "revocation of the filing"),
    "strike_off_filing": Words("注销备案", "striking off the filing"),
    "filing_refused_or_delayed": Words("备案不予通过或者延迟", "filing refused or delayed"),
    "delisting": Words("应用下架", "application removed from stores"),
    "function_offline": Words("功能下线", "function taken offline"),
    "technical_measures": Words("采取技术措施和其他必要措施", "technical and other necessary measures (blocking)"),
    "asset_freeze": Words("冻结财产等制裁措施", "freezing of assets and other sanctions"),
    "stop_activity": Words("责令停止活动", "stop of the activity"),
    "recover_funds": Words("追回资金", "recovery of funds"),
    "publicity": Words("公布违法情况", "publication of the breach"),
    "further_penalties": Words("依法处罚或者处分", "further penalties or disciplinary action"),
    "activity_bar": Words("限期禁止从事相关活动", "bar on such activities for a time"),
    "relicensing_bar": Words("五年内不得重新申请许可", "no new licence for five years"),
    "office_ban": Words("禁止担任相关职务", "ban on holding office (persons)"),
    "credit_record": Words("记入信用档案并公示", "entry in the credit record, made public"),
    "damages": Words("损害赔偿", "damages"),
    "public_interest_suit": Words("公益诉讼", "public-interest suit"),
    "contract_liability": Words("违约责任", "liability in contract"),
    "private_action": Words("私人诉讼", "private action"),
    "attorney_general_action": Words("州检察长执法", "action by the attorney general"),
}
"""Measures other than fines; they accumulate."""

CIRCUMSTANCES: Mapping[str, Words] = {
    "refused": Words("责令后拒不改正", "refused to correct after an order"),
    "consequence": Words("导致危害后果", "harmful consequences followed"),
    "serious": Words("情节严重", "serious circumstances"),
    "especially_serious": Words("情节或者后果特别严重", "especially serious circumstances or consequences"),
    "mass_leak": Words("造成大量数据泄露", "mass leak of data"),
    "mass_spread": Words("致使违法信息大量传播", "mass spread of illegal information"),
    "evidence_lost": Words("致使刑事案件证据灭失", "evidence of a criminal case lost"),
    "life_or_health_harmed": Words("损害生命健康", "life or health harmed"),
    "core_data": Words("涉及国家核心数据", "core data of the state concerned"),
    "cii_operator": Words("关键信息基础设施运营者", "operator of critical information infrastructure"),
    "closed_down": Words("被责令关闭或者吊销", "closed down or licence revoked"),
    "crime_elements": Words("符合犯罪构成", "elements of the crime are met"),
    "offence_elements": Words("构成违反治安管理行为", "a public-security offence is made out"),
    "lighter": Words("情节较轻", "lighter circumstances"),
    "curable": Words("可补正", "curable"),
    "continuing": Words("持续违法", "continuing breach"),
    "small_firm": Words("中小企业", "small or mid-cap firm"),
    "slight": Words("违法行为轻微或者危害后果轻微", "the breach or its harm is slight"),
    "corrected": Words("及时改正", "corrected in time"),
    "no_harm": Words("没有造成危害后果", "no harm done"),
    "first_time": Words("初次违法", "first breach ever"),
    "removed_harm": Words("主动消除或者减轻危害后果", "removed or reduced the harm unasked"),
    "coerced": Words("受他人胁迫或者诱骗", "coerced or deceived by another"),
    "disclosed": Words("主动供述尚未掌握的违法行为", "disclosed what the authority did not know"),
    "meritorious": Words("配合查处有立功表现", "meritorious help with the investigation"),
    "diligent": Words("已合理防护、按预案处置并及时报告", "reasonable protection, plan followed, reported in time"),
    "life_health_finance": Words(
        "涉及公民生命健康安全、金融安全且有危害后果", "life, health or financial safety concerned, with harm"
    ),
}
"""What may be asked about a breach; each may be true, false or not known."""

AGGRAVATING = frozenset(
    {
        "refused", "consequence", "serious", "especially_serious", "mass_leak", "mass_spread", "evidence_lost",
        "life_or_health_harmed", "core_data", "cii_operator", "closed_down", "crime_elements", "offence_elements",
    }
)  # fmt: skip
"""What makes a breach worse than a plain first one."""

IMPLIED: Mapping[str, str] = {"especially_serious": "serious", "mass_leak": "consequence"}
"""The first of a pair cannot be without the second."""


@dataclass(frozen=True)
class Stage:
    """When a tier is reached: all of these, any of those, none of the last. `certain` False: our facts do not say when."""

    words: Words
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    certain: bool = True


STAGES: Mapping[str, Stage] = {
    "first": Stage(Words("发现违法即可", "on the breach itself")),
    "refusal": Stage(Words("拒不改正", "after refusal to correct"), ("refused",)),
    "serious": Stage(Words("情节严重", "serious circumstances"), ("serious",)),
    "refusal_or_serious": Stage(
        Words("拒不改正或者情节严重", "after refusal, or serious circumstances"), any_of=("refused", "serious")
    ),
    "refusal_or_consequence": Stage(
        Words("拒不改正或者导致危害后果", "after refusal, or harmful consequences"), any_of=("refused", "consequence")
    ),
    "refusal_or_mass_leak": Stage(
        Words("拒不改正或者造成大量数据泄露", "after refusal, or mass leak of data"), any_of=("refused", "mass_leak")
    ),
    "mass_harm": Stage(Words("造成大量数据泄露等严重后果", "mass leak or like harm"), ("mass_leak",)),
    "especially_serious": Stage(Words("特别严重", "especially serious"), ("especially_serious",)),
    "life_or_health_harm": Stage(Words("损害生命健康", "life or health harmed"), ("life_or_health_harmed",)),
    "core_data": Stage(Words("违反国家核心数据管理制度", "core data of the state"), ("core_data",)),
    "cii": Stage(
        Words("关键信息基础设施运营者拒不改正或者导致危害后果", "operator of critical infrastructure, after refusal or harm"),
        ("cii_operator",),
        ("refused", "consequence"),
    ),
    "after_closure": Stage(Words("被关闭或者吊销之后", "after closure or revocation"), ("closed_down",)),
    "order_refused_with_harm": Stage(
        Words(
            "责令改正而拒不改正，致使违法信息大量传播、严重泄露或者证据灭失",
            "order refused, with mass spread, serious leak or loss of evidence",
        ),
        ("refused",),
        ("mass_spread", "mass_leak", "evidence_lost"),
    ),
    "offence": Stage(Words("构成违反治安管理行为", "public-security offence made out"), ("offence_elements",)),
    "offence_lighter": Stage(
        Words("构成违反治安管理行为，情节较轻", "public-security offence, lighter"), ("offence_elements", "lighter")
    ),
    "crime": Stage(Words("构成犯罪", "crime made out"), ("crime_elements",)),
    "crime_especially_serious": Stage(
        Words("构成犯罪且情节特别严重", "crime made out, especially serious"), ("crime_elements", "especially_serious")
    ),
    "curable": Stage(Words("可补正的违法", "curable violation"), ("curable",)),
    "incurable": Stage(Words("不可补正的违法", "incurable violation"), none_of=("curable",)),
    "continuing": Stage(Words("持续违法", "continuing violation"), ("continuing",)),
    "unstated": Stage(Words("适用阶段未载明", "stage not stated in our facts"), certain=False),
}  # fmt: skip
"""The stages of a breach that tiers are tied to."""
