"""Payment files: what is read of them, what is never read, and what is refused."""

import hashlib
import logging
import time
from datetime import date
from decimal import Decimal

import pytest
from tests.clients.files.samples_of_payments import NAMESPACES, a_group, a_payment, a_payment_file

from tilisilta.clients.files.outcomes import PaymentFileRefused
from tilisilta.clients.files.payment_files import read_payment_file
from tilisilta.domain.payment_files import PaymentMessage, PaymentSum

SECRETS = ("Aino Keksitty", "FI2112345600000785", "Palkka kesäkuu", "131052-308T", "Keksitty")


def read(text: str, encoding: str = "utf-8") -> PaymentMessage:
    return read_payment_file(text.encode(encoding))


def refused(content: str | bytes) -> PaymentFileRefused:
    with pytest.raises(PaymentFileRefused) as caught:
        read_payment_file(content.encode() if isinstance(content, str) else content)
    return caught.value


def codes(content: str | bytes) -> list[str]:
    return [problem.code.value for problem in refused(content).problems]


class TestReads:
    @pytest.mark.parametrize("version", NAMESPACES)
    def test_every_version_that_banks_take(self, version: str) -> None:
        message = read(a_payment_file(version=version))

        assert message == PaymentMessage(
            message_digest=hashlib.sha256(b"PALKAT-2026-06").hexdigest(),
            version=version[:15],
            sums=(
                PaymentSum(
                    day=date(2026, 6, 30), currency="EUR", payments=2, amount=Decimal("4200.50")
                ),
            ),
        )

    @pytest.mark.parametrize("prefix", ["", "ns2", "Document"])
    def test_whatever_the_prefix(self, prefix: str) -> None:
        assert read(a_payment_file(prefix=prefix)).payments == 2

    def test_without_a_namespace(self) -> None:
        message = read(a_payment_file(version=""))

        assert (message.payments, message.version) == (2, "")

    def test_in_the_envelope_of_a_bank(self) -> None:
        text = a_payment_file().partition("?>")[2]

        assert read(f'<b:Send xmlns:b="urn:bank"><b:Body>{text}</b:Body></b:Send>').payments == 2

    @pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
    def test_whatever_the_encoding(self, encoding: str) -> None:
        assert read(a_payment_file(encoding=encoding), encoding).payments == 2

    @pytest.mark.parametrize("start", ["\n", "\ufeff", "\ufeff \r\n"])
    def test_whatever_stands_before_it(self, start: str) -> None:
        assert read(start + a_payment_file()).payments == 2

    def test_groups_of_several_days_and_currencies(self) -> None:
        message = read(
            a_payment_file(
                a_group(a_payment("100.00"), a_payment("50"), day="2026-06-30"),
                a_group(a_payment("7.5", currency="SEK"), day="2026-06-25"),
                a_group(a_payment("25.00"), day="2026-06-30"),
            )
        )

        assert [(str(s.day), s.currency, s.payments, str(s.amount)) for s in message.sums] == [
            ("2026-06-25", "SEK", 1, "7.50"),
            ("2026-06-30", "EUR", 3, "175.00"),
        ]

    def test_an_amount_in_the_currency_of_the_account(self) -> None:
        payment = a_payment("100.00").replace("InstdAmt", "Amt")
        payment = payment.replace('<Amt Ccy="EUR">100.00</Amt>', EQUIVALENT)

        assert read(a_payment_file(a_group(payment))).amount_in("EUR") == Decimal(100)

    @pytest.mark.parametrize(
        "day", ["2026-06-30+03:00", "2026-06-30Z", "2026-06-30T10:00:00.000+02:00"]
    )
    def test_a_day_with_a_zone(self, day: str) -> None:
        assert read(a_payment_file(a_group(a_payment("1"), day=day))).days == (date(2026, 6, 30),)

    def test_amounts_to_the_cent_in_any_number(self) -> None:
        payments = [a_payment("0.10")] * 1000

        assert str(read(a_payment_file(a_group(*payments))).amount_in("EUR")) == "100.00"


EQUIVALENT = '<EqvtAmt><Amt Ccy="EUR">100.00</Amt><CcyOfTrf>SEK</CcyOfTrf></EqvtAmt>'


class TestPeople:
    def test_are_read_past(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        text = a_payment_file()
        assert all(secret in text for secret in SECRETS)

        shown = repr(read(text)) + caplog.text

        assert not any(secret in shown for secret in SECRETS)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (">4000.50<", ">Aino Keksitty<"),
            (">2026-06-30<", ">Aino Keksitty<"),
            ('Ccy="EUR"', 'Ccy="Aino Keksitty"'),
            ("<NbOfTxs>2<", "<NbOfTxs>Aino Keksitty<"),
            (">4000.50<", ">131052-308T<"),
            ("</Document>", "</Docu Aino Keksitty"),
            ("<Nm>", "<Nm><Amt>"),
        ],
    )
    def test_are_not_told_where_they_stand_in_a_wrong_place(self, old: str, new: str) -> None:
        error = refused(a_payment_file().replace(old, new))

        told = f"{error} {error!r} {error.problems} {error.__cause__}"
        assert not any(secret in told for secret in SECRETS)


class TestRefuses:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            ("%PDF-1.7", "pdf"),
            ("Tili;Summa\n2961;1,00\n", "csv"),
            ("<html><body>Log in</body></html>", "html"),
            ("<transactions/>", "xml"),
            (b"PK\x03\x04", "xlsx"),
            (a_payment_file().replace("pain.001.001.03", "pain.002.001.03"), "pain.002"),
            (a_payment_file().replace("pain.001.001.03", "pain.008.001.02"), "pain.008"),
            (
                '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>',
                "camt.053",
            ),
        ],
    )
    def test_what_is_no_payment_file(self, content: str | bytes, kind: str) -> None:
        (problem,) = refused(content).problems

        assert (problem.code.value, problem.fact("kind")) == ("F50", kind)

    def test_several_in_one(self) -> None:
        text = a_payment_file().partition("?>")[2]

        (problem,) = refused(f"<All>{text}{text}</All>").problems

        assert problem.fact("kind") == "several"

    def test_nothing(self) -> None:
        assert codes("") == ["F01"]

    def test_a_file_that_was_cut_off(self) -> None:
        assert codes(a_payment_file()[:-40]) == ["F51"]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("<NbOfTxs>2<", "<NbOfTxs>3<"),
            ("<CtrlSum>4200.50<", "<CtrlSum>4200.05<"),
        ],
    )
    def test_control_sums_that_lie(self, old: str, new: str) -> None:
        for place in (0, 1):
            text = a_payment_file()
            at = text.index(old) if place == 0 else text.rindex(old)
            assert codes(text[:at] + new + text[at + len(old) :]) == ["F53"]

    def test_takes_a_file_without_control_sums(self) -> None:
        text = a_payment_file()
        for name in ("<CtrlSum>4200.50</CtrlSum>", "<NbOfTxs>2</NbOfTxs>"):
            text = text.replace(name, "")

        assert read(text).payments == 2

    @pytest.mark.parametrize(
        "amount", ["0", "0.00", "-5", "1,50", "1.505", "1e3", "", "NaN", "٣", "9" * 30, "1 000"]
    )
    def test_amounts_that_are_none(self, amount: str) -> None:
        assert "F52" in codes(a_payment_file(a_group(a_payment(amount)), control_sum=""))

    @pytest.mark.parametrize("day", ["", "30.6.2026", "2026-06-31", "2026-6-30", "soon"])
    def test_days_that_are_none(self, day: str) -> None:
        assert codes(a_payment_file(a_group(a_payment("1"), day=day))) == ["F52"]

    def test_a_file_without_payments(self) -> None:
        assert "F52" in codes(a_payment_file(a_group()))

    def test_a_payment_with_two_amounts_or_none(self) -> None:
        amount = '<InstdAmt Ccy="EUR">200.00</InstdAmt>'
        for other in (amount * 2, ""):
            text = a_payment_file().replace(amount, other)
            for control in ("<CtrlSum>4200.50</CtrlSum>", "<NbOfTxs>2</NbOfTxs>"):
                text = text.replace(control, "")
            assert codes(text) == ["F52"]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("</GrpHdr>", "</GrpHdr><GrpHdr><MsgId>OTHER</MsgId></GrpHdr>"),
            ("<ReqdExctnDt>", "<ReqdExctnDt>2026-07-30</ReqdExctnDt><ReqdExctnDt>"),
        ],
    )
    def test_what_stands_twice(self, old: str, new: str) -> None:
        (problem,) = refused(a_payment_file().replace(old, new)).problems

        assert (problem.code.value, problem.fact("reason")) == ("F52", "twice")

    def test_no_control_sum_beside_a_value_that_cannot_be_read(self) -> None:
        # It would disagree for that reason alone, and lead people astray.
        assert codes(a_payment_file().replace(">4000.50<", ">4000,50<")) == ["F52"]

    def test_a_file_without_an_id(self) -> None:
        assert codes(a_payment_file().replace("PALKAT-2026-06", " ")) == ["F52"]

    def test_tells_all_faults_at_once(self) -> None:
        text = a_payment_file(a_group(a_payment("x"), a_payment("0")), control_sum="")

        assert codes(text).count("F52") >= 2


class TestHostile:
    def test_entities(self) -> None:
        bomb = (
            '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
            '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03">&b;</Document>'
        )

        (problem,) = refused(bomb).problems

        assert (problem.code.value, problem.fact("reason")) == ("F51", "forbidden")

    def test_depth(self) -> None:
        assert codes("<a>" * 100_000) == ["F51"]

    def test_size(self) -> None:
        assert codes(b"<" + b"a" * 20 * 1024 * 1024) == ["F02"]

    def test_too_many_payments(self) -> None:
        payment = '<CdtTrfTxInf><Amt><InstdAmt Ccy="EUR">1</InstdAmt></Amt></CdtTrfTxInf>'
        text = a_payment_file(a_group(payment * 200_001), control_sum="")

        (problem,) = refused(text).problems

        assert problem.fact("reason") == "too-many"

    def test_a_name_as_large_as_the_file_costs_little(self) -> None:
        began = time.process_time()

        message = read(a_payment_file().replace("Aino Keksitty", "A" * 9_000_000))

        assert message.payments == 2
        assert time.process_time() - began < 5

    def test_a_message_that_looks_like_one_by_its_text(self) -> None:
        text = a_payment_file().replace("<Nm>Aino Keksitty</Nm>", f"<Nm><![CDATA[{FAKE}]]></Nm>")

        assert read(text).amount_in("EUR") == Decimal("4200.50")

    def test_amounts_in_elements_that_are_not_of_a_payment(self) -> None:
        text = a_payment_file().replace("<PmtMtd>", f"<Other>{FAKE}</Other><PmtMtd>")

        assert read(text).amount_in("EUR") == Decimal("4200.50")


FAKE = '<CdtTrfTxInf><Amt><InstdAmt Ccy="EUR">1</InstdAmt></Amt></CdtTrfTxInf>'
