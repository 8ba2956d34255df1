"""The SOAP services of the payroll world, described by the two WSDLs in this folder."""
