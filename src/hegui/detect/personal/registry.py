"""The detectors that are on, in the order in which they win over one another.

Knows the list; whoever adds a detector adds it here. Of two findings of the same place and length the earlier in the list
stays.
"""

from __future__ import annotations

from hegui.detect.personal import (
    bank_card,
    birth_date,
    email,
    hk_macau_permit,
    iban,
    ip_address,
    landline,
    mobile_number,
    passport_cn,
    payment_card,
    personal_name,
    phone_intl,
    postal_address,
    qq_id,
    resident_id,
    social_credit_code,
    taiwan_permit,
    us_ssn,
    vehicle_plate,
    wechat_id,
)
from hegui.detect.personal.detector import Detector

__all__ = ["BY_KIND", "DETECTORS"]

DETECTORS: tuple[Detector, ...] = (
    resident_id.DETECTOR,
    social_credit_code.DETECTOR,
    bank_card.DETECTOR,
    payment_card.DETECTOR,
    iban.DETECTOR,
    qq_id.DETECTOR,
    wechat_id.DETECTOR,
    mobile_number.DETECTOR,
    taiwan_permit.DETECTOR,
    hk_macau_permit.DETECTOR,
    passport_cn.DETECTOR,
    landline.DETECTOR,
    us_ssn.DETECTOR,
    birth_date.DETECTOR,
    email.DETECTOR,
    ip_address.DETECTOR,
    vehicle_plate.DETECTOR,
    postal_address.DETECTOR,
    personal_name.DETECTOR,
    phone_intl.DETECTOR,
)

BY_KIND = {detector.kind: detector for detector in DETECTORS}
