"""An invented payroll bureau to look at and to try things with. None of it exists."""
