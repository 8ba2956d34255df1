"""A chart of accounts as a Finnish company has it, cut down to what payroll needs."""

from procountor_sandbox.world import LedgerAccount

# Number, Finnish name, Swedish name.
_ACTIVE = (
    ("1760", "Palkkasaamiset", "Lönefordringar"),
    ("1763", "Palkkaennakot", "Löneförskott"),
    ("1910", "Pankkitili", "Bankkonto"),
    ("2921", "Ennakonpidätysvelka", "Förskottsinnehållningsskuld"),
    ("2922", "Sairausvakuutusmaksuvelka", "Sjukförsäkringsavgiftsskuld"),
    ("2931", "TyEL-velka", "ArPL-skuld"),
    ("2932", "Työttömyysvakuutusmaksuvelka", "Arbetslöshetsförsäkringsskuld"),
    ("2933", "Tapaturmavakuutusvelka", "Olycksfallsförsäkringsskuld"),
    ("2934", "Ryhmähenkivakuutusvelka", "Grupplivförsäkringsskuld"),
    ("2941", "Ammattiyhdistysjäsenmaksut", "Fackföreningsavgifter"),
    ("2942", "Ulosottopidätykset", "Utmätningar"),
    ("2950", "Lomapalkkajaksotukset", "Semesterlöneperiodiseringar"),
    ("2961", "Palkkavelka", "Löneskuld"),
    ("2962", "Lomapalkkavelka", "Semesterlöneskuld"),
    ("2963", "Lomapalkkavelan henkilösivukulut", "Sociala avgifter på semesterlöneskuld"),
    ("2990", "Selvittelytili", "Avräkningskonto"),
    ("5010", "Palkat", "Löner"),
    ("5020", "Tuntipalkat", "Timlöner"),
    ("5030", "Ylityöt ja lisät", "Övertid och tillägg"),
    ("5040", "Tulospalkkiot", "Resultatpremier"),
    ("5050", "Sairausajan palkat", "Lön för sjukdomstid"),
    ("5060", "Lomarahat", "Semesterpremier"),
    ("5110", "Lomapalkat", "Semesterlöner"),
    ("5120", "Lomapalkkajaksotus", "Periodisering av semesterlöner"),
    ("5190", "Lomapalkkavelan muutos", "Förändring av semesterlöneskuld"),
    ("5200", "Palkkiot", "Arvoden"),
    ("5300", "Saadut päivärahakorvaukset", "Erhållna dagpenningsersättningar"),
    ("5990", "Luontoisetujen vastatili", "Motkonto för naturaförmåner"),
    ("6110", "TyEL-maksut", "ArPL-avgifter"),
    ("6130", "Sairausvakuutusmaksut", "Sjukförsäkringsavgifter"),
    ("6150", "Työttömyysvakuutusmaksut", "Arbetslöshetsförsäkringsavgifter"),
    ("6160", "Tapaturmavakuutusmaksut", "Olycksfallsförsäkringsavgifter"),
    ("6170", "Ryhmähenkivakuutusmaksut", "Grupplivförsäkringsavgifter"),
    ("7020", "Päivärahat", "Dagtraktamenten"),
    ("7030", "Kilometrikorvaukset", "Kilometerersättningar"),
    ("7040", "Ateriakorvaukset", "Måltidsersättningar"),
    ("7110", "Työterveyshuolto", "Företagshälsovård"),
    ("7130", "Henkilöstön koulutus", "Personalutbildning"),
    ("8450", "Pyöristyserot", "Avrundningsdifferenser"),
)
_INACTIVE = (("5095", "Urakkapalkat (ei käytössä)", "Ackordslöner (används inte)"),)


def payroll_chart(*, in_swedish: bool = False) -> tuple[LedgerAccount, ...]:
    """Return the chart, with the names in Finnish or in Swedish, ordered by number."""
    rows = [(row, True) for row in _ACTIVE] + [(row, False) for row in _INACTIVE]
    return tuple(
        LedgerAccount(
            code=code,
            name=swedish if in_swedish else finnish,
            swedish=swedish,
            is_active=is_active,
        )
        for (code, finnish, swedish), is_active in sorted(rows)
    )
