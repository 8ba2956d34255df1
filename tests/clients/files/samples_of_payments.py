"""Payment files with invented people, as payroll programs write them."""

import re
from decimal import Decimal

NAMESPACES = {
    "pain.001.001.02": "urn:swift:xsd:$pain.001.001.02",
    "pain.001.001.03": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03",
    "pain.001.001.03.ch.02": "http://www.six-interbank-clearing.com/de/pain.001.001.03.ch.02.xsd",
    "pain.001.001.09": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09",
    "pain.001.003.03": "urn:iso:std:iso:20022:tech:xsd:pain.001.003.03",
}
_AMOUNT = re.compile(r'Ccy="[A-Z]{3}">([0-9.]+)<')


def a_payment(amount: str, *, currency: str = "EUR") -> str:
    return (
        "<CdtTrfTxInf><PmtId><EndToEndId>131052-308T</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="{currency}">{amount}</InstdAmt></Amt>'
        "<Cdtr><Nm>Aino Keksitty</Nm></Cdtr>"
        "<CdtrAcct><Id><IBAN>FI2112345600000785</IBAN></Id></CdtrAcct>"
        "<RmtInf><Ustrd>Palkka kesäkuu</Ustrd></RmtInf></CdtTrfTxInf>\n"
    )


def a_group(*payments: str, day: str = "2026-06-30") -> str:
    """Return a group of payments that are made together; its control sums are right."""
    text = "".join(payments)
    amounts = _AMOUNT.findall(text)
    known = all(re.fullmatch(r"[0-9]+(\.[0-9]+)?", one) for one in amounts)
    count = text.count("<CdtTrfTxInf>")
    control = f"<CtrlSum>{sum(map(Decimal, amounts))}</CtrlSum>" if known and amounts else ""
    if len(amounts) != count:
        control = ""
    return (
        "<PmtInf><PmtInfId>1</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>"
        f"{f'<NbOfTxs>{count}</NbOfTxs>' if control else ''}{control}"
        "<PmtTpInf><CtgyPurp><Cd>SALA</Cd></CtgyPurp></PmtTpInf>"
        f"<ReqdExctnDt>{day}</ReqdExctnDt><Dbtr><Nm>Koivulammi Konepaja Oy</Nm></Dbtr>"
        f"<DbtrAcct><Id><IBAN>FI3012345600000001</IBAN></Id></DbtrAcct>{text}</PmtInf>\n"
    )


def a_payment_file(
    *groups: str,
    version: str = "pain.001.001.03",
    prefix: str = "",
    encoding: str = "utf-8",
    message_id: str = "PALKAT-2026-06",
    control_sum: str | None = None,
) -> str:
    """Return a payment file; by default of two people, who get 4,200.50 on 30 June 2026."""
    text = "".join(groups) or a_group(a_payment("4000.50"), a_payment("200.00"))
    if control_sum is None:
        amounts = list(_AMOUNT.findall(text))
        total = sum(map(Decimal, amounts))
        whole = len(amounts) == text.count("<CdtTrfTxInf>") and amounts
        count = f"<NbOfTxs>{len(amounts)}</NbOfTxs><CtrlSum>{total}</CtrlSum>" if whole else ""
    else:
        count = control_sum
    if version == "pain.001.001.09":
        text = re.sub(r"<ReqdExctnDt>(.*?)</", r"<ReqdExctnDt><Dt>\1</Dt></", text)
    namespace = NAMESPACES.get(version, "")
    root = "pain.001.001.02" if version == "pain.001.001.02" else "CstmrCdtTrfInitn"
    declared = f' xmlns="{namespace}"' if namespace else ""
    body = (
        f"<Document{declared}><{root}>"
        f"<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>2026-06-25T10:00:00</CreDtTm>{count}"
        f"<InitgPty><Nm>Koivulammi Konepaja Oy</Nm></InitgPty></GrpHdr>\n{text}"
        f"</{root}></Document>"
    )
    if prefix:
        body = re.sub(r"<(/?)([A-Za-z])", rf"<\1{prefix}:\2", body)
        body = body.replace(" xmlns=", f" xmlns:{prefix}=")
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{body}'
