"""An invented payroll bureau to try things with. None of it exists."""
