from pathlib import Path

import pytest
from tests.domain.worked_examples import (
    FOLDER,
    drawn_problem,
    drawn_receipt,
    read_example,
)

from tilisilta.domain.plans import plan_receipts

EXAMPLES = sorted(FOLDER.glob("*.md"))


class TestWorkedExamples:
    def test_are_found(self) -> None:
        names = {path.stem for path in EXAMPLES}

        assert "june-with-corrections" in names

    @pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
    def test_come_out_as_written(self, path: Path) -> None:
        example = read_example(path)

        plan = plan_receipts(example.journal, example.rules, example.administration)

        drawn = [drawn_receipt(receipt, example.administration) for receipt in plan.receipts]
        assert drawn == example.receipts
        assert [drawn_problem(problem) for problem in plan.problems] == example.problems
