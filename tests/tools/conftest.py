"""Lets these tests import the programs of tools/, which are run by their path."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "tools"))
