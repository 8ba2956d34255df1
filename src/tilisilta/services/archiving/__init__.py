"""The archive of a company's month: everything that proves it, in one file for an auditor."""
